/**
 * Protobuf, written into one growing buffer (encoding of proto3: protobuf.dev/programming-guides/encoding). A message's
 * length is put in front of it when it is known; a short message, as nearly all are, need not move for it.
 */
export class ProtobufOut {
  #bytes: Buffer;
  #at = 0;

  /** @param room bytes that are likely to be enough. */
  constructor(room: number) {
    this.#bytes = Buffer.allocUnsafe(Math.max(64, room));
  }

  /** A view of what was written. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  /** @param number 0 to 2^32 - 1. */
  varint(number: number): void {
    this.#need(5);
    let rest = number;
    while (rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  /** 64 bits as two halves. */
  varint64(high: number, low: number): void {
    this.#need(10);
    let [top, rest] = [high, low];
    while (top > 0 || rest > 0x7f) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest = ((rest >>> 7) | (top << 25)) >>> 0;
      top >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  fixed32(number: number): void {
    this.#need(4);
    this.#at = this.#bytes.writeUInt32LE(number, this.#at);
  }

  fixed64(high: number, low: number): void {
    this.fixed32(low);
    this.fixed32(high);
  }

  double(number: number): void {
    this.#need(8);
    this.#at = this.#bytes.writeDoubleLE(number, this.#at);
  }

  /** A length and these bytes. */
  piece(bytes: Uint8Array, from: number, to: number): void {
    this.varint(to - from);
    this.#need(to - from);
    // A call into the engine takes longer than a loop over a short text.
    if (to - from > 64) this.#bytes.set(bytes.subarray(from, to), this.#at);
    else for (let at = from, out = this.#at; at < to; at++, out++) this.#bytes[out] = bytes[at] ?? 0;
    this.#at += to - from;
  }

  /** A length and the bytes that these hex digits are. false = it is no even number of such digits; then nothing was written. */
  hex(digits: Uint8Array, from: number, to: number): boolean {
    if ((to - from) % 2 !== 0) return false;
    const start = this.#at;
    this.varint((to - from) / 2);
    this.#need((to - from) / 2);
    for (let at = from; at < to; at += 2) {
      const byte = (valueOf(digits[at] ?? 0) << 4) | valueOf(digits[at + 1] ?? 0);
      if (byte < 0) {
        this.#at = start;
        return false;
      }
      this.#bytes[this.#at++] = byte;
    }
    return true;
  }

  /** Begins a message; give what comes back to `close`. */
  open(): number {
    this.#need(1);
    return ++this.#at;
  }

  close(start: number): void {
    const length = this.#at - start;
    if (length > 0x7f) {
      const more = length > 0xfffffff ? 4 : length > 0x1fffff ? 3 : length > 0x3fff ? 2 : 1;
      this.#need(more);
      this.#bytes.copyWithin(start + more, start, this.#at);
      this.#at = start - 1;
      this.varint(length);
      this.#at += length;
    } else {
      this.#bytes[start - 1] = length;
    }
  }

  #need(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#at + bytes));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** Of a hex digit; below zero: it is none. */
function valueOf(digit: number): number {
  if (digit >= 0x30 && digit <= 0x39) return digit - 0x30;
  const letter = digit | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -256;
}
