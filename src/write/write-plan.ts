/**
 * A plan is written: all or nothing. The journal is on the disk before the first write, and whatever fails on the way
 * brings every file back.
 */
import { randomBytes } from 'node:crypto';
import { dirname, join, relative, sep } from 'node:path';
import { isRefusal } from '../formats/refusal.ts';
import { applySplices } from '../formats/splices.ts';
import { EXIT, Stop } from '../stop.ts';
import { stores as allStores } from '../stores/index.ts';
import type { Patch, Path, Plan, Store, StoreId, Tools, Workspace } from '../types.ts';
import { openFiles } from '../workspace/files.ts';
import { path as pathOf } from '../workspace/path.ts';
import { decode, encode, hashOf, sameBytes } from './bytes.ts';
import type { Disk } from './disk.ts';
import { asStop, cureOf, reasonOf } from './disk-error.ts';
import { drive, goalBack, tempName } from './drive.ts';
import { changedOf, type Changed, type Goal, type Kept, type Open } from './entry.ts';
import { journalsOf, lockJournal, type Journal } from './journal.ts';
import { keepOthersOut } from './one-run.ts';
import { keptOutOfGit, readByGit } from './out-of-git.ts';
import { secretsOf, withValues } from './placeholders.ts';
import { nextAfter, recoverIn, removeFolders } from './recover.ts';
import { recoveredLines, recoveredOf } from './recovered.ts';
import { putFile } from './replace.ts';
import { targetOf } from './target.ts';
import { realDisk } from './write.ts';

export interface Written {
  readonly files: readonly Path[];
  /** Stores that are no file: what happened to the secret there. The files are written either way. */
  readonly stored: readonly { readonly store: StoreId; readonly name: string; readonly problem?: string }[];
}
export interface WriteOptions {
  readonly disk?: Disk;
  readonly stores?: readonly Store[];
}

/** One patch, ready: where it goes, the bytes, and the way back. */
interface Ready {
  readonly patch: Patch;
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly temp: string;
  readonly goal: Goal;
  readonly changed: Changed;
  readonly missing: readonly string[];
}

/**
 * Writes a plan: every patch or none. The stores that are no file (`gp env`) come last; one that fails is told, not thrown.
 * @throws Stop (4) with a sentence where nothing was written: a file has changed since the plan was made, a link leaves
 * the workspace, the disk is full, another run is at work, a secret's file is in git.
 */
export async function writePlan(workspace: Workspace, plan: Plan, secrets: ReadonlyMap<string, string>, tools: Tools, options: WriteOptions = {}): Promise<Written> {
  const { disk = realDisk } = options;
  const { root } = workspace.files;
  const stored = plan.ops.flatMap((op) => (op.op === 'store' ? [op] : []));
  try {
    if (plan.patches.length > 0) {
      const { journal, release } = lockJournal(root, tools, disk);
      try {
        asRead(disk, workspace, plan, journal, tools.now());
        writeAll(disk, root, journal, plan, (mark) => readyAll(disk, workspace, plan, secrets, mark), tools.now());
      } finally {
        release();
      }
    }
  } catch (error) {
    throw asStop(error, 'Nothing was written');
  }
  if (stored.length === 0) return { files: plan.patches.map((p) => p.path), stored: [] };
  const stores = options.stores ?? allStores;
  const answers: Written['stored'][number][] = [];
  for (const { store: id, name } of stored) {
    const problem = await put(stores, id, name, secrets.get(name), workspace, tools);
    answers.push(problem === undefined ? { store: id, name } : { store: id, name, problem });
  }
  return { files: plan.patches.map((p) => p.path), stored: answers };
}

/**
 * For a plan without anything to write: it says that all is there, which must not be what another run is about to take away.
 * @throws Stop (4) while another run is at work, or where a file that counts was changed since it was read.
 */
