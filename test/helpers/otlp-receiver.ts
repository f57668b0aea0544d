import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { decodeExport, type SeenSpan } from './otlp-decode.ts';

export type { SeenSpan } from './otlp-decode.ts';

export interface OtlpReceiver {
  /** What an OTEL_EXPORTER_OTLP_ENDPOINT would say: http://host:port */
  readonly url: string;
  readonly port: number;
  /** Every span that was accepted so far, in order of arrival. */
  readonly spans: readonly SeenSpan[];
  /** What was asked for besides good trace exports: 'POST /v1/metrics', or why a body was refused. */
  readonly others: readonly string[];
  /** Headers of each accepted trace export. */
  readonly headers: readonly IncomingMessage['headers'][];
  /** Resolves as soon as the spans satisfy `enough`; false when `ms` have passed before. Wakes on arrival, never polls. */
  until(enough: (spans: readonly SeenSpan[]) => boolean, ms: number): Promise<boolean>;
  close(): Promise<void>;
}

/** A real OTLP/HTTP receiver for tests: protobuf and JSON, gzip or plain. Port 0 takes a free one. */
export async function startOtlpReceiver(at: { host?: string; port?: number } = {}): Promise<OtlpReceiver> {
  const spans: SeenSpan[] = [];
  const others: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const waiting = new Set<() => void>();

  const server = createServer(async (request, response) => {
    if (request.method !== 'POST' || request.url !== '/v1/traces') {
      others.push(`${request.method} ${request.url}`);
      answer(response, request.url === '/v1/metrics' || request.url === '/v1/logs' ? 200 : 404, request);
      return;
    }
    try {
      spans.push(...decodeExport(await bodyOf(request), request.headers['content-type'] ?? ''));
      headers.push(request.headers);
      answer(response, 200, request);
    } catch (error) {
      others.push(`refused: ${String(error)}`);
      answer(response, 400, request);
    }
    for (const wake of waiting) wake();
  });

  const host = at.host ?? '127.0.0.1';
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(at.port ?? 0, host, listening);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');

  return {
    url: `http://${host}:${address.port}`,
    port: address.port,
    spans,
    others,
    headers,
    until: (enough, ms) =>
      new Promise<boolean>((done) => {
        const finish = (result: boolean): void => {
          clearTimeout(timer);
          waiting.delete(check);
          done(result);
        };
        const check = (): void => {
          if (enough(spans)) finish(true);
        };
        const timer = setTimeout(() => finish(false), ms);
        waiting.add(check);
        check();
      }),
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
}

/** Success is an empty message in the encoding of the request. */
function answer(response: ServerResponse, status: number, request: IncomingMessage): void {
  const json = request.headers['content-type']?.startsWith('application/json') === true;
  response.writeHead(status, { 'content-type': json ? 'application/json' : 'application/x-protobuf' });
  response.end(json ? '{}' : '');
}
