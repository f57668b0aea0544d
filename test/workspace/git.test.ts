/** What git is asked, with what it is asked, and what is made of no answer. The same for the built program: test/safety/tracked.slow.test.ts. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { history } from '../../src/doctor/probes/history.ts';
import { exec } from '../../src/io/exec.ts';
import type { Files } from '../../src/types.ts';
import { openFiles, path } from '../../src/workspace/files.ts';
import { fakeTools } from '../helpers/tools.ts';
import { git, writeTree, type Tree } from '../helpers/tree.ts';

const folders: string[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
function laid(tree: Tree): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'git-')));
  folders.push(folder);
  git(folder, 'init', '-q', 'ws');
  writeTree(join(folder, 'ws'), tree);
  return join(folder, 'ws');
}
const tracked = (files: Files, name = '.env') => files.tracked(path(name));

describe('tracked', () => {
  test('yes and no', () => {
    const root = laid({ '.env': 'A=1\n', 'api/.env': 'A=1\n', '.ENV2': '' });
    git(root, 'add', '-f', '.env');
    const files = openFiles(root);
    expect(['.env', 'api/.env', '.ENV', 'gone/.env'].map((name) => tracked(files, name).is)).toEqual(['yes', 'no', 'no', 'no']);
  });
  test('a repository inside is asked for its own files', () => {
    const root = laid({ '.env': 'A=1\n' });
    git(root, 'init', '-q', 'inner');
    writeTree(root, { 'inner/.env': 'A=1\n', 'inner/.gitignore': '/other\n' });
    git(join(root, 'inner'), 'add', '-f', '.env');
    const files = openFiles(root);
    expect([tracked(files), tracked(files, 'inner/.env')]).toEqual([{ is: 'no' }, { is: 'yes' }]);
    expect(files.ignored(path('inner/other'))).toBe(true);
  });
  test.each<[string, (root: string) => void, RegExp, RegExp]>([
    ['no git', () => vi.stubEnv('PATH', '/nowhere'), /git cannot be started/, /^install git/],
    ['an index that is none', (root) => writeFileSync(join(root, '.git/index'), 'x'), /^git says: /, /^git -C \S+ status/],
    ['a bare repository beside a broken .git', (root) => {
      for (const name of ['objects', 'refs', 'HEAD']) mkdirSync(join(root, name));
      rmSync(join(root, '.git/HEAD'));
    }, /laid out as a bare repository/, /^move HEAD/],
  ])('not known: %s', (_, breaks, why, way) => {
    const root = laid({ '.env': 'A=1\n', '.gitignore': '.env\n' });
    breaks(root);
    const files = openFiles(root);
    expect(tracked(files)).toEqual({ is: 'unknown', why: expect.stringMatching(why), do: expect.stringMatching(way) });
    // A line too many is harmless.
    expect(files.ignored(path('.env'))).toBe(false);
  });
});

function withRules(rules: string): string {
  const root = laid({ '.gitignore': rules });
  rmSync(join(root, '.git'), { recursive: true });
  return root;
}
describe('ignored, without a repository', () => {
  test.each([['.env\n', true], ['.env*\n', true], ['.ENV\n', false], ['.env\n!.env\n', false], ['', false]])('%j: %s', (rules, expected) => {
    expect(openFiles(withRules(rules)).ignored(path('.env'))).toBe(expected);
  });
  test('an ignore file that is a link is none, as for git', () => {
    const root = withRules('.env\n');
    mkdirSync(join(root, 'api'));
    symlinkSync('../.gitignore', join(root, 'api/.gitignore'));
    rmSync(join(root, '.gitignore'));
    writeFileSync(join(root, 'rules'), '.env\n');
    symlinkSync('rules', join(root, '.gitignore'));
    expect(openFiles(root).ignored(path('.env'))).toBe(false);
  });
});

const CANARIES = ['HONEYCOMB_API_KEY', 'AWS_SECRET_ACCESS_KEY', 'GITHUB_TOKEN', 'NPM_TOKEN', 'GIT_CONFIG_VALUE_0', 'GIT_TRACE2_EVENT', 'GIT_DIR', 'GIT_EXTERNAL_DIFF', 'GIT_SSH', 'DATABASE_URL', 'MY_OWN_PASSWORD', 'LD_PRELOAD', 'PERL5OPT', 'HTTPS_PROXY', 'SSH_AUTH_SOCK', 'DOCKER_AUTH_CONFIG'];
test('git gets no variable that it does not need: no key, no credentials, nothing that leads elsewhere', async () => {
  const root = laid({ '.env': 'A=1\n', 'notes.txt': 'x\n' });
  git(root, 'add', '-f', '.env', 'notes.txt');
  const bin = join(root, '../bin');
  const real = (process.env['PATH'] ?? '').split(delimiter);
  mkdirSync(bin);
  writeFileSync(join(bin, 'git'), `#!/bin/sh\n{ echo "ARGS $*"; /usr/bin/env; } >> '${bin}/said'\nPATH='${real.join(':')}' exec git "$@"\n`);
  chmodSync(join(bin, 'git'), 0o755);
  vi.stubEnv('PATH', [bin, ...real].join(delimiter));
  for (const name of CANARIES) vi.stubEnv(name, `canary-${name}`);
  const files = openFiles(root);
  expect(tracked(files)).toEqual({ is: 'yes' });
  expect(files.ignored(path('other'))).toBe(false);
  await history.run({ workspace: { files } } as Parameters<typeof history.run>[0], { ...fakeTools(), exec });
  const said = readFileSync(join(bin, 'said'), 'utf8');
  expect(said.match(/^ARGS .* (ls-files|check-ignore|grep|log) /gm)?.length).toBe(5);
  expect(said).not.toContain('canary');
  const names = new Set([...said.matchAll(/^([A-Za-z_]\w*)=/gm)].map(([, name]) => name));
  expect([...names].filter((name) => !/^(?:PATH|HOME|PWD|OLDPWD|SHLVL|_|LC_ALL|TMPDIR|XDG_CONFIG_HOME|SSH_ASKPASS(?:_REQUIRE)?|GIT_\w+)$/.test(name ?? ''))).toEqual([]);
});
