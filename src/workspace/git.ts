/** What git knows of the workspace's files. Where there is no repository, the ignore files are read by our own rules. */
import { join, relative, sep } from 'node:path';
import { askGit, type Unanswered } from '../io/git.ts';
import { repositoryAbove, sameFile } from '../io/repository.ts';
import type { Path, Tracked } from '../types.ts';
import { ignoredByFiles } from './ignored.ts';
import { folderOf } from './path.ts';

export interface GitIndex {
  tracked(file: Path): Tracked;
  ignored(file: Path): boolean;
}

/** Every name in an index, each between two NULs. */
type Names = { readonly all: string; readonly folded: boolean } | Unanswered;

/**
 * Git's view of the folder `root` (absolute, links resolved). Each repository is asked once for its index, and once for
 * each path whose ignore rule matters; what makes it hang is met once.
 * @param rules text of an ignore file as git would read it: one that is a link is none.
 */
export function gitIndex(root: string, rules: (file: Path) => string | undefined): GitIndex {
  const indexes = new Map<string, Names>();
  const ignored = new Map<Path, boolean>();
  // The nearest one: a repository inside the workspace (a submodule) has an index of its own.
  const repositoryOf = (file: Path): string | undefined => repositoryAbove(join(root, folderOf(file)));
  const nameIn = (top: string, file: Path): string => relative(top, join(root, file)).split(sep).join('/');

  return {
    tracked(file) {
      const top = repositoryOf(file);
      if (top === undefined) return { is: 'no' };
      const names = indexes.get(top) ?? namesIn(top);
      indexes.set(top, names);
      if ('why' in names) return { is: 'unknown', why: names.why, do: names.do };
      return { is: names.all.includes(`\0${names.folded ? fold(nameIn(top, file)) : nameIn(top, file)}\0`) ? 'yes' : 'no' };
    },
    ignored(file) {
      const known = ignored.get(file);
      if (known !== undefined) return known;
      const top = repositoryOf(file);
      const fresh = top === undefined ? ignoredByFiles(rules, file) : isIgnored(top, nameIn(top, file));
      ignored.set(file, fresh);
      return fresh;
    },
  };

  /** Without an answer: not ignored. A line too many in .gitignore is harmless, one too few puts a key into git. */
  function isIgnored(top: string, name: string): boolean {
    if ('why' in (indexes.get(top) ?? {})) return false;
    const said = askGit(top, ['check-ignore', '-q', '--no-index', '--', name === '' ? '.' : name], [0, 1]);
    if ('code' in said) return said.code === 0;
    // Other reasons are a path's own: it lies behind a link.
    if (said.late === true) indexes.set(top, said);
    return false;
  }
}

function namesIn(top: string): Names {
  const said = askGit(top, ['ls-files', '-z', '--cached']);
  if ('why' in said) return said;
  // Where .git is .GIT as well, .env is .ENV, and git goes on tracking it under the name that it has.
  const folded = sameFile(join(top, '.git'), join(top, '.GIT'));
  const all = `\0${said.out}`;
  return { all: folded ? fold(all) : all, folded };
}

const fold = (name: string): string => name.normalize('NFC').toLowerCase();
