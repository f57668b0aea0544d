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
  /** Of what a link leads to; undefined = nowhere. */
  kindBehind(file: string): Look['kind'] | undefined;
  /** All links resolved; undefined = leads nowhere. */
  real(file: string): string | undefined;
  read(file: string): Uint8Array;
  /**
   * A file of ours: no link is followed, nothing is waited for. undefined = it is not there, no plain file, somebody else
   * can write it, or it has more than `most` bytes.
   */
  readOwn(file: string, most: number): Uint8Array | undefined;
  /** Names in a folder, sorted; [] where it is absent. */
  list(folder: string): readonly string[];
  /** A new file, on the disk when this returns. Fails with EEXIST where something is. */
  create(file: string, bytes: Uint8Array, mode: number): void;
  /** In place: same inode, owner and mode; on the disk when this returns. A link is not followed. */
  overwrite(file: string, bytes: Uint8Array): void;
  /** To a pipe, a terminal or a device that the user named. */
  send(file: string, bytes: Uint8Array): void;
  rename(from: string, to: string): void;
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
