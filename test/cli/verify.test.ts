import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, watch } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';

import { verifyLine } from '../../src/ui/json-verify.ts';
import { honeycombStandIn, type HoneycombStandIn } from '../helpers/stand-in.ts';
import { writeTree, type Tree } from '../helpers/tree.ts';

// Without Docker: the services are processes. The application here is a server of a few lines that speaks OTLP/JSON as its
// environment says, so that no package has to be installed.

const program = inject('program');
const top = mkdtempSync(join(tmpdir(), 'verify-'));
let honeycomb: HoneycombStandIn;
let key = '';
beforeAll(async () => {
  honeycomb = await honeycombStandIn();
  key = honeycomb.keys['configuration'] ?? '';
});
afterEach(() => honeycomb.behave({}));
afterAll(async () => {
  await honeycomb.close();
  rmSync(top, { recursive: true, force: true });
});

const APP = `
const { createServer } = require('node:http');
const { randomBytes } = require('node:crypto');
const { OTEL_EXPORTER_OTLP_ENDPOINT: to, OTEL_EXPORTER_OTLP_HEADERS: pairs = '', OTEL_SERVICE_NAME: name, PORT, QUIET, HANGS } = process.env;
const headers = Object.fromEntries(pairs.split(',').filter(Boolean).map((pair) => pair.split('=')));
const app = createServer((request, response) => {
  if (HANGS) return require('node:fs').writeFileSync(HANGS, '');
  response.end('ok');
  const [, traceId = randomBytes(16).toString('hex'), parentSpanId = ''] = /^00-(\\w{32})-(\\w{16})/.exec(request.headers.traceparent ?? '') ?? [];
  if (QUIET) return;
  const now = String(Date.now() * 1e6);
  const span = { traceId, spanId: randomBytes(8).toString('hex'), parentSpanId, name: 'GET ' + request.url, kind: 2, startTimeUnixNano: now, endTimeUnixNano: now, attributes: [{ key: 'http.route', value: { stringValue: request.url } }, { key: 'http.response.status_code', value: { intValue: 200 } }] };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: name } }] };
  fetch(to + '/v1/traces', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }) }).catch(() => {});
});
app.get = () => {};
app.get('/api/items', () => {});
app.listen(Number(PORT));
`;
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

let count = 0;
async function workspace(more: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = join(top, `w${(count += 1)}`);
  const port = await freePort();
  const env = { OTEL_SERVICE_NAME: 'api', OTEL_EXPORTER_OTLP_ENDPOINT: honeycomb.us, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_HEADERS: 'x-honeycomb-team=${HONEYCOMB_API_KEY}', PORT: String(port), ...more };
  const tree: Tree = {
    'compose.yaml': `services:\n  api:\n    build: .\n    ports: ["${port}:${port}"]\n    environment:\n${Object.entries(env).map(([name, value]) => `      ${name}: "${value}"\n`).join('')}`,
    Dockerfile: 'FROM node:20-slim\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n',
    'package.json': '{"name":"api","dependencies":{}}\n',
    'server.js': APP,
  };
  mkdirSync(folder);
  writeTree(folder, tree);
  execFileSync('git', ['init', '-q'], { cwd: folder });
  return folder;
}

function started(folder: string, words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [program, 'verify', ...words], { cwd: folder, env: { PATH: ['/usr/bin', '/bin', dirname(process.execPath)].join(':'), HOME: top, HONEYCOMB_API_ENDPOINT: honeycomb.us, HONEYCOMB_API_KEY: key, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code, out, err: err.replaceAll(/\s+/g, ' '), lines: () => out.split('\n').filter((line) => line !== '').map((line) => verifyLine.parse(JSON.parse(line))) }));
  return { child, ended };
}
const verify = (folder: string, words: readonly string[], env: Readonly<Record<string, string>> = {}) => started(folder, words, env).ended;

