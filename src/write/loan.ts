/**
 * What `verify` has borrowed: services that run with a temporary override. The note of it is on the disk, beside the
 * journal, before the override is used, so that the next command can put them back when a run was killed. It holds names
 * and command words; no value of a variable.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { EXIT, Stop } from '../stop.ts';
import type { Tools } from '../types.ts';
import type { Disk } from './disk.ts';
import { journalsOf, openJournal } from './journal.ts';
import { isAlive, keepOthersOut, thisRunner } from './one-run.ts';
import { realDisk } from './write.ts';

const runnerShape = z.object({ pid: z.number(), host: z.string(), booted: z.number() });
const loanShape = z.object({
  schema: z.literal(1),
  runner: runnerShape,
  /** `docker compose` with the user's own files. */
  compose: z.array(z.string()),
  cwd: z.string(),
  services: z.array(z.object({
    name: z.string(),
    /** As it was before: containers that ran, containers that did not, none. */
    was: z.enum(['running', 'stopped', 'absent']),
    containers: z.number(),
    /** com.docker.compose.config-hash before; '' = none. */
    hash: z.string(),
  })),
  /** Ids of all networks before: what the project has beyond them is ours. */
  networks: z.array(z.string()),
  project: z.string(),
  /** Process number of a `docker compose` of ours that may still be at work. */
  child: z.number().optional(),
});
export type Loan = z.infer<typeof loanShape>;

const NOTE = 'verify.json';
const OVERRIDE = 'verify.override.json';

export interface Borrowing {
  /** Absolute: the override that services are started with. */
  readonly override: string;
  /** Notes which process is at work for us now; undefined = none. */
  working(child: number | undefined): void;
  /** Everything is put back: nothing of the note is left. */
  over(): void;
  /** Ends without having put back; the next command does it. */
  leave(): void;
}

/**
 * Writes note and override, in this order, and keeps other writing runs out of the workspace until it is over.
 * @throws Stop (4) while another run is at work, or where there is no place for the note.
 */
export async function borrow(root: string, tools: Tools, loan: Omit<Loan, 'schema' | 'runner' | 'child'>, override: string, disk: Disk = realDisk): Promise<Borrowing> {
  const { folder } = await openJournal(root, tools, disk);
  const release = keepOthersOut(disk, folder, tools.now());
  const full: Loan = { schema: 1, runner: thisRunner(tools.now()), ...loan };
  const file = join(folder, OVERRIDE);
  try {
    save(disk, folder, NOTE, full);
    disk.remove(file);
    disk.create(file, Buffer.from(override), 0o600);
  } catch (error) {
    disk.remove(file);
    disk.remove(join(folder, NOTE));
    release();
    throw error;
  }
  return {
    override: file,
    working: (child) => save(disk, folder, NOTE, child === undefined ? full : { ...full, child }),
    over() {
      disk.remove(file);
      disk.remove(join(folder, NOTE));
      disk.sync(folder);
      release();
    },
    leave: release,
  };
}

export interface Left {
  readonly loan: Loan;
  /** Another run has it in hand at this moment. */
  readonly alive: boolean;
  /** Its `docker compose` has not ended yet. */
  childRuns(): boolean;
  /** Removes note and override. */
  over(): void;
}

/**
 * A note that a killed run left; undefined = there is none, which costs one look at the disk. @throws Stop (4) where it
 * cannot be read.
 */
export async function leftLoan(root: string, tools: Tools, disk: Disk = realDisk): Promise<Left | undefined> {
  for (const { folder } of await journalsOf(root, tools, disk)) {
    const note = join(folder, NOTE);
    if (disk.look(note) === undefined) continue;
    const loan = parsed(Buffer.from(disk.read(note)).toString('utf8'));
    if (loan === undefined) throw new Stop(EXIT.refused, `An earlier verify was cut off, and its note ${note} cannot be read.`, `docker compose up -d, then delete that file`);
    const me = thisRunner(tools.now());
    return {
      loan,
      alive: isAlive(loan.runner, me),
      childRuns: () => loan.child !== undefined && isAlive({ ...loan.runner, pid: loan.child }, me),
      over() {
        disk.remove(join(folder, OVERRIDE));
        disk.remove(note);
        disk.sync(folder);
      },
    };
  }
  return undefined;
}

function save(disk: Disk, folder: string, name: string, loan: Loan): void {
  const temp = join(folder, `${name}.new`);
  disk.remove(temp);
  disk.create(temp, Buffer.from(JSON.stringify(loan)), 0o600);
  disk.rename(temp, join(folder, name));
  disk.sync(folder);
}

function parsed(text: string): Loan | undefined {
  try {
    return loanShape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
