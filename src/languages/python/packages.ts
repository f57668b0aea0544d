import { exactVersion } from './requirement.ts';
import type { Clues } from './clues.ts';
import type { PinSet } from './pins.ts';
import type { Need, Paste, Stuck } from '../../types.ts';

/** A package that tracing needs, and why. */
export interface Wanted {
  readonly name: string;
  readonly why: string;
}

/**
 * Package needs in the versions of the set. What the manifest pins already keeps its version; where such pins are of
 * another release and something is still missing, the two cannot be mixed (pip: ResolutionImpossible) and this is stuck.
 */
export function packageNeeds(clues: Clues, set: PinSet, wanted: readonly Wanted[]): readonly Need[] | Stuck {
  const absent = wanted.filter(({ name }) => !Object.hasOwn(clues.libraries, name));
  const other = Object.entries(clues.libraries).filter(([name, spec]) => {
    const version = exactVersion(spec);
    return set.version(name) !== undefined && version !== undefined && version !== set.version(name);
  });
  if (absent.length > 0 && other.length > 0) {
    const pins = other.map(([name, spec]) => `${name}${spec}`).join(', ');
    return {
      stuck: `${clues.manifest?.slot?.path ?? 'The manifest'} pins another release of OpenTelemetry (${pins}); its packages only fit one another in one release. Change the pins to the lines below, then run otel-setup again.`,
      paste: pastePackages(clues, set, [...other.map(([name]) => ({ name, why: '' })), ...absent]),
    };
  }
  return wanted.flatMap(({ name, why }): readonly Need[] => {
    const version = exactVersion(clues.libraries[name] ?? '') ?? set.version(name);
    return version === undefined ? [] : [{ kind: 'package', name, version, by: 'python', why }];
  });
}

/** The same packages as lines to paste into a manifest that we cannot edit. */
export function pastePackages(clues: Clues, set: PinSet, wanted: readonly Wanted[]): Paste {
  const lines = [...new Set(wanted.map(({ name }) => `${name}==${set.version(name) ?? ''}`))];
  return { into: clues.manifest?.slot?.path ?? 'the file that the image installs its packages from', text: lines.join('\n') };
}
