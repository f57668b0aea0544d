/** The key and the images that are built around it: which ignore line init writes, where it writes none, and what it says then. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { takenIn } from '../../src/workspace/taken-in.ts';
import { ignores } from '../../src/workspace/docker-ignore.ts';
import type { Path } from '../../src/types.ts';
import { CANARY, otelSetup } from '../helpers/init.ts';
import { treeOf, writeTree, type Tree } from '../helpers/tree.ts';
import { serviceOf, stageOf, at, workspaceOf } from '../needs/service.ts';

const APP = 'from flask import Flask\napp = Flask(__name__)\n';
const DOCKERFILE = 'FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt ./\nRUN pip install -r requirements.txt\nCOPY . .\nCMD ["flask", "run"]\n';
const compose = (build: string): string => `services:\n  web:\n    build: ${build}\n`;
const tree = (more: Tree = {}, under = ''): Tree => ({
  [`${under}app.py`]: APP, [`${under}requirements.txt`]: 'flask\n', [`${under}Dockerfile`]: DOCKERFILE,
  'docker-compose.yml': compose(under === '' ? '.' : `./${under.slice(0, -1)}`), ...more,
});

async function inited(before: Tree, prepare: (folder: string) => void = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), 'otel-setup-keep-out-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
    rmSync(`${folder}.state`, { recursive: true, force: true });
  });
  writeTree(folder, before);
  prepare(folder);
  const ran = await otelSetup(folder, ['init', '--yes', '--offline'], { env: { HONEYCOMB_API_KEY: CANARY } });
  return { folder, ran, after: treeOf(folder) };
}

test.each<[string, Tree, string, string | undefined]>([
  ['there is none', tree(), '.dockerignore', '.env\n'],
  ['there is one, without an end of its last line', tree({ '.dockerignore': '.git\r\nnode_modules' }), '.dockerignore', '.git\r\nnode_modules\r\n.env'],
  ['begins with * and lets it in again', tree({ '.dockerignore': '*\n!app.py\n!.env\n!requirements.txt\n' }), '.dockerignore', '*\n!app.py\n!.env\n!requirements.txt\n.env\n'],
  ['begins with *', tree({ '.dockerignore': '*\n!app.py\n!requirements.txt\n' }), '.dockerignore', '*\n!app.py\n!requirements.txt\n'],
  ['names it', tree({ '.dockerignore': '**/.env*\n' }), '.dockerignore', '**/.env*\n'],
  ['the ignore file of the Dockerfile', tree({ 'Dockerfile.dockerignore': '.git\n', '.dockerignore': '.env\n' }), 'Dockerfile.dockerignore', '.git\n.env\n'],
  ['too long to be looked through', tree({ '.dockerignore': `${'x*y'.repeat(10_000)}\n` }), '.dockerignore', `${'x*y'.repeat(10_000)}\n.env\n`],
  ['the context is another folder', tree({}, 'web/'), 'web/.dockerignore', undefined],
  ['the Dockerfile is inside of the compose file', tree({ 'docker-compose.yml': `${compose('.')}  other:\n    build:\n      context: .\n      dockerfile_inline: |\n        FROM busybox\n        COPY . /\n`, 'Dockerfile': DOCKERFILE.replace('COPY . .', 'COPY app.py ./') }), '.dockerignore', '.env\n'],
  ['COPY names what it takes', tree({ Dockerfile: DOCKERFILE.replace('COPY . .', 'COPY app.py ./') }), '.dockerignore', undefined],
  ['.env was there, with nothing of the program in it', tree({ '.env': '' }), '.dockerignore', '.env\n'],
  ['.env was there, with more', tree({ '.env': 'DEBUG=1\n' }), '.dockerignore', undefined],
  ['.env was there, and the program reads one', tree({ '.env': '', 'app.py': `from dotenv import load_dotenv\nload_dotenv()\n${APP}` }), '.dockerignore', undefined],
  ['COPY names .env', tree({ Dockerfile: DOCKERFILE.replace('COPY . .', 'COPY .env app.py ./') }), '.dockerignore', undefined],
])('%s', async (_, before, file, expected) => {
  const { folder, ran, after } = await inited(before);
  expect({ exit: ran.exit, text: after[file] }).toEqual({ exit: (before['docker-compose.yml'] ?? '').includes('inline') ? 1 : 0, text: expected });
  // Either it does not get in, or that is said.
  expect(after['.env']).toContain(CANARY);
  const covered = expected !== undefined || !/COPY (?:\. \.|\.env)/.test(before['Dockerfile'] ?? '');
  expect(ran.err.includes('[stores.in-image]')).toBe(!covered);
  expect((await otelSetup(folder, ['undo', '--yes'])).exit).toBe(0);
  expect(treeOf(folder)).toEqual(before);
});

test('a new .env that the program may look for in its image: the line is written, and that is said', async () => {
  const { ran, after } = await inited(tree({ 'app.py': `from dotenv import load_dotenv\nload_dotenv()\n${APP}` }));
  expect(after['.dockerignore']).toBe('.env\n');
  expect(ran.err.replaceAll(/\s+/g, ' ')).toContain('Note, web: .dockerignore keeps .env out of the image, since the key is in it, and app.py:1 speaks of a .env');
});

test.each<[string, (folder: string) => void, RegExp]>([
  ['UTF-16, which Docker does not read', (folder) => writeTree(folder, { '.dockerignore': '\u00FF\u00FE*\0\n\0' }), /\.dockerignore is UTF-16, which Docker does not read: \.env would get into the image of web/],
  ['a link that leaves the workspace', (folder) => symlinkSync('/etc/hostname', join(folder, '.dockerignore')), /\.dockerignore cannot be read: \.env would get into the image of web/],
  ['a folder', (folder) => writeTree(folder, { '.dockerignore/x': '' }), /\.dockerignore cannot be read: \.env would get into the image of web/],
])('an ignore file that cannot take the line stops it all: %s', async (_, prepare, says) => {
  const { ran, after } = await inited(tree(), prepare);
  expect(ran.exit).not.toBe(0);
  expect(ran.err.replaceAll(/\s+/g, ' ')).toMatch(says);
  expect(after['.env']).toBeUndefined();
});

test.each(['plain', '#web', '!web', 'a*b', '[x]', 'sp ace', 'back\\slash', 'ca^re*t', '(x|y)'])('the line for a file below %j matches it and nothing else', (folder) => {
  const file = `${folder}/.env`;
  const service = serviceOf({ build: { context: '' as Path, dockerfile: 'Dockerfile' as Path, args: {}, stage: stageOf({ copies: [{ from: '.', to: '/app', where: at('Dockerfile', 2) }] }) } });
  const [one] = takenIn(workspaceOf({ Dockerfile: 'FROM x\nCOPY . .\n' }, [service]), file as Path);
  expect(one).toMatchObject({ by: at('Dockerfile', 2), named: false });
  expect(ignores(one?.line ?? '', file)).toBe(true);
  expect([`${folder}x/.env`, `x${folder}/.env`, 'aXb/.env', 'x/.env', 'web/.env', '.env'].filter((other) => ignores(one?.line ?? '', other))).toEqual([]);
});
