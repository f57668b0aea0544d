import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';

import { CTRL_C, CTRL_D, ENTER, inTerminal, type Terminal } from '../helpers/pty.ts';
import { treeOf } from '../helpers/tree.ts';
import { honeycombStandIn, type HoneycombStandIn } from '../helpers/stand-in.ts';

const program = inject('program');
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const top = mkdtempSync(join(tmpdir(), 'wizard-'));
let honeycomb: HoneycombStandIn;
let cert: string;

beforeAll(async () => {
  cert = join(top, 'cert.pem');
  const key = join(top, 'key.pem');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=stand-in',
    '-addext', 'subjectAltName=DNS:api.honeycomb.io,DNS:api.eu1.honeycomb.io', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  honeycomb = await honeycombStandIn({ cert, key });
});
afterAll(async () => {
  await honeycomb.close();
  rmSync(top, { recursive: true, force: true });
});
afterEach(() => honeycomb.behave({}));

interface Place {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** The files, without git's. */
  tree(): Readonly<Record<string, string>>;
  /** What gp was asked to keep. */
  gp(): unknown;
}
let count = 0;
/** A course-like workspace in git, in Gitpod, with an engine, and a network in which only the stand-in is Honeycomb. */
function place(more: Readonly<Record<string, string>> = {}): Place {
  const folder = join(top, `w${(count += 1)}`, 'course');
  mkdirSync(folder, { recursive: true });
  cpSync(here('../workspaces/course-flask-react/in'), folder, { recursive: true });
  const home = dirname(folder);
  const env = {
    PATH: [here('../stand-ins'), here('../stand-ins/engine'), dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
    HOME: home, SHELL: '/bin/bash',
    GITPOD_WORKSPACE_ID: 'course-abc', GITPOD_WORKSPACE_URL: 'https://course-abc.ws.gitpod.io', GITPOD_REPO_ROOT: folder,
    GP_STAND_IN_STORE: join(home, 'gp.json'), DOCKER_STAND_IN_LOG: join(home, 'docker.log'),
    HTTPS_PROXY: honeycomb.proxy ?? '', NODE_EXTRA_CA_CERTS: cert,
    ...more,
  };
  execFileSync('git', ['init', '-q'], { cwd: folder, env });
  execFileSync('git', ['add', '-A'], { cwd: folder, env });
  const read = (dir: string): [string, string][] => readdirSync(join(folder, dir), { withFileTypes: true }).flatMap((entry) => {
    const name = dir === '' ? entry.name : `${dir}/${entry.name}`;
    return entry.name === '.git' ? [] : entry.isDirectory() ? read(name) : [[name, readFileSync(join(folder, name), 'utf8')] as [string, string]];
  });
  const store = join(home, 'gp.json');
  return { folder, env, tree: () => Object.fromEntries(read('')), gp: () => (existsSync(store) ? JSON.parse(readFileSync(store, 'utf8')) : {}) };
}
const wizard = ({ folder, env }: Place, argv: readonly string[] = ['init']): Terminal => inTerminal([process.execPath, program, ...argv], { cwd: folder, env });
const key = (name: string) => honeycomb.keys[name] ?? '';
const KEY = /\? Honeycomb API key ‣/;
const WRITE = /Write this\?/;
const REBUILD = /Rebuild backend-flask and send it one GET \/ \?/;

describe('the first run', () => {
  test('three questions: the key, write?, rebuild?', async () => {
    const where = place();
    const one = wizard(where);
    await one.sees(/docker-compose\.yml · Gitpod/);
    await one.sees(/backend-flask +Flask, Python/);
    await one.sees(/frontend-react-js .*browser/);
    await one.sees(KEY);
    one.types(key('configuration') + ENTER);
    await one.sees(/✔ team cruddur · environment bootcamp · configuration key · US/);
    await one.sees(/docker-compose\.yml:\d+ +\+\d+ +OTEL_\* for backend-flask/);
    await one.sees(WRITE);
    one.types(ENTER);
    await one.sees(/written · take it back with: npx otel-setup undo/);
    await one.sees(REBUILD);
    one.types('n');
    await one.sees(/in CI: with HONEYCOMB_API_KEY set: npx otel-setup@/);
    expect(await one.ended).toBe(0);

    expect(one.raw()).not.toContain(key('configuration'));
    // Byte for byte what stands beside the fixture: the same workspace as `init --yes` makes of it.
    const out = Object.entries(treeOf(here('../workspaces/course-flask-react/out'))).map(([path, text]) => [path, text.replaceAll('{{the key}}', key('configuration'))]);
    expect(treeOf(where.folder)).toEqual(Object.fromEntries(out));
    expect(Object.keys(treeOf(where.folder))).toContain('.env');
    expect(statSync(join(where.folder, '.env')).mode & 0o777).toBe(0o600);
    expect(where.gp()).toEqual({ HONEYCOMB_API_KEY: key('configuration') });
  });

  test('a key that only EU knows writes the endpoint of EU', async () => {
    const where = place();
    const one = wizard(where);
    await one.sees(KEY);
    one.types(key('euConfiguration') + ENTER);
    await one.sees(/team cruddur-eu .* EU/);
    await one.sees(WRITE);
    one.types(ENTER);
    await one.sees(REBUILD);
    one.types('n');
    expect(await one.ended).toBe(0);
    expect(where.tree()['docker-compose.yml']).toContain('https://api.eu1.honeycomb.io');
  });

  test('a wrong key names the mistake, then the right one', async () => {
    const where = place();
    const one = wizard(where);
    await one.sees(KEY);
    one.types(`hcaik_${'a'.repeat(26)}${ENTER}`);
    await one.sees(/first half/);
    await one.sees(KEY);
    one.types('TestUnknownKey'.padEnd(22, '0') + ENTER);
    await one.sees(/does not know this key/);
    await one.sees(KEY);
    one.types(`"${key('ingest')}"${ENTER}`);
    await one.sees(/taken without the quotes/);
    await one.sees(WRITE);
    one.types(ENTER);
    await one.sees(REBUILD);
    one.types('n');
    expect(await one.ended).toBe(0);
    expect(where.tree()['.env']).toBe(`HONEYCOMB_API_KEY=${key('ingest')}\n`);
  });

  test('Enter: no account yet, traces are shown here', async () => {
    const where = place();
    const one = wizard(where);
    await one.sees(/Enter = no account yet/);
    await one.sees(KEY);
    one.types(ENTER);
    await one.sees(WRITE);
    one.types(ENTER);
    await one.sees(REBUILD);
    one.types('n');
    await one.sees(/npx otel-setup view/);
    expect(await one.ended).toBe(0);
    expect(where.tree()['docker-compose.yml']).toContain('http://host.docker.internal:4318');
    expect(where.tree()['.env']).toBeUndefined();
    expect(where.gp()).toEqual({});
  });

  test('the diff on request, and no', async () => {
    const where = place();
    const before = where.tree();
    const one = wizard(where);
    await one.sees(KEY);
    one.types(key('configuration') + ENTER);
    await one.sees(WRITE);
    one.types(`\u001b[B${ENTER}`);
    await one.sees(/\+HONEYCOMB_API_KEY=\{\{secret:HONEYCOMB_API_KEY\}\}/);
    await one.sees(WRITE);
    one.types(`\u001b[B\u001b[B${ENTER}`);
    await one.sees(/Nothing was written/);
    expect(await one.ended).toBe(1);
    expect(where.tree()).toEqual(before);
  });
});

describe('giving up', () => {
  const steps: readonly (readonly [string, (one: Terminal) => Promise<void>])[] = [
    ['the key', async (one) => void (await one.sees(KEY))],
    ['write?', async (one) => {
      await one.sees(KEY);
      one.types(key('configuration') + ENTER);
      await one.sees(WRITE);
    }],
  ];
  for (const [question, reach] of steps) {
    test.each([['Ctrl-C', CTRL_C], ['Ctrl-D', CTRL_D]])(`%s at "${question}": 130 and nothing written`, async (_name, keys) => {
      const where = place();
      const before = where.tree();
      const one = wizard(where);
      await reach(one);
      one.types(keys);
      await one.sees(/Interrupted; nothing was written\./);
      expect(await one.ended).toBe(130);
      expect(where.tree()).toEqual(before);
      expect(where.gp()).toEqual({});
    });
  }

  test('Ctrl-C at "rebuild?": 130; what was written stays', async () => {
    const where = place();
    const one = wizard(where);
    await one.sees(KEY);
    one.types(key('configuration') + ENTER);
    await one.sees(WRITE);
    one.types(ENTER);
    await one.sees(REBUILD);
    one.types(CTRL_C);
    await one.sees(/Interrupted; the files are written/);
    expect(await one.ended).toBe(130);
    expect(where.tree()['.env']).toContain('HONEYCOMB_API_KEY=');
  });
});

test('the second teammate: one question, the key', async () => {
  const first = place();
  const setUp = wizard(first, ['init', '--yes', '--key-stdin']);
  expect(await setUp.ended).toBe(3);
  execFileSync(process.execPath, [program, 'init', '--yes'], { cwd: first.folder, env: { ...first.env, HONEYCOMB_API_KEY: key('configuration') }, stdio: 'ignore' });
  // git carries everything but the key to the teammate.
  const second = place();
  cpSync(first.folder, second.folder, { recursive: true, filter: (file) => !/[/\\]\.(env|git)$/.test(file) });
  const before = second.tree();
  const one = wizard(second);
  await one.sees(KEY);
  one.types(key('ingest') + ENTER);
  await one.sees(/written/);
  expect(await one.ended).toBe(0);
  expect(one.shown()).not.toMatch(WRITE);
  expect(one.shown()).not.toMatch(/Rebuild/);
  const { '.env': env, ...rest } = second.tree();
  expect(env).toBe(`HONEYCOMB_API_KEY=${key('ingest')}\n`);
  expect(rest).toEqual(before);
});

test('a blank variable in the shell beats .env: said, with the line to paste', async () => {
  const where = place({ HONEYCOMB_API_KEY: '' });
  const one = wizard(where);
  await one.sees(KEY);
  one.types(key('configuration') + ENTER);
  await one.sees(WRITE);
  one.types(ENTER);
  await one.sees(/HONEYCOMB_API_KEY is set but blank in this shell, and that beats\s+\.env\.\s+Paste:\s+unset HONEYCOMB_API_KEY/);
  await one.sees(REBUILD);
  one.types('n');
  expect(await one.ended).toBe(0);
});

test('NO_COLOR: no colour, and still every word', async () => {
  const where = place({ NO_COLOR: '1' });
  const one = wizard(where);
  await one.sees(KEY);
  one.types(CTRL_C);
  await one.ended;
  expect(one.raw()).not.toMatch(new RegExp(`${String.fromCharCode(27)}\\[(3|9|4)[0-9]m`));
});

test('CI=1 in a terminal asks nothing: exit 3 names the ways to answer', async () => {
  const where = place({ CI: '1' });
  const one = wizard(where);
  expect(await one.ended).toBe(3);
  expect(one.shown()).toMatch(/set HONEYCOMB_API_KEY, or give it to --key-stdin; without an account: --backend local/);
  expect(one.shown()).not.toMatch(KEY);
});

test('the terminal goes away at a question: it ends, and nothing is written', async () => {
  const where = place();
  const before = where.tree();
  const one = wizard(where);
  await one.sees(KEY);
  one.hangsUp();
  await one.ended;
  expect(where.tree()).toEqual(before);
});

