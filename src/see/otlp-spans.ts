/**
 * Spans of a traces request (protobuf), read as far as a list of traces needs: where a span begins and ends, its ids, name,
 * times and status. What is only shown on a click stays in the bytes and is read from there; that attributes can be read
 * is made sure of once, here, without making anything of them.
 */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { attributesOf, nameIn, serviceOf } from './attributes.ts';
import { Budget, LONGEST_TEXT, Malformed, MOST_MESSAGES, shorten, tooMany } from './otlp-limits.ts';
import { checkMessage, CUT_OFF, endOf, tagOf } from './otlp-protobuf.ts';
import { attributeTable } from './otlp-schema.ts';
import type { SpanKind, SpanRow } from './span.ts';

export interface SpanGroup {
  readonly service: string;
  /** Bytes of the messages Resource and InstrumentationScope; views into the request. */
  readonly resource: Uint8Array;
  readonly scope: Uint8Array;
  readonly spans: readonly WireSpan[];
}

/** Spans without valid ids are left out and counted. */
export interface Spans {
  readonly groups: readonly SpanGroup[];
  readonly rejected: number;
}

const KINDS: readonly SpanKind[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const NONE = Buffer.alloc(0);
/** Depth of a Span in a request, and of its Status and attributes; otlp-limits.ts counts from 1. */
const SPAN_DEPTH = 4;

/** A span in the bytes that it came in, which live as long as it does: whoever keeps it copies the fields. */
export class WireSpan implements SpanRow {
  traceId = '';
  spanId = '';
  parentId = '';
  readonly service: string;
  name = '';
  kind: SpanKind = 'unspecified';
  startNs = 0n;
  endNs = 0n;
  error = false;
  message = '';
  readonly scope: string;
  readonly #request: Buffer;
  readonly #from: number;
  readonly #start: number;
  readonly #end: number;

  /** The span at `start` to `end` of the request; its tag and length begin at `from`. Throws on what is no span. */
  constructor(request: Buffer, reader: BinaryReader, [from, start, end]: Range, service: string, scope: string, budget: Budget) {
    this.service = service;
    this.scope = scope;
    this.#request = request;
    this.#from = from;
    this.#start = start;
    this.#end = end;
    budget.spend(SPAN_DEPTH);
    reader.pos = start;
    while (reader.pos < end) {
      const tag = tagOf(reader, request);
      switch (tag) {
        case (1 << 3) | WireType.LengthDelimited: this.traceId = id(request, reader, end); break;
        case (2 << 3) | WireType.LengthDelimited: this.spanId = id(request, reader, end); break;
        case (4 << 3) | WireType.LengthDelimited: this.parentId = id(request, reader, end); break;
        case (5 << 3) | WireType.LengthDelimited: this.name = utf8(request, reader, end); break;
        case (6 << 3) | WireType.Varint: this.kind = KINDS[reader.int32()] ?? 'unspecified'; break;
        case (7 << 3) | WireType.Bit64: this.startNs = time(request, reader); break;
        case (8 << 3) | WireType.Bit64: this.endNs = time(request, reader); break;
        case (9 << 3) | WireType.LengthDelimited: checkMessage(attributeTable, reader, request, endOf(reader, end), SPAN_DEPTH + 1, budget); break;
        case (15 << 3) | WireType.LengthDelimited: this.#readStatus(reader, endOf(reader, end), budget); break;
        default: reader.skip(tag & 7, tag >>> 3);
      }
    }
    if (reader.pos !== end) throw new Malformed(CUT_OFF);
    if (!isId(this.parentId, 16)) this.parentId = '';
  }

  #readStatus(reader: BinaryReader, end: number, budget: Budget): void {
    budget.spend(SPAN_DEPTH + 1);
    while (reader.pos < end) {
      const tag = tagOf(reader, this.#request);
      if (tag === ((2 << 3) | WireType.LengthDelimited)) this.message = utf8(this.#request, reader, end);
      else if (tag === ((3 << 3) | WireType.Varint)) this.error = reader.int32() === 2;
      else reader.skip(tag & 7, tag >>> 3);
    }
    if (reader.pos !== end) throw new Malformed(CUT_OFF);
  }

  get valid(): boolean {
    return isId(this.traceId, 32) && isId(this.spanId, 16);
  }
  /** The span message; a view into the request. */
  get bytes(): Uint8Array {
    return this.#request.subarray(this.#start, this.#end);
  }
  /** The same with its tag and length in front, as it stands in ScopeSpans. */
  get framed(): Uint8Array {
    return this.#request.subarray(this.#from, this.#end);
  }
  get attributes(): SpanRow['attributes'] {
    return attributesOf(this.bytes);
  }
  /** As `view --json` prints it. */
  toJSON(): SpanRow {
    return { ...this, attributes: this.attributes };
  }
}

type Range = readonly [from: number, start: number, end: number];

/** Reads a traces request. Throws Malformed on what is none. */
export function readSpans(request: Uint8Array): Spans {
  const [whole, budget] = [bufferOf(request), new Budget()];
  return readable(() => {
    const reader = new BinaryReader(whole);
    const groups: SpanGroup[] = [];
    let rejected = 0;
    budget.spend(1);
    for (const [, start, end] of rangesOf(reader, whole, 0, whole.length)[0]) {
      budget.spend(2);
      // Both may come after the spans that they belong to.
      const [resources, scopes] = rangesOf(reader, whole, start, end);
      const resource = last(whole, resources);
      const service = serviceOf(resource);
      for (const [, from, to] of scopes) {
        const scoped = spansIn(reader, whole, from, to, service, budget);
        const spans = scoped.spans.filter((span) => span.valid);
        rejected += scoped.spans.length - spans.length;
        groups.push({ service, resource, scope: scoped.scope, spans });
      }
    }
    return { groups, rejected };
  });
}

/** The spans among the fields of ScopeSpans. Throws Malformed on what is no such message. */
export function headsOf(scoped: Uint8Array, service = ''): readonly WireSpan[] {
  const whole = bufferOf(scoped);
  return readable(() => spansIn(new BinaryReader(whole), whole, 0, whole.length, service, new Budget()).spans);
}

function spansIn(reader: BinaryReader, whole: Buffer, start: number, end: number, service: string, budget: Budget): { readonly scope: Uint8Array; readonly spans: readonly WireSpan[] } {
  budget.spend(3);
  const [scopes, spans] = rangesOf(reader, whole, start, end);
  const scope = last(whole, scopes);
  const name = nameIn(scope);
  return { scope, spans: spans.map((range) => new WireSpan(whole, reader, range, service, name, budget)) };
}

/** Where the fields 1 and 2 of a message are; in all three messages around a span there is nothing else to be read. */
function rangesOf(reader: BinaryReader, whole: Buffer, start: number, end: number): readonly [readonly Range[], readonly Range[]] {
  const [ones, twos]: [Range[], Range[]] = [[], []];
  reader.pos = start;
  while (reader.pos < end) {
    const from = reader.pos;
    const tag = tagOf(reader, whole);
    if (tag === ((1 << 3) | WireType.LengthDelimited) || tag === ((2 << 3) | WireType.LengthDelimited)) {
      const to = endOf(reader, end);
      if (ones.length + twos.length >= MOST_MESSAGES) throw tooMany();
      (tag >>> 3 === 1 ? ones : twos).push([from, reader.pos, to]);
      reader.pos = to;
    } else {
      reader.skip(tag & 7, tag >>> 3);
    }
  }
  if (reader.pos !== end) throw new Malformed(CUT_OFF);
  return [ones, twos];
}

function readable<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof Malformed) throw error;
    throw new Malformed(CUT_OFF, { cause: error });
  }
}

function last(whole: Buffer, ranges: readonly Range[]): Buffer {
  const [, start, end] = ranges.at(-1) ?? [];
  return start === undefined ? NONE : whole.subarray(start, end);
}

const ZERO = { 16: '0'.repeat(16), 32: '0'.repeat(32) } as const;
export const isId = (text: string, digits: 16 | 32): boolean => text.length === digits && text !== ZERO[digits];

function id(whole: Buffer, reader: BinaryReader, outer: number): string {
  const end = endOf(reader, outer);
  const start = reader.pos;
  reader.pos = end;
  // An id has 8 or 16 bytes; a longer one is not valid, whatever is in it.
  return whole.toString('hex', start, Math.min(end, start + 17));
}

/** A name of 20 MB would keep 20 MB alive, however little of it is kept: no more is made of it than that. */
function utf8(whole: Buffer, reader: BinaryReader, outer: number): string {
  const end = endOf(reader, outer);
  const start = reader.pos;
  reader.pos = end;
  return shorten(whole.toString('utf8', start, Math.min(end, start + 4 * LONGEST_TEXT)));
}

function time(whole: Buffer, reader: BinaryReader): bigint {
  reader.pos += 8;
  return whole.readBigUInt64LE(reader.pos - 8);
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
