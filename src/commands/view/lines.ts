/** What `view` says in a pipe: a line for a service at once, then at most one every half second, however often it sends. */
import { MOST_SERVICES, OTHERS } from '../../see/counts.ts';
import { batchLines, countLines } from '../../see/watch.ts';
import type { Arrivals, Arrived } from '../../see/page/arrivals.ts';
import type { Count } from '../../see/span.ts';

const EVERY_MS = 500;

export interface Lines {
  add(arrived: Arrived): void;
  /** Says what was not said yet. */
  end(): void;
}

export function linesOf(say: (lines: readonly string[]) => void, { service }: Pick<Arrivals, 'service'>): Lines {
  const added = { traces: new Map<string, number>(), metrics: new Map<string, number>(), logs: new Map<string, number>() };
  let timer: NodeJS.Timeout | undefined;
  const countsOf = (signal: 'metrics' | 'logs'): readonly Count[] => [...added[signal]].map(([name, count]) => ({ service: name, count }));
  const flush = (): boolean => {
    const said = [...batchLines(added.traces, service), ...countLines('metrics', countsOf('metrics')), ...countLines('logs', countsOf('logs'))];
    for (const signal of Object.values(added)) signal.clear();
    if (said.length > 0) say(said);
    return said.length > 0;
  };
  const tick = (): void => {
    timer = flush() ? setTimeout(tick, EVERY_MS) : undefined;
  };
  return {
    add(arrived) {
      const to = added[arrived.signal];
      const count = (given: string, more: number): void => {
        const name = to.has(given) || to.size < MOST_SERVICES ? given : OTHERS;
        to.set(name, (to.get(name) ?? 0) + more);
      };
      if (arrived.signal === 'traces') for (const group of arrived.groups) count(group.service, group.spans.length);
      else for (const one of arrived.counts) count(one.service, one.count);
      if (timer === undefined) tick();
    },
    end() {
      clearTimeout(timer);
      flush();
    },
  };
}
