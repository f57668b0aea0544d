/**
 * Whether a killed run may have left something that the next command must put right: a look at names on the disk, without
 * loading what reads and heals it, because every command begins with it.
 */
import { join } from 'node:path';
import type { Tools } from '../types.ts';
import type { Disk } from './disk.ts';
import { basesOf, gitpodBases } from './state-folder.ts';
import { realDisk } from './write.ts';

/** A note of `verify`, an open record, one that was being written. */
const LEFT = /^(?:verify\.json|\d{6}\.(?:open\.json|.*\.new))$/;

/** false is certain for what this user can read; true may also come from another workspace. */
export function mayBeLeft(root: string, env: Tools['env'], disk: Disk = realDisk): boolean {
  const names = (folder: string): readonly string[] => readable([], () => disk.list(folder));
  const bases = readable([], () => [...gitpodBases(root, env, disk), ...basesOf(env, disk)]);
  return bases.some(({ folder }) => names(folder).some((journal) => names(join(folder, journal)).some((name) => LEFT.test(name))));
}

/** What this user may not read, this user's runs did not leave. */
function readable<T>(otherwise: T, ask: () => T): T {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}
