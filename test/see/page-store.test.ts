import { describe, expect, it } from 'vitest';
import { traces } from '../../src/see/otlp-messages.ts';
import { readSpans } from '../../src/see/otlp-spans.ts';
import { toJson } from '../../src/see/otlp-transcode.ts';
import { readTrace } from '../../src/see/page/browser/otlp.ts';
import { serviceMap } from '../../src/see/page/map.ts';
import { search } from '../../src/see/page/search.ts';
import { limitsFor, TraceStore } from '../../src/see/page/store.ts';
import { requestOf, summaryOf } from '../../src/see/page/trace.ts';
import { groups, request, spanId, toProtobuf, traceId, type Sent } from './otlp.ts';

function store(spans: readonly Sent[], limits = limitsFor(1000)): TraceStore {
  const made = new TraceStore(limits);
  for (const span of spans) made.add(groups(span));
  return made;
}
const ids = (one: TraceStore): string[] => [...one.traces()].map(({ id }) => id);
const summary = (one: TraceStore, number: number) => {
  const trace = one.get(traceId(number));
  return trace === undefined ? undefined : summaryOf(trace);
};

const named = (name: string, more = '') => ({ attributes: [{ key: 'service.name', value: { stringValue: name } }, { key: 'text', value: { stringValue: more } }] });

function theTrace(one: TraceStore) {
  const trace = one.get(traceId(1));
  if (trace === undefined) throw new Error('the trace is not there');
  return trace;
}

describe('the list', () => {
  it('says of a trace what its root is, whatever comes first', () => {
    const spans: readonly Sent[] = [
      { trace: 1, span: 3, parent: 2, service: 'db', from: 4, ms: 3, error: true },
      { trace: 1, span: 2, parent: 1, service: 'api', name: 'GET /b', kind: 2, from: 2, ms: 20, attributes: { 'http.route': '/b' } },
      { trace: 1, span: 1, service: 'web', name: 'GET /a', kind: 2, from: 0, ms: 10, attributes: { 'url.path': '/a?x=1', 'http.response.status_code': 502 } },
    ];
    const wanted = { id: traceId(1), at: 1_000_000, ns: 22_000_000, spans: 3, errors: 1, services: expect.arrayContaining(['web', 'api', 'db']) as unknown, name: 'GET /a', route: '/a', status: 502, rooted: true };
    for (const order of [spans, spans.toReversed()]) {
      expect(summary(store(order), 1)).toEqual(wanted);
      expect(summary(store(order), 1)?.services[0]).toBe('web');
    }
  });
  it('takes the first span for the root until one without a parent comes', () => {
    expect(summary(store([{ trace: 1, span: 3, parent: 2, from: 5 }, { trace: 1, span: 2, parent: 9, from: 1, name: 'called' }]), 1)).toMatchObject({ name: 'called', rooted: false });
  });
  it('counts a span that is sent again once', () => {
    expect(summary(store([{ trace: 1, span: 1, error: true }, { trace: 1, span: 1, error: true }]), 1)).toMatchObject({ spans: 1, errors: 1 });
  });
  it('leaves out what has no valid ids', () => {
    const one = store([{ trace: 0, span: 1 }, { trace: 1, span: 0 }]);
    expect([one.size, one.spans]).toEqual([0, 0]);
  });
});

describe('memory', () => {
  it('lets the trace go that has been quiet for longest, and says which', () => {
    const one = store([{ trace: 1, span: 1 }, { trace: 2, span: 1 }, { trace: 1, span: 2 }], limitsFor(3));
    expect(one.add(groups({ trace: 3, span: 1 }))).toMatchObject({ changed: new Set([traceId(3)]), gone: [traceId(2)], fresh: [[{ spanId: spanId(1) }]] });
    expect([ids(one), one.spans, one.evicted]).toEqual([[traceId(1), traceId(3)], 3, 1]);
  });
  it('is bounded in bytes too', () => {
    const one = store(Array.from({ length: 50 }, (_, n) => ({ trace: n + 1, span: 1, attributes: { text: 'x'.repeat(5_000) } })), { spans: 1_000, bytes: 50_000 });
    expect(one.size).toBeGreaterThan(5);
    expect(one.size).toBeLessThan(10);
    expect(ids(one).at(-1)).toBe(traceId(50));
  });
  it('drops the oldest spans of a trace that is too large alone', () => {
    const one = new TraceStore(limitsFor(1_000));
    for (let from = 0; from < 5_000; from += 500) one.add(groups(...Array.from({ length: 500 }, (_, n) => ({ trace: 1, span: from + n + 1, error: n === 0 }))));
    expect(one.spans).toBeLessThanOrEqual(1_000);
    const { spans, errors } = summary(one, 1) ?? { spans: 0, errors: -1 };
    const shown = readTrace(toJson(traces, requestOf(theTrace(one)))).spans;
    expect(shown).toHaveLength(spans);
    expect(shown.map(({ id }) => id)).toContain(spanId(5_000));
    expect(shown.filter(({ error }) => error)).toHaveLength(errors);
    // A span that had to go may come again.
    one.add(groups({ trace: 1, span: 1 }));
    expect(summary(one, 1)?.spans).toBe(spans + 1 > 1_000 ? spans : spans + 1);
  });
  it('a large resource in front of many scopes, and a trace of as many services, cost no more than their bytes', () => {
    // Were the resource copied for each scope, or the services for each service, this would take minutes and more memory than there is.
    const one = new TraceStore(limitsFor(100_000));
    const many = 30_000;
    const spans = Array.from({ length: many }, (_, n) => ({ traceId: traceId(1), spanId: spanId(n + 1), name: 'x' }));
    one.add(readSpans(toProtobuf(traces, { resourceSpans: [{ resource: named('api', 'x'.repeat(2_000_000)), scopeSpans: spans.map((span, n) => ({ scope: { name: `s${n}` }, spans: [span] })) }] })).groups);
    expect([one.spans, one.size]).toEqual([many, 1]);
    one.add(readSpans(toProtobuf(traces, { resourceSpans: spans.map((span, n) => ({ resource: named(`s${n}`), scopeSpans: [{ spans: [{ ...span, spanId: spanId(many + n + 1) }] }] })) })).groups);
    expect(one.spans).toBe(2 * many);
    expect(summary(one, 1)?.services).toHaveLength(20);
    // It goes with the last span.
    const small = new TraceStore({ spans: 5, bytes: 3_000_000 });
    for (let n = 1; n <= 4; n++) small.add(readSpans(toProtobuf(traces, { resourceSpans: [{ resource: named(`s${n}`, 'x'.repeat(1_000_000)), scopeSpans: [{ spans: [{ traceId: traceId(n), spanId: spanId(1) }] }] }] })).groups);
    expect(ids(small)).toEqual([traceId(4)]);
  });
  it('a trace whose spans stand apart in a request stays whole or goes', () => {
    const one = new TraceStore(limitsFor(2));
    const { changed, gone } = one.add(groups({ trace: 1, span: 1 }, { trace: 2, span: 1 }, { trace: 1, span: 2 }));
    expect([changed, gone, one.spans]).toEqual([new Set([traceId(1)]), [traceId(2)], 2]);
  });
});

