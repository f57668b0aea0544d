import { shorten } from '../otlp-limits.ts';
import { headsOf as headsIn, readSpans, type SpanGroup, type WireSpan } from '../otlp-spans.ts';
import type { TraceSummary } from './api.ts';
import { field, textsOf } from './read-spans.ts';

/** Spans of one resource and scope, as one sender sent them: protobuf, not decoded until somebody looks. */
export interface Chunk {
  readonly service: string;
  readonly resource: Uint8Array;
  readonly scope: Uint8Array;
  /** `spans` fields of ScopeSpans, one after another. */
  readonly spans: Uint8Array;
  readonly count: number;
  /** What it has of the bytes that chunks share. */
  readonly shares: readonly Shared[];
}
/** Bytes that many chunks have in common. They go when the last one goes. */
interface Shared {
  readonly key: string;
  readonly bytes: Uint8Array;
  users: number;
}
export interface KeptTrace {
  readonly id: string;
  readonly chunks: readonly Chunk[];
  readonly spans: number;
  readonly errors: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly services: ReadonlySet<string>;
  readonly root: Root;
  /** Grows with every change in the store. */
  readonly seq: number;
}
interface Root {
  readonly head: Pick<WireSpan, 'parentId' | 'name' | 'startNs'>;
  readonly service: string;
  readonly route: string;
  readonly status: number;
}
type Growing = { -readonly [Key in keyof KeptTrace]: KeptTrace[Key] } & { chunks: Chunk[]; services: Set<string>; readonly ids: Set<string>; bytes: number };

export interface Limits {
  readonly spans: number;
  readonly bytes: number;
}
/** Spans are small: what SDKs send by default has 300 to 900 bytes. */
export const limitsFor = (spans: number): Limits => ({ spans, bytes: spans * 2048 });

/** Spans in one chunk: what is dropped at once of a trace that is too large alone. */
const CHUNK = 512;
const MOST_SERVICES = 20;

/**
 * The traces that are kept for the page. When there are more spans or bytes than `limits`, the traces that have been
 * quiet for longest go first; of a trace that is larger than that alone, its oldest spans.
 */
export class TraceStore {
  readonly limits: Limits;
  readonly #traces = new Map<string, Growing>();
  readonly #shared = new Map<string, Shared>();
  #spans = 0;
  #bytes = 0;
  #seq = 0;
  #evicted = 0;

  constructor(limits: Limits) {
    this.limits = limits;
  }
  get spans(): number {
    return this.#spans;
  }
  get seq(): number {
    return this.#seq;
  }
  get evicted(): number {
    return this.#evicted;
  }
  get size(): number {
    return this.#traces.size;
  }
  get(id: string): KeptTrace | undefined {
    return this.#traces.get(id);
  }
  /** The one that got a span last is last. */
  traces(): Iterable<KeptTrace> {
    return this.#traces.values();
  }

  /** Adds a traces request (protobuf). Gives the ids that changed and those that had to go. A span that came before is left out. Throws Malformed, and then nothing was added. */
  add(request: Uint8Array, groups: readonly SpanGroup[] = readSpans(request).groups): { readonly changed: ReadonlySet<string>; readonly gone: readonly string[] } {
    const changed = new Set<string>();
    for (const group of groups) {
      for (const [id, spans] of byTrace(group.spans)) {
        for (let from = 0; from < spans.length; from += CHUNK) {
          this.#addChunk(id, group, spans.slice(from, from + CHUNK));
          changed.add(id);
        }
      }
    }
    // At the end: a request has its spans in order of services, and no trace should go in the middle of it.
    const gone = this.#trim();
    for (const id of gone) changed.delete(id);
    return { changed, gone };
  }

  #addChunk(id: string, group: SpanGroup, spans: readonly WireSpan[]): void {
    this.#seq++;
    const trace = this.#traces.get(id) ?? { id, chunks: [], spans: 0, errors: 0, startNs: 0n, endNs: 0n, services: new Set(), root: NO_ROOT, seq: 0, ids: new Set(), bytes: 0 };
    // Taken out and put at the end: the map is in order of last arrival.
    this.#traces.delete(id);
    this.#traces.set(id, trace);
    trace.seq = this.#seq;
    const fresh = spans.filter(({ spanId }) => !trace.ids.has(spanId) && trace.ids.add(spanId));
    if (fresh.length === 0) return;
    for (const span of fresh) {
      if (trace.spans === 0 || span.startNs < trace.startNs) trace.startNs = span.startNs;
      if (span.endNs > trace.endNs) trace.endNs = span.endNs;
      if (span.error) trace.errors++;
      trace.spans++;
      if (trace.root === NO_ROOT || isBefore(span, trace.root.head)) trace.root = rootOf(span, group.service);
    }
    trace.services.add(group.service);
    const [resource, scope] = [this.#share(group.resource), this.#share(group.scope)];
    const chunk = { service: group.service, resource: resource.bytes, scope: scope.bytes, shares: [resource, scope], spans: Buffer.concat(fresh.map(({ framed }) => framed)), count: fresh.length };
    trace.chunks.push(chunk);
    trace.bytes += chunk.spans.length;
    this.#spans += fresh.length;
    this.#bytes += chunk.spans.length;
  }

