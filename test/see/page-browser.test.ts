import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TraceSummary } from '../../src/see/page/api.ts';
import { criticalPath } from '../../src/see/page/browser/critical-path.ts';
import { NO_FILTER, comparing, passes, routeOf, type Filter, type Order } from '../../src/see/page/browser/filter.ts';
import { amount, duration, figure, moment, rate } from '../../src/see/page/browser/format.ts';
import { layout } from '../../src/see/page/browser/layout.ts';
import { readTrace, type Span } from '../../src/see/page/browser/otlp.ts';
import { Traces } from '../../src/see/page/browser/traces.ts';
import { linesOf, treeOf } from '../../src/see/page/browser/tree.ts';
import { jsonRequest, spanId } from './otlp.ts';

const span = (id: string, parentId: string, start: number, end: number): Span => ({ id, parentId, service: 'api', name: id, kind: '', start, ns: end - start, error: false, message: '', scope: '', attributes: [], resource: [], events: [], links: [] });
/** 'a:0-10' is a root, 'b<a:2-4' its child. */
const spans = (text: string): readonly Span[] =>
  text.split(' ').map((word) => {
    const [, id = '', parent = '', start, end] = /^(\w+)(?:<(\w+))?:(\d+)-(\d+)$/.exec(word) ?? [];
    return span(id, parent, Number(start), Number(end));
  });
const path = (text: string): string => [...criticalPath(treeOf(spans(text)))].flatMap(([{ id }, stretches]) => stretches.map(([from, to]) => `${id}:${from}-${to}`)).toSorted().join(' ');

describe('the critical path', () => {
  it.each([
    ['a span alone', 'a:0-10', 'a:0-10'],
    ['one child', 'a:0-10 b<a:2-6', 'a:0-2 a:6-10 b:2-6'],
    ['of two at the same time the one that ends last', 'a:0-10 b<a:1-5 c<a:1-8', 'a:0-1 a:8-10 c:1-8'],
    ['one after the other', 'a:0-10 b<a:1-4 c<a:4-9', 'a:0-1 a:9-10 b:1-4 c:4-9'],
    ['overlapping: the first until the second starts', 'a:0-10 b<a:1-6 c<a:4-9', 'a:0-1 a:9-10 b:1-4 c:4-9'],
    ['grandchildren', 'a:0-10 b<a:1-9 c<b:2-8', 'a:0-1 a:9-10 b:1-2 b:8-9 c:2-8'],
    ['work in the background ends with the parent', 'a:0-10 b<a:2-30', 'a:0-2 b:2-10'],
    ['a child before and after its parent (clocks apart)', 'a:5-10 b<a:0-3 c<a:12-14', 'a:5-10'],
    ['a child as long as its parent', 'a:0-10 b<a:0-10', 'b:0-10'],
    ['spans without a length', 'a:5-5 b<a:5-5', ''],
    ['the root that ends last', 'a:0-4 b:2-9', 'b:2-9'],
    ['each other’s parents', 'a<b:0-10 b<a:2-6', 'a:0-2 a:6-10 b:2-6'],
    ['its own parent', 'a<a:0-3', 'a:0-3'],
  ])('%s', (_, given, wanted) => expect(path(given)).toBe(wanted));

  it('covers all of the root once, without holes, in any trace', () => {
    for (let seed = 1; seed < 200; seed++) {
      const random = (n: number): number => Math.floor(((Math.sin(seed * 1000 + n) + 1) / 2) * 100);
      const list = Array.from({ length: 12 }, (_, n) => span(`s${n}`, n === 0 ? '' : `s${random(n) % n}`, n === 0 ? 0 : random(n + 50), n === 0 ? 120 : random(n + 50) + random(n + 90) + 1));
      const stretches = [...criticalPath(treeOf(list)).values()].flat().toSorted((a, b) => a[0] - b[0]);
      let at = 0;
      for (const [from, to] of stretches) {
        expect(from).toBe(at);
        at = to;
      }
      expect(at).toBe(120);
    }
  });
  it('takes a trace that is deeper than the call stack', () => {
    const deep = Array.from({ length: 20_000 }, (_, n) => span(`s${n}`, n === 0 ? '' : `s${n - 1}`, n, 40_000 - n));
    expect(criticalPath(treeOf(deep)).size).toBe(20_000);
    expect(linesOf(treeOf(deep), new Set()).at(-1)?.depth).toBe(19_999);
  });
});

