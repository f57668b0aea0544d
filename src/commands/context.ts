/** What a command is handed: everything outside of its own head. Commands touch nothing else of the process. */
import type { ParsedArgs } from '../args.ts';
import type { Report, Tools } from '../types.ts';
import type { Prompts } from '../ui/prompt.ts';
import type { Terminal } from '../ui/terminal.ts';

export interface Context {
  /** Absolute: where the command works (after --cwd). */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly tools: Tools;
  /** The prompts; use them through ui/ask.ts. */
  readonly prompts: Prompts;
  /** Of otel-setup: '1.0.0'. */
  readonly version: string;
  /** What people read while it works: one line (or several) on standard error. Silent with --quiet. Control characters are taken out. */
  print(text: string): void;
  /** Same, also with --quiet: what is wrong. */
  warn(text: string): void;
  /** The result: standard output, byte for byte. */
  result(text: string): void;
  /** All of standard input, as --key-stdin reads it; ends after `ms` (default 10 s) if it stays open. */
  stdin(ms?: number): Promise<string>;
  /** Standard input line by line as it comes, until it ends or Ctrl-C; false = it is a terminal and nothing was read. A line without an end is cut. */
  eachLine(take: (line: string) => void): Promise<boolean>;
  /** From now on `value` is shown nowhere: print, warn, result and errors replace it. */
  hide(value: string): void;
  /**
   * Takes over Ctrl-C (SIGINT, SIGTERM): `stop` must make the command end soon; a second Ctrl-C ends the process with 130.
   * Without it the process ends at once with 130. Gives back a function that ends the arrangement.
   */
  onInterrupt(stop: () => void): () => void;
}

/** Every file in commands/ exports one, named `run`. The Report's `exit` becomes the exit code. */
export type Run = (args: ParsedArgs, context: Context) => Promise<Report>;
