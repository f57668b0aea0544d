import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { linesOf } from '../../src/commands/view/lines.ts';
import { Arrivals } from '../../src/see/page/arrivals.ts';
import { limitsFor } from '../../src/see/page/store.ts';
import { arrived } from './otlp.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('view in a pipe', () => {
  it('says the first at once, and then what came together', () => {
    const arrivals = new Arrivals(limitsFor(1000));
    const said: string[] = [];
    const lines = linesOf((more) => said.push(...more), arrivals);
    const take = (span: number, service: string): void => {
      const one = arrived({ trace: 1, span, service, name: `work ${span}` });
      arrivals.take(one);
      lines.add(one);
    };
    take(1, 'api');
    expect(said).toEqual(['api  1 span (+1), 0 errors  last: work 1']);
    take(2, 'api');
    take(3, 'api');
    take(4, 'items');
    lines.add({ signal: 'logs', bytes: new Uint8Array(), counts: [{ service: 'api', count: 3 }] });
    expect(said).toHaveLength(1);
    vi.advanceTimersByTime(500);
    expect(said.slice(1)).toEqual(['api  3 spans (+2), 0 errors  last: work 1', 'items  1 span (+1), 0 errors  last: work 4', 'api  +3 log records']);
    vi.advanceTimersByTime(10_000);
    take(5, 'items');
    expect(said).toHaveLength(5);
    take(6, 'items');
    lines.end();
    expect(said.at(-1)).toBe('items  3 spans (+1), 0 errors  last: work 4');
    vi.advanceTimersByTime(10_000);
    expect(said).toHaveLength(6);
  });
});
