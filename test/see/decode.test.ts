import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, encodingOf, spansOf, type Encoding } from '../../src/see/decode.ts';
import type { Count, Signal, SpanRow } from '../../src/see/span.ts';
import type { Refusal } from '../../src/types.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
interface DecodedSpans {
  readonly spans: readonly SpanRow[];
  readonly rejected: number;
  readonly why: string;
}
/** As plain data: spans lie in the bytes that they came in. */
function decodeTraces(body: Uint8Array, encoding: Encoding): DecodedSpans | Refusal {
  const decoded = decode('traces', body, encoding);
  if ('refused' in decoded || decoded.signal !== 'traces') return 'refused' in decoded ? decoded : expect.unreachable();
  const { rejected, why } = decoded;
  return { spans: spansOf(decoded).map(({ traceId, spanId, parentId, service, name, kind, startNs, endNs, error, message, scope, attributes }) => ({ traceId, spanId, parentId, service, name, kind, startNs, endNs, error, message, scope, attributes })), rejected, why };
}
const count = (signal: Exclude<Signal, 'traces'>) => (body: Uint8Array, encoding: Encoding): readonly Count[] | Refusal => {
  const decoded = decode(signal, body, encoding);
  if ('refused' in decoded || decoded.signal === 'traces') return 'refused' in decoded ? decoded : expect.unreachable();
  return decoded.counts;
};
const [countMetrics, countLogs] = [count('metrics'), count('logs')];
function good(result: DecodedSpans | Refusal): DecodedSpans {
  if ('refused' in result) throw new Error(result.refused);
  return result;
}
const hex = (digits: number) => fc.stringMatching(new RegExp(`^[1-9a-f][0-9a-f]{${digits - 1}}$`));
const ID = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const request = (span: object, resource: object = {}): Buffer => json({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'lib' }, spans: [span] }] }] });

describe('bodies of real exporters', () => {
  it.each([['python-traces.bin', fixture('python-traces.bin')], ['python-traces.gz', gunzipSync(fixture('python-traces.gz'))]])('%s', (_name, body) => {
    const { spans, rejected } = good(decodeTraces(body, 'protobuf'));
    expect(rejected).toBe(0);
    const [client, failed, server] = spans;
    expect(spans.map(({ service, name, kind, error, message }) => ({ service, name, kind, error, message }))).toEqual([
      { service: 'backend-flask', name: 'GET', kind: 'client', error: false, message: '' },
      { service: 'backend-flask', name: 'naïve ✓ rows', kind: 'internal', error: true, message: 'no such item: 日本' },
      { service: 'backend-flask', name: 'GET /api/items', kind: 'server', error: false, message: '' },
    ]);
    expect(server).toMatchObject({ parentId: '', scope: 'demo.tracer', attributes: { 'http.request.method': 'GET', 'http.response.status_code': 200, ratio: 0.25, cached: false, ids: '[1,2,3]' } });
    expect([client?.parentId, failed?.parentId]).toEqual([server?.spanId, server?.spanId]);
    expect(new Set(spans.map((span) => span.traceId)).size).toBe(1);
    expect(Number((server?.endNs ?? 0n) - (server?.startNs ?? 0n))).toBeGreaterThan(0);
  });

  it.each([['node-traces.json', 'json'], ['node-traces.bin', 'protobuf']] as const)('%s', (name, encoding) => {
    const { spans } = good(decodeTraces(fixture(name), encoding));
    expect(spans).toMatchObject([
      { service: 'frontend-express', name: 'pg.query', kind: 'client', error: true, message: 'relation "items" does not exist', parentId: spans[1]?.spanId },
      { service: 'frontend-express', name: 'GET /cart', kind: 'server', error: false, attributes: { 'http.route': '/cart', n: 9007199254740991, f: 1.5, ok: true, list: '["a","b"]' } },
    ]);
  });

  it('reads ids and times as written', () => {
    const written = JSON.parse(fixture('node-traces.json').toString()).resourceSpans[0].scopeSpans[0].spans[1];
    expect(good(decodeTraces(fixture('node-traces.json'), 'json')).spans[1]).toMatchObject({ traceId: written.traceId, spanId: written.spanId, startNs: BigInt(written.startTimeUnixNano), endNs: BigInt(written.endTimeUnixNano) });
  });

  it('counts data points and log records', () => {
    expect(countMetrics(fixture('python-metrics.bin'), 'protobuf')).toEqual([{ service: 'backend-flask', count: 3 }]);
    expect(countLogs(fixture('python-logs.bin'), 'protobuf')).toEqual([{ service: 'backend-flask', count: 2 }]);
  });
});

