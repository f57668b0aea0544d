import type { IncomingMessage, ServerResponse } from 'node:http';
import { accepted, acceptedMessage, refused, type Answer } from './answers.ts';
import { decompress, readBody, Room, type Refused } from './body.ts';
import { decode, encodingOf, type DecodedSpans, type Encoding } from './decode.ts';
import type { Arrived } from './page/arrivals.ts';
import type { Forbidden, Headers } from './page/hosts.ts';
import type { Page, PageAnswer } from './page/routes.ts';
import { LIMITS, serve, type Limits, type Served, type Serving } from './serve.ts';
import { corsHeaders, foreignSender, preflightHeaders } from './senders.ts';
import { serveGrpc } from './serve-grpc.ts';
import type { Signal } from './span.ts';

export type { Limits } from './serve.ts';

export interface ReceiverOptions extends Pick<Serving, 'host' | 'port'> {
  /** Every request that was taken. */
  onTaken(arrived: Arrived): void;
  /** One sentence about a sender whose requests cannot work as they are: gRPC, a wrong path, a body that is not OTLP. */
  onTrouble?(says: string): void;
  /** Answers a browser. Only on the first address: the others are there for containers. */
  readonly page?: Page;
  /** Further names under which senders find this machine, and whose pages may send: see senders.ts. */
  names?(): readonly string[];
  readonly limits?: Partial<Limits>;
  /** Takes OTLP/gRPC on this port too, on the same addresses. A courtesy: where the port is taken, nobody is told. 0 = any. */
  readonly grpcPort?: number;
}
export interface Receiver extends Served {
  /** The port that gRPC is taken on; undefined = on none. */
  readonly grpcPort?: number;
}

const PATHS: Readonly<Record<string, Signal>> = { '/v1/traces': 'traces', '/v1/metrics': 'metrics', '/v1/logs': 'logs' };
export const GRPC_ANSWER = 'This is an OTLP/HTTP receiver and the client speaks gRPC. Set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.';

/**
 * Starts an OTLP/HTTP receiver: protobuf and JSON, gzip, keep-alive; and one for gRPC where a port is named. Nothing that a sender does ends it; what a
 * sender may cost is bounded. Throws Stop when the port is taken or an address cannot be listened on.
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const limits = { ...LIMITS, ...options.limits };
  const room = new Room(limits.together);
  const foreign = gate(options);
  const served = await serve({
    host: options.host,
    port: options.port,
    limits,
    grpcAnswer: GRPC_ANSWER,
    onGrpc: () => options.onTrouble?.(GRPC_ANSWER),
    handle: async (request, response) => {
      const shown = await askPage(request, response, options);
      if (shown !== undefined) return sendPage(request, response, shown);
      const no = foreign(request.headers);
      if (no !== undefined) return send(request, response, refused(403, no.says, encodingOf(request.headers['content-type'])));
      const more = request.headers.origin === undefined ? undefined : corsHeaders(request.headers);
      return send(request, response, preflight(request) ?? (await answer(request, options, limits, room)), more);
    },
  });
  const grpc = options.grpcPort === undefined ? undefined : await serveGrpc({
    addresses: served.addresses,
    port: options.grpcPort,
    limits,
    room,
    forbidden: foreign,
    take(signal, message) {
      const reply = take(signal, message, 'protobuf', options);
      if ('says' in reply) options.onTrouble?.(reply.says);
      return 'says' in reply ? reply : acceptedMessage(reply.rejected, reply.why);
    },
  });
  if (grpc === undefined) return served;
  return { ...served, grpcPort: grpc.port, close: async () => void (await Promise.all([served.close(), grpc.close()])) };
}

/** Sentences about senders that are refused. Whoever owns a domain can make any number of names; other troubles must still be heard. */
const MOST_FOREIGN = 5;
/** senders.ts, with what SDKs send again and again looked at once. */
function gate(options: ReceiverOptions): (headers: Headers) => Forbidden | undefined {
  let usual: Headers[string];
  const told = new Set<string>();
  return (headers) => {
    const isBrowser = headers['origin'] !== undefined || headers['sec-fetch-site'] !== undefined;
    if (!isBrowser && headers['host'] === usual) return undefined;
    const no = foreignSender(headers, options.names?.() ?? []);
    if (no === undefined && !isBrowser) usual = headers['host'];
    if (no !== undefined && told.size < MOST_FOREIGN && !told.has(no.says)) {
      told.add(no.says);
      options.onTrouble?.(no.says);
    }
    return no;
  };
}

