/** Listening for OTLP/HTTP: the server that the receiver and the relay share. What a sender may cost is bounded here. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { EXIT, Stop } from '../stop.ts';
import { goAway } from './answers.ts';

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
export const LIMITS: Limits = { body: 20 * 1024 * 1024, together: 64 * 1024 * 1024, connections: 1000, headMs: 10_000, requestMs: 30_000 };

export interface Serving {
  /** Addresses to listen on, see address.ts. The first must work; another one that this machine does not have is left out. */
  readonly host: string | readonly string[];
  /** 0 = any free port, the same for all addresses. */
  readonly port: number;
  readonly limits: Limits;
  /** Answers a request. Where it rejects, the sender has gone away: the connection is closed. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** What a gRPC client is told; `onGrpc` hears of it, and of its address. */
  readonly grpcAnswer: string;
  onGrpc?(address: string): void;
}
export interface Served {
  /** For processes on this machine: http://localhost:4318. */
  readonly url: string;
  readonly port: number;
  /** Those that are really listened on. */
  readonly addresses: readonly string[];
  close(): Promise<void>;
}

/** Listens. Nothing that a sender does ends it. Throws Stop when the port is taken or an address cannot be listened on. */
export async function serve(serving: Serving): Promise<Served> {
  const [first = '127.0.0.1', ...others] = typeof serving.host === 'string' ? [serving.host] : serving.host;
  const servers: Server[] = [];
  const open = async (host: string, port: number): Promise<number> => {
    const server = makeServer(serving);
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
  const port = await open(first, serving.port).catch((error: unknown) => stop(error, first, serving.port));
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

function makeServer({ limits, handle, grpcAnswer, onGrpc }: Serving): Server {
  const server = createServer({ connectionsCheckingInterval: Math.min(1000, limits.headMs), headersTimeout: limits.headMs, requestTimeout: limits.requestMs, keepAliveTimeout: 75_000, maxHeaderSize: 16_384 });
  server.maxConnections = limits.connections;
  server.on('request', (request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.on('clientError', (error: Error & { rawPacket?: Buffer }, socket) => {
    if (error.rawPacket?.subarray(0, 14).toString('latin1') === 'PRI * HTTP/2.0') {
      onGrpc?.((socket as Socket).remoteAddress ?? '');
      endWith(socket as Socket, goAway(grpcAnswer));
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
