/**
 * Whether a killed run may have left something that the next command must put right: a look at names on the disk, without
 * git and without loading what reads and heals it, because every command begins with it.
 */
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Tools } from '../types.ts';
import type { Disk } from './disk.ts';
import { realDisk } from './write.ts';

/** In git's own folder and in the user's state folder: the folder of ours, with a journal a workspace. */
export const OURS = 'otel-setup';
/** A note of `verify`, an open record, one that was being written. */
const LEFT = /^(?:verify\.json|\d{6}\.(?:open\.json|.*\.new))$/;

/** Where the journals of workspaces without git are. */
export function stateFolder(env: Tools['env']): string {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir();
  return join(env['XDG_STATE_HOME'] || env['LOCALAPPDATA'] || join(home, '.local', 'state'), OURS);
}

/** false is certain for what this user can read; true may also come from another workspace, or from what only git can tell. */
export function mayBeLeft(root: string, env: Tools['env'], disk: Disk = realDisk): boolean {
  if (env['GIT_DIR'] !== undefined || env['GIT_COMMON_DIR'] !== undefined) return true;
  const names = (folder: string): readonly string[] => readable([], () => disk.list(folder));
  return [stateFolder(env), ...gitFolders(root, disk).map((folder) => join(folder, OURS))].some((folder) => names(folder).some((journal) => names(join(folder, journal)).some((name) => LEFT.test(name))));
}

/** What this user may not read, this user's runs did not leave. */
function readable<T>(otherwise: T, ask: () => T): T {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}

/** Git's folder of each repository around a folder. */
function gitFolders(root: string, disk: Disk): readonly string[] {
  const found: string[] = [];
  for (let folder = root; ; folder = dirname(folder)) {
    const git = join(folder, '.git');
    const kind = readable(undefined, () => disk.look(git)?.kind);
    // A linked worktree or a submodule has a file that names it.
    const named = kind === 'file' ? /^gitdir: (.+)/.exec(readable('', () => Buffer.from(disk.read(git)).toString('utf8')))?.[1]?.trim() : undefined;
    if (kind !== undefined) found.push(named === undefined ? git : resolve(folder, named));
    if (dirname(folder) === folder) return found;
  }
}
