/** Looked up by name instead of gone through: a rule asks for each service, and a list has entries of all of them. */
import type { Judged, Service } from '../types.ts';

/**
 * @param nameOf what an entry is looked up by.
 * @returns the entries of a list that have a name, in the list's order; [] = none. Each list is gone through once.
 */
export function indexed<Entry>(nameOf: (entry: Entry) => string | undefined): (entries: readonly Entry[], name: string) => readonly Entry[] {
  const known = new WeakMap<readonly Entry[], ReadonlyMap<string, readonly Entry[]>>();
  return (entries, name) => {
    const index = known.get(entries) ?? grouped(entries, nameOf);
    known.set(entries, index);
    return index.get(name) ?? [];
  };
}

/** Name → the entries that have it, in their order. */
export function grouped<Entry>(entries: readonly Entry[], nameOf: (entry: Entry) => string | undefined): ReadonlyMap<string, readonly Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const name = nameOf(entry);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [entry]);
    else group.push(entry);
  }
  return groups;
}

/** init's verdicts on one service. */
export const verdictsOn = indexed<Judged>(({ service }) => service);

const byName = indexed<Service>(({ name }) => name);
/** undefined = there is none of this name, or no name. */
export const serviceNamed = (services: readonly Service[], name: string | undefined): Service | undefined => (name === undefined ? undefined : byName(services, name)[0]);
