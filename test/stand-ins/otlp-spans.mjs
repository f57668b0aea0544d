// ExportTraceServiceRequest as protobuf or JSON → plain rows, with what husky refuses refused (test/e2e/honeycomb-contract.test.ts
// holds it to that): bytes that are no message, fields and values that JSON does not know. Its own reader, on purpose: the
// product's must not be tested with itself.

export class Unreadable extends Error {}

const KINDS = ['SPAN_KIND_UNSPECIFIED', 'SPAN_KIND_INTERNAL', 'SPAN_KIND_SERVER', 'SPAN_KIND_CLIENT', 'SPAN_KIND_PRODUCER', 'SPAN_KIND_CONSUMER'];
const CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];

// Messages of opentelemetry-proto (trace/v1, common/v1, resource/v1): name → [number, type]. A type is the name of a scalar,
// the names of an enum, or another message's; [type] is a list of it.
const attributes = (number) => ({ attributes: [number, ['KeyValue']], droppedAttributesCount: [number + 1, 'uint32'] });
const MESSAGES = {
  Request: { resourceSpans: [1, ['ResourceSpans']] },
  ResourceSpans: { resource: [1, 'Resource'], scopeSpans: [2, ['ScopeSpans']], schemaUrl: [3, 'string'] },
  Resource: { ...attributes(1), entityRefs: [3, ['EntityRef']] },
  EntityRef: { schemaUrl: [1, 'string'], type: [2, 'string'], idKeys: [3, ['string']], descriptionKeys: [4, ['string']] },
  ScopeSpans: { scope: [1, 'Scope'], spans: [2, ['Span']], schemaUrl: [3, 'string'] },
  Scope: { name: [1, 'string'], version: [2, 'string'], ...attributes(3) },
  Span: {
    traceId: [1, 'bytes'], spanId: [2, 'bytes'], traceState: [3, 'string'], parentSpanId: [4, 'bytes'], flags: [16, 'fixed32'], name: [5, 'string'], kind: [6, { names: KINDS }],
    startTimeUnixNano: [7, 'fixed64'], endTimeUnixNano: [8, 'fixed64'], ...attributes(9), events: [11, ['Event']], droppedEventsCount: [12, 'uint32'], links: [13, ['Link']], droppedLinksCount: [14, 'uint32'], status: [15, 'Status'],
  },
  Event: { timeUnixNano: [1, 'fixed64'], name: [2, 'string'], ...attributes(3) },
  Link: { traceId: [1, 'bytes'], spanId: [2, 'bytes'], traceState: [3, 'string'], ...attributes(4), flags: [6, 'fixed32'] },
  Status: { message: [2, 'string'], code: [3, { names: CODES }] },
  KeyValue: { key: [1, 'string'], value: [2, 'AnyValue'] },
  AnyValue: { stringValue: [1, 'string'], boolValue: [2, 'bool'], intValue: [3, 'int64'], doubleValue: [4, 'double'], arrayValue: [5, 'ArrayValue'], kvlistValue: [6, 'KeyValueList'], bytesValue: [7, 'bytes'] },
  ArrayValue: { values: [1, ['AnyValue']] },
  KeyValueList: { values: [1, ['KeyValue']] },
};

const textOf = (bytes) => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Unreadable();
  }
};

// ── protobuf ────────────────────────────────────────────────────────────────

/** Fields of one protobuf message: [number, wire type, value]; value is a Buffer, or a bigint for a varint. */
function* fields(buffer) {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= buffer.length) throw new Unreadable();
      const byte = buffer[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Unreadable();
  };
  const take = (n) => {
    if (at + n > buffer.length) throw new Unreadable();
    return buffer.subarray(at, (at += n));
  };
  while (at < buffer.length) {
    const tag = Number(varint());
    const [number, wire] = [tag >> 3, tag & 7];
    if (number === 0) throw new Unreadable();
    if (wire === 0) yield [number, wire, varint()];
    else if (wire === 1) yield [number, wire, take(8)];
    else if (wire === 2) yield [number, wire, take(Number(varint()))];
    else if (wire === 5) yield [number, wire, take(4)];
    else throw new Unreadable();
  }
}

/** Scalar → its wire type and how it is read. */
const WIRE = {
  string: [2, textOf], bytes: [2, (raw) => raw], bool: [0, (raw) => raw !== 0n], uint32: [0, (raw) => raw], int64: [0, (raw) => BigInt.asIntN(64, raw)], enum: [0, (raw) => Number(BigInt.asIntN(32, raw))],
  fixed32: [5, (raw) => BigInt(raw.readUInt32LE())], fixed64: [1, (raw) => raw.readBigUInt64LE()], double: [1, (raw) => raw.readDoubleLE()],
};

function fromProtobuf(name, bytes) {
  const members = Object.entries(MESSAGES[name]);
  const message = {};
  for (const [number, wire, raw] of fields(bytes)) {
    const [field, [, type]] = members.find(([, [one]]) => one === number) ?? [undefined, []];
    if (field === undefined) continue;
    const item = Array.isArray(type) ? type[0] : type;
    const [expected, read] = item in MESSAGES ? [2, (inner) => fromProtobuf(item, inner)] : WIRE[typeof item === 'string' ? item : 'enum'];
    if (wire !== expected) continue; // as a field that is not known
    const value = read(raw);
    message[field] = Array.isArray(type) ? [...(message[field] ?? []), value] : value;
  }
  return message;
}

