/** Text files that a user names for us to write to, or to read, line by line: `view --save` and `--load`. */
import { createWriteStream, openSync } from 'node:fs';
import { open } from 'node:fs/promises';

export interface LinesOut {
  /** false: the disk is too slow, and the text was left out. */
  write(text: string): boolean;
  /** All that was written is on its way to the disk. */
  close(): Promise<void>;
}

/** Bytes that may wait for a slow disk. */
const MOST_WAITING = 64 * 1024 * 1024;

/**
 * Opens a file to add to its end; a new one only its owner may read. Throws the system's error where that is not possible.
 * `onError` hears of a disk that says no later; nothing is written after that.
 */
export function appendLines(path: string, onError: (reason: string) => void): LinesOut {
  const stream = createWriteStream(path, { fd: openSync(path, 'a', 0o600) });
  let broken = false;
  stream.on('error', (error) => {
    broken = true;
    onError(error.message);
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

/** The lines of a file, without holding all of it. Throws the system's error. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  const file = await open(path, 'r');
  try {
    yield* file.readLines();
  } finally {
    await file.close().catch(() => undefined);
  }
}
