/** A repository is not trusted: the built program ends, in bounded time and memory, with the right code and one clear sentence. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git, treeOf, type Tree } from '../helpers/tree.ts';
import { CANARY, FLASK, KEY, place, programOnPath, run, type Place } from './program.ts';

const FLASK_COMPOSE = FLASK['docker-compose.yml'] ?? '';
const INIT = ['init', '--yes', '--offline'];
const times = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('');
const dockerfile = (text: string): Tree => ({ ...FLASK, 'api/Dockerfile': text });
const compose = (text: string, more: Tree = {}): Tree => ({ ...FLASK, ...more, 'docker-compose.yml': text });
const NODE = (manifest: string): Tree => ({
  'compose.yaml': 'services:\n  web:\n    build: .\n',
  'package.json': manifest,
  'index.js': 'require("express")().listen(3000)\n',
  Dockerfile: 'FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm install\nCMD ["npm", "start"]\n',
});

/** No escape sequence, no bell, no lone CR: only text, line ends and tabs. */
const CONTROL = /(?![\t\n])\p{Cc}/u;
function expectClean(text: string): void {
  expect(text).not.toMatch(CONTROL);
  expect(text).not.toContain(CANARY);
  // A crash of the program or of Node itself.
  expect(text).not.toMatch(/does not know: |npm bugs|heap out of memory|node:internal/);
}

/** What init says, without its line breaks; --json is one clean value with the same code. */
async function inits(at: Place) {
  const ran = await run(at, [...INIT, '--json'], KEY);
  expectClean(ran.err);
  expect(ran.out).not.toMatch(CONTROL);
  expect(JSON.parse(ran.out)).toMatchObject({ schema: 1, command: 'init', exit: ran.code });
  return { code: ran.code, err: ran.err.replaceAll(/\n +/g, ' ') };
}

const bomb = [...'abcdefghi'].map((name, i, all) => `x-${name}: &${name} [${Array(9).fill(i === 0 ? 'lol' : `*${all[i - 1] ?? ''}`).join(', ')}]\n`).join('');
const chain = (n: number, next: (i: number) => string): Tree => Object.fromEntries(Array.from({ length: n }, (_, i) => [`c${i}.yml`, next(i)]));

describe('refused with a sentence, nothing written', () => {
  test.each<[string, Tree, number, RegExp]>([
    ['an alias bomb', compose(`${bomb}services: { api: { build: ./api, command: *i } }\n`), 4, /aliases in docker-compose\.yml expand to more than/],
    ['50 MB', compose(`${FLASK_COMPOSE}# ${'x'.repeat(50 * 1024 * 1024)}`), 4, /larger than 8 MB/],
    ['a hundred thousand brackets', compose(`${FLASK_COMPOSE}x-a: ${'['.repeat(100_000)}`), 4, /nested too deeply/],
    ['no UTF-8', compose(`${FLASK_COMPOSE}# \xff\xfe\xfa\n`), 4, /is not text/],
    ['NUL bytes', compose(`${FLASK_COMPOSE}# \0\n`), 4, /is not text/],
    ['files that include each other', compose('include: [a.yml]\n', { 'a.yml': 'include: [docker-compose.yml]\n' }), 2, /include each other/],
    ['two thousand files in a row', compose('include: [c0.yml]\n', { ...chain(2000, (i) => `include: [c${i + 1}.yml]\n`), 'c2000.yml': 'services: {}\n' }), 4, /more than 50 compose files/],
    ['forty files that are included a billion times', compose('include: [c0.yml]\n', { ...chain(40, (i) => `include: [c${i + 1}.yml, c${i + 2}.yml]\n`), 'c40.yml': 'services: {}\n', 'c41.yml': 'services: {}\n' }), 4, /more than 1000 compose files/],
    ['five thousand services that extend each other', compose(`services:\n${times(5000, (i) => `  s${i}: { extends: s${i + 1} }\n`)}  s5000: { build: ./api }\n`), 4, /more than 50 services extend/],
    ['a file from outside', compose('include: [../../../etc/passwd]\n'), 4, /outside of the workspace/],
    ['escapes in the names of an error', compose('services:\n  "a\u001b[31m": { build: ./api }\n  "a\u001b[31m": { build: ./api }\n'), 2, /docker-compose\.yml/],
    ['a .env that is not text', { ...FLASK, '.env': 'A=\xff\xfa\n' }, 4, /\.env/],
  ])('%s', async (_, tree, code, says) => {
    const at = place(tree['.env'] === undefined ? tree : { ...tree, '.env': '' });
    if (tree['.env'] !== undefined) {
      git(at.folder, 'rm', '-q', '--cached', '.env');
      writeFileSync(join(at.folder, '.env'), tree['.env'], 'latin1');
    }
    const { code: ended, err } = await inits(at);
    expect({ ended, err }).toEqual({ ended: code, err: expect.stringMatching(says) });
    expect(git(at.folder, 'diff', '--stat')).toBe('');
  });
});

