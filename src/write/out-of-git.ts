/** The last look before a secret is written: none of the names that its file has is in git, or would get there. */
import { join, relative, sep } from 'node:path';
import { EXIT, Stop } from '../stop.ts';
import type { Files, Patch, Path } from '../types.ts';
import { commandLine } from '../ui/shell-lines.ts';
import { path as pathOf } from '../workspace/path.ts';
import type { Disk } from './disk.ts';

/**
 * @param file absolute: what is really written, which a link may name otherwise.
 * @param names of the secrets in this patch. @throws Stop (4) where git has the file, may have it, or would take it.
 */
export function keptOutOfGit(disk: Disk, files: Files, { path }: Patch, file: string, names: readonly string[]): void {
  const nothing = `so ${names.join(', ')} must not go there. Nothing was written.`;
  const real = pathOf(relative(files.root, file).replaceAll(sep, '/'));
  for (const name of new Set([path, real])) {
    const tracked = files.tracked(name);
    if (tracked.is === 'yes') throw new Stop(EXIT.refused, `${name} is in git, ${nothing}`, `Take it out of git first: ${commandLine(['git', 'rm', '--cached', name], 'sh')}`);
    if (tracked.is === 'unknown') throw new Stop(EXIT.refused, `Whether ${name} is in git is not known: ${tracked.why}. S${nothing.slice(1)}`, tracked.do);
  }
  if (isLink(disk, files.root, path) && !files.ignored(real)) {
    throw new Stop(EXIT.refused, `${path} is a link to ${real}, which git does not ignore, ${nothing}`, `echo ${commandLine([`/${real}`], 'sh')} >> .gitignore`);
  }
}

/** @throws Stop (4) for an ignore file that is a link: git does not read it, and what it should keep out gets in. */
export function readByGit(disk: Disk, root: string, { path }: Patch): void {
  if (isLink(disk, root, path)) throw new Stop(EXIT.refused, `${path} is a link, and git reads no ignore file through a link: the key would not be kept out of git. Nothing was written.`, `put a file of its own in place of ${path}`);
}

const isLink = (disk: Disk, root: string, path: Path): boolean => disk.look(join(root, path))?.kind === 'link';
