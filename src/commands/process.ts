/** The process as a Context: streams, environment, signals. */
import { isAbsolute, resolve } from 'node:path';

import type { ParsedArgs } from '../args.ts';
import { startNothingFrom } from '../io/outside-programs.ts';
import { realTools } from '../io/tools.ts';
import { EXIT, Stop } from '../stop.ts';
import { jsonText } from '../ui/ci-commands.ts';
import { output, type Lost } from '../ui/output.ts';
import { prompts } from '../ui/prompt.ts';
import { wrap } from '../ui/show.ts';
import { terminal, type Terminal } from '../ui/terminal.ts';
import type { Context } from './context.ts';

export interface Outside {
  context(args: ParsedArgs, version: string): Context;
  /** Standard error; works before there is a context. */
  complain(text: string): void;
  /** A value on standard output, as JSON. @param indent blanks a level. */
  answer(value: unknown, indent: number): void;
  hide(value: string): void;
  onLost(tell: (lost: Lost) => void): void;
  /** Waits for what is not written yet. @returns what standard output could not take. */
  flushed(): Promise<Lost | undefined>;
}

type Env = Readonly<Record<string, string | undefined>>;
/** Variables whose values are hidden from the first moment on. */
const SECRET_VARIABLES = ['HONEYCOMB_API_KEY', 'HONEYCOMB_WRITEKEY'];

/** @param env the process's own; what it holds of keys is hidden in everything that is printed. */
export function outside(env: Env): Outside {
  const gate = output(SECRET_VARIABLES.flatMap((name) => env[name]?.trim() ?? []));
  return {
    answer: (value, indent) => gate.result(jsonText(value, indent)),
    complain: (text) => gate.say(folded(text, terminal(env))),
    hide: gate.hide,
    onLost: gate.onLost,
    flushed: gate.flushed,
    context(args, version) {
      const seen = terminal(args.color ? env : { ...env, NO_COLOR: '1' });
      const print = args.quiet ? () => {} : (text: string) => gate.say(text);
      const cwd = workingFolder(args.cwd);
      startNothingFrom(cwd);
      return {
        cwd,
        env,
        terminal: seen,
        tools: realTools({ terminal: seen, say: print, draw: (frame) => (args.quiet ? undefined : gate.draw(frame, seen.color)) }, env),
        prompts: prompts(seen, gate),
        version,
        print,
        warn: (text) => gate.say(folded(text, seen)),
        result: gate.result,
        display: {
          lines: args.quiet ? () => {} : (lines) => lines.forEach((line) => gate.say(line, seen.color)),
          annotate: gate.annotate,
          exact: gate.exact,
          draw: (frame) => gate.draw(frame, seen.color),
        },
        stdin: readStdin,
        eachLine,
        hide: gate.hide,
        onInterrupt,
      };
    },
  };
}

/**
 * Where a command works: `named`, or where it was started. A folder that was deleted has no name any more; an absolute
 * one takes its place, also for the programs that are started.
 * @throws Stop (exit 2) where there is none.
 */
function workingFolder(named: string | undefined): string {
  try {
    return resolve(process.cwd(), named ?? '.');
  } catch {
    if (named === undefined || !isAbsolute(named)) {
      throw new Stop(EXIT.usage, 'The folder that this was started in is not there any more, or may not be read.', 'cd into one that is there, or name one from the top: --cwd /PATH/TO/FOLDER');
    }
    try {
      process.chdir(named);
    } catch {
      // What is wrong with it is said by the command that reads it.
    }
    return named;
  }
}

/** Sentences keep their words whole at the edge of a terminal; a pipe gets each line as it is. */
const folded = (text: string, { live, columns }: Pick<Terminal, 'live' | 'columns'>) => (live ? text.split('\n').flatMap((line) => (line.length <= columns ? [line] : wrap(line, indentOf(line) + 2, columns))).join('\n') : text);
const indentOf = (line: string) => line.length - line.trimStart().length;

const stops = new Set<() => void>();
let asked = false;
/** Nobody reads any more what this command says. */
let unread = false;
function onInterrupt(stop: () => void): () => void {
  stops.add(stop);
  if (unread && !asked) queueMicrotask(askToEnd);
  return () => void stops.delete(stop);
}
function askToEnd(): void {
  if (asked || stops.size === 0) return;
  asked = true;
  for (const stop of stops) stop();
}
/**
 * From now on the first signal asks the command to end; the second, or one that nobody waits for, ends the process. A
 * stream that cannot be written (`verify --json | head -1`, a full disk) asks too: what is to be put back is put back. A
 * command that ends by itself goes on, without its words: cutting it off in the middle would help nobody.
 * @param exit ends the process at once.
 */
export function watchSignals(exit: (code: number) => void, { onLost }: Pick<Outside, 'onLost'>): void {
  onLost(() => {
    unread = true;
    askToEnd();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A terminal that closes sends it, and so does the shell in it: twice is not a second wish.
      if (asked && signal === 'SIGHUP') return;
      if (asked || stops.size === 0) return exit(EXIT.interrupted);
      askToEnd();
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
    stdin.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      failed(unreadable(error));
    });
    stdin.once('end', () => {
      clearTimeout(timer);
      done(Buffer.concat(chunks).toString('utf8'));
    });
  });
}

/** `< FOLDER`, a terminal that went away. */
const unreadable = ({ code, message }: NodeJS.ErrnoException): Stop => new Stop(EXIT.usage, `Standard input cannot be read (${code === 'EISDIR' ? 'it is a folder' : (code ?? message)}).`, 'give it a file or a pipe');

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
    stdin.once('error', (error: NodeJS.ErrnoException) => failed(unreadable(error)));
    stdin.once('end', () => {
      release();
      done();
    });
  });
  if (kept !== '') ended(kept);
  return true;
}