// ── JSON, as protobuf's own mapping reads it ────────────────────────────────

const camel = (name) => name.replace(/_([a-z])/g, (_all, letter) => letter.toUpperCase());
const isInteger = (value) => (typeof value === 'number' ? Number.isInteger(value) : typeof value === 'string' && /^-?\d+$/.test(value));

/** protobuf's mapping has `bytes` in base64, of either alphabet: an id in hex is read as that too, and told by its length later. */
function fromBase64(text) {
  const bare = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(bare) || bare.length % 4 === 1) throw new Unreadable();
  return Buffer.from(bare, 'base64');
}
function scalar(type, value) {
  if (typeof type !== 'string' && typeof value === 'string') {
    if (!type.names.includes(value)) throw new Unreadable();
    return type.names.indexOf(value);
  }
  const fits = { string: typeof value === 'string', bytes: typeof value === 'string', bool: typeof value === 'boolean', double: typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) };
  if (!(fits[type] ?? isInteger(value))) throw new Unreadable();
  if (type === 'string' || type === 'bool') return value;
  if (type === 'bytes') return fromBase64(value);
  return type === 'double' || typeof type !== 'string' ? Number(value) : BigInt(value);
}
function fromJson(name, object) {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) throw new Unreadable();
  const message = {};
  for (const [written, value] of Object.entries(object)) {
    const field = camel(written);
    if (!Object.hasOwn(MESSAGES[name], field)) throw new Unreadable();
    if (value === null) continue;
    const [, type] = MESSAGES[name][field];
    const read = (item, each) => (item in MESSAGES ? fromJson(item, each) : scalar(item, each));
    if (Array.isArray(type) !== Array.isArray(value)) throw new Unreadable();
    message[field] = Array.isArray(type) ? value.map((each) => read(type[0], each)) : read(type, value);
  }
  if (name === 'AnyValue' && Object.keys(message).length > 1) throw new Unreadable();
  return message;
}
function parsed(body) {
  try {
    return JSON.parse(textOf(body));
  } catch {
    throw new Unreadable();
  }
}

// ── As Honeycomb keeps it ───────────────────────────────────────────────────

/** 24 and 12 bytes are ids that were written in hex and read as base64. A trace id of 64 bits loses its padding. */
const traceIdOf = (id) => (id.length === 24 ? id.toString('base64') : (id.length === 16 && id.subarray(0, 8).every((byte) => byte === 0) ? id.subarray(8) : id).toString('hex'));
const spanIdOf = (id) => id.toString(id.length === 12 ? 'base64' : 'hex');

const whole = (value) => (typeof value === 'bigint' ? Number(value) : value);
/** A value inside a list, for its JSON. */
function plain({ arrayValue, kvlistValue, bytesValue, ...simple }) {
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(plain);
  if (kvlistValue !== undefined) return Object.fromEntries((kvlistValue.values ?? []).map(({ key = '', value = {} }) => [key, plain(value)]));
  return bytesValue === undefined ? whole(Object.values(simple)[0] ?? null) : bytesValue.toString('base64');
}
const DEEPEST = 5;
/** Maps become a field for each of their members, lists and bytes JSON with a line end; what has no name or value is left out. */
function flat(list, depth = 0, before = '') {
  return (list ?? []).flatMap(({ key = '', value = {} }) => {
    const name = before + key;
    const [kind] = Object.keys(value);
    if (kind === undefined || name === '') return [];
    if (kind === 'kvlistValue' && depth < DEEPEST) return flat(value.kvlistValue.values, depth + 1, `${name}.`);
    return [[name, ['arrayValue', 'kvlistValue', 'bytesValue'].includes(kind) ? `${JSON.stringify(plain(value))}\n` : whole(value[kind])]];
  });
}

const NONE = Buffer.alloc(0);
function rowOf(service, span) {
  const { name = '', traceId = NONE, spanId = NONE, parentSpanId = NONE, kind = 0, startTimeUnixNano = 0n, endTimeUnixNano = 0n } = span;
  return {
    service, name, traceId: traceIdOf(traceId), spanId: spanIdOf(spanId), parentId: spanIdOf(parentSpanId), kind, startNs: String(startTimeUnixNano), durationMs: Number(BigInt.asUintN(64, endTimeUnixNano - startTimeUnixNano)) / 1e6,
    error: span.status?.code === 2, attributes: Object.fromEntries(flat(span.attributes)),
  };
}

/** @throws Unreadable */
export function readSpans(body, isJson) {
  const request = isJson ? fromJson('Request', parsed(body)) : fromProtobuf('Request', body);
  return (request.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) => {
    const service = Object.fromEntries(flat(resource?.attributes))['service.name'];
    return scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => rowOf(service, span)));
  });
}
