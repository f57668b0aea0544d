/** A workspace in memory: what the rooms that only read need of one. */
import { overlay } from '../../src/workspace/overlay.ts';
import { path } from '../../src/workspace/files.ts';
import type { Files, Path } from '../../src/types.ts';

const ROOT = '/workspace';

/** `memory({'web/app.py': 'x = 1'})`: the same Files that the disk gives, symlinks and git apart. */
export function memory(texts: Readonly<Record<string, string>>): Files {
  return overlay(nothing, new Map(Object.entries(texts).map(([name, text]) => [path(name), text])));
}

const nothing: Files = {
  root: ROOT,
  text: () => undefined,
  why: () => undefined,
  encoding: () => 'utf-8',
  exists: () => false,
  isDir: () => false,
  find: () => [],
  tracked: () => ({ is: 'no' }),
  ignored: () => false,
  resolve: (from, relative) => resolved(from, relative),
};

function resolved(from: Path, relative: string): Path | undefined {
  const parts: string[] = [];
  if (relative.startsWith('/') && relative !== ROOT && !relative.startsWith(`${ROOT}/`)) return undefined;
  for (const part of (relative.startsWith('/') ? relative.slice(ROOT.length) : `${from}/${relative}`).split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '..' && part !== '' && part !== '.') parts.push(part);
  }
  return path(parts.join('/'));
}
