import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect, type IncomingHttpHeaders as Http2Headers } from 'node:http2';
import { afterEach, describe, expect, it } from 'vitest';
import type { Headers } from '../../src/see/page/hosts.ts';
import { startReceiver, type ReceiverOptions } from '../../src/see/receive.ts';
import { startRelay } from '../../src/see/relay.ts';
import { browserOrForeign, corsHeaders, foreignSender, preflightHeaders } from '../../src/see/senders.ts';
import type { Served } from '../../src/see/serve.ts';

const SDK = { host: 'localhost:4318' };
const PREVIEW = '4318-acme.ws-eu1.gitpod.io';
const body = readFileSync(new URL('fixtures/node-traces.bin', import.meta.url));

describe('who may send', () => {
  it.each<[string, Headers]>([
    ['localhost', SDK],
    ['an address of this machine', { host: '127.0.0.1:4318' }],
    ['Docker’s bridge', { host: '172.17.0.1:4318' }],
    ['an IPv6 address', { host: '[fe80::1]:4318' }],
    ['a container', { host: 'host.docker.internal:4318' }],
    ['a container of Podman', { host: 'host.containers.internal:4318' }],
    ['a name of extra_hosts', { host: 'collector:4318' }],
    ['no Host at all: HTTP/1.0', {}],
    ['fetch of Node.js', { ...SDK, 'sec-fetch-mode': 'cors' }],
    ['a forwarded port of Gitpod', { host: PREVIEW }],
    ['a page of this machine', { ...SDK, origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }],
    ['a page of this machine by its address', { ...SDK, origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'cross-site' }],
    ['a page of this machine in IPv6', { ...SDK, origin: 'http://[::1]:3000' }],
    ['a page of this machine with a name', { ...SDK, origin: 'https://shop.localhost' }],
    ['a page of a name that was given', { ...SDK, origin: `https://${PREVIEW}` }],
    ['somebody who types the address', { ...SDK, 'sec-fetch-site': 'none' }],
  ])('%s may', (_, headers) => expect(foreignSender(headers, [PREVIEW])).toBeUndefined());

  it.each<[string, Headers, string]>([
    ['a name that was made to lead here', { host: 'evil.example:4318' }, '--allow-host evil.example'],
    ['the same with a page of this machine', { host: 'evil.example:4318', origin: 'http://localhost:3000' }, 'evil.example'],
    ['the same with an origin of its own', { host: 'evil.example:4318', origin: 'http://evil.example:4318', 'sec-fetch-site': 'same-origin' }, 'evil.example'],
    ['localhost in a name of somebody else', { host: 'localhost.evil.example' }, 'no name of this machine'],
    ['a name that only ends like one', { host: 'host.docker.internal.evil.example' }, 'no name of this machine'],
    ['a page of another site', { ...SDK, origin: 'https://evil.example' }, 'https://evil.example is refused'],
    ['one that only begins like this machine', { ...SDK, origin: 'http://localhost.evil.example' }, 'refused'],
    ['one with an address in its name', { ...SDK, origin: 'http://127.0.0.1.evil.example' }, 'refused'],
    ['one with a user in front', { ...SDK, origin: 'http://localhost@evil.example' }, 'refused'],
    ['a page of another machine of the network', { ...SDK, origin: 'http://192.168.1.9:3000' }, '--allow-host 192.168.1.9'],
    ['a frame without an origin', { ...SDK, origin: 'null' }, 'web page null'],
    ['an extension', { ...SDK, origin: 'chrome-extension://localhost' }, 'refused'],
    ['a file', { ...SDK, origin: 'file://' }, 'refused'],
    ['an empty origin', { ...SDK, origin: '' }, 'refused'],
    ['another site that sends no origin', { ...SDK, 'sec-fetch-site': 'cross-site' }, 'does not say which'],
    ['another port that sends no origin', { ...SDK, 'sec-fetch-site': 'same-site' }, 'does not say which'],
    ['escape codes', { host: 'a\u001b[31m.example' }, 'a[31m.example'],
  ])('%s may not', (_, headers, says) => {
    const no = foreignSender(headers, [PREVIEW]);
    expect(no?.says).toContain(says);
    expect(no?.says).toMatch(/^[\x20-\x7e]+$/);
  });

  it('no browser reaches the relay, not even with a page of this machine', () => {
    expect(browserOrForeign({ ...SDK, origin: 'http://localhost:3000' })?.says).toContain('browser');
    expect(browserOrForeign({ ...SDK, 'sec-fetch-site': 'same-origin' })?.says).toContain('browser');
    expect(browserOrForeign({ host: 'evil.example' })).toBeDefined();
    expect(browserOrForeign({ host: 'host.docker.internal:40000', 'sec-fetch-mode': 'cors' })).toBeUndefined();
  });

  it('answers name the page that asked, and never everybody', () => {
    const page = { ...SDK, origin: 'http://localhost:3000' };
    expect(corsHeaders(page)).toEqual({ vary: 'Origin', 'access-control-allow-origin': 'http://localhost:3000', 'access-control-allow-credentials': 'true' });
    expect(preflightHeaders(page)).toBeUndefined();
    const asked = preflightHeaders({ ...page, 'access-control-request-method': 'POST', 'access-control-request-private-network': 'true' });
    expect(asked).toMatchObject({ 'access-control-allow-origin': 'http://localhost:3000', 'access-control-allow-methods': 'POST', 'access-control-allow-private-network': 'true', vary: expect.stringContaining('Origin') as unknown });
    expect(Object.values(asked ?? {}).join()).not.toContain('*');
  });
});