describe('OTLP/JSON', () => {
  it.each([
    ['kind as a name', { kind: 'SPAN_KIND_SERVER' }, { kind: 'server' }],
    ['a kind that is not known yet', { kind: 9 }, { kind: 'unspecified' }],
    ['status as a name', { status: { code: 'STATUS_CODE_ERROR', message: 'no' } }, { error: true, message: 'no' }],
    ['64-bit numbers as strings', { startTimeUnixNano: '1795265427740000001' }, { startNs: 1795265427740000001n }],
    ['64-bit numbers as numbers', { startTimeUnixNano: 1000 }, { startNs: 1000n }],
    ['upper-case ids', { traceId: ID.traceId.toUpperCase() }, { traceId: ID.traceId }],
    ['snake_case', { parent_span_id: '00f067aa0ba902b7', end_time_unix_nano: '5' }, { parentId: '00f067aa0ba902b7', endNs: 5n }],
    ['null for absent', { parentSpanId: null, attributes: null }, { parentId: '', attributes: {} }],
    ['unknown fields', { newInOtlp9: { deep: [1] } }, { name: '' }],
    ['a large integer attribute', { attributes: [{ key: 'n', value: { intValue: '9223372036854775807' } }] }, { attributes: { n: '9223372036854775807' } }],
    ['bytes and maps', { attributes: [{ key: 'b', value: { bytesValue: 'AAAA' } }, { key: 'm', value: { kvlistValue: { values: [{ key: 'x', value: { boolValue: true } }] } } }] }, { attributes: { b: '(3 bytes)', m: '{"x":true}' } }],
    ['a key like an object\'s own', { attributes: [{ key: '__proto__', value: { stringValue: 'x' } }, { key: 'constructor', value: { stringValue: 'y' } }] }, { name: '' }],
  ])('%s', (_title, span, expected) => {
    expect(good(decodeTraces(request({ ...ID, ...span }), 'json')).spans[0]).toMatchObject(expected);
  });

  it.each([
    ['no JSON', Buffer.from('{"resourceSpans":['), 'The body is not JSON in UTF-8, or it was cut off.'],
    ['a list', json([]), 'The body must be a JSON object.'],
    ['a map for a list', json({ resourceSpans: {} }), '"resourceSpans" must be a JSON array.'],
    ['a number for a name', request({ ...ID, name: 5 }), '"name" must be a string.'],
    ['base64 ids', request({ ...ID, traceId: 'CvdlGRbNQ92ESOshHIAxnA==' }), '"traceId" must be hex digits (OTLP/JSON writes ids in hex, not in base64).'],
    ['a fraction for a time', request({ ...ID, startTimeUnixNano: 1.5 }), '"startTimeUnixNano" must be a 64-bit integer, as a string or a number.'],
  ])('refuses %s with a sentence', (_title, body, refused) => {
    expect(decodeTraces(body, 'json')).toEqual({ refused });
  });

  it('leaves spans without valid ids out, and says so', () => {
    const body = json({ resourceSpans: [{ scopeSpans: [{ spans: [ID, { ...ID, traceId: '0'.repeat(32) }, { ...ID, spanId: 'ab' }, {}] }] }] });
    expect(decodeTraces(body, 'json')).toMatchObject({ spans: [{ spanId: ID.spanId, service: 'unknown_service' }], rejected: 3, why: '3 spans have no valid trace id (16 bytes, not all zero) or span id (8 bytes, not all zero).' });
  });

  it('trims the service name, as Honeycomb does', () => {
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: ' api ' } }] };
    expect(good(decodeTraces(request(ID, resource), 'json')).spans[0]?.service).toBe('api');
  });
});

