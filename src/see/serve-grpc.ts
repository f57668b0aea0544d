/**
 * Listening for OTLP/gRPC. OTLP has unary calls only, so a call is one POST over HTTP/2, which Node.js speaks by itself:
 * a message with five bytes in front, an answer of the same kind and a status behind it.
 * Source: gRPC over HTTP2 (grpc/grpc, doc/PROTOCOL-HTTP2.md).
 */
import { constants, createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { decompress, readBody, Room, type Refused } from './body.ts';
import type { Forbidden, Headers } from './page/hosts.ts';
import type { Limits } from './serve.ts';
import type { Signal } from './span.ts';

export interface ServingGrpc {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly limits: Limits;
  /** What all requests may hold, over HTTP too. */
  readonly room: Room;
  /** Whose call is refused, see senders.ts; `host` is its :authority. */
  forbidden(headers: Headers): Forbidden | undefined;
  /** Takes a request's message, gives the answer's. */
  take(signal: Signal, message: Buffer): Uint8Array | Refused;
}
export interface ServedGrpc {
  readonly port: number;
  close(): Promise<void>;
}

const METHODS: Readonly<Record<string, Signal>> = {
  '/opentelemetry.proto.collector.trace.v1.TraceService/Export': 'traces',
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export': 'metrics',
  '/opentelemetry.proto.collector.logs.v1.LogsService/Export': 'logs',
};
/** grpc.StatusCode of what HTTP would say: INVALID_ARGUMENT, PERMISSION_DENIED, UNIMPLEMENTED, RESOURCE_EXHAUSTED, UNAVAILABLE (which senders try again). */
const CODE: Readonly<Record<number, number>> = { 400: 3, 403: 7, 404: 12, 413: 8, 415: 12, 503: 14 };
const UNKNOWN = 2;
/** Calls at the same time on one connection; exporters make one. */
const MOST_CALLS = 16;
/** Channels are quiet between two batches. */
const QUIET_MS = 300_000;

/** Listens on all of the addresses, or, where one of them is taken, on none: undefined. Nothing that a sender does ends it. */
export async function serveGrpc(serving: ServingGrpc): Promise<ServedGrpc | undefined> {
  const servers: Http2Server[] = [];
  const ends: (() => void)[] = [];
  const close = async (): Promise<void> => {
    for (const end of ends) end();
    await Promise.all(servers.map((server) => new Promise<void>((done) => void server.close(() => done()))));
  };
  let { port } = serving;
  for (const host of serving.addresses) {
    const { server, end } = makeServer(serving);
    const bound = await listen(server, host, port);
    if (bound === undefined) {
      await close();
      return undefined;
    }
    port = bound;
    servers.push(server);
    ends.push(end);
  }
  return { port, close };
}

function makeServer(serving: ServingGrpc): { readonly server: Http2Server; end(): void } {
  const { limits } = serving;
  const server = createServer({ maxSessionMemory: 4, maxHeaderListPairs: 64, settings: { maxConcurrentStreams: MOST_CALLS, maxHeaderListSize: 16_384, enablePush: false } });
  server.maxConnections = limits.connections;
  const sessions = new Set<() => void>();
  server.on('session', (session) => {
    const destroy = (): void => session.destroy();
    sessions.add(destroy);
    session.on('close', () => sessions.delete(destroy));
    session.on('error', destroy);
    session.setTimeout(limits.headMs, destroy);
    session.once('stream', () => session.setTimeout(QUIET_MS, destroy));
  });
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const late = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), limits.requestMs);
    stream.on('error', () => stream.destroy());
    stream.on('close', () => clearTimeout(late));
    answer(stream, headers, serving).catch(() => stream.destroy());
  });
  server.on('sessionError', () => {});
  return { server, end: () => { for (const destroy of sessions) destroy(); } };
}

async function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, { limits, room, forbidden, take }: ServingGrpc): Promise<void> {
  const no = forbidden({ ...headers, host: headers[':authority'] ?? headers.host });
  if (no !== undefined) return refuse(stream, { status: 403, says: no.says });
  const path = headers[':path'] ?? '';
  const signal = Object.hasOwn(METHODS, path) ? METHODS[path] : undefined;
  if (headers[':method'] !== 'POST' || !/^application\/grpc(?:\+proto)?$/.test(headers['content-type'] ?? '')) return refuse(stream, { status: 415, says: 'This is an OTLP/gRPC receiver.' }, 415);
  if (signal === undefined) return refuse(stream, { status: 404, says: 'Only the Export calls of OTLP are known here.' });
  const body = await readBody(stream, limits.body, room);
  if ('says' in body) return refuse(stream, body);
  try {
    const message = await messageIn(body.bytes, headers['grpc-encoding'], limits.body);
    const reply = Buffer.isBuffer(message) ? take(signal, message) : message;
    if ('says' in reply) return refuse(stream, reply);
    if (stream.destroyed) return;
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(framed(reply));
  } finally {
    body.release();
  }
}

/** A message behind one byte (packed or not) and four of its length. */
async function messageIn(bytes: Buffer, encoding: string | string[] | undefined, most: number): Promise<Buffer | Refused> {
  if (bytes.length < 5 || bytes.readUInt32BE(1) !== bytes.length - 5) return { status: 400, says: 'The call does not hold exactly one gRPC message, or it was cut off.' };
  return decompress(bytes.subarray(5), bytes[0] === 1 ? String(encoding) : undefined, most);
}

function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function refuse(stream: ServerHttp2Stream, { status, says }: Refused, http = 200): void {
  if (stream.destroyed) return;
  stream.respond({ ':status': http, 'content-type': 'application/grpc', 'grpc-status': String(CODE[status] ?? UNKNOWN), 'grpc-message': encodeURIComponent(says).replaceAll('%20', ' ') }, { endStream: true });
  // What is still being sent is not read.
  if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
}

/** The port, or undefined where it cannot be listened on. */
function listen(server: Http2Server, host: string, port: number): Promise<number | undefined> {
  return new Promise((done) => {
    server.once('error', () => done(undefined));
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      done(typeof address === 'object' && address !== null ? address.port : undefined);
    });
  });
}
