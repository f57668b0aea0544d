/**
 * Brings files to a known state: what an init takes back when it fails or was killed, and what an undo goes on to. A file
 * that somebody has edited meanwhile keeps that edit: only what is ours is taken out of it.
 */
import { dirname, join } from 'node:path';
import { applySplices } from '../formats/splices.ts';
import { isRefusal } from '../formats/refusal.ts';
import type { Path } from '../types.ts';
import { folderOf, join as joinPath, nameOf } from '../workspace/path.ts';
import { decode, encode, sameBytes } from './bytes.ts';
import type { Disk } from './disk.ts';
import { cureOf, reasonOf } from './disk-error.ts';
import type { Changed, Goal, Open } from './entry.ts';
import { matches, secretsOf } from './placeholders.ts';
import { putFile } from './replace.ts';
import { takeOut, type Out } from './take-back.ts';
import { targetOf } from './target.ts';

/** The name of the temporary file beside a target. One at a time is there; short, for names of any length have a place for it. */
export const tempName = ({ mark }: Pick<Open, 'mark'>): string => `.otel-setup-${mark}`;

/** The state to come back to: the file as it is now. `before` is its decoded text, null where it is not there. */
export function goalBack(changed: Changed, before: { readonly bytes: Uint8Array; readonly mode: number; readonly text: string } | null): Goal {
  const { patch } = changed;
  return {
    path: patch.path,
    bytes: before === null ? null : Buffer.from(before.bytes).toString('base64'),
    mode: before === null ? null : before.mode,
    inPlace: secretsOf(patch).length > 0,
    encoding: patch.encoding,
    other: applySplices(before?.text ?? '', patch.splices),
    out: [changed],
  };
}

/** What became of a file that was not in its state. */
export type Driven = { readonly path: Path } & (
  | { readonly is: 'back' }
  /** It was edited by somebody: what is ours is out of it, the edit is kept. */
  | { readonly is: 'around' }
  /** As somebody left it. `lines`: what is still there of ours; `out`: what could not be taken out. */
  | { readonly is: 'left'; readonly why: string; readonly lines: readonly string[]; readonly out: readonly Changed[] }
  | { readonly is: 'failed'; readonly why: string; readonly cure: string }
);

/** Brings every file to its goal, last written first. Files that are there already are not touched and not listed. Never throws the disk's errors. */
export function drive(disk: Disk, root: string, { goals, mark }: Pick<Open, 'goals' | 'mark'>): Driven[] {
  const driven: Driven[] = [];
  for (const goal of goals.toReversed()) {
    try {
      const ignores = keptOut(disk, root, goal, goals);
      const done = ignores === undefined ? driveOne(disk, root, goal, tempName({ mark })) : { path: goal.path, is: 'left' as const, why: `it goes on keeping ${ignores} out of git, which is still there with what you wrote into it`, lines: [], out: [] };
      if (done !== undefined) driven.push(done);
    } catch (error) {
      driven.push({ path: goal.path, is: 'failed', why: reasonOf(error), cure: cureOf(error) });
    }
  }
  return driven;
}

/** The line of .gitignore that keeps a `.env` out of git. */
export const isIgnoreLine = ({ patch }: Changed): boolean => nameOf(patch.path) === '.gitignore' && patch.splices.some(({ put }) => put.split(/\r?\n/).includes('.env'));

/** A `.env` that is not as it was before, where this goal would take away the line that keeps it out of git. */
function keptOut(disk: Disk, root: string, goal: Goal, goals: readonly Goal[]): Path | undefined {
  if (!goal.out.some(isIgnoreLine)) return undefined;
  const env = goals.find(({ path }) => path === joinPath(folderOf(goal.path), '.env'));
  const [target, own] = [env, goal].map((one) => (one === undefined ? undefined : targetOf(disk, root, one.path)));
  if (env === undefined || target === undefined || own === undefined || isRefusal(own)) return undefined;
  if (isRefusal(target)) return env.path;
  if (disk.look(target.file) === undefined || disk.look(own.file) === undefined) return undefined;
  if (env.bytes !== null && sameBytes(disk.read(target.file), Buffer.from(env.bytes, 'base64'))) return undefined;
  const text = decode(disk.read(own.file), goal.encoding) ?? '';
  return goal.out.some((changed) => isIgnoreLine(changed) && takeOut(changed, text).is !== 'gone') ? env.path : undefined;
}

