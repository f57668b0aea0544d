import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { connect as connectHttp2, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { startReceiver, type Limits, type Receiver } from '../../src/see/receive.ts';
import { spansOf } from '../../src/see/decode.ts';
import type { Count, SpanRow } from '../../src/see/span.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

let receiver: Receiver | undefined;
let spans: SpanRow[] = [];
let counts: (readonly [string, readonly Count[]])[] = [];
let troubles: string[] = [];
async function start(limits: Partial<Limits> = {}, grpcPort = 0): Promise<Receiver> {
  [spans, counts, troubles] = [[], [], []];
  receiver = await startReceiver({ host: '127.0.0.1', port: 0, grpcPort, limits, onTaken: (arrived) => void (arrived.signal === 'traces' ? spans.push(...spansOf(arrived)) : counts.push([arrived.signal, arrived.counts])), onTrouble: (says) => troubles.push(says) });
  return receiver;
}
afterEach(async () => {
  await receiver?.close();
  receiver = undefined;
});

const framed = (message: Uint8Array, packed = 0): Buffer => {
  const head = Buffer.alloc(5, packed);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
};
/** One call; the headers and trailers that come back together, and the body. */
async function call(path: string, body: Uint8Array, headers: OutgoingHttpHeaders = {}): Promise<{ readonly got: IncomingHttpHeaders; readonly body: Buffer }> {
  const session = connectHttp2(`http://127.0.0.1:${receiver?.grpcPort}`);
  const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...headers });
  let got: IncomingHttpHeaders = {};
  const chunks: Buffer[] = [];
  for (const event of ['response', 'trailers']) stream.on(event, (more: IncomingHttpHeaders) => (got = { ...got, ...more }));
  stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {});
  stream.end(body);
  await once(stream, 'close');
  session.destroy();
  return { got, body: Buffer.concat(chunks) };
}

describe('OTLP/gRPC', () => {
  it('takes all three signals, also packed', async () => {
    await start();
    for (const [body, headers] of [[framed(fixture('python-traces.bin')), {}], [framed(gzipSync(fixture('python-traces.bin')), 1), { 'grpc-encoding': 'gzip', 'content-type': 'application/grpc+proto' }]] as const) {
      const { got, body: reply } = await call(EXPORT, body, headers);
      expect([got[':status'], got['content-type'], got['grpc-status'], reply.toString('hex')]).toEqual([200, 'application/grpc', '0', '0000000000']);
    }
    await call('/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', framed(fixture('python-metrics.bin')));
    await call('/opentelemetry.proto.collector.logs.v1.LogsService/Export', framed(fixture('python-logs.bin')));
    expect(spans).toHaveLength(6);
    expect(counts).toEqual([['metrics', [{ service: 'backend-flask', count: 3 }]], ['logs', [{ service: 'backend-flask', count: 2 }]]]);
    expect(troubles).toEqual([]);
  });

  it('says how many spans it rejected', async () => {
    await start();
    const { body } = await call(EXPORT, framed(Buffer.from('0a0412021200', 'hex')));
    const reader = new BinaryReader(body.subarray(5));
    expect([reader.tag()[0], reader.uint32() > 0, reader.tag()[0], Number(reader.int64()), reader.tag()[0], reader.string()]).toEqual([1, true, 1, 1, 2, expect.stringContaining('no valid trace id')]);
  });

  it.each([
    ['another service', '/grpc.health.v1.Health/Check', framed(Buffer.alloc(0)), {}, '12', 'Only the Export calls'],
    ['a message that is no protobuf', EXPORT, framed(Buffer.from([0xff])), {}, '3', 'not a protobuf message'],
    ['half a message', EXPORT, framed(Buffer.alloc(10)).subarray(0, 9), {}, '3', 'cut off'],
    ['no message', EXPORT, Buffer.alloc(0), {}, '3', 'cut off'],
    ['an encoding that is not known', EXPORT, framed(Buffer.alloc(1), 1), { 'grpc-encoding': 'snappy' }, '12', 'not understood'],
    ['a compression bomb', EXPORT, framed(gzipSync(Buffer.alloc(5_000_000)), 1), { 'grpc-encoding': 'gzip' }, '8', 'unpacked'],
  ])('refuses %s', async (_title, path, body, headers, status, says) => {
    await start({ body: 1_000_000 });
    const { got } = await call(path, body, headers);
    expect([got[':status'], got['grpc-status']]).toEqual([200, status]);
    expect(decodeURIComponent(String(got['grpc-message']))).toContain(says);
  });

  it('a body that is too large, and one that finds no room', async () => {
    await start({ body: 1000, together: 500 });
    expect((await call(EXPORT, framed(Buffer.alloc(1500)))).got['grpc-status']).toBe('8');
    expect((await call(EXPORT, framed(Buffer.alloc(600)))).got['grpc-status']).toBe('14');
  });

  it('a slow call and a silent connection are ended; what speaks no HTTP/2 is too', async () => {
    const { grpcPort = 0 } = await start({ headMs: 200, requestMs: 300 });
    const session = connectHttp2(`http://127.0.0.1:${grpcPort}`);
    const slow = session.request({ ':method': 'POST', ':path': EXPORT, 'content-type': 'application/grpc' }).on('error', () => {});
    slow.write(Buffer.alloc(5));
    await once(slow, 'close');
    session.destroy();
    for (const text of ['', 'POST /v1/traces HTTP/1.1\r\nHost: x\r\n\r\n']) {
      const socket = connect(grpcPort, '127.0.0.1').on('error', () => {}).resume();
      socket.write(text);
      await once(socket, 'close');
    }
    expect((await call(EXPORT, framed(fixture('python-traces.bin')))).got['grpc-status']).toBe('0');
  });

  it('a taken port is no trouble: OTLP/HTTP goes on', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const { grpcPort, port } = await start({}, typeof address === 'object' && address !== null ? address.port : 0);
    expect(grpcPort).toBeUndefined();
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect(troubles).toEqual([]);
    other.close();
  });
});
