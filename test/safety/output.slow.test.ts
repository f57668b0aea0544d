/**
 * What is printed steers nobody: a workspace whose every name, value, log and build output is a command of some CI system or
 * an escape sequence, under every command, read as those systems and a terminal read it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Terminal } from '@xterm/headless';
import { describe, expect, inject, test } from 'vitest';
import { commandsIn, controlsIn, groupsIn } from '../helpers/ci-runners.ts';
import { inTerminal } from '../helpers/pty.ts';
import type { Tree } from '../helpers/tree.ts';
import { CANARY, pathWith, place, run, start, type Place } from './program.ts';

const ESC = '\u001b';
/** Each stands at the beginning of a line somewhere, and in the middle of one. */
const PAYLOADS: readonly string[] = [
  '::set-env name=A::owned', '  ::add-mask::o', '\u00a0::add-path::/owned', '\u200b::error::owned', ':\u00ad:stop-commands::owned', '##[set-output name=a]owned', 'x ##[add-path]/owned',
  '#\u200d#[set-env name=A]owned', '##[group]owned', '##vso[task.setvariable variable=a]owned', '##VSO[task.complete result=Failed]', "##teamcity[buildStatus status='FAILURE' text='owned']",
  'travis_fold:start:owned', `section_start:1560896352:owned\r${ESC}[0Kowned`, '--- owned', '+++ owned', '~~~ owned', `${ESC}[38;5;201mowned${ESC}[5m`, `${ESC}[2J${ESC}[1;1Howned`, `${ESC}]0;owned\u0007`,
  `${ESC}]52;c;b3duZWQ=\u0007`, '\u009b31mowned', '\rowned', '\r::set-env name=A::owned', 'x\u0008\u0008owned', '\u202eowned\u2066', '\u2028::error::owned', `${ESC}[?1049h`, '%0A::error::owned',
];
/** All of them in one line, each at the start of a line where lines are split at what they hold. */
const ALL = PAYLOADS.join(' \n');
const quoted = (text: string): string => JSON.stringify(text).replaceAll(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** As the bytes of a file; what a terminal obeys only where a file may hold it. */
const utf8 = (text: string): string => Buffer.from(text).toString('latin1');
const VISIBLE = PAYLOADS.map((text) => text.replaceAll(/\p{Cc}|\u2028/gu, ''));
/** One of each kind is a service; every one of them is a value. */
const NAMES = [0, 5, 6, 9, 11, 14, 17, 22].map((i) => PAYLOADS[i] ?? '');
const services = NAMES.map((text, i) => `  ${quoted(`${text}-${i}`)}:
    build: ./api
    image: ${quoted(`img${text}`)}
    command: ${quoted(`flask ${text} run`)}
    ports: ["${4567 + i}:${4567 + i}"]
    environment:
      OTEL_SERVICE_NAME: ${quoted(text)}
      OTEL_EXPORTER_OTLP_ENDPOINT: ${quoted(`http://${i}.invalid:4318/${text}`)}
      OTEL_EXPORTER_OTLP_HEADERS: ${quoted(`${text}: y`)}
      ${quoted(`OTEL_${text}`)}: ${quoted(ALL)}
      ${PAYLOADS.filter((_, at) => at % NAMES.length === i).map((one, at) => `OTEL_${at}: ${quoted(one)}`).join('\n      ')}
`).join('');
/** Context lines of each diff that is made. */
const COMMENTS = VISIBLE.map((text) => `#${text}\n`).join('');
const TREE: Tree = Object.fromEntries(Object.entries({
  'docker-compose.yml': `# ${VISIBLE.join(' ')}\nservices:\n${services}  plain:\n    build: ./api\n    # ::set-env name=A::owned ##[set-output name=a]owned ##vso[task.complete]owned\n`,
  'api/requirements.txt': `${COMMENTS}flask\n ::set-env name=A::owned==1\n`,
  'api/app.py': `from flask import Flask\napp = Flask(__name__)\n${PAYLOADS.map((text) => `#${text.replaceAll(/[\r\u2028]/g, '')}\n`).join('')}`,
  'api/Dockerfile': `FROM python:3.12\nWORKDIR /app\n# ::set-env name=A::owned ##[set-output name=a]owned\nCOPY requirements.txt .\nRUN pip install -r requirements.txt && echo ::error::owned ##[add-path]owned\nCOPY . .\nCMD ["flask", "run"]\n`,
  '##[set-output name=a]owned.yml': 'services: {}\n',
}).map(([path, text]) => [path, utf8(text)]));
/** It is in no index: a key may go there. */
const DOTENV = `HONEYCOMB_DATASET="::set-env name=A::owned"\nOTEL_X='##[set-output name=a]owned'\n`;
const LOG = `${PAYLOADS.map((text) => `${text}\n${text} Failed to export span batch code: 401 ${text}\n`).join('')}{"error":"${'x'}"} x-honeycomb-team ${ALL}\n`;

function hostile(tree: Tree = TREE): Place & { env: Readonly<Record<string, string>> } {
  const at = place(tree);
  writeFileSync(join(at.folder, '.env'), DOTENV);
  const folder = join(at.home, 'docker');
  mkdirSync(folder);
  writeFileSync(join(folder, 'words'), LOG);
  writeFileSync(join(folder, 'inspect.json'), JSON.stringify(['plain', ...NAMES.map((text, i) => `${text}-${i}`)].map((service, i) => ({
    Id: String(i).padStart(64, '0'), Name: `/${ALL}`, Path: ALL, Args: [ALL], Image: ALL, Created: '2026-01-01T00:00:00Z', RestartCount: 3,
    State: { Status: i % 2 === 0 ? 'exited' : 'running', ExitCode: 1, Error: ALL, StartedAt: '2026-01-01T00:00:00Z' },
    Config: { Env: [`OTEL_EXPORTER_OTLP_ENDPOINT=http://x/${ALL}`, `${ALL}=${ALL}`], Labels: { 'com.docker.compose.service': service, 'com.docker.compose.project': ALL } },
    NetworkSettings: { Networks: { [ALL]: {} } }, Mounts: [],
  }))));
  const env = { PATH: [fileURLToPath(new URL('../stand-ins/hostile', import.meta.url)), pathWith('git', 'sh', 'cat', 'sed')].join(':'), HOSTILE: folder, HONEYCOMB_API_KEY: CANARY, HONEYCOMB_API_ENDPOINT: 'http://127.0.0.1:9' };
  return { ...at, env };
}

/** Every command, and what makes it say much. */
const DRY = ['init', '--dry-run', '--offline', '--backend', 'local'];
const COMMANDS: readonly (readonly string[])[] = [
  ['status'], ['status', '--json'], ['explain'], ['explain', '--json'], ['doctor', '--offline', '--no-docker'], ['doctor', '--offline', '--verbose'], ['doctor', '--offline', '--json'],
  ['doctor', '--offline', '--format', 'sarif'], ['doctor', '--quiet', '--offline'], ['doctor', '--fix', '--dry-run', '--offline', '--no-docker'], ['doctor', '--list'], ['doctor', '--explain', ALL],
  DRY, [...DRY, '--json'], [...DRY, '--verbose'], ['init', '--check', '--backend', 'local'], ['init', '--check', '--json'], ['init', '--yes', '--backend', 'local', '--run', '--services', 'plain'],
  ['init', '--yes', '--offline', '--quiet', '--services', 'plain', '--run'], ['verify', '--timeout', '1', '--no-traffic'], ['verify', '--timeout', '1', '--json'], ['undo', '--dry-run'], ['undo', '--verbose', '--json'], ['run', ALL], ['run', 'plain', '--json'],
  [ALL], ['init', `--${ALL}`], ['init', `--services=${ALL}`], ['status', '--cwd', ALL], ['status', '--file', ALL], ['status', '--file', '##[set-output name=a]owned.yml'], ['status', '--backend', ALL, '--json'],
  ['init', '--yes', '--backend', ALL], ['init', '--endpoint', ALL, '--yes', '--backend', 'otlp', '--dry-run'], ['view', '--port', ALL], ['doctor', '--only', ALL, '--json'],
];

const LOUD = COMMANDS.filter((argv) => ['explain', 'doctor --offline --verbose', 'init --check --backend local', 'status'].includes(argv.join(' ')));
describe.each([['GitHub Actions', { GITHUB_ACTIONS: 'true', CI: 'true' }, COMMANDS], ['another CI, colours forced', { CI: '1', FORCE_COLOR: '1' }, LOUD]] as const)('in %s', (_, ci, commands) => {
  test.each(commands.map((argv) => [argv.join(' ').replaceAll(/[^ -~]/g, '?').slice(0, 60), argv] as const))('%s', async (_name, argv) => {
    const at = hostile();
    if (argv[0] === 'undo') await run(at, ['init', '--yes', '--backend', 'local', '--offline', '--services', 'plain'], { env: at.env });
    const { out, err } = await run(at, argv, { env: { ...at.env, ...ci }, stdin: LOG });
    if (!argv.includes('--quiet')) expect(out.length + err.length).toBeGreaterThan(0);
    // --check in Actions is meant to annotate: of that, only whole annotations.
    const found = (text: string) => commandsIn(text).filter(({ by, line }) => !(argv.includes('--check') && 'GITHUB_ACTIONS' in ci && by === 'GitHub error' && ANNOTATION.test(line)));
    expect({ out: found(out), err: found(err), groups: [...groupsIn(err), ...groupsIn(out)] }).toEqual({ out: [], err: [], groups: [] });
    const ours = (text: string): string => (ci.CI === '1' ? text.replaceAll(OUR_COLOUR, '') : text);
    expect({ out: controlsIn(out), err: controlsIn(ours(err)) }).toEqual({ out: [], err: [] });
    expect(out + err).not.toContain(CANARY);
    if (argv.includes('--json')) for (const line of argv[0] === 'verify' ? out.trim().split('\n') : [out]) expect(() => void JSON.parse(line)).not.toThrow();
  });
});
const ANNOTATION = /^::(?:error|warning|notice)(?: [^:]*)?::/;
const OUR_COLOUR = new RegExp(`${ESC}\\[(?:3[1-5]|90|39)m`, 'g');

test('annotations are whole, and what they say is data', async () => {
  const at = hostile();
  const { out } = await run(at, ['doctor', '--offline', '--no-docker', '--format', 'github'], { env: at.env });
  const lines = out.trim().split('\n');
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(line).toMatch(ANNOTATION);
  expect(commandsIn(out).filter(({ by, line }) => !/^GitHub (?:error|warning|notice)$/.test(by) || !ANNOTATION.test(line))).toEqual([]);
  expect(controlsIn(out)).toEqual([]);
});

test('JSON is the same value as before it was made harmless', async () => {
  const at = hostile();
  const { out } = await run(at, ['doctor', '--offline', '--no-docker', '--json', '--verbose'], { env: at.env });
  const report: { lines: { service?: string }[] } = JSON.parse(out);
  const names = new Set(report.lines.map(({ service }) => service));
  for (const [i, text] of NAMES.entries()) expect(names).toContain(`${text}-${i}`);
});

test('a patch is exact, or refused with a way out', async () => {
  const at = hostile();
  const argv = ['init', '--offline', '--backend', 'local', '--services', 'plain'];
  const printed = await run(at, [...argv, '--patch'], { env: at.env });
  expect(printed).toMatchObject({ code: 4, out: '', err: expect.stringMatching(/cannot be printed byte for byte: .*\n {2}Do: .*--patch FILE/) });
  expect(await run(at, [...argv, '--patch', 'x.patch'], { env: at.env })).toMatchObject({ out: '' });
});

const attributes = (name: string) => [{ key: 'service.name', value: { stringValue: name } }];
test('view: names of spans, services and senders', async () => {
  const at = hostile();
  for (const json of [false, true]) {
    const { child, ended } = start(at, ['view', '--port', '0', '--host', '127.0.0.1', ...(json ? ['--json'] : [])], { env: { ...at.env, CI: '1' } });
    const url = await new Promise<string>((done) => child.stderr?.on('data', (chunk: Buffer) => {
      const found = /http:\/\/[\w.]+:\d+/.exec(chunk.toString())?.[0];
      if (found !== undefined) done(found.replace('localhost', '127.0.0.1'));
    }));
    const seen = new Promise((done) => child.stdout?.once('data', done));
    for (const text of PAYLOADS) {
      const span = { traceId: '0'.repeat(31) + '1', spanId: '0'.repeat(15) + '1', name: text, kind: 2, startTimeUnixNano: '1', endTimeUnixNano: '2', status: { code: 2, message: ALL } };
      await fetch(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json', 'user-agent': 'x ##[set-output name=a]owned' }, body: JSON.stringify({ resourceSpans: [{ resource: { attributes: attributes(text) }, scopeSpans: [{ spans: [span] }] }] }) });
    }
    await fetch(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/x-##[owned]' }, body: ALL });
    await seen;
    child.kill('SIGINT');
    const { out, err } = await ended;
    expect(out).toContain('owned');
    expect([...commandsIn(out), ...commandsIn(err), ...groupsIn(out), ...groupsIn(err), ...controlsIn(out), ...controlsIn(err)]).toEqual([]);
  }
});

/** A terminal as people have it, which hears what it was told to do. */
function screenOf(raw: Promise<string>) {
  const heard: string[] = [];
  const screen = new Terminal({ cols: 80, rows: 40, scrollback: 20_000, allowProposedApi: true });
  screen.onTitleChange((title) => heard.push(`title ${title}`));
  screen.onBell(() => heard.push('bell'));
  for (const code of [8, 52, 7, 9, 1337]) screen.parser.registerOscHandler(code, (data) => (heard.push(`osc ${code} ${data}`), true));
  for (const final of ['H', 'f', 'B', 'C', 'L', 'M', 'P', 'X', 'S', 'T', 'd', 'r', 's', 'u']) screen.parser.registerCsiHandler({ final }, (data) => (heard.push(`csi ${final} ${data.join(';')}`), true));
  screen.parser.registerCsiHandler({ final: 'J' }, ([mode]) => (mode === 2 || mode === 3 ? (heard.push(`csi ${mode}J`), true) : false));
  screen.parser.registerCsiHandler({ prefix: '?', final: 'h' }, ([mode]) => (mode === 25 ? false : (heard.push(`mode ${String(mode)}`), true)));
  screen.parser.registerCsiHandler({ final: 'm' }, (data) => (data.some((code) => Array.isArray(code) || ![0, 1, 2, 4, 22, 24, 31, 32, 33, 34, 35, 36, 39, 90].includes(code)) ? (heard.push(`sgr ${data.join(';')}`), true) : false));
  return raw.then((text) => new Promise<{ heard: readonly string[]; text: string }>((done) => screen.write(text, () => {
    const buffer = screen.buffer.active;
    done({ heard, text: Array.from({ length: buffer.length }, (_, i) => buffer.getLine(i)?.translateToString(true) ?? '').join('\n') });
  })));
}

test.each<[string, readonly string[]]>([
  ['doctor', ['doctor', '--offline', '--verbose']], ['status', ['status']], ['a dry run', DRY], ['a build that fails', ['init', '--yes', '--offline', '--backend', 'local', '--run', '--services', 'plain']],
  ['verify', ['verify', '--timeout', '1', '--no-traffic']], ['a wizard', ['init', '--backend', 'local']], ['an error', ['run', ALL]],
])('in a terminal: %s', async (name, argv) => {
  const at = hostile();
  const one = inTerminal([process.execPath, inject('program'), ...argv], { cwd: at.folder, env: { ...at.env, HOME: at.home, XDG_STATE_HOME: join(at.home, 'state') } });
  if (name === 'a wizard') {
    await one.sees(/Write this\?/);
    one.types('\u0003');
  }
  await one.ended;
  const { heard, text } = await screenOf(Promise.resolve(one.raw()));
  // enquirer itself moves down below its choices.
  expect(heard.filter((move) => name !== 'a wizard' || !/^csi B \d$/.test(move))).toEqual([]);
  expect(text).toContain('owned');
  // No text of a repository took the place of ours: each line that was begun is there.
  expect(one.raw()).not.toMatch(/[^\r]\r(?![\n\r\p{Cc}])/u);
});
