import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';

export interface Refused {
  readonly status: number;
  readonly says: string;
}

/** Bytes that all requests together may hold in memory; `take` says no when there is no room. */
export class Room {
  #left: number;
  constructor(bytes: number) {
    this.#left = bytes;
  }
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }
  give(bytes: number): void {
    this.#left += bytes;
  }
}

export interface Body {
  readonly bytes: Buffer;
  release(): void;
}

/**
 * Reads a request's body. Longer than `most` bytes: what follows is thrown away (up to four times `most`, so that an
 * honest sender still reads the answer) and 413; no room: 503, which OTLP senders try again. Gives back what it took
 * of `room` when the returned `release` is called, or at once where it refuses. Throws when the sender goes away.
 * By events: an iterator over the stream takes longer than a small request.
 */
export function readBody(stream: Readable, most: number, room: Room): Promise<Body | Refused> {
  return new Promise((done, failed) => {
    const kept: Buffer[] = [];
    let held = 0;
    let length = 0;
    let full = false;
    let over = false;
    const release = (): void => {
      room.give(held);
      held = 0;
      kept.length = 0;
    };
    const end = (): void => {
      if (over) return;
      over = true;
      if (length > most) done({ status: 413, says: `The body is larger than ${mebibytes(most)} MiB. Send smaller batches: OTEL_BSP_MAX_EXPORT_BATCH_SIZE.` });
      else if (full) done({ status: 503, says: 'Too much is being received at the same time. Try again.' });
      else done({ bytes: kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept), release });
    };
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > most || full) {
        release();
        if (length > 4 * most) {
          stream.pause();
          end();
        }
      } else if (room.take(chunk.length)) {
        held += chunk.length;
        kept.push(chunk);
      } else {
        full = true;
        release();
      }
    });
    stream.once('end', end);
    const gone = (): void => {
      if (over) return;
      over = true;
      release();
      failed(new Error('The sender went away.'));
    };
    stream.once('error', gone);
    stream.once('close', gone);
  });
}

const unzip = { gzip: promisify(gunzip), deflate: promisify(inflate) } as const;

/** Undoes a Content-Encoding. Never makes more than `most` bytes, however small the body is. */
export async function decompress(bytes: Buffer, encoding: string | undefined, most: number): Promise<Buffer | Refused> {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (name === 'identity' || name === '') return bytes;
  if (name !== 'gzip' && name !== 'deflate') return { status: 415, says: `Content-Encoding "${name.slice(0, 40)}" is not understood here. Use gzip or none: OTEL_EXPORTER_OTLP_COMPRESSION=gzip.` };
  try {
    return await unzip[name](bytes, { maxOutputLength: most });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return { status: 413, says: `The body is larger than ${mebibytes(most)} MiB when it is unpacked.` };
    return { status: 400, says: `The body is not ${name}, or it was cut off.` };
  }
}

const mebibytes = (bytes: number): string => String(Math.round((bytes / 1024 / 1024) * 10) / 10);
