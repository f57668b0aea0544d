/**
 * The only place of the program where bytes are written (the journal's own go through here as well), and the disk of
 * this machine.
 */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, Stop } from '../stop.ts';
import { codeOf, reasonOf, type Disk, type Look } from './disk.ts';

/** A text for a file that the user named: `--patch FILE`, `--out plan.json`. @throws Stop (4) where it cannot be written. */
export function saveText(file: string, text: string, disk: Disk = realDisk): void {
  try {
    const there = disk.look(file);
    if (there === undefined) disk.create(file, Buffer.from(text), 0o666);
    else disk.overwrite(file, Buffer.from(text));
  } catch (error) {
    throw new Stop(EXIT.refused, `${file} could not be written: ${reasonOf(error)}.`, 'Name another file.');
  }
}

/** Copies of some files in a private temporary folder, for as long as `use` runs. Names are paths inside the folder. */
export async function withScratch<T>(copies: ReadonlyMap<string, Uint8Array>, use: (folder: string) => Promise<T>, disk: Disk = realDisk): Promise<T> {
  const folder = disk.scratch();
  try {
    for (const [name, bytes] of copies) {
      const parts = name.split('/');
      parts.slice(0, -1).forEach((_, i) => disk.makeFolder(join(folder, ...parts.slice(0, i + 1)), 0o700));
      disk.create(join(folder, ...parts), bytes, 0o600);
    }
    return await use(folder);
  } finally {
    disk.removeScratch(folder);
  }
}

/** Bytes of a file of a scratch folder, or of one that the user named; undefined = not there, or no file (a pipe would be waited for). */
export function readBytes(file: string, disk: Disk = realDisk): Uint8Array | undefined {
  const real = disk.real(file);
  return real === undefined || disk.look(real)?.kind !== 'file' ? undefined : disk.read(real);
}

const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

function orAbsent<T, U>(absent: U, ask: () => T): T | U {
  try {
    return ask();
  } catch (error) {
    if (ABSENT.has(codeOf(error) ?? '')) return absent;
    throw error;
  }
}

function writeThrough(file: string, flags: string, mode: number, bytes: Uint8Array): void {
  const handle = fs.openSync(file, flags, mode);
  try {
    let done = 0;
    while (done < bytes.length) done += fs.writeSync(handle, bytes, done, bytes.length - done, done);
    fs.ftruncateSync(handle, bytes.length);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

const SCRATCH = 'otel-setup-';

/** The disk of this machine. */
export const realDisk: Disk = {
  look: (file) =>
    orAbsent(undefined, (): Look => {
      const s = fs.lstatSync(file);
      const kind = s.isFile() ? 'file' : s.isDirectory() ? 'folder' : s.isSymbolicLink() ? 'link' : 'other';
      return { kind, mode: s.mode & 0o777, uid: s.uid, gid: s.gid, links: s.nlink };
    }),
  real: (file) => orAbsent(undefined, () => fs.realpathSync(file)),
  read: (file) => fs.readFileSync(file),
  list: (folder) => orAbsent([], () => fs.readdirSync(folder).toSorted()),
  create: (file, bytes, mode) => writeThrough(file, 'wx', mode, bytes),
  overwrite: (file, bytes) => writeThrough(file, 'r+', 0o666, bytes),
  rename: (from, to) => fs.renameSync(from, to),
  link: (from, to) => fs.linkSync(from, to),
  remove: (file) => orAbsent(undefined, () => fs.unlinkSync(file)),
  chmod: (file, mode) => fs.chmodSync(file, mode),
  chown: (file, uid, gid) => fs.chownSync(file, uid, gid),
  makeFolder: (folder, mode) => {
    try {
      fs.mkdirSync(folder, { mode });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  },
  removeFolder: (folder) => {
    try {
      fs.rmdirSync(folder);
    } catch (error) {
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw error;
    }
  },
  sync: (folder) => {
    let handle: number | undefined;
    try {
      handle = fs.openSync(folder, 'r');
      fs.fsyncSync(handle);
    } catch (error) {
      // Windows opens no folders and some network file systems sync none; the writes themselves are synced.
      if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF'].includes(codeOf(error) ?? '')) throw error;
    } finally {
      if (handle !== undefined) fs.closeSync(handle);
    }
  },
  scratch: () => fs.mkdtempSync(join(tmpdir(), SCRATCH)),
  removeScratch: (folder) => {
    if (folder.startsWith(join(fs.realpathSync(tmpdir()), SCRATCH)) || folder.startsWith(join(tmpdir(), SCRATCH))) fs.rmSync(folder, { recursive: true, force: true });
  },
};
