import type { TraceSummary } from '../api.ts';
import { comparing, routeOf, type Order } from './filter.ts';

/**
 * The traces that are known, in order. While something arrives the list is drawn five times a second: only what has
 * changed is put into its place, the ten thousand others are not sorted again. Knows nothing of the page.
 */
export class Traces {
  readonly #byId = new Map<string, TraceSummary>();
  /** Route → traces that have it. */
  readonly #routes = new Map<string, number>();
  readonly #changed = new Set<string>();
  #ordered: readonly TraceSummary[] = [];
  #by = '';

  get size(): number {
    return this.#byId.size;
  }
  get(id: string): TraceSummary | undefined {
    return this.#byId.get(id);
  }
  put(trace: TraceSummary): void {
    this.drop(trace.id);
    this.#byId.set(trace.id, trace);
    const route = routeOf(trace);
    this.#routes.set(route, (this.#routes.get(route) ?? 0) + 1);
  }
  drop(id: string): void {
    this.#changed.add(id);
    const trace = this.#byId.get(id);
    if (trace === undefined) return;
    this.#byId.delete(id);
    const route = routeOf(trace);
    const left = (this.#routes.get(route) ?? 1) - 1;
    if (left === 0) this.#routes.delete(route);
    else this.#routes.set(route, left);
  }
  clear(): void {
    for (const id of this.#byId.keys()) this.#changed.add(id);
    this.#byId.clear();
    this.#routes.clear();
  }

  /** At most so many, those that came first: a sender that puts ids into names must not make it endless. */
  routes(most: number): readonly string[] {
    const some: string[] = [];
    for (const route of this.#routes.keys()) {
      if (some.length >= most) break;
      some.push(route);
    }
    return some.toSorted();
  }

  /** The largest first, or the smallest. The same array as long as nothing has changed. */
  inOrder(order: Order, up: boolean): readonly TraceSummary[] {
    const by = `${order} ${up}`;
    const compare = comparing(order, up);
    if (by !== this.#by) this.#ordered = [...this.#byId.values()].toSorted(compare);
    else if (this.#changed.size > 0) {
      const fresh = [...this.#changed].map((id) => this.#byId.get(id)).filter((trace) => trace !== undefined).toSorted(compare);
      this.#ordered = merged(this.#ordered.filter(({ id }) => !this.#changed.has(id)), fresh, compare);
    }
    this.#by = by;
    this.#changed.clear();
    return this.#ordered;
  }
}

function merged<Item>(some: readonly Item[], more: readonly Item[], compare: (a: Item, b: Item) => number): readonly Item[] {
  const all: Item[] = [];
  let at = 0;
  for (const item of some) {
    for (let next = more[at]; next !== undefined && compare(next, item) < 0; next = more[at]) {
      all.push(next);
      at++;
    }
    all.push(item);
  }
  return [...all, ...more.slice(at)];
}
