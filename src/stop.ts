/** Exit codes: the whole list, documented in README. */
export const EXIT = {
  done: 0,
  /** Findings, or something chosen is not done. */
  notDone: 1,
  usage: 2,
  /** A question without a safe default, and nobody to ask. */
  answerMissing: 3,
  /** Refused for safety: nothing was written. */
  refused: 4,
  /** Key rejected or backend not reached. */
  backend: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Every way to end early: what happened, where, and the one thing to do next. Thrown anywhere, shown by cli.ts alone. */
export class Stop extends Error {
  readonly exit: ExitCode;
  /** The one thing to do next: a command, a flag, a link. */
  readonly hint: string | undefined;
  constructor(exit: ExitCode, says: string, hint?: string) {
    super(says);
    this.name = 'Stop';
    this.exit = exit;
    this.hint = hint;
  }
}
