/** Passes a request on, byte for byte, and gives the answer back as it came: no redirects, no unpacking, no headers of our own. */
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { proxyFor, shownProxy } from './http.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Names and values in turn, as they came over the wire. */
export type RawHeaders = readonly string[];

export interface Onward {
  readonly method: string;
  /** Scheme, host and port: what the Host header and TLS are about. */
  readonly origin: string;
  /** Path and query, sent as they are. */
  readonly path: string;
  readonly headers: RawHeaders;
  readonly body: Uint8Array;
  /** Where the origin's host is found, if this machine does not know its name: a container's address, a published port. */
  readonly at?: { readonly host: string; readonly port?: number };
}
export interface Answered {
  readonly status: number;
  readonly headers: RawHeaders;
  readonly body: Buffer;
}
export interface PassOn {
  /** Rejects where there is no whole answer within `ms`; io/http.ts `reasonOf` says why. */
  pass(onward: Onward, ms: number): Promise<Answered>;
  close(): void;
}

/** RFC 9110, 7.6.1: these belong to one connection, not to the message; `expect` was answered by whoever received it. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'];
/** Bytes of an answer that are read; an OTLP answer has a few hundred. */
const MOST_ANSWER = 4 * 1024 * 1024;

/** End-to-end headers only: without those of the connection, those that `Connection` names, and `also` (small letters). */
export function endToEnd(headers: RawHeaders, also: readonly string[] = []): string[] {
  const pairs = Array.from({ length: Math.floor(headers.length / 2) }, (_, i) => [headers[2 * i] ?? '', headers[2 * i + 1] ?? ''] as const);
  const named = pairs.filter(([name]) => name.toLowerCase() === 'connection').flatMap(([, value]) => value.toLowerCase().split(',').map((part) => part.trim()));
  const away = new Set([...HOP_BY_HOP, ...named, ...also]);
  return pairs.flatMap(([name, value]) => (away.has(name.toLowerCase()) ? [] : [name, value]));
}

/** Connections are kept and used again; where `env` names a proxy for an origin, it is gone through. */
export function passOn(env: Env): PassOn {
  const plain = new HttpAgent({ keepAlive: true });
  const secure = new HttpsAgent({ keepAlive: true });
  return {
    async pass(onward, ms) {
      const signal = AbortSignal.timeout(ms);
      const url = new URL(onward.origin);
      const proxy = onward.at === undefined ? proxyFor(onward.origin, env) : undefined;
      const headers = [...endToEnd(onward.headers, ['host', 'content-length']), 'Host', url.host, 'Content-Length', String(onward.body.length)];
      const options: RequestOptions = { method: onward.method, path: onward.path, headers, signal };
      try {
        for (;;) {
          const request = await opened(url, onward, options, proxy, plain, secure);
          try {
            return await answerOf(request, onward.body);
          } catch (error) {
            // A server ends a connection that was quiet at the very moment it is used again. Ends at the latest with a new one.
            if (!request.reusedSocket || !isCut(error) || signal.aborted) throw error;
          }
        }
      } catch (error) {
        // The timer's own words say "aborted"; what it means is a time limit.
        throw signal.aborted ? signal.reason : error;
      }
    },
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

async function opened(url: URL, { at }: Onward, options: RequestOptions, proxy: string | undefined, plain: HttpAgent, secure: HttpsAgent): Promise<ClientRequest> {
  const isSecure = url.protocol === 'https:';
  // 'localhost' and IPv6: a URL writes the address in brackets, a socket does not want them.
  const host = (at?.host ?? url.hostname).replace(/^\[(.*)\]$/, '$1');
  const port = at?.port ?? (url.port === '' ? (isSecure ? 443 : 80) : Number(url.port));
  if (proxy === undefined) return isSecure ? httpsRequest({ ...options, host, port, servername: url.hostname, agent: secure }) : httpRequest({ ...options, host, port, agent: plain });
  if (!isSecure) {
    const through = new URL(proxy);
    return httpRequest({ ...options, host: through.hostname, port: portOf(through), path: `${url.origin}${options.path ?? '/'}`, headers: [...(Array.isArray(options.headers) ? options.headers : []), ...authorization(through)], agent: plain });
  }
  const socket = await tunnel(new URL(proxy), `${host}:${port}`, options.signal);
  return httpsRequest({ ...options, host, port, agent: false, createConnection: () => connectTls({ socket, servername: url.hostname }) });
}

/** A way through a proxy to `target`. Rejects with the proxy's status where it says no. */
function tunnel(proxy: URL, target: string, signal: RequestOptions['signal']): Promise<Socket> {
  const send = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  const asked = send({ method: 'CONNECT', host: proxy.hostname, port: portOf(proxy), path: target, headers: ['Host', target, ...authorization(proxy)], agent: false, ...(signal === undefined ? {} : { signal }) });
  return new Promise((done, failed) => {
    asked.once('error', failed);
    asked.once('connect', (answer: IncomingMessage, socket: Socket) => {
      if (answer.statusCode === 200) return done(socket);
      socket.destroy();
      failed(new Error(`the proxy ${shownProxy(proxy.href)} answered ${answer.statusCode ?? ''}`));
    });
    asked.end();
  });
}

const portOf = (url: URL): number => (url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port));
const authorization = ({ username, password }: URL): readonly string[] =>
  username === '' ? [] : ['Proxy-Authorization', `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`];

const isCut = (error: unknown): boolean => error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

function answerOf(request: ClientRequest, body: Uint8Array): Promise<Answered> {
  return new Promise((done, failed) => {
    request.once('error', failed);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MOST_ANSWER) request.destroy(new Error('the answer is far too long'));
        else chunks.push(chunk);
      });
      response.once('error', failed);
      response.once('end', () => done({ status: response.statusCode ?? 0, headers: response.rawHeaders, body: Buffer.concat(chunks) }));
    });
    request.end(body);
  });
}