describe('a thing that is no file', () => {
  const make: Readonly<Record<string, (file: string) => void>> = {
    folder: (file) => void mkdirSync(file),
    pipe: (file) => void execFileSync('mkfifo', [file]),
    device: (file) => void symlinkSync('/dev/zero', file),
  };
  const wants: readonly (readonly [string, string, number, RegExp])[] = [
    ['docker-compose.yml', 'pipe', 2, /is not a file/],
    ['docker-compose.yml', 'folder', 2, /is not a file/],
    ['docker-compose.yml', 'device', 4, /leads out of the workspace/],
    ['.env', 'pipe', 4, /it is not a file/],
    ['.env', 'folder', 4, /it is not a file/],
    ['.env', 'device', 4, /is a link that leaves the workspace/],
    ['api/Dockerfile', 'pipe', 1, /api: not done by otel-setup/],
    ['api/requirements.txt', 'pipe', 1, /it is not a file/],
  ];
  test.each(wants)('%s as a %s', async (path, kind, code, says) => {
    const { [path]: _, ...rest } = FLASK;
    const at = place(rest);
    mkdirSync(dirname(join(at.folder, path)), { recursive: true });
    make[kind]?.(join(at.folder, path));
    const ran = await inits(at);
    expect({ code: ran.code, err: ran.err }).toEqual({ code, err: expect.stringMatching(says) });
    expect(git(at.folder, 'diff', '--stat')).toBe('');
    rmSync(join(at.folder, path), { recursive: true });
  });
  test('a plan to apply', async () => {
    const at = place(FLASK);
    execFileSync('mkfifo', [join(at.folder, 'plan')]);
    expect(await run(at, ['init', '--apply', 'plan'], KEY)).toMatchObject({ code: 2, err: expect.stringContaining('cannot be read') });
  });
});

describe('links and paths that leave the workspace', () => {
  test.each(['api/Dockerfile', 'api/requirements.txt', '.env', '.gitignore', 'docker-compose.yml'])('%s is not written through', async (path) => {
    const { [path]: text = 'A=1\n', ...rest } = FLASK;
    const at = place(rest);
    const outside = join(at.home, 'outside');
    writeFileSync(outside, text);
    symlinkSync(path.includes('/') ? '../../outside' : '../outside', join(at.folder, path));
    const { code } = await inits(at);
    expect([1, 4]).toContain(code);
    expect(readFileSync(outside, 'utf8')).toBe(text);
    expect(git(at.folder, 'diff', '--stat')).toBe('');
  });
  test.each(['..', '/etc', 'api/../../..', '~/x'])('a build context %s', async (context) => {
    const at = place(compose(`services:\n  api:\n    build: "${context}"\n`));
    const beside = treeOf(at.home);
    expect((await inits(at)).code).toBe(1);
    expect(git(at.folder, 'diff', '--stat')).toBe('');
    expect(Object.keys(treeOf(at.home))).toEqual(Object.keys(beside));
  });
});

