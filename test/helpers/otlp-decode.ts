import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/**
 * Reads OTLP trace exports, protobuf and JSON, for tests. Written apart from src/see on purpose: two readers that agree.
 * Field numbers: opentelemetry-proto, trace/v1/trace.proto and common/v1/common.proto.
 */
export interface SeenSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** '' for a root span. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified';
  readonly scope: string;
  readonly attributes: Readonly<Record<string, Value>>;
}
export type Value = string | number | boolean;

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const UNNAMED = 'unknown_service';

/** The spans of one export request. Throws on a body that is not OTLP. */
export function decodeExport(body: Uint8Array, contentType: string): SeenSpan[] {
  if (contentType.startsWith('application/x-protobuf')) return fromProtobuf(body);
  if (contentType.startsWith('application/json')) return fromJson(JSON.parse(new TextDecoder().decode(body)));
  throw new Error(`not an OTLP content type: ${contentType}`);
}

// ── protobuf ────────────────────────────────────────────────────────────────

type Fields = ReadonlyMap<number, readonly (Uint8Array | bigint)[]>;

/** All fields of one message, by number: bytes for length-delimited ones, whole numbers for the others. */
function fieldsOf(message: Uint8Array): Fields {
  const reader = new BinaryReader(message);
  const fields = new Map<number, (Uint8Array | bigint)[]>();
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    const found = readField(reader, wire);
    if (found === undefined) reader.skip(wire, number);
    else fields.set(number, [...(fields.get(number) ?? []), found]);
  }
  return fields;
}

function readField(reader: BinaryReader, wire: WireType): Uint8Array | bigint | undefined {
  if (wire === WireType.LengthDelimited) return reader.bytes();
  if (wire === WireType.Varint) return BigInt(reader.int64());
  if (wire === WireType.Bit64) return BigInt(reader.fixed64());
  return undefined;
}

const messages = (fields: Fields, number: number): Uint8Array[] => (fields.get(number) ?? []).filter((value) => value instanceof Uint8Array);
const first = (fields: Fields, number: number): Uint8Array => messages(fields, number)[0] ?? new Uint8Array();
const text = (fields: Fields, number: number): string => new TextDecoder().decode(first(fields, number));
const hex = (fields: Fields, number: number): string => Buffer.from(first(fields, number)).toString('hex');
const whole = (fields: Fields, number: number): number => Number((fields.get(number) ?? [0n]).find((value) => typeof value === 'bigint') ?? 0n);

function fromProtobuf(body: Uint8Array): SeenSpan[] {
  return messages(fieldsOf(body), 1).flatMap((bytes) => {
    const resourceSpans = fieldsOf(bytes);
    const service = attributesOf(fieldsOf(first(resourceSpans, 1)), 1)['service.name'];
    return messages(resourceSpans, 2).flatMap((scopeBytes) => {
      const scopeSpans = fieldsOf(scopeBytes);
      const scope = text(fieldsOf(first(scopeSpans, 1)), 1);
      return messages(scopeSpans, 2).map((spanBytes) => spanOf(fieldsOf(spanBytes), String(service ?? UNNAMED), scope));
    });
  });
}

function spanOf(span: Fields, service: string, scope: string): SeenSpan {
  return {
    service,
    scope,
    traceId: hex(span, 1),
    spanId: hex(span, 2),
    parentSpanId: hex(span, 4),
    name: text(span, 5),
    kind: KINDS[whole(span, 6)] ?? 'unspecified',
    attributes: attributesOf(span, 9),
  };
}

function attributesOf(message: Fields, number: number): Record<string, Value> {
  const entries = messages(message, number).map((bytes): [string, Value] => {
    const pair = fieldsOf(bytes);
    return [text(pair, 1), valueOf(fieldsOf(first(pair, 2)))];
  });
  return Object.fromEntries(entries);
}

/** AnyValue: 1 string, 2 bool, 3 int, 4 double; lists and maps are only named. */
function valueOf(any: Fields): Value {
  if (any.has(1)) return text(any, 1);
  if (any.has(2)) return whole(any, 2) === 1;
  if (any.has(3)) return whole(any, 3);
  if (any.has(4)) return doubleOf(any);
  return any.has(5) ? '[list]' : '[other]';
}

function doubleOf(any: Fields): number {
  const bits = new DataView(new ArrayBuffer(8));
  const value = any.get(4)?.[0];
  bits.setBigUint64(0, typeof value === 'bigint' ? value : 0n);
  return bits.getFloat64(0);
}

// ── JSON ────────────────────────────────────────────────────────────────────

interface JsonAttribute {
  readonly key: string;
  readonly value?: { readonly stringValue?: string; readonly boolValue?: boolean; readonly intValue?: string | number; readonly doubleValue?: number };
}
interface JsonSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly attributes?: readonly JsonAttribute[];
}
interface JsonExport {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly JsonAttribute[] };
    readonly scopeSpans?: readonly { readonly scope?: { readonly name?: string }; readonly spans?: readonly JsonSpan[] }[];
  }[];
}

function fromJson(body: JsonExport): SeenSpan[] {
  return (body.resourceSpans ?? []).flatMap((resourceSpans) => {
    const service = jsonAttributes(resourceSpans.resource?.attributes)['service.name'];
    return (resourceSpans.scopeSpans ?? []).flatMap((scopeSpans) =>
      (scopeSpans.spans ?? []).map((span): SeenSpan => ({
        service: String(service ?? UNNAMED),
        scope: scopeSpans.scope?.name ?? '',
        traceId: span.traceId.toLowerCase(),
        spanId: span.spanId.toLowerCase(),
        parentSpanId: (span.parentSpanId ?? '').toLowerCase(),
        name: span.name ?? '',
        kind: KINDS[span.kind ?? 0] ?? 'unspecified',
        attributes: jsonAttributes(span.attributes),
      })),
    );
  });
}

function jsonAttributes(list: readonly JsonAttribute[] | undefined): Record<string, Value> {
  return Object.fromEntries(
    (list ?? []).map(({ key, value }): [string, Value] => [
      key,
      value?.stringValue ?? value?.boolValue ?? value?.doubleValue ?? (value?.intValue === undefined ? '[other]' : Number(value.intValue)),
    ]),
  );
}
