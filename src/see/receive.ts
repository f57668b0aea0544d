import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { EXIT, Stop } from '../stop.ts';
import { accepted, goAway, refused, type Answer } from './answers.ts';
import { decompress, readBody, Room, type Refused } from './body.ts';
import { countLogs, countMetrics, decodeTraces, encodingOf, type Encoding } from './decode.ts';
import type { Count, Signal, SpanRow } from './span.ts';

export interface ReceiverOptions {
  /** Addresses to listen on, see address.ts. The first must work; another one that this machine does not have is left out. */
  readonly host: string | readonly string[];
  /** 0 = any free port, the same for all addresses. */
  readonly port: number;
  onSpans(spans: readonly SpanRow[]): void;
  onOther(signal: Exclude<Signal, 'traces'>, counts: readonly Count[]): void;
  /** One sentence about a sender whose requests cannot work as they are: gRPC, a wrong path, a body that is not OTLP. */
  onTrouble?(says: string): void;
  readonly limits?: Partial<Limits>;
}
export interface Receiver {
  /** For processes on this machine: http://localhost:4318. */
  readonly url: string;
  readonly port: number;
  /** Those that are really listened on. */
  readonly addresses: readonly string[];
  close(): Promise<void>;
}
export interface Limits {
  /** Bytes of a body, before and after unpacking. 20 MiB is what Honeycomb's own ingest takes. */
  readonly body: number;
  /** Bytes of all bodies that are being received. */
  readonly together: number;
  /** Open connections for each address; more are closed at once. */
  readonly connections: number;
  /** Milliseconds for the head of a request, and for all of it. */
  readonly headMs: number;
  readonly requestMs: number;
}
const LIMITS: Limits = { body: 20 * 1024 * 1024, together: 64 * 1024 * 1024, connections: 1000, headMs: 10_000, requestMs: 30_000 };

const PATHS: Readonly<Record<string, Signal>> = { '/v1/traces': 'traces', '/v1/metrics': 'metrics', '/v1/logs': 'logs' };
export const GRPC_ANSWER = 'This is an OTLP/HTTP receiver and the client speaks gRPC. Set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.';

