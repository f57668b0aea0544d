import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { passOn, type PassOn } from '../../src/io/pass-on.ts';
import { accepted, refused } from '../../src/see/answers.ts';
import { startRelay, targetOf, type Passed, type RelayOptions, type Route } from '../../src/see/relay.ts';
import type { Served } from '../../src/see/serve.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const CANARY = 'TestConfigurationUS000';
const PREFIX = '/nonce/backend';

interface Got {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly socket: Socket;
}
interface Reply {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}
const open: (Server | Served | PassOn)[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) {
    if ('closeAllConnections' in one) one.closeAllConnections();
    await one.close();
  }
});

/** A backend that keeps what it got, and answers as it is told. */
async function backend(reply: (got: Got) => Reply | undefined = () => ({ status: 200, headers: ['Content-Type', 'application/x-protobuf'], body: Buffer.alloc(0) })) {
  const got: Got[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = { method: request.method ?? '', url: request.url ?? '', headers: request.rawHeaders, body: Buffer.concat(chunks), socket: request.socket };
    got.push(one);
    const answer = reply(one);
    if (answer === undefined) return request.socket.destroy();
    return response.writeHead(answer.status, [...answer.headers, 'Content-Length', String(answer.body.length)]).end(answer.body);
  }).listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { got, port, url: `http://127.0.0.1:${port}` };
}

async function relay(to: string, more: Partial<RelayOptions> & { readonly route?: Partial<Route> } = {}) {
  const passed: Passed[] = [];
  const grpc: string[] = [];
  const passing = passOn({});
  const { route, ...options } = more;
  const served = await startRelay({ host: '127.0.0.1', port: 0, routes: [{ service: 'backend', prefix: PREFIX, to, ...route }], pass: passing.pass, onPassed: (one) => passed.push(one), onGrpc: (address) => grpc.push(address), ...options });
  open.push(served, passing);
  return { passed, grpc, port: served.port, url: `http://127.0.0.1:${served.port}${PREFIX}` };
}

/** One request with exactly these headers; what came back, as bytes. */
function send(url: string, headers: readonly string[], body: Buffer, agent?: Agent): Promise<Reply> {
  const request = httpRequest(url, { method: 'POST', headers: ['Host', new URL(url).host, ...headers, 'Content-Length', String(body.length)], ...(agent === undefined ? {} : { agent }) });
  return new Promise((done, failed) => {
    request.once('error', failed);
    request.once('response', async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      done({ status: response.statusCode ?? 0, headers: response.rawHeaders, body: Buffer.concat(chunks) });
    });
    request.end(body);
  });
}
const header = (headers: readonly string[], name: string): string | undefined => headers[headers.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === name) + 1];
const names = (headers: readonly string[]): string[] => headers.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
const PROTOBUF = ['Content-Type', 'application/x-protobuf'];