function askPage(request: IncomingMessage, response: ServerResponse, { page, host }: ReceiverOptions): Promise<PageAnswer | undefined> | undefined {
  const others = typeof host === 'string' ? [] : host.slice(1);
  if (page === undefined || request.method === 'POST' || others.includes(request.socket.localAddress ?? '')) return undefined;
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  return page({ method: request.method ?? '', url: request.url ?? '/', headers: request.headers, signal: gone.signal });
}

function sendPage(request: IncomingMessage, response: ServerResponse, { status, headers, body }: PageAnswer): void {
  if (response.destroyed) return;
  response.writeHead(status, typeof body === 'string' ? { ...headers, 'content-length': Buffer.byteLength(body) } : headers);
  if (request.method === 'HEAD') response.end();
  else if (typeof body === 'string') response.end(body);
  else response.on('close', body({ write: (text) => response.write(text), onReady: (then) => void response.once('drain', then) }));
}

/** 204 to a browser that asks whether its page may send; undefined = it asks nothing, or for a path that is not one of OTLP. */
function preflight({ method, url, headers }: IncomingMessage): Answer | undefined {
  if (method !== 'OPTIONS' || !Object.hasOwn(PATHS, pathOf(url))) return undefined;
  const more = preflightHeaders(headers);
  return more === undefined ? undefined : { status: 204, type: '', body: '', headers: more };
}

async function answer(request: IncomingMessage, options: ReceiverOptions, limits: Limits, room: Room): Promise<Answer> {
  const path = pathOf(request.url);
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
    return 'says' in reply ? say(reply.status, reply.says) : accepted(signal, encoding, reply.rejected, reply.why);
  } finally {
    body.release();
  }
}

const pathOf = (url = '/'): string => url.split('?')[0]?.replace(/(.)\/$/, '$1') ?? '/';

/** What was not taken of a request, and why. */
type Taken = Pick<DecodedSpans, 'rejected' | 'why'>;
const ALL: Taken = { rejected: 0, why: '' };

function take(signal: Signal, body: Buffer, encoding: Encoding, options: ReceiverOptions): Taken | Refused {
  const decoded = decode(signal, body, encoding);
  if ('refused' in decoded) return { status: 400, says: decoded.refused };
  if (decoded.signal === 'traces' && decoded.rejected > 0) options.onTrouble?.(decoded.why);
  options.onTaken(decoded);
  return decoded.signal === 'traces' ? decoded : ALL;
}

function wrongPath(path: string): string {
  const shown = path.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, 80);
  if (/\/v1\/(traces|metrics|logs)\/v1\//.test(path)) return `${shown} is not a path of OTLP: OTEL_EXPORTER_OTLP_ENDPOINT must be the address without /v1/traces.`;
  return `${shown} is not a path of OTLP: send to /v1/traces, /v1/metrics or /v1/logs.`;
}

function send(request: IncomingMessage, response: ServerResponse, reply: Answer, more: Readonly<Record<string, string>> = {}): void {
  const content = reply.status === 204 ? {} : { 'content-type': reply.type, 'content-length': Buffer.byteLength(reply.body) };
  const headers: Record<string, string | number> = { ...content, ...more, ...reply.headers };
  if (reply.status === 405) headers['allow'] = 'POST';
  if (reply.status === 503) headers['retry-after'] = 1;
  // What is left of a body that was not read would be taken for the next request.
  if (!request.complete) headers['connection'] = 'close';
  response.writeHead(reply.status, headers);
  // Head and an empty body in two pieces would cost a system call more, as much as the spans of a small batch.
  response.end(request.method === 'HEAD' || reply.body.length === 0 ? undefined : reply.body);
}
