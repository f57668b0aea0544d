/**
 * How every format says no: a sentence, and the line where the reason is written.
 */
import type { Refusal } from '../types.ts';

/** A refusal as plain data; `line` is left out where there is none. */
export function refuse(refused: string, line?: number): Refusal {
  return line === undefined ? { refused } : { refused, line };
}

/** Tells a refusal from any other answer. Not for bare models: a file may hold a key named `refused`. */
export function isRefusal(answer: object | undefined): answer is Refusal {
  return answer !== undefined && 'refused' in answer;
}
