/** The one maker of `Path`: relative to the workspace root, '/' between parts, no '..'. */
import { EXIT, Stop } from '../stop.ts';
import type { Path } from '../types.ts';

/** Text → Path: './a//b/' becomes 'a/b', '.' becomes ''. Throws Stop (exit 4) on an absolute path and on '..'. */
export function path(text: string): Path {
  const slashes = process.platform === 'win32' ? text.replaceAll('\\', '/') : text;
  const parts = slashes.split('/').filter(part => part !== '' && part !== '.');
  if (slashes.startsWith('/') || /^[A-Za-z]:\//.test(slashes) || parts.includes('..') || text.includes('\0')) {
    throw new Stop(EXIT.refused, `"${text}" is not a path inside the workspace.`);
  }
  return parts.join('/') as Path;
}

/** `join('web' as Path, 'src', 'app.py')` → 'web/src/app.py'. Throws like `path`. */
export function join(dir: Path, ...parts: readonly string[]): Path {
  return path([dir, ...parts].filter(part => part !== '').join('/') || '.');
}

/** The folder of a path: '' for a path without '/'. */
export function folderOf(file: Path): Path {
  return file.slice(0, Math.max(0, file.lastIndexOf('/'))) as Path;
}

/** The last part of a path or of any text with '/' in it. */
export function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** Text relative to a folder → Path, as text alone: no disk is asked, so symbolic links are not followed. undefined = outside of `root`. */
export function resolvedAsText(root: string, from: string, relative: string): Path | undefined {
  const absolute = relative.startsWith('/');
  if (absolute && relative !== root && !relative.startsWith(`${root}/`)) return undefined;
  const out: string[] = absolute ? [] : from.split('/').filter(part => part !== '');
  for (const part of (absolute ? relative.slice(root.length) : relative).split('/')) {
    if (part === '..') {
      if (out.pop() === undefined) return undefined;
    } else if (part !== '' && part !== '.') out.push(part);
  }
  return out.join('/') as Path;
}
