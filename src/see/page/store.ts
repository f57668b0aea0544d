import type { SpanGroup } from '../otlp-spans.ts';
import type { WireSpan } from '../wire-span.ts';
import { Chunk, hasId, headsOf, ID, isSameId } from './chunk.ts';
import { Pages } from './pages.ts';
import { Recent, type Ordered } from './recent.ts';
import { Sources, type Source } from './sources.ts';
import type { KeptTrace, Root } from './trace.ts';

/** `ids`: of a trace of many spans. */
interface Growing extends Mutable<KeptTrace>, Ordered<Growing> {
  chunks: Chunk[];
  ids: Set<string> | undefined;
}
type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

export interface Limits {
  readonly spans: number;
  readonly bytes: number;
}
/** Spans are small: what SDKs send by default has 300 to 900 bytes. */
export const limitsFor = (spans: number): Limits => ({ spans, bytes: spans * 2048 });

/** Spans in one chunk: what is dropped at once of a trace that is too large alone. */
const CHUNK = 512;
/** Ids of a smaller trace are looked through one by one: that is as fast, and takes no memory. */
const FEW = 64;

/** Services that are told of one trace. */
const MOST_SERVICES = 100;

/** What came of a request. */
export interface Added {
  readonly changed: ReadonlySet<string>;
  /** Traces that had to go. */
  readonly gone: readonly string[];
  /** Of each group, in order, the spans that did not come before. */
  readonly fresh: readonly (readonly WireSpan[])[];
}

/**
 * The traces that are kept. When there are more spans or bytes than `limits`, the traces that have been quiet for longest go
 * first; of a trace that is larger than that alone, its oldest spans.
 */
export class TraceStore {
  readonly limits: Limits;
  readonly #traces = new Map<string, Growing>();
  readonly #recent = new Recent<Growing>();
  readonly #sources = new Sources();
  readonly #pages = new Pages();
  #spans = 0;
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
    return this.#recent;
  }

  /** Adds the spans of a request. A span that came before is left out. */
  add(groups: readonly SpanGroup[]): Added {
    const changed = new Set<string>();
    const fresh = groups.map((group) => {
      const parts: (readonly WireSpan[])[] = [];
      for (const [id, spans] of byTrace(group.spans)) {
        for (let from = 0; from < spans.length; from += CHUNK) parts.push(this.#addChunk(id, group, spans.length <= CHUNK ? spans : spans.slice(from, from + CHUNK)));
        changed.add(id);
      }
      return parts.reduce((sum, part) => sum + part.length, 0) === group.spans.length ? group.spans : parts.flat();
    });
    // At the end: a request has its spans in order of services, and no trace should go in the middle of it.
    const gone = this.#trim();
    for (const id of gone) changed.delete(id);
    if (this.#pages.sparse) for (const { chunks } of this.#recent) for (const chunk of chunks) this.#pages.move(chunk);
    return { changed, gone, fresh };
  }

  /** Gives those that did not come before. */
  #addChunk(id: string, group: SpanGroup, spans: readonly WireSpan[]): readonly WireSpan[] {
    this.#seq++;
    const known = this.#traces.get(id);
    const trace: Growing = known ?? { id, chunks: [], spans: 0, errors: 0, startNs: 0n, endNs: 0n, services: NONE, root: NO_ROOT, seq: 0, ids: undefined, older: undefined, newer: undefined };
    if (known === undefined) this.#traces.set(id, trace);
    else this.#recent.remove(trace);
    this.#recent.add(trace);
    trace.seq = this.#seq;
    const fresh = unknownOf(trace, spans);
    if (fresh.length === 0) return fresh;
    const chunk = this.#keep(this.#sources.take(group), fresh);
    let at = 0;
    for (const span of fresh) {
      const { startNs, endNs } = span;
      if (trace.spans === 0 || startNs < trace.startNs) trace.startNs = startNs;
      if (endNs > trace.endNs) trace.endNs = endNs;
      if (span.error) trace.errors++;
      trace.spans++;
      const rooted = span.parentAt < 0;
      if (trace.root === NO_ROOT || (rooted === trace.root.rooted ? startNs < trace.root.startNs : rooted)) trace.root = { chunk, at, rooted, startNs };
      at += span.end - span.from;
    }
    if (trace.spans === fresh.length) trace.services = chunk.source.of.services;
    else if (trace.services.length < MOST_SERVICES && !trace.services.includes(group.service)) trace.services = [...trace.services, group.service];
    trace.chunks.push(chunk);
    this.#spans += fresh.length;
    return fresh;
  }

  #keep(source: Source, spans: readonly WireSpan[]): Chunk {
    const piece = this.#pages.take(spans.reduce((sum, { from, end }) => sum + ID + end - from, 0));
    const to = piece.page.bytes;
    let [idAt, at] = [piece.at, piece.at + ID * spans.length];
    // Spans that lie one behind the other are copied together.
    let [bytes, copyFrom, copyTo] = [to, 0, 0];
    for (const { around, spanAt, from, end } of spans) {
      for (let index = 0; index < ID; index++) to[idAt++] = around.bytes[spanAt + index] ?? 0;
      if (from !== copyTo || around.bytes !== bytes) {
        if (copyTo > copyFrom) at += bytes.copy(to, at, copyFrom, copyTo);
        [bytes, copyFrom] = [around.bytes, from];
      }
      copyTo = end;
    }
    bytes.copy(to, at, copyFrom, copyTo);
    return new Chunk(source, piece, spans.length);
  }

  #trim(): readonly string[] {
    const gone: string[] = [];
    while (this.#spans > this.limits.spans || this.#sources.bytes + this.#pages.live > this.limits.bytes) {
      const { oldest } = this.#recent;
      if (oldest === undefined) break;
      if (this.#traces.size > 1) {
        this.#traces.delete(oldest.id);
        this.#recent.remove(oldest);
        for (const chunk of oldest.chunks) this.#release(chunk);
        this.#evicted++;
        gone.push(oldest.id);
      } else {
        const chunk = oldest.chunks.shift();
        if (chunk === undefined) break;
        for (const head of headsOf(chunk)) {
          oldest.ids?.delete(head.spanId);
          if (head.error) oldest.errors--;
        }
        oldest.spans -= chunk.count;
        this.#release(chunk);
      }
    }
    return gone;
  }

  #release(chunk: Chunk): void {
    this.#spans -= chunk.count;
    this.#pages.give(chunk);
    this.#sources.release(chunk.source);
  }
}

