/** A trace as it is kept, and as it is given away: its line in the list, its spans as a request. */
import { shorten } from '../otlp-limits.ts';
import { headAt, headsOf } from '../otlp-spans.ts';
import type { TraceSummary } from './api.ts';
import type { Chunk } from './chunk.ts';
import { field, textsOf } from './read-spans.ts';

export interface KeptTrace {
  readonly id: string;
  readonly chunks: readonly Chunk[];
  readonly spans: number;
  readonly errors: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly services: readonly string[];
  readonly root: Root;
  /** Grows with every change in the store. */
  readonly seq: number;
}
/** Where the root is among the spans of a chunk, and what decides which span it is. */
export interface Root {
  readonly chunk: Chunk | undefined;
  readonly at: number;
  readonly rooted: boolean;
  readonly startNs: bigint;
}

const MOST_SERVICES = 20;

/** A trace as an ExportTraceServiceRequest, at most `most` spans of it: what the page, a file and a collector read. */
export function requestOf(trace: KeptTrace, most = Number.POSITIVE_INFINITY): Uint8Array {
  let left = most;
  const groups: Uint8Array[] = [];
  for (const { resource, scope, spans, count } of trace.chunks) {
    if (left <= 0) break;
    const some = count <= left ? spans : Buffer.concat(headsOf(spans).slice(0, left).map(({ framed }) => framed));
    left -= count;
    groups.push(field(1, Buffer.concat([field(1, resource), field(2, Buffer.concat([field(1, scope), some]))])));
  }
  return Buffer.concat(groups);
}

const HTTP = ['http.route', 'url.path', 'http.target', 'http.response.status_code', 'http.status_code'];

/** A trace's line in the list. */
export function summaryOf({ id, startNs, endNs, spans, errors, services, root }: KeptTrace): TraceSummary {
  const head = root.chunk === undefined ? undefined : headAt(root.chunk.spans, root.at, root.chunk.service);
  const service = cut(head?.service ?? '');
  const http = head === undefined ? new Map<string, string>() : textsOf(head.bytes, 9, HTTP);
  const [route = ''] = (http.get('http.route') ?? http.get('url.path') ?? http.get('http.target') ?? '').split('?');
  const status = Number(http.get('http.response.status_code') ?? http.get('http.status_code') ?? 0);
  return {
    id,
    at: Number(startNs / 1000n),
    ns: Math.max(0, Number(endNs - startNs)),
    spans,
    errors,
    services: [service, ...services.map(cut).filter((name) => name !== service)].slice(0, MOST_SERVICES),
    name: cut(head?.name ?? ''),
    route: cut(route),
    status: Number.isInteger(status) ? status : 0,
    rooted: root.rooted,
  };
}

/** Names are the sender's choice; a list shows no more of them. */
const cut = (text: string): string => shorten(text, 200);
