import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { located, outsideOf, workspaceAround } from '../../src/io/outside-programs.ts';

const top = realpathSync(mkdtempSync(join(tmpdir(), 'outside-')));
const at = (...parts: readonly string[]): string => join(top, ...parts);
beforeAll(() => {
  for (const folder of ['ws/.git', 'ws/api', 'ws/bin', 'tools', 'home/.git', 'home/bin', 'home/proj/bin', 'other/node_modules/.bin']) mkdirSync(at(folder), { recursive: true });
  symlinkSync(at('ws/bin'), at('to-inside'));
  symlinkSync(at('tools'), at('ws/to-outside'));
  symlinkSync(at('other/node_modules/.bin'), at('to-packages'));
});
afterAll(() => rmSync(top, { recursive: true }));

const PATH = (value: string, cwd = at('ws/api'), program = 'git'): string | undefined => outsideOf({ PATH: value }, program, cwd).env['PATH'];

describe('PATH', () => {
  test.each<[string, () => string]>([
    ['a folder of the workspace, above the current one', () => at('ws/bin')],
    ['a folder that is not there yet', () => at('ws/later')],
    ['a link from outside into it', () => at('to-inside')],
    ['a link of the workspace to somewhere else', () => at('ws/to-outside')],
    ['the same with a way through it', () => at('tools/../ws/bin')],
    ['packages\' programs of another project', () => at('other/node_modules/.bin')],
    ['a link to them', () => at('to-packages')],
    ['nothing: the current folder', () => ''],
    ['a relative folder', () => 'bin'],
    ['the current folder', () => '.'],
  ])('without %s', (_, entry) => {
    expect(PATH([at('tools'), entry(), '/usr/bin'].join(delimiter))).toBe([at('tools'), '/usr/bin'].join(delimiter));
  });
  test('where all of it goes, nothing is found: an empty PATH is the current folder', () => {
    for (const value of ['', ':', 'bin', at('ws/bin')]) expect(PATH(value)).toBe('/dev/null');
    expect('PATH' in outsideOf({}, 'git', at('ws')).env).toBe(false);
  });
  test('what was taken out is known, so that a message can say it', () => {
    expect(outsideOf({ PATH: [at('ws/bin'), '', '/usr/bin'].join(delimiter) }, 'git', at('ws')).dropped).toEqual([at('ws/bin'), '']);
  });
});

test('which folder is the workspace: never the user\'s home, where the user\'s own programs lie', () => {
  expect(workspaceAround(at('ws/api'), at('home'))).toBe(at('ws'));
  expect(workspaceAround(at('tools'), at('home'))).toBe(at('tools'));
  expect(workspaceAround(at('home/proj'), at('home'))).toBe(at('home/proj'));
  expect(workspaceAround(at('home'), at('home'))).toBeUndefined();
  expect(workspaceAround('/', at('home'))).toBeUndefined();
});

const inside = () => ({
  NODE_OPTIONS: '--max-old-space-size=99 --require ./evil.js', PYTHONPATH: [at('ws'), '', at('tools')].join(delimiter), PYTHONSTARTUP: 'x.py', NODE_PATH: 'lib', LD_PRELOAD: `./evil.so ${at('tools/good.so')}`, LD_LIBRARY_PATH: ':', BASH_ENV: at('ws/rc'), DOCKER_CONFIG: '.docker', ENV: 'production', HOME: at('home'),
});
test('variables that make a program load code of the workspace', () => {
  expect(outsideOf(inside(), 'npm', at('ws')).env).toEqual({ PYTHONPATH: at('tools'), LD_PRELOAD: at('tools/good.so'), ENV: 'production', HOME: at('home') });
});
test('docker gets what Compose fills into services as it is', () => {
  expect(outsideOf(inside(), 'docker', at('ws')).env).toEqual({ NODE_OPTIONS: inside().NODE_OPTIONS, PYTHONPATH: inside().PYTHONPATH, PYTHONSTARTUP: 'x.py', NODE_PATH: 'lib', LD_PRELOAD: at('tools/good.so'), ENV: 'production', HOME: at('home'), COMPOSE_EXPERIMENTAL_GIT_REMOTE: 'false', COMPOSE_EXPERIMENTAL_OCI_REMOTE: 'false' });
  expect(outsideOf({ COMPOSE_EXPERIMENTAL_GIT_REMOTE: '1' }, 'docker').env).toMatchObject({ COMPOSE_EXPERIMENTAL_GIT_REMOTE: '1' });
});
test.each<[string, boolean]>([
  ['--max-old-space-size=4096 --no-warnings', true],
  ['--require=/opt/agent.js', true],
  ['--require agent', false],
  ['-r "./agent.js"', false],
  ['--import=data:text/javascript,x', false],
  ['--experimental-loader ./x.mjs --no-warnings', false],
  ['--env-file=.env', false],
])('NODE_OPTIONS=%s', (value, kept) => expect(outsideOf({ NODE_OPTIONS: value }, 'npm', at('ws')).env['NODE_OPTIONS']).toBe(kept ? value : undefined));

test('on Windows a name is a file on PATH, and never one of the current folder', () => {
  const there = new Set(['C:\\git\\git.exe', 'D:\\ws\\git.exe', 'C:\\node\\npm', 'C:\\node\\npm.CMD']);
  const env = { Path: 'C:\\node;C:\\git;', PATHEXT: '.EXE;.CMD' };
  const found = (name: string): string => located(name, env, 'win32', (file) => there.has(file) || there.has(file.replace(/\.EXE$/, '.exe')));
  expect(found('git')).toBe('C:\\git\\git.EXE');
  expect(found('npm')).toBe('C:\\node\\npm.CMD');
  expect(found('docker')).toBe(`${process.execPath}\\docker`);
  expect(located('git', env, 'linux', () => true)).toBe('git');
});
