/** The only place that starts programs. No shell anywhere: an argument is an argument. */
import { spawnSync } from 'node:child_process';
import type { ExecOptions, ExecResult } from '../types.ts';
import { located, notStarted, outsideOf } from './outside-programs.ts';
import { splitLines } from './split-lines.ts';

const NOT_FOUND = 127;
const TIME_IS_UP = 124;
const TOO_MUCH = 125;
/** Of output that is kept; the rest is dropped by the child's end. */
const MOST_OUTPUT = 64 * 1024 * 1024;

/**
 * Runs a program to its end. Never throws for a program that fails or is absent: code 127 = not found, 124 = `ms` is up,
 * 128 + n = ended by signal n. `env` is added to this process's environment, or to what
 * `inherit` names of it; a value undefined takes the name out. No program of the workspace is taken for the one that is
 * meant (io/outside-programs.ts).
 * execa is loaded here, with the first program, because it costs as much start-up time as everything else together.
 */
export async function exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  const { execa } = await import('execa');
  const [program = '', ...args] = argv;
  const { env, dropped } = outsideOf(environment(options), program, options.cwd);
  const child = execa(located(program, env), args, {
    reject: false,
    extendEnv: false,
    preferLocal: false,
    env,
    stripFinalNewline: false,
    maxBuffer: MOST_OUTPUT,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.ms === undefined ? {} : { timeout: options.ms, forceKillAfterDelay: 1_000 }),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  });
  // Never straight to the terminal: what a build prints is text of a repository.
  if (options.live !== undefined) for (const stream of [child.stdout, child.stderr]) splitLines(stream, options.live);
  const done = await child;
  const code = done.timedOut ? TIME_IS_UP : (done.exitCode ?? codeOf(done));
  return { code, out: text(done.stdout), err: text(done.stderr) || (code === NOT_FOUND ? `${program}: not found${notStarted(program, dropped)}` : '') };
}

/** The same for the short read-only questions that a synchronous reader asks (git). */
export function execSync(argv: readonly string[], options: Omit<ExecOptions, 'live'> = {}): ExecResult {
  const [program = '', ...args] = argv;
  const { env, dropped } = outsideOf(environment(options), program, options.cwd);
  const done = spawnSync(located(program, env), args, {
    encoding: 'utf8',
    maxBuffer: MOST_OUTPUT,
    windowsHide: true,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.ms === undefined ? {} : { timeout: options.ms, killSignal: 'SIGKILL' as const }),
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  const failed: NodeJS.ErrnoException | undefined = done.error;
  const code = failed === undefined ? (done.status ?? 128) : failed.code === 'ETIMEDOUT' ? TIME_IS_UP : failed.code === 'ENOBUFS' ? TOO_MUCH : NOT_FOUND;
  const why = code === NOT_FOUND ? `not found${notStarted(program, dropped)}` : failed?.message;
  return { code, out: done.stdout ?? '', err: done.stderr || (failed === undefined ? '' : `${program}: ${why}`) };
}

function environment({ env: added, inherit }: ExecOptions): NodeJS.ProcessEnv {
  const own = inherit === undefined ? process.env : Object.fromEntries(inherit.map((name) => [name, process.env[name]]));
  const env: NodeJS.ProcessEnv = { ...own, ...added };
  for (const name of Object.keys(env)) if (env[name] === undefined) delete env[name];
  return env;
}

/** execa's result of a program that never started or that a signal ended. */
function codeOf(done: { readonly code?: string | undefined; readonly signal?: string | undefined }): number {
  if (done.code === 'ENOENT' || done.code === 'EACCES' || done.code === 'ENOTDIR') return NOT_FOUND;
  const signals: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
  return done.signal === undefined ? NOT_FOUND : 128 + (signals[done.signal] ?? 0);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
