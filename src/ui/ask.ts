/** One order for every question: flag, variable, default (nobody to ask, or --yes), prompt, or Stop. */
import { EXIT, Stop } from '../stop.ts';
import type { Choice, Prompts } from './prompt.ts';
import { Cancelled } from './prompt.ts';

export interface Question<T> {
  /** As people type it: '--key-stdin'. */
  readonly flag: string;
  /** Variable that answers it, if there is one. */
  readonly env?: string;
  /** What flag or variable said. */
  readonly given?: T | undefined;
  /** Safe without asking; undefined = somebody has to answer. */
  readonly fallback?: T | undefined;
  /** What is asked, for the error: 'Which API key?'. */
  readonly question: string;
  ask(prompts: Prompts): Promise<T>;
  /** What a cancelled prompt leaves behind; unless said otherwise nothing was written. */
  readonly left?: string;
}
export interface Asker {
  readonly prompts: Prompts;
  readonly interactive: boolean;
  readonly yes: boolean;
}

/** @throws Stop exit 3 where an answer is missing, exit 130 where the prompt was cancelled. */
export async function ask<T>(question: Question<T>, { prompts, interactive, yes }: Asker): Promise<T> {
  if (question.given !== undefined) return question.given;
  if ((yes || !interactive) && question.fallback !== undefined) return question.fallback;
  if (!interactive || yes) {
    throw new Stop(EXIT.answerMissing, `${question.question} Nobody can be asked here${yes ? ' (--yes)' : ' (no terminal, or CI is set)'}.`,
      `say it with ${question.flag}${question.env === undefined ? '' : ` or ${question.env}`}`);
  }
  try {
    return await question.ask(prompts);
  } catch (error) {
    if (error instanceof Cancelled) throw new Stop(EXIT.interrupted, `Interrupted; ${question.left ?? 'nothing was written'}.`);
    throw error;
  }
}

/** A question with a few named answers. */
export const selectOf = <T extends string>(message: string, choices: readonly Choice<T>[]) => (prompts: Prompts): Promise<T> => prompts.select(message, choices);
