/** A start command as it may be shown. */
import type { Evidence, Service, Start } from '../../../types.ts';
import { oneLine } from '../../../ui/redact.ts';
import { withoutSecrets } from '../../../ui/secret-shapes.ts';

const LONGEST = 160;
export function shownWords(words: readonly string[]): string {
  const text = withoutSecrets(oneLine(words.join(' ')));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** What really runs, where that is written. */
export const runsAt = (start: Start): Evidence => ({ where: start.realWhere, says: shownWords(start.real) });
/** The words that the container gets, where they are written. */
export const startsAt = (start: Start): Evidence => ({ where: start.where, says: shownWords(start.argv) });

/** All words of the start, those inside of `sh -c "…"` too. */
export const allWords = ({ start }: Service): string => [...(start?.argv ?? []), ...(start?.real ?? [])].join(' ');
