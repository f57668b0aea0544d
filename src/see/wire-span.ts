import { attributesOf } from './attributes.ts';
import { checkAttribute } from './otlp-attributes.ts';
import { LONGEST_TEXT, Malformed, shorten, type Budget } from './otlp-limits.ts';
import type { SpanKind, SpanRow } from './span.ts';
import { CUT_OFF, type Cursor } from './wire-cursor.ts';

/** Spans of one resource and scope lie in the same bytes. */
export interface Around {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly service: string;
  readonly scope: string;
}

const KINDS: readonly SpanKind[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
/** Depth of a Span in a request, and of its Status and attributes; otlp-limits.ts counts from 1. */
const SPAN_DEPTH = 4;
/** Field numbers with their wire types. Source: opentelemetry-proto 1.x, trace/v1, Span and Status. */
const [LENGTH, VARINT, BIT64] = [2, 0, 1];
const TRACE_ID = (1 << 3) | LENGTH, SPAN_ID = (2 << 3) | LENGTH, PARENT_ID = (4 << 3) | LENGTH, NAME = (5 << 3) | LENGTH, KIND = (6 << 3) | VARINT, START = (7 << 3) | BIT64, END = (8 << 3) | BIT64, ATTRIBUTE = (9 << 3) | LENGTH, STATUS = (15 << 3) | LENGTH;
const STATUS_MESSAGE = (2 << 3) | LENGTH, STATUS_CODE = (3 << 3) | VARINT;
const ERROR = 2;

/**
 * A span in the bytes that it came in, which live as long as it does: whoever keeps it copies them. Read are the places of
 * its fields; a field is made when it is asked for. That attributes can be read is made sure of once, here.
 */
export class WireSpan implements SpanRow {
  readonly around: Around;
  /** Where the span's tag and length begin, its message, and its end. */
  readonly from: number;
  readonly start: number;
  readonly end: number;
  /** Places of the ids; -1 = there is no valid one. */
  traceAt = -1;
  spanAt = -1;
  parentAt = -1;
  readonly error: boolean;
  #nameAt = 0;
  #nameEnd = 0;
  #kind = 0;
  #startAt = -1;
  #endAt = -1;
  #messageAt = 0;
  #messageEnd = 0;

  /** The span at `start` to `end`. Throws on what is no span. */
  constructor(around: Around, cursor: Cursor, from: number, start: number, end: number, budget: Budget) {
    this.around = around;
    this.from = from;
    this.start = start;
    this.end = end;
    budget.spend(SPAN_DEPTH);
    let code = 0;
    cursor.at = start;
    while (cursor.at < end) {
      const tag = cursor.tag();
      switch (tag) {
        case TRACE_ID: this.traceAt = id(cursor, end, 16); break;
        case SPAN_ID: this.spanAt = id(cursor, end, 8); break;
        case PARENT_ID: this.parentAt = id(cursor, end, 8); break;
        case NAME: {
          this.#nameEnd = cursor.end(end);
          this.#nameAt = cursor.at;
          cursor.at = this.#nameEnd;
          break;
        }
        case KIND: this.#kind = cursor.varint(); break;
        case START: this.#startAt = cursor.at; cursor.at += 8; break;
        case END: this.#endAt = cursor.at; cursor.at += 8; break;
        case ATTRIBUTE: checkAttribute(cursor, cursor.end(end), SPAN_DEPTH + 1, budget); break;
        case STATUS: code = this.#readStatus(cursor, cursor.end(end), code, budget); break;
        default: cursor.skip(tag, end);
      }
    }
    if (cursor.at !== end) throw new Malformed(CUT_OFF);
    this.error = code === ERROR;
  }

  #readStatus(cursor: Cursor, end: number, before: number, budget: Budget): number {
    budget.spend(SPAN_DEPTH + 1);
    let code = before;
    while (cursor.at < end) {
      const tag = cursor.tag();
      if (tag === STATUS_MESSAGE) {
        this.#messageEnd = cursor.end(end);
        this.#messageAt = cursor.at;
        cursor.at = this.#messageEnd;
      } else if (tag === STATUS_CODE) {
        code = cursor.varint();
      } else {
        cursor.skip(tag, end);
      }
    }
    if (cursor.at !== end) throw new Malformed(CUT_OFF);
    return code;
  }

  get valid(): boolean {
    return this.traceAt >= 0 && this.spanAt >= 0;
  }
  get service(): string {
    return this.around.service;
  }
  get scope(): string {
    return this.around.scope;
  }
  get traceId(): string {
    return this.#hex(this.traceAt, 16);
  }
  get spanId(): string {
    return this.#hex(this.spanAt, 8);
  }
  get parentId(): string {
    return this.#hex(this.parentAt, 8);
  }
  get name(): string {
    return this.#text(this.#nameAt, this.#nameEnd);
  }
  get kind(): SpanKind {
    return KINDS[this.#kind] ?? 'unspecified';
  }
  get startNs(): bigint {
    return this.#time(this.#startAt);
  }
  get endNs(): bigint {
    return this.#time(this.#endAt);
  }
  get message(): string {
    return this.#text(this.#messageAt, this.#messageEnd);
  }
  get attributes(): SpanRow['attributes'] {
    return attributesOf(this.bytes);
  }
  /** The span message; a view. */
  get bytes(): Uint8Array {
    return this.around.bytes.subarray(this.start, this.end);
  }
  /** The same with its tag and length in front, as it stands in ScopeSpans. */
  get framed(): Uint8Array {
    return this.around.bytes.subarray(this.from, this.end);
  }
  /** As `view --json` prints it. */
  toJSON(): SpanRow {
    const { traceId, spanId, parentId, service, name, kind, startNs, endNs, error, message, scope, attributes } = this;
    return { traceId, spanId, parentId, service, name, kind, startNs, endNs, error, message, scope, attributes };
  }

  #hex(at: number, length: number): string {
    return at < 0 ? '' : this.around.bytes.toString('hex', at, at + length);
  }
  /** A name of 20 MB would keep 20 MB alive, however little of it is kept: no more is made of it than that. */
  #text(at: number, end: number): string {
    return at === end ? '' : shorten(this.around.bytes.toString('utf8', at, Math.min(end, at + 4 * LONGEST_TEXT)));
  }
  #time(at: number): bigint {
    return at < 0 ? 0n : this.around.view.getBigUint64(at, true);
  }
}

/** Where an id begins; -1 where it has another length, or is all zero. */
function id(cursor: Cursor, outer: number, length: 8 | 16): number {
  const end = cursor.end(outer);
  const start = cursor.at;
  cursor.at = end;
  if (end - start !== length) return -1;
  for (let at = start; at < end; at++) if (cursor.bytes[at] !== 0) return start;
  return -1;
}
