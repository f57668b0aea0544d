import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../src/see/decode.ts';
import { Malformed } from '../../src/see/otlp-limits.ts';
import { Arrivals } from '../../src/see/page/arrivals.ts';
import { readTrace } from '../../src/see/page/browser/otlp.ts';
import { page } from '../../src/see/page/routes.ts';
import { limitsFor } from '../../src/see/page/store.ts';

const bodies = ['python-traces.bin', 'node-traces.bin'].map((name) => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url))));

/** A real request with some bytes changed. */
const damaged = fc.tuple(fc.constantFrom(...bodies), fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 12 })).map(([body, changes]) => {
  const copy = Uint8Array.from(body);
  for (const [at, byte] of changes) copy[at % copy.length] = byte;
  return copy;
});

describe('a damaged request', () => {
  it('that the receiver takes is shown, or told as wrong, and leaves the store as it counts itself', async () => {
    let taken = 0;
    await fc.assert(fc.asyncProperty(damaged, async (bytes) => {
      const decoded = decode('traces', bytes, 'protobuf');
      if ('refused' in decoded) return;
      taken++;
      const arrivals = new Arrivals(limitsFor(1000));
      try {
        arrivals.take(decoded);
      } catch (error) {
        expect(error).toBeInstanceOf(Malformed);
        expect(arrivals.traces.spans).toBe(0);
      }
      const traces = [...arrivals.traces.traces()];
      expect(traces.reduce((sum, { spans }) => sum + spans, 0)).toBe(arrivals.traces.spans);
      const get = page({ arrivals, state: () => { throw new Error('nobody asks'); }, names: () => [], assets: { html: '', css: '', script: '', icon: '' } });
      for (const url of ['/api/map', '/api/search?q=get', '/api/search?q=http.method=get', ...traces.map(({ id }) => `/api/trace?id=${id}`)]) {
        const answer = await get({ method: 'GET', url, headers: { host: 'localhost' } });
        expect(url.includes('trace?') ? [200, 500] : [200], url).toContain(answer?.status);
        if (answer?.status === 200 && typeof answer.body === 'string' && url.includes('trace?')) expect(readTrace(JSON.parse(answer.body)).spans.length).toBeGreaterThan(0);
      }
    }), { numRuns: 400 });
    expect(taken).toBeGreaterThan(50);
  });
});
