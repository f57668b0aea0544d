/** Which files count, what the root is, and folders without a compose file: on a real disk. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join as joinPath } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/stop.ts';
import { exec, execSync } from '../../src/io/exec.ts';
import { openFiles, path } from '../../src/workspace/files.ts';
import { hostOf } from '../../src/workspace/host.ts';
import { overlay } from '../../src/workspace/overlay.ts';
import { readWorkspace } from '../../src/workspace/read.ts';
import type { Workspace } from '../../src/types.ts';

const COMPOSE = 'services: { web: { image: app } }\n';
let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(joinPath(tmpdir(), 'otel-setup-read-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(dirname(joinPath(folder, name)), { recursive: true });
    writeFileSync(joinPath(folder, name), text);
  }
}
function read(o: { cwd?: string; composeFiles?: string[]; env?: Readonly<Record<string, string>>; profiles?: string[] } = {}) {
  return readWorkspace({ env: {}, ...o, cwd: joinPath(folder, o.cwd ?? '') });
}
function workspace(o: Parameters<typeof read>[0] = {}): Workspace {
  const found = read(o);
  if ('ask' in found) throw new Error(`asks for ${found.ask.join(', ')}`);
  return found;
}

describe('which compose files count', () => {
  it.each([
    [['docker-compose.yaml', 'docker-compose.yml', 'compose.yml', 'compose.yaml'], ['compose.yaml'], ['compose.yml', 'docker-compose.yaml', 'docker-compose.yml']],
    [['docker-compose.yaml', 'docker-compose.yml'], ['docker-compose.yml'], ['docker-compose.yaml']],
    [['docker-compose.yml', 'docker-compose.override.yml', 'docker-compose.prod.yml'], ['docker-compose.yml', 'docker-compose.override.yml'], ['docker-compose.prod.yml']],
    [['compose.yaml', 'compose.override.yaml', 'docker-compose.override.yml'], ['compose.yaml', 'compose.override.yaml'], ['docker-compose.override.yml']],
  ])('of %j: %j', (there, compose, alsoThere) => {
    write(Object.fromEntries(there.map(name => [name, COMPOSE])));
    expect(workspace()).toMatchObject({ compose, alsoThere });
  });

  it('asks where only unusual names are there', () => {
    write({ 'docker-compose-dev.yml': COMPOSE, 'docker-compose.prod.yml': COMPOSE, 'composer.yml': 'x' });
    expect(read()).toEqual({ ask: ['docker-compose-dev.yml', 'docker-compose.prod.yml'] });
    expect(workspace({ composeFiles: ['docker-compose-dev.yml'] })).toMatchObject({ compose: ['docker-compose-dev.yml'], alsoThere: ['docker-compose.prod.yml'] });
  });

  it('looks in the folders above', () => {
    write({ 'compose.yaml': COMPOSE, 'a/b/x': '' });
    expect(workspace({ cwd: 'a/b' })).toMatchObject({ compose: ['compose.yaml'], projectDir: '', files: { root: folder } });
  });

  it('takes COMPOSE_FILE from the shell or from .env', () => {
    write({ 'one.yml': COMPOSE, 'two.yml': 'services: { db: { image: db } }\n', '.env': 'COMPOSE_FILE=one.yml:two.yml\n' });
    expect(workspace().compose).toEqual(['one.yml', 'two.yml']);
    expect(workspace({ env: { COMPOSE_FILE: 'two.yml' } }).services.map(service => service.name)).toEqual(['db']);
  });

  it('says what is not there', () => {
    write({ x: '' });
    expect(() => read({ composeFiles: ['gone.yml'] })).toThrowError(expect.objectContaining({ exit: EXIT.usage, message: 'There is no compose file gone.yml.' }));
    expect(() => read({ cwd: 'nowhere' })).toThrowError(expect.objectContaining({ exit: EXIT.usage }));
  });
});

describe('the root of the workspace', () => {
  it('is the top level of git around the project', () => {
    write({ '.git/HEAD': 'ref: refs/heads/main\n', 'deploy/compose.yaml': 'services: { api: { build: ../api } }\n', 'api/Dockerfile': 'FROM python:3.12\nCMD ["flask", "run"]\n' });
    const found = workspace({ cwd: 'deploy' });
    expect(found).toMatchObject({ projectDir: 'deploy', compose: ['deploy/compose.yaml'], files: { root: folder } });
    expect(found.services[0]).toMatchObject({ dir: 'api', build: { dockerfile: 'api/Dockerfile', stage: { base: 'python:3.12' } } });
  });

  it('is the project folder without git; what lies outside is said, not read', () => {
    write({ 'deploy/compose.yaml': 'services: { api: { build: ../api, volumes: ["../api:/app", "./x:/x"] } }\n', 'api/Dockerfile': 'FROM a\n' });
    const [api] = workspace({ cwd: 'deploy' }).services;
    expect(api?.build).toBeUndefined();
    expect(api?.mounts).toEqual([{ to: '/app' }, { from: 'x', to: '/x' }]);
    expect(api?.unsure).toMatchObject([{ where: { path: 'compose.yaml', line: 1 }, says: expect.stringContaining('outside') }]);
  });
});

it('reads a service whole', () => {
  write({
    'compose.yaml': `services:
  web:
    build: { context: web, args: { V: "3.11" } }
    env_file: [web.env, gone.env]
    environment:
      KEY: "\${KEY}"
      PASSED:
    ports: ["8080:80", "127.0.0.1:9000:9000", "53:53/udp", "70"]
    extra_hosts: ["a=1.1.1.1"]
    network_mode: bridge
    working_dir: /srv
  debug: { image: "python:3.12", profiles: [debug], volumes: ["./tools:/t"] }
`,
    'web.env': 'A=1\n',
    'web/Dockerfile': 'ARG V=3.9\nFROM python:$V\nENV B=2\n',
    'tools/x': '',
  });
  const [web, debug] = workspace({ env: { PASSED: 'p' } }).services;
  expect(web).toMatchObject({
    dir: 'web', origin: 'compose', active: true, definedIn: [{ path: 'compose.yaml', line: 2 }], networkMode: 'bridge', workingDir: '/srv', extraHosts: ['a:1.1.1.1'],
    ports: [{ host: 8080, container: 80 }, { host: 9000, container: 9000 }, { container: 70 }],
    env: [
      { name: 'B', value: '2', where: { path: 'web/Dockerfile', line: 3 } },
      { name: 'A', value: '1', where: { path: 'web.env', line: 1 } },
      { name: 'KEY', raw: '${KEY}', value: '', blank: ['KEY'], where: { path: 'compose.yaml', line: 6 } },
      { name: 'PASSED', raw: null, value: 'p', blank: [], where: { path: 'compose.yaml', line: 7 } },
    ],
    unsure: [{ where: { path: 'compose.yaml', line: 4 }, says: expect.stringContaining('gone.env is not there') }],
  });
  expect(debug).toMatchObject({ active: false, dir: 'tools' });
  expect(workspace({ profiles: ['debug'] }).services.map(service => service.active)).toEqual([true, true]);
});

describe('a folder without a compose file', () => {
  it.each([
    ['a Procfile', { Procfile: 'worker: celery -A a worker\nweb: gunicorn app:app\n', 'app.py': '' }, { argv: ['sh', '-c', 'gunicorn app:app'], slot: { path: 'Procfile', at: ['web'], from: 0 }, where: { line: 2 } }],
    ['package.json', { 'package.json': '{\n  "name": "@me/shop",\n  "scripts": { "start": "A=1 node server.js" }\n}' }, { real: ['node', 'server.js'], slot: { at: ['scripts', 'start'], from: 4 }, through: ['npm'] }],
    ['package.json without scripts', { 'package.json': '{"main": "a.js"}' }, { argv: ['node', 'a.js'], noSlot: expect.stringContaining('by hand') }],
    ['manage.py', { 'manage.py': '' }, { argv: ['python', 'manage.py', 'runserver'] }],
    ['a Flask app', { 'app.py': 'from flask import Flask\napp = Flask(__name__)\n' }, { argv: ['flask', 'run'], where: { path: 'app.py' } }],
    ['a Flask app that runs itself', { 'main.py': 'app = Flask(__name__)\napp.run(debug=True)\n' }, { argv: ['python', 'main.py'] }],
    ['a FastAPI app', { 'main.py': 'api = FastAPI()\n' }, { argv: ['uvicorn', 'main:api'] }],
    ['a Dockerfile', { Dockerfile: 'FROM node:20\nCMD ["node", "a.js"]\n' }, { argv: ['node', 'a.js'], slot: { path: 'Dockerfile' } }],
  ])('is started by %s', (_, texts, start) => {
    write(texts as unknown as Record<string, string>);
    expect(workspace()).toMatchObject({ compose: [], services: [{ origin: 'folder', dir: '', definedIn: [], start }] });
  });

  it('takes its name from package.json, else from the folder', () => {
    write({ 'a/package.json': '{"name": "@me/Shop API", "scripts": {"start": "node x"}}', 'My Folder/app.py': '' });
    expect(workspace({ cwd: 'a' }).services[0]?.name).toBe('shop-api');
    expect(workspace({ cwd: 'My Folder' }).services[0]?.name).toBe('my-folder');
  });

  it('is nothing where nothing is started', () => {
    write({ 'README.md': '' });
    expect(workspace().services).toEqual([]);
  });
});

it('asks git what it tracks and ignores, and an overlay its changed rules', () => {
  write({ '.gitignore': '*.log\n', 'a.txt': '', 'sub/.gitignore': '!keep.log\n' });
  for (const argv of [['init', '-q'], ['add', 'a.txt']]) expect(execSync(['git', ...argv], { cwd: folder }).code).toBe(0);
  const files = openFiles(folder);
  expect([files.tracked(path('a.txt')), files.tracked(path('.gitignore'))]).toEqual([{ is: 'yes' }, { is: 'no' }]);
  expect([files.ignored(path('x.log')), files.ignored(path('sub/keep.log')), files.ignored(path('.env'))]).toEqual([true, false, false]);
  const after = overlay(files, new Map([[path('.gitignore'), '*.log\n.env\n'], [path('new/b.txt'), 'b'], [path('a.txt'), null]]));
  expect([after.ignored(path('.env')), after.ignored(path('sub/keep.log')), after.ignored(path('a.txt'))]).toEqual([true, false, false]);
  expect([after.text(path('new/b.txt')), after.exists(path('a.txt')), after.isDir(path('new')), after.find(path(''), /\.txt$/)]).toEqual(['b', false, true, ['new/b.txt']]);
});

it.each([
  [{}, 'local'], [{ CI: 'true' }, 'ci'], [{ CI: 'false' }, 'local'], [{ CI: '' }, 'local'], [{ CI: '1', GITPOD_WORKSPACE_ID: 'x' }, 'gitpod'],
  [{ GITPOD_ENVIRONMENT_ID: 'x', GITPOD_WORKSPACE_ID: 'y' }, 'ona'], [{ CODESPACES: 'true' }, 'codespaces'],
])('host of %j is %s', (env, host) => {
  expect(hostOf(env)).toBe(host);
});

describe('exec', () => {
  const node = process.execPath;
  it('never throws', async () => {
    expect(await exec(['no-such-program-here'])).toMatchObject({ code: 127, err: 'no-such-program-here: not found' });
    expect(await exec([node, '-e', 'process.stdout.write("a b"); process.stderr.write("e"); process.exit(3)'])).toEqual({ code: 3, out: 'a b', err: 'e' });
    expect((await exec([node, '-e', 'setInterval(() => {}, 1000)'], { ms: 50 })).code).toBe(124);
    expect((await exec([node, '-e', ''], { cwd: joinPath(folder, 'gone') })).code).not.toBe(0);
    expect((await exec([node, '-e', 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)'])).code).toBe(143);
  });

  it('hands over input and environment, and nothing through a shell', async () => {
    const script = 'process.stdin.on("data", d => process.stdout.write(d + process.env.ADDED + process.env.HOME + process.argv[1]))';
    expect((await exec([node, '-e', script, '$HOME; `x`'], { input: 'in ', env: { ADDED: 'x', HOME: undefined } })).out).toBe('in xundefined$HOME; `x`');
    expect(execSync([node, '-e', script, '$HOME'], { input: 'in ', env: { ADDED: 'x', HOME: undefined } }).out).toBe('in xundefined$HOME');
    expect(execSync(['no-such-program-here']).code).toBe(127);
    expect(execSync([node, '-e', 'setInterval(() => {}, 1000)'], { ms: 200 }).code).toBe(124);
  });
});
