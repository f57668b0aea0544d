/** The doctor as a user has it: the built program in a pipe. The key is known to the stand-in and must be seen in no output. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';

import { doctorShape } from '../../src/ui/json.ts';
import { ENTER, inTerminal } from '../helpers/pty.ts';
import { honeycombStandIn, type HoneycombStandIn } from '../helpers/stand-in.ts';
import { treeOf } from '../helpers/tree.ts';

const program = inject('program');
const top = mkdtempSync(join(tmpdir(), 'doctor-'));
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
let honeycomb: HoneycombStandIn;
let canary: string;
beforeAll(async () => {
  honeycomb = await honeycombStandIn();
  canary = honeycomb.keys['ingest'] ?? '';
});
afterAll(async () => {
  await honeycomb.close();
  rmSync(top, { recursive: true, force: true });
});

async function run(folder: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [program, ...argv], { cwd: folder, env: { PATH: '/usr/bin:/bin', HOME: top, HONEYCOMB_API_ENDPOINT: honeycomb.us, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => void (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (err += chunk.toString()));
  const [code] = await once(child, 'close');
  expect(out + err).not.toContain(canary);
  return { code, out, err };
}

const said = (out: string) => doctorShape.parse(JSON.parse(out)).lines.map(({ rule, service, status, says, because }) => ({ rule, service, status, says, because }));

let count = 0;
/** The course's workspace as init leaves it, in git, with the key in `.env`; `edit` breaks it. */
function workspace(edit: (compose: string) => string = (text) => text): string {
  const folder = join(top, `w${(count += 1)}`);
  mkdirSync(folder);
  cpSync(here('../workspaces/course-flask-react/out'), folder, { recursive: true });
  writeFileSync(join(folder, '.env'), `HONEYCOMB_API_KEY=${canary}\n`);
  const compose = join(folder, 'docker-compose.yml');
  writeFileSync(compose, edit(readFileSync(compose, 'utf8')));
  execFileSync('git', ['init', '-q'], { cwd: folder });
  execFileSync('git', ['add', '-A'], { cwd: folder });
  return folder;
}
const withColon = (text: string) => text.replace('x-honeycomb-team=${', 'x-honeycomb-team: ${');
const DOWN = '\u001b[B';
const files = ['--only', 'files,source'];

describe('a workspace that is well', () => {
  test('nothing stands in the way: exit 0', async () => {
    const { code, err } = await run(workspace(), ['doctor', ...files]);
    expect(err).toContain('Nothing stands in the way of the traces of backend-flask');
    expect(err).toContain('To see spans of its own arrive: npx otel-setup verify');
    expect(code).toBe(0);
  });
  test('what could not be looked at is said, and is never "all good": exit 1', async () => {
    const { code, err } = await run(workspace(), ['doctor', '--offline', '--no-docker']);
    expect(err).toContain('No break was found, but');
    expect(err).not.toContain('Nothing stands in the way');
    expect(code).toBe(1);
  });
});

