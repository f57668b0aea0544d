import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { anyValue, keyValue } from '../otlp-messages.ts';
import { toJson } from '../otlp-transcode.ts';
import { valueText } from './value-text.ts';

/** The head of a span; its attributes, events and links stay in `bytes` until somebody looks. */
export interface SpanHead {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  /** Number of the OTLP enum: 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly error: boolean;
  /** The whole span message; a view into the request. */
  readonly bytes: Uint8Array;
  /** The same with its tag and length in front, as it stands in ScopeSpans. */
  readonly framed: Uint8Array;
}
export interface SpanGroup {
  readonly service: string;
  /** Bytes of the messages Resource and InstrumentationScope; views into the request. */
  readonly resource: Uint8Array;
  readonly scope: Uint8Array;
  readonly spans: readonly SpanHead[];
}

/**
 * Reads a traces request (protobuf) no further than a list of traces needs. Spans without valid ids are left out.
 * Throws on what is no such message; decode.ts has judged it before.
 */
export function readSpans(request: Uint8Array): readonly SpanGroup[] {
  return fieldsOf(request, 1).flatMap((group) => {
    const resource = fieldsOf(group, 1).at(-1) ?? NONE;
    const service = serviceOf(resource);
    return fieldsOf(group, 2).map((scoped) => ({
      service,
      resource,
      scope: fieldsOf(scoped, 1).at(-1) ?? NONE,
      spans: headsOf(scoped).filter(({ traceId, spanId }) => isId(traceId, 32) && isId(spanId, 16)),
    }));
  });
}

const NONE = new Uint8Array();
const isId = (id: string, digits: 16 | 32): boolean => id.length === digits && id !== ZERO[digits];
const ZERO = { 16: '0'.repeat(16), 32: '0'.repeat(32) } as const;

/** The length-delimited fields of that number, as views. */
export function fieldsOf(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new BinaryReader(bytes);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (number === wanted && wire === WireType.LengthDelimited) found.push(reader.bytes());
    else reader.skip(wire, number);
  }
  return found;
}

/** The spans among the fields of ScopeSpans. */
export function headsOf(scoped: Uint8Array): SpanHead[] {
  const reader = new BinaryReader(scoped);
  const heads: SpanHead[] = [];
  while (reader.pos < reader.len) {
    const from = reader.pos;
    const [number, wire] = reader.tag();
    if (number === 2 && wire === WireType.LengthDelimited) {
      const bytes = reader.bytes();
      heads.push(headOf(bytes, scoped.subarray(from, reader.pos)));
    } else {
      reader.skip(wire, number);
    }
  }
  return heads;
}

/** A field of that number around these bytes: what `fieldsOf` takes apart. */
export const field = (number: number, bytes: Uint8Array): Uint8Array => new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(bytes).finish();

/** `service.name` of a Resource message, as decode.ts reads it. */
export function serviceOf(resource: Uint8Array): string {
  return (textsOf(resource, 1, ['service.name']).get('service.name') ?? '').trim() || 'unknown_service';
}

/** What work gives; undefined where a sender's bytes are not what they should be: one bad attribute must not hide the others. */
export function orNothing<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** The attributes of these names in a message that has them in field `number`, as text; the first of a name counts. */
export function textsOf(bytes: Uint8Array, number: number, names: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pair of fieldsOf(bytes, number)) {
    const key = orNothing(() => bufferOf(fieldsOf(pair, 1).at(-1) ?? NONE).toString('utf8'));
    if (key === undefined || !names.includes(key) || found.has(key)) continue;
    const text = orNothing(() => valueText(toJson(anyValue, fieldsOf(pair, 2).at(-1) ?? NONE)));
    if (text !== undefined) found.set(key, text);
  }
  return found;
}

/** All attributes of a message that has them in field `number`, as texts. */
export const pairsOf = (bytes: Uint8Array, number: number): readonly (readonly [string, string])[] =>
  fieldsOf(bytes, number).flatMap((pair) => {
    const { key, value } = orNothing(() => toJson(keyValue, pair)) ?? {};
    return typeof key === 'string' ? [[key, valueText(value)] as const] : [];
  });

function headOf(bytes: Uint8Array, framed: Uint8Array): SpanHead {
  const reader = new BinaryReader(bytes);
  let [traceId, spanId, parentId, name, kind, startNs, endNs, error] = ['', '', '', '', 0, 0n, 0n, false];
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (number === 1 && wire === WireType.LengthDelimited) traceId = hex(reader.bytes());
    else if (number === 2 && wire === WireType.LengthDelimited) spanId = hex(reader.bytes());
    else if (number === 4 && wire === WireType.LengthDelimited) parentId = hex(reader.bytes());
    else if (number === 5 && wire === WireType.LengthDelimited) name = reader.string();
    else if (number === 6 && wire === WireType.Varint) kind = reader.int32();
    else if (number === 7 && wire === WireType.Bit64) startNs = BigInt(reader.fixed64());
    else if (number === 8 && wire === WireType.Bit64) endNs = BigInt(reader.fixed64());
    else if (number === 15 && wire === WireType.LengthDelimited) error = isError(reader.bytes());
    else reader.skip(wire, number);
  }
  return { traceId, spanId, parentId: isId(parentId, 16) ? parentId : '', name, kind, startNs, endNs, error, bytes, framed };
}

function isError(status: Uint8Array): boolean {
  const reader = new BinaryReader(status);
  let code = 0;
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (number === 3 && wire === WireType.Varint) code = reader.int32();
    else reader.skip(wire, number);
  }
  return code === 2;
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const hex = (bytes: Uint8Array): string => bufferOf(bytes.subarray(0, 64)).toString('hex');
