import type { Disk } from '../../src/write/disk.ts';

/** Operations that change the disk: the points at which a run may be killed. */
const CHANGES = ['create', 'overwrite', 'rename', 'remove', 'chmod', 'chown', 'makeFolder', 'removeFolder', 'sync'] as const;

const half = (bytes: Uint8Array): Uint8Array => bytes.slice(0, Math.floor(bytes.length / 2));
const none = (): void => {};
/**
 * A disk on which `die` is called before, within or after the n-th change (1-based). 'torn': half of the bytes are
 * written. If `die` returns or throws, every later change is refused too: the dead write nothing.
 */
export function dyingDisk(disk: Disk, n: number, when: 'before' | 'after' | 'torn', die: () => void): Disk & { readonly changes: () => number } {
  let seen = 0;
  let dead = false;
  const step = (change: () => void, torn: () => void): void => {
    if (dead) die();
    seen += 1;
    if (seen !== n) return change();
    dead = true;
    if (when === 'after') change();
    if (when === 'torn') torn();
    die();
  };
  return {
    ...disk,
    ...Object.fromEntries(CHANGES.map((name) => [name, (...args: readonly unknown[]) => step(() => Reflect.apply(disk[name], disk, args), none)])),
    create: (file, bytes, mode) => step(() => disk.create(file, bytes, mode), () => disk.create(file, half(bytes), mode)),
    // The kernel may have taken the first half of the new bytes; the rest of the old ones is still there.
    overwrite: (file, bytes) => step(() => disk.overwrite(file, bytes), () => disk.overwrite(file, Buffer.concat([half(bytes), disk.read(file).subarray(Math.floor(bytes.length / 2))]))),
    changes: () => seen,
  };
}