describe('done, or told, in bounded time and memory', () => {
  const DOUBLING = times(40, (i) => (i === 0 ? 'E0=aaaaaaaa\n' : `E${i}=\${E${i - 1}}\${E${i - 1}}\n`));
  test.each<[string, Tree, readonly number[]]>([
    ['ten thousand services', compose(`${FLASK_COMPOSE}${times(10_000, (i) => `  s${i}:\n    image: redis\n`)}`), [0]],
    ['variables that double each other', compose(FLASK_COMPOSE.replace('"4567"', '$E39'), { 'x.env': DOUBLING, 'docker-compose.yml': '' }), [0]],
    ['build arguments that double each other', dockerfile(`FROM python:3.12\n${DOUBLING.replace(/^/gm, 'ARG ').replace(/ARG $/, '')}ENV X=$E39\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["flask", "run"]\n`), [0]],
    ['a Dockerfile of a hundred thousand lines', dockerfile(`FROM python:3.12\n${'RUN pip install -r requirements.txt\n'.repeat(100_000)}COPY . .\nCMD ["flask", "run"]\n`), [0]],
    ['requirements that name each other', { ...FLASK, 'api/requirements.txt': '-r a.txt\nflask\n', 'api/a.txt': '-r requirements.txt\n' }, [0]],
    ['requirements that are named a billion times', { ...FLASK, 'api/requirements.txt': '-r r0.txt\n', ...Object.fromEntries(Array.from({ length: 42 }, (_, i) => [`api/r${i}.txt`, i < 40 ? `-r r${i + 1}.txt\n-r r${i + 2}.txt\n` : 'flask\n'])) }, [0]],
    ['requirements from outside', { ...FLASK, 'api/requirements.txt': '-r /etc/passwd\n-r ../../../../etc/passwd\nflask\n' }, [0]],
    ['a package.json with the names of Object', NODE('{"__proto__":{"dependencies":{"x":"1"}},"constructor":{"prototype":{"y":1}},"scripts":{"start":"npm run constructor","__proto__":"x"},"dependencies":{"__proto__":"1","constructor":"2","toString":"1","express":"^4"}}\n'), [0, 1]],
    ['services with the names of Object', compose('services:\n  __proto__:\n    build: ./api\n  constructor:\n    build: ./api\n    environment:\n      __proto__: x\n      toString: y\n'), [0]],
    ['scripts that run themselves', NODE('{"scripts":{"start":"npm run start"},"dependencies":{"express":"^4"}}\n'), [0]],
    ['a package.json of a hundred thousand brackets', NODE(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)},"dependencies":{"express":"1"}}`), [1]],
    ['a .env of twenty thousand variables', { ...FLASK, 'ignored.env': times(20_000, (i) => `A${i}=1\n`) }, [0]],
  ])('%s', async (_, tree, codes) => {
    const { 'x.env': doubling, 'ignored.env': long, ...files } = tree;
    const own = doubling ?? long;
    const at = place(doubling === undefined ? files : { ...files, 'docker-compose.yml': FLASK_COMPOSE.replace('"4567"', '$E39') });
    if (own !== undefined) writeFileSync(join(at.folder, '.env'), own);
    const before = treeOf(at.folder);
    const { code, err } = await inits(at);
    expect(codes, err).toContain(code);
    if (code !== 0) return;
    expect(await run(at, ['undo'])).toMatchObject({ code: 0 });
    expect(treeOf(at.folder)).toEqual(before);
    expect({}).not.toHaveProperty('dependencies');
  });
});

describe('escape sequences and line ends of a repository', () => {
  const ESC = '\\e[31m\\e]0;owned\\a\\nX';
  test.each<[string, Tree]>([
    ['in names of services and images', compose(`services:\n  "api${ESC}":\n    build: ./api\n    image: "x${ESC}"\n  "db${ESC}":\n    image: "postgres${ESC}"\n`)],
    ['in names of folders', { 'docker-compose.yml': 'services:\n  api:\n    build: "./a\\e[31m\\np"\n', ...Object.fromEntries(Object.entries(FLASK).flatMap(([path, text]) => (path.startsWith('api/') ? [[path.replace('api', 'a\u001b[31m\np'), text]] : []))) }],
    ['in names of packages and scripts', NODE('{"name":"a\\u001b[31m","dependencies":{"express":"^4","b\\u001b[31m":"1"},"scripts":{"start":"node \\u001b]0;x\\u0007 index.js"}}\n')],
    ['in values', compose(`${FLASK_COMPOSE}      OTEL_SERVICE_NAME: "x${ESC}"\n      OTEL_EXPORTER_OTLP_ENDPOINT: "http://${ESC}"\n`)],
    ['in a Dockerfile and requirements', { ...FLASK, 'api/Dockerfile': (FLASK['api/Dockerfile'] ?? '').replace('3.12', '3.12\u001b[31m'), 'api/requirements.txt': 'flask\nb\u001b[31m==1\n' }],
    ['in the name of a compose file', { 'docker-compose.a\u001b[31m.yml': FLASK_COMPOSE, 'api/app.py': 'a = 1\n' }],
  ])('%s: clean text, valid JSON', async (_, tree) => {
    const at = place(tree);
    for (const argv of [[...INIT, '--verbose'], ['status'], ['undo']]) {
      const { out, err } = await run(at, argv, KEY);
      expectClean(err);
      if (argv[0] === 'status') expectClean(out);
    }
    for (const argv of [['init', '--dry-run', '--json'], ['status', '--json']]) {
      const { out, err } = await run(at, argv, KEY);
      expect(out).not.toMatch(CONTROL);
      expect(JSON.parse(out)).toMatchObject({ schema: 1, command: argv[0] });
      expectClean(err);
    }
  });
});

test('mkfifo is here, or the pipes above were never made', () => expect(programOnPath('mkfifo')).toBeDefined());
