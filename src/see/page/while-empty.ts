/** Asks why nothing arrives, while nothing has arrived and somebody watches. */

export interface WhileEmpty<Cause> {
  /** undefined: not known (yet), or something has arrived. */
  now(): Cause | undefined;
  /** Told when the cause is another one. Gives back what ends it. */
  watch(told: () => void): () => void;
}

export interface Asking<Cause> {
  isEmpty(): boolean;
  /** Never throws. */
  ask(): Promise<Cause | undefined>;
}

/** People wait for a cause as long as for a slow page; SDKs send after 5 s. */
const FIRST_MS = 500;
/** Files are mended in between. */
const AGAIN_MS = 10_000;
/** A large workspace takes long to read, and meanwhile nothing is received: at most a fiftieth of the time is spent so. */
const SHARE = 50;

export function whileEmpty<Cause>({ isEmpty, ask }: Asking<Cause>, now: () => number = Date.now): WhileEmpty<Cause> {
  const watchers = new Set<() => void>();
  let cause: Cause | undefined;
  let timer: NodeJS.Timeout | undefined;
  let asking = false;
  let next = 0;

  const look = async (): Promise<void> => {
    timer = undefined;
    if (watchers.size === 0 || !isEmpty()) return;
    asking = true;
    const began = now();
    const found = await ask();
    asking = false;
    next = now() + Math.max(AGAIN_MS, (now() - began) * SHARE);
    const changed = JSON.stringify(found) !== JSON.stringify(cause);
    cause = found;
    plan();
    if (changed && isEmpty()) for (const told of watchers) told();
  };
  const plan = (): void => {
    if (watchers.size === 0 || asking || !isEmpty()) return;
    timer ??= setTimeout(() => void look(), Math.max(FIRST_MS, next - now()));
  };

  return {
    now: () => (isEmpty() ? cause : undefined),
    watch(told) {
      watchers.add(told);
      plan();
      return () => {
        watchers.delete(told);
        if (watchers.size > 0) return;
        clearTimeout(timer);
        timer = undefined;
      };
    },
  };
}
