/** The only reader of the user's files: cached, bounded, and never outside of the root, symlinks included. */
import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative as relativePath, resolve as resolvePath, sep } from 'node:path';
import type { Encoding, Files, Path } from '../types.ts';
import { decode } from './decode.ts';
import { gitIndex } from './git.ts';
import { folderOf, nameOf, path } from './path.ts';

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
/** Where an entry really is, and what it is; or why it cannot be used. Nothing at all = it is not there. */
type Place = { readonly real: string; readonly is: 'file' | 'folder' | 'other' } | { readonly why: string | undefined };
const ABSENT: Place = { why: undefined };
/** No file system takes a longer path. */
const LONGEST_PATH = 4096;

/**
 * A view of the folder `root` (absolute or relative to the process). Symlinks of the root itself are resolved first.
 * Every folder is listed once, and most questions are about names that are not there: they cost nothing more.
 */
export function openFiles(root: string): Files {
  const real = realpathSync(root);
  const places = new Map<Path, Place>([[path(''), { real, is: 'folder' }]]);
  const listings = new Map<string, Listing | undefined>();
  const cache = new Map<Path, Read>();
  const git = gitIndex(real, (file) => (isLink(resolvePath(real, file)) ? undefined : text(file)));

  function locate(file: Path): Place {
    const known = places.get(file);
    if (known !== undefined) return known;
    const fresh = file.length > LONGEST_PATH ? ABSENT : entryOf(locate(folderOf(file)), nameOf(file));
    places.set(file, fresh);
    return fresh;
  }
  function entryOf(folder: Place, name: string): Place {
    if (!('real' in folder)) return folder.why === 'outside' ? folder : ABSENT;
    if (folder.is !== 'folder') return ABSENT;
    const listing = listingOf(folder.real);
    const entry = listing?.entries.get(name);
    if (entry === undefined && listing !== undefined && !mayHave(listing, name)) return ABSENT;
    const absolute = resolvePath(folder.real, name);
    const seen = entry ?? attempt(() => lstatSync(absolute));
    if (seen === undefined) return ABSENT;
    return seen.isSymbolicLink() ? linkedPlace(real, absolute) : { real: absolute, is: kindOf(seen) };
  }
  function listingOf(folder: string): Listing | undefined {
    if (!listings.has(folder)) listings.set(folder, listingAt(folder));
    return listings.get(folder);
  }
  function read(file: Path): Read {
    const known = cache.get(file);
    if (known !== undefined) return known;
    const at = locate(file);
    const fresh = 'real' in at ? contentOf(at.real, at.is) : at;
    cache.set(file, fresh);
    return fresh;
  }
  function find(under: Path, name: RegExp, depth: number): readonly Path[] {
    const found: Path[] = [];
    let seen = 0;
    const walk = (dir: Path, absolute: string, left: number): void => {
      for (const entry of listingOf(absolute)?.entries.values() ?? []) {
        if (seen > MOST_ENTRIES || found.length >= MOST_FOUND) return;
        if (entry.name.includes('\\')) continue;
        seen += 1;
        const here = path(dir === '' ? entry.name : `${dir}/${entry.name}`);
        if (entry.isDirectory()) {
          if (left > 1 && !NOT_SEARCHED.has(entry.name)) walk(here, resolvePath(absolute, entry.name), left - 1);
        } else if (name.test(entry.name) && !isOutside(locate(here))) found.push(here);
      }
    };
    const start = locate(under);
    if ('real' in start && start.is === 'folder') walk(under, start.real, depth);
    return found.toSorted();
  }

  const text = (file: Path): string | undefined => {
    const found = read(file);
    return 'text' in found ? found.text : undefined;
  };

  return {
    root: real,
    text,
    why: file => {
      const found = read(file);
      return 'text' in found ? undefined : found.why;
    },
    encoding: file => {
      const found = read(file);
      return 'text' in found ? found.encoding : 'utf-8';
    },
    exists: file => 'real' in locate(file),
    isDir(file) {
      const at = locate(file);
      return 'real' in at && at.is === 'folder';
    },
    find: (under, name, depth = 6) => find(under, name, depth),
    tracked: git.tracked,
    ignored: git.ignored,
    resolve(from, relative) {
      const absolute = isAbsolute(relative) ? throughRoot(real, relative) : resolvePath(real, from, relative);
      if (!inside(real, absolute) || relative.includes('\0')) return undefined;
      const found = path(relativePath(real, absolute).split(sep).join('/'));
      return isOutside(locate(found)) ? undefined : found;
    },
  };
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

function contentOf(absolute: string, is: 'file' | 'folder' | 'other'): Read {
  if (is !== 'file') return { why: 'not-a-file' };
  try {
    if (statSync(absolute).size > LARGEST) return { why: 'too-large' };
    return decode(readFileSync(absolute)) ?? { why: 'not-text' };
  } catch {
    return { why: 'unreadable' };
  }
}

function linkedPlace(root: string, absolute: string): Place {
  const found = attempt(() => realpathSync(absolute));
  const stat = found === undefined ? undefined : attempt(() => statSync(found));
  if (found !== undefined && stat !== undefined) return inside(root, found) ? { real: found, is: kindOf(stat) } : { why: 'outside' };
  const target = attempt(() => readlinkSync(absolute));
  return { why: target === undefined || inside(root, resolvePath(dirname(absolute), target)) ? 'unreadable' : 'outside' };
}

const isLink = (absolute: string): boolean => attempt(() => lstatSync(absolute))?.isSymbolicLink() === true;
const isOutside = (place: Place): boolean => 'why' in place && place.why === 'outside';
const kindOf = (entry: Pick<Dirent, 'isFile' | 'isDirectory'>) => (entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other');

interface Listing {
  readonly entries: ReadonlyMap<string, Dirent>;
  readonly folded: ReadonlySet<string>;
}

/** undefined = it cannot be listed; its entries may still be there. */
function listingAt(folder: string): Listing | undefined {
  const entries = attempt(() => readdirSync(folder, { withFileTypes: true }));
  return entries && { entries: new Map(entries.map(entry => [entry.name, entry])), folded: new Set(entries.map(({ name }) => fold(name))) };
}

/** Some file systems take 'dockerfile' for 'Dockerfile', and 'DOCKER~1' too: only these have to be asked. */
const mayHave = ({ folded }: Listing, name: string): boolean => folded.has(fold(name)) || name.includes('~');
const fold = (name: string): string => name.normalize('NFC').toLowerCase();

function attempt<T>(question: () => T): T | undefined {
  try {
    return question();
  } catch {
    return undefined;
  }
}