describe('byte for byte', () => {
  it.each([
    ['protobuf', 'python-traces.bin', PROTOBUF],
    ['gzip', 'python-traces.gz', [...PROTOBUF, 'Content-Encoding', 'gzip']],
    ['JSON', 'node-traces.json', ['Content-Type', 'application/json']],
  ])('%s goes on with its own headers, and a copy of it is read', async (_name, file, headers) => {
    const to = await backend();
    const { url, passed } = await relay(to.url);
    const body = fixture(file);
    const sent = [...headers, 'X-Honeycomb-Team', CANARY, 'User-Agent', 'OTel-OTLP-Exporter-Python/1.45.1', 'x-odd', 'a', 'x-odd', 'b'];
    const reply = await send(`${url}/v1/traces`, sent, body);
    expect(reply.status).toBe(200);
    const [got] = to.got;
    expect(got).toMatchObject({ method: 'POST', url: '/v1/traces' });
    expect(got?.body.equals(body)).toBe(true);
    // The same names and values in the same order; Host is the backend's, as on the direct way.
    expect(got?.headers.slice(0, sent.length)).toEqual(sent);
    expect(got?.headers.slice(sent.length, sent.length + 4)).toEqual(['Host', `127.0.0.1:${to.port}`, 'Content-Length', String(body.length)]);
    expect(passed).toHaveLength(1);
    expect(passed[0]).toMatchObject({ service: 'backend', signal: 'traces', got: { is: 'answered', answer: { status: 200, accepted: true } } });
    expect(passed[0]?.spans.length).toBeGreaterThan(0);
    expect(passed[0]?.unread).toBeUndefined();
  });

  it.each([
    ['an error of Honeycomb in protobuf', 401, ['Content-Type', 'application/x-protobuf'], Buffer.from(refused(401, 'unknown API key', 'protobuf').body), 'unknown API key'],
    ['an error in JSON', 401, ['Content-Type', 'application/json'], Buffer.from('{"message":"missing \'x-honeycomb-team\' header"}'), "missing 'x-honeycomb-team' header"],
    ["Honeycomb's own form", 400, ['Content-Type', 'application/json'], Buffer.from('{"error":"invalid OTLP endpoint"}'), 'invalid OTLP endpoint'],
    ['an answer in gzip', 503, ['Content-Type', 'application/json', 'Content-Encoding', 'gzip', 'Retry-After', '7', 'x-own', 'yes'], gzipSync('{"code":14,"message":"try later"}'), 'try later'],
    ['a page', 502, ['Content-Type', 'text/html'], Buffer.from('<html><head><title>Bad gateway</title></head></html>'), 'Bad gateway'],
    ['bytes that are nothing', 500, ['Content-Type', 'application/x-protobuf'], Buffer.from([0xff, 0xff, 0x00]), ''],
  ])('the answer comes back: %s', async (_name, status, headers, body, says) => {
    const to = await backend(() => ({ status, headers, body }));
    const { url, passed } = await relay(to.url);
    const reply = await send(`${url}/v1/traces`, PROTOBUF, fixture('python-traces.bin'));
    expect(reply.status).toBe(status);
    expect(reply.body.equals(body)).toBe(true);
    for (let i = 0; i < headers.length; i += 2) expect(header(reply.headers, (headers[i] ?? '').toLowerCase())).toBe(headers[i + 1]);
    expect(passed[0]?.got).toEqual({ is: 'answered', answer: { status, accepted: false, rejected: 0, says } });
  });

  it.each([['protobuf' as const, 'application/x-protobuf'], ['json' as const, 'application/json']])('a partial success is no acceptance (%s)', async (encoding, type) => {
    const to = await backend(() => ({ status: 200, headers: ['Content-Type', type], body: Buffer.from(accepted('traces', encoding, 2, 'too old').body) }));
    const { url, passed } = await relay(to.url);
    await send(`${url}/v1/traces`, PROTOBUF, fixture('python-traces.bin'));
    expect(passed[0]?.got).toEqual({ is: 'answered', answer: { status: 200, accepted: false, rejected: 2, says: 'too old' } });
  });

  it.each([
    ['https://api.honeycomb.io', '/v1/traces', 'https://api.honeycomb.io', '/v1/traces'],
    ['https://api.honeycomb.io/', '//v1/traces', 'https://api.honeycomb.io', '//v1/traces'],
    ['https://api.honeycomb.io/v1/traces', '/v1/traces', 'https://api.honeycomb.io', '/v1/traces/v1/traces'],
    ['https://api.honeycomb.io/v1/traces', '', 'https://api.honeycomb.io', '/v1/traces'],
    ['http://collector:4318/otlp', '/v1/logs?a=b', 'http://collector:4318', '/otlp/v1/logs?a=b'],
    ['http://collector:4318', '', 'http://collector:4318', '/'],
  ])('%s with %j behind it goes to %s%s', (to, rest, origin, path) => {
    expect(targetOf({ prefix: PREFIX, to }, PREFIX + rest)).toEqual({ origin, path });
  });

  it('the variable of one signal has a path of its own, and goes to its own address', async () => {
    const base = await backend();
    const traces = await backend();
    const { url, passed } = await relay(base.url, { routes: [{ service: 'backend', prefix: PREFIX, to: base.url }, { service: 'backend', prefix: `${PREFIX}/v1/traces`, to: `${traces.url}/own/path`, signal: 'traces' }] });
    await send(`${url}/v1/traces`, PROTOBUF, fixture('python-traces.bin'));
    await send(`${url}/v1/metrics`, PROTOBUF, fixture('python-metrics.bin'));
    await send(`${url}/v1/logs`, PROTOBUF, fixture('python-logs.bin'));
    expect(traces.got.map((one) => one.url)).toEqual(['/own/path']);
    expect(base.got.map((one) => one.url)).toEqual(['/v1/metrics', '/v1/logs']);
    expect(passed.map(({ signal, items, spans }) => [signal, items, spans.length > 0])).toEqual([['traces', passed[0]?.spans.length, true], ['metrics', 3, false], ['logs', 2, false]]);
  });

  it('a name that only containers know is found at the address that is given, and stays the Host', async () => {
    const to = await backend();
    const { url } = await relay('http://collector:4318', { route: { at: { host: '127.0.0.1', port: to.port } } });
    expect((await send(`${url}/v1/traces`, PROTOBUF, fixture('python-traces.bin'))).status).toBe(200);
    expect(header(to.got[0]?.headers ?? [], 'host')).toBe('collector:4318');
  });
});

