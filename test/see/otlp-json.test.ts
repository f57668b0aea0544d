import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromJson } from '../../src/see/otlp-json.ts';
import { logs, metrics, traces, type Message } from '../../src/see/otlp-messages.ts';
import { reference } from '../helpers/otlp-reference.ts';

/** Numbers and escapes of every kind, so that a small change of the text meets all of the grammar. */
const ODD = String.raw`{"resourceSpans":[{"x":[-0.5e+10,1E-2,0,[],{},null,true,false,"\u00e9\n\ud83d\ude00\/"],"scopeSpans":[{"spans":[{"\u006eame":"a\tb\"c","spanId":"00AAbb0011223344","kind":"SPAN_KIND_SERVER","startTimeUnixNano":900719925474099,"endTimeUnixNano":"7","droppedAttributesCount":5.0,"flags":1e2,"status":{"code":-2},"attributes":[{"key":"é😀","value":{"doubleValue":1.25e-7}},{"key":"i","value":{"intValue":-9}},{"key":"b","value":{"bytesValue":"AAEC"}},{"value":{"boolValue":false}}]}]}]}]}`;
const texts = [readFileSync(new URL('fixtures/node-traces.json', import.meta.url), 'utf8'), ODD];

type Outcome = string | undefined;
const outcome = (work: () => Uint8Array): Outcome => {
  try {
    return Buffer.from(work()).toString('hex');
  } catch {
    return undefined;
  }
};
const ours = (message: Message, body: Uint8Array): Outcome => outcome(() => fromJson(message, body));
const theirs = (message: Message, body: Uint8Array): Outcome => outcome(() => reference(message, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown));
const keysOf = (text: string): number => [...text.matchAll(/"(?:[^"\\]|\\.)*"\s*:/g)].length;
/** Of two of the same name a list or message is put together in protobuf, and the last one wins in JSON.parse: senders write none. */
const hasDoubles = (body: Uint8Array): boolean => {
  let doubled = false;
  try {
    const text = new TextDecoder().decode(body);
    let count = 0;
    JSON.parse(text, (_key, value: unknown) => {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) count += Object.keys(value).length;
      return value;
    });
    doubled = keysOf(text) > count;
  } catch {
    // What is no JSON is refused by both.
  }
  return doubled;
};
/** JSON.parse reads larger numbers without quotes only nearly. */
const isExact = (body: Uint8Array): boolean => !/\d{16,}/.test(Buffer.from(body).toString('latin1').replaceAll(/"(?:[^"\\]|\\.)*"/g, '""'));
const agree = (message: Message, body: Uint8Array): boolean => {
  if (hasDoubles(body)) return false;
  const wanted = theirs(message, body);
  expect(ours(message, body), Buffer.from(body).toString()).toBe(wanted);
  return wanted !== undefined;
};

describe('JSON to protobuf', () => {
  it('is what JSON.parse and the library make of it', () => {
    expect(texts.map((text) => agree(traces, Buffer.from(text)))).toEqual([true, true]);
    expect(agree(traces, Buffer.from(`\ufeff ${texts[0]} \n`))).toBe(true);
  });

  it('takes and refuses the same texts, whatever is changed in one', () => {
    const bytes = fc.constantFrom(...'{}[]",:\\ \n0123456789-+.eEtfnulasr/\u0001é', '\ud800', '"key":', 'null', '[[', '1e5').map((text) => Buffer.from(text));
    const change = fc.record({ text: fc.constantFrom(...texts), changes: fc.array(fc.record({ at: fc.nat(), less: fc.nat(3), more: fc.oneof(bytes, fc.uint8Array({ maxLength: 2 }).map((raw) => Buffer.from(raw))) }), { minLength: 1, maxLength: 2 }) });
    let good = 0;
    let all = 0;
    fc.assert(fc.property(change, ({ text, changes }) => {
      let body = Buffer.from(text);
      for (const { at, less, more } of changes) {
        const from = at % body.length;
        body = Buffer.concat([body.subarray(0, from), more, body.subarray(from + less)]);
      }
      all++;
      if (isExact(body) && agree(traces, body)) good++;
    }), { numRuns: 6_000 });
    expect(good).toBeGreaterThan(all / 20);
    expect(good).toBeLessThan((all * 19) / 20);
  });

  it('passes over any value that it does not know, and only over values', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 6 }), (value) => {
      expect(ours(traces, Buffer.from(`{"unknown" : ${value} , "resourceSpans":[]}`))).toBe('');
    }));
    const broken = fc.tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.constantFrom('', ',', ']', '}', '"', '\\', '0', 'x', '-')).map(([value, at, more]) => {
      const from = at % value.length;
      return `{"unknown":${value.slice(0, from)}${more}${value.slice(from + 1)}}`;
    });
    fc.assert(fc.property(broken, (text) => void agree(traces, Buffer.from(text))), { numRuns: 3_000 });
  });

  it('takes any request of the three signals', () => {
    const kinds: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
      string: fc.string({ unit: 'binary' }), hex: fc.uint8Array({ maxLength: 16 }).map((raw) => Buffer.from(raw).toString('hex')), base64: fc.uint8Array().map((raw) => Buffer.from(raw).toString('base64')), bool: fc.boolean(), enum: fc.nat(5),
      uint32: fc.nat(), sint32: fc.integer(), fixed32: fc.nat(), int64: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String), uint64: fc.bigInt(0n, 2n ** 64n - 1n).map(String), fixed64: fc.bigInt(0n, 2n ** 64n - 1n).map(String), sfixed64: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(String),
      double: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom('NaN', 'Infinity', '-Infinity')),
    };
    const valueOf = (message: Message, depth: number): fc.Arbitrary<object> => fc.record(Object.fromEntries([...message.byNumber.values()].filter(({ kind }) => typeof kind === 'string' || depth > 0).map(({ name, kind, list }) => {
      const one = typeof kind === 'string' ? (kinds[kind] ?? fc.constant(0)) : valueOf(kind(), depth - 1);
      return [name, list ? fc.array(one, { maxLength: 2 }) : one];
    })), { requiredKeys: [] });
    for (const message of [traces, metrics, logs]) fc.assert(fc.property(valueOf(message, 6), (value) => { expect(agree(message, Buffer.from(JSON.stringify(value)))).toBe(true); }), { numRuns: 150 });
  });

  it('of a million keys in one object takes no longer than it is long', () => {
    // Were an object made of them, this would take half a minute; the test's limit of time is the judge.
    const keys = Array.from({ length: 1_400_000 }, (_, index) => `"k${index}":0`).join();
    expect(ours(traces, Buffer.from(`{${keys},"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x"}]}]}]}`))).toBe('0a07120512032a0178');
  });
});