export function stillAsRead(workspace: Workspace, plan: Plan, tools: Pick<Tools, 'env' | 'now'>, disk: Disk = realDisk): void {
  try {
    for (const journal of journalsOf(workspace.files.root, tools, disk)) {
      const release = keepOthersOut(disk, journal.folder, tools.now());
      try {
        asRead(disk, workspace, plan, journal, tools.now());
      } finally {
        release();
      }
    }
  } catch (error) {
    throw asStop(error, 'It could not be made sure that no other run is at work');
  }
}

/** Nobody else is at work: is everything that the plan was made from, what is met already too, still there? */
function asRead(disk: Disk, workspace: Workspace, plan: Plan, journal: Journal, now: number): void {
  const { root } = workspace.files;
  const recovered = recoverIn(root, journal, disk, now);
  if (recovered !== undefined) throw new Stop(EXIT.refused, ['Another run was cut off just now; what it had written was taken back first, and nothing else was written.', ...recoveredLines(recovered)].join('\n'), 'Run the same command again: it plans anew.');
  const met = plan.judged.flatMap(({ verdict }) => (verdict.is === 'met' && typeof verdict.where === 'object' ? [verdict.where.path] : []));
  const fresh = openFiles(root);
  const other = [...new Set([...workspace.compose, ...met])].find((path) => fresh.text(path) !== workspace.files.text(path));
  if (other !== undefined) throw moved(other);
}

function readyAll(disk: Disk, workspace: Workspace, plan: Plan, secrets: ReadonlyMap<string, string>, open: Pick<Open, 'mark'>): Ready[] {
  const formats = new Map(plan.ops.flatMap((op) => (op.op === 'edit' ? [[op.path, op.format] as const] : [])));
  return plan.patches.map((patch) => {
    const target = targetOf(disk, workspace.files.root, patch.path);
    if (isRefusal(target)) throw new Stop(EXIT.refused, `${target.refused} Nothing was written.`);
    const names = secretsOf(patch);
    if (names.length > 0) keptOutOfGit(disk, workspace.files, patch, target.file, names);
    if (secrets.size > 0 && formats.get(patch.path) === 'ignore-file') readByGit(disk, workspace.files.root, patch);
    const look = disk.look(target.file);
    // The other name may lie anywhere, and a file with a key in it would be read there too.
    if (look !== undefined && look.links > 1) {
      throw new Stop(EXIT.refused, `${patch.path} has a second name (a hard link), perhaps outside of the workspace, and what is there would change too. Nothing was written.`, 'Give it a file of its own: copy it, and put the copy in its place.');
    }
    const bytes = look === undefined ? null : disk.read(target.file);
    if ((bytes === null ? null : hashOf(bytes)) !== patch.before) throw moved(patch.path);
    const text = bytes === null ? '' : decode(bytes, patch.encoding);
    if (text === undefined || !leadsToPlan(text, patch)) throw moved(patch.path);
    const before = bytes === null || look === undefined ? null : { bytes, mode: look.mode, text };
    const changed = changedOf(patch, text, names.length > 0, formats.get(patch.path));
    const temp = join(dirname(target.file), tempName(open));
    disk.look(temp); // a path that is too long says so now, while nothing is written
    return {
      patch,
      file: target.file,
      bytes: encode(applySplices(text, names.length === 0 ? patch.splices : withValues(patch.splices, secrets, patch.path)), patch.encoding),
      temp,
      goal: goalBack(changed, before),
      changed,
      missing: target.missing,
    };
  });
}

const inside = (root: string, file: string): Path => pathOf(relative(root, file).replaceAll(sep, '/'));

