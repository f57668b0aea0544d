/**
 * Memory for many small pieces of bytes in few large buffers: a buffer for each would cost the garbage collector more than
 * the bytes. A page goes when its last piece is given back; where too little of the pages is in use, who owns the pieces
 * moves them together.
 */
const PAGE = 64 * 1024;
/** A piece that is larger has a page of its own: what is left of the open one would be lost. */
const LARGE = PAGE / 4;
/** Bytes that may be wasted before it is worth moving pieces: as many as are in use, and some pages. Then there are pages that are half empty. */
const SLACK = 16 * PAGE;

interface Page {
  readonly bytes: Buffer;
  used: number;
  /** Pieces that are still in use, and their bytes. */
  pieces: number;
  live: number;
}

/** A piece of memory: it lies elsewhere after `move`. */
export interface Piece {
  page: Page;
  at: number;
  readonly length: number;
}
/** A view, good until the next change of the pages. */
export const bytesOf = ({ page, at, length }: Piece): Buffer => page.bytes.subarray(at, at + length);

export class Pages {
  #open = newPage(PAGE);
  /** Bytes of all pages, and of the pieces in them. */
  #held = PAGE;
  #live = 0;

  get live(): number {
    return this.#live;
  }
  get held(): number {
    return this.#held;
  }
  /** Whether moving pieces is worth its while. */
  get sparse(): boolean {
    return this.#held > this.#live * 2 + SLACK;
  }

  /** Room for `length` bytes; what is in it is whatever was there before. */
  take(length: number): Piece {
    const page = length > LARGE ? this.#newPage(length) : this.#pageFor(length);
    const piece = { page, at: page.used, length };
    page.used += length;
    page.pieces++;
    page.live += length;
    this.#live += length;
    return piece;
  }

  give({ page, length }: Pick<Piece, 'page' | 'length'>): void {
    page.pieces--;
    page.live -= length;
    this.#live -= length;
    this.#drop(page);
  }

  /** Moves a piece where its page is mostly empty. */
  move(piece: Piece): void {
    const { page, length } = piece;
    if (page === this.#open || page.live * 2 > page.bytes.length) return;
    const place = this.take(length);
    bytesOf(piece).copy(place.page.bytes, place.at);
    piece.page = place.page;
    piece.at = place.at;
    this.give({ page, length });
  }

  #pageFor(length: number): Page {
    const last = this.#open;
    if (last.used + length <= PAGE) return last;
    this.#open = this.#newPage(PAGE);
    this.#drop(last);
    return this.#open;
  }

  #newPage(length: number): Page {
    this.#held += length;
    return newPage(length);
  }

  #drop(page: Page): void {
    if (page.pieces === 0 && page !== this.#open) this.#held -= page.bytes.length;
  }
}

const newPage = (length: number): Page => ({ bytes: Buffer.allocUnsafeSlow(length), used: 0, pieces: 0, live: 0 });
