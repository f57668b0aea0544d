/** A tree as Files, without a disk: everything that .gitignore does not ignore is in git's index. */
import type { Files, Path } from '../../src/types.ts';
import { overlay } from '../../src/workspace/overlay.ts';
import { resolvedAsText } from '../../src/workspace/path.ts';
import type { Tree } from './tree.ts';

const ROOT = '/memory';
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
  resolve: (from, relative) => resolvedAsText(ROOT, from, relative),
};
const SKIPPED = /(?:^|\/)(?:node_modules|\.git|\.venv|venv|dist)\//;

/** @param tree path → bytes as latin1 text. */
export function memoryFiles(tree: Tree): Files {
  const texts = new Map(Object.entries(tree).map(([path, bytes]) => [path as Path, Buffer.from(bytes, 'latin1').toString('utf8')]));
  const files = overlay(nothing, texts);
  return {
    ...files,
    find: (under, name, depth) => files.find(under, name, depth).filter((path) => !SKIPPED.test(path.slice(under.length))),
    tracked: (path) => ({ is: texts.has(path) && !files.ignored(path) ? 'yes' : 'no' }),
  };
}
