import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keep } from '../../src/see/keep.ts';
import { span } from './span.ts';

describe('keep', () => {
  it('counts per service; the last operation is the last server span', () => {
    const kept = keep();
    kept.add([span('t1', 's1', { service: 'api', name: 'GET /', kind: 'server' }), span('t1', 's2', { service: 'api', name: 'SELECT', error: true }), span('t1', 's3', { service: 'items', name: 'work' })]);
    kept.count('metrics', [{ service: 'api', count: 4 }]);
    kept.count('logs', [{ service: 'worker', count: 2 }, { service: 'nothing', count: 0 }]);
    expect(kept.services()).toEqual([
      { service: 'api', spans: 2, errors: 1, dataPoints: 4, logRecords: 0, repeated: 0, last: 'GET /' },
      { service: 'items', spans: 1, errors: 0, dataPoints: 0, logRecords: 0, repeated: 0, last: 'work' },
      { service: 'worker', spans: 0, errors: 0, dataPoints: 0, logRecords: 2, repeated: 0, last: '' },
    ]);
  });

  it('a span that comes twice is counted once, and as repeated', () => {
    const kept = keep();
    kept.add([span('t', 's'), span('t', 's')]);
    expect(kept.services()).toMatchObject([{ spans: 1, repeated: 1 }]);
    expect(kept.trace('t')).toHaveLength(1);
  });

  it('drops the oldest traces first', () => {
    const kept = keep(3);
    kept.add([span('a', '1'), span('a', '2'), span('b', '3'), span('b', '4')]);
    expect(kept.traceIds()).toEqual(['b']);
    expect(kept.trace('a')).toEqual([]);
    expect(kept.services()[0]?.spans).toBe(4);
  });

  it('never holds more than it may, whatever comes', () => {
    const some = fc.record({ trace: fc.nat(5).map(String), id: fc.nat(40).map(String) });
    fc.assert(fc.property(fc.array(some, { maxLength: 200 }), fc.integer({ min: 1, max: 20 }), (list, most) => {
      const kept = keep(most);
      for (const { trace, id } of list) {
        kept.add([span(trace, id)]);
        const held = kept.traceIds().reduce((all, traceId) => all + kept.trace(traceId).length, 0);
        expect(held).toBeLessThanOrEqual(most);
        expect(kept.trace(trace).map(({ spanId }) => spanId)).toContain(id);
      }
    }));
  });

  it('counts a thousand service names in bounded room', () => {
    const kept = keep();
    for (let index = 0; index < 1000; index++) kept.add([span('t', String(index), { service: `s${index}` })]);
    expect(kept.services()).toHaveLength(501);
    expect(kept.services().at(-1)).toMatchObject({ service: '(other services)', spans: 500 });
  });
});

describe('seen', () => {
  it('waits for all services of that trace', async () => {
    const kept = keep();
    const wait = kept.seen('t', ['api', 'items'], 60_000);
    kept.add([span('t', '1', { service: 'api' }), span('other', '2', { service: 'items' })]);
    kept.add([span('t', '3', { service: 'items' })]);
    expect(await wait).toEqual({ missing: [] });
  });
  it('is there at once when all have come', async () => {
    const kept = keep();
    kept.add([span('t', '1', { service: 'api' })]);
    expect(await kept.seen('t', ['api'], 0)).toEqual({ missing: [] });
  });
  it('names what is missing when the time is over', async () => {
    const kept = keep();
    kept.add([span('t', '1', { service: 'api' })]);
    expect(await kept.seen('t', ['api', 'items', 'web'], 5)).toEqual({ missing: ['items', 'web'] });
  });
  it('ends with the signal', async () => {
    const stop = new AbortController();
    const wait = keep().seen('t', ['api'], 60_000, stop.signal);
    stop.abort();
    expect(await wait).toEqual({ missing: ['api'] });
    expect(await keep().seen('t', ['api'], 60_000, stop.signal)).toEqual({ missing: ['api'] });
  });
});
