/** The scripts that send the doctor's span, run by the real Python, Node.js and shell of this machine; test/e2e/doctor-reach.test.ts has them in containers. */
import { createServer as createTcp } from 'node:net';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { requestOf } from '../../../src/doctor/probes/reach/ask-of.ts';
import { sendersFor, sendFrom } from '../../../src/doctor/probes/reach/send.ts';
import { node } from '../../../src/doctor/probes/reach/node.ts';
import { python } from '../../../src/doctor/probes/reach/python.ts';
import { shell } from '../../../src/doctor/probes/reach/shell.ts';
import type { Reach, Sending } from '../../../src/doctor/types.ts';
import { exec } from '../../../src/io/exec.ts';
import type { ExecResult } from '../../../src/types.ts';
import { honeycombStandIn, type HoneycombStandIn } from '../../helpers/stand-in.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
let honeycomb: HoneycombStandIn;
let mute: { readonly port: number; close(): void };
let html: { readonly port: number; close(): void };

beforeAll(async () => {
  honeycomb = await honeycombStandIn();
  const tcp = createTcp((socket) => socket.on('error', () => {}));
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  mute = { port: portOf(tcp.address()), close: () => tcp.close() };
  const http = createServer((_request, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<html><head><title>Not here</title></head></html>'));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  html = { port: portOf(http.address()), close: () => http.close() };
});
afterAll(async () => {
  await honeycomb.close();
  mute.close();
  html.close();
});
const portOf = (address: ReturnType<ReturnType<typeof createTcp>['address']>): number => (address !== null && typeof address === 'object' ? address.port : 0);

const setting = (name: string, value: string) => ({ name, value, raw: value, where: 'container' as const });
function sending(url: string, key = '', protocol = 'http/protobuf'): Sending {
  return {
    protocol: { value: protocol, from: setting('OTEL_EXPORTER_OTLP_PROTOCOL', protocol) },
    endpoint: { url, from: setting('OTEL_EXPORTER_OTLP_ENDPOINT', url) },
    headers: key === '' ? { pairs: [] } : { pairs: [{ name: 'x-honeycomb-team', value: key }], from: setting('OTEL_EXPORTER_OTLP_HEADERS', `x-honeycomb-team=${key}`) },
    serviceName: { value: 'api', from: setting('OTEL_SERVICE_NAME', 'api') },
    to: { backend: 'other' },
  };
}

/** The engine's part played here: the program after the container's id runs on this machine, as it would inside. */
const seen: string[][] = [];
function inside(only: readonly string[], proxy?: string) {
  return {
    now: () => Date.now(),
    exec: async (argv: readonly string[], options?: { readonly input?: string; readonly ms?: number }): Promise<ExecResult> => {
      seen.push([...argv]);
      const at = argv.indexOf('the-container');
      const env = Object.fromEntries(argv.slice(0, at).filter((_, i) => argv[i - 1] === '--env').map((pair): [string, string] => [pair.split('=')[0] ?? '', '']));
      const [program = ''] = argv.slice(at + 1);
      if (!only.includes(program)) return { code: 127, out: '', err: `exec: "${program}": executable file not found in $PATH` };
      return exec(argv.slice(at + 1), { ...options, env: { ...env, HTTP_PROXY: undefined, http_proxy: proxy, no_proxy: undefined, NO_PROXY: undefined, HTTPS_PROXY: undefined, https_proxy: undefined, ALL_PROXY: undefined, all_proxy: undefined } });
    },
  };
}
async function send(program: string, to: Sending, ms?: number, proxy?: string): Promise<Pick<Reach, 'by' | 'got'>> {
  const request = requestOf({ language: program === 'python3' ? 'python' : program === 'node' ? 'node' : undefined, sending: to, settings: new Map() }, TRACE, Date.now());
  if ('got' in request) throw new Error(JSON.stringify(request.got));
  const shorter = ms === undefined ? request : { ...request, ask: { ...request.ask, ms } };
  return sendFrom('the-container', undefined, shorter, 'api', inside([program], proxy));
}

describe.each(['python3', 'node', 'sh'])('%s', (program) => {
  const by = { python3: 'python', node: 'node', sh: 'curl' }[program] ?? '';

  test('a span is taken, under the service\'s name', async () => {
    const before = honeycomb.spans.length;
    const key = honeycomb.keys['configuration'] ?? '';
    expect(await send(program, sending(`${honeycomb.us}/v1/traces`, key))).toMatchObject({ by, got: { is: 'answered', status: 200, says: '' } });
    await expect.poll(() => honeycomb.spans.slice(before)).toMatchObject([{ service: 'api', name: 'otel-setup doctor', traceId: TRACE }]);
    expect(seen.flat().join(' ')).not.toContain(key);
  });

  test.each([
    ['a wrong key', () => sending(`${honeycomb.us}/v1/traces`, 'WrongKeyOfATest0000000'), { is: 'answered', status: 401, says: 'unknown API key - check your credentials, region, and API URL' }],
    ['no key', () => sending(`${honeycomb.us}/v1/traces`), { is: 'answered', status: 401, says: "missing 'x-honeycomb-team' header" }],
    ['a path that is none', () => sending(`${honeycomb.us}/v1/traces/v1/traces`, honeycomb.keys['ingest']), { is: 'answered', status: 400, says: 'invalid OTLP endpoint - should you be sending to /v1/traces?, see API docs https://docs.honeycomb.io/' }],
    ['another program\'s page', () => sending(`http://127.0.0.1:${html.port}/v1/traces`), { is: 'answered', status: 404, says: 'Not here' }],
    ['a name that is none', () => sending('http://no-such-name.invalid:4318/v1/traces'), { is: 'failed', at: 'dns' }],
    ['a port where nothing listens', () => sending('http://127.0.0.1:1/v1/traces'), { is: 'failed', at: 'connect' }],
    ['https to a plain port', () => sending(`${honeycomb.us.replace('http:', 'https:')}/v1/traces`), { is: 'failed', at: 'tls' }],
  ])('%s', async (_, to, got) => {
    expect(await send(program, to())).toMatchObject({ by, got });
  });

  test('a server that says nothing', async () => {
    expect(await send(program, sending(`http://127.0.0.1:${mute.port}/v1/traces`), 1_000)).toMatchObject({ by, got: { is: 'failed', at: 'timeout' } });
  });

  test('a key that no header can hold is not shown', async () => {
    const key = `WrongKeyOfATest${'\u0007'}0000000`;
    const sent = await send(program, sending(`${honeycomb.us}/v1/traces`, key));
    expect(JSON.stringify(sent)).not.toContain('WrongKeyOfATest');
  });
});

describe.each(['python3', 'node'])('gRPC by %s', (program) => {
  test.each([
    ['a plain port that is open', () => sending(`http://127.0.0.1:${mute.port}`, '', 'grpc'), { is: 'unknown' }],
    ['a plain port where nothing listens', () => sending('http://127.0.0.1:1', '', 'grpc'), { is: 'failed', at: 'connect' }],
    ['TLS to a plain port', () => sending(`${honeycomb.us.replace('http:', 'https:')}`, '', 'grpc'), { is: 'failed', at: 'tls' }],
    ['an address without a scheme', () => sending('no-such-name.invalid:4317', '', 'grpc'), { is: 'failed', at: 'dns' }],
  ])('%s', async (_, to, got) => {
    expect((await send(program, to())).got).toMatchObject(got);
  });
});

describe('a proxy of the environment', () => {
  let proxy: { readonly url: string; readonly asked: string[]; close(): void };
  beforeAll(async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = { url: `http://127.0.0.1:${portOf(server.address())}`, asked, close: () => server.close() };
  });
  afterAll(() => proxy.close());

  test.each([
    ['python3', 'heeds it, as requests does', { is: 'answered', status: 200 }, ['http://no-such-name.invalid:4318/v1/traces']],
    ['node', 'does not, as the JavaScript exporters do not', { is: 'failed', at: 'dns' }, []],
    ['sh', 'is told not to where the service\'s own language does not', { is: 'failed', at: 'dns' }, []],
  ])('%s %s', async (program, _, got, asked) => {
    proxy.asked.length = 0;
    expect((await send(program, sending('http://no-such-name.invalid:4318/v1/traces'), undefined, proxy.url)).got).toMatchObject(got);
    expect(proxy.asked).toEqual(asked);
  });
});

test('the service\'s own runtime is asked first, and all of them in the end', () => {
  expect(sendersFor('python')).toEqual([python, node, shell]);
  expect(sendersFor('node')).toEqual([node, python, shell]);
  expect(sendersFor('java')).toEqual([shell, python, node]);
});

test('an image without any program says so', async () => {
  expect(await send('nothing', sending(`${honeycomb.us}/v1/traces`))).toMatchObject({ by: 'none', got: { is: 'unknown' } });
});
