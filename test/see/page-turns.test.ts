import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Turns } from '../../src/see/page/turns.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Work that takes so many milliseconds; when it began stands in `began`. */
function worker(turns: Turns) {
  const began: [string, number][] = [];
  const start = Date.now();
  const ask = (name: string, ms: number, signal?: AbortSignal): Promise<string | undefined> => turns.take(async () => {
    began.push([name, Date.now() - start]);
    await new Promise((done) => setTimeout(done, ms));
    return name;
  }, signal);
  return { began, ask };
}
const turns = (waiting = 10, rest = 0): Turns => new Turns({ waiting, rest }, Date.now);

describe('turns', () => {
  it('are one after another, and the pause after each is as long as it took', async () => {
    const { began, ask } = worker(turns());
    const all = Promise.all([ask('a', 100), ask('b', 20), ask('c', 5)]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await all).toEqual(['a', 'b', 'c']);
    expect(began).toEqual([['a', 0], ['b', 200], ['c', 240]]);
  });

  it('are given by halves of the time, however much is asked', async () => {
    const { began, ask } = worker(turns(3));
    let refused = 0;
    for (let ms = 0; ms < 10_000; ms += 10) {
      for (let time = 0; time < 5; time++) void ask('more', 100).then((got) => void (got === undefined && refused++));
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(began.length).toBeLessThanOrEqual(51);
    expect(began.length).toBeGreaterThan(45);
    expect(refused).toBeGreaterThan(4_000);
  });

  it('pause for a while at least, where that is said', async () => {
    const { began, ask } = worker(turns(10, 50));
    void ask('a', 0);
    void ask('b', 0);
    await vi.advanceTimersByTimeAsync(200);
    expect(began).toEqual([['a', 0], ['b', 50]]);
  });

  it('are not taken by those who have gone away', async () => {
    const { began, ask } = worker(turns(1));
    const gone = new AbortController();
    const first = ask('a', 100);
    const second = ask('b', 100, gone.signal);
    gone.abort();
    expect(await second).toBeUndefined();
    const third = ask('c', 1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([await first, await third, await ask('d', 1, gone.signal)]).toEqual(['a', 'c', undefined]);
    expect(began.map(([name]) => name)).toEqual(['a', 'c']);
  });

  it('go on after one that fails, which fails for its own', async () => {
    const one = turns();
    await expect(one.take(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    const next = one.take(() => 'fine');
    await vi.advanceTimersByTimeAsync(10);
    expect(await next).toBe('fine');
  });
});
