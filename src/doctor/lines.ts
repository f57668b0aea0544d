/** A file's lines, split once: evidence is one line each, of the same compose file for every service. Pure over Files. */
import type { Files, Path } from '../types.ts';

const known = new WeakMap<Files, Map<Path, readonly string[]>>();

/** The lines without their ends ('\n'; a carriage return stays); [] where there is no such text. */
export function linesOf(files: Files, path: Path): readonly string[] {
  const ofFiles = known.get(files) ?? new Map<Path, readonly string[]>();
  known.set(files, ofFiles);
  const found = ofFiles.get(path) ?? files.text(path)?.split('\n') ?? [];
  ofFiles.set(path, found);
  return found;
}