describe('a trace that is given away', () => {
  it('is a request with every span, resource and scope as they came', () => {
    const one = store([{ trace: 1, span: 1, attributes: { a: 'b' }, events: [{ name: 'e', attributes: { k: 'v' } }] }, { trace: 1, span: 2, service: 'other' }]);
    const trace = theTrace(one);
    expect(toJson(traces, requestOf(trace))).toEqual(toJson(traces, request({ trace: 1, span: 1, attributes: { a: 'b' }, events: [{ name: 'e', attributes: { k: 'v' } }] }, { trace: 1, span: 2, service: 'other' })));
    expect(readTrace(toJson(traces, requestOf(trace, 1))).spans).toHaveLength(1);
  });
});

describe('search', () => {
  const one = store([
    { trace: 1, span: 1, name: 'GET /Cart', attributes: { 'http.response.status_code': 500, user: 'Zoë' } },
    { trace: 2, span: 1, name: 'GET /', attributes: { 'db.query.text': 'SELECT * FROM cart', flag: true } },
    { trace: 3, span: 1, name: 'other', service: 'mail', events: [{ name: 'exception', attributes: { 'exception.message': 'no such bed' } }] },
  ]);
  it.each([
    ['cart', [1, 2]], ['CART', [1, 2]], ['Zoë', [1]], ['http.response.status_code=500', [1]], ['http.response.status_code=404', []], ['flag=true', [2]], ['service.name=mail', [3]],
    ['bed', [3]], ['no such bed', [3]], ['db.query.text=select', [2]], [traceId(2), [2]], ['nowhere to be found', []], ['a=b=c', []],
  ])('%s', async (text, wanted) => {
    expect((await search(one, text, 0)).ids).toEqual(wanted.map(traceId));
  });
  it('looks only at what changed since the last time', async () => {
    const two = store([{ trace: 1, span: 1, name: 'cart' }]);
    const { seq } = await search(two, 'cart', 0);
    two.add(groups({ trace: 2, span: 1, name: 'cart' }));
    expect((await search(two, 'cart', seq)).ids).toEqual([traceId(2)]);
  });
});

describe('the service map', () => {
  it('has an edge where a call changes the service, and where nobody answers who is traced', async () => {
    const one = store([
      { trace: 1, span: 1, service: 'web', kind: 2, ms: 30 },
      { trace: 1, span: 2, parent: 1, service: 'web', kind: 3, ms: 20, attributes: { 'server.address': 'api' } },
      { trace: 1, span: 3, parent: 2, service: 'api', kind: 2, ms: 18, error: true },
      { trace: 1, span: 4, parent: 3, service: 'api', kind: 3, ms: 5, attributes: { 'db.system': 'postgresql' } },
      { trace: 2, span: 1, service: 'web', kind: 2, from: 60_000 },
    ]);
    const { nodes, edges, period } = await serviceMap(one.traces());
    expect(period).toBe(60_000_000);
    expect(nodes.map(({ name, kind, calls, errors }) => [name, kind, calls, errors])).toEqual([['web', 'service', 2, 0], ['api', 'service', 1, 1], ['postgresql', 'outside', 1, 0]]);
    expect(edges).toEqual([{ from: 'service:web', to: 'service:api', calls: 1, errors: 1, ns: 18_000_000 }, { from: 'service:api', to: 'outside:postgresql', calls: 1, errors: 0, ns: 5_000_000 }]);
  });
  it('follows a trace that changes', async () => {
    const one = store([{ trace: 1, span: 1, service: 'web', kind: 2 }]);
    expect((await serviceMap(one.traces())).edges).toEqual([]);
    one.add(groups({ trace: 1, span: 2, parent: 1, service: 'api', kind: 2 }));
    expect((await serviceMap(one.traces())).edges).toMatchObject([{ from: 'service:web', to: 'service:api' }]);
  });
});