const lines = (text: string, closed: readonly string[] = []): string => linesOf(treeOf(spans(text)), new Set(closed)).map(({ span: { id }, depth, orphan }) => `${'.'.repeat(depth)}${id}${orphan ? '?' : ''}`).join(' ');
describe('the lines of a waterfall', () => {
  it.each([
    ['a:0-9 c<a:5-6 b<a:1-4 d<b:2-3', [], 'a .b ..d .c'],
    ['a:0-9 c<a:5-6 b<a:1-4 d<b:2-3', ['b'], 'a .b .c'],
    ['b<gone:1-4 d<b:2-3', [], 'b? .d'],
    ['a<b:0-1 b<a:0-1 c<b:0-1', [], 'a? .b ..c'],
  ] as const)('%s', (given, closed, wanted) => expect(lines(given, closed)).toBe(wanted));
  it('has every span once, however they hang together', () => {
    for (let seed = 1; seed < 100; seed++) {
      const list = Array.from({ length: 9 }, (_, n) => span(`s${n}`, `s${Math.floor(((Math.sin(seed * 31 + n) + 1) / 2) * 12)}`, n, n + 1));
      expect(linesOf(treeOf(list), new Set()).map((line) => line.span.id).toSorted()).toEqual(list.map(({ id }) => id).toSorted());
    }
  });
});

describe('a trace from the server', () => {
  it('becomes spans', () => {
    expect(readTrace(jsonRequest({ trace: 1, span: 2, parent: 1, from: 5, ms: 3, error: true, attributes: { n: 5, b: true }, events: [{ name: 'e' }] }, { trace: 1, span: 1, service: 'web', ms: 20 }))).toMatchObject({
      at: 1_000_000, ns: 20_000_000,
      spans: [{ id: spanId(2), parentId: spanId(1), service: 'api', start: 5_000_000, ns: 3_000_000, error: true, message: 'broken', scope: 'by hand', attributes: [['n', '5'], ['b', 'true']], events: [{ name: 'e', at: 1_000_000 }] }, { service: 'web', start: 0 }],
    });
  });
  it.each([undefined, null, 5, 'x', [], {}, { resourceSpans: 5 }, { resourceSpans: [null, 5, { scopeSpans: [null, { spans: [null, 5, { attributes: [null, { key: 5 }], events: [null], links: ['x'], status: 'x', name: {}, startTimeUnixNano: {} }] }] }] }])('whatever a sender made of it: %j', (value) => {
    const { spans: read, ns } = readTrace(value);
    expect(ns).toBe(0);
    for (const one of read) expect([one.service, one.name, one.start, one.error]).toEqual(['unknown_service', '(no name)', 0, false]);
  });
  it('keeps names that mean something to JavaScript or HTML as text', () => {
    const hostile = { '__proto__': 'x', constructor: 'y', '<img src=x onerror=alert(1)>': '</dd><script>alert(1)</script>', '\u202Eevil': '\u0000' };
    const [read] = readTrace(jsonRequest({ trace: 1, span: 1, name: '"><svg onload=alert(1)>', attributes: hostile })).spans;
    expect(read?.name).toBe('"><svg onload=alert(1)>');
    expect(read?.attributes).toEqual(Object.entries(hostile));
  });
});

