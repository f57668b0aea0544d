/**
 * One file gets new bytes: through a temporary file beside it and a rename, so that readers see the old or the new
 * text and never half of one; in place where a rename cannot be had or would leave a trace.
 */
import { dirname } from 'node:path';
import type { Disk } from './disk.ts';
import { codeOf } from './disk-error.ts';

export interface Put {
  /** The temporary file: beside the target, its name known to the journal. */
  readonly temp: string;
  /** No temporary file: a secret must be in one file only. */
  readonly inPlace: boolean;
  /** Permission bits afterwards; undefined = as they are, or the default for a new file. */
  readonly mode?: number;
}

// A bind-mounted single file cannot be renamed over (EBUSY; EXDEV on overlays); Windows says EPERM for one that is open.
const NO_RENAME: ReadonlySet<string> = new Set(['EBUSY', 'EXDEV', 'EPERM']);
const DEFAULT_MODE = 0o666; // the umask takes its part

/**
 * Throws the disk's own errors. No temporary file is left behind, but where a rename cannot be had and writing in place fails:
 * there it says that the file may be half of both.
 */
export function putFile(disk: Disk, file: string, bytes: Uint8Array, { temp, inPlace, mode }: Put): void {
  const there = disk.look(file);
  if (there === undefined) {
    if (inPlace) disk.create(file, bytes, mode ?? DEFAULT_MODE);
    else {
      makeTemp(disk, temp, bytes, mode ?? DEFAULT_MODE);
      moveTemp(disk, temp, file);
    }
  } else if (inPlace || there.links > 1) disk.overwrite(file, bytes);
  else {
    try {
      makeTemp(disk, temp, bytes, 0o600);
      const made = disk.look(temp);
      if (made !== undefined && (made.uid !== there.uid || made.gid !== there.gid)) disk.chown(temp, there.uid, there.gid);
      disk.chmod(temp, there.mode);
      disk.rename(temp, file);
    } catch (error) {
      if (!NO_RENAME.has(codeOf(error) ?? '')) throw withoutTemp(disk, temp, error);
      disk.overwrite(file, bytes);
      disk.remove(temp);
    }
  }
  if (mode !== undefined && disk.look(file)?.mode !== mode) disk.chmod(file, mode);
  disk.sync(dirname(file));
}

function makeTemp(disk: Disk, temp: string, bytes: Uint8Array, mode: number): void {
  disk.remove(temp);
  try {
    disk.create(temp, bytes, mode);
  } catch (error) {
    throw withoutTemp(disk, temp, error);
  }
}

function moveTemp(disk: Disk, temp: string, file: string): void {
  try {
    disk.rename(temp, file);
  } catch (error) {
    throw withoutTemp(disk, temp, error);
  }
}

/** The first error is the one that counts. */
function withoutTemp(disk: Disk, temp: string, error: unknown): unknown {
  try {
    disk.remove(temp);
  } catch {
    // Whoever brings the file back removes it.
  }
  return error;
}
