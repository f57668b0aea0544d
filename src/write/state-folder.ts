/**
 * Where the journals are: in a folder of this user on this machine, never in a workspace, so that nothing that came with a
 * repository is taken for a record of ours.
 */
import { createHash } from 'node:crypto';
import { userInfo } from 'node:os';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { Tools } from '../types.ts';
import { hostOf } from '../workspace/host.ts';
import type { Disk } from './disk.ts';

const OURS = 'otel-setup';
type Env = Tools['env'];

/** A folder that holds one journal folder a workspace. */
export interface Base {
  readonly folder: string;
  /** The user's own folder, in which `folder` is the first that is ours. */
  readonly in: string;
}

/** Folder names of the journals of a workspace start with its place: a clone that is moved has another one. */
export const journalName = (root: string): string => createHash('sha256').update(root).digest('hex').slice(0, 16);

/**
 * Where this user's journals may be, the first choice first, none of it inside of `root`'s work tree. XDG_STATE_HOME and
 * HOME count where they are absolute, as the specification of XDG says. @param root with its links resolved.
 */
export function basesFor(root: string, env: Env, disk: Disk): readonly Base[] {
  const tree = treeOf(root, disk);
  // Someone who works in / has everything inside.
  const outside = ({ folder }: Base): boolean => dirname(tree) === tree || !isInside(tree, realPlace(folder, disk));
  return [...gitpodBases(tree, env, disk), ...basesOf(env, disk)].filter(outside);
}

/** The same for any workspace: whether one of them holds something can be looked up before the root is known. */
export function basesOf(env: Env, disk: Disk): readonly Base[] {
  const windows = process.platform === 'win32';
  const me = account();
  const named = windows
    ? [env['XDG_STATE_HOME'], env['LOCALAPPDATA'], me.home && join(me.home, 'AppData', 'Local')]
    : [env['XDG_STATE_HOME'], isUsable(env['HOME']) ? state(env['HOME']) : undefined, me.home && state(me.home)];
  const found = named.filter(isUsable).filter((folder) => !isAnothers(folder, disk)).map((folder): Base => ({ folder: join(folder, OURS), in: folder }));
  // A home that is the workspace, or none (an account of a container): a folder of this user alone that outlasts a restart.
  const last: Base[] = me.uid < 0 ? [] : [{ folder: `/var/tmp/${OURS}-${me.uid}`, in: '/var/tmp' }];
  return [...found, ...last].filter((base, i, all) => all.findIndex(({ folder }) => folder === base.folder) === i);
}

/**
 * A Gitpod workspace keeps /workspace over a restart and nothing of HOME: the journal lies beside the repositories, where
 * no work tree is around. One that has a repository of its own in it is a clone by that name.
 */
export function gitpodBases(root: string, env: Env, disk: Disk): readonly Base[] {
  if (hostOf(env) !== 'gitpod') return [];
  const beside = dirname(treeOf(root, disk));
  const folder = join(beside, `.${OURS}`);
  const isTree = gitAbove(beside, disk) !== undefined || disk.look(join(folder, '.git')) !== undefined;
  return isTree || dirname(beside) === beside || isAnothers(beside, disk, true) ? [] : [{ folder, in: beside }];
}

const state = (home: string): string => join(home, '.local', 'state');
const isUsable = (folder: string | undefined): folder is string => folder !== undefined && folder.trim() !== '' && isAbsolute(folder);

/** uid -1 = Windows. An account without an entry in the user database has no home. */
function account(): { readonly uid: number; readonly home: string | undefined } {
  try {
    const { uid, homedir } = userInfo();
    return { uid, home: isUsable(homedir) ? homedir : undefined };
  } catch {
    return { uid: process.getuid?.() ?? -1, home: undefined };
  }
}

/** Under sudo, HOME may be the other user's: root leaves nothing there that this user could not remove. */
function isAnothers(folder: string, disk: Disk, always = false): boolean {
  const me = process.getuid?.();
  if (me === undefined || (me !== 0 && !always)) return false;
  const real = disk.real(existing(folder, disk));
  const uid = real === undefined ? undefined : disk.look(real)?.uid;
  return uid !== undefined && uid !== me;
}

/** The work tree around a folder; itself where git has none. */
const treeOf = (root: string, disk: Disk): string => gitAbove(root, disk) ?? root;

function gitAbove(folder: string, disk: Disk): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (disk.look(join(at, '.git')) !== undefined) return at;
    if (dirname(at) === at) return undefined;
  }
}

function existing(folder: string, disk: Disk): string {
  let at = folder;
  while (disk.real(at) === undefined && dirname(at) !== at) at = dirname(at);
  return at;
}

/** A folder that may have to be made, with the links of what is there resolved. */
function realPlace(folder: string, disk: Disk): string {
  const there = existing(folder, disk);
  return join(disk.real(there) ?? there, relative(there, folder));
}

function isInside(tree: string, file: string): boolean {
  const way = relative(tree, file);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