function leadsToPlan(before: string, patch: Patch): boolean {
  try {
    return hashOf(encode(applySplices(before, patch.splices), patch.encoding)) === patch.after;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const moved = (path: Path): Stop => new Stop(EXIT.refused, `${path} has changed since the plan was made. Nothing was written.`, 'Run the same command again: it plans anew.');

function writeAll(disk: Disk, root: string, journal: Journal, plan: Plan, readyFor: (open: Pick<Open, 'mark'>) => readonly Ready[], now: number): void {
  const id = journal.nextId();
  const mark = randomBytes(8).toString('hex');
  const ready = readyFor({ mark });
  const folders = [...new Set(ready.flatMap((r) => r.missing))];
  const kept: Kept = {
    schema: 2,
    id,
    at: now,
    services: [...new Set(plan.judged.map((j) => j.service))].filter((s) => !plan.refused.some((r) => r.service === s)),
    changed: ready.map((r) => r.changed),
    stores: plan.ops.flatMap((op) => (op.op === 'store' ? [op] : [])),
    folders: folders.map((folder) => inside(root, folder)),
  };
  const open: Open = { schema: 2, id, mark, way: 'back', goals: ready.map((r) => r.goal), folders: kept.folders, next: { remove: [], keep: [kept] } };
  let at: Path | undefined;
  try {
    journal.begin(open);
    for (const folder of folders) disk.makeFolder(folder, 0o777);
    for (const { patch, file, bytes, temp, goal } of ready) {
      at = patch.path;
      putFile(disk, file, bytes, { temp, inPlace: goal.inPlace, ...(patch.mode === undefined ? {} : { mode: patch.mode }) });
    }
    // Only then is it "written": an editor, or a run of another user, may have been here meanwhile.
    for (const { patch, file, bytes } of ready) if (!isThere(disk, file, bytes)) throw new Meanwhile(patch.path);
    at = undefined;
    journal.finish(open, open.next);
  } catch (error) {
    throw takenBack(disk, root, journal, open, at, error, now);
  }
}

class Meanwhile extends Error {
  readonly path: Path;
  constructor(path: Path) {
    super('changed by somebody else');
    this.path = path;
  }
}

const isThere = (disk: Disk, file: string, bytes: Uint8Array): boolean => disk.look(file)?.kind === 'file' && sameBytes(disk.read(file), bytes);

/** Everything is brought back; the Stop says what happened, and whether that could be done. */
function takenBack(disk: Disk, root: string, journal: Journal, open: Open, at: Path | undefined, error: unknown, now: number): Stop {
  if (error instanceof Stop) return error; // too large for the journal: nothing is written yet
  const what = error instanceof Meanwhile ? `${error.path} was changed by somebody else while it was written.` : `${at ?? 'The journal'} could not be written: ${reasonOf(error)}.`;
  const cure = error instanceof Meanwhile ? 'Run the same command again: it plans anew.' : `${cureOf(error)}, then run the same command again.`;
  const driven = drive(disk, root, open);
  const failed = driven.find((one) => one.is === 'failed');
  if (failed !== undefined) {
    return new Stop(EXIT.refused, `${what} ${failed.path} could not be brought back either: ${failed.why}.`, `${failed.cure}, then run otel-setup again: it brings everything back first. To leave the files as they are instead: rm ${journal.fileOf(open)}`);
  }
  try {
    removeFolders(disk, root, open.folders);
    // The kept record may be there or not.
    journal.finish(open, nextAfter(open, driven, now));
  } catch {
    // The record stays: the next run finds every file in its state and removes it.
  }
  const edited = driven.filter((one) => one.is !== 'back');
  if (edited.length === 0) return new Stop(EXIT.refused, `${what} Every file is as it was.`, cure);
  return new Stop(EXIT.refused, [`${what} What was written is taken back.`, ...recoveredLines(recoveredOf(open.way, edited))].join('\n'), cure);
}

async function put(stores: readonly Store[], id: StoreId, name: string, value: string | undefined, workspace: Workspace, tools: Tools): Promise<string | undefined> {
  const store = stores.find((s) => s.id === id);
  if (store?.put === undefined) return `there is no store named ${id}`;
  if (value === undefined) return `the value of ${name} is not known here`;
  try {
    await store.put(name, value, workspace, tools);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