const NONE: readonly string[] = [];
const NO_ROOT: Root = { chunk: undefined, at: 0, rooted: false, startNs: 0n };

/** Those whose ids are not in the trace yet, each once. */
function unknownOf(trace: Growing, spans: readonly WireSpan[]): readonly WireSpan[] {
  if (trace.ids === undefined && trace.spans + spans.length <= FEW) {
    const fresh: WireSpan[] = [];
    for (const span of spans) if (!fresh.some((one) => isSameId(one.around.bytes, one.spanAt, span)) && !trace.chunks.some((chunk) => hasId(chunk, span))) fresh.push(span);
    return fresh;
  }
  const ids = (trace.ids ??= new Set(trace.chunks.flatMap((chunk) => headsOf(chunk).map(({ spanId }) => spanId))));
  return spans.filter(({ spanId }) => !ids.has(spanId) && ids.add(spanId));
}

/** Spans of a trace mostly come one after another: then its id is read once. */
function byTrace(spans: readonly WireSpan[]): Map<string, WireSpan[]> {
  const groups = new Map<string, WireSpan[]>();
  let [last, group]: [WireSpan | undefined, WireSpan[]] = [undefined, []];
  for (const span of spans) {
    if (last === undefined || !isSameTrace(last, span)) {
      const { traceId } = span;
      const known = groups.get(traceId);
      group = known ?? [];
      if (known === undefined) groups.set(traceId, group);
    }
    group.push(span);
    last = span;
  }
  return groups;
}

function isSameTrace(one: WireSpan, other: WireSpan): boolean {
  for (let index = 15; index >= 0; index--) if (one.around.bytes[one.traceAt + index] !== other.around.bytes[other.traceAt + index]) return false;
  return true;
}
