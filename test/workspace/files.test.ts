import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

import type { Files, Path } from '../../src/types.ts';
import { openFiles, path } from '../../src/workspace/files.ts';

const tmp = mkdtempSync(join(tmpdir(), 'files-'));
afterAll(() => rmSync(tmp, { recursive: true, force: true }));

const outside = join(tmp, 'outside');
mkdirSync(outside);
writeFileSync(join(outside, 'secret.txt'), 'not yours\n');
const root = join(tmp, 'root');
mkdirSync(join(root, 'app', 'deep', 'node_modules'), { recursive: true });
writeFileSync(join(root, 'app', 'app.py'), 'print()\n');
writeFileSync(join(root, 'app', 'deep', 'app.py'), 'deep\n');
writeFileSync(join(root, 'app', 'deep', 'node_modules', 'app.py'), 'a library\n');
writeFileSync(join(root, 'app', 'LONGNA~1'), 'a name with a tilde\n');
symlinkSync('app', join(root, 'link'));
symlinkSync('app.py', join(root, 'app', 'main.py'));
symlinkSync(outside, join(root, 'away'));
symlinkSync(join(outside, 'secret.txt'), join(root, 'away.txt'));
symlinkSync(join(outside, 'nothing'), join(root, 'gone'));
symlinkSync('nothing', join(root, 'dangling'));
symlinkSync('loop', join(root, 'loop'));

const answers = (files: Files, file: string) => {
  const at = path(file);
  return [files.exists(at), files.isDir(at), files.text(at), files.why(at)];
};
function answersInOrder(order: readonly string[]) {
  const files = openFiles(root);
  return new Map(order.map((file) => [file, answers(files, file)]));
}
const here = (text: string) => [true, false, text, undefined];
const FOLDER = [true, true, undefined, 'not-a-file'];
const ABSENT = [false, false, undefined, undefined];
const not = (why: string) => [false, false, undefined, why];

describe('what is said of a path', () => {
  const files = openFiles(root);
  test.each<[string, unknown[]]>([
    ['', FOLDER],
    ['app', FOLDER],
    ['app/app.py', here('print()\n')],
    ['app/LONGNA~1', here('a name with a tilde\n')],
    ['app/OTHERN~1', ABSENT],
    ['app/nothing.py', ABSENT],
    ['nothing/app.py', ABSENT],
    ['app/app.py/below', ABSENT],
    // Links are followed inside of the root, on the way and at the end.
    ['link', FOLDER],
    ['link/app.py', here('print()\n')],
    ['link/main.py', here('print()\n')],
    ['link/nothing', ABSENT],
    // They never lead out, whether something is there or not.
    ['away', not('outside')],
    ['away/secret.txt', not('outside')],
    ['away/nothing/at/all', not('outside')],
    ['away.txt', not('outside')],
    ['gone', not('outside')],
    ['dangling', not('unreadable')],
    ['dangling/below', ABSENT],
    ['loop', not('unreadable')],
    [`${'a/'.repeat(50_000)}b`, ABSENT],
  ])('%.40s', (file, expected) => expect(answers(files, file)).toEqual(expected));

  test('does not depend on the order of the questions', () => {
    const all = ['loop', 'link/main.py', 'app/app.py', 'away/secret.txt', 'dangling', 'nothing/app.py'];
    expect(answersInOrder(all)).toEqual(answersInOrder(all.toReversed()));
  });

  test('the disk says whether another case is the same name', () => {
    const same = openFiles(root).exists('APP/App.py' as Path);
    expect(same).toBe(['darwin', 'win32'].includes(process.platform));
  });
});

test('a path is resolved only where it stays inside', () => {
  const files = openFiles(root);
  const app = path('app');
  expect(['app.py', './deep/../app.py', '../link/new.txt', '..', join(root, 'app', 'x')].map((text) => files.resolve(app, text))).toEqual(['app/app.py', 'app/app.py', 'link/new.txt', '', 'app/x']);
  expect(['../..', '../away', '../away/new', '../away.txt', '../gone', '/', 'a\0b', outside].map((text) => files.resolve(app, text))).toEqual(Array(8).fill(undefined));
});

test('find looks below a folder, not through links and not among libraries', () => {
  const files = openFiles(root);
  expect(files.find(path(''), /^(app|main)\.py$/)).toEqual(['app/app.py', 'app/deep/app.py', 'app/main.py']);
  expect(files.find(path(''), /^app\.py$/, 2)).toEqual(['app/app.py']);
  expect(files.find(path('link'), /^app\.py$/)).toEqual(['link/app.py', 'link/deep/app.py']);
  expect(files.find(path(''), /\.txt$/)).toEqual([]);
  expect(files.find(path('away'), /./)).toEqual([]);
  expect(files.find(path('nothing'), /./)).toEqual([]);
});

test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('a folder that cannot be listed still has its files', () => {
  const closed = join(tmp, 'closed');
  mkdirSync(closed);
  writeFileSync(join(closed, 'compose.yml'), 'services: {}\n');
  chmodSync(closed, 0o111);
  expect(answers(openFiles(closed), 'compose.yml')).toEqual(here('services: {}\n'));
  chmodSync(closed, 0o755);
});
