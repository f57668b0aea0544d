/**
 * Which folders and files of the journal are ours: a repository that was cloned or unpacked, or another user, must not be
 * able to put one there.
 */
import type { Look } from './disk.ts';

const OTHERS_WRITE = 0o022;

/** Why a thing in the journal's place is not to be trusted ('is a link'); undefined = it is ours. On Windows the user's profile keeps others out. */
export function distrust({ kind, uid, mode }: Look, wanted: 'file' | 'folder'): string | undefined {
  if (kind !== wanted) return kind === 'link' ? 'is a link' : `is no ${wanted}`;
  const me = process.getuid?.();
  if (me === undefined) return undefined;
  if (uid !== me) return 'belongs to another user';
  return (mode & OTHERS_WRITE) === 0 ? undefined : 'can be written by others';
}

/** What makes it ours again, as one command or step. @param what as distrust() says it. */
export function trustAgain(path: string, what: string): string {
  if (what === 'can be written by others') return `chmod go-w ${path}`;
  return what === 'belongs to another user' ? `Move ${path} away, or set XDG_STATE_HOME to a folder of yours.` : `Move ${path} away.`;
}
