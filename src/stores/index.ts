/** Where a key can be kept, in the order of writing. To add one: a file here, and a line in this list. */
import { EXIT, Stop } from '../stop.ts';
import type { Host, Store } from '../types.ts';
import { dotenv } from './dotenv.ts';
import { gpEnv } from './gp-env.ts';

export const stores: readonly Store[] = [dotenv, gpEnv];

/**
 * The stores to use: those that were named (--store), else all that work here.
 * @throws Stop (exit 2) for a name that is none, or one that does not work on this host.
 */
export function storesFor(host: Host, named: readonly string[]): readonly Store[] {
  if (named.length === 0) return stores.filter((store) => store.usable(host));
  return named.map((id) => {
    const store = stores.find((one) => one.id === id);
    if (store === undefined) throw new Stop(EXIT.usage, `There is no store "${id}".`, `--store takes ${stores.map((one) => one.id).join(', ')}`);
    if (!store.usable(host)) throw new Stop(EXIT.usage, `The store "${id}" does not work here (${host}).`, `leave --store out: ${stores.filter((one) => one.usable(host)).map((one) => one.id).join(', ') || 'the environment'} is used`);
    return store;
  });
}
