/** Where a service's own files name a word: its code may read a variable itself, or give a header in a way that is not followed. Pure over Files. */
import type { Evidence, Files, Path, Service } from '../types.ts';
import { nameOf } from './path.ts';

/** Sources, scripts and configuration; not what Compose reads, not what a package manager writes. */
const TEXTS = /\.(?:py|[cm]?[jt]sx?|go|java|kt|kts|groovy|scala|rb|ru|php|cs|fs|rs|exs?|erl|sh|bash|toml|properties|conf|ini|cfg|xml|erb|tpl|ya?ml|json)$/;
const NOT = /(?:^|[-_.])compose(?:[-_.].{0,200})?\.ya?ml$|lock|^package\.json$/i;
const MOST_FILES = 600;

interface Looked {
  readonly paths: readonly Path[];
  /** By the word's pattern: services of one folder ask for the same. */
  readonly found: Map<string, Evidence | undefined>;
}
const known = new WeakMap<Files, Map<Path, Looked>>();

/** The first line that has the word; undefined = none of the files that were looked at. */
export function mentioned({ dir }: Service, files: Files, word: RegExp): Evidence | undefined {
  const ofFiles = known.get(files) ?? new Map<Path, Looked>();
  known.set(files, ofFiles);
  const looked = ofFiles.get(dir) ?? { paths: files.find(dir, TEXTS, 6).filter((file) => !NOT.test(nameOf(file))).slice(0, MOST_FILES), found: new Map<string, Evidence | undefined>() };
  ofFiles.set(dir, looked);
  const pattern = String(word);
  if (!looked.found.has(pattern)) looked.found.set(pattern, firstOf(looked.paths, files, word));
  return looked.found.get(pattern);
}

function firstOf(paths: readonly Path[], files: Files, word: RegExp): Evidence | undefined {
  for (const path of paths) {
    const text = files.text(path);
    if (text === undefined || text.length > 400_000 || !word.test(text)) continue;
    const lines = text.split('\n');
    const at = lines.findIndex((line) => word.test(line));
    return { where: { path, line: at + 1 }, says: (lines[at] ?? '').trim().slice(0, 120) };
  }
  return undefined;
}
