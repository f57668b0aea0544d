/** What a disk says, for people: the one place where its errors become sentences. */
import { EXIT, Stop } from '../stop.ts';

/** The system's code of an error ('ENOSPC'), or undefined. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Code → why, and what to do about it. */
const KNOWN: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: ['the disk is full', 'Free some space'],
  EDQUOT: ['the disk quota is used up', 'Free some space'],
  EFBIG: ['the file would be larger than is allowed here', 'Raise that limit (ulimit -f)'],
  EROFS: ['it lies on a read-only file system', 'Make it writable'],
  EACCES: ['you may not read or write there', 'Give yourself the right to write there'],
  EPERM: ['the system does not permit it', 'Give yourself the right to write there'],
  EBUSY: ['it is in use', 'Close what uses it'],
  ETXTBSY: ['it is in use', 'Close what uses it'],
  EIO: ['the disk reports a fault', 'Check that disk'],
  ESTALE: ['the network drive has lost it', 'Mount that drive again'],
  EMFILE: ['too many files are open', 'Raise that limit (ulimit -n)'],
  ENFILE: ['too many files are open', 'End some programs'],
  ENAMETOOLONG: ['its name or path is too long for this file system', 'Shorten that name or path'],
  ENOENT: ['it is not there', 'See what removes it'],
  ENOTDIR: ['a part of its path is no folder', 'See what changed its path'],
  EISDIR: ['it is a folder', 'Move that folder away'],
  EEXIST: ['something is there already', 'See what makes it'],
  ELOOP: ['a link is in its path', 'Replace that link by what it leads to'],
};

/** Why the disk said no, with its code: 'the disk is full (ENOSPC)'. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const known = code === undefined ? undefined : KNOWN[code];
  if (known !== undefined) return `${known[0]} (${code})`;
  // The message of an error that is not the disk's may repeat what is in a file.
  return code ?? (error instanceof Error ? error.name : 'unknown reason');
}

/** What to do about it: 'Free some space'. */
export const cureOf = (error: unknown): string => KNOWN[codeOf(error) ?? '']?.[1] ?? 'Fix that';

/** The file that the disk named with its error. */
const placeOf = (error: unknown): string | undefined => (error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined);

/** A Stop (4) for an error of the disk; anything else comes back as it is. @param what did not work, without a full stop. */
export function asStop(error: unknown, what: string, then = 'run the same command again'): unknown {
  if (error instanceof Stop || !/^E[A-Z0-9]+$/.test(codeOf(error) ?? '')) return error;
  const place = placeOf(error);
  return new Stop(EXIT.refused, `${what}: ${place === undefined ? '' : `${place}: `}${reasonOf(error)}.`, `${cureOf(error)}, then ${then}.`);
}

/** `act`, whose errors of the disk are a Stop (4) that begins with `what`. */
export function stopping<T>(what: string, act: () => T, then?: string): T {
  try {
    return act();
  } catch (error) {
    throw asStop(error, what, then);
  }
}
