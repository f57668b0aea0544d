/**
 * The relay: takes a service's OTLP/HTTP requests under a path of its own, passes each on to where the service would have
 * sent it, byte for byte and with the service's own headers, and gives the backend's answer back the same way. It looks
 * at a copy. It holds no key: headers go through it and are kept nowhere.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { endToEnd, type Answered, type Onward, type RawHeaders } from '../io/pass-on.ts';
import { reasonOf } from '../io/http.ts';
import { withoutEnd } from '../patterns.ts';
import { refused, type Answer } from './answers.ts';
import { readAnswer, type BackendAnswer } from './backend-answer.ts';
import { decompress, readBody, Room } from './body.ts';
import { decode, encodingOf, spansOf } from './decode.ts';
import { browserOrForeign } from './senders.ts';
import { LIMITS, serve, type Limits, type Served, type Serving } from './serve.ts';
import type { Signal, SpanRow } from './span.ts';

/** What arrives under `prefix` goes to `to`, the rest of the path behind it. */
export interface Route {
  readonly service: string;
  /** '/NONCE/SERVICE': what the service's endpoint variable says instead of `to`, behind the relay's address. */
  readonly prefix: string;
  /** The service's own value of that variable. */
  readonly to: string;
  /** The variable is of one signal and names its whole URL; undefined = SDKs append /v1/SIGNAL. */
  readonly signal?: Signal;
  readonly at?: Onward['at'];
}

/** One request that went through, or did not. */
export interface Passed {
  readonly service: string;
  readonly signal: Signal;
  /** Of traces; metrics and logs are only counted. */
  readonly spans: readonly SpanRow[];
  /** Spans, data points or log records. */
  readonly items: number;
  /** Why the copy could not be read; the request went on all the same. */
  readonly unread?: string;
  readonly got: { readonly is: 'answered'; readonly answer: BackendAnswer } | { readonly is: 'failed'; readonly says: string };
}

export interface RelayOptions extends Pick<Serving, 'host' | 'port'> {
  readonly routes: readonly Route[];
  pass(onward: Onward, ms: number): Promise<Answered>;
  onPassed(passed: Passed): void;
  /** A client that speaks gRPC, by its address: it is not understood here. */
  onGrpc?(address: string): void;
  readonly limits?: Partial<Limits>;
  /** Milliseconds for the backend's answer; exporters give up after ten seconds themselves. */
  readonly passMs?: number;
}

const GRPC_ANSWER = 'otel-setup verify only passes OTLP/HTTP on, and this client speaks gRPC. Set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.';
const PASS_MS = 30_000;
const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];

/** Starts the relay. @throws Stop where it cannot listen. */
export function startRelay(options: RelayOptions): Promise<Served> {
  const limits = { ...LIMITS, ...options.limits };
  const room = new Room(limits.together);
  return serve({
    host: options.host,
    port: options.port,
    limits,
    grpcAnswer: GRPC_ANSWER,
    onGrpc: (address) => options.onGrpc?.(address),
    handle: (request, response) => take(request, response, options, limits, room),
  });
}

async function take(request: IncomingMessage, response: ServerResponse, options: RelayOptions, limits: Limits, room: Room): Promise<void> {
  const { method = 'GET', url = '/', rawHeaders, headers } = request;
  const no = (status: number, says: string): void => own(request, response, refused(status, says, encodingOf(headers['content-type'])));
  const foreign = browserOrForeign(headers);
  if (foreign !== undefined) return no(403, foreign.says);
  const route = routeOf(options.routes, url);
  if (route === undefined) return no(404, 'otel-setup verify knows no service under this path.');
  if (method !== 'POST') return no(405, 'OTLP/HTTP is sent with POST.');
  if (Number(headers['content-length'] ?? 0) > 4 * limits.body) return no(413, 'The body is far too large.');
  const body = await readBody(request, limits.body, room);
  if ('says' in body) return no(body.status, body.says);
  try {
    const signal = signalOf(route, url);
    const target = targetOf(route, url);
    const copy = lookAt(body.bytes, signal, headers['content-type'], headers['content-encoding'], limits.body);
    try {
      const answered = await options.pass({ method, ...target, headers: rawHeaders, body: body.bytes, ...(route.at === undefined ? {} : { at: route.at }) }, options.passMs ?? PASS_MS);
      const answer = await answerIn(answered, signal, limits.body);
      options.onPassed({ service: route.service, signal, ...(await copy), got: { is: 'answered', answer } });
      back(response, answered);
    } catch (error) {
      const says = reasonOf(error);
      options.onPassed({ service: route.service, signal, ...(await copy), got: { is: 'failed', says } });
      // The service's exporter meets what it would have met: no backend. 502 makes it try again, as a lost connection does.
      no(502, `otel-setup verify did not reach ${target.origin}: ${says}`);
    }
  } finally {
    body.release();
  }
}

/** The longest prefix wins: the variable of a signal has a longer one than the general variable. */
function routeOf(routes: readonly Route[], url: string): Route | undefined {
  const path = url.split('?')[0] ?? '';
  return routes.filter(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`)).toSorted((a, b) => b.prefix.length - a.prefix.length)[0];
}

/** Where the service would have sent it: its own value, and behind it what its SDK appended. */
export function targetOf({ prefix, to }: Pick<Route, 'prefix' | 'to'>, url: string): { readonly origin: string; readonly path: string } {
  const { origin } = new URL(to);
  const base = withoutEnd(to.slice(to.indexOf('//') + 2).replace(/^[^/?#]*/, ''), '/').split('#')[0] ?? '';
  const path = base + url.slice(prefix.length);
  return { origin, path: path === '' ? '/' : path };
}

function signalOf({ prefix, signal }: Route, url: string): Signal {
  const path = withoutEnd((url.split('?')[0] ?? '').slice(prefix.length), '/');
  return signal ?? SIGNALS.find((one) => path.endsWith(`/v1/${one}`)) ?? 'traces';
}

async function lookAt(bytes: Buffer, signal: Signal, contentType: string | undefined, contentEncoding: string | undefined, most: number): Promise<Pick<Passed, 'spans' | 'items' | 'unread'>> {
  const none = { spans: [], items: 0 };
  const encoding = encodingOf(contentType);
  if (encoding === undefined) return { ...none, unread: 'its Content-Type is not one of OTLP' };
  const plain = await decompress(bytes, contentEncoding, most);
  if (!Buffer.isBuffer(plain)) return { ...none, unread: plain.says };
  const decoded = decode(signal, plain, encoding);
  if ('refused' in decoded) return { ...none, unread: decoded.refused };
  if (decoded.signal !== 'traces') return { spans: [], items: decoded.counts.reduce((sum, { count }) => sum + count, 0) };
  const spans = spansOf(decoded);
  return { spans, items: spans.length };
}

async function answerIn({ status, headers, body }: Answered, signal: Signal, most: number): Promise<BackendAnswer> {
  const plain = await decompress(body, headerOf(headers, 'content-encoding'), most);
  return readAnswer(status, headerOf(headers, 'content-type'), Buffer.isBuffer(plain) ? plain : new Uint8Array(), signal);
}

function headerOf(headers: RawHeaders, name: string): string | undefined {
  const at = headers.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at < 0 ? undefined : headers[at + 1];
}

function back(response: ServerResponse, { status, headers, body }: Answered): void {
  response.writeHead(status, [...endToEnd(headers, ['content-length']), 'Content-Length', String(body.length)]);
  response.end(body);
}

/** An answer of our own. */
function own(request: IncomingMessage, response: ServerResponse, { status, type, body }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...(request.complete ? {} : { connection: 'close' }) });
  response.end(body);
}
