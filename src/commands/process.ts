/** The process as a Context: streams, environment, signals. */
import { resolve } from 'node:path';

import type { ParsedArgs } from '../args.ts';
import { realTools } from '../io/tools.ts';
import { EXIT, Stop } from '../stop.ts';
import { prompts } from '../ui/prompt.ts';
import { clean, cleanColored, redact } from '../ui/redact.ts';
import { wrap } from '../ui/show.ts';
import { terminal, type Terminal } from '../ui/terminal.ts';
import type { Context } from './context.ts';

export interface Outside {
  context(args: ParsedArgs, version: string): Context;
  /** Standard error, redacted and cleaned; works before there is a context. */
  complain(text: string): void;
  /** Standard output, redacted. */
  answer(text: string): void;
}

type Env = Readonly<Record<string, string | undefined>>;
/** Variables whose values are hidden from the first moment on. */
const SECRET_VARIABLES = ['HONEYCOMB_API_KEY', 'HONEYCOMB_WRITEKEY'];

/** @param env the process's own; what it holds of keys is hidden in everything that is printed. */
export function outside(env: Env): Outside {
  const secrets = new Set(SECRET_VARIABLES.flatMap((name) => env[name]?.trim() ?? []));
  const safe = (text: string) => redact(text, secrets);
  // A file or a pipe gets the bytes; a terminal must not be steered by what stands in a repository.
  const answer = (text: string) => void process.stdout.write(process.stdout.isTTY ? cleanColored(safe(text)) : safe(text));
  // In GitHub Actions a line that begins with "::" is a command, on both streams: text of a repository must not give one.
  const unspoken = (text: string) => (env['GITHUB_ACTIONS'] === 'true' ? text.replace(/^([^\S\n]*):(?=:)/gm, '$1: ') : text);
  const write = (text: string) => void process.stderr.write(`${unspoken(clean(safe(text)))}\n`);
  const complain = (text: string) => write(folded(text, terminal(env)));

  return {
    answer,
    complain,
    context(args, version) {
      const seen = terminal(args.color ? env : { ...env, NO_COLOR: '1' });
      const say = (text: string) => void process.stderr.write(`${unspoken(seen.color ? cleanColored(safe(text)) : clean(safe(text)))}\n`);
      const progress = (text: string) => void (args.quiet ? undefined : process.stderr.write(safe(text)));
      return {
        cwd: args.cwd === undefined ? process.cwd() : resolve(args.cwd),
        env,
        terminal: seen,
        tools: realTools(seen, { env, write: progress }),
        prompts: prompts(seen),
        version,
        print: args.quiet ? () => {} : say,
        warn: (text) => say(folded(text, seen)),
        result: args.format === 'github' || args.check ? answer : (text) => answer(unspoken(text)),
        stdin: readStdin,
        eachLine,
        hide: (value) => void secrets.add(value),
        onInterrupt,
      };
    },
  };
}

/** Sentences keep their words whole at the edge of a terminal; a pipe gets each line as it is. */
const folded = (text: string, { live, columns }: Pick<Terminal, 'live' | 'columns'>) => (live ? text.split('\n').flatMap((line) => (line.length <= columns ? [line] : wrap(line, indentOf(line) + 2, columns))).join('\n') : text);
const indentOf = (line: string) => line.length - line.trimStart().length;

const stops = new Set<() => void>();
function onInterrupt(stop: () => void): () => void {
  stops.add(stop);
  return () => void stops.delete(stop);
}
/**
 * From now on the first signal asks the command to end; the second, or one that nobody waits for, ends the process. So does
 * a reader that went away (`verify --json | head -1`): what is to be put back is put back first.
 * @param exit ends the process at once. @param unread the same, where nobody reads any more.
 */
export function watchSignals(exit: (code: number) => void, unread: () => void): void {
  let asked = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners('error');
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (asked) return;
      if (stops.size === 0) return unread();
      asked = true;
      for (const stop of stops) stop();
    });
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (asked || stops.size === 0) return exit(EXIT.interrupted);
      asked = true;
      for (const stop of stops) stop();
    });
  }
}

/** All of standard input. @throws Stop (exit 3) where it stays open or is a terminal. */
async function readStdin(ms = 10_000): Promise<string> {
  const { stdin } = process;
  if (stdin.isTTY) throw new Stop(EXIT.answerMissing, 'Standard input is a terminal, not a file or a pipe.', 'printf %s "$HONEYCOMB_API_KEY" | otel-setup init --key-stdin');
  const chunks: Buffer[] = [];
  return new Promise((done, failed) => {
    const timer = setTimeout(() => {
      stdin.destroy();
      failed(new Stop(EXIT.answerMissing, `Standard input is open, but nothing ended it within ${ms / 1000} seconds.`, 'close it after the key, or leave --key-stdin out'));
    }, ms);
    stdin.on('data', (chunk: Buffer) => chunks.push(chunk));
    stdin.once('error', failed);
    stdin.once('end', () => {
      clearTimeout(timer);
      done(Buffer.concat(chunks).toString('utf8'));
    });
  });
}

/** Of a line without an end so much is kept; the rest of it is passed over. */
const LONGEST_LINE = 65_536;
/** Standard input, line by line, without keeping more than one of them. */
async function eachLine(take: (line: string) => void): Promise<boolean> {
  const { stdin } = process;
  if (stdin.isTTY) return false;
  let kept = '';
  let cut = false;
  const ended = (line: string): void => {
    if (!cut) take(line.endsWith('\r') ? line.slice(0, -1) : line);
    cut = false;
  };
  const took = (chunk: string): void => {
    const [first = '', ...more] = chunk.split('\n');
    let line = kept + first;
    for (const next of more) {
      ended(line);
      line = next;
    }
    if (line.length > LONGEST_LINE) {
      ended(line.slice(0, LONGEST_LINE));
      cut = true;
    }
    kept = cut ? '' : line;
  };
  stdin.setEncoding('utf8');
  await new Promise<void>((done, failed) => {
    const release = onInterrupt(() => {
      stdin.destroy();
      done();
    });
    stdin.on('data', took);
    stdin.once('error', failed);
    stdin.once('end', () => {
      release();
      done();
    });
  });
  if (kept !== '') ended(kept);
  return true;
}