describe('what belongs to a connection stays there', () => {
  it('hop-by-hop headers go neither way', async () => {
    const to = await backend(() => ({ status: 200, headers: ['Connection', 'x-mine', 'x-mine', '1', 'Proxy-Authenticate', 'Basic', 'x-kept', '2'], body: Buffer.alloc(0) }));
    const { url } = await relay(to.url);
    const reply = await send(`${url}/v1/traces`, [...PROTOBUF, 'Connection', 'x-secret-hop, keep-alive', 'x-secret-hop', '1', 'TE', 'trailers', 'Proxy-Authorization', 'Basic eDp5', 'x-kept', '2'], fixture('python-traces.bin'));
    const there = names(to.got[0]?.headers ?? []);
    expect(there).toContain('x-kept');
    for (const name of ['x-secret-hop', 'te', 'proxy-authorization']) expect(there).not.toContain(name);
    const here = names(reply.headers);
    expect(here).toContain('x-kept');
    for (const name of ['x-mine', 'proxy-authenticate']) expect(here).not.toContain(name);
  });

  it('a chunked body arrives whole', async () => {
    const to = await backend();
    const { port, passed } = await relay(to.url);
    const body = fixture('node-traces.bin');
    const request = httpRequest({ port, host: '127.0.0.1', path: `${PREFIX}/v1/traces`, method: 'POST', headers: { 'content-type': 'application/x-protobuf', 'transfer-encoding': 'chunked' } });
    for (let at = 0; at < body.length; at += 100) request.write(body.subarray(at, at + 100));
    request.end();
    const [response] = await once(request, 'response');
    response.resume();
    expect(response.statusCode).toBe(200);
    expect(to.got[0]?.body.equals(body)).toBe(true);
    expect(names(to.got[0]?.headers ?? [])).not.toContain('transfer-encoding');
    expect(passed).toHaveLength(1);
  });

  it('connections are kept, on both sides', async () => {
    const to = await backend();
    const { url } = await relay(to.url);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; i < 5; i += 1) expect((await send(`${url}/v1/traces`, PROTOBUF, fixture('python-traces.bin'), agent)).status).toBe(200);
    expect(new Set(to.got.map(({ socket }) => socket)).size).toBe(1);
    agent.destroy();
  });

  it('one that the backend ends while it is used again is no refusal: the request goes over a new one', async () => {
    // Only the first request on a connection is answered.
    const used = new Set<Socket>();
    const to = await backend(({ socket }) => (used.has(socket) ? undefined : (used.add(socket), { status: 200, headers: [], body: Buffer.alloc(0) })));
    const { url, passed } = await relay(to.url);
    const body = fixture('python-traces.bin');
    for (let i = 0; i < 3; i += 1) expect((await send(`${url}/v1/traces`, PROTOBUF, body)).status).toBe(200);
    expect(passed.map(({ got }) => got.is)).toEqual(['answered', 'answered', 'answered']);
    expect(to.got.every((one) => one.body.equals(body))).toBe(true);
    expect(to.got).toHaveLength(5);
  });
});

