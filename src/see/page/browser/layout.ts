import type { ServiceMap } from '../api.ts';

export interface Placed {
  readonly key: string;
  /** Column from the left (callers), and place in it from the top. */
  readonly column: number;
  readonly row: number;
}

/**
 * Places the services in columns: who calls stands left of who is called, and in each column near its callers. Where
 * services call in a circle, the call that closes it does not count. Pure.
 */
export function layout({ nodes, edges }: ServiceMap): readonly Placed[] {
  const keys = nodes.map(({ key }) => key);
  const calls = new Map(keys.map((key) => [key, edges.filter(({ from, to }) => from === key && to !== key && keys.includes(to)).map(({ to }) => to)]));
  const order = callersFirst(keys, calls);
  const place = new Map(order.map((key, index) => [key, index]));
  const isForward = (from: string, to: string): boolean => (place.get(from) ?? 0) < (place.get(to) ?? 0);
  const columns = new Map(keys.map((key) => [key, 0]));
  for (const from of order) for (const to of calls.get(from) ?? []) if (isForward(from, to)) columns.set(to, Math.max(columns.get(to) ?? 0, (columns.get(from) ?? 0) + 1));
  const rows = new Map<string, number>();
  for (let column = 0; column <= Math.max(0, ...columns.values()); column++) {
    const height = (key: string): number => mean(order.filter((from) => calls.get(from)?.includes(key)).flatMap((from) => rows.get(from) ?? []));
    const here = order.filter((key) => columns.get(key) === column).map((key) => ({ key, height: height(key) }));
    for (const [row, { key }] of here.toSorted((a, b) => a.height - b.height).entries()) rows.set(key, row);
  }
  return keys.map((key) => ({ key, column: columns.get(key) ?? 0, row: rows.get(key) ?? 0 }));
}

/** Every key once, callers before whom they call (depth first, the last left is the first). */
function callersFirst(keys: readonly string[], calls: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const called = new Set([...calls.values()].flat());
  const seen = new Set<string>();
  const done: string[] = [];
  const visit = (key: string): void => {
    if (seen.has(key)) return;
    seen.add(key);
    for (const next of calls.get(key) ?? []) visit(next);
    done.push(key);
  };
  for (const key of [...keys.filter((one) => !called.has(one)), ...keys]) visit(key);
  return done.toReversed();
}

const mean = (numbers: readonly number[]): number => (numbers.length === 0 ? 0 : numbers.reduce((all, one) => all + one, 0) / numbers.length);
