/** The lines of a stream as they come. */
import { StringDecoder } from 'node:string_decoder';

/** Longest line that is kept whole; a program without line ends must not fill the memory. */
const LONGEST_LINE = 64 * 1024;

/** @param stream others may read it too. @param tell hears each line, without its end. */
export function splitLines(stream: NodeJS.ReadableStream | null, tell: (line: string) => void): void {
  if (stream === null) return;
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer | string) => {
    const parts = (rest + (typeof chunk === 'string' ? chunk : decoder.write(chunk))).split(/\r?\n/);
    rest = parts.pop() ?? '';
    if (rest.length > LONGEST_LINE) rest = (parts.push(rest), '');
    for (const line of parts) tell(line);
  });
  stream.on('end', () => {
    if (rest !== '') tell(rest);
  });
  stream.on('error', () => {});
}
