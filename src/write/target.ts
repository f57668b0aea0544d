/**
 * From a workspace path to the file that is really written, without ever leaving the workspace.
 */
import { dirname, join, relative, sep, isAbsolute } from 'node:path';
import type { Path, Refusal } from '../types.ts';
import { refuse } from '../formats/refusal.ts';
import type { Disk } from './disk.ts';

export interface Target {
  /** Absolute; links are followed, so that a link stays a link. */
  readonly file: string;
  /** Folders that must be made first, outermost first. */
  readonly missing: readonly string[];
}

/** Where a path is written, or why it must not be: it leaves the workspace, lies in .git, or is no file. Throws nothing of its own. */
export function targetOf(disk: Disk, root: string, path: Path): Target | Refusal {
  const parts = path.split('/');
  if (path === '' || parts.some((part) => part === '' || part === '.' || part === '..') || isAbsolute(path)) return refuse(`"${path}" is not a file of the workspace.`);
  if (parts.some((part) => part.toLowerCase() === '.git')) return refuse(`${path} belongs to git; otel-setup writes nothing there.`);
  const named = join(root, ...parts);
  const missing: string[] = [];
  let folder = dirname(named);
  while (folder !== root && disk.look(folder) === undefined) {
    missing.unshift(folder);
    folder = dirname(folder);
  }
  const realFolder = disk.real(folder);
  if (realFolder === undefined || !inside(root, realFolder)) return refuse(`${path} lies outside the workspace (a link leads there); otel-setup writes nothing outside.`);
  const there = disk.look(named);
  if (there === undefined) return { file: join(realFolder, relative(folder, named)), missing };
  const file = disk.real(named);
  if (file === undefined) return refuse(`${path} is a link that leads nowhere; remove it or make its target first.`);
  if (!inside(root, file)) return refuse(`${path} is a link that leaves the workspace; otel-setup writes nothing outside. Replace the link by a file, or edit its target by hand.`);
  if (disk.look(file)?.kind !== 'file') return refuse(`${path} is not a file.`);
  return { file, missing };
}

function inside(root: string, file: string): boolean {
  const way = relative(root, file);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way) && !way.split(sep).some((part) => part.toLowerCase() === '.git'));
}
