import { randomBytes } from 'node:crypto';
import { reasonOf } from '../io/http.ts';
import type { Tools } from '../types.ts';

/** A trace id of ours: 32 hex digits, not all zero. */
export function newTraceId(): string {
  return notZero(16);
}

/** W3C Trace Context header for a request that belongs to this trace and is sampled; a new parent span id each time, which `carried` hears. */
export function traceparent(traceId: string, carried?: (parentId: string) => void): string {
  const parentId = notZero(8);
  carried?.(parentId);
  return `00-${traceId}-${parentId}-01`;
}

function notZero(bytes: number): string {
  for (;;) {
    const id = randomBytes(bytes).toString('hex');
    if (!/^0+$/.test(id)) return id;
  }
}

/** Any status is an answer: a 404 is a trace too. */
export type Sent = { readonly is: 'answered'; readonly status: number } | { readonly is: 'failed'; readonly says: string };

/**
 * Sends one GET that carries `traceId`. Redirects are followed within the same origin only, five at most; the body
 * is not read further than 64 KiB. Never throws.
 */
export async function sendOne(tools: Pick<Tools, 'fetch'>, url: string, traceId: string, ms = 10_000, carried?: (parentId: string) => void): Promise<Sent> {
  const origin = new URL(url).origin;
  const signal = AbortSignal.timeout(ms);
  let at = url;
  try {
    for (let hops = 0; ; hops++) {
      const response = await tools.fetch(at, { redirect: 'manual', signal, ms, headers: { traceparent: traceparent(traceId, carried), 'user-agent': 'otel-setup' } });
      await drain(response);
      const next = nextOf(response, at);
      if (next === undefined || next.origin !== origin || hops === 5) return { is: 'answered', status: response.status };
      at = next.href;
    }
  } catch (error) {
    return { is: 'failed', says: reasonOf(error) };
  }
}

/**
 * Sends the GET again until it is answered, `ms` is over or `signal` says so: for a server that is only starting.
 * A 502, 503 or 504 is taken for a proxy in front of it. The first tries are short: Docker accepts connections for a
 * container that does not listen yet, and lets them hang.
 */
export async function sendUntilAnswered(tools: Pick<Tools, 'fetch'>, url: string, traceId: string, ms: number, signal?: AbortSignal, carried?: (parentId: string) => void): Promise<Sent> {
  const end = Date.now() + ms;
  for (let patience = 1_000; ; patience = Math.min(10_000, patience * 2)) {
    const sent = await sendOne(tools, url, traceId, Math.max(1, Math.min(patience, end - Date.now())), carried);
    if (sent.is === 'answered' && ![502, 503, 504].includes(sent.status)) return sent;
    if (Date.now() + 250 >= end || signal?.aborted === true) return sent;
    await new Promise((done) => setTimeout(done, 250));
  }
}

function nextOf(response: Response, at: string): URL | undefined {
  const location = response.headers.get('location');
  if (response.status < 300 || response.status > 399 || location === null) return undefined;
  return URL.canParse(location, at) ? new URL(location, at) : undefined;
}

async function drain(response: Response): Promise<void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  let length = 0;
  while (length < 65_536) {
    const { done, value } = await reader.read();
    if (done) return;
    length += value.byteLength;
  }
  await reader.cancel();
}
