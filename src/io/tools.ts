/** The real effects; tests hand in their own. */
import type { Tools } from '../types.ts';
import { working } from '../ui/progress.ts';
import type { Terminal } from '../ui/terminal.ts';
import { fetchWith } from './http.ts';

export interface ToolsOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where progress goes; standard error unless said otherwise. */
  write?(text: string): void;
}

/** Tools over this process. execa (in exec.ts) is loaded with the first program that is started. */
export function realTools(terminal: Terminal, { env = process.env, write = (text) => void process.stderr.write(text) }: ToolsOptions = {}): Tools {
  return {
    exec: async (argv, options) => (await import('./exec.ts')).exec(argv, options),
    fetch: fetchWith(env),
    now: () => Date.now(),
    env,
    working: (title) => working(title, { terminal, write, now: () => Date.now() }),
  };
}
