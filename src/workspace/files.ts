/** The only reader of the user's files: cached, bounded, and never outside of the root, symlinks included. */
import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative as relativePath, resolve as resolvePath, sep } from 'node:path';
import type { Encoding, Files, Path } from '../types.ts';
import { decode } from './decode.ts';
import { gitIndex } from './git.ts';
import { path } from './path.ts';

export { folderOf, join, nameOf, path } from './path.ts';

/** Larger files are not read: a compose file or a manifest of this size is not one. */
export const LARGEST = 8 * 1024 * 1024;
/** `find` stops after this many entries: enough for every real workspace, a bound for a hostile one. */
const MOST_ENTRIES = 50_000;
const MOST_FOUND = 2_000;
const NOT_SEARCHED = new Set([
  'node_modules', '.git', '.hg', '.svn', '.venv', 'venv', 'env', '.env', '__pycache__', '.tox', '.nox', '.mypy_cache', '.pytest_cache',
  'site-packages', 'dist', 'build', 'target', 'vendor', '.next', '.nuxt', '.cache', '.terraform', 'coverage', 'bower_components', '.idea', '.vscode', '.gradle',
]);

type Read = { readonly text: string; readonly encoding: Encoding } | { readonly why: string | undefined };

/** A view of the folder `root` (absolute or relative to the process). Symlinks of the root itself are resolved first. */
export function openFiles(root: string): Files {
  const real = realpathSync(root);
  const cache = new Map<Path, Read>();
  const git = gitIndex(real);

  /** Where the path really is, or why it cannot be used. */
  function locate(file: Path): { readonly real: string } | { readonly why: string | undefined } {
    const absolute = resolvePath(real, file);
    try {
      const found = realpathSync(absolute);
      return inside(real, found) ? { real: found } : { why: 'outside' };
    } catch {
      return { why: whyAbsent(real, absolute) };
    }
  }
  function read(file: Path): Read {
    const known = cache.get(file);
    if (known !== undefined) return known;
    const fresh = readOnce(file);
    cache.set(file, fresh);
    return fresh;
  }
  function readOnce(file: Path): Read {
    const at = locate(file);
    if (!('real' in at)) return at;
    try {
      const stat = statSync(at.real);
      if (!stat.isFile()) return { why: 'not-a-file' };
      if (stat.size > LARGEST) return { why: 'too-large' };
      return decode(readFileSync(at.real)) ?? { why: 'not-text' };
    } catch {
      return { why: 'unreadable' };
    }
  }
  function isDir(file: Path): boolean {
    const at = locate(file);
    return 'real' in at && (statSync(at.real, { throwIfNoEntry: false })?.isDirectory() ?? false);
  }

  return {
    root: real,
    text: file => {
      const found = read(file);
      return 'text' in found ? found.text : undefined;
    },
    why: file => {
      const found = read(file);
      return 'text' in found ? undefined : found.why;
    },
    encoding: file => {
      const found = read(file);
      return 'text' in found ? found.encoding : 'utf-8';
    },
    exists: file => 'real' in locate(file),
    isDir,
    find: (under, name, depth = 6) => search(real, under, name, depth),
    tracked: git.tracked,
    ignored: git.ignored,
    resolve(from, relative) {
      const absolute = isAbsolute(relative) ? throughRoot(real, relative) : resolvePath(real, from, relative);
      if (!inside(real, absolute) || !inside(real, nearestReal(absolute)) || relative.includes('\0')) return undefined;
      return path(relativePath(real, absolute).split(sep).join('/'));
    },
  };
}

/** The nearest folder at or above `from` (absolute) that holds an entry `name`, e.g. '.git'; undefined = none. */
export function findUp(from: string, name: string): string | undefined {
  for (let dir = resolvePath(from); ; dir = dirname(dir)) {
    if (lstatSync(resolvePath(dir, name), { throwIfNoEntry: false }) !== undefined) return dir;
    if (dirname(dir) === dir) return undefined;
  }
}

/** Symlinks of an existing folder resolved; undefined = there is no such folder. */
export function realFolder(folder: string): string | undefined {
  try {
    const found = realpathSync(folder);
    return statSync(found).isDirectory() ? found : undefined;
  } catch {
    return undefined;
  }
}

function inside(root: string, absolute: string): boolean {
  const from = relativePath(root, absolute);
  return from === '' || (from !== '..' && !from.startsWith(`..${sep}`) && !isAbsolute(from));
}

/** An absolute path as people write it may lead to the root through a symlink (/tmp on macOS). */
function throughRoot(root: string, absolute: string): string {
  const lexical = resolvePath(absolute);
  if (inside(root, lexical)) return lexical;
  const parts: string[] = [];
  for (let dir = lexical; dirname(dir) !== dir; dir = dirname(dir)) {
    if (realFolder(dir) === root) return resolvePath(root, ...parts);
    parts.unshift(dir.slice(dirname(dir).length).replace(/^[\\/]+/, ''));
  }
  return lexical;
}

/** Real place of the deepest part that exists; a dangling symlink counts as the place that it points to. */
function nearestReal(absolute: string): string {
  for (let dir = absolute; ; dir = dirname(dir)) {
    try {
      return realpathSync(dir);
    } catch {
      const link = linkTarget(dir);
      if (link !== undefined) return link;
      if (dirname(dir) === dir) return dir;
    }
  }
}

function linkTarget(absolute: string): string | undefined {
  try {
    return lstatSync(absolute).isSymbolicLink() ? resolvePath(dirname(absolute), readlinkSync(absolute)) : undefined;
  } catch {
    return undefined;
  }
}

function whyAbsent(root: string, absolute: string): string | undefined {
  const link = linkTarget(absolute);
  if (link !== undefined) return inside(root, link) ? 'unreadable' : 'outside';
  return inside(root, nearestReal(absolute)) ? undefined : 'outside';
}

function search(root: string, under: Path, name: RegExp, depth: number): readonly Path[] {
  const found: Path[] = [];
  let seen = 0;
  const walk = (dir: Path, left: number): void => {
    if (seen > MOST_ENTRIES || found.length >= MOST_FOUND) return;
    for (const entry of entriesOf(resolvePath(root, dir))) {
      seen += 1;
      const here = path(dir === '' ? entry.name : `${dir}/${entry.name}`);
      if (entry.isDirectory()) {
        if (left > 1 && !NOT_SEARCHED.has(entry.name)) walk(here, left - 1);
      } else if (name.test(entry.name) && inside(root, nearestReal(resolvePath(root, here)))) found.push(here);
    }
  };
  walk(under, depth);
  return found.toSorted();
}

function entriesOf(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true }).filter(entry => !entry.name.includes('\\') || sep === '\\');
  } catch {
    return [];
  }
}