const open: Served[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
async function receiver(more: Partial<ReceiverOptions> = {}) {
  let taken = 0;
  const troubles: string[] = [];
  const one = await startReceiver({ host: '127.0.0.1', port: 0, grpcPort: 0, onTaken: () => void taken++, onTrouble: (says) => troubles.push(says), ...more });
  open.push(one);
  return { ...one, troubles, taken: () => taken };
}
/** One request with exactly these headers, as `fetch` does not let one send. */
async function send(port: number, method: string, path: string, headers: IncomingHttpHeaders, text: Uint8Array | string = '') {
  const asked = request({ host: '127.0.0.1', port, method, path, headers }).end(text);
  const [response] = await once(asked, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status: Number(response.statusCode), headers: response.headers as IncomingHttpHeaders, text: Buffer.concat(chunks).toString() };
}
const OTLP = { 'content-type': 'application/x-protobuf' };

describe('the receiver', () => {
  it('refuses with 403, says each once, and at most five', async () => {
    const { port, troubles, taken } = await receiver();
    for (let round = 0; round < 2; round++) for (let site = 0; site < 20; site++) {
      const got = await send(port, 'POST', '/v1/traces', { ...OTLP, origin: `http://e${site}.example` }, body);
      expect([got.status, got.headers['access-control-allow-origin']]).toEqual([403, undefined]);
      expect(got.text).toContain(`e${site}.example is refused`);
    }
    expect((await send(port, 'POST', '/v1/traces', { ...OTLP, host: 'evil.example' }, body)).status).toBe(403);
    expect((await send(port, 'POST', '/v1/traces', { 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site' }, body)).status).toBe(403);
    expect(taken()).toBe(0);
    expect(troubles).toHaveLength(5);
    expect((await send(port, 'POST', '/v1/traces', OTLP, body)).status).toBe(200);
    expect((await send(port, 'POST', '/v1/trace', OTLP, body)).status).toBe(404);
    expect(troubles.at(-1)).toContain('not a path of OTLP');
  });

  it('does not let a browser in behind an SDK of the same name', async () => {
    const { port, taken } = await receiver();
    const host = `127.0.0.1:${port}`;
    expect((await send(port, 'POST', '/v1/traces', { ...OTLP, host }, body)).status).toBe(200);
    expect((await send(port, 'POST', '/v1/traces', { ...OTLP, host, origin: 'null' }, body)).status).toBe(403);
    expect(taken()).toBe(1);
  });

  it('answers a preflight for a page of this machine, for paths of OTLP and nothing else', async () => {
    const { port } = await receiver();
    const asks = { origin: 'http://localhost:3000', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
    const yes = await send(port, 'OPTIONS', '/v1/traces', asks);
    expect([yes.status, yes.headers['access-control-allow-origin'], yes.headers['access-control-allow-methods']]).toEqual([204, 'http://localhost:3000', 'POST']);
    expect(yes.headers['access-control-allow-headers']).toMatch(/\bcontent-type\b.*\btraceparent\b/);
    expect((await send(port, 'OPTIONS', '/v1/traces', { ...asks, origin: 'https://evil.example' })).status).toBe(403);
    expect((await send(port, 'OPTIONS', '/v1/traces', { ...asks, host: 'evil.example' })).status).toBe(403);
    expect((await send(port, 'OPTIONS', '/api/map', asks)).headers['access-control-allow-methods']).toBeUndefined();
    const sent = await send(port, 'POST', '/v1/traces', { ...OTLP, origin: asks.origin }, body);
    expect([sent.status, sent.headers['access-control-allow-origin'], sent.headers.vary]).toEqual([200, asks.origin, 'Origin']);
  });

  it('asks each on every request: names may be told later', async () => {
    const names: string[] = [];
    const { port } = await receiver({ names: () => names });
    expect((await send(port, 'POST', '/v1/traces', { ...OTLP, host: PREVIEW }, body)).status).toBe(403);
    names.push(PREVIEW);
    expect((await send(port, 'POST', '/v1/traces', { ...OTLP, host: PREVIEW }, body)).status).toBe(200);
  });

  it('opens no WebSocket', async () => {
    const { port } = await receiver();
    const got = await send(port, 'GET', '/api/live', { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' });
    expect(got.status).toBe(404);
  });

  it.each<[string, Http2Headers, string]>([
    ['a container', { ':authority': 'host.docker.internal:4317' }, '0'],
    ['a foreign name', { ':authority': 'evil.example:4317' }, '7'],
    ['a page', { origin: 'https://evil.example' }, '7'],
  ])('judges calls of gRPC too: %s', async (_, headers, status) => {
    const { grpcPort } = await receiver();
    const session = connect(`http://127.0.0.1:${grpcPort}`);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(body.length, 1);
    const stream = session.request({ ':method': 'POST', ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export', 'content-type': 'application/grpc', te: 'trailers', ...headers });
    let got: Http2Headers = {};
    for (const event of ['response', 'trailers']) stream.on(event, (more: Http2Headers) => (got = { ...got, ...more }));
    stream.on('data', () => {}).on('error', () => {});
    stream.end(Buffer.concat([head, body]));
    await once(stream, 'close');
    session.destroy();
    expect(got['grpc-status']).toBe(status);
  });
});

describe('the relay of verify', () => {
  it('passes nothing on for a browser, whatever it knows', async () => {
    let passed = 0;
    const relay = await startRelay({ host: '127.0.0.1', port: 0, routes: [{ service: 'api', prefix: '/nonce/api', to: 'http://127.0.0.1:1' }], pass: async () => { passed++; return { status: 200, headers: [], body: Buffer.alloc(0) }; }, onPassed: () => {} });
    open.push(relay);
    for (const headers of [{ origin: 'http://localhost:3000' }, { origin: 'null' }, { 'sec-fetch-site': 'same-origin' }, { host: 'evil.example' }]) {
      for (const method of ['POST', 'OPTIONS']) expect((await send(relay.port, method, '/nonce/api/v1/traces', { ...OTLP, ...headers }, method === 'POST' ? body : '')).status).toBe(403);
    }
    expect(passed).toBe(0);
    expect((await send(relay.port, 'POST', '/nonce/api/v1/traces', { ...OTLP, host: 'host.docker.internal:1' }, body)).status).toBe(200);
    expect(passed).toBe(1);
  });
});
