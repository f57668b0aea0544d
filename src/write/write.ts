/**
 * The only place of the program where bytes are written (the journal's own go through here as well), and the disk of
 * this machine.
 */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { EXIT, Stop } from '../stop.ts';
import type { Disk, Look } from './disk.ts';
import { codeOf, reasonOf } from './disk-error.ts';
import { putFile } from './replace.ts';
import { distrust } from './trust.ts';

/**
 * A text for a file that the user named: `--patch FILE`, `--out plan.json`. What was there stays whole where the disk says
 * no. A link of a repository must not lead it to a file that the user did not name.
 * @param within where the user is: links further up are the user's own.
 * @throws Stop (4) where it cannot be written.
 */
export function saveText(file: string, text: string, disk: Disk = realDisk, within: string = process.cwd()): void {
  const bytes = Buffer.from(text);
  try {
    const here = disk.real(within);
    const folder = disk.real(dirname(file));
    if (folder !== undefined && here !== undefined && isBelow(within, dirname(file)) && !isBelow(here, folder)) throw byLink(file);
    const look = disk.look(file);
    const kind = look?.kind === 'link' ? disk.kindBehind(file) : look?.kind;
    if (look?.kind === 'link' && (kind === undefined || kind === 'file')) throw byLink(file);
    if (kind !== undefined && kind !== 'file') return disk.send(file, bytes);
    putFile(disk, file, bytes, { temp: join(dirname(file), `.otel-setup-${randomBytes(8).toString('hex')}`), inPlace: false });
  } catch (error) {
    if (error instanceof Stop) throw error;
    throw new Stop(EXIT.refused, `${file} could not be written: ${reasonOf(error)}.`, 'Name another file.');
  }
}

const byLink = (file: string): Stop => new Stop(EXIT.refused, `${file} could not be written: a link leads to another place.`, 'Name another file.');
const isBelow = (folder: string, file: string): boolean => !/^\.\.(?:[\\/]|$)/.test(relative(folder, file)) && !isAbsolute(relative(folder, file));

/**
 * Some files in a private temporary folder, for as long as `use` runs; it is removed when this process ends, too, and a
 * later run removes what a kill left. Names are paths inside the folder. Nothing secret may be in it.
 */
export async function withScratch<T>(copies: ReadonlyMap<string, Uint8Array>, use: (folder: string) => Promise<T>, disk: Disk = realDisk): Promise<T> {
  const outer = disk.scratch();
  const remove = (): void => disk.removeScratch(outer);
  process.on('exit', remove);
  try {
    const folder = join(outer, 'copy');
    disk.makeFolder(folder, 0o700);
    for (const [name, bytes] of copies) {
      const parts = name.split('/');
      parts.slice(0, -1).forEach((_, i) => disk.makeFolder(join(folder, ...parts.slice(0, i + 1)), 0o700));
      disk.create(join(folder, ...parts), bytes, 0o600);
    }
    return await use(folder);
  } finally {
    remove();
    process.off('exit', remove);
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

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = fs.constants;

function writeThrough(file: string, flags: number, mode: number, bytes: Uint8Array): void {
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
/** In a scratch folder: the machine and the process that it belongs to. */
const OWNER = 'owner';

/** Removes scratch folders whose process was killed: of this user, private, no link, marked by a process of this machine that has gone. */
function sweep(): void {
  const top = tmpdir();
  for (const name of orAbsent([], () => fs.readdirSync(top))) {
    if (!name.startsWith(SCRATCH)) continue;
    const folder = join(top, name);
    try {
      const { mode, uid } = fs.lstatSync(folder);
      if ((mode & fs.constants.S_IFMT) !== fs.constants.S_IFDIR || (mode & 0o777) !== 0o700 || uid !== process.getuid?.()) continue;
      const mark = join(folder, OWNER);
      const look = fs.lstatSync(mark);
      if (!look.isFile() || look.uid !== uid || look.size > 300) continue;
      const [host, pid] = fs.readFileSync(mark, 'utf8').split('\n');
      if (host === hostname() && /^[1-9]\d*$/.test(pid ?? '') && !isAlive(Number(pid))) fs.rmSync(folder, { recursive: true, force: true });
    } catch {
      // Without a mark, or gone meanwhile: not ours to remove.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}
let swept = false;

const lookOf = (s: fs.Stats): Look => ({
  kind: s.isFile() ? 'file' : s.isDirectory() ? 'folder' : s.isSymbolicLink() ? 'link' : 'other',
  mode: s.mode & 0o777,
  uid: s.uid,
  gid: s.gid,
  links: s.nlink,
});

/** The disk of this machine. */
export const realDisk: Disk = {
  look: (file) => orAbsent(undefined, () => lookOf(fs.lstatSync(file))),
  kindBehind: (file) => orAbsent(undefined, () => lookOf(fs.statSync(file)).kind),
  real: (file) => orAbsent(undefined, () => fs.realpathSync(file)),
  read: (file) => fs.readFileSync(file),
  readOwn: (file, most) =>
    orAbsent(undefined, () => {
      const handle = fs.openSync(file, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
      try {
        const stat = fs.fstatSync(handle);
        return distrust(lookOf(stat), 'file') !== undefined || stat.size > most ? undefined : fs.readFileSync(handle);
      } finally {
        fs.closeSync(handle);
      }
    }),
  list: (folder) => orAbsent([], () => fs.readdirSync(folder).toSorted()),
  create: (file, bytes, mode) => writeThrough(file, O_WRONLY | O_CREAT | O_EXCL, mode, bytes),
  overwrite: (file, bytes) => writeThrough(file, O_RDWR | (O_NOFOLLOW ?? 0), 0o666, bytes),
  send: (file, bytes) => fs.writeFileSync(file, bytes),
  rename: (from, to) => fs.renameSync(from, to),
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
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(codeOf(error) ?? '')) throw error;
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
  scratch: () => {
    if (!swept) sweep();
    swept = true;
    const folder = fs.mkdtempSync(join(tmpdir(), SCRATCH));
    fs.writeFileSync(join(folder, OWNER), `${hostname()}\n${process.pid}\n`, { flag: 'wx', mode: 0o600 });
    return folder;
  },
  removeScratch: (folder) => {
    // A program that was ended with us may still write its last file.
    if (folder.startsWith(join(fs.realpathSync(tmpdir()), SCRATCH)) || folder.startsWith(join(tmpdir(), SCRATCH))) fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  },
};
