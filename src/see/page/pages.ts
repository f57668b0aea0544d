/**
 * Memory for many small pieces of bytes in few large buffers: a buffer for each would cost the garbage collector more than
 * the bytes. A page goes when its last piece is given back; where too little of the pages is in use, who owns the pieces
 * moves them together.
 */
const PAGE = 64 * 1024;
/** Bytes that may be wasted before it is worth moving pieces: a quarter of those in use, and some pages. */
const SLACK = 16 * PAGE;

interface Page {
  readonly bytes: Buffer;
  used: number;
  /** Bytes of the pieces that are still in use. */
  live: number;
}

/** A piece of memory: it lies elsewhere after `move`. */
export class Piece {
  page: Page;
  at: number;
  readonly length: number;
  constructor(page: Page, at: number, length: number) {
    this.page = page;
    this.at = at;
    this.length = length;
  }
  /** A view, good until the next change of the pages. */
  get bytes(): Buffer {
    return this.page.bytes.subarray(this.at, this.at + this.length);
  }
}

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
    return this.#held > this.#live * 1.25 + SLACK;
  }

  /** Room for `length` bytes; what is in it is whatever was there before. */
  take(length: number): Piece {
    let page = this.#open;
    if (page.used + length > page.bytes.length) {
      page = newPage(Math.max(PAGE, length));
      this.#held += page.bytes.length;
      const last = this.#open;
      this.#open = page;
      this.#drop(last);
    }
    const piece = new Piece(page, page.used, length);
    page.used += length;
    page.live += length;
    this.#live += length;
    return piece;
  }

  give({ page, length }: Pick<Piece, 'page' | 'length'>): void {
    page.live -= length;
    this.#live -= length;
    this.#drop(page);
  }

  /** Moves a piece where its page is mostly empty. */
  move(piece: Piece): void {
    const { page, length } = piece;
    if (page === this.#open || page.live * 2 > page.bytes.length) return;
    const { bytes } = piece;
    const place = this.take(length);
    bytes.copy(place.page.bytes, place.at);
    piece.page = place.page;
    piece.at = place.at;
    this.give({ page, length });
  }

  #drop(page: Page): void {
    if (page.live === 0 && page !== this.#open) this.#held -= page.bytes.length;
  }
}

const newPage = (length: number): Page => ({ bytes: Buffer.allocUnsafeSlow(length), used: 0, live: 0 });