describe('nothing is kept', () => {
  it('no header is in what is told, and no part of a key', async () => {
    const to = await backend();
    const { url, passed } = await relay(to.url);
    await send(`${url}/v1/traces`, [...PROTOBUF, 'x-honeycomb-team', CANARY, 'Authorization', `Bearer ${CANARY}`], fixture('python-traces.bin'));
    const told = JSON.stringify(passed, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect(told).toContain('traceId');
    expect(told).not.toContain(CANARY);
    expect(told.toLowerCase()).not.toContain('honeycomb-team');
  });
});

describe('who may use it, and how much', () => {
  it.each([
    ['another nonce', 'POST', '/other/backend/v1/traces', 404],
    ['another service', 'POST', '/nonce/other/v1/traces', 404],
    ['a longer name', 'POST', `${PREFIX}2/v1/traces`, 404],
    ['the root', 'POST', '/v1/traces', 404],
    ['a GET', 'GET', `${PREFIX}/v1/traces`, 405],
  ])('%s is answered here and goes nowhere', async (_name, method, path, status) => {
    const to = await backend();
    const { port, passed } = await relay(to.url);
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    expect(response.status).toBe(status);
    expect([to.got, passed]).toEqual([[], []]);
  });

  it('a body that is too large is refused, and the next request is served', async () => {
    const to = await backend();
    const { url } = await relay(to.url, { limits: { body: 10_000 } });
    expect((await send(`${url}/v1/traces`, PROTOBUF, Buffer.alloc(20_000))).status).toBe(413);
    expect((await send(`${url}/v1/traces`, PROTOBUF, fixture('python-traces.bin'))).status).toBe(200);
    expect(to.got).toHaveLength(1);
  });

  it('more bodies at once than there is room for: 503, which exporters try again', async () => {
    let release: (() => void) | undefined;
    const held = new Promise<void>((done) => (release = done));
    let entered: (() => void) | undefined;
    const inside = new Promise<void>((done) => (entered = done));
    const { url } = await relay('http://127.0.0.1:9', {
      limits: { together: 15_000 },
      pass: async () => {
        entered?.();
        await held;
        return { status: 200, headers: [], body: Buffer.alloc(0) };
      },
    });
    const first = send(`${url}/v1/traces`, PROTOBUF, Buffer.alloc(10_000));
    await inside;
    expect((await send(`${url}/v1/traces`, PROTOBUF, Buffer.alloc(10_000))).status).toBe(503);
    release?.();
    expect((await first).status).toBe(200);
    expect((await send(`${url}/v1/traces`, PROTOBUF, Buffer.alloc(10_000))).status).toBe(200);
  });

  it('a small body that unpacks to a huge one goes on, but is not read', async () => {
    const to = await backend();
    const { url, passed } = await relay(to.url, { limits: { body: 1_000_000 } });
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect((await send(`${url}/v1/traces`, [...PROTOBUF, 'Content-Encoding', 'gzip'], bomb)).status).toBe(200);
    expect(to.got[0]?.body.equals(bomb)).toBe(true);
    expect(passed[0]?.unread).toMatch(/larger than 1 MiB/);
  });

  it('half a request and a slow one end; a good one beside them is served', async () => {
    const to = await backend();
    const { port, url, passed } = await relay(to.url, { limits: { headMs: 300, requestMs: 600 } });
    const endOf = async (text: string): Promise<string> => {
      const socket = connect(port, '127.0.0.1');
      let said = '';
      socket.on('data', (chunk: Buffer) => (said += chunk.toString('latin1'))).on('error', () => {});
      socket.write(text);
      await once(socket, 'close');
      return said;
    };
    const slow = endOf('POST /nonce/backend/v1/traces HTT');
    const half = endOf(`POST ${PREFIX}/v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: 100\r\n\r\nabc`);
    expect((await send(`${url}/v1/traces`, PROTOBUF, fixture('python-traces.bin'))).status).toBe(200);
    expect(await slow).toMatch(/^HTTP\/1\.1 408|^$/);
    expect(await half).toMatch(/^HTTP\/1\.1 408|^$/);
    expect([to.got.length, passed.length]).toEqual([1, 1]);
  });

  it('a gRPC client is told so, and named by its address', async () => {
    const to = await backend();
    const { port, grpc } = await relay(to.url);
    const client = connectHttp2(`http://127.0.0.1:${port}`);
    client.on('error', () => {});
    const [, , said] = await once(client, 'goaway');
    expect(Buffer.from(said).toString()).toContain('OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf');
    client.destroy();
    expect(grpc).toEqual(['127.0.0.1']);
  });
});

describe('a backend that does not answer', () => {
  it('nothing listens: 502, and why', async () => {
    const to = await backend();
    const { url, passed } = await relay('http://127.0.0.1:9');
    const reply = await send(`${url}/v1/traces`, PROTOBUF, fixture('python-traces.bin'));
    expect([reply.status, to.got.length]).toEqual([502, 0]);
    expect(passed[0]).toMatchObject({ got: { is: 'failed', says: expect.stringContaining('ECONNREFUSED') } });
    expect(passed[0]?.spans.length).toBeGreaterThan(0);
  });
  it('it hangs up', async () => {
    const to = await backend(() => undefined);
    const { url, passed } = await relay(to.url);
    expect((await send(`${url}/v1/traces`, PROTOBUF, fixture('python-traces.bin'))).status).toBe(502);
    expect(passed[0]).toMatchObject({ got: { is: 'failed', says: expect.stringContaining('the connection was cut') } });
  });
  it('it takes too long', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    open.push(server);
    await once(server, 'listening');
    const address = server.address();
    const { url, passed } = await relay(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`, { passMs: 200 });
    expect((await send(`${url}/v1/traces`, PROTOBUF, fixture('python-traces.bin'))).status).toBe(502);
    expect(passed[0]).toMatchObject({ got: { is: 'failed', says: 'no answer in time' } });
  });
});

describe('through a proxy', () => {
  it('http goes to it with the whole address, and its login', async () => {
    const proxy = await backend();
    const passing = passOn({ http_proxy: `http://me:word@127.0.0.1:${proxy.port}` });
    open.push(passing);
    const { url } = await relay('http://backend.example', { pass: passing.pass });
    expect((await send(`${url}/v1/traces`, PROTOBUF, fixture('python-traces.bin'))).status).toBe(200);
    expect(proxy.got[0]?.url).toBe('http://backend.example/v1/traces');
    expect(header(proxy.got[0]?.headers ?? [], 'proxy-authorization')).toBe(`Basic ${Buffer.from('me:word').toString('base64')}`);
  });
  it('a proxy that says no to https is named', async () => {
    const proxy = createServer().on('connect', (_request, socket: Socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')).listen(0, '127.0.0.1');
    open.push(proxy);
    await once(proxy, 'listening');
    const address = proxy.address();
    const passing = passOn({ https_proxy: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` });
    open.push(passing);
    const { url, passed } = await relay('https://backend.example', { pass: passing.pass });
    expect((await send(`${url}/v1/traces`, PROTOBUF, fixture('python-traces.bin'))).status).toBe(502);
    expect(passed[0]).toMatchObject({ got: { is: 'failed', says: expect.stringContaining('answered 407') } });
  });
});
