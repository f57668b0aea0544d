/** Files as they would be after a plan: the same questions, answered from memory where a file is changed. */
import type { Files, Path } from '../types.ts';
import { ignoredByFiles } from './ignored.ts';
import { nameOf } from './path.ts';

/**
 * `files` with `changed` on top: text = the new content (decoded, BOM first), null = the file is gone.
 * Ignore rules of changed .gitignore files count; `tracked` stays what git's index says.
 */
export function overlay(files: Files, changed: ReadonlyMap<Path, string | null>): Files {
  const rules = [...changed.keys()].some(file => nameOf(file) === '.gitignore');
  const text = (file: Path): string | undefined => {
    const now = changed.get(file);
    return now === undefined ? files.text(file) : (now ?? undefined);
  };
  const holds = (dir: Path): boolean => [...changed].some(([file, now]) => now !== null && (dir === '' || file.startsWith(`${dir}/`)));
  return {
    root: files.root,
    text,
    why: file => (changed.has(file) ? undefined : files.why(file)),
    encoding: file => files.encoding(file),
    exists: file => {
      const now = changed.get(file);
      return now === undefined ? files.exists(file) || holds(file) : now !== null;
    },
    isDir: file => files.isDir(file) || (!changed.has(file) && holds(file)),
    find(under, name, depth = 6) {
      const found = new Set(files.find(under, name, depth));
      for (const [file, now] of changed) {
        if (now === null) found.delete(file);
        else if (isBelow(under, file, depth) && name.test(nameOf(file))) found.add(file);
      }
      return [...found].toSorted();
    },
    tracked: file => files.tracked(file),
    ignored(file) {
      if (!rules) return files.ignored(file);
      if (ignoredByFiles(text, file)) return true;
      // What git ignores for another reason (global excludes, .git/info/exclude) stays ignored.
      return files.ignored(file) && !ignoredByFiles(each => files.text(each), file);
    },
    resolve: (from, relative) => files.resolve(from, relative),
  };
}

function isBelow(under: Path, file: Path, depth: number): boolean {
  if (under !== '' && !file.startsWith(`${under}/`)) return false;
  return file.slice(under === '' ? 0 : under.length + 1).split('/').length <= depth;
}