const trace = (more: Partial<TraceSummary> = {}): TraceSummary => ({ id: 'a'.repeat(32), at: 5, ns: 1e6, spans: 3, errors: 0, services: ['web', 'api'], name: 'GET /a/:id', route: '/a/:id', status: 200, rooted: true, ...more });
describe('the filter', () => {
  it.each<[Partial<Filter>, Partial<TraceSummary>, boolean]>([
    [{}, {}, true],
    [{ service: 'api' }, {}, true], [{ service: 'db' }, {}, false],
    [{ route: 'GET /a/:id' }, {}, true], [{ route: 'GET /a' }, {}, false],
    [{ status: 'error' }, { errors: 1 }, true], [{ status: 'error' }, {}, false],
    [{ status: '5xx' }, { status: 503 }, true], [{ status: '5xx' }, {}, false], [{ status: '2xx' }, { status: 0 }, false],
    [{ atLeast: 1e6 }, {}, true], [{ atLeast: 1e6 + 1 }, {}, false],
    [{ text: 'GET /A' }, {}, true], [{ text: ' web ' }, {}, true], [{ text: 'aaaa' }, {}, true], [{ text: 'no' }, {}, false],
    [{ text: 'web', service: 'db' }, {}, false],
  ])('%j of %j: %s', (filter, more, wanted) => expect(passes(trace(more), { ...NO_FILTER, ...filter }, undefined)).toBe(wanted));
  it('takes what the server found', () => expect(passes(trace(), { ...NO_FILTER, text: 'user=7' }, new Set(['a'.repeat(32)]))).toBe(true));
  it.each([[{}, 'GET /a/:id'], [{ name: 'GET', route: '/x' }, 'GET /x'], [{ name: 'job', route: '' }, 'job']])('the route of %j is %s', (more, wanted) => expect(routeOf(trace(more))).toBe(wanted));
  it('sorts, the same always in the same order', () => {
    const list = [trace({ id: 'b', ns: 5, at: 1 }), trace({ id: 'a', ns: 5, at: 1 }), trace({ id: 'c', ns: 9, at: 0 })];
    expect(list.toSorted(comparing('duration', false)).map(({ id }) => id)).toEqual(['c', 'a', 'b']);
    expect(list.toSorted(comparing('time', true)).map(({ id }) => id)).toEqual(['c', 'a', 'b']);
  });
});

describe('the traces that are known', () => {
  it('are after any changes in the order of sorting them all, with the routes that they have', () => {
    const order = fc.constantFrom('time' as const, 'duration' as const, 'spans' as const, 'errors' as const);
    const few = fc.integer({ min: 0, max: 5 });
    const step = fc.oneof(
      fc.record({ put: fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), at: few, ns: few, spans: few, errors: few, route: fc.constantFrom('/x', '/y') }) }),
      fc.record({ drop: fc.constantFrom('a', 'b', 'c', 'h') }),
      fc.record({ order, up: fc.boolean() }),
      fc.constant('clear' as const),
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const traces = new Traces();
      const all = new Map<string, TraceSummary>();
      let [by, up]: [Order, boolean] = ['time', false];
      for (const one of steps) {
        if (one === 'clear') {
          traces.clear();
          all.clear();
        } else if ('put' in one) {
          traces.put(trace(one.put));
          all.set(one.put.id, trace(one.put));
        } else if ('drop' in one) {
          traces.drop(one.drop);
          all.delete(one.drop);
        } else {
          [by, up] = [one.order, one.up];
        }
        // Not after each step: several changes come at once.
        if (one !== 'clear' && !('put' in one)) expect(traces.inOrder(by, up)).toEqual([...all.values()].toSorted(comparing(by, up)));
      }
      expect(traces.inOrder(by, up)).toEqual([...all.values()].toSorted(comparing(by, up)));
      expect(traces.inOrder(by, up)).toBe(traces.inOrder(by, up));
      expect(traces.routes(10)).toEqual([...new Set([...all.values()].map(routeOf))].toSorted());
      expect(traces.size).toBe(all.size);
    }));
  });
  it('are not compared with each other again when some come on top', () => {
    const traces = new Traces();
    let read = 0;
    const counting = (id: string, at: number): TraceSummary => Object.defineProperty(trace({ id }), 'at', { get: () => (read++, at) });
    for (let at = 0; at < 10_000; at++) traces.put(counting(String(at), at));
    traces.inOrder('time', false);
    read = 0;
    for (let at = 0; at < 5; at++) traces.put(counting(`new ${at}`, 20_000 + at));
    expect(traces.inOrder('time', false)[0]?.id).toBe('new 4');
    expect(read).toBeLessThan(200);
  });
});