describe.skipIf(process.platform === 'win32')('as processes', () => {
  test('works: requests of the source, the trace that we chose is in the backend, and its link is given', async () => {
    const folder = await workspace();
    const arrived = honeycomb.spans.length;
    const ran = await verify(folder, ['--local', '--json']);
    expect(ran.code, ran.err + ran.out).toBe(0);
    const lines = ran.lines();
    const requests = lines.flatMap((line) => ('event' in line && line.event === 'request' ? [line] : []));
    expect(requests.map(({ url, status }) => [new URL(url).pathname, status])).toEqual([['/', 200], ['/api/items', 200]]);
    expect(honeycomb.spans.slice(arrived).map((span) => span['traceId'])).toEqual(expect.arrayContaining(requests.map(({ traceId }) => traceId)));
    expect(lines.at(-1)).toMatchObject({ command: 'verify', ok: true, exit: 0, verified: [{ name: 'api', state: 'works', answer: '200 OK', link: `https://ui.honeycomb.io/cruddur/environments/bootcamp/trace?trace_id=${requests[0]?.traceId}` }], quality: [] });
    expect(ran.out + ran.err).not.toContain(key);
    expect(existsSync(join(folder, '.git', 'otel-setup'))).toBe(false);
  });

  test.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>, readonly string[], RegExp]>([
    ['refused', {}, { HONEYCOMB_API_KEY: 'TestUnknownUS'.padEnd(22, '0') }, [], /✘ api: refused: 401 Unauthorized: unknown API key .*So: the key that it sends is not known there.* Do: /],
    ['silent', { QUIET: 'yes' }, {}, ['--timeout', '1'], /✘ api: silent: it answered our request, and sent nothing\. .*Do: /],
    ['nothing listens there', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }, {}, ['--timeout', '1'], /✘ api: refused: not reached: nothing listens there .*Do: /],
    ['gRPC is not watchable, never silent', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, {}, [], /· api: not watchable: it only speaks gRPC \(OTEL_EXPORTER_OTLP_PROTOCOL=grpc\) \(compose\.yaml:8\)/],
    ['nobody used it', {}, {}, ['--no-traffic', '--timeout', '1'], /✘ api: silent: it sent nothing while it was watched.* Do: /],
    ['blank', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }, {}, [], /✘ api: not set up: OTEL_EXPORTER_OTLP_ENDPOINT is blank \(compose\.yaml:7\)/],
  ])('%s: exit 1, the cause, and one thing to do', async (_name, more, env, words, says) => {
    const ran = await verify(await workspace(more), ['--local', ...words], env);
    expect({ code: ran.code, err: ran.err, out: ran.out }).toEqual({ code: 1, err: expect.stringMatching(says), out: '' });
    expect(ran.err).not.toContain(key);
  });

  test('Ctrl-C while a request hangs: it ends at once, however long it would have waited, and calls nothing silent', async () => {
    const hangs = mkdtempSync(join(top, 'hangs-'));
    const folder = await workspace({ HANGS: join(hangs, 'now') });
    const watcher = watch(hangs);
    const { child, ended } = started(folder, ['--local', '--timeout', '3600']);
    await once(watcher, 'change');
    watcher.close();
    child.kill('SIGINT');
    const { code, err } = await ended;
    expect({ code, err }).toEqual({ code: 130, err: expect.stringContaining('Interrupted; the services are as they were.') });
    expect(err).not.toContain('silent');
  });

  test('--request: that and no other', async () => {
    const ran = await verify(await workspace(), ['--local', '--json', '--request', 'GET /own?a=b', '--request', '/second']);
    expect(ran.lines().flatMap((line) => ('event' in line && line.event === 'request' ? [new URL(line.url).pathname + new URL(line.url).search] : []))).toEqual(['/own?a=b', '/second']);
  });
});

describe('said before anything is started', () => {
  test.each<[readonly string[], number, RegExp]>([
    [['--services', 'nobody'], 2, /There is no service "nobody"\. Do: there is api/],
    [['--request', 'POST /x'], 2, /only GET is sent/],
    [['--request', 'x'], 2, /is no request\. Do: write it like --request/],
    [['--timeout', 'soon'], 2, /--timeout soon is no number of seconds/],
    [['--timeout', '0'], 2, /is no number of seconds/],
    [['--exclude', 'api'], 1, /No service here is meant to send traces\. Do: npx otel-setup init/],
  ])('%j', async (words, code, says) => {
    const ran = await verify(await workspace(), words);
    expect({ code: ran.code, err: ran.err }).toEqual({ code, err: expect.stringMatching(says) });
  });
  test('a folder without anything that is started', async () => {
    const ran = await verify(mkdtempSync(join(top, 'empty-')), []);
    expect({ code: ran.code, err: ran.err }).toEqual({ code: 1, err: expect.stringMatching(/There is no compose file here.* Do: run it in the folder of the compose file/) });
  });
  test('--json: an error is one line too', async () => {
    const ran = await verify(await workspace(), ['--json', '--exclude', 'api']);
    expect(ran.lines()).toEqual([expect.objectContaining({ command: 'verify', exit: 1, ok: false, error: 'No service here is meant to send traces.' })]);
  });
  test('--json-schema prints the schema of a line', async () => {
    const ran = await verify(await workspace(), ['--json-schema']);
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.out)).toMatchObject({ title: 'a line of otel-setup verify --json' });
  });
});
