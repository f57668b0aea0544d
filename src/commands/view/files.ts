/** `view --save FILE` and `--load FILE`. */
import { appendLines, linesOf } from '../../io/lines.ts';
import { arrivedOf, lineOf } from '../../see/archive.ts';
import type { Arrivals, Arrived } from '../../see/page/arrivals.ts';
import { EXIT, Stop } from '../../stop.ts';

export interface Saving {
  /** Throws Malformed. */
  add(arrived: Pick<Arrived, 'signal' | 'bytes'>): void;
  close(): Promise<void>;
}

/** Opens the file. `trouble` hears of a disk that says no. Throws Stop where the file cannot be written. */
export function save(path: string, trouble: (sentence: string) => void): Saving {
  try {
    const file = appendLines(path, (reason) => trouble(`Nothing more is saved to ${path}: ${reason}.`));
    return {
      add(arrived) {
        if (!file.write(lineOf(arrived))) trouble(`${path}: not everything could be saved.`);
      },
      close: file.close,
    };
  } catch (error) {
    throw new Stop(EXIT.notDone, `${path} cannot be written: ${reasonOf(error)}.`, 'Choose another file with --save.');
  }
}

/** Takes a file's requests as if they had just arrived; gives a sentence about it. Throws Stop where there is nothing to show. */
export async function load(path: string, arrivals: Arrivals): Promise<string> {
  let [number, taken, left] = [0, 0, 0];
  let wrong: string | undefined;
  try {
    for await (const line of linesOf(path)) {
      number++;
      const arrived = arrivedOf(line);
      if (arrived === undefined) continue;
      if ('refused' in arrived) {
        left++;
        wrong ??= `line ${number} ${arrived.refused}`;
        continue;
      }
      arrivals.take(arrived);
      taken++;
    }
  } catch (error) {
    throw new Stop(EXIT.notDone, `${path} cannot be read: ${reasonOf(error)}.`, 'Give a file of OTLP JSON lines: of view --save, or of a Collector\'s file exporter.');
  }
  if (taken === 0) throw new Stop(EXIT.notDone, `${path} holds nothing to show: ${wrong ?? 'it is empty'}.`, 'Give a file of OTLP JSON lines: of view --save, or of a Collector\'s file exporter.');
  const { traces } = arrivals;
  return `  ${path}: ${traces.spans} ${traces.spans === 1 ? 'span' : 'spans'} in ${traces.size} ${traces.size === 1 ? 'trace' : 'traces'}${wrong === undefined ? '' : `; left out: ${wrong}${left === 1 ? '' : `, and ${left - 1} more`}`}`;
}

const reasonOf = (error: unknown): string => (error instanceof Error && 'code' in error ? ({ ENOENT: 'there is no such file', EACCES: 'it is not yours to open', EISDIR: 'it is a folder' }[String(error.code)] ?? String(error.code)) : String(error));
