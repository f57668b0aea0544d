import { readFileSync } from 'node:fs';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrivedOf, lineOf } from '../../src/see/archive.ts';
import { logs, metrics, traces, type Message } from '../../src/see/otlp-messages.ts';
import { fromJson } from '../../src/see/otlp-json.ts';
import { toJson } from '../../src/see/otlp-transcode.ts';
import type { Signal } from '../../src/see/span.ts';
import { toProtobuf } from './otlp.ts';

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));

const names = (value: unknown): string[] => [...JSON.stringify(value).matchAll(/"name":"([^"]*)"/g)].map((match) => match[1] ?? '').toSorted();
const wrap = (number: number, bytes: Uint8Array): Uint8Array => new BinaryWriter().tag(number, 2).bytes(bytes).finish();

describe('a request of a real exporter', () => {
  it.each<[string, Message]>([['python-traces.bin', traces], ['node-traces.bin', traces], ['python-metrics.bin', metrics], ['python-logs.bin', logs]])('%s keeps everything on its way to JSON and back', (name, message) => {
    const json = toJson(message, fixture(name));
    expect(toJson(message, toProtobuf(message, json))).toEqual(json);
    expect(JSON.stringify(json).length).toBeGreaterThan(500);
  });

  it('is the same in protobuf and in JSON', () => {
    const [fromProtobuf, fromText] = [toJson(traces, fixture('node-traces.bin')), JSON.parse(Buffer.from(fixture('node-traces.json')).toString('utf8')) as unknown];
    expect(names(toJson(traces, toProtobuf(traces, fromText)))).toEqual(names(fromProtobuf));
  });
});

describe('the JSON of OTLP', () => {
  it('has ids in hex, 64-bit integers as strings, enums as numbers', () => {
    const request = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'AB'.repeat(16), spanId: '0'.repeat(15) + '1', kind: 'SPAN_KIND_SERVER', startTimeUnixNano: 18446744073709551615n.toString(), attributes: [{ key: 'n', value: { intValue: 7 } }], status: { code: 2 } }] }] }] };
    expect(toJson(traces, toProtobuf(traces, request))).toEqual({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 'ab'.repeat(16), spanId: '0'.repeat(15) + '1', kind: 2, startTimeUnixNano: '18446744073709551615', attributes: [{ key: 'n', value: { intValue: '7' } }], status: { code: 2 } }] }] }] });
  });

  it('takes snake_case names, leaves unknown ones out, and keeps what is no finite number', () => {
    const request = { resource_metrics: [{ scope_metrics: [{ more: 1, metrics: [{ name: 'm', histogram: { data_points: [{ count: 3, bucket_counts: ['1', 2], explicit_bounds: [0.5, 'Infinity'], min: 'NaN' }] } }, { name: 'e', exponentialHistogram: { dataPoints: [{ scale: -3, positive: { offset: -2, bucketCounts: ['1', '0', '5'] } }] } }] }] }] };
    expect(toJson(metrics, toProtobuf(metrics, request))).toEqual({ resourceMetrics: [{ scopeMetrics: [{ metrics: [
      { name: 'm', histogram: { dataPoints: [{ count: '3', bucketCounts: ['1', '2'], explicitBounds: [0.5, 'Infinity'], min: 'NaN' }] } },
      { name: 'e', exponentialHistogram: { dataPoints: [{ scale: -3, positive: { offset: -2, bucketCounts: ['1', '0', '5'] } }] } },
    ] }] }] });
  });

  it('takes lists of numbers packed, as every protobuf writer makes them', () => {
    const point = new BinaryWriter().tag(6, 2).fork().fixed64(4).fixed64(6).join().finish();
    expect(toJson(metrics, wrap(1, wrap(2, wrap(2, wrap(9, wrap(1, point))))))).toEqual({ resourceMetrics: [{ scopeMetrics: [{ metrics: [{ histogram: { dataPoints: [{ bucketCounts: ['4', '6'] }] } }] }] }] });
  });

  it('brings any attribute through', () => {
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'grapheme' }).map((stringValue) => ({ stringValue })),
        fc.boolean().map((boolValue) => ({ boolValue })),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((int) => ({ intValue: String(int) })),
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)).map((doubleValue) => ({ doubleValue })),
        fc.uint8Array().map((bytes) => ({ bytesValue: Buffer.from(bytes).toString('base64') })),
        fc.array(tie('value'), { minLength: 1, maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
        fc.array(fc.record({ key: fc.string(), value: tie('value') }), { minLength: 1, maxLength: 3 }).map((values) => ({ kvlistValue: { values } })),
      ),
    }));
    fc.assert(fc.property(value, (one) => {
      const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: one }] }] }] };
      expect(toJson(logs, toProtobuf(logs, request))).toEqual(request);
    }));
  });
});

