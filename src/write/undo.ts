/**
 * Takes an init back: everything that can be taken back, at once; what the user has changed since is kept and told.
 */
import { randomBytes } from 'node:crypto';
import { isRefusal } from '../formats/refusal.ts';
import { EXIT, Stop } from '../stop.ts';
import type { Encoding, Path, Splice, Tools } from '../types.ts';
import { folderOf, join } from '../workspace/path.ts';
import { decode, encode, hashOfText } from './bytes.ts';
import { diffFiles } from './diff.ts';
import type { Disk } from './disk.ts';
import { asStop } from './disk-error.ts';
import { drive, isIgnoreLine, type Driven } from './drive.ts';
import type { Changed, Goal, Kept, Open } from './entry.ts';
import { journalsOf, type Journal } from './journal.ts';
import { keepOthersOut } from './one-run.ts';
import { maskLines, secretsOf } from './placeholders.ts';
import { nextAfter, recoverIn, removeFolders } from './recover.ts';
import type { Recovered } from './recovered.ts';
import { takeBack, takeOut } from './take-back.ts';
import { targetOf } from './target.ts';
import { realDisk } from './write.ts';

export interface Undone {
  /** Brought back; `exact`: byte for byte as before, else the user's own edits are still in it. */
  readonly back: readonly { readonly path: Path; readonly exact: boolean; readonly removed: boolean }[];
  /** Could not be taken back: the lines of ours that are still there. */
  readonly left: readonly { readonly path: Path; readonly why: string; readonly lines: readonly string[] }[];
  /** Left on purpose: the line of .gitignore that keeps a `.env` out of git that is still there. */
  readonly stays: readonly { readonly path: Path; readonly why: string }[];
  /** Secrets that are still kept in a store that is no file. */
  readonly stores: readonly { readonly store: string; readonly name: string }[];
  readonly services: readonly string[];
  /** What was (or would be) changed, as a patch; secrets are placeholders. */
  readonly diff: string;
  /** What a run that was killed in this very moment had left, put right first. */
  readonly healed?: Recovered;
}
export interface UndoOptions {
  /** All inits, not only the last one. */
  readonly all?: boolean;
  /** Says what would be done. */
  readonly dryRun?: boolean;
  readonly disk?: Disk;
  /** Hears of a folder in the journal's place that is not ours. */
  readonly ignored?: (sentence: string) => void;
}

/** A file on its way back. */
interface Now {
  readonly file: string;
  readonly mode: number | null;
  readonly encoding: Encoding;
  /** As it is on the disk; null = not there. */
  readonly first: string | null;
  text: string | null;
  exact: boolean;
  diffs: { before: string; splices: readonly Splice[] }[];
  readonly secrets: Set<string>;
  /** What is taken out, newest first. */
  readonly out: Changed[];
}

/**
 * Takes back the last init of this workspace, or all of them; undefined = there is none to take back.
 * @throws Stop (4) while another run is at work, or where the disk says no (nothing is changed then).
 */
export async function undo(root: string, tools: Pick<Tools, 'env' | 'now'>, options: UndoOptions = {}): Promise<Undone | undefined> {
  const { all = false, dryRun = false, disk = realDisk, ignored } = options;
  try {
    for (const journal of journalsOf(root, tools, disk, ignored)) {
      if (journal.kept().length === 0) continue;
      if (dryRun) return planned(disk, root, chosen(journal, all)).undone;
      const release = keepOthersOut(disk, journal.folder, tools.now());
      try {
        const healed = recoverIn(root, journal, disk, tools.now());
        // Another undo may have been here while we waited.
        const kept = chosen(journal, all);
        if (kept.length === 0 && healed === undefined) continue;
        const plan = planned(disk, root, kept);
        const left = kept.length === 0 ? [] : carryOut(disk, root, journal, kept, plan, tools.now());
        return {
          ...plan.undone,
          back: plan.undone.back.filter(({ path }) => !left.some((one) => one.path === path)),
          left: [...plan.undone.left, ...left.filter(({ out }) => out.length > 0)],
          stays: [...plan.undone.stays, ...left.filter(({ out }) => out.length === 0)],
          ...(healed === undefined ? {} : { healed }),
        };
      } finally {
        release();
      }
    }
    return undefined;
  } catch (error) {
    throw asStop(error, 'The init could not be taken back', 'run the same command again: it goes on there');
  }
}

function chosen(journal: Journal, all: boolean): Kept[] {
  const newestFirst = journal.kept().toReversed();
  return all ? newestFirst : newestFirst.slice(0, 1);
}

interface Planned {
  readonly undone: Undone;
  readonly files: ReadonlyMap<Path, Now>;
  /** What stays in the journal, since it could not be taken back. */
  readonly rest: readonly Kept[];
}

function planned(disk: Disk, root: string, kept: readonly Kept[]): Planned {
  const files = new Map<Path, Now>();
  const left: Undone['left'][number][] = [];
  const stays: Undone['stays'][number][] = [];
  const stuck = new Set<Changed>();
  const newestFirst = kept.flatMap((one) => one.changed.toReversed());
  // What keeps a file out of git goes last: only then is it known what becomes of that file.
  for (const changed of [...newestFirst.filter((c) => !isIgnoreLine(c)), ...newestFirst.filter(isIgnoreLine)]) {
    const { path } = changed.patch;
    const ignored = isIgnoreLine(changed) ? stillThere(disk, root, files, changed, newestFirst) : undefined;
    if (ignored !== undefined) {
      if (isWritten(disk, root, files, changed)) stays.push({ path, why: `it goes on keeping ${ignored} out of git, which is still there with what you wrote into it` });
      continue;
    }
    const problem = backIn(disk, root, files, changed);
    if (problem === undefined) continue;
    left.push({ path, ...problem });
    stuck.add(changed);
  }
  const rest = kept.map((one): Kept => ({ ...one, changed: one.changed.filter((c) => stuck.has(c)), stores: [] })).filter(({ changed }) => changed.length > 0);
  const moved = [...files].filter(([, now]) => now.text !== now.first);
  const undone: Undone = {
    back: moved.map(([path, now]) => ({ path, exact: now.exact, removed: now.text === null })),
    left,
    stays,
    stores: kept.flatMap((k) => k.stores.map(({ store, name }) => ({ store, name }))),
    services: [...new Set(kept.flatMap((k) => k.services))],
    diff: diffFiles(moved.map(([path, now]) => diffOf(path, now))),
  };
  return { undone, files: new Map(moved), rest };
}

