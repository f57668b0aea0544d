/** `docker logs --timestamps`: lines with their times, both streams in the order of time; and which of them a program ended with. Pure. */
import { either, inOrder } from '../../../patterns.ts';

export interface LogEntry {
  /** ms since 1970. */
  readonly at?: number;
  readonly line: string;
}

const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, 'g');

/** The engine writes an RFC 3339 time with nanoseconds and a blank in front of each line. */
export function readLog(...streams: readonly string[]): readonly LogEntry[] {
  const entries = streams.flatMap((text) => text.split(/\r?\n/).filter((line) => line !== '').map((line): LogEntry => {
    const [, stamp = '', rest = line] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?(.*)$/.exec(line) ?? [];
    const at = Date.parse(stamp.replace(/(\.\d{3})\d+/, '$1'));
    const shown = rest.replaceAll(COLOUR, '');
    return Number.isNaN(at) ? { line: shown } : { at, line: shown };
  }));
  // Stable: lines of one millisecond stay as they came.
  return entries.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
}

/** The last line of a traceback ('ModuleNotFoundError: No module named …'), Node's 'Error: …', a shell's or a loader's complaint. */
const ERROR = either(
  /^\s*(?:[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Exit)\b|(?:Uncaught )?\w*Error(?: \[\w+\])?: |(?:panic|fatal|FATAL|ERROR|Error|error)\b|npm (?:ERR!|error) |Exception in thread |Error opening zip file)/,
  /: (?:command )?not found$|: No such file or directory$|\[(?:CRITICAL|ERROR)\]/,
  inOrder([/^\s*exec /g, /: /g]),
);
/** Where it happened: Python's `File "/app/app.py", line 3`, Node's '/app/index.js:3'. */
export const PLACE = /^\s*File "([^"]+)", line (\d+)|^(?:file:\/\/)?(\/[^\s:]+\.[cm]?[jt]sx?):(\d+)$|^\s+at .{0,200}?\(?(?:file:\/\/)?(\/(?!.*node_modules)[^\s:()]+\.[cm]?[jt]sx?):(\d+):\d+\)?$/;
/** Told only where nothing better is there. */
const FEW = 3;

/** At most a place and an error, else the last lines. */
export function lastWords(entries: readonly LogEntry[]): readonly LogEntry[] {
  const end = entries.filter(({ line }) => line.trim() !== '').slice(-80);
  const error = end.findLastIndex(({ line }) => ERROR.test(line) && !/Failed to export|Transient error|npm (?:ERR!|error) (?:Lifecycle|A complete log|code|path|command|errno)/.test(line));
  if (error < 0) return end.slice(-FEW);
  const found = end[error];
  // Python names the place before the error, Node.js on both sides of it.
  const place = end.slice(0, error).findLast(({ line }) => PLACE.test(line) && !line.includes('site-packages') && !line.includes('/usr/lib/') && !line.includes('/usr/local/lib/') && !line.includes('<frozen')) ?? end.slice(error + 1).find(({ line }) => PLACE.test(line));
  return [...(place === undefined ? [] : [place]), ...(found === undefined ? [] : [found])];
}
