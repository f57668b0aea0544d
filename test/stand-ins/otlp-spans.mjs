// ExportTraceServiceRequest as protobuf or JSON → plain rows, with what husky refuses refused: bytes that are no message,
// fields that JSON does not know. Its own reader, on purpose: the product's must not be tested with itself.

export class Unreadable extends Error {}

/** Fields of one protobuf message: [number, value]; value is a Buffer, or a bigint for varint and fixed64. */
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
    const field = tag >> 3;
    if (field === 0) throw new Unreadable();
    if ((tag & 7) === 0) yield [field, varint()];
    else if ((tag & 7) === 1) yield [field, take(8).readBigUInt64LE()];
    else if ((tag & 7) === 2) yield [field, take(Number(varint()))];
    else if ((tag & 7) === 5) yield [field, BigInt(take(4).readUInt32LE())];
    else throw new Unreadable();
  }
}
const many = (buffer, field) => [...fields(buffer)].filter(([number]) => number === field).map(([, value]) => value);
const one = (buffer, field) => many(buffer, field).at(-1);
const text = (value) => (Buffer.isBuffer(value) ? value.toString() : '');

function attributes(list) {
  return Object.fromEntries(list.map((pair) => {
    const value = one(pair, 2) ?? Buffer.alloc(0);
    const [kind, raw] = [...fields(value)][0] ?? [];
    return [text(one(pair, 1)), kind === 1 ? text(raw) : kind === 2 ? raw === 1n : kind === 3 ? Number(BigInt.asIntN(64, raw)) : kind === 4 ? Number(raw) : null];
  }));
}

function fromProtobuf(body) {
  return many(body, 1).flatMap((group) => {
    const resource = one(group, 1);
    const service = resource === undefined ? undefined : attributes(many(resource, 1))['service.name'];
    return many(group, 2).flatMap((scope) => many(scope, 2).map((span) => ({
      service, name: text(one(span, 5)), traceId: (one(span, 1) ?? Buffer.alloc(0)).toString('hex'), spanId: (one(span, 2) ?? Buffer.alloc(0)).toString('hex'),
      parentId: (one(span, 4) ?? Buffer.alloc(0)).toString('hex'), kind: Number(one(span, 6) ?? 0n), attributes: attributes(many(span, 9)),
    })));
  });
}

const FIELDS = {
  request: ['resourceSpans'],
  group: ['resource', 'scopeSpans', 'schemaUrl'],
  scope: ['scope', 'spans', 'schemaUrl'],
  span: ['traceId', 'spanId', 'traceState', 'parentSpanId', 'flags', 'name', 'kind', 'startTimeUnixNano', 'endTimeUnixNano', 'attributes', 'droppedAttributesCount', 'events', 'droppedEventsCount', 'links', 'droppedLinksCount', 'status'],
};
const camel = (name) => name.replace(/_([a-z])/g, (_all, letter) => letter.toUpperCase());
/** An object with only the fields that its message has; their snake_case names are the same fields. */
function known(object, kind) {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) throw new Unreadable();
  const entries = Object.entries(object).map(([name, value]) => [camel(name), value]);
  if (entries.some(([name]) => !FIELDS[kind].includes(name))) throw new Unreadable();
  return Object.fromEntries(entries);
}
const KINDS = ['SPAN_KIND_UNSPECIFIED', 'SPAN_KIND_INTERNAL', 'SPAN_KIND_SERVER', 'SPAN_KIND_CLIENT', 'SPAN_KIND_PRODUCER', 'SPAN_KIND_CONSUMER'];

const plain = (list) => Object.fromEntries((list ?? []).map(({ key, value }) => [key, Object.values(value ?? {})[0] ?? null]));

function fromJson(body) {
  let parsed;
  try {
    parsed = JSON.parse(body.toString());
  } catch {
    throw new Unreadable();
  }
  return (known(parsed, 'request').resourceSpans ?? []).flatMap((raw) => {
    const group = known(raw, 'group');
    const service = plain(group.resource?.attributes)['service.name'];
    return (group.scopeSpans ?? []).flatMap((scope) => (known(scope, 'scope').spans ?? []).map((each) => {
      const span = known(each, 'span');
      const kind = typeof span.kind === 'string' ? KINDS.indexOf(span.kind) : (span.kind ?? 0);
      return { service, name: span.name ?? '', traceId: span.traceId ?? '', spanId: span.spanId ?? '', parentId: span.parentSpanId ?? '', kind, attributes: plain(span.attributes) };
    }));
  });
}

/** @throws Unreadable */
export const readSpans = (body, isJson) => (isJson ? fromJson(body) : fromProtobuf(body));
