/** Settings of a repository start no program, a remote is never asked, and no program is taken out of the workspace. */
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CANARY, FLASK, KEY, pathWith, place, run } from './program.ts';
import { strange, traps } from './strange-git.ts';

const asked: string[] = [];
const remote = createServer((request, answer) => {
  asked.push(request.url ?? '');
  answer.writeHead(404).end();
});
remote.listen(0, '127.0.0.1');
await once(remote, 'listening');
afterAll(() => void remote.close());
const http = `http://127.0.0.1:${(remote.address() as AddressInfo).port}/r`;

const COMMANDS = [
  ['init', '--yes', '--offline', '--dry-run'], ['init', '--yes', '--offline'], ['status'], ['doctor', '--offline', '--no-docker'],
  ['doctor', '--offline', '--no-docker', '--bundle', '../bundle.json'], ['init', '--check'], ['undo', '--yes'],
] as const;

describe('no program that a repository names is started', () => {
  test.each(strange(http))('%s', async (_, make) => {
    const { at, traps: set } = make();
    for (const argv of COMMANDS) {
      const ran = await run(at, argv, KEY);
      expect(Object.keys(set.sprung()), argv.join(' ')).toEqual([]);
      expect(ran.err + ran.out).not.toContain(CANARY);
      expect(ran.err).not.toMatch(/does not know: /);
    }
    expect(asked).toEqual([]);
  });
});

describe('Compose is not sent to an address that a compose file names', () => {
  const path = pathWith('git', 'docker');
  const hasCompose = spawnSync('docker', ['compose', 'version'], { env: { PATH: path, HOME: '/' } }).status === 0;
  test.skipIf(!hasCompose).each([
    ['include', `include:\n  - ${http}/\${HONEYCOMB_API_KEY}.git\n${FLASK['docker-compose.yml']}`],
    ['extends', `${FLASK['docker-compose.yml']}  other:\n    extends:\n      file: ${http}/\${HONEYCOMB_API_KEY}.git\n      service: x\n`],
  ])('%s', async (_, text) => {
    const at = place({ ...FLASK, 'docker-compose.yml': text, '.env': 'COMPOSE_EXPERIMENTAL_GIT_REMOTE=true\n' });
    asked.length = 0;
    for (const argv of [['init', '--yes', '--offline', '--dry-run'], ['doctor', '--offline'], ['verify']]) {
      await run(at, argv, { env: { ...KEY.env, PATH: path } });
      expect(asked, argv.join(' ')).toEqual([]);
    }
  });
});

describe('no program is found in the workspace', () => {
  const NAMES = ['git', 'docker', 'docker-compose', 'gp', 'node', 'npm', 'pnpm', 'yarn', 'python3', 'python', 'uv', 'poetry', 'pip-compile'];
  test.each([
    ['a folder of it', (folder: string) => [join(folder, 'bin')], 'bin'],
    ['its packages\' programs', (folder: string) => [join(folder, 'node_modules/.bin')], 'node_modules/.bin'],
    ['a relative folder', () => ['bin', './bin'], 'bin'],
    ['the current folder', () => ['', '.'], '.'],
    ['packages\' programs elsewhere', (folder: string) => [join(folder, '../node_modules/.bin')], '../node_modules/.bin'],
  ])('%s', async (_, entries, where) => {
    const at = place({ ...FLASK, 'package-lock.json': '{}', 'web/package.json': '{"dependencies":{"express":"^4"}}', 'web/package-lock.json': '{"lockfileVersion":3,"packages":{}}' });
    const set = traps(at);
    mkdirSync(join(at.folder, where), { recursive: true });
    for (const name of NAMES) set.set(name, join(at.folder, where, name));
    const PATH = [...entries(at.folder), pathWith('git')].join(delimiter);
    for (const argv of [['init', '--yes', '--offline', '--dry-run'], ['init', '--yes', '--offline'], ['status'], ['doctor'], ['undo', '--yes']]) {
      await run(at, argv, { env: { ...KEY.env, PATH, GITPOD_WORKSPACE_ID: 'x', HONEYCOMB_API_ENDPOINT: http, HTTPS_PROXY: 'http://127.0.0.1:1' } });
      expect(Object.keys(set.sprung()), argv.join(' ')).toEqual([]);
    }
    asked.length = 0;
  });
});
