import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { connect as connectHttp2 } from 'node:http2';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { GRPC_ANSWER, startReceiver, type Limits, type Receiver } from '../../src/see/receive.ts';
import { spansOf } from '../../src/see/decode.ts';
import type { Count, SpanRow } from '../../src/see/span.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const JSON_TYPE = { 'content-type': 'application/json' };

let receiver: Receiver | undefined;
let spans: SpanRow[] = [];
let counts: (readonly [string, readonly Count[]])[] = [];
let troubles: string[] = [];
async function start(limits: Partial<Limits> = {}): Promise<Receiver> {
  spans = [];
  counts = [];
  troubles = [];
  receiver = await startReceiver({ host: '127.0.0.1', port: 0, limits, onTaken: (arrived) => void (arrived.signal === 'traces' ? spans.push(...spansOf(arrived)) : counts.push([arrived.signal, arrived.counts])), onTrouble: (says) => troubles.push(says) });
  return receiver;
}
afterEach(async () => {
  await receiver?.close();
  receiver = undefined;
});

const post = (path: string, body: Uint8Array | string, headers: Record<string, string>): Promise<Response> =>
  fetch(`http://127.0.0.1:${receiver?.port}${path}`, { method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body), headers });
/** Opens a connection, sends the text, and gives all that comes back until the other side closes. */
async function raw(text: string | Buffer, keep?: (socket: Socket) => void): Promise<string> {
  const socket = connect(receiver?.port ?? 0, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => {});
  socket.write(text);
  keep?.(socket);
  await new Promise((closed) => socket.once('close', closed));
  return Buffer.concat(chunks).toString('latin1');
}