describe('a header with a colon', () => {
  test('is the cause, with the line, the edit and what makes it reach the container', async () => {
    const { code, err, out } = await run(workspace(withColon), ['doctor', '--offline', '--no-docker']);
    expect(err).toMatch(/✘ backend-flask: OTEL_EXPORTER_OTLP_HEADERS is written with ":"/);
    expect(err).toContain('docker-compose.yml:12');
    expect(err).toContain('Do:   OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${HONEYCOMB_API_KEY}"');
    expect(err).toContain('Then: docker compose up -d --build backend-flask');
    expect(err).toMatch(/^ {4}Or: {3}npx otel-setup doctor --fix {3}\(makes the edit for you\)\n {4}More: npx otel-setup doctor --explain files\.header-colon$/m);
    expect(out).toBe('');
    expect(code).toBe(1);
  });
  test('a compose file that was named stands in every command that is advised', async () => {
    const folder = workspace(withColon);
    renameSync(join(folder, 'docker-compose.yml'), join(folder, 'dev.yml'));
    const { out } = await run(folder, ['doctor', '--offline', '--no-docker', '--json', '--file', 'dev.yml']);
    const { lines } = doctorShape.parse(JSON.parse(out));
    expect(lines.find(({ rule }) => rule === 'files.header-colon')?.then).toBe('docker compose -f dev.yml up -d --build backend-flask');
    expect(lines.flatMap((line) => [line.do ?? '', line.then ?? '']).filter((line) => /docker compose (?!-f dev\.yml)/.test(line))).toEqual([]);
  });
  test('--json is the documented shape, and names the cause', async () => {
    const { code, out } = await run(workspace(withColon), ['doctor', '--offline', '--no-docker', '--json']);
    const report = doctorShape.parse(JSON.parse(out));
    expect(report.cause).toEqual({ rule: 'files.header-colon', service: 'backend-flask' });
    expect(report.exit).toBe(1);
    expect(report.next[0]).toBe('OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${HONEYCOMB_API_KEY}"');
    expect(report.lines.find(({ rule }) => rule === 'files.header-colon')).toMatchObject({ status: 'broken', fixable: true, hop: 'files' });
    expect(code).toBe(1);
  });
  test('--format github marks the line', async () => {
    const { out } = await run(workspace(withColon), ['doctor', ...files, '--format', 'github']);
    expect(out).toMatch(/^::error file=docker-compose\.yml,line=12,title=otel-setup files\.header-colon::backend-flask: OTEL_EXPORTER_OTLP_HEADERS is written with ":"/m);
  });
  test('--format sarif is a SARIF log with the rule and the place', async () => {
    const { out } = await run(workspace(withColon), ['doctor', ...files, '--format', 'sarif']);
    const log = JSON.parse(out);
    expect(log.version).toBe('2.1.0');
    const [result] = log.runs[0].results;
    expect(result).toMatchObject({ ruleId: 'files.header-colon', level: 'error', locations: [{ physicalLocation: { artifactLocation: { uri: 'docker-compose.yml' }, region: { startLine: 12 } } }] });
    expect(log.runs[0].tool.driver.rules.map(({ id }: { id: string }) => id)).toContain('files.header-colon');
  });
  test('--ignore leaves the rule out', async () => {
    const { code, err } = await run(workspace(withColon), ['doctor', ...files, '--ignore', 'files.header-colon']);
    expect(err).not.toContain('written with ":"');
    expect(code).toBe(0);
  });
});

describe('--fix', () => {
  test('mends it, looks again, and undo gives back every byte', async () => {
    const folder = workspace(withColon);
    const before = treeOf(folder);
    const fixed = await run(folder, ['doctor', ...files, '--fix', '--yes']);
    expect(fixed.err).toContain('✔ written · take it back with: npx otel-setup undo');
    expect(fixed.err).toContain('Nothing stands in the way');
    expect(fixed.code).toBe(0);
    expect(readFileSync(join(folder, 'docker-compose.yml'), 'utf8')).toBe(readFileSync(here('../workspaces/course-flask-react/out/docker-compose.yml'), 'utf8'));
    const undone = await run(folder, ['undo', '--yes']);
    expect(undone.code).toBe(0);
    expect(treeOf(folder)).toEqual(before);
  });
  test('--dry-run shows the difference and writes nothing', async () => {
    const folder = workspace(withColon);
    const before = treeOf(folder);
    const { code, out } = await run(folder, ['doctor', ...files, '--fix', '--dry-run']);
    expect(out).toContain('-      OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team: ${HONEYCOMB_API_KEY}"');
    expect(out).toContain('+      OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${HONEYCOMB_API_KEY}"');
    expect(code).toBe(1);
    expect(treeOf(folder)).toEqual(before);
  });
  test('where nobody can be asked it says which flag answers, and writes nothing: exit 3', async () => {
    const folder = workspace(withColon);
    const before = treeOf(folder);
    const { code, err } = await run(folder, ['doctor', ...files, '--fix']);
    expect(err).toContain('--yes');
    expect(code).toBe(3);
    expect(treeOf(folder)).toEqual(before);
  });
});

