/** Files that remember what they were asked: a bundle holds exactly that, and a replay answers from it. */
import type { Encoding, Files, Path, Tracked } from '../../types.ts';
import { nameOf, resolvedAsText } from '../../workspace/path.ts';

/** Every question that was asked and its answer, as JSON. */
export interface Recording {
  readonly texts: Readonly<Record<string, string | null>>;
  readonly whys: Readonly<Record<string, string>>;
  readonly encodings: Readonly<Record<string, Encoding>>;
  readonly exist: Readonly<Record<string, boolean>>;
  readonly folders: Readonly<Record<string, boolean>>;
  /** 'under\npattern\nflags\ndepth' → paths. */
  readonly found: Readonly<Record<string, readonly string[]>>;
  /** Of an older version: yes or no. */
  readonly tracked: Readonly<Record<string, Tracked | boolean>>;
  readonly ignored: Readonly<Record<string, boolean>>;
  /** 'from\nrelative' → path; null = outside. */
  readonly resolved: Readonly<Record<string, string | null>>;
}

/** The place of a workspace in a bundle: nobody's own path leaves the machine. */
export const REPLAY_ROOT = '/workspace';

const findKey = (under: Path, name: RegExp, depth: number | undefined): string => [under, name.source, name.flags, depth ?? ''].join('\n');

/** `files` that also write down all that is read through them; `recording()` is what was read so far. */
export function recorded(files: Files): { readonly files: Files; recording(): Recording } {
  const texts: Record<string, string | null> = {};
  const whys: Record<string, string> = {};
  const encodings: Record<string, Encoding> = {};
  const exist: Record<string, boolean> = {};
  const folders: Record<string, boolean> = {};
  const found: Record<string, readonly string[]> = {};
  const tracked: Record<string, Tracked> = {};
  const ignored: Record<string, boolean> = {};
  const resolved: Record<string, string | null> = {};
  const rooted = (text: string): string => (text === files.root ? REPLAY_ROOT : text.startsWith(`${files.root}/`) ? `${REPLAY_ROOT}${text.slice(files.root.length)}` : text);
  return {
    recording: () => ({ texts, whys, encodings, exist, folders, found, tracked, ignored, resolved }),
    files: {
      root: files.root,
      text(path) {
        const text = files.text(path);
        texts[path] = text ?? null;
        return text;
      },
      why(path) {
        const why = files.why(path);
        if (why !== undefined) whys[path] = why;
        return why;
      },
      encoding: (path) => (encodings[path] = files.encoding(path)),
      exists: (path) => (exist[path] = files.exists(path)),
      isDir: (path) => (folders[path] = files.isDir(path)),
      find: (under, name, depth) => (found[findKey(under, name, depth)] = files.find(under, name, depth)) as readonly Path[],
      tracked: (path) => (tracked[path] = files.tracked(path)),
      ignored: (path) => (ignored[path] = files.ignored(path)),
      resolve(from, relative) {
        const path = files.resolve(from, relative);
        resolved[`${from}\n${rooted(relative)}`] = path ?? null;
        return path;
      },
    },
  };
}

/** The recording as Files. What was never asked (a newer version asks more) is answered from what is there. */
export function replayed(recording: Recording): Files {
  const { texts, whys, encodings, exist, folders, found, tracked, ignored, resolved } = recording;
  const known = Object.keys(texts).filter((path) => typeof texts[path] === 'string').map((path) => path as Path);
  const below = (under: Path): readonly Path[] => known.filter((path) => under === '' || path.startsWith(`${under}/`));
  return {
    root: REPLAY_ROOT,
    text: (path) => texts[path] ?? undefined,
    why: (path) => whys[path],
    encoding: (path) => encodings[path] ?? 'utf-8',
    exists: (path) => exist[path] ?? (typeof texts[path] === 'string' || below(path).length > 0),
    isDir: (path) => folders[path] ?? (path !== '' && below(path).length > 0),
    find: (under, name, depth) => (found[findKey(under, name, depth)] ?? below(under).filter((path) => name.test(nameOf(path)))) as readonly Path[],
    tracked: (path) => {
      const said = tracked[path] ?? false;
      return typeof said === 'boolean' ? { is: said ? 'yes' : 'no' } : said;
    },
    ignored: (path) => ignored[path] ?? false,
    resolve: (from, relative) => (resolved[`${from}\n${relative}`] as Path | undefined) ?? resolvedAsText(REPLAY_ROOT, from, relative),
  };
}
