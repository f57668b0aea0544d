/**
 * Two runs in one workspace must not interleave: a run that writes first makes a file of its own, then looks whether another
 * one is there. All that is known of a run is in the name of its file, so that no half-written one can be misread, and the
 * file of a process that is gone (killed, or from before a restart) can be removed by anybody.
 */
import { createHash } from 'node:crypto';
import { hostname, uptime } from 'node:os';
import { join } from 'node:path';
import { EXIT, Stop } from '../stop.ts';
import type { Disk } from './disk.ts';
import { codeOf } from './disk-error.ts';

/** A process of this machine, so that another one can tell whether it still runs. */
export interface Runner {
  readonly pid: number;
  /** When it started: numbers of processes are used again. 't' + ticks since the machine started, or 'b' + minute of that start. */
  readonly since: string;
  /** Hash of the machine's name. */
  readonly host: string;
}

const NAME = /^running\.(\d{1,10})\.([tb]\d{1,20})\.([0-9a-f]{8})$/;
const LOOKS = 4;
const LONGEST_PAUSE_MS = 40;

/** @param now milliseconds since 1970. */
export const thisRunner = (disk: Pick<Disk, 'read'>, now: number): Runner => runnerOf(disk, process.pid, now);

/** Any process of this machine. */
export function runnerOf(disk: Pick<Disk, 'read'>, pid: number, now: number): Runner {
  const started = startOf(disk, pid);
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  return { pid, since: started === undefined ? `b${bootMinute(now)}` : `t${started}`, host };
}

const held = new Set<string>();

/**
 * Keeps others out until the returned function is called, which throws nothing.
 * @throws Stop (4) while another run is at work; the disk's own errors.
 */
export function keepOthersOut(disk: Disk, folder: string, now: number): () => void {
  const me = thisRunner(disk, now);
  const name = `running.${me.pid}.${me.since}.${me.host}`;
  const mine = join(folder, name);
  for (let looks = 1; ; looks += 1) {
    const other = claim(disk, mine) ? otherIn(disk, folder, name, now) : me;
    if (other === undefined) {
      held.add(mine);
      return () => {
        held.delete(mine);
        giveUp(disk, mine);
      };
    }
    if (other !== me) giveUp(disk, mine);
    if (looks === LOOKS || other === me) throw atWork(folder, other, me);
    // Two that begin in the same moment see each other: one of them looks again earlier.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1 + Math.random() * LONGEST_PAUSE_MS);
  }
}

function atWork(folder: string, other: Runner, me: Runner): Stop {
  const file = join(folder, `running.${other.pid}.${other.since}.${other.host}`);
  const where = other.host === me.host ? '' : ' of another machine or container';
  return new Stop(EXIT.refused, `Another otel-setup (process ${other.pid}${where}) is at work in this workspace. Nothing was written.`, `Wait until it has ended. If there is none, delete ${file}`);
}

/** False = this very process is at work already. */
function claim(disk: Disk, mine: string): boolean {
  if (held.has(mine) && disk.look(mine) !== undefined) return false;
  // Where the start of a process is not known, an earlier one of the same number may have left it.
  disk.remove(mine);
  disk.create(mine, new Uint8Array(), 0o600);
  return true;
}

/** Its own end says as much as the removal would. */
function giveUp(disk: Disk, mine: string): void {
  try {
    disk.remove(mine);
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
  }
}

/** Another run that is at work; what the dead left is removed. */
function otherIn(disk: Disk, folder: string, mine: string, now: number): Runner | undefined {
  for (const name of disk.list(folder)) {
    if (!name.startsWith('running') || name === mine) continue;
    const [, pid, since = '', host = ''] = NAME.exec(name) ?? [];
    const other = pid === undefined ? undefined : { pid: Number(pid), since, host };
    if (other !== undefined && isAlive(disk, other, now)) return other;
    disk.remove(join(folder, name));
  }
  return undefined;
}

/** Whether a process still runs. One of another machine or container counts: it is not ours to judge. */
export function isAlive(disk: Pick<Disk, 'read'>, other: Runner, now: number): boolean {
  if (other.host !== thisRunner(disk, now).host) return true;
  if (other.since.startsWith('t')) return startOf(disk, other.pid) === other.since.slice(1);
  if (Math.abs(Number(other.since.slice(1)) - bootMinute(now)) > 1) return false;
  try {
    process.kill(other.pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

const bootMinute = (now: number): number => Math.max(0, Math.round((now / 1000 - uptime()) / 60));

/** Ticks between the machine's start and the process's; undefined = there is none, it has ended, or this system does not tell. */
function startOf(disk: Pick<Disk, 'read'>, pid: number): string | undefined {
  let stat: string;
  try {
    stat = Buffer.from(disk.read(`/proc/${pid}/stat`)).toString('latin1');
  } catch {
    return undefined;
  }
  // The name of the program, in parentheses, may hold anything; what follows is state, parent, … and as the 20th the start.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = ''] = fields;
  // A zombie has ended; nobody has asked for its exit code yet.
  return state === 'Z' || state === 'X' || !/^\d+$/.test(fields[19] ?? '') ? undefined : fields[19];
}
