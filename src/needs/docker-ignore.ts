/**
 * Does .dockerignore keep a file out of the build? The rules of moby/patternmatcher: patterns from the context's root,
 * the last that matches a path or one of its folders decides.
 */
import type { Files, Path } from '../types.ts';
import { join } from '../workspace/path.ts';

/** The ignore file that keeps `below` (relative to the context) out; undefined = it gets in. `<Dockerfile>.dockerignore` comes first. */
export function dockerIgnores(files: Files, context: Path, dockerfile: Path, below: string): Path | undefined {
  for (const file of [`${dockerfile}.dockerignore` as Path, join(context, '.dockerignore')]) {
    const text = files.text(file);
    if (text !== undefined) return ignores(text, below) ? file : undefined;
  }
  return undefined;
}

/** Exported for its table of cases. */
export function ignores(text: string, path: string): boolean {
  let out = false;
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const trimmed = line.trim();
    const not = trimmed.startsWith('!');
    const pattern = cleanPath(not ? trimmed.slice(1).trim() : trimmed);
    if (pattern === '') continue;
    if (out === not && matchesOrParent(pattern, path)) out = !not;
  }
  return out;
}

/** As Go's filepath.Clean, without the slash in front. */
function cleanPath(pattern: string): string {
  const parts: string[] = [];
  for (const part of pattern.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function matchesOrParent(pattern: string, path: string): boolean {
  const match = new RegExp(`^${source(pattern)}$`);
  const parts = path.split('/');
  return parts.some((_, i) => match.test(parts.slice(0, i + 1).join('/')));
}

function source(pattern: string): string {
  let out = '';
  for (let i = 0; i < pattern.length; i += 1) {
    const c = pattern.charAt(i);
    if (c === '*' && pattern[i + 1] === '*') {
      const slash = pattern[i + 2] === '/';
      out += slash ? '(?:.*/)?' : '.*';
      i += slash ? 2 : 1;
    } else if (c === '*') out += '[^/]*';
    else if (c === '?') out += '[^/]';
    else if (c === '[' && pattern.indexOf(']', i + 1) > 0) {
      const end = pattern.indexOf(']', i + 1);
      out += pattern.slice(i, end + 1).replace(/^\[!/, '[^');
      i = end;
    } else {
      const plain = c === '\\' ? pattern.charAt((i += 1)) : c;
      out += plain.replace(/[.+^$(){}|[\]\\*?]/, '\\$&');
    }
  }
  return out;
}
