/** `otel-setup` in this process, on a folder, with everything that it prints and starts in sight. */
import { parseArgs } from '../../src/args.ts';
import type { Context } from '../../src/commands/context.ts';
import { exec } from '../../src/io/exec.ts';
import { Stop } from '../../src/stop.ts';
import type { Report, Tools } from '../../src/types.ts';
import { Cancelled } from '../../src/ui/prompt.ts';
import { redact } from '../../src/ui/redact.ts';
import { display } from './display.ts';

/** Shaped like a Honeycomb configuration key; nobody's. */
export const CANARY = 'cAnArYcAnArYcAnArYcAnA';

export interface Ran {
  readonly exit: number;
  readonly report?: Report;
  /** Standard output. */
  readonly out: string;
  /** Standard error. */
  readonly err: string;
}
export interface Outside {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Programs that may really be started; every other one is "not found". */
  readonly programs?: readonly string[];
  /** Stands in for one program: gp. */
  readonly stand?: (argv: readonly string[]) => { code: number; out: string; err: string } | undefined;
}

/** Whoever is asked in a test without a terminal has gone. */
const nobody = () => Promise.reject(new Cancelled());

/** Runs one command line as `CI=1` would: no terminal, no network. */
export async function otelSetup(folder: string, argv: readonly string[], { env = {}, programs = ['git'], stand }: Outside = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const secrets = new Set<string>([CANARY]);
  const tools: Tools = {
    env: { PATH: process.env['PATH'], HOME: folder, XDG_STATE_HOME: `${folder}.state`, ...env },
    now: () => Date.now(),
    exec: async (words, options) => {
      const stood = stand?.(words);
      if (stood !== undefined) return stood;
      if (!programs.includes(words[0] ?? '')) return { code: 127, out: '', err: `${words[0] ?? ''}: not found` };
      return exec(words, options);
    },
    fetch: async (url) => {
      throw new Error(`no network in this test: ${url}`);
    },
    working: () => ({ says: () => {}, done: () => {}, failed: (text) => void (err += `${text ?? ''}\n`) }),
  };
  const context: Context = {
    cwd: folder,
    env: tools.env,
    terminal: { interactive: false, live: false, color: false, columns: 80 },
    tools,
    prompts: { secret: nobody, select: nobody, confirm: nobody, text: nobody },
    version: '0.0.0',
    print: (text) => void (err += `${redact(text, secrets)}\n`),
    warn: (text) => void (err += `${redact(text, secrets)}\n`),
    result: (text) => void (out += redact(text, secrets)),
    display: display((text) => void (err += `${redact(text, secrets)}\n`), (text) => void (out += redact(text, secrets))),
    stdin: async () => '',
    eachLine: async () => false,
    hide: (value) => void secrets.add(value),
    onInterrupt: () => () => {},
  };
  try {
    const args = await parseArgs(argv);
    const { run } = args.command === 'undo' ? await import('../../src/commands/undo.ts') : await import('../../src/commands/init.ts');
    const report = await run(args, { ...context, cwd: args.cwd ?? folder });
    return { exit: report.exit, report, out, err };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { exit: error.exit, out, err: `${err}${error.message}\n${error.hint === undefined ? '' : `  Do: ${error.hint}\n`}` };
  }
}
