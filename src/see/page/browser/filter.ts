import type { TraceSummary } from '../api.ts';

export interface Filter {
  /** Words in the root's operation, route, services or id; other places are searched by the server. */
  readonly text: string;
  readonly service: string;
  readonly route: string;
  /** 'error', '2xx' … '5xx'. */
  readonly status: string;
  /** At least this many nanoseconds. */
  readonly atLeast: number;
}
export const NO_FILTER: Filter = { text: '', service: '', route: '', status: '', atLeast: 0 };

export type Order = 'time' | 'duration' | 'spans' | 'errors';

/** What a trace is found by in the route menu: its route with the method in front, else its operation. */
export const routeOf = ({ name, route }: TraceSummary): string => (route === '' || name.includes(route) ? name : `${name.split(' ')[0] ?? ''} ${route}`);

/** @param found ids that the server found for `text`; undefined = it has not answered yet. Pure. */
export function passes(trace: TraceSummary, filter: Filter, found: ReadonlySet<string> | undefined): boolean {
  if (filter.service !== '' && !trace.services.includes(filter.service)) return false;
  if (filter.route !== '' && routeOf(trace) !== filter.route) return false;
  if (filter.status === 'error' && trace.errors === 0) return false;
  if (/^[1-5]xx$/.test(filter.status) && Math.floor(trace.status / 100) !== Number(filter.status[0])) return false;
  if (trace.ns < filter.atLeast) return false;
  const text = filter.text.trim().toLowerCase();
  return text === '' || found?.has(trace.id) === true || [trace.name, trace.route, trace.id, ...trace.services].some((word) => word.toLowerCase().includes(text));
}

export const isEmpty = ({ text, service, route, status, atLeast }: Filter): boolean => text.trim() === '' && service === '' && route === '' && status === '' && atLeast === 0;

const KEY: Readonly<Record<Order, (trace: TraceSummary) => number>> = { time: ({ at }) => at, duration: ({ ns }) => ns, spans: ({ spans }) => spans, errors: ({ errors }) => errors };

/** The largest first, or the smallest; the same are in order of time. No two are the same. Pure. */
export function comparing(order: Order, up: boolean): (a: TraceSummary, b: TraceSummary) => number {
  const key = KEY[order];
  return (a, b) => (up ? key(a) - key(b) : key(b) - key(a)) || b.at - a.at || (a.id < b.id ? -1 : 1);
}
