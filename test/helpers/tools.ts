import type { ExecResult, Tools } from '../../src/types.ts';

export interface Watched extends Tools {
  /** What was started, in order. */
  readonly ran: (readonly string[])[];
  readonly asked: string[];
}

/** Tools that do nothing by themselves and keep a list of what was wanted of them. */
export function fakeTools(given: {
  exec?: (argv: readonly string[]) => Partial<ExecResult> | undefined;
  fetch?: Tools['fetch'];
  env?: Tools['env'];
  now?: number;
} = {}): Watched {
  const ran: (readonly string[])[] = [];
  const asked: string[] = [];
  return {
    ran, asked,
    env: given.env ?? {},
    now: () => given.now ?? 0,
    exec: async (argv) => {
      ran.push(argv);
      return { code: 0, out: '', err: '', ...given.exec?.(argv) };
    },
    fetch: async (url, init) => {
      asked.push(url);
      if (given.fetch === undefined) throw new Error('this test has no network');
      return given.fetch(url, init);
    },
    working: () => ({ says: () => {}, done: () => {}, failed: () => {} }),
  };
}
