/** The real effects; tests hand in their own. */
import type { Tools } from '../types.ts';
import { working, type ProgressOutput } from '../ui/progress.ts';
import { fetchWith } from './http.ts';

/** Tools over this process. execa (in exec.ts) is loaded with the first program that is started. @param progress where it goes. */
export function realTools(progress: Omit<ProgressOutput, 'now'>, env: Readonly<Record<string, string | undefined>> = process.env): Tools {
  return {
    exec: async (argv, options) => {
      if (options?.group !== true) return (await import('./exec.ts')).exec(argv, options);
      const { execUntil } = await import('./child.ts');
      const { inherit } = options;
      return execUntil(new AbortController().signal, inherit === undefined ? env : Object.fromEntries(inherit.map((name) => [name, env[name]])))(argv, options);
    },
    fetch: fetchWith(env),
    now: () => Date.now(),
    env,
    working: (title) => working(title, { ...progress, now: () => Date.now() }),
  };
}
