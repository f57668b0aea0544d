/**
 * What write/ asks of a disk. The real one is in write.ts; tests hand in disks that fill up, fail or die.
 * Everything is synchronous: a Ctrl-C between two writes waits until all of them are done.
 */
export interface Look {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** Permission bits only. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Number of hard links. */
  readonly links: number;
}

export interface Disk {
  /** Of the name itself, not of what a link points to; undefined = nothing there. */
  look(file: string): Look | undefined;
  /** All links resolved; undefined = leads nowhere. */
  real(file: string): string | undefined;
  read(file: string): Uint8Array;
  /** Names in a folder, sorted; [] where it is absent. */
  list(folder: string): readonly string[];
  /** A new file, on the disk when this returns. Fails with EEXIST where something is. */
  create(file: string, bytes: Uint8Array, mode: number): void;
  /** In place: same inode, owner and mode; on the disk when this returns. */
  overwrite(file: string, bytes: Uint8Array): void;
  rename(from: string, to: string): void;
  /** A second name for a file; fails with EEXIST where something is. */
  link(from: string, to: string): void;
  /** A file or link; absent is fine. */
  remove(file: string): void;
  chmod(file: string, mode: number): void;
  chown(file: string, uid: number, gid: number): void;
  /** One level; there already is fine. */
  makeFolder(folder: string, mode: number): void;
  /** Only if empty; otherwise nothing happens. */
  removeFolder(folder: string): void;
  /** Makes renames and new names in a folder last, where the system can do that. */
  sync(folder: string): void;
  /** A new private folder for temporary copies. */
  scratch(): string;
  /** Only ever a folder that scratch() made. */
  removeScratch(folder: string): void;
}

/** The system's code of an error ('ENOSPC'), or undefined. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const SENTENCES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'it lies on a read-only file system',
  EACCES: 'you may not write there',
  EPERM: 'the system does not permit it',
  EBUSY: 'it is in use',
};

/** Why the disk said no, for people. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const known = code === undefined ? undefined : SENTENCES[code];
  if (known !== undefined) return `${known} (${code})`;
  // The message of an error that is not the disk's may repeat what is in a file.
  return code ?? (error instanceof Error ? error.name : 'unknown reason');
}
