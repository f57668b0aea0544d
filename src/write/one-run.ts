/**
 * Two runs in one workspace must not interleave: whoever makes the file `running` first goes on, the other one ends
 * with a sentence. A file whose process is gone (killed, or from before a restart of the machine) does not count.
 */
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { EXIT, Stop } from '../stop.ts';
import { codeOf, type Disk } from './disk.ts';

/** A process of this machine, so that another one can tell whether it still runs. */
export interface Runner {
  readonly pid: number;
  readonly host: string;
  /** Milliseconds since 1970 at which the machine started: a process number is only worth something since then. */
  readonly booted: number;
}

const SAME_BOOT_MS = 60_000;

export const thisRunner = (now: number): Runner => ({ pid: process.pid, host: hostname(), booted: now - uptime() * 1000 });

/**
 * Keeps others out until the returned function is called.
 * @throws Stop (4) while another run is at work.
 */
export function keepOthersOut(disk: Disk, folder: string, now: number): () => void {
  const file = join(folder, 'running');
  const me = thisRunner(now);
  const mine = `${file}.${process.pid}`;
  for (let tries = 0; tries < 3; tries += 1) {
    if (claim(disk, file, mine, Buffer.from(JSON.stringify(me)))) return () => disk.remove(file);
    const other = read(disk, file);
    if (other !== undefined && isAlive(other, me)) {
      throw new Stop(EXIT.refused, `Another otel-setup (process ${other.pid}) is at work in this workspace. Nothing was written.`, `Wait until it has ended. If there is none, delete ${file}.`);
    }
    takeAway(disk, file, `${mine}.left`, other);
  }
  throw new Stop(EXIT.refused, 'Several runs of otel-setup want this workspace at once. Nothing was written.', 'Run it again when the others have ended.');
}

/** True = the file is ours, with all of its text in it from the first moment on. */
function claim(disk: Disk, file: string, mine: string, bytes: Uint8Array): boolean {
  disk.remove(mine);
  disk.create(mine, bytes, 0o600);
  try {
    disk.link(mine, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
  } finally {
    disk.remove(mine);
  }
  try {
    disk.create(file, bytes, 0o600); // a file system without hard links
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a leftover; if it became somebody's in the meantime, it is given back. */
function takeAway(disk: Disk, file: string, aside: string, judged: Runner | undefined): void {
  try {
    disk.rename(file, aside);
    const found = read(disk, aside);
    if (found !== undefined && found.pid !== judged?.pid) disk.link(aside, file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error;
  }
  disk.remove(aside);
}

function read(disk: Disk, file: string): Runner | undefined {
  try {
    const found: unknown = JSON.parse(Buffer.from(disk.read(file)).toString('utf8'));
    if (typeof found !== 'object' || found === null) return undefined;
    const { pid, host, booted } = found as Partial<Runner>;
    return typeof pid === 'number' && typeof host === 'string' && typeof booted === 'number' ? { pid, host, booted } : undefined;
  } catch {
    return undefined; // half written by a run that was killed, or gone by now
  }
}

export function isAlive(other: Runner, me: Runner): boolean {
  if (other.host !== me.host) return true; // another machine or container: not ours to judge
  if (Math.abs(other.booted - me.booted) > SAME_BOOT_MS) return false;
  try {
    process.kill(other.pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
