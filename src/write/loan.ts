/**
 * What `verify` has borrowed: services that run with a temporary override. The note of it is on the disk, beside the
 * journal, before the override is used, so that the next command can put them back when a run was killed. It holds names,
 * numbers and hashes that are checked when it is read: no command, and no value of a variable.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { EXIT, Stop } from '../stop.ts';
import type { Path, Tools } from '../types.ts';
import type { Disk } from './disk.ts';
import { asStop, stopping } from './disk-error.ts';
import { journalsOf, lockJournal, saveIn, type Locked } from './journal.ts';
import { isAlive, keepOthersOut, runnerOf, thisRunner } from './one-run.ts';
import { pathSchema } from './plan-schema.ts';
import { realDisk } from './write.ts';

const runnerShape = z.strictObject({ pid: z.number().int().positive(), since: z.string().regex(/^[tb]\d{1,20}$/), host: z.string().regex(/^[0-9a-f]{8}$/) });
const loanShape = z.strictObject({
  schema: z.literal(2),
  runner: runnerShape,
  /** The user's own compose files, in the order of Compose. */
  compose: z.array(pathSchema).min(1).max(100),
  /** The folder of the first of them: '' = the workspace itself. */
  projectDir: z.union([z.literal('').transform((text) => text as Path), pathSchema]),
  services: z.array(z.strictObject({
    /** As Compose takes it; none that could be read as an option. */
    name: z.string().regex(/^[A-Za-z0-9._][A-Za-z0-9._-]{0,200}$/),
    /** As it was before: containers that ran, containers that did not, none. */
    was: z.enum(['running', 'stopped', 'absent']),
    containers: z.number().int().min(0).max(10_000),
    /** com.docker.compose.config-hash before; '' = none. */
    hash: z.string().regex(/^[0-9a-f]{0,128}$/),
  })).min(1).max(1_000),
  /** Ids of all networks before: what the project has beyond them is ours. */
  networks: z.array(z.string().regex(/^[0-9a-f]{12,64}$/)).max(100_000),
  /** '' = not known. */
  project: z.string().regex(/^[A-Za-z0-9._-]{0,200}$/),
  /** A `docker compose` of ours that may still be at work. */
  child: runnerShape.optional(),
});
export type Loan = z.infer<typeof loanShape>;
/** What is borrowed, without who did it. */
export type Lent = Omit<Loan, 'schema' | 'runner' | 'child'>;

const NOTE = 'verify.json';
const OVERRIDE = 'verify.override.json';
const MOST_BYTES = 8 * 1024 * 1024;
const NOT_NOTED = 'What verify borrows could not be written down, so nothing was borrowed';

export interface Borrowing {
  /** Absolute: the override that services are started with. */
  readonly override: string;
  /** Notes which process is at work for us now; undefined = none. A disk that says no is passed over: the services matter more. */
  working(child: number | undefined): void;
  /** Everything is put back: nothing of the note is left. @throws Stop (4) where the disk says no. */
  over(): void;
  /** Ends without having put back; the next command does it. */
  leave(): void;
}

/**
 * Writes note and override, in this order, and keeps other writing runs out of the workspace until it is over.
 * @throws Stop (4) while another run is at work, where there is no place for the note, or where a name could not be read again.
 */
export async function borrow(root: string, tools: Pick<Tools, 'env' | 'now'>, lent: Lent, override: string, disk: Disk = realDisk): Promise<Borrowing> {
  const full = { schema: 2 as const, runner: thisRunner(disk, tools.now()), ...lent };
  const odd = loanShape.safeParse(full).error?.issues[0];
  if (odd !== undefined) throw new Stop(EXIT.refused, `verify cannot write down what it borrows (${odd.path.join('.')}), so nothing was borrowed.`, 'Leave that service out: --exclude SERVICE');
  const { journal: { folder }, release } = stopping<Locked>(NOT_NOTED, () => lockJournal(root, tools, disk));
  const file = join(folder, OVERRIDE);
  const note = (loan: Loan): void => saveIn(disk, folder, NOTE, Buffer.from(JSON.stringify(loan)));
  const remove = (): void => {
    disk.remove(file);
    disk.remove(join(folder, NOTE));
    disk.sync(folder);
  };
  try {
    if (disk.look(join(folder, NOTE)) !== undefined) throw new Stop(EXIT.refused, 'An earlier verify was cut off, and what it borrowed is not put back yet.', 'npx otel-setup status puts it back; then run verify again');
    note(full);
    disk.remove(file);
    disk.create(file, Buffer.from(override), 0o600);
  } catch (error) {
    if (!(error instanceof Stop)) tried(remove);
    release();
    throw asStop(error, NOT_NOTED);
  }
  return {
    override: file,
    working: (child) => tried(() => note(child === undefined ? full : { ...full, child: runnerOf(disk, child, tools.now()) })),
    over() {
      try {
        stopping('Everything is put back, but the note of it could not be removed', remove, 'run any otel-setup command here');
      } finally {
        release();
      }
    },
    leave: release,
  };
}

function tried(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (asStop(error, '') === error) throw error; // not the disk's
  }
}

export interface Left {
  readonly loan: Loan;
  /** Where the note is. */
  readonly note: string;
  /** Another run has it in hand at this moment. */
  readonly alive: boolean;
  /** Its `docker compose` has not ended yet. */
  childRuns(): boolean;
  /** Keeps others out while it is put back; undefined = somebody is at it, or it is put back by now. */
  take(): { readonly release: () => void } | undefined;
  /** Removes note and override. */
  over(): void;
}

/**
 * A note that a killed run left; undefined = there is none, which costs one look at the disk. @throws Stop (4) where it
 * cannot be read.
 */
export async function leftLoan(root: string, tools: Pick<Tools, 'env' | 'now'>, disk: Disk = realDisk): Promise<Left | undefined> {
  return stopping('The note of an earlier verify cannot be read', () => {
    for (const { folder } of journalsOf(root, tools, disk)) {
      const note = join(folder, NOTE);
      if (disk.look(note) === undefined) continue;
      const bytes = disk.readOwn(note, MOST_BYTES);
      // Put back in this very moment.
      if (bytes === undefined && disk.look(note) === undefined) continue;
      const loan = bytes === undefined ? undefined : parsed(Buffer.from(bytes).toString('utf8'));
      if (loan === undefined) throw new Stop(EXIT.refused, `An earlier verify was cut off, and its note ${note} cannot be read.`, `docker compose up -d, then: rm ${note}`);
      return {
        loan,
        note,
        alive: isAlive(disk, loan.runner, tools.now()),
        childRuns: () => loan.child !== undefined && isAlive(disk, loan.child, tools.now()),
        take() {
          try {
            const release = keepOthersOut(disk, folder, tools.now());
            if (disk.look(note) !== undefined) return { release };
            release();
          } catch (error) {
            if (!(error instanceof Stop)) throw asStop(error, 'What an earlier verify borrowed could not be put back');
          }
          return undefined;
        },
        over: () =>
          stopping('Everything is put back, but the note of it could not be removed', () => {
            disk.remove(join(folder, OVERRIDE));
            disk.remove(note);
            disk.sync(folder);
          }),
      };
    }
    return undefined;
  });
}

function parsed(text: string): Loan | undefined {
  try {
    return loanShape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
