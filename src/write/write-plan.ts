/**
 * A plan is written: all or nothing. The journal is on the disk before the first write, and whatever fails on the way
 * brings every file back.
 */
import { dirname, join, relative, sep } from 'node:path';
import { isRefusal } from '../formats/refusal.ts';
import { applySplices } from '../formats/splices.ts';
import { EXIT, Stop } from '../stop.ts';
import { stores as allStores } from '../stores/index.ts';
import type { Patch, Path, Plan, Store, StoreId, Tools, Workspace } from '../types.ts';
import { decode, encode, hashOf } from './bytes.ts';
import { codeOf, reasonOf, type Disk } from './disk.ts';
import { drive, goalBack, tempName } from './drive.ts';
import { commandLine } from '../ui/shell-lines.ts';
import { path as pathOf } from '../workspace/path.ts';
import { changedOf, type Changed, type Goal, type Kept, type Open } from './entry.ts';
import { openJournal, recoverIn, removeFolders, type Journal } from './journal.ts';
import { keepOthersOut } from './one-run.ts';
import { secretsOf, withValues } from './placeholders.ts';
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
  if (plan.patches.length > 0) {
    const journal = await openJournal(root, tools, disk);
    const release = keepOthersOut(disk, journal.folder, tools.now());
    try {
      recoverIn(root, journal, disk);
      writeAll(disk, root, journal, plan, readyAll(disk, workspace, plan, secrets, journal.nextId()), tools.now());
    } finally {
      release();
    }
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

function readyAll(disk: Disk, workspace: Workspace, plan: Plan, secrets: ReadonlyMap<string, string>, id: string): Ready[] {
  const formats = new Map(plan.ops.flatMap((op) => (op.op === 'edit' ? [[op.path, op.format] as const] : [])));
  return plan.patches.map((patch) => {
    const target = targetOf(disk, workspace.files.root, patch.path);
    if (isRefusal(target)) throw new Stop(EXIT.refused, `${target.refused} Nothing was written.`);
    const names = secretsOf(patch);
    // A link may lead to a file under another name: that one counts as well.
    if (names.length > 0) keptOutOfGit([patch.path, inside(workspace.files.root, target.file)], names, workspace.files);
    const look = disk.look(target.file);
    const bytes = look === undefined ? null : disk.read(target.file);
    if ((bytes === null ? null : hashOf(bytes)) !== patch.before) throw moved(patch.path);
    const text = bytes === null ? '' : decode(bytes, patch.encoding);
    if (text === undefined || !leadsToPlan(text, patch)) throw moved(patch.path);
    const before = bytes === null || look === undefined ? null : { bytes, mode: look.mode, text };
    return {
      patch,
      file: target.file,
      bytes: encode(applySplices(text, names.length === 0 ? patch.splices : withValues(patch.splices, secrets, patch.path)), patch.encoding),
      goal: goalBack(patch, before, id),
      changed: changedOf(patch, text, names.length > 0, formats.get(patch.path)),
      missing: target.missing,
    };
  });
}

/** @throws Stop (4) where one of a file's names is in git, or may be: not knowing is no better. */
function keptOutOfGit(paths: readonly Path[], names: readonly string[], files: Workspace['files']): void {
  for (const path of paths) {
    const tracked = files.tracked(path);
    if (tracked.is === 'yes') throw new Stop(EXIT.refused, `${path} is in git, so ${names.join(', ')} must not go there. Nothing was written.`, `Take it out of git first: ${commandLine(['git', 'rm', '--cached', path], 'sh')}`);
    if (tracked.is === 'unknown') throw new Stop(EXIT.refused, `Whether ${path} is in git is not known: ${tracked.why}. So ${names.join(', ')} must not go there. Nothing was written.`, tracked.do);
  }
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

function writeAll(disk: Disk, root: string, journal: Journal, plan: Plan, ready: readonly Ready[], now: number): void {
  const id = journal.nextId();
  const folders = [...new Set(ready.flatMap((r) => r.missing))];
  const kept: Kept = {
    schema: 1,
    id,
    at: now,
    services: [...new Set(plan.judged.map((j) => j.service))].filter((s) => !plan.refused.some((r) => r.service === s)),
    changed: ready.map((r) => r.changed),
    stores: plan.ops.flatMap((op) => (op.op === 'store' ? [op] : [])),
    folders: folders.map((folder) => inside(root, folder)),
  };
  const open: Open = { schema: 1, id, way: 'back', goals: ready.map((r) => r.goal), folders: kept.folders, next: { remove: [], keep: [kept] } };
  let at: Path | undefined;
  try {
    journal.begin(open);
    for (const folder of folders) disk.makeFolder(folder, 0o777);
    for (const { patch, file, bytes, goal } of ready) {
      at = patch.path;
      putFile(disk, file, bytes, { temp: join(dirname(file), tempName(patch.path, id)), inPlace: goal.inPlace, ...(patch.mode === undefined ? {} : { mode: patch.mode }) });
    }
    journal.finish(open, open.next);
  } catch (error) {
    throw takenBack(disk, root, journal, open, at, error);
  }
}

/** Everything is brought back; the Stop says what happened, and whether that could be done. */
function takenBack(disk: Disk, root: string, journal: Journal, open: Open, at: Path | undefined, error: unknown): Stop {
  const what = `${at ?? 'The journal'} could not be written: ${reasonOf(error)}.`;
  const failed = drive(disk, root, open.goals, journal.rescueFolder).find((d) => d.failed !== undefined);
  if (failed !== undefined) {
    return new Stop(EXIT.refused, `${what} ${failed.path} could not be brought back either: ${failed.failed}.`, 'Mend that, then run otel-setup again: it brings everything back first.');
  }
  try {
    removeFolders(disk, root, open.folders);
    journal.finish(open, { remove: [open.id], keep: [] });
  } catch {
    // The record stays: the next run finds every file in its state and removes it.
  }
  return new Stop(EXIT.refused, `${what} Every file is as it was.`, codeOf(error) === 'ENOSPC' ? 'Free some space, then run the same command again.' : 'Mend that, then run the same command again.');
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
