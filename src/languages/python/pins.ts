import { template } from '../../templates.ts';
import { compareVersions, normalName, readRequirement, exactVersion, versionFits } from './requirement.ts';
import * as z from 'zod';

const Sets = z.array(
  z.strictObject({
    /** Space between bounds, all of which hold: '>=3.9 <3.10'. */
    python: z.string(),
    folder: z.string(),
    /** The wrapper reaches the child of a reloader and spawned workers (measured: from contrib 0.63b0 on). */
    reloader: z.boolean(),
    /** Knows OTEL_PYTHON_AUTO_INSTRUMENTATION_EXPERIMENTAL_GEVENT_PATCH. */
    gevent: z.boolean(),
    bestEffort: z.boolean().optional(),
  }),
);
const Libraries = z.record(z.string(), z.array(z.string()));

/** One pin set: versions that a real resolver proved together (test/pins/prove.mjs), for a range of Pythons. */
export interface PinSet {
  readonly python: string;
  readonly reloader: boolean;
  readonly gevent: boolean;
  /** No promise that every framework works with it. */
  readonly bestEffort: boolean;
  /** Package → exact version; undefined = not part of the set. */
  version(name: string): string | undefined;
  /** Instrumentation ('flask', 'psycopg2') → the libraries that it fits: name → specifier. */
  readonly libraries: Readonly<Record<string, readonly { readonly name: string; readonly spec: string }[]>>;
}

let sets: readonly PinSet[] | undefined;

/** All sets, newest first. */
export function pinSets(): readonly PinSet[] {
  sets ??= Sets.parse(JSON.parse(template('python/sets.json'))).map((set) => {
    const versions = new Map<string, string>();
    for (const line of template(`python/${set.folder}/requirements.txt`).split('\n')) {
      const requirement = readRequirement(line);
      const version = requirement === undefined ? undefined : exactVersion(requirement.spec);
      if (requirement !== undefined && version !== undefined) versions.set(requirement.name, version);
    }
    const table = Libraries.parse(JSON.parse(template(`python/${set.folder}/libraries.json`)));
    return {
      python: set.python,
      reloader: set.reloader,
      gevent: set.gevent,
      bestEffort: set.bestEffort ?? false,
      version: (name: string) => versions.get(normalName(name)),
      libraries: Object.fromEntries(Object.entries(table).map(([name, specs]) => [name, specs.flatMap((spec) => readRequirement(spec) ?? [])])),
    };
  });
  return sets;
}

/**
 * The set for a Python ('3.10', '3.9.18'); unknown = the newest set is taken, as an unnamed image tag is the newest Python.
 * undefined: no set fits (older than all of them).
 */
export function pinsFor(python?: string): PinSet | undefined {
  const all = pinSets();
  if (python === undefined || !/^\d+\.\d+/.test(python)) return compareVersions(python ?? '3', '3') >= 0 ? all[0] : undefined;
  return all.find((set) => versionFits(python, set.python.replaceAll(' ', ',')));
}
