/** The operations with which init would give a service a variable that it lacks. */
import type { Judged, Op } from '../../../types.ts';
import { verdictsOn } from '../../indexed.ts';

/** [] where init's verdict is another one: it is there already, or its place takes no insertion. */
export function landing(judged: readonly Judged[], service: string, name: string): readonly Op[] {
  const found = verdictsOn(judged, service).find((one) => one.need.kind === 'env' && one.need.name === name);
  return found?.verdict.is === 'absent' ? found.verdict.ops : [];
}
