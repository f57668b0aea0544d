/** How a verify ends that Ctrl-C cut off. */
import { EXIT, Stop } from '../../stop.ts';

/** @param problems of putting back. @param all what is true where there are none. */
export const interrupted = (problems: readonly string[], all: string): Stop =>
  problems.length === 0 ? new Stop(EXIT.interrupted, `Interrupted; ${all}.`) : new Stop(EXIT.interrupted, `Interrupted, and not everything could be put back: ${problems.join(' ')}`);