/** The `.env` beside an ignore line of ours, where it will be there after all and not as it was before the init. */
function stillThere(disk: Disk, root: string, files: ReadonlyMap<Path, Now>, { patch }: Changed, newestFirst: readonly Changed[]): Path | undefined {
  const path = join(folderOf(patch.path), '.env');
  const now = files.get(path);
  if (now === undefined) return disk.look(`${root}/${path}`) === undefined ? undefined : path;
  const before = newestFirst.findLast((changed) => changed.patch.path === path)?.patch.before;
  return now.text === null || hashOfText(now.text, now.encoding) === before ? undefined : path;
}

/** Something of the change is in the file. */
function isWritten(disk: Disk, root: string, files: ReadonlyMap<Path, Now>, changed: Changed): boolean {
  const now = files.get(changed.patch.path) ?? read(disk, root, changed);
  return !('why' in now) && now.text !== null && takeBack(changed, now.text).is !== 'gone';
}

/** One change out of the text as it would be by now; what is in the way, if anything. */
function backIn(disk: Disk, root: string, files: Map<Path, Now>, changed: Changed): { why: string; lines: readonly string[] } | undefined {
  const { patch } = changed;
  const now = files.get(patch.path) ?? read(disk, root, changed);
  if ('why' in now) return now;
  files.set(patch.path, now);
  for (const name of secretsOf(patch)) now.secrets.add(name);
  if (now.text === null) return undefined; // removed by hand: nothing of ours is there
  const taken = takeOut(changed, now.text);
  if (taken.is === 'gone') return undefined;
  if (taken.is === 'left') return taken;
  now.diffs.push({ before: now.text, splices: taken.splices });
  now.out.push(changed);
  now.exact = now.exact && taken.exact;
  now.text = taken.text;
  return undefined;
}

function read(disk: Disk, root: string, { patch }: Changed): Now | { why: string; lines: readonly string[] } {
  const target = targetOf(disk, root, patch.path);
  if (isRefusal(target)) return { why: target.refused, lines: [] };
  const look = disk.look(target.file);
  const text = look === undefined ? null : decode(disk.read(target.file), patch.encoding);
  if (text === undefined) return { why: 'it is in another encoding now', lines: [] };
  return { file: target.file, mode: look?.mode ?? null, encoding: patch.encoding, first: text, text, exact: true, diffs: [], secrets: new Set(), out: [] };
}

/** Values of secrets never reach the diff: their lines are cut out masked. */
function diffOf(path: Path, now: Now): Parameters<typeof diffFiles>[0][number] {
  const names = [...now.secrets];
  const mask = (text: string): string => maskLines(text, names);
  const [only] = now.diffs;
  const before = mask(now.first ?? '');
  const after = mask(now.text ?? '');
  const splices = names.length === 0 && now.diffs.length === 1 && only !== undefined ? only.splices : [{ at: 0, cut: before, put: after }];
  return { path, before, splices, removed: now.text === null, encoding: now.encoding };
}

/** @returns files that somebody edited in this very moment, and that could not be brought back therefore. */
function carryOut(disk: Disk, root: string, journal: Journal, kept: readonly Kept[], plan: Planned, now: number): readonly Extract<Driven, { is: 'left' }>[] {
  const next = { remove: kept.map((k) => k.id).filter((id) => !plan.rest.some((r) => r.id === id)), keep: plan.rest };
  // The last written goes first, so that the ignore line outlives the secret: drive() turns the order round.
  const goals = [...plan.files].map(([path, file]) => goalOn(path, file)).toReversed();
  const folders = plan.rest.length > 0 ? [] : kept.flatMap((k) => k.folders);
  const open: Open = { schema: 2, id: journal.nextId(), mark: randomBytes(8).toString('hex'), way: 'on', goals, folders, next };
  try {
    journal.begin(open);
  } catch (error) {
    throw asStop(error, 'Nothing was changed, for the journal could not be written');
  }
  const driven = drive(disk, root, open);
  const failed = driven.find((one) => one.is === 'failed');
  if (failed !== undefined) {
    throw new Stop(EXIT.refused, `${failed.path} could not be brought back: ${failed.why}.`, `${failed.cure}, then run otel-setup again: it finishes what was begun. To leave the files as they are instead: rm ${journal.fileOf(open)}`);
  }
  removeFolders(disk, root, folders);
  journal.finish(open, nextAfter(open, driven, now));
  return driven.filter((one) => one.is === 'left');
}

function goalOn(path: Path, now: Now): Goal {
  const secrets = [...now.secrets];
  return {
    path,
    bytes: now.text === null ? null : Buffer.from(encode(now.text, now.encoding)).toString('base64'),
    mode: now.text === null ? null : now.mode,
    inPlace: secrets.length > 0,
    encoding: now.encoding,
    other: now.first === null ? null : maskLines(now.first, secrets),
    out: now.out,
  };
}