/**
 * Starts an OTLP/HTTP receiver: protobuf and JSON, gzip, keep-alive. Nothing that a sender does ends it; what a
 * sender may cost is bounded. Throws Stop when the port is taken or an address cannot be listened on.
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const limits = { ...LIMITS, ...options.limits };
  const room = new Room(limits.together);
  const [first = '127.0.0.1', ...others] = typeof options.host === 'string' ? [options.host] : options.host;
  const servers: Server[] = [];
  const open = async (host: string, port: number): Promise<number> => {
    const server = makeServer(options, limits, room);
    const bound = await listen(server, host, port);
    servers.push(server);
    return bound;
  };
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    })));
  };
  const port = await open(first, options.port).catch((error: unknown) => stop(error, first, options.port));
  const addresses = [first];
  for (const host of others) {
    try {
      await open(host, port);
      addresses.push(host);
    } catch (error) {
      // Docker Desktop's bridge lies inside its own machine; host.docker.internal reaches our loopback there.
      if (codeOf(error) === 'EADDRNOTAVAIL') continue;
      await close();
      stop(error, host, port);
    }
  }
  return { url: `http://${reachable(first)}:${port}`, port, addresses, close };
}

/** 'localhost' where that name leads to the address that is listened on. */
function reachable(host: string): string {
  if (['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function makeServer(options: ReceiverOptions, limits: Limits, room: Room): Server {
  const server = createServer({ connectionsCheckingInterval: Math.min(1000, limits.headMs), headersTimeout: limits.headMs, requestTimeout: limits.requestMs, keepAliveTimeout: 75_000, maxHeaderSize: 16_384 });
  server.maxConnections = limits.connections;
  server.on('request', (request, response) => {
    answer(request, options, limits, room).then(
      (reply) => send(request, response, reply),
      // The sender went away in the middle: nobody to answer.
      () => request.socket.destroy(),
    );
  });
  server.on('clientError', (error: Error & { rawPacket?: Buffer }, socket) => {
    if (error.rawPacket?.subarray(0, 14).toString('latin1') === 'PRI * HTTP/2.0') {
      options.onTrouble?.(GRPC_ANSWER);
      endWith(socket as Socket, goAway(GRPC_ANSWER));
    } else {
      const status = codeOf(error) === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
      endWith(socket as Socket, `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    }
  });
  return server;
}

function endWith(socket: Socket, bytes: Buffer | string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.on('error', () => socket.destroy());
  socket.end(bytes, () => socket.destroySoon());
}

async function answer(request: IncomingMessage, options: ReceiverOptions, limits: Limits, room: Room): Promise<Answer> {
  const path = (request.url ?? '/').split('?')[0]?.replace(/(.)\/$/, '$1') ?? '/';
  const encoding = encodingOf(request.headers['content-type']);
  const say = (status: number, says: string): Answer => {
    options.onTrouble?.(says);
    return refused(status, says, encoding);
  };
  if (path === '/' && request.method !== 'POST') return { status: 200, type: 'text/plain; charset=utf-8', body: 'otel-setup receives OTLP/HTTP here: POST /v1/traces, /v1/metrics, /v1/logs.\n' };
  const signal = Object.hasOwn(PATHS, path) ? PATHS[path] : undefined;
  if (signal === undefined) return say(404, wrongPath(path));
  if (request.method !== 'POST') return refused(405, `Send ${path} with POST.`, encoding);
  if (encoding === undefined) return say(415, 'Content-Type must be application/x-protobuf or application/json.');
  if (Number(request.headers['content-length'] ?? 0) > 4 * limits.body) return say(413, 'The body is far too large.');
  const body = await readBody(request, limits.body, room);
  if ('says' in body) return say(body.status, body.says);
  try {
    const bytes = await decompress(body.bytes, request.headers['content-encoding'], limits.body);
    if (!Buffer.isBuffer(bytes)) return say(bytes.status, bytes.says);
    const reply = take(signal, bytes, encoding, options);
    return 'says' in reply ? say(reply.status, reply.says) : reply;
  } finally {
    body.release();
  }
}

function take(signal: Signal, bytes: Buffer, encoding: Encoding, options: ReceiverOptions): Answer | Refused {
  if (signal === 'traces') {
    const decoded = decodeTraces(bytes, encoding);
    if ('refused' in decoded) return { status: 400, says: decoded.refused };
    if (decoded.rejected > 0) options.onTrouble?.(decoded.why);
    if (decoded.spans.length > 0) options.onSpans(decoded.spans);
    return accepted(signal, encoding, decoded.rejected, decoded.why);
  }
  const counts = signal === 'metrics' ? countMetrics(bytes, encoding) : countLogs(bytes, encoding);
  if ('refused' in counts) return { status: 400, says: counts.refused };
  options.onOther(signal, counts);
  return accepted(signal, encoding, 0, '');
}

function wrongPath(path: string): string {
  const shown = path.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, 80);
  if (/\/v1\/(traces|metrics|logs)\/v1\//.test(path)) return `${shown} is not a path of OTLP: OTEL_EXPORTER_OTLP_ENDPOINT must be the address without /v1/traces.`;
  return `${shown} is not a path of OTLP: send to /v1/traces, /v1/metrics or /v1/logs.`;
}

function send(request: IncomingMessage, response: ServerResponse, reply: Answer): void {
  const headers: Record<string, string | number> = { 'content-type': reply.type, 'content-length': Buffer.byteLength(reply.body) };
  if (reply.status === 405) headers['allow'] = 'POST';
  if (reply.status === 503) headers['retry-after'] = 1;
  // What is left of a body that was not read would be taken for the next request.
  if (!request.complete) headers['connection'] = 'close';
  response.writeHead(reply.status, headers);
  response.end(request.method === 'HEAD' ? undefined : reply.body);
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', failed);
      done((server.address() as AddressInfo).port);
    });
  });
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

function stop(error: unknown, host: string, port: number): never {
  if (codeOf(error) === 'EADDRINUSE') throw new Stop(EXIT.notDone, `Port ${port} on ${host} is in use: perhaps another \`otel-setup view\` or a collector is running.`, 'End that program, or choose another port with --port.');
  if (codeOf(error) === 'EADDRNOTAVAIL') throw new Stop(EXIT.usage, `${host} is not an address of this machine.`, 'Leave --host away, or give one of this machine\'s addresses.');
  throw new Stop(EXIT.notDone, `Cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : String(error)}.`, 'Choose another port with --port.');
}