function driveOne(disk: Disk, root: string, goal: Goal, tempFile: string): Driven | undefined {
  const { path } = goal;
  const target = targetOf(disk, root, path);
  // Somebody has put something else in its place.
  if (isRefusal(target)) return { path, is: 'left', why: target.refused, lines: [], out: [] };
  const { file } = target;
  const temp = join(dirname(file), tempFile);
  const cutOff = disk.look(temp) !== undefined;
  const there = disk.look(file);
  const now = there === undefined ? null : disk.read(file);
  const wanted = goal.bytes === null ? null : Buffer.from(goal.bytes, 'base64');
  if (now === null) {
    disk.remove(temp);
    return wanted === null ? undefined : { path, is: 'left', why: 'it was removed since, and is left so', lines: [], out: [] };
  }
  if (wanted !== null && sameBytes(now, wanted)) {
    disk.remove(temp);
    if (goal.mode === null || there?.mode === goal.mode) return undefined;
    disk.chmod(file, goal.mode);
    return { path, is: 'back' };
  }
  const mayBeTorn = goal.inPlace || cutOff || (there?.links ?? 1) > 1;
  const next = isOurs(goal, now, wanted, mayBeTorn) ? { bytes: wanted } : around(goal, now);
  if ('why' in next) {
    disk.remove(temp);
    return { path, is: 'left', ...next };
  }
  if (next.bytes === null) {
    disk.remove(temp);
    disk.remove(file);
    disk.sync(dirname(file));
    return { path, is: 'back' };
  }
  // Nothing of ours is in it: it is somebody else's alone.
  if (sameBytes(next.bytes, now)) disk.remove(temp);
  else putFile(disk, file, next.bytes, { temp, inPlace: goal.inPlace, ...(goal.mode === null ? {} : { mode: goal.mode }) });
  return { path, is: wanted !== null && sameBytes(next.bytes, wanted) ? 'back' : 'around' };
}

/** The bytes that somebody has edited, without what is ours; null = nothing is left of it. */
function around(goal: Goal, now: Uint8Array): { readonly bytes: Uint8Array | null } | { readonly why: string; readonly lines: readonly string[]; readonly out: readonly Changed[] } {
  const first = decode(now, goal.encoding);
  if (first === undefined) return { why: 'it is in another encoding now; take out by hand what otel-setup wrote', lines: [], out: goal.out };
  let text: string | null = first;
  const left: { readonly changed: Changed; readonly why: string; readonly lines: readonly string[] }[] = [];
  for (const changed of goal.out) {
    if (text === null) break;
    const out: Out = takeOut(changed, text);
    if (out.is === 'left') left.push({ changed, ...out });
    if (out.is === 'back') text = out.text;
  }
  const [problem] = left;
  if (problem !== undefined) return { why: problem.why, lines: left.flatMap(({ lines }) => lines), out: left.map(({ changed }) => changed) };
  return { bytes: text === null ? null : encode(text, goal.encoding) };
}

/** The other state, or what a write in place leaves when it is cut off: the start of one text and the rest of the other. */
function isOurs(goal: Goal, now: Uint8Array, wanted: Uint8Array | null, mayBeTorn: boolean): boolean {
  if (goal.other === null) return false;
  const text = decode(now, goal.encoding);
  if (text !== undefined && matches(text, goal.other)) return true;
  if (!mayBeTorn) return false;
  const other = encode(goal.other, goal.encoding);
  let k = 0;
  while (k < now.length && k < other.length && now[k] === other[k]) k += 1;
  // A file is never shorter in between than before or after: a shorter one was cut by somebody.
  if (k === now.length) return now.length >= Math.min(wanted?.length ?? 0, other.length);
  return wanted !== null && sameBytes(now.subarray(k), wanted.subarray(k));
}
