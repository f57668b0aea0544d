/**
 * The journal: what a run is about to write is on the disk before the first write, so that the next run can restore
 * the exact state from before; what it wrote is kept for undo. It lives where git keeps its own things, else in the
 * user's state folder. Secrets are placeholders, files are readable by the user alone.
 */
import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { EXIT, Stop } from '../stop.ts';
import type { Path, Tools } from '../types.ts';
import { reasonOf, type Disk } from './disk.ts';
import { drive } from './drive.ts';
import { parseKept, parseOpen, type Kept, type Open, type Next } from './entry.ts';
import { OURS, stateFolder } from './left.ts';
import { keepOthersOut } from './one-run.ts';
import { realDisk } from './write.ts';

export interface Journal {
  readonly folder: string;
  /** Finished inits, oldest first. */
  kept(): readonly Kept[];
  /** Unfinished work; more than one only if recovery itself was cut off. */
  open(): readonly Open[];
  /** A record that a killed run did not finish: nothing was written after it. */
  halfWritten(): boolean;
  nextId(): string;
  /** Removes half-written records. */
  clean(): void;
  /** On the disk when this returns. */
  begin(open: Open): void;
  /** The files are all in their state: the open record goes, the kept ones become what `next` says. */
  finish(open: Open, next: Next): void;
  readonly rescueFolder: string;
}

export interface Recovered {
  /** Files that were brought back (init) or on (undo). */
  readonly files: readonly Path[];
  /** Versions that somebody else wrote since: where they were put. */
  readonly rescued: readonly { readonly path: Path; readonly at: string }[];
  readonly way: Open['way'];
}

/** The journal of a workspace, its folder made if need be. Throws Stop (4) where neither git's nor the user's state folder can be written. */
export async function openJournal(root: string, tools: Tools, disk: Disk = realDisk): Promise<Journal> {
  let last: unknown;
  for (const folder of await foldersOf(root, tools)) {
    try {
      makeAll(disk, folder);
      const probe = join(folder, `may-write.${process.pid}`);
      disk.remove(probe);
      disk.create(probe, new Uint8Array(), 0o600);
      disk.remove(probe);
      return journalIn(folder, disk);
    } catch (error) {
      last = error;
    }
  }
  throw new Stop(EXIT.refused, `No place for the journal of this workspace: ${reasonOf(last)}. Nothing was written.`, 'Set XDG_STATE_HOME to a folder that you may write to.');
}

/** Every journal that this workspace has already; makes nothing. */
export async function journalsOf(root: string, tools: Tools, disk: Disk = realDisk): Promise<readonly Journal[]> {
  return (await foldersOf(root, tools)).filter((folder) => disk.look(folder) !== undefined).map((folder) => journalIn(folder, disk));
}

/**
 * Brings back what a killed run left behind; undefined = there was nothing. Called at the start of every command.
 * @throws Stop (4) while another run is at work, or where a file cannot be brought back: then the journal stays.
 */
export async function recover(root: string, tools: Tools, disk: Disk = realDisk): Promise<Recovered | undefined> {
  for (const journal of await journalsOf(root, tools, disk)) {
    if (journal.open().length === 0 && !journal.halfWritten()) continue;
    const release = keepOthersOut(disk, journal.folder, tools.now());
    try {
      const found = recoverIn(root, journal, disk);
      if (found !== undefined) return found;
    } finally {
      release();
    }
  }
  return undefined;
}

/** The same for a journal whose run we are: nobody else may be at work. */
export function recoverIn(root: string, journal: Journal, disk: Disk): Recovered | undefined {
  journal.clean();
  const found: Recovered[] = [];
  for (const open of journal.open().toReversed()) {
    const driven = drive(disk, root, open.goals, journal.rescueFolder);
    const failed = driven.find((d) => d.failed !== undefined);
    if (failed !== undefined) {
      const says = open.way === 'back' ? 'An earlier run was cut off, and' : 'An undo was cut off, and';
      throw new Stop(EXIT.refused, `${says} ${failed.path} could not be brought back: ${failed.failed}.`, 'Mend that, then run otel-setup again: it brings back the rest first.');
    }
    removeFolders(disk, root, open.folders);
    journal.finish(open, open.way === 'on' ? open.next : { remove: open.next.keep.map((k) => k.id), keep: [] });
    found.push({
      way: open.way,
      files: driven.map((d) => d.path),
      rescued: driven.flatMap((d) => (d.rescued === undefined ? [] : [{ path: d.path, at: d.rescued }])),
    });
  }
  const first = found[0];
  if (first === undefined) return undefined;
  return { way: first.way, files: found.flatMap((f) => f.files), rescued: found.flatMap((f) => f.rescued) };
}

