/** Text files that a user names for us to write to, or to read, line by line: `view --save` and `--load`. */
import { constants, createWriteStream, closeSync, fstatSync, openSync, realpathSync, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';

export interface LinesOut {
  /** false: the disk is too slow or says no, and the text was left out. */
  write(text: string): boolean;
  /** All that was written is on its way to the disk. */
  close(): Promise<void>;
}

/** A file that is there, and is nothing to read or write lines of. `message` says what it is: 'is a folder'. */
export class NoRegularFile extends Error {}

/** Bytes that may wait for a slow disk. */
const MOST_WAITING = 64 * 1024 * 1024;
/** Bytes that are asked of the disk at once. */
const CHUNK = 1024 * 1024;
/** Of POSIX; Windows has neither pipes nor links at such names. A pipe without a reader must not hold up who opens it. */
const { O_APPEND, O_CREAT, O_WRONLY, O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/**
 * Opens a file to add to its end; a new one only its owner may read. What came with a repository must not lead the text
 * elsewhere: a link at that name, or one on the way from `from` to it, is refused. `onError` hears of a disk that says no
 * later, once; nothing is written after that.
 * @throws NoRegularFile, or the system's error.
 */
export function appendLines(path: string, from: string, onError: (error: Error) => void): LinesOut {
  staysBelow(path, from);
  const fd = opened(path);
  try {
    const found = fstatSync(fd);
    regular(found);
    if (found.nlink > 1) throw new NoRegularFile('has a second name (a hard link), and what is behind it would change');
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  const stream = createWriteStream(path, { fd });
  let broken = false;
  stream.on('error', (error) => {
    if (!broken) onError(error);
    broken = true;
  });
  return {
    write(text) {
      if (broken || stream.writableLength > MOST_WAITING) return false;
      stream.write(text);
      return true;
    },
    close: () => new Promise((done) => {
      if (broken || stream.closed) return done();
      stream.on('close', done);
      stream.end();
    }),
  };
}

function opened(path: string): number {
  try {
    return openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ELOOP') throw new NoRegularFile('is a link; name the file itself');
    // A pipe that nobody reads, a socket.
    if (code === 'ENXIO') throw new NoRegularFile('is a pipe or a socket, no file');
    throw error;
  }
}

/** A path below `from` must still be there when links are followed. @throws NoRegularFile, or the system's error. */
function staysBelow(path: string, from: string): void {
  if (path === from || !isBelow(path, from)) return;
  if (!isBelow(resolve(realpathSync(dirname(path)), 'x'), realpathSync(from))) throw new NoRegularFile('lies behind a link that leads out of this folder; name the real place');
}
function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** @throws NoRegularFile */
function regular(found: Stats): void {
  if (found.isFile()) return;
  throw new NoRegularFile(found.isDirectory() ? 'is a folder' : found.isFIFO() ? 'is a pipe, no file' : found.isSocket() ? 'is a socket, no file' : 'is a device, no file');
}

export interface Reading {
  /** Bytes of a line that are kept; a longer one is passed over. */
  readonly longest: number;
  /** Told after each piece that was read. */
  onRead?(bytes: number, of: number): void;
}

/**
 * The lines of a regular file as bytes, without line ends and without holding more than one of them; 'too long' for one
 * that is. Other work goes on between two pieces of a mebibyte. @throws NoRegularFile, or the system's error.
 */
export async function* linesOf(path: string, { longest, onRead }: Reading): AsyncGenerator<Buffer | 'too long'> {
  // Asked first: to open a device can do something.
  regular(await stat(path));
  const file = await open(path, O_RDONLY | O_NONBLOCK);
  try {
    const found = await file.stat();
    regular(found);
    let kept: Buffer[] = [];
    let length = 0;
    let read = 0;
    const line = (): Buffer | 'too long' => {
      const whole = length > longest ? 'too long' : Buffer.concat(kept, length);
      [kept, length] = [[], 0];
      return whole;
    };
    const keep = (bytes: Buffer): void => {
      length += bytes.length;
      if (length > longest) kept = [];
      else kept.push(bytes);
    };
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, null);
      if (bytesRead === 0) break;
      read += bytesRead;
      onRead?.(read, found.size);
      let from = 0;
      for (let end = buffer.indexOf(0x0a); end >= 0 && end < bytesRead; end = buffer.indexOf(0x0a, from)) {
        keep(buffer.subarray(from, end));
        yield line();
        from = end + 1;
      }
      if (from < bytesRead) keep(buffer.subarray(from, bytesRead));
    }
    if (length > 0) yield line();
  } finally {
    await file.close().catch(() => undefined);
  }
}
