/** Programs that run on while we do: started, listened to, signalled as a group, never left behind. */
import type { Tools } from '../types.ts';
import { exec } from './exec.ts';
import { located, outsideOf } from './outside-programs.ts';
import { splitLines } from './split-lines.ts';

export interface Child {
  /** To the program and all that it started. Nothing happens when it has ended. */
  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void;
  /** undefined = it could not be started. */
  readonly pid: number | undefined;
  /** 127 = not found or not executable, 128 + n = ended by signal n. Never rejects. */
  readonly ended: Promise<number>;
}
export interface ChildOptions {
  readonly cwd: string;
  /** All of it: nothing is inherited from this process. */
  readonly env: Readonly<Record<string, string>>;
  /** 'terminal': it shares our streams, standard input too, and Ctrl-C reaches it directly. 'streams': our output, no input. Else its lines, one at a time. */
  readonly output: 'terminal' | 'streams' | ((line: string, from: 'out' | 'err') => void);
  /** It goes on by itself when this process exits. */
  readonly outlives?: boolean;
  /** A service of the workspace, which the user wants to be started: its own programs are found. Nothing else's are. */
  readonly ofWorkspace?: boolean;
}

const running = new Set<Child>();
let watching = false;

/**
 * Starts a program. Unless it shares the terminal it leads a process group of its own, so that a signal of ours reaches
 * a reloader's child as well. What still runs when this process exits is killed.
 */
export async function startChild(argv: readonly string[], { cwd, env: given, output, outlives = false, ofWorkspace = false }: ChildOptions): Promise<Child> {
  const { execa } = await import('execa');
  const [program = '', ...args] = argv;
  const env = ofWorkspace ? given : outsideOf(given, program, cwd).env;
  const group = output !== 'terminal' && process.platform !== 'win32';
  const lines = typeof output === 'function';
  const child = execa(ofWorkspace ? program : located(program, env), args, {
    cwd,
    env,
    extendEnv: false,
    preferLocal: false,
    reject: false,
    buffer: false,
    cleanup: false,
    detached: group,
    stdin: output === 'terminal' ? 'inherit' : 'ignore',
    stdout: lines ? 'pipe' : 'inherit',
    stderr: lines ? 'pipe' : 'inherit',
  });
  if (lines) {
    splitLines(child.stdout, (line) => output(line, 'out'));
    splitLines(child.stderr, (line) => output(line, 'err'));
  }
  const signal: Child['signal'] = (name) => {
    if (child.pid === undefined) return;
    try {
      if (group) process.kill(-child.pid, name);
      else child.kill(name);
    } catch {
      // ESRCH: the last of the group has gone.
    }
  };
  const ended = child.then((done) => done.exitCode ?? signalled(done.signal));
  const one: Child = { signal, pid: child.pid, ended };
  if (!outlives) running.add(one);
  void ended.finally(() => running.delete(one));
  if (!watching) {
    watching = true;
    // In front of what tidies up after them.
    process.prependListener('exit', () => {
      for (const left of running) left.signal('SIGKILL');
    });
  }
  return one;
}

/** Asks it to end (SIGINT: Python and Node flush their spans on it), and kills what is left of its group after `ms`. */
export async function stopChild(child: Child, ms: number): Promise<number> {
  child.signal('SIGINT');
  const timer = setTimeout(() => child.signal('SIGKILL'), ms);
  const code = await child.ended;
  clearTimeout(timer);
  // A reloader's child can outlive its parent.
  child.signal('SIGKILL');
  return code;
}

/**
 * `Tools.exec` that ends with `signal`: then the program and all that it started are asked to end, and killed after five
 * seconds (code 130). Same codes otherwise; output keeps its last 10,000 lines.
 */
export const execUntil = (signal: AbortSignal, base: NodeJS.ProcessEnv): Tools['exec'] => execWith(signal, base);

/**
 * `Tools.exec` for what must not be cut off in the middle: neither Ctrl-C nor the end of this process reaches it.
 * @param started hears the process number of each program.
 */
export const execThrough = (base: NodeJS.ProcessEnv, started: (pid: number) => void): Tools['exec'] => execWith(new AbortController().signal, base, started);

const execWith = (signal: AbortSignal, base: NodeJS.ProcessEnv, started?: (pid: number) => void): Tools['exec'] => async (argv, options = {}) => {
  if (signal.aborted) return { code: 130, out: '', err: '' };
  if (options.input !== undefined) return exec(argv, options);
  const lines = { out: new Array<string>(), err: new Array<string>() };
  const own = options.inherit === undefined ? base : Object.fromEntries(options.inherit.map((name) => [name, base[name]]));
  const all = Object.entries({ ...own, ...options.env }).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const child = await startChild(argv, {
    cwd: options.cwd ?? process.cwd(),
    env: Object.fromEntries(all),
    outlives: started !== undefined,
    output(line, from) {
      if (lines[from].push(line) > 10_000) lines[from].shift();
      options.live?.(line);
    },
  });
  if (child.pid !== undefined) started?.(child.pid);
  let late = false;
  const time = options.ms === undefined ? undefined : setTimeout(() => {
    late = true;
    void stopChild(child, 1_000);
  }, options.ms);
  const stop = (): void => void stopChild(child, 5_000);
  signal.addEventListener('abort', stop, { once: true });
  // It may have come while the program was being started.
  if (signal.aborted) stop();
  const code = await child.ended;
  clearTimeout(time);
  signal.removeEventListener('abort', stop);
  return { code: late ? 124 : signal.aborted ? 130 : code, out: joined(lines.out), err: joined(lines.err) };
};
const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

function signalled(signal: string | undefined): number {
  const numbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };
  return signal === undefined ? 127 : 128 + (numbers[signal] ?? 0);
}