describe('a bundle', () => {
  test('says the same anywhere, and holds no key', async () => {
    const folder = workspace(withColon);
    const made = await run(folder, ['doctor', '--offline', '--no-docker', '--bundle', join(top, 'b.json'), '--json'], { HONEYCOMB_API_KEY: canary, DATABASE_PASSWORD: 'pAsSwOrD-of-mine' });
    const text = readFileSync(join(top, 'b.json'), 'utf8');
    expect(text).not.toContain(canary);
    expect(text).not.toContain('pAsSwOrD-of-mine');
    expect(text).not.toContain(folder);
    const elsewhere = mkdtempSync(join(top, 'elsewhere-'));
    const replayed = await run(elsewhere, ['doctor', '--replay', join(top, 'b.json'), '--json']);
    expect(said(replayed.out)).toEqual(said(made.out));
    expect(replayed.code).toBe(made.code);
  });
  test('says what it masked and where, never a value; and nothing of who made it', async () => {
    const secret = `${randomBytes(9).toString('hex')}Ab`;
    const folder = workspace((text) => withColon(text).replace(/^( *)OTEL_EXPORTER_OTLP_HEADERS/m, `$1DB_PASSWORD: ${secret}\n$1HOOK: https://ci:${secret}@host/\n$1OTEL_EXPORTER_OTLP_HEADERS`));
    const { err, code } = await run(folder, ['doctor', '--offline', '--no-docker', '--bundle', join(top, 'c.json')], { USER: 'annabelle', HOSTNAME: 'annas-machine' });
    expect(code).toBe(1);
    expect(err).toMatch(/c\.json: \d+ files? that w\w+ read, and what was found out; masked in \d+ places:/);
    expect(err).toMatch(/1 × login in an address: docker-compose\.yml:\d+/);
    expect(err).toMatch(/\d × value of a secret’s name:[^×]*docker-compose\.yml:\d+/);
    for (let i = 0; i + 8 <= secret.length; i += 1) expect(err + readFileSync(join(top, 'c.json'), 'utf8')).not.toContain(secret.slice(i, i + 8));
    expect(readFileSync(join(top, 'c.json'), 'utf8')).not.toMatch(/annabelle|annas-machine/);
  });
  test('goes to standard output as "-", and then nothing else does', async () => {
    const { out, err } = await run(workspace(withColon), ['doctor', '--offline', '--no-docker', '--bundle', '-']);
    expect(JSON.parse(out)).toMatchObject({ schema: 1 });
    expect(err).toContain('The bundle: ');
    const both = await run(workspace(withColon), ['doctor', '--bundle', '-', '--json']);
    expect(both.code).toBe(2);
    expect(both.err).toContain('--bundle -');
  });
  test('in a terminal it is shown before it is saved, and not saved for "no"', async () => {
    const folder = workspace(withColon);
    const env = { PATH: process.env['PATH'] ?? '', HOME: top, XDG_STATE_HOME: join(top, 'state') };
    const start = () => inTerminal([process.execPath, inject('program'), 'doctor', '--offline', '--no-docker', '--bundle', join(top, 'd.json')], { cwd: folder, env });
    const one = start();
    await one.sees(/masked in|nothing looked like/);
    await one.sees(/Save this bundle\?/);
    expect(existsSync(join(top, 'd.json'))).toBe(false);
    one.types(DOWN + ENTER);
    await one.sees(/"schema": 1/);
    await one.sees(/Save this bundle\?/);
    one.types(DOWN + DOWN + ENTER);
    expect(await one.ended).toBe(1);
    expect(existsSync(join(top, 'd.json'))).toBe(false);
    const two = start();
    await two.sees(/Save this bundle\?/);
    two.types(ENTER);
    await two.sees(/saved: /);
    await two.ended;
    expect(JSON.parse(readFileSync(join(top, 'd.json'), 'utf8'))).toMatchObject({ schema: 1 });
  });
  test('what is none is refused with a sentence', async () => {
    writeFileSync(join(top, 'no.json'), '{"schema":1}');
    const { code, err } = await run(top, ['doctor', '--replay', 'no.json']);
    expect(err).toContain('no.json is not a bundle of otel-setup doctor');
    expect(code).toBe(2);
  });
});

describe('pages', () => {
  test('--list names every rule', async () => {
    const { code, out } = await run(top, ['doctor', '--list']);
    expect(out).toMatch(/^files\.header-colon +A header is written with ":"/m);
    expect(code).toBe(0);
  });
  test('--explain prints a page', async () => {
    const { code, out } = await run(top, ['doctor', '--explain', 'files.header-colon']);
    expect(out).toContain('Header format invalid!');
    expect(code).toBe(0);
  });
  test('an unknown rule is named with the nearest one', async () => {
    const { code, err } = await run(top, ['doctor', '--explain', 'header-colon']);
    expect(err).toContain('did you mean files.header-colon?');
    expect(code).toBe(2);
  });
});

describe('a compose file that cannot be read', () => {
  test('is the cause', async () => {
    const { code, out } = await run(workspace((text) => `${text}\nexport HONEYCOMB_API_KEY=""\n`), ['doctor', '--offline', '--no-docker', '--json']);
    expect(doctorShape.parse(JSON.parse(out)).cause).toEqual({ rule: 'files.unreadable' });
    expect(code).toBe(1);
  });
});

test.each([
  [['--format', 'xml'], 'There is no format "xml"'],
  [['--json', '--format', 'sarif'], '--json and --format both want standard output'],
  [['--dry-run'], 'without --fix'],
  [['--only', 'container.keyblank'], 'There is no rule or hop'],
  [['--services', 'nobody'], 'There is no service "nobody"'],
])('doctor %j is a mistake of usage', async (argv, says) => {
  const { code, err } = await run(workspace(), ['doctor', ...argv]);
  expect(err).toContain(says);
  expect(code).toBe(2);
});