describe('answers', () => {
  it('takes traces of real exporters, also in gzip', async () => {
    await start();
    for (const [body, headers] of [
      [fixture('python-traces.bin'), PROTOBUF],
      [fixture('python-traces.gz'), { ...PROTOBUF, 'content-encoding': 'gzip' }],
      [fixture('node-traces.bin'), PROTOBUF],
    ] as const) {
      const response = await post('/v1/traces', body, headers);
      expect([response.status, response.headers.get('content-type'), (await response.arrayBuffer()).byteLength]).toEqual([200, 'application/x-protobuf', 0]);
    }
    const response = await post('/v1/traces', fixture('node-traces.json'), JSON_TYPE);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([200, 'application/json', '{}']);
    expect(spans.map((span) => span.name)).toContain('GET /api/items');
    expect(spans).toHaveLength(10);
    expect(troubles).toEqual([]);
  });

  it('counts metrics and logs', async () => {
    await start();
    expect((await post('/v1/metrics', fixture('python-metrics.bin'), PROTOBUF)).status).toBe(200);
    expect((await post('/v1/logs', fixture('python-logs.bin'), PROTOBUF)).status).toBe(200);
    expect(counts).toEqual([['metrics', [{ service: 'backend-flask', count: 3 }]], ['logs', [{ service: 'backend-flask', count: 2 }]]]);
  });

  it('says how many spans it rejected', async () => {
    await start();
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: '', spanId: '' }] }] }] });
    const response = await post('/v1/traces', body, JSON_TYPE);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringContaining('no valid trace id') } });
  });

  it.each([
    ['a wrong path', '/v1/trace', 'x', PROTOBUF, 404, 'send to /v1/traces'],
    ['a doubled path', '/v1/traces/v1/traces', 'x', PROTOBUF, 404, 'must be the address without /v1/traces'],
    ['a wrong content type', '/v1/traces', 'x', { 'content-type': 'text/plain' }, 415, 'Content-Type must be'],
    ['a wrong content encoding', '/v1/traces', 'x', { ...PROTOBUF, 'content-encoding': 'br' }, 415, 'Use gzip or none'],
    ['a body that is not gzip', '/v1/traces', 'x', { ...JSON_TYPE, 'content-encoding': 'gzip' }, 400, 'not gzip'],
    ['a body that is not JSON', '/v1/traces', '{', JSON_TYPE, 400, 'not JSON'],
    ['a body that is not protobuf', '/v1/traces', '\xff\xff', PROTOBUF, 400, 'not a protobuf message'],
  ])('refuses %s', async (_title, path, body, headers, status, says) => {
    await start();
    const response = await post(path, body, headers);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(says);
    expect(troubles.join()).toContain(says);
  });

  it('gives errors as google.rpc.Status in the encoding of the request', async () => {
    await start();
    expect(await (await post('/v1/traces', '[]', JSON_TYPE)).json()).toEqual({ code: 3, message: 'The body must be a JSON object.' });
    const reader = new BinaryReader(new Uint8Array(await (await post('/v1/traces', '\xff', PROTOBUF)).arrayBuffer()));
    expect([reader.tag()[0], reader.int32(), reader.tag()[0], reader.string()]).toEqual([1, 3, 2, 'The body is not a protobuf message, or it was cut off.']);
  });

  it('answers GET and names POST', async () => {
    const { port } = await start();
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('receives OTLP/HTTP');
    const response = await fetch(`http://127.0.0.1:${port}/v1/traces`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('keeps the connection for the next request', async () => {
    await start();
    const body = fixture('node-traces.bin');
    const request = Buffer.concat([Buffer.from(`POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
    const last = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const text = await raw(Buffer.concat([request, request, last]));
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
    expect(spans).toHaveLength(4);
  });

  it('tells a gRPC client what to set', async () => {
    const { port } = await start();
    const client = connectHttp2(`http://127.0.0.1:${port}`);
    client.on('error', () => {});
    const [code, , data] = await once(client, 'goaway');
    expect(code).toBe(0x0d); // HTTP_1_1_REQUIRED
    expect(Buffer.from(data).toString()).toBe(GRPC_ANSWER);
    expect(troubles).toEqual([GRPC_ANSWER]);
    client.destroy();
  });
});

describe('what a sender may cost', () => {
  it('a compression bomb', async () => {
    await start({ body: 1_000_000 });
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const response = await post('/v1/traces', bomb, { ...PROTOBUF, 'content-encoding': 'gzip' });
    expect([response.status, await response.text()]).toEqual([413, expect.stringContaining('unpacked')]);
  });

  it('a body that is too large', async () => {
    await start({ body: 1000 });
    expect((await post('/v1/traces', Buffer.alloc(1500), PROTOBUF)).status).toBe(413);
    const endless = await raw('POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n');
    expect(endless).toContain('HTTP/1.1 413');
    expect(endless).toContain('close');
  });

  it('a body without a length that never ends', async () => {
    await start({ body: 1000 });
    const text = await raw(`POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${'3e8\r\n'.concat('x'.repeat(1000), '\r\n').repeat(5)}`);
    expect(text).toContain('HTTP/1.1 413');
  });

  it('all bodies together: the one that finds no room is told to try again, and there is room again afterwards', async () => {
    await start({ together: 100 });
    const big = await post('/v1/traces', Buffer.alloc(101), PROTOBUF);
    expect([big.status, big.headers.get('retry-after')]).toEqual([503, '1']);
    for (let time = 0; time < 5; time++) expect((await post('/v1/traces', JSON.stringify({ resourceSpans: [] }).padEnd(90), JSON_TYPE)).status).toBe(200);
  });

  it('a slow sender, a half request and a silent connection are ended; the room they held is free again', async () => {
    await start({ headMs: 200, requestMs: 300, together: 60 });
    const slow = raw('POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"resourceSpans":');
    const half = raw('POST /v1/tra');
    const silent = raw('');
    expect(await slow).toContain('408');
    expect(await half).toContain('408');
    await silent;
    expect((await post('/v1/traces', '{"resourceSpans":[]}'.padEnd(60), JSON_TYPE)).status).toBe(200);
  });

  it('a sender that goes away in the middle', async () => {
    await start({ together: 60 });
    await raw('POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"resourceSpans":', (socket) => socket.end());
    expect((await post('/v1/traces', '{"resourceSpans":[]}'.padEnd(60), JSON_TYPE)).status).toBe(200);
  });

  it('500 connections that say nothing: a good request beside them is answered', async () => {
    const { port } = await start();
    const sockets = Array.from({ length: 500 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    expect((await post('/v1/traces', fixture('python-traces.bin'), PROTOBUF)).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  it('more connections than allowed are closed at once', async () => {
    const { port } = await start({ connections: 3 });
    const open = Array.from({ length: 3 }, () => connect(port, '127.0.0.1'));
    await Promise.all(open.map((socket) => once(socket, 'connect')));
    await raw('GET / HTTP/1.1\r\nHost: x\r\n\r\n').then((text) => expect(text).toBe(''));
    for (const socket of open) socket.destroy();
  });

  it('noise and good requests at the same time', async () => {
    await start();
    const noise = ['\0\x01\x02', 'GET\r\n\r\n', `POST /v1/traces HTTP/1.1\r\n${'a: b\r\n'.repeat(5000)}\r\n`, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'];
    const all = await Promise.all([...noise, ...noise].map(async (text) => [await raw(text), (await post('/v1/traces', fixture('python-traces.bin'), PROTOBUF)).status] as const));
    expect(all.map(([, status]) => status)).toEqual(all.map(() => 200));
  });
});

describe('addresses', () => {
  it('says that a port is taken, and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(startReceiver({ host: '127.0.0.1', port, onTaken: () => {} })).rejects.toMatchObject({ exit: 1, message: expect.stringContaining(`Port ${port} on 127.0.0.1 is in use`), hint: expect.stringContaining('--port') });
    other.close();
  });
  it('listens on several addresses with the same port, and leaves out one that this machine does not have', async () => {
    receiver = await startReceiver({ host: ['127.0.0.1', '127.0.0.2', '192.0.2.1'], port: 0, onTaken: () => {} });
    expect(receiver.addresses).toEqual(['127.0.0.1', '127.0.0.2']);
    expect((await fetch(`http://127.0.0.2:${receiver.port}/`)).status).toBe(200);
  });
  it('refuses a first address that this machine does not have', async () => {
    await expect(startReceiver({ host: '192.0.2.1', port: 0, onTaken: () => {} })).rejects.toMatchObject({ exit: 2, message: '192.0.2.1 is not an address of this machine.' });
  });
});
