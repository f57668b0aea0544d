/**
 * Brings files to a known state: what an init takes back when it fails or was killed, and what an undo goes on to.
 */
import { basename, dirname, join } from 'node:path';
import { applySplices } from '../formats/splices.ts';
import { isRefusal } from '../formats/refusal.ts';
import type { Patch, Path } from '../types.ts';
import { decode, encode, sameBytes } from './bytes.ts';
import { reasonOf, type Disk } from './disk.ts';
import type { Goal } from './entry.ts';
import { maskLines, matches, secretsOf } from './placeholders.ts';
import { putFile } from './replace.ts';
import { targetOf } from './target.ts';

/** The name of the temporary file beside a target; `id` makes it the run's own. */
export const tempName = (path: Path, id: string): string => `.${basename(path)}.otel-setup-${id}`;

/** The state to come back to: the file as it is now. `before` is its decoded text, null where it is not there. */
export function goalBack(patch: Patch, before: { readonly bytes: Uint8Array; readonly mode: number; readonly text: string } | null, id: string): Goal {
  const secrets = secretsOf(patch);
  return {
    path: patch.path,
    bytes: before === null ? null : Buffer.from(before.bytes).toString('base64'),
    mode: before === null ? null : before.mode,
    temp: tempName(patch.path, id),
    inPlace: secrets.length > 0,
    encoding: patch.encoding,
    other: applySplices(before?.text ?? '', patch.splices),
    secrets,
  };
}

export interface Driven {
  readonly path: Path;
  /** Somebody changed the file in the meantime: their version was put there first (secrets masked). */
  readonly rescued?: string;
  /** Why this file could not be brought to its state. */
  readonly failed?: string;
}

/** Brings every file to its goal, last written first. Files that are there already are not touched and not listed. Never throws the disk's errors. */
export function drive(disk: Disk, root: string, goals: readonly Goal[], rescueFolder: string): Driven[] {
  const driven: Driven[] = [];
  for (const goal of goals.toReversed()) {
    try {
      const done = driveOne(disk, root, goal, rescueFolder);
      if (done !== undefined) driven.push(done);
    } catch (error) {
      driven.push({ path: goal.path, failed: reasonOf(error) });
    }
  }
  return driven;
}

function driveOne(disk: Disk, root: string, goal: Goal, rescueFolder: string): Driven | undefined {
  const target = targetOf(disk, root, goal.path);
  if (isRefusal(target)) return { path: goal.path, failed: target.refused };
  const { file } = target;
  const temp = join(dirname(file), goal.temp);
  disk.remove(temp);
  const there = disk.look(file);
  const now = there === undefined ? null : disk.read(file);
  const wanted = goal.bytes === null ? null : Buffer.from(goal.bytes, 'base64');
  if (now !== null && wanted !== null && sameBytes(now, wanted)) {
    if (goal.mode === null || there?.mode === goal.mode) return undefined;
    disk.chmod(file, goal.mode);
    return { path: goal.path };
  }
  if (now === null && wanted === null) return undefined;
  const rescued = isOurs(goal, now, wanted) ? undefined : rescue(disk, goal, now, rescueFolder);
  if (wanted === null) {
    disk.remove(file);
    disk.sync(dirname(file));
  } else {
    putFile(disk, file, wanted, { temp, inPlace: goal.inPlace, ...(goal.mode === null ? {} : { mode: goal.mode }) });
  }
  return rescued === undefined ? { path: goal.path } : { path: goal.path, rescued };
}

/** The other state, or what a write in place leaves when it is cut off: the start of one text and the rest of the other. */
function isOurs(goal: Goal, now: Uint8Array | null, wanted: Uint8Array | null): boolean {
  if (now === null) return goal.other === null;
  if (goal.other === null) return false;
  const text = decode(now, goal.encoding);
  if (text !== undefined && matches(text, goal.other)) return true;
  const other = encode(goal.other, goal.encoding);
  let k = 0;
  while (k < now.length && k < other.length && now[k] === other[k]) k += 1;
  if (k === now.length) return true;
  return wanted !== null && sameBytes(now.subarray(k), wanted.subarray(k));
}

function rescue(disk: Disk, goal: Goal, now: Uint8Array | null, folder: string): string | undefined {
  if (now === null) return undefined; // removed by somebody: nothing to keep
  disk.makeFolder(folder, 0o700);
  const text = goal.secrets.length === 0 ? undefined : decode(now, goal.encoding);
  const bytes = text === undefined ? now : encode(maskLines(text, goal.secrets), goal.encoding);
  const names = new Set(disk.list(folder));
  for (let n = 1; ; n += 1) {
    const name = `${n}-${basename(goal.path)}`;
    if (names.has(name)) continue;
    disk.create(join(folder, name), bytes, 0o600);
    return join(folder, name);
  }
}
