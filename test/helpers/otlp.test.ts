import { gzipSync } from 'node:zlib';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, onTestFinished, test } from 'vitest';
import { decodeExport } from './otlp-decode.ts';
import { startOtlpReceiver } from './otlp-receiver.ts';

/** The same export twice: written by hand as protobuf fields, and as JSON. */
const message = (field: number, inner: BinaryWriter, into = new BinaryWriter()): BinaryWriter => into.tag(field, WireType.LengthDelimited).bytes(inner.finish());
const attribute = (key: string, value: BinaryWriter): BinaryWriter => message(2, value, new BinaryWriter().tag(1, WireType.LengthDelimited).string(key));
const span = new BinaryWriter();
span.tag(1, WireType.LengthDelimited).bytes(Buffer.from('4bf92f3577b34da6a3ce929d0e0e4736', 'hex'));
span.tag(2, WireType.LengthDelimited).bytes(Buffer.from('00f067aa0ba902b7', 'hex'));
span.tag(4, WireType.LengthDelimited).bytes(Buffer.from('00f067aa0ba902b6', 'hex'));
span.tag(5, WireType.LengthDelimited).string('GET /hello');
span.tag(6, WireType.Varint).int32(2);
span.tag(7, WireType.Bit64).fixed64('1700000000000000000');
message(9, attribute('http.route', new BinaryWriter().tag(1, WireType.LengthDelimited).string('/hello')), span);
message(9, attribute('http.response.status_code', new BinaryWriter().tag(3, WireType.Varint).int64(200)), span);
message(9, attribute('sampled', new BinaryWriter().tag(2, WireType.Varint).bool(true)), span);
message(9, attribute('weight', new BinaryWriter().tag(4, WireType.Bit64).double(0.5)), span);
const resource = message(1, attribute('service.name', new BinaryWriter().tag(1, WireType.LengthDelimited).string('api')));
const scoped = message(2, span, message(1, new BinaryWriter().tag(1, WireType.LengthDelimited).string('flask')));
const protobuf = message(1, message(2, scoped, message(1, resource))).finish();

const json = JSON.stringify({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'api' } }] },
      scopeSpans: [
        {
          scope: { name: 'flask' },
          spans: [
            {
              traceId: '4BF92F3577B34DA6A3CE929D0E0E4736',
              spanId: '00f067aa0ba902b7',
              parentSpanId: '00f067aa0ba902b6',
              name: 'GET /hello',
              kind: 2,
              attributes: [
                { key: 'http.route', value: { stringValue: '/hello' } },
                { key: 'http.response.status_code', value: { intValue: '200' } },
                { key: 'sampled', value: { boolValue: true } },
                { key: 'weight', value: { doubleValue: 0.5 } },
              ],
            },
          ],
        },
      ],
    },
  ],
});

const expected = {
  service: 'api',
  scope: 'flask',
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  parentSpanId: '00f067aa0ba902b6',
  name: 'GET /hello',
  kind: 'server',
  attributes: { 'http.route': '/hello', 'http.response.status_code': 200, sampled: true, weight: 0.5 },
};

describe('the tests’ own OTLP reader', () => {
  test('reads protobuf', () => expect(decodeExport(protobuf, 'application/x-protobuf')).toEqual([expected]));
  test('reads JSON', () => expect(decodeExport(Buffer.from(json), 'application/json')).toEqual([expected]));
  test('refuses other content', () => expect(() => decodeExport(protobuf, 'text/plain')).toThrow('not an OTLP content type'));
  test('refuses a body that is cut off', () => expect(() => decodeExport(protobuf.slice(0, -3), 'application/x-protobuf')).toThrow());
});

describe('the tests’ own OTLP receiver', () => {
  test('takes gzip, tells who waits, and counts what was no trace export', async () => {
    const receiver = await startOtlpReceiver();
    onTestFinished(() => receiver.close());
    const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>): Promise<Response> => fetch(`${receiver.url}${path}`, { method: 'POST', body, headers });

    const waiting = receiver.until((spans) => spans.length === 2, 10_000);
    expect((await post('/v1/traces', json, { 'content-type': 'application/json' })).status).toBe(200);
    expect((await post('/v1/traces', gzipSync(protobuf), { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' })).status).toBe(200);
    expect(await waiting).toBe(true);
    expect(receiver.spans).toEqual([expected, expected]);

    expect((await post('/v1/traces', 'no', { 'content-type': 'application/json' })).status).toBe(400);
    expect((await post('/v1/metrics', '{}', { 'content-type': 'application/json' })).status).toBe(200);
    expect((await post('/v1/traces/v1/traces', '{}', { 'content-type': 'application/json' })).status).toBe(404);
    expect(receiver.others).toEqual([expect.stringMatching(/^refused: /), 'POST /v1/metrics', 'POST /v1/traces/v1/traces']);
    expect(await receiver.until((spans) => spans.length > 2, 0)).toBe(false);
  });
});