/** Folders that we made go again if nothing is in them. */
export function removeFolders(disk: Disk, root: string, folders: readonly Path[]): void {
  for (const folder of folders.toReversed()) disk.removeFolder(join(root, ...folder.split('/')));
}

function journalIn(folder: string, disk: Disk): Journal {
  const names = (end: string) => disk.list(folder).filter((name) => name.endsWith(end) && /^\d{6}\./.test(name));
  const text = (name: string) => Buffer.from(disk.read(join(folder, name))).toString('utf8');
  const save = (name: string, record: Kept | Open) => {
    const temp = join(folder, `${name}.new`);
    disk.remove(temp);
    disk.create(temp, Buffer.from(JSON.stringify(record)), 0o600);
    disk.rename(temp, join(folder, name));
    disk.sync(folder);
  };
  return {
    folder,
    rescueFolder: join(folder, 'rescued'),
    kept: () => names('.kept.json').flatMap((name) => parseKept(text(name)) ?? []),
    open: () =>
      names('.open.json').map((name) => {
        const open = parseOpen(text(name));
        if (open !== undefined) return open;
        throw new Stop(EXIT.refused, `An earlier run was cut off, and its journal ${join(folder, name)} cannot be read.`, 'Look at your files, then delete that journal file.');
      }),
    halfWritten: () => names('.new').length > 0,
    clean: () => {
      for (const name of names('.new')) disk.remove(join(folder, name));
    },
    nextId: () => {
      const ids = disk.list(folder).flatMap((name) => /^(\d{6})\./.exec(name)?.[1] ?? []);
      return String(Math.max(0, ...ids.map(Number)) + 1).padStart(6, '0');
    },
    begin: (open) => save(`${open.id}.open.json`, open),
    finish: (open, next) => {
      for (const kept of next.keep) save(`${kept.id}.kept.json`, kept);
      for (const id of next.remove) disk.remove(join(folder, `${id}.kept.json`));
      disk.remove(join(folder, `${open.id}.open.json`));
      disk.sync(folder);
    },
  };
}

const known = new WeakMap<Tools, Map<string, Promise<string[]>>>();
/** Asked of git once a command. */
function foldersOf(root: string, tools: Tools): Promise<string[]> {
  const ofTools = known.get(tools) ?? new Map<string, Promise<string[]>>();
  known.set(tools, ofTools);
  const folders = ofTools.get(root) ?? findFolders(root, tools);
  ofTools.set(root, folders);
  return folders;
}

/** Git's own folder first (it is never committed and goes with the clone), else the XDG state folder. */
async function findFolders(root: string, tools: Tools): Promise<string[]> {
  const mine = join(stateFolder(tools.env), shortHash(root));
  const git = await tools.exec(['git', 'rev-parse', '--git-path', OURS, '--show-prefix'], { cwd: root, ms: 10_000 });
  if (git.code !== 0) return [mine];
  const [folder = '', prefix = ''] = git.out.split(/\r?\n/);
  if (folder === '') return [mine];
  // Named by the place inside the repository: a clone that is moved keeps its journal.
  return [join(isAbsolute(folder) ? folder : join(root, folder), prefix === '' ? 'root' : shortHash(prefix)), mine];
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

function makeAll(disk: Disk, folder: string): void {
  const missing: string[] = [];
  for (let at = folder; disk.look(at) === undefined; at = join(at, '..')) missing.unshift(at);
  for (const at of missing) disk.makeFolder(at, 0o700);
}
