/** `view --save FILE` and `--load FILE`. */
import { appendLines, linesOf, NoRegularFile } from '../../io/lines.ts';
import { arrivedOf, lineOf } from '../../see/archive.ts';
import { Malformed } from '../../see/otlp-limits.ts';
import type { Arrivals, Arrived } from '../../see/page/arrivals.ts';
import { EXIT, Stop } from '../../stop.ts';
import type { Tools } from '../../types.ts';

export interface Saving {
  /** Throws Malformed. */
  add(arrived: Pick<Arrived, 'signal' | 'bytes'>): void;
  /** Whether everything was saved. */
  close(): Promise<boolean>;
}

/** Bytes of a line: many times what an SDK or a Collector puts into a request; all that is held of one stays below 500 MB. */
const LONGEST_LINE = 16 * 1024 * 1024;
/** Work that takes longer than that is shown. */
const SHOWN_AFTER_MS = 500;
const GIVE = 'Give a file of OTLP JSON lines: of view --save, or of a Collector\'s file exporter.';

/**
 * Opens the file. @param cwd the folder that the path was given in; nothing of a repository's leads out of it.
 * @param trouble hears of a disk that says no. @throws Stop where the file cannot be written.
 */
export function save(path: string, cwd: string, trouble: (sentence: string) => void): Saving {
  let whole = true;
  const lost = (sentence: string): void => {
    whole = false;
    trouble(sentence);
  };
  try {
    const file = appendLines(path, cwd, (error) => lost(`Nothing more is saved to ${path}: ${reasonOf(error)}.`));
    return {
      add(arrived) {
        if (!file.write(lineOf(arrived)) && whole) lost(`${path}: not everything could be saved.`);
      },
      async close() {
        await file.close();
        return whole;
      },
    };
  } catch (error) {
    throw new Stop(EXIT.notDone, `${path} ${error instanceof NoRegularFile ? error.message : `cannot be written: ${reasonOf(error)}`}.`, 'Choose another file with --save.');
  }
}

/**
 * Takes a file's requests as if they had just arrived; gives a sentence about it. Shows how far it is where that takes long.
 * @throws Stop where there is nothing to show.
 */
export async function load(path: string, arrivals: Arrivals, tools: Pick<Tools, 'now' | 'working'>): Promise<string> {
  let [number, taken, left] = [0, 0, 0];
  let wrong: string | undefined;
  const leave = (why: string): void => {
    left++;
    wrong ??= `line ${number} ${why}`;
  };
  const began = tools.now();
  let work: ReturnType<Tools['working']> | undefined;
  const onRead = (bytes: number, of: number): void => {
    if (tools.now() - began < SHOWN_AFTER_MS) return;
    work ??= tools.working(`reading ${path}`);
    work.says(`${of > 0 ? Math.min(99, Math.floor((bytes / of) * 100)) : 0} %, ${taken} requests`);
  };
  try {
    for await (const line of linesOf(path, { longest: LONGEST_LINE, onRead })) {
      number++;
      if (line === 'too long') {
        leave(`has more than ${LONGEST_LINE / 1024 / 1024} MiB`);
        continue;
      }
      // How one begins that is packed: RFC 1952.
      if (number === 1 && line[0] === 0x1f && line[1] === 0x8b) throw new NoRegularFile('is packed with gzip; unpack it first (gunzip)');
      const arrived = arrivedOf(line);
      if (arrived === undefined) continue;
      if ('refused' in arrived) {
        leave(arrived.refused);
        continue;
      }
      try {
        arrivals.take(arrived);
        taken++;
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
        leave(`is not OTLP: ${error.message.replace(/\.$/, '')}`);
      }
    }
  } catch (error) {
    work?.failed();
    throw new Stop(EXIT.notDone, `${path} ${error instanceof NoRegularFile ? error.message : `cannot be read: ${reasonOf(error)}`}.`, GIVE);
  }
  work?.done();
  if (taken === 0) throw new Stop(EXIT.notDone, `${path} holds nothing to show: ${wrong ?? 'it is empty'}.`, GIVE);
  const { traces } = arrivals;
  return `  ${path}: ${traces.spans} ${traces.spans === 1 ? 'span' : 'spans'} in ${traces.size} ${traces.size === 1 ? 'trace' : 'traces'}${wrong === undefined ? '' : `; left out: ${wrong}${left === 1 ? '' : `, and ${left - 1} more`}`}`;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file', ENOTDIR: 'there is no such folder', EACCES: 'it is not yours to open', EPERM: 'it is not yours to open', EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full', EDQUOT: 'your share of the disk is used up', EROFS: 'it lies on a disk that cannot be written', EIO: 'the disk reports an error', ENAMETOOLONG: 'its name is too long', EFBIG: 'the file is too large',
};
const reasonOf = (error: unknown): string => (error instanceof Error && 'code' in error ? (REASONS[String(error.code)] ?? String(error.code)) : String(error));
