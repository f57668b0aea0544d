/** The gate over streams that keep what is written. */
import { EventEmitter } from 'node:events';
import { output, type Output } from '../../src/ui/output.ts';

export interface Gate extends Output {
  out(): string;
  err(): string;
}

/** @param secrets hidden from the start. */
export function gate(secrets: readonly string[] = []): Gate {
  const streams = [0, 1].map(() => {
    let text = '';
    const write = (more: string, done?: () => void): boolean => {
      text += more;
      done?.();
      return true;
    };
    return { stream: Object.assign(new EventEmitter(), { write }) as unknown as NodeJS.WriteStream, text: () => text };
  });
  const [out, err] = streams;
  if (out === undefined || err === undefined) throw new Error('two streams');
  return { ...output(secrets, { stdout: out.stream, stderr: err.stream }), out: out.text, err: err.text };
}
