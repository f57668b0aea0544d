import type { Container } from '../../types.ts';

/** An exit code in words: docker run's own (125-127), 128 + signal, and gunicorn's. */
const MEANINGS: Readonly<Record<number, string>> = {
  0: 'it ended by itself, without an error (0)',
  3: 'it could not start its workers (3)',
  125: 'Docker could not run it (125)',
  126: 'its command cannot be executed (126)',
  127: 'its command is not in the image (127)',
  130: 'it was interrupted (130)',
  134: 'it aborted (134)',
  137: 'it was killed (137), by docker compose stop or for want of memory',
  139: 'it crashed (139, segmentation fault)',
  143: 'it was stopped (143)',
};

export function exitMeaning({ exitCode, oomKilled }: Pick<Container, 'exitCode' | 'oomKilled'>): string {
  if (oomKilled) return `it was killed because its memory ran out (${exitCode})`;
  return MEANINGS[exitCode] ?? `it ended with ${exitCode}`;
}
