import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Arrivals } from '../../src/see/page/arrivals.ts';
import { limitsFor } from '../../src/see/page/store.ts';
import { arrived, spanId, traceId } from './otlp.ts';

const arrivals = (spans = 1_000): Arrivals => new Arrivals(limitsFor(spans));
const NOTHING = new Uint8Array();
const [ONE, OTHER] = [traceId(1), traceId(2)];

describe('what arrived, by service', () => {
  it('the last operation is the last server span', () => {
    const one = arrivals();
    one.take(arrived({ trace: 1, span: 1, name: 'GET /', kind: 2 }, { trace: 1, span: 2, name: 'SELECT', error: true }, { trace: 1, span: 3, service: 'items', name: 'work' }));
    one.take({ signal: 'metrics', bytes: NOTHING, counts: [{ service: 'api', count: 4 }] });
    one.take({ signal: 'logs', bytes: NOTHING, counts: [{ service: 'worker', count: 2 }, { service: 'nothing', count: 0 }] });
    expect(one.services()).toEqual([
      { service: 'api', spans: 2, errors: 1, dataPoints: 4, logRecords: 0, repeated: 0, last: 'GET /' },
      { service: 'items', spans: 1, errors: 0, dataPoints: 0, logRecords: 0, repeated: 0, last: 'work' },
      { service: 'worker', spans: 0, errors: 0, dataPoints: 0, logRecords: 2, repeated: 0, last: '' },
    ]);
  });

  it('a span that comes twice is counted once, and as repeated', () => {
    const one = arrivals();
    one.take(arrived({ trace: 1, span: 1, error: true }, { trace: 1, span: 1, error: true }));
    one.take(arrived({ trace: 1, span: 1, error: true }, { trace: 1, span: 2 }));
    expect(one.services()).toMatchObject([{ spans: 2, errors: 1, repeated: 2 }]);
    expect(one.trace(ONE)).toHaveLength(2);
  });

  it('goes on when the spans have to go', () => {
    const one = arrivals(3);
    one.take(arrived({ trace: 1, span: 1 }, { trace: 1, span: 2 }, { trace: 2, span: 3 }, { trace: 2, span: 4 }));
    expect([...one.traces.traces()].map(({ id }) => id)).toEqual([OTHER]);
    expect(one.trace(ONE)).toEqual([]);
    expect(one.service('api')?.spans).toBe(4);
  });

  it('a thousand names take bounded room', () => {
    const one = arrivals(2_000);
    for (let index = 0; index < 1_000; index++) one.take(arrived({ trace: 1, span: index + 1, service: `s${index}` }));
    expect(one.services()).toHaveLength(501);
    expect(one.services().at(-1)).toMatchObject({ service: '(other services)', spans: 500 });
  });
});

it('never holds more than it may, and always what came last, whatever comes', () => {
  const some = fc.record({ trace: fc.integer({ min: 1, max: 6 }), span: fc.integer({ min: 1, max: 100 }), text: fc.nat(300) });
  fc.assert(fc.property(fc.array(fc.array(some, { minLength: 1, maxLength: 5 }), { maxLength: 120 }), fc.integer({ min: 5, max: 150 }), (requests, most) => {
    const one = arrivals(most);
    const sent = new Map<string, number>();
    for (const spans of requests) {
      one.take(arrived(...spans.map(({ trace, span, text }) => ({ trace, span, attributes: { text: 'x'.repeat(sent.get(`${trace} ${span}`) ?? text) } }))));
      for (const { trace, span, text } of spans) if (!sent.has(`${trace} ${span}`)) sent.set(`${trace} ${span}`, text);
      const held = [...one.traces.traces()].flatMap(({ id }) => one.trace(id));
      expect(held.length).toBe(one.traces.spans);
      expect(held.length).toBeLessThanOrEqual(most);
      // Each once, with the bytes that it came with.
      expect(new Set(held.map((span) => `${span.traceId} ${span.spanId}`)).size).toBe(held.length);
      for (const span of held) expect(String(span.attributes['text'] ?? '').length).toBe(sent.get(`${Number(`0x${span.traceId}`)} ${Number(`0x${span.spanId}`)}`));
      const last = spans.at(-1);
      if (last !== undefined) expect(one.trace(traceId(last.trace)).map((span) => span.spanId)).toContain(spanId(last.span));
    }
  }), { numRuns: 60 });
});

describe('seen', () => {
  const [api, items] = [{ trace: 1, span: 1 }, { trace: 1, span: 3, service: 'items' }];
  it('waits for all services of that trace', async () => {
    const one = arrivals();
    const wait = one.seen(ONE, ['api', 'items'], 60_000);
    one.take(arrived(api, { trace: 2, span: 2, service: 'items' }));
    one.take(arrived(items));
    expect(await wait).toEqual({ missing: [] });
  });
  it('is there at once when all have come', async () => {
    const one = arrivals();
    one.take(arrived(api));
    expect(await one.seen(ONE, ['api'], 0)).toEqual({ missing: [] });
  });
  it('names what is missing when the time is over', async () => {
    const one = arrivals();
    one.take(arrived(api));
    expect(await one.seen(ONE, ['api', 'items', 'web'], 5)).toEqual({ missing: ['items', 'web'] });
  });
  it('ends with the signal', async () => {
    const stop = new AbortController();
    const wait = arrivals().seen(ONE, ['api'], 60_000, stop.signal);
    stop.abort();
    expect(await wait).toEqual({ missing: ['api'] });
    expect(await arrivals().seen(ONE, ['api'], 60_000, stop.signal)).toEqual({ missing: ['api'] });
  });
});
