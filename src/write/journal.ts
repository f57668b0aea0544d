/**
 * The journal: what a run is about to write is on the disk before the first write, so that the next run can restore
 * the exact state from before; what it wrote is kept for undo. It lives in the user's state folder and counts only where
 * nobody else could have put it there. Secrets are placeholders, files are readable by the user alone.
 */
import { dirname, join } from 'node:path';
import { EXIT, Stop } from '../stop.ts';
import type { Tools } from '../types.ts';
import type { Disk } from './disk.ts';
import { cureOf, reasonOf } from './disk-error.ts';
import { parseKept, parseOpen, type Kept, type Next, type Open } from './entry.ts';
import { keepOthersOut } from './one-run.ts';
import { basesFor, journalName } from './state-folder.ts';
import { distrust, trustAgain } from './trust.ts';

export interface Journal {
  readonly folder: string;
  /** Finished inits, oldest first. One that cannot be read is left out. */
  kept(): readonly Kept[];
  /** By names alone: is there unfinished work, or a record that a killed run did not finish? */
  hasOpen(): boolean;
  /** Unfinished work; more than one only if recovery itself was cut off. Only who keeps others out may ask. @throws Stop (4) where one cannot be read. */
  open(): readonly Open[];
  nextId(): string;
  /** Where the record of unfinished work is. */
  fileOf(open: Pick<Open, 'id'>): string;
  /** Removes half-written records. */
  clean(): void;
  /** On the disk when this returns. @throws Stop (4) where it is too large to be read again. */
  begin(open: Open): void;
  /** The files are all in their state: the open record goes, the kept ones become what `next` says. */
  finish(open: Open, next: Next): void;
}
export interface Locked {
  readonly journal: Journal;
  /** Lets others in again; throws nothing. */
  release(): void;
}

/** A compose file has kilobytes, a lock file megabytes; both texts of each are in a record. */
const MOST_BYTES = 128 * 1024 * 1024;

/**
 * The journal of a workspace, its folder made if need be, and nobody else in it until `release`.
 * @throws Stop (4) while another run is at work, where a folder in its place is not ours, or where there is no place for it.
 */
export function lockJournal(root: string, tools: Pick<Tools, 'env' | 'now'>, disk: Disk): Locked {
  let last: unknown;
  for (const base of basesFor(root, tools.env, disk)) {
    const folder = join(base.folder, journalName(root));
    try {
      makeAll(disk, base.folder);
      // Not through a link of somebody else's.
      if (untrusted(disk, [base.folder]) === undefined) disk.makeFolder(folder, 0o700);
      const trouble = untrusted(disk, [base.folder, folder]);
      if (trouble !== undefined) throw new Stop(EXIT.refused, `The journal would lie in ${trouble.path}, and that ${trouble.what}. Nothing was written.`, trustAgain(trouble.path, trouble.what));
      return { journal: journalIn(folder, disk), release: keepOthersOut(disk, folder, tools.now()) };
    } catch (error) {
      if (error instanceof Stop) throw error;
      last = error;
    }
  }
  const why = last === undefined ? 'every folder for it lies in the workspace' : reasonOf(last);
  throw new Stop(EXIT.refused, `No place for the journal of this workspace: ${why}. Nothing was written.`, last !== undefined && /space/.test(cureOf(last)) ? `${cureOf(last)}, then run the same command again.` : 'Set XDG_STATE_HOME to a folder outside of the workspace that you may write to.');
}

/**
 * Every journal that this workspace has already; makes nothing.
 * @param ignored hears, in one sentence, of a folder in such a place that is not ours.
 */