  #trim(): readonly string[] {
    const gone: string[] = [];
    while (this.#spans > this.limits.spans || this.#bytes > this.limits.bytes) {
      const oldest = this.#traces.values().next().value;
      if (oldest === undefined) break;
      if (this.#traces.size > 1) {
        this.#traces.delete(oldest.id);
        for (const { shares } of oldest.chunks) this.#release(shares);
        this.#spans -= oldest.spans;
        this.#bytes -= oldest.bytes;
        this.#evicted++;
        gone.push(oldest.id);
      } else {
        const chunk = oldest.chunks.shift();
        if (chunk === undefined) break;
        for (const head of headsOf(chunk)) {
          oldest.ids.delete(head.spanId);
          if (head.error) oldest.errors--;
        }
        this.#release(chunk.shares);
        oldest.spans -= chunk.count;
        oldest.bytes -= chunk.spans.length;
        this.#spans -= chunk.count;
        this.#bytes -= chunk.spans.length;
      }
    }
    return gone;
  }

  /** Resources and scopes repeat with every request, and cost their bytes once: twice, as they are the key too. */
  #share(bytes: Uint8Array): Shared {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const known = this.#shared.get(key);
    if (known !== undefined) {
      known.users++;
      return known;
    }
    const made = { key, bytes: Uint8Array.from(bytes), users: 1 };
    this.#shared.set(key, made);
    this.#bytes += 2 * bytes.length;
    return made;
  }

  #release(shares: readonly Shared[]): void {
    for (const shared of shares) {
      if (--shared.users > 0) continue;
      this.#shared.delete(shared.key);
      this.#bytes -= 2 * shared.bytes.length;
    }
  }
}

const NO_ROOT: Root = { head: { parentId: '', name: '', startNs: 0n }, service: '', route: '', status: 0 };

/** A span without a parent before one with a parent; then the one that starts first. */
function isBefore(span: Root['head'], root: Root['head']): boolean {
  if ((span.parentId === '') !== (root.parentId === '')) return span.parentId === '';
  return span.startNs < root.startNs;
}

const HTTP = ['http.route', 'url.path', 'http.target', 'http.response.status_code', 'http.status_code'];

function rootOf({ parentId, name, startNs, bytes }: WireSpan, service: string): Root {
  const http = textsOf(bytes, 9, HTTP);
  const [route = ''] = (http.get('http.route') ?? http.get('url.path') ?? http.get('http.target') ?? '').split('?');
  const status = Number(http.get('http.response.status_code') ?? http.get('http.status_code') ?? 0);
  return { head: { parentId, name: cut(name), startNs }, service: cut(service), route: cut(route), status: Number.isInteger(status) ? status : 0 };
}

function byTrace(spans: readonly WireSpan[]): Map<string, WireSpan[]> {
  const groups = new Map<string, WireSpan[]>();
  for (const span of spans) {
    const group = groups.get(span.traceId);
    if (group === undefined) groups.set(span.traceId, [span]);
    else group.push(span);
  }
  return groups;
}

export const headsOf = (chunk: Chunk): readonly WireSpan[] => headsIn(chunk.spans, chunk.service);

/** A trace as an ExportTraceServiceRequest, at most `most` spans of it: what the page, a file and a collector read. */
export function requestOf(trace: KeptTrace, most = Number.POSITIVE_INFINITY): Uint8Array {
  let left = most;
  const groups: Uint8Array[] = [];
  for (const { resource, scope, spans, count } of trace.chunks) {
    if (left <= 0) break;
    const some = count <= left ? spans : Buffer.concat(headsIn(spans).slice(0, left).map(({ framed }) => framed));
    left -= count;
    groups.push(field(1, Buffer.concat([field(1, resource), field(2, Buffer.concat([field(1, scope), some]))])));
  }
  return Buffer.concat(groups);
}

/** A trace's line in the list. */
export function summaryOf({ id, startNs, endNs, spans, errors, services, root }: KeptTrace): TraceSummary {
  const names = [root.service, ...[...services].filter((name) => name !== root.service).map(cut)].slice(0, MOST_SERVICES);
  return { id, at: Number(startNs / 1000n), ns: Math.max(0, Number(endNs - startNs)), spans, errors, services: names, name: root.head.name, route: root.route, status: root.status, rooted: root.head.parentId === '' };
}

/** Names are the sender's choice; a list shows no more of them. */
const cut = (text: string): string => shorten(text, 200);
