/** What healing did, as data and in sentences. */
import type { Path } from '../types.ts';
import type { Driven } from './drive.ts';
import type { Open } from './entry.ts';

export interface Recovered {
  readonly way: Open['way'];
  /** Byte for byte as before the init. */
  readonly files: readonly Path[];
  /** Edited by somebody since: what was ours is out of them, the edits are kept. */
  readonly around: readonly Path[];
  /** As somebody left them; `lines`: what is still there of ours. */
  readonly left: readonly { readonly path: Path; readonly why: string; readonly lines: readonly string[] }[];
}

/** @param driven of one record or of several. */
export function recoveredOf(way: Open['way'], driven: readonly Driven[]): Recovered {
  return {
    way,
    files: driven.flatMap(({ path, is }) => (is === 'back' ? [path] : [])),
    around: driven.flatMap(({ path, is }) => (is === 'around' ? [path] : [])),
    left: driven.flatMap((one) => (one.is === 'left' ? [{ path: one.path, why: one.why, lines: one.lines }] : [])),
  };
}

/** A sentence for each kind of file; the lines of ours that are still there are indented. Text of the workspace: to be cleaned before it is shown. */
export function recoveredLines({ files, around, left }: Recovered): readonly string[] {
  return [
    ...(files.length === 0 ? [] : [`As before that run: ${files.join(', ')}`]),
    ...(around.length === 0 ? [] : [`You have edited since, and your edits are kept; what otel-setup had written is out of: ${around.join(', ')}`]),
    ...left.flatMap(({ path, why, lines }) => [`Left as you have it: ${path}: ${why}`, ...lines.map((line) => `    ${line}`)]),
  ];
}
