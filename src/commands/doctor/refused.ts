import type { Facts } from '../../doctor/types.ts';
import { EXIT, Stop } from '../../stop.ts';

/**
 * A compose file that cannot be read, as a finding; undefined = another error. Which file, or that there is none, is a
 * matter of usage. @param files that were named to us.
 */
export function refusalsOf(error: unknown, files: readonly string[]): Facts['refusals'] | undefined {
  if (!(error instanceof Stop) || error.exit !== EXIT.usage || !/\.ya?ml/.test(error.message) || files.some((name) => error.message.startsWith(`There is no ${name}`))) return undefined;
  return [{ says: error.message, ...(error.hint === undefined ? {} : { do: error.hint }) }];
}
