/**
 * Docker's two languages of patterns, as expressions of RE2: time grows with pattern times path, whatever the pattern is.
 * moby's own patternmatcher makes the same expressions for Go's RE2.
 */
import { RE2JS } from 're2js';

export type Glob = (path: string) => boolean;

const NEVER: Glob = () => false;
/** Go's regexp and filepath.Match refuse longer ones nowhere, but no path is longer, and no person writes one. */
export const LONGEST_PATTERN = 16 * 1024;

/**
 * A cleaned pattern of .dockerignore (no slash in front, no '!'). One that Go refuses, with which no build comes to
 * an end, matches nothing; the caller bounds its length. moby/patternmatcher v0.6: Pattern.compile and match.
 */
export function ignoreGlob(pattern: string): Glob {
  const chars = [...pattern];
  let is: 'exact' | 'prefix' | 'suffix' | 'expression' = 'exact';
  let source = '';
  for (let i = 0; i < chars.length; i += 1) {
    const first = i === 0;
    const char = chars[i] ?? '';
    if (char === '*' && chars[i + 1] === '*') {
      i += chars[i + 2] === '/' ? 2 : 1;
      const last = i === chars.length - 1;
      source += last ? '.*' : '(.*/)?';
      is = first ? 'suffix' : last && is === 'exact' ? 'prefix' : 'expression';
    } else if (char === '*' || char === '?') {
      source += char === '*' ? '[^/]*' : '[^/]';
      is = 'expression';
    } else if (char === '\\' && i + 1 < chars.length) {
      source += `\\${chars[(i += 1)] ?? ''}`;
      is = 'expression';
    } else {
      source += '\\.+()|{}$'.includes(char) ? `\\${char}` : char;
      if (char === '[' || char === ']') is = 'expression';
    }
  }
  if (is === 'exact') return (path) => path === pattern;
  if (is === 'prefix') return (path) => path.startsWith(pattern.slice(0, -2));
  if (is === 'suffix') return (path) => path.endsWith(pattern.slice(2)) || path === pattern.slice(3);
  return expression(pattern, source);
}

/** A source of COPY or ADD, cleaned, against a path of the context: Go's filepath.Match. A malformed one matches nothing. */
export function sourceGlob(pattern: string): Glob {
  if (pattern.length > LONGEST_PATTERN) return NEVER;
  const known = sources.get(pattern);
  if (known !== undefined) return known;
  const source = sourceExpression([...pattern]);
  const glob = source === undefined ? NEVER : expression(pattern, source);
  if (sources.size >= MOST_KEPT) sources.clear();
  sources.set(pattern, glob);
  return glob;
}

/** Has a COPY source a character that makes it a pattern? As BuildKit asks. */
export function isPattern(source: string): boolean {
  return /[*?[]/.test(source.replaceAll(/\\./gs, ''));
}

const sources = new Map<string, Glob>();
const MOST_KEPT = 1_000;

/** Compiled when a path first has the beginning and the end that the pattern spells out: most never have. */
function expression(pattern: string, source: string): Glob {
  const head = /^[^*?[\]\\^]*/.exec(pattern)?.[0] ?? '';
  // The slash behind `**` need not be there.
  const tail = pattern.slice(Math.max(...[...'*?[]\\^'].map((char) => pattern.lastIndexOf(char))) + 1).replace(/^\//, '');
  let compiled: RE2JS | 'refused' | undefined;
  return (path) => {
    if (!path.startsWith(head) || !path.endsWith(tail)) return false;
    compiled ??= compile(source);
    return compiled !== 'refused' && compiled.matches(path);
  };
}

function compile(source: string): RE2JS | 'refused' {
  try {
    return RE2JS.compile(`^(?:${source})$`);
  } catch {
    return 'refused';
  }
}

function sourceExpression(chars: readonly string[]): string | undefined {
  let source = '';
  for (let i = 0; i < chars.length; i += 1) {
    const char = chars[i] ?? '';
    if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '[') {
      const found = classAt(chars, i);
      if (found === undefined) return undefined;
      source += found.source;
      i = found.end;
    } else {
      if (char === '\\' && i + 1 >= chars.length) return undefined;
      source += RE2JS.quote(char === '\\' ? (chars[(i += 1)] ?? '') : char);
    }
  }
  return source;
}

/** `[a-z]` or `[^a]` that begins at `start`, and where it ends; undefined = Go refuses it. */
function classAt(chars: readonly string[], start: number): { readonly source: string; readonly end: number } | undefined {
  let at = start + 1;
  const not = chars[at] === '^';
  if (not) at += 1;
  const next = (): number | undefined => {
    if (chars[at] === '-' || chars[at] === ']') return undefined;
    if (chars[at] === '\\') at += 1;
    const code = chars[at]?.codePointAt(0);
    at += 1;
    return at < chars.length ? code : undefined;
  };
  let ranges = '';
  for (let any = false; !any || chars[at] !== ']'; any = true) {
    const low = next();
    let high = low;
    if (chars[at] === '-') {
      at += 1;
      high = next();
    }
    if (low === undefined || high === undefined) return undefined;
    // In Go a range the wrong way round holds nothing; RE2 refuses it.
    if (low <= high) ranges += `\\x{${low.toString(16)}}-\\x{${high.toString(16)}}`;
  }
  if (ranges === '') return { source: not ? '[\\x{0}-\\x{10ffff}]' : '[^\\x{0}-\\x{10ffff}]', end: at };
  return { source: `[${not ? '^' : ''}${ranges}]`, end: at };
}
