import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { whileEmpty } from '../../src/see/page/while-empty.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What is asked takes `ms`, and gives what `answers` says by then. */
function asked(answer: { cause: string | undefined; ms?: number; empty?: boolean }) {
  let times = 0;
  const causes = whileEmpty<string>({
    isEmpty: () => answer.empty ?? true,
    ask: async () => {
      times++;
      await new Promise((done) => setTimeout(done, answer.ms ?? 0));
      return answer.cause;
    },
  });
  return { causes, times: () => times };
}

describe('while nothing has arrived', () => {
  it('it is asked only when somebody watches, and the watcher told once per change', async () => {
    const answer = { cause: 'a' };
    const { causes, times } = asked(answer);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([times(), causes.now()]).toEqual([0, undefined]);
    const told = vi.fn();
    causes.watch(told);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([times(), causes.now(), told.mock.calls.length]).toEqual([1, 'a', 1]);
    await vi.advanceTimersByTimeAsync(30_000);
    expect([times(), told.mock.calls.length]).toEqual([4, 1]);
    answer.cause = 'b';
    await vi.advanceTimersByTimeAsync(10_000);
    expect([causes.now(), told.mock.calls.length]).toEqual(['b', 2]);
  });

  it('ten browsers, each loaded again and again, ask as often as one', async () => {
    const { causes, times } = asked({ cause: 'a' });
    for (let second = 0; second < 60; second++) {
      const ends = Array.from({ length: 10 }, () => causes.watch(() => undefined));
      await vi.advanceTimersByTimeAsync(1_000);
      for (const end of ends) end();
    }
    expect(times()).toBeLessThanOrEqual(6);
    expect(times()).toBeGreaterThan(1);
  });

  it('nobody asks any more when the last one is gone', async () => {
    const { causes, times } = asked({ cause: 'a' });
    causes.watch(() => undefined)();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([times(), vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('a workspace that takes long to read is read less often', async () => {
    const { causes, times } = asked({ cause: 'a', ms: 2_000 });
    causes.watch(() => undefined);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(times()).toBe(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(times()).toBe(2);
  });

  it('the cause is none when something has arrived, also while it was being asked', async () => {
    const answer = { cause: 'a', ms: 1_000, empty: true };
    const { causes, times } = asked(answer);
    const told = vi.fn();
    causes.watch(told);
    await vi.advanceTimersByTimeAsync(1_000);
    answer.empty = false;
    await vi.advanceTimersByTimeAsync(100_000);
    expect([times(), causes.now(), told.mock.calls.length, vi.getTimerCount()]).toEqual([1, undefined, 0, 0]);
  });
});
