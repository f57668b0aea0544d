/**
 * The one file that knows enquirer 2.4.1, which needs help to be usable: bare, Ctrl-C crashes the process on Node 24,
 * Ctrl-D and a closed stdin never settle, and an open pipe hangs. Here each of them ends in `Cancelled`.
 */
import type EnquirerClass from 'enquirer';
import type { Output } from './output.ts';
import { oneLine } from './redact.ts';
import type { Terminal } from './terminal.ts';

/** The person said no more: Ctrl-C, Ctrl-D, Escape, or the terminal went away. */
export class Cancelled extends Error {
  constructor() {
    super('cancelled');
    this.name = 'Cancelled';
  }
}

export interface Choice<T extends string> {
  readonly name: T;
  readonly message: string;
}
export interface Prompts {
  /** A hidden answer; '' where only Enter was pressed. */
  secret(message: string): Promise<string>;
  select<T extends string>(message: string, choices: readonly Choice<T>[]): Promise<T>;
  confirm(message: string, initial: boolean): Promise<boolean>;
  text(message: string, initial: string): Promise<string>;
}

interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
}
/** What enquirer's 'prompt' event hands out, as far as it is used; its own types leave it out. */
interface Drawn {
  readonly state: { readonly submitted?: boolean };
  cancel(): Promise<unknown>;
}
type Question = Readonly<Record<string, unknown>> & { readonly type: string; readonly message: string };

/** Prompts on standard error. @param output what enquirer is given to draw comes through it. @throws Cancelled from each of them. */
export function prompts(terminal: Terminal, output: Pick<Output, 'shown' | 'terminal'>): Prompts {
  const shown = (text: string) => output.shown(oneLine(text));
  const ask = (question: Question) => once({ ...question, message: shown(question.message) }, terminal, { stdin: process.stdin, stdout: output.terminal });
  const look = terminal.color ? {} : { prefix: '?' };
  return {
    secret: async (message) => String(await ask({ type: 'password', message, ...look })),
    confirm: async (message, initial) => (await ask({ type: 'confirm', message, initial, format: (value: unknown) => (value === true ? 'yes' : 'no'), ...look })) === true,
    text: async (message, initial) => String(await ask({ type: 'input', message, initial: shown(initial), ...look })),
    select: async (message, choices) => {
      // enquirer draws the name of the answer, and gives it back: cleaned, two of them may have become the same.
      const clean = choices.map(({ name }) => shown(name));
      const names = clean.map((name, at) => (clean.indexOf(name) === at ? name : `${name} (${at + 1})`));
      const answer = await ask({ type: 'select', message, choices: choices.map((choice, at) => ({ name: names[at], message: shown(choice.message) })), ...look });
      const chosen = choices[names.indexOf(String(answer))];
      if (chosen === undefined) throw new Cancelled();
      return chosen.name;
    },
  };
}

async function once(question: Question, terminal: Terminal, { stdin, stdout }: Streams): Promise<unknown> {
  if (!stdin.isTTY || stdin.destroyed || stdin.readableEnded) throw new Cancelled();
  // ansi-colors, which enquirer draws with, knows FORCE_COLOR alone, and reads it when it is loaded.
  if (!terminal.color) process.env['FORCE_COLOR'] = '0';
  const { default: Enquirer }: { default: typeof EnquirerClass } = await import('enquirer');
  const enquirer = new Enquirer<{ answer: unknown }>({ stdin, stdout });
  let stopListening: (() => void) | undefined;
  enquirer.on('prompt', (drawn: Drawn) => {
    toleratesClosedInput(drawn);
    const cancel = () => {
      if (drawn.state.submitted !== true) drawn.cancel().catch(() => {});
    };
    const onKey = (_text: string, key: { ctrl?: boolean; name?: string } | undefined) => {
      if (key?.ctrl === true && key.name === 'd') cancel();
    };
    stdin.on('keypress', onKey);
    for (const event of ['end', 'close', 'error']) stdin.once(event, cancel);
    stopListening = () => {
      stdin.off('keypress', onKey);
      for (const event of ['end', 'close', 'error']) stdin.off(event, cancel);
    };
  });
  try {
    const options = { ...question, name: 'answer', stdin, stdout };
    return (await enquirer.prompt(options)).answer;
  } catch (error) {
    // A cancelled prompt rejects with '' or nothing at all.
    if (error === '' || error === undefined || error === null) throw new Cancelled();
    throw error;
  } finally {
    stopListening?.();
    if (stdin.isTTY && typeof stdin.setRawMode === 'function' && !stdin.destroyed) stdin.setRawMode(false);
    stdin.pause();
  }
}

/** enquirer calls readline's `pause` after `close`; Node 24 throws ERR_USE_AFTER_CLOSE for it, outside of any promise (enquirer issue 483). */
function toleratesClosedInput(drawn: Drawn): void {
  let stop: unknown;
  Object.defineProperty(drawn, 'stop', {
    configurable: true,
    get: () => stop,
    set(value: unknown) {
      stop = typeof value !== 'function' ? value : () => {
        try {
          value();
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'ERR_USE_AFTER_CLOSE')) throw error;
        }
      };
    },
  });
}