const node = (key: string) => ({ key, name: key, kind: 'service' as const, calls: 1, errors: 0, ns: 0 });
const edge = (from: string, to: string) => ({ from, to, calls: 1, errors: 0, ns: 0 });
const columns = (keys: string, ...edges: readonly string[]) => Object.fromEntries(layout({ period: 0, nodes: [...keys].map(node), edges: edges.map(([from = '', to = '']) => edge(from, to)) }).map(({ key, column }) => [key, column]));
describe('the map’s places', () => {
  it('has callers left of whom they call, also over two ways', () => expect(columns('cab', 'ab', 'bc', 'ac')).toEqual({ a: 0, b: 1, c: 2 }));
  it('ends where services call in a circle', () => expect(columns('abc', 'ab', 'bc', 'ca', 'bb')).toEqual({ a: 0, b: 1, c: 2 }));
  it('gives no two services the same place', () => {
    const places = layout({ period: 0, nodes: [...'abcdefgh'].map(node), edges: ['ab', 'ac', 'ad', 'be', 'ce', 'fg'].map(([from = '', to = '']) => edge(from, to)) });
    expect(new Set(places.map(({ column, row }) => `${column}/${row}`)).size).toBe(8);
  });
});

describe('numbers', () => {
  it.each([[0, '0 ns'], [999.6e3, '1.00 ms'], [950e3, '950 µs'], [12.34e6, '12.3 ms'], [336e6, '336 ms'], [4.56e9, '4.56 s'], [200e9, '3 min 20 s'], [3599.6e9, '1 h 0 min'], [7530e9, '2 h 6 min'], [-1, '?'], [Number.NaN, '?']])('%d ns is %s', (ns, wanted) => expect(duration(ns)).toBe(wanted));
  it.each([[0, '0'], [0.0213, '0.0213'], [0.123, '0.12'], [3.456, '3.46'], [56.78, '56.8'], [1234.5, '1,235'], [1e20, '1.00e+20'], [1e-5, '1.00e-5']])('%d is %s', (value, wanted) => expect(figure(value)).toBe(wanted));
  it.each([[0, 0, '0/min'], [5, 60e6, '5/min'], [3, 1e6, '3/min'], [1, 3600e6, '1/h'], [2, 86_400e6, '2/day']])('%d calls in %d µs are %s', (calls, period, wanted) => expect(rate(calls, period)).toBe(wanted));
  it.each([[0.0213, 's', '21.3 ms'], [12, 'ms', '12.0 ms'], [103_791_260, 'By', '104 MB'], [0, 'By', '0 B'], [999, 'By', '999 B'], [-1, 's', '-1 s'], [0.5, '1', '0.50'], [7, '{request}', '7'], [20, 'Cel', '20 Cel']])('%d of %s is %s', (value, unit, wanted) => expect(amount(value, unit)).toBe(wanted));
  it('a day that is not today is named', () => {
    const noon = new Date(2026, 4, 3, 12, 0, 0).getTime();
    expect(moment(noon * 1000, noon)).toBe('12:00:00.000');
    expect(moment(noon * 1000, noon + 86_400_000)).toBe('2026-05-03 12:00:00');
  });
});
