import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';

import { reportShape } from '../../src/ui/json.ts';
import { honeycombStandIn, type HoneycombStandIn } from '../helpers/stand-in.ts';

const program = inject('program');
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const top = mkdtempSync(join(tmpdir(), 'modes-'));
let honeycomb: HoneycombStandIn;
/** Known to the stand-in as a good key; it must be seen in no output. */
let canary: string;
beforeAll(async () => {
  honeycomb = await honeycombStandIn();
  canary = honeycomb.keys['ingest'] ?? '';
});
afterEach(() => honeycomb.behave({}));
afterAll(async () => {
  await honeycomb.close();
  rmSync(top, { recursive: true, force: true });
});

let count = 0;
/** A fresh course-like workspace in git. */
function course(name = 'course-flask-react'): string {
  const folder = join(top, `w${(count += 1)}`);
  mkdirSync(folder);
  cpSync(here(`../workspaces/${name}/in`), folder, { recursive: true });
  execFileSync('git', ['init', '-q'], { cwd: folder });
  execFileSync('git', ['add', '-A'], { cwd: folder });
  return folder;
}
const git = (folder: string, ...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' });

interface How {
  readonly env?: Readonly<Record<string, string>>;
  /** undefined = closed; a string = written, then closed; 'open' = never closed. */
  readonly stdin?: string;
  /** Keeps the arguments of every process that runs meanwhile. */
  readonly watch?: boolean;
}
let runs = 0;
async function run(folder: string, argv: readonly string[], { env = {}, stdin, watch = false }: How = {}) {
  // Children inherit it: what else runs on this machine (other tests call gp) is none of this run's business.
  const mark = `OTEL_SETUP_TEST_RUN=${process.pid}-${(runs += 1)}`;
  const child = spawn(process.execPath, [program, ...argv], {
    cwd: folder,
    env: { PATH: ['/usr/bin', '/bin'].join(':'), HOME: top, HONEYCOMB_API_ENDPOINT: honeycomb.us, OTEL_SETUP_TEST_RUN: mark.slice(mark.indexOf('=') + 1), ...env },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const watched = new Set<string>();
  const look = !watch ? undefined : setInterval(() => {
    // Everything that this run starts (Linux; elsewhere there is nothing to look into).
    for (const pid of existsSync('/proc') ? readdirSync('/proc') : []) {
      if (!/^\d+$/.test(pid)) continue;
      try {
        if (readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark)) watched.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
      } catch {
        // It has ended.
      }
    }
  }, 10);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => void (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => void (err += chunk.toString()));
  if (stdin !== undefined && stdin !== 'open') child.stdin?.end(stdin);
  const [code] = await once(child, 'close');
  clearInterval(look);
  return { code, out, err, arguments: [...watched].join('\n') };
}
const withKey = () => ({ env: { HONEYCOMB_API_KEY: canary } });

test('a folder with nothing in it: said, with where to go', async () => {
  const folder = mkdtempSync(join(top, 'empty-'));
  const ran = await run(folder, ['init', '--yes', '--backend', 'local']);
  expect(ran).toMatchObject({ code: 1, out: '' });
  expect(ran.err).toContain('nothing that is started');
  expect(ran.err).toContain('--file FILE');
  expect(readdirSync(folder)).toEqual([]);
});

describe('without a terminal', () => {
  test.each<[string, How]>([
    ['CI=1', { env: { CI: '1' } }],
    ['stdin closed', {}],
    ['stdin an open pipe', { stdin: 'open' }],
    ['stdin empty', { stdin: '' }],
  ])('%s: no key is exit 3 and names the ways to give it', async (_name, how) => {
    const folder = course();
    const { code, out, err } = await run(folder, ['init'], how);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/Do: set HONEYCOMB_API_KEY, or give it to --key-stdin; without an account: --backend local/);
    expect(git(folder, 'status', '--porcelain', '--untracked-files=all').split('\n').every((line) => !/^(.M|\?\?)/.test(line))).toBe(true);
  });
  test('a key, but nobody to say yes: exit 3 names --yes', async () => {
    expect(await run(course(), ['init'], withKey())).toMatchObject({ code: 3, err: expect.stringMatching(/Write this\?.*\n {2}Do: say it with --yes/) });
  });
  test('--key-stdin', async () => {
    const folder = course();
    expect(await run(folder, ['init', '--yes', '--key-stdin'], { stdin: `${canary}\n` })).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(`HONEYCOMB_API_KEY=${canary}\n`);
  });
  test('a second run writes nothing', async () => {
    const folder = course();
    await run(folder, ['init', '--yes'], withKey());
    const before = git(folder, 'diff');
    expect(await run(folder, ['init', '--yes'])).toMatchObject({ code: 0, err: expect.stringContaining('Everything is set up already') });
    expect(git(folder, 'diff')).toBe(before);
  });
});

describe('exit codes of the backend', () => {
  test('rejected: 5', async () => {
    expect(await run(course(), ['init', '--yes'], { env: { HONEYCOMB_API_KEY: 'TestUnknownKey'.padEnd(22, '0') } })).toMatchObject({ code: 5, err: expect.stringContaining('does not know this key') });
  });
  test('not reached: 5, and --offline goes on', async () => {
    await honeycomb.behave({ drop: true });
    const folder = course();
    expect(await run(folder, ['init', '--yes'], withKey())).toMatchObject({ code: 5, err: expect.stringMatching(/was not reached: 127\.0\.0\.1:\d+: .*\n {2}Do: .*--offline/) });
    expect(await run(folder, ['init', '--yes', '--offline'], withKey())).toMatchObject({ code: 0 });
  });
  test('a key that may not send: 5', async () => {
    expect(await run(course(), ['init', '--yes'], { env: { HONEYCOMB_API_KEY: honeycomb.keys['noSend'] ?? '' } })).toMatchObject({ code: 5, err: expect.stringContaining('may not send') });
  });
  test('.env in git: 4, nothing written, and the way out', async () => {
    const folder = course();
    writeFileSync(join(folder, '.env'), 'A=1\n');
    git(folder, 'add', '-f', '.env');
    expect(await run(folder, ['init', '--yes'], withKey())).toMatchObject({ code: 4, err: expect.stringContaining('git rm --cached .env') });
    expect(git(folder, 'diff')).toBe('');
  });
});

describe('ways to look', () => {
  test('--dry-run is --patch is what git applies; standard output holds nothing else', async () => {
    const folder = course();
    const dry = await run(folder, ['init', '--dry-run'], withKey());
    expect(dry).toMatchObject({ code: 0, out: expect.stringMatching(/^diff --git /) });
    expect(await run(folder, ['init', '--patch'], withKey())).toMatchObject({ code: 0, out: dry.out });
    expect(await run(folder, ['init', '--patch', '../a.patch'], withKey())).toMatchObject({ code: 0, out: '' });
    expect(readFileSync(join(top, 'a.patch'), 'utf8')).toBe(dry.out);
    expect(git(folder, 'diff')).toBe('');
    git(folder, 'apply', '../a.patch');
    expect(git(folder, 'diff')).toContain('OTEL_SERVICE_NAME');
    expect(await run(course(), ['init', '--dry-run'])).toMatchObject({ code: 0, out: expect.stringContaining('https://') });
  });
  test('--out, then --apply; refused where a file moved', async () => {
    const folder = course();
    expect(await run(folder, ['init', '--out', 'plan.json'], withKey())).toMatchObject({ code: 0, out: '' });
    const plan = readFileSync(join(folder, 'plan.json'), 'utf8');
    expect(plan).not.toContain(canary);
    writeFileSync(join(folder, 'backend-flask/requirements.txt'), 'flask\nother\n');
    expect(await run(folder, ['init', '--apply', 'plan.json'], withKey())).toMatchObject({ code: 4, err: expect.stringContaining('requirements.txt has changed') });
    git(folder, 'checkout', '-q', 'backend-flask/requirements.txt');
    expect(await run(folder, ['init', '--apply', 'plan.json'], withKey())).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(`HONEYCOMB_API_KEY=${canary}\n`);
  });
  test('--check needs no key: 1 and a line per service, then 0', async () => {
    const folder = course();
    expect(await run(folder, ['init', '--check'])).toMatchObject({ code: 1, out: 'backend-flask: not set up\n' });
    expect(await run(folder, ['init', '--check'], { env: { GITHUB_ACTIONS: 'true' } })).toMatchObject({ code: 1, out: expect.stringMatching(/^::error file=backend-flask\/[^:]+::otel-setup: backend-flask: not set up/) });
    await run(folder, ['init', '--yes'], withKey());
    expect(await run(folder, ['init', '--check'])).toMatchObject({ code: 0, out: '' });
  });
  test('--check in CI finds a workspace that sends to EU, or here, set up', async () => {
    for (const flags of [['--region', 'eu', '--offline'], ['--backend', 'local']]) {
      const folder = course();
      const env = { HONEYCOMB_API_ENDPOINT: '' };
      expect(await run(folder, ['init', '--yes', ...flags], { env: { ...env, HONEYCOMB_API_KEY: canary } })).toMatchObject({ code: 0 });
      expect(await run(folder, ['init', '--check'], { env })).toMatchObject({ code: 0 });
    }
  });
  test('--json is one value of the documented shape', async () => {
    const folder = course();
    for (const argv of [['init', '--dry-run', '--json'], ['init', '--yes', '--json'], ['init', '--yes', '--json'], ['status', '--json'], ['undo', '--json']]) {
      const { code, out } = await run(folder, argv, withKey());
      const report = reportShape.parse(JSON.parse(out));
      expect({ code, ok: report.ok }).toEqual({ code: report.exit, ok: report.exit === 0 });
    }
    expect(git(folder, 'diff')).toBe('');
    expect(existsSync(join(folder, '.env'))).toBe(false);
  });
});

describe('the key is a secret', () => {
  test.each([
    [['init', '--dry-run']], [['init', '--dry-run', '--json']], [['init', '--check', '--json']],
    [['init', '--yes', '--verbose', '--json']], [['init', '--yes', '--verbose', '--region', 'eu']], [['init', '--yes', '--store', 'x']],
    [['status', '--json']], [['undo', '--verbose', '--json']],
  ])('%j: in no output and in no argument', async (argv) => {
    const folder = course();
    writeFileSync(join(folder, '.env'), `HONEYCOMB_API_KEY=${canary}\n`);
    const ran = await run(folder, argv, { ...withKey(), watch: true });
    expect(`${ran.out}${ran.err}`).not.toContain(canary);
    if (existsSync('/proc')) expect(ran.arguments, 'nothing was seen of it').toContain(program);
    expect(ran.arguments).not.toContain(canary);
    expect(`${ran.out}${ran.err}`.length).toBeGreaterThan(0);
  });
  test('nothing but .env holds it afterwards, git and the journal included', async () => {
    const folder = course();
    await run(folder, ['init', '--yes'], withKey());
    const holders = execFileSync('grep', ['-rl', '-F', canary, folder], { encoding: 'utf8' }).trim().split('\n');
    expect(holders).toEqual([join(folder, '.env')]);
  });
  test('gp alone gets it as an argument; what gp repeats is swallowed', async () => {
    const folder = course();
    const env = { HONEYCOMB_API_KEY: canary, GITPOD_WORKSPACE_ID: 'x', GP_STAND_IN_STORE: join(folder, '../gp.json'), PATH: [here('../stand-ins'), process.execPath.replace(/\/[^/]*$/, ''), '/usr/bin', '/bin'].join(':') };
    const ran = await run(folder, ['init', '--yes'], { env });
    expect(ran.code).toBe(0);
    expect(`${ran.out}${ran.err}`).not.toContain(canary);
    expect(JSON.parse(readFileSync(env.GP_STAND_IN_STORE, 'utf8'))).toEqual({ HONEYCOMB_API_KEY: canary });
    rmSync(env.GP_STAND_IN_STORE);
    const failed = await run(course(), ['init', '--yes'], { env: { ...env, GP_STAND_IN_FAIL: `failed with ${canary}` } });
    expect(failed).toMatchObject({ code: 1, err: expect.stringContaining('gp env did not keep HONEYCOMB_API_KEY: failed with [hidden]') });
  });
});

test('status: every place, and which one wins', async () => {
  const folder = course();
  await run(folder, ['init', '--yes'], withKey());
  const { code, out } = await run(folder, ['status'], { env: { HONEYCOMB_API_KEY: '' } });
  expect(code).toBe(0);
  expect(out).toMatch(/HONEYCOMB_API_KEY\n {4}shell +\(blank\) {2}← wins\n {4}\.env:1 +hca… 64 characters, #[0-9a-f]{4}\n {4}! .* is blank in this shell, and that beats \.env\. Paste: unset HONEYCOMB_API_KEY/);
  expect(out).toMatch(/backend-flask \(as its process gets it\)\n {2}OTEL_SERVICE_NAME\n {4}docker-compose\.yml:\d+ +backend-flask/);
  expect(out).toMatch(/OTEL_EXPORTER_OTLP_HEADERS of backend-flask lacks HONEYCOMB_API_KEY/);
});
