/** What a command is handed: everything outside of its own head. Commands touch nothing else of the process. */
import type { ParsedArgs } from '../args.ts';
import type { Report, Tools } from '../types.ts';
import type { Annotation } from '../ui/annotation.ts';
import type { Draw } from '../ui/output.ts';
import type { Prompts } from '../ui/prompt.ts';
import type { Terminal } from '../ui/terminal.ts';
import type { Text } from '../ui/text.ts';

/** What is printed and is not just text; all of it goes through the same gate (ui/output.ts). */
export interface Display {
  /** As `print`, with colours of ours. */
  lines(lines: readonly Text[]): void;
  /** Lines for GitHub Actions, on standard output. */
  annotate(annotations: readonly Annotation[]): void;
  /** Standard output byte for byte. @throws Stop (exit 4, with `instead` as the hint) where that would steer whoever reads it. */
  exact(text: string, instead: string): void;
  /** Standard error in place; where `terminal.live` only. */
  readonly draw: Draw;
}

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
  /** What people read while it works: one line (or several) on standard error. Silent with --quiet. */
  print(text: string): void;
  /** Same, also with --quiet: what is wrong. */
  warn(text: string): void;
  /** The result: standard output. A value goes there as `jsonText`, which keeps it as it is. */
  result(text: string): void;
  readonly display: Display;
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
