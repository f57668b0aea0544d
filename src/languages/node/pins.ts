import { satisfies, coerce } from 'semver';
import { template } from '../../templates.ts';
import * as z from 'zod';

const Sets = z.array(z.strictObject({ node: z.string(), folder: z.string(), /** Has preloads for ES modules too. */ esm: z.boolean() }));
const Manifest = z.object({ dependencies: z.record(z.string(), z.string()) });

/** One pin set: package versions that npm resolved together, for a range of Nodes. */
export interface PinSet {
  readonly node: string;
  readonly esm: boolean;
  /** Package → exact version; undefined = not part of the set. */
  version(name: string): string | undefined;
}

let sets: readonly PinSet[] | undefined;

/** All sets, newest first. */
export function pinSets(): readonly PinSet[] {
  sets ??= Sets.parse(JSON.parse(template('node/sets.json'))).map((set) => {
    const { dependencies } = Manifest.parse(JSON.parse(template(`node/${set.folder}/package.json`)));
    return { node: set.node, esm: set.esm, version: (name: string) => dependencies[name] };
  });
  return sets;
}

/**
 * The set for a Node ('20', '22.15.1'). A tag that names only a major means its newest release, so '22' is the newest 22.
 * Unknown = the newest set. undefined: no set fits (older than all of them).
 */
export function pinsFor(node?: string): PinSet | undefined {
  const all = pinSets();
  const given = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(node ?? '');
  if (given === null) return all[0];
  const version = coerce(`${given[1]}.${given[2] ?? '999'}.${given[3] ?? '999'}`);
  return version === null ? all[0] : all.find((set) => satisfies(version, set.node));
}
