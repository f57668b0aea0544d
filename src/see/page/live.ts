import type { State } from './api.ts';
import type { Arrivals } from './arrivals.ts';
import { summaryOf } from './trace.ts';

/** The way to one browser: server-sent events. */
export interface Out {
  /** false: it is slow; wait for `onReady`. */
  write(text: string): boolean;
  onReady(then: () => void): void;
}

/** Traces in one event; what is new is told at most this often. */
const AT_ONCE = 1_000;
const EVERY_MS = 200;
/** Proxies cut a connection on which nothing is said. */
const ALIVE_MS = 15_000;

/**
 * Tells one browser what is there and then what changes: `reset`, `traces` (summaries), `gone` (ids), `state`. Held for a
 * slow browser are only ids, so it costs no more than the store. A browser that comes again gets everything again:
 * nothing has to be remembered for it. Gives back what ends it.
 */
export function live(arrivals: Arrivals, state: () => State, out: Out, watchState: (told: () => void) => () => void = () => () => undefined): () => void {
  const changed = new Set([...arrivals.traces.traces()].map(({ id }) => id));
  const gone = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let ready = true;
  let over = false;

  const say = (event: string, data: unknown): void => {
    ready = out.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    if (!ready) out.onReady(() => {
      ready = true;
      plan(0);
    });
  };
  const flush = (): void => {
    timer = undefined;
    if (over || !ready) return;
    if (gone.size > 0) say('gone', [...gone]);
    gone.clear();
    const ids = [...changed].slice(0, AT_ONCE);
    for (const id of ids) changed.delete(id);
    const summaries = ids.map((id) => arrivals.traces.get(id)).filter((trace) => trace !== undefined).map(summaryOf);
    if (summaries.length > 0) say('traces', summaries);
    if (changed.size > 0) plan(0);
    else say('state', state());
  };
  const plan = (ms: number): void => {
    if (!over) timer ??= setTimeout(flush, ms);
  };
  const unwatch = arrivals.watch((more, less) => {
    for (const id of more) changed.add(id);
    for (const id of less) {
      changed.delete(id);
      gone.add(id);
    }
    for (const id of more) gone.delete(id);
    plan(EVERY_MS);
  });
  const unwatchState = watchState(() => plan(0));
  const alive = setInterval(() => {
    if (ready) ready = out.write(': still here\n\n');
  }, ALIVE_MS);
  say('reset', {});
  say('state', state());
  plan(0);
  return () => {
    over = true;
    clearTimeout(timer);
    clearInterval(alive);
    unwatch();
    unwatchState();
  };
}
