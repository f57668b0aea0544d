import { headsOf as headsIn } from '../otlp-spans.ts';
import type { WireSpan } from '../wire-span.ts';
import { bytesOf, type Piece } from './pages.ts';
import type { Source } from './sources.ts';

/** Bytes of a span's id. */
export const ID = 8;

/**
 * Spans of one trace, resource and scope, as one sender sent them: protobuf, not decoded until somebody looks. A piece of the
 * pages: ids of the spans, 8 bytes each; then `spans` fields of ScopeSpans, one after another.
 */
export class Chunk implements Piece {
  readonly source: Source;
  readonly count: number;
  page: Piece['page'];
  at: number;
  readonly length: number;
  constructor(source: Source, { page, at, length }: Piece, count: number) {
    this.source = source;
    this.count = count;
    this.page = page;
    this.at = at;
    this.length = length;
  }
  get service(): string {
    return this.source.of.service;
  }
  get resource(): Uint8Array {
    return this.source.of.bytes;
  }
  get scope(): Uint8Array {
    return this.source.scope;
  }
  /** A view, good until the store changes. */
  get spans(): Uint8Array {
    return bytesOf(this).subarray(ID * this.count);
  }
}

export const headsOf = (chunk: Chunk): readonly WireSpan[] => headsIn(chunk.spans, chunk.service);

/** Whether a span with this one's id is in it. */
export function hasId({ page, at, count }: Chunk, span: WireSpan): boolean {
  for (let index = 0; index < count; index++) if (isSameId(page.bytes, at + ID * index, span)) return true;
  return false;
}

export function isSameId(bytes: Buffer, at: number, { around, spanAt }: WireSpan): boolean {
  for (let index = 0; index < ID; index++) if (bytes[at + index] !== around.bytes[spanAt + index]) return false;
  return true;
}