describe('what is not OTLP', () => {
  it('is a sentence, wherever a real body is cut off', () => {
    const body = fixture('python-traces.bin');
    let refused = 0;
    for (let length = 1; length < body.length; length++) {
      try {
        toJson(traces, body.subarray(0, length));
      } catch (error) {
        expect(String(error)).toContain('not a protobuf message');
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(body.length / 2);
  });
  it.each<[unknown, string]>([
    [[], 'The body must be a JSON object'],
    [{ resourceSpans: {} }, '"resourceSpans" must be a JSON array'],
    [{ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: 5 }] }] }] }, '"traceId" must be a string'],
    [{ resourceSpans: [{ scopeSpans: [{ spans: [{ startTimeUnixNano: 'soon' }] }] }] }, '"startTimeUnixNano" must be a 64-bit integer'],
    [{ resourceSpans: [{ scopeSpans: [{ spans: [{ kind: 'SPAN_KIND_ODD' }] }] }] }, '"kind" must be a number'],
    [{ resourceSpans: [{ scopeSpans: [{ spans: [{ startTimeUnixNano: '99999999999999999999' }] }] }] }, '"startTimeUnixNano" is larger or smaller than a fixed64 can be'],
  ])('%j', (value, says) => expect(() => toProtobuf(traces, value)).toThrow(says));
  it('a value inside a value inside a value … ends', () => {
    const body = `${'{"arrayValue":{"values":['.repeat(5_000)}{}${']}}'.repeat(5_000)}`;
    for (const key of ['body', 'notOfOtlp']) expect(() => fromJson(logs, Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"${key}":${body}}]}]}]}`))).toThrow('nested');
  });
});

describe('lines of a file', () => {
  it.each<[string, Signal]>([['python-traces.bin', 'traces'], ['python-metrics.bin', 'metrics'], ['python-logs.bin', 'logs']])('%s is one line and comes back the same', (name, signal) => {
    const line = lineOf({ signal, bytes: fixture(name) });
    expect(line.split('\n')).toEqual([expect.stringMatching(/^\{"resource(Spans|Metrics|Logs)":/), '']);
    const back = arrivedOf(Buffer.from(line));
    expect(back).toMatchObject({ signal });
    if (back !== undefined && !('refused' in back)) expect(lineOf(back)).toBe(line);
  });
  it('is told by its own fields, not by an attribute of that name', () => {
    const line = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes: [{ key: 'resourceSpans', value: { stringValue: 'x' } }] }] }] }] });
    expect(arrivedOf(Buffer.from(line))).toMatchObject({ signal: 'logs', counts: [{ count: 1 }] });
  });
  it.each([['', undefined], ['  ', undefined], ['{"resourceSpans":[', { refused: 'is not JSON, or was cut off' }], ['null', { refused: 'is not OTLP: The body must be a JSON object' }], ['{"a":1}', { refused: 'has none of resourceSpans, resourceMetrics and resourceLogs' }], ['{"resourceSpans":[7]}', { refused: 'is not OTLP: "resourceSpans" must be a JSON object' }]])('%j', (line, answer) => {
    expect(arrivedOf(Buffer.from(line))).toEqual(answer);
  });
});