export function journalsOf(root: string, { env }: Pick<Tools, 'env'>, disk: Disk, ignored: (sentence: string) => void = () => {}): readonly Journal[] {
  return basesFor(root, env, disk).flatMap((base) => {
    const folder = join(base.folder, journalName(root));
    if (disk.look(base.folder) === undefined || (disk.look(base.folder)?.kind === 'folder' && disk.look(folder) === undefined)) return [];
    const trouble = untrusted(disk, [base.folder, folder]);
    if (trouble === undefined) return [journalIn(folder, disk)];
    ignored(`${trouble.path} ${trouble.what}, so nothing in it is taken for a journal of otel-setup.`);
    return [];
  });
}

/** The first part of the journal's path, of those that we make, which is not as we make it. */
function untrusted(disk: Disk, ours: readonly string[]): { readonly path: string; readonly what: string } | undefined {
  for (const path of ours) {
    const look = disk.look(path);
    const what = look === undefined ? 'is gone' : distrust(look, 'folder');
    if (what !== undefined) return { path, what };
  }
  return undefined;
}

/** What a record says of itself is what its name says. */
const named = <T extends { readonly id: string }>(name: string, record: T | undefined): T | undefined => (record !== undefined && name.startsWith(`${record.id}.`) ? record : undefined);
const openName = ({ id }: Pick<Open, 'id'>): string => `${id}.open.json`;

function journalIn(folder: string, disk: Disk): Journal {
  const names = (end: string) => disk.list(folder).filter((name) => name.endsWith(end) && /^\d{6}\./.test(name));
  const text = (name: string): string | undefined => {
    const bytes = disk.readOwn(join(folder, name), MOST_BYTES);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
  };
  const save = (name: string, record: Kept | Open) => {
    const bytes = Buffer.from(JSON.stringify(record));
    if (bytes.length > MOST_BYTES) throw new Stop(EXIT.refused, 'These files are too large to be written in one go. Nothing was written.', 'Set up fewer services at once, with --services.');
    saveIn(disk, folder, name, bytes);
  };
  return {
    folder,
    kept: () => names('.kept.json').flatMap((name) => named(name, parseKept(text(name) ?? '')) ?? []),
    hasOpen: () => names('.open.json').length > 0 || names('.new').length > 0,
    open: () =>
      names('.open.json').map((name) => {
        const open = named(name, parseOpen(text(name) ?? ''));
        if (open !== undefined) return open;
        throw new Stop(EXIT.refused, `An earlier run was cut off, and its journal ${join(folder, name)} cannot be read.`, `Look at your files (git diff), then: rm ${join(folder, name)}`);
      }),
    clean: () => {
      for (const name of names('.new')) disk.remove(join(folder, name));
    },
    nextId: () => {
      const ids = disk.list(folder).flatMap((name) => /^(\d{6})\./.exec(name)?.[1] ?? []);
      return String(Math.max(0, ...ids.map(Number)) + 1).padStart(6, '0');
    },
    fileOf: (open) => join(folder, openName(open)),
    begin: (open) => save(openName(open), open),
    finish: (open, next) => {
      for (const kept of next.keep) save(`${kept.id}.kept.json`, kept);
      for (const id of next.remove) disk.remove(join(folder, `${id}.kept.json`));
      disk.remove(join(folder, openName(open)));
      disk.sync(folder);
    },
  };
}

/** A file of the journal, whole or not at all; on the disk when this returns. */
export function saveIn(disk: Disk, folder: string, name: string, bytes: Uint8Array): void {
  const temp = join(folder, `${name}.new`);
  disk.remove(temp);
  try {
    disk.create(temp, bytes, 0o600);
    disk.rename(temp, join(folder, name));
  } catch (error) {
    try {
      disk.remove(temp);
    } catch {
      // The next run removes it.
    }
    throw error;
  }
  disk.sync(folder);
}

/** Folders that are there stay as they are: the user's own may be links. */
function makeAll(disk: Disk, folder: string): void {
  const missing: string[] = [];
  for (let at = folder; disk.look(at) === undefined && dirname(at) !== at; at = dirname(at)) missing.unshift(at);
  for (const at of missing) disk.makeFolder(at, 0o700);
}