describe('what a sender may cost', () => {
  it('refuses values inside values without end', () => {
    let value: object = { stringValue: 'x' };
    for (let depth = 0; depth < 1000; depth++) value = { arrayValue: { values: [value] } };
    expect(decodeTraces(request({ ...ID, attributes: [{ key: 'deep', value }] }), 'json')).toEqual({ refused: 'The request is nested more than 32 levels deep.' });
  });

  it('refuses the same in protobuf', () => {
    // AnyValue → arrayValue (5) → values (1) → …
    let value = new Uint8Array();
    for (let depth = 0; depth < 1000; depth++) value = new BinaryWriter().tag(5, 2).bytes(new BinaryWriter().tag(1, 2).bytes(value).finish()).finish();
    const nested = [2, 9, 2, 2, 1].reduce((inner, field) => new BinaryWriter().tag(field, 2).bytes(inner).finish(), value);
    expect(decodeTraces(nested, 'protobuf')).toEqual({ refused: 'The request is nested more than 32 levels deep.' });
  });

  it('refuses more messages than a batch can have', () => {
    const spans = Buffer.alloc(2_000_002, Buffer.from([0x12, 0x00]));
    const body = [2, 1].reduce<Uint8Array>((inner, field) => new BinaryWriter().tag(field, 2).bytes(inner).finish(), spans);
    expect(decodeTraces(body, 'protobuf')).toEqual({ refused: 'The request holds more than 1,000,000 messages.' });
  });

  it('keeps 256 attributes and 8192 characters', () => {
    const attributes = Array.from({ length: 1000 }, (_, index) => ({ key: `k${index}`, value: { stringValue: 'x'.repeat(index === 0 ? 100_000 : 1) } }));
    const kept = good(decodeTraces(request({ ...ID, attributes }), 'json')).spans[0]?.attributes ?? {};
    expect(Object.keys(kept)).toHaveLength(256);
    expect(kept['k0']).toHaveLength(8192);
  });
});

describe('hostile bytes', () => {
  const readers: readonly ((body: Uint8Array, encoding: Encoding) => unknown)[] = [decodeTraces, countMetrics, countLogs];
  const answers = (body: Uint8Array): void => {
    for (const reader of readers) for (const encoding of ['protobuf', 'json'] as const) expect(reader(body, encoding)).toBeTypeOf('object');
  };
  it('random bytes get an answer', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), answers), { numRuns: 2000 });
  });
  it('a real body cut off anywhere gets an answer', () => {
    for (const name of ['python-traces.bin', 'node-traces.json', 'python-metrics.bin', 'python-logs.bin']) {
      const body = fixture(name);
      for (let length = 0; length < body.length; length++) answers(body.subarray(0, length));
    }
  });
  it('a real body with changed bytes gets an answer', () => {
    const body = fixture('python-traces.bin');
    const change = fc.array(fc.tuple(fc.nat(body.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(change, (changes) => {
      const copy = Uint8Array.from(body);
      for (const [at, byte] of changes) copy[at] = byte;
      answers(copy);
    }), { numRuns: 2000 });
  });
  it('any JSON value gets an answer', () => {
    fc.assert(fc.property(fc.json(), (text) => answers(Buffer.from(text))), { numRuns: 500 });
    fc.assert(fc.property(fc.jsonValue(), (value) => answers(json({ resourceSpans: [{ scopeSpans: [{ spans: [value] }], resource: value }] }))), { numRuns: 500 });
  });
  it('a cut-off protobuf body is said to be one', () => {
    expect(decodeTraces(fixture('python-traces.bin').subarray(0, 100), 'protobuf')).toEqual({ refused: 'The body is not a protobuf message, or it was cut off.' });
  });
  it('protobuf and JSON of the same spans agree', () => {
    const span = fc.record({ traceId: hex(32), spanId: hex(16), name: fc.string({ unit: 'grapheme' }), kind: fc.nat(5), start: fc.bigInt(0n, 2n ** 63n), code: fc.nat(2) });
    fc.assert(fc.property(fc.array(span, { maxLength: 5 }), (spans) => {
      const asJson = json({ resourceSpans: [{ scopeSpans: [{ spans: spans.map(({ start, code, ...rest }) => ({ ...rest, startTimeUnixNano: String(start), status: { code } })) }] }] });
      const scoped = new BinaryWriter();
      for (const { traceId, spanId, name, kind, start, code } of spans) {
        scoped.tag(2, 2).fork().tag(1, 2).bytes(Buffer.from(traceId, 'hex')).tag(2, 2).bytes(Buffer.from(spanId, 'hex')).tag(5, 2).string(name).tag(6, 0).int32(kind).tag(7, 1).fixed64(start).tag(15, 2).fork().tag(3, 0).int32(code).join().join();
      }
      const asProtobuf = [2, 1].reduce<Uint8Array>((inner, field) => new BinaryWriter().tag(field, 2).bytes(inner).finish(), scoped.finish());
      expect(decodeTraces(asProtobuf, 'protobuf')).toEqual(decodeTraces(asJson, 'json'));
    }));
  });
});

it.each([
  ['application/x-protobuf', 'protobuf'],
  ['application/json; charset=utf-8', 'json'],
  ['Application/JSON', 'json'],
  ['text/plain', undefined],
  [undefined, undefined],
])('content type %s is %s', (type, expected) => expect(encodingOf(type)).toBe(expected));
