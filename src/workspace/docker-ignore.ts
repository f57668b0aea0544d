/**
 * Does .dockerignore keep a file out of the build? The rules of moby/patternmatcher: patterns from the context's root,
 * the last that matches a path or one of its folders decides.
 */
import type { Files, Path } from '../types.ts';
import { ignoreGlob, LONGEST_PATTERN, type Glob } from './globs.ts';
import { join } from './path.ts';

/** Whether a file of the context gets into the build, and the ignore file that decides (it need not be there). */
export interface Ignored {
  readonly is: 'in' | 'out' | 'unknown';
  readonly by: Path;
  /** Why that is not known, or why Docker does not heed the file: goes on behind its name. */
  readonly why?: string;
  /** A line that is added to the file counts. */
  readonly takesLine: boolean;
}

/**
 * @param below the file, relative to the context; it need not be there yet.
 * `<Dockerfile>.dockerignore` is read instead of the context's own, where it is there.
 */
export function dockerIgnored(files: Files, context: Path, dockerfile: Path, below: string): Ignored {
  const own = `${dockerfile}.dockerignore` as Path;
  const by = files.exists(own) || files.why(own) !== undefined ? own : join(context, '.dockerignore');
  const text = files.text(by);
  if (text === undefined) {
    const absent = files.why(by) === undefined;
    return absent ? { is: 'in', by, takesLine: true } : { is: 'unknown', by, why: 'cannot be read', takesLine: false };
  }
  // Docker takes its bytes for UTF-8: no line of it matches a path.
  if (files.encoding(by) !== 'utf-8') return { is: 'in', by, why: 'is UTF-16, which Docker does not read', takesLine: false };
  const out = ignores(text, below);
  return out === undefined ? { is: 'unknown', by, why: 'is too long to be looked through', takesLine: true } : { is: out ? 'out' : 'in', by, takesLine: true };
}

/** The ignore file that keeps `below` (relative to the context) out; undefined = it gets in, as far as that is known. */
export function dockerIgnores(files: Files, context: Path, dockerfile: Path, below: string): Path | undefined {
  const { is, by } = dockerIgnored(files, context, dockerfile, below);
  return is === 'out' ? by : undefined;
}

/** Does the text of a .dockerignore keep `path` out? undefined = so many patterns stand behind the one that decides that they are not tried. */
export function ignores(text: string, path: string): boolean | undefined {
  const rules = rulesOf(text);
  if (rules === undefined) return undefined;
  const parts = path.split('/');
  const ends = parts.map((_, i) => parts.slice(0, i + 1).join('/')).toReversed();
  let left = LONGEST_PATTERN;
  for (const { not, pattern, matches } of rules) {
    if (/[*?[\]\\]/.test(pattern) && (left -= pattern.length) < 0) return undefined;
    if (ends.some(matches)) return !not;
  }
  return false;
}

interface IgnoreRule {
  readonly not: boolean;
  readonly pattern: string;
  readonly matches: Glob;
}
/** Docker itself stops at a longer line (Go's bufio.Scanner). */
const LONGEST_LINE = 64 * 1024;
/** Lines that are looked at; a real file has a few hundred at most. */
const MOST_LINES = 100_000;

// One text is asked about many files.
let last: { readonly text: string; readonly rules: readonly IgnoreRule[] | undefined } | undefined;

function rulesOf(text: string): readonly IgnoreRule[] | undefined {
  if (last?.text !== text) last = { text, rules: readRules(text) };
  return last.rules;
}

/** The last one first: it decides. undefined = Docker would not read it to the end, or nobody wrote it. */
function readRules(text: string): readonly IgnoreRule[] | undefined {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  if (lines.length > MOST_LINES || lines.some((line) => line.length > LONGEST_LINE)) return undefined;
  const rules = lines.flatMap((line): readonly IgnoreRule[] => {
    if (line.startsWith('#')) return [];
    const trimmed = line.trim();
    const not = trimmed.startsWith('!');
    const pattern = cleanPath(not ? trimmed.slice(1).trim() : trimmed);
    return pattern === '' ? [] : [{ not, pattern, matches: ignoreGlob(pattern) }];
  });
  return rules.toReversed();
}

/** As Go's filepath.Clean, without the slash in front: a `..` that leads out of the context stays, and matches nothing. */
function cleanPath(pattern: string): string {
  const absolute = pattern.startsWith('/');
  const parts: string[] = [];
  for (const part of pattern.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part === '..' ? !absolute : part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}
