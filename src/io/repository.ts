/** Where the git repository around a folder begins. Looked up here, never asked of git: git would take more for one. */
import { existsSync, lstatSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The nearest folder at or above `from` (absolute) that has a `.git`, a folder or a file; undefined = none. */
export function repositoryAbove(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (isThere(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** git takes such a folder for a repository of its own, with the configuration that lies in it. */
export const looksBare = (folder: string): boolean =>
  ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(folder, name)));

/** Two names of one thing: on some file systems a name in other letters is the same name. */
export function sameFile(one: string, other: string): boolean {
  try {
    const [a, b] = [lstatSync(one), lstatSync(other)];
    return a.ino === b.ino && a.dev === b.dev;
  } catch {
    return false;
  }
}

/** A link that leads nowhere counts. A folder that cannot be entered has nothing that we could see. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
