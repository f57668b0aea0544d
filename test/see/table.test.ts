import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ServiceCount } from '../../src/see/counts.ts';
import { duration, serviceTable, traceTree } from '../../src/see/table.ts';
import { columnsOf, fit, pad } from '../../src/see/width.ts';
import { span } from './span.ts';

const count = (service: string, more: Partial<ServiceCount> = {}): ServiceCount => ({ service, spans: 1, errors: 0, dataPoints: 0, logRecords: 0, repeated: 0, last: 'GET /', ...more });

describe('serviceTable', () => {
  it('has a line a service', () => {
    expect(serviceTable([count('backend-flask', { spans: 12, last: 'GET /api/items' }), count('items', { spans: 1200, errors: 3 })])).toEqual([
      'service        spans  errors  last operation',
      'backend-flask     12       0  GET /api/items',
      'items           1200       3  GET /',
    ]);
  });
  it('shows repeated spans, metrics and logs only where there are any', () => {
    expect(serviceTable([count('api', { repeated: 2, dataPoints: 5, logRecords: 7 })])).toEqual([
      'service  spans  errors  repeated  metrics  logs  last operation',
      'api          1       0         2        5     7  GET /',
    ]);
  });
  it('cuts long names and takes control characters out', () => {
    const lines = serviceTable([count('x'.repeat(200), { last: 'GET /\u001b[2J\nsecond\u0007' })], 60);
    expect(lines[1]).toBe(`${'x'.repeat(23)}…      1       0  GET /?[2J second?`);
  });
});

describe('traceTree', () => {
  it('indents children under their parents, in order of start', () => {
    expect(traceTree([
      span('t', 'b2', { parentId: 'a', service: 'api', name: 'SELECT items', startNs: 30n, endNs: 450_030n, error: true, message: 'no such table' }),
      span('t', 'c', { parentId: 'b1', service: 'items', name: 'GET /items', startNs: 20n, endNs: 3_000_020n }),
      span('t', 'a', { parentId: 'ours', service: 'api', name: 'GET /api', startNs: 0n, endNs: 12_340_000n }),
      span('t', 'b1', { parentId: 'a', service: 'api', name: 'GET', startNs: 10n, endNs: 4_000_010n }),
    ])).toEqual([
      'api      12.3 ms  GET /api',
      'api       4.0 ms    GET',
      'items     3.0 ms      GET /items',
      'api       450 µs    SELECT items  ERROR no such table',
    ]);
  });
  it('draws every span once, within the width, whatever hangs on what', () => {
    const ids = ['1', '2', '3', '4', '5', '6'];
    const one = fc.record({ parentId: fc.constantFrom('', 'gone', ...ids), name: fc.string({ unit: 'grapheme', maxLength: 60 }), service: fc.string({ unit: 'grapheme', maxLength: 60 }), message: fc.string({ maxLength: 90 }), error: fc.boolean() });
    fc.assert(fc.property(fc.array(one, { maxLength: ids.length }), fc.integer({ min: 40, max: 120 }), (list, width) => {
      const lines = traceTree(list.map((more, index) => span('t', ids[index] ?? '', more)), width);
      expect(lines).toHaveLength(list.length);
      for (const line of lines) {
        expect(columnsOf(line)).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/\p{Cc}/u);
      }
    }));
  });
  it('draws ten thousand spans inside each other', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => span('t', String(index), { parentId: String(index - 1) }));
    expect(traceTree(chain)).toHaveLength(10_000);
  });
});

it.each([
  [0n, '0 µs'], [999n, '1 µs'], [950_400n, '950 µs'], [999_600n, '1.0 ms'], [12_345_000n, '12.3 ms'], [999_949_000n, '999.9 ms'],
  [1_000_000_000n, '1.00 s'], [59_990_000_000n, '59.99 s'], [59_999_000_000n, '1 min 0 s'], [200_000_000_000n, '3 min 20 s'], [-1n, '?'],
])('%s ns is %s', (ns, text) => expect(duration(ns)).toBe(text));

it.each([['abc', 3], ['日本', 4], ['é', 1], ['🚀', 2], ['', 0]])('%s takes %s columns', (text, columns) => expect(columnsOf(text)).toBe(columns));
it('fits and pads to columns', () => {
  expect([fit('日本語', 5), fit('abc', 3), fit('abcd', 3), fit('abc', 0), pad('日', 4), pad('abcdef', 3)]).toEqual(['日本…', 'abc', 'ab…', '', '日  ', 'ab…']);
});
