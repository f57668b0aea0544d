/** A whole number of up to 64 bits, read from decimal digits into two halves: no BigInt and no text is made of each. */
export class Whole {
  /** Two's complement, each half 0 to 2^32 - 1. */
  high = 0;
  low = 0;
  #negative = false;
  #large = false;

  /** false = the bytes are no whole number. `1e3` and `5.0` are one; they are exact up to 2^53. */
  read(bytes: Buffer, from: number, to: number): boolean {
    this.#negative = bytes[from] === MINUS;
    const start = this.#negative ? from + 1 : from;
    if (start === to) return false;
    // Up to ten digits and up to nine: both are exact as they are.
    const middle = Math.max(start, Math.min(to, start + 19) - 9);
    const [head, tail] = [digitsOf(bytes, start, middle), digitsOf(bytes, middle, Math.min(to, start + 19))];
    if (head < 0 || tail < 0) return this.#other(bytes.toString('latin1', from, to));
    // head × 10^9 + tail, in parts of which each is exact in a double.
    const [upper, lower] = [Math.floor(head / PART) * BILLION, (head % PART) * BILLION + tail];
    let low = (upper % PART) * PART + (lower % WORD);
    let high = Math.floor(upper / PART) + Math.floor(lower / WORD) + Math.floor(low / WORD);
    low %= WORD;
    this.#large = false;
    for (let at = start + 19; at < to; at++) {
      const digit = digitsOf(bytes, at, at + 1);
      if (digit < 0) return this.#other(bytes.toString('latin1', from, to));
      low = low * 10 + digit;
      high = high * 10 + Math.floor(low / WORD);
      low %= WORD;
      // Once it is too large it stays so, however many digits there are.
      if (high >= WORD) this.#large = true;
      high %= WORD;
    }
    this.#keep(high, low);
    return true;
  }

  #other(text: string): boolean {
    if (!/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return false;
    const number = Math.abs(Number(text));
    if (!Number.isInteger(number)) return false;
    this.#large = number >= WORD * WORD;
    this.#keep(Math.floor(number / WORD) % WORD, number % WORD);
    return true;
  }

  #keep(high: number, low: number): void {
    this.#positiveHigh = high;
    this.#positiveLow = low;
    this.low = this.#negative ? -low >>> 0 : low;
    this.high = this.#negative ? (~high + (low === 0 ? 1 : 0)) >>> 0 : high;
  }
  #positiveHigh = 0;
  #positiveLow = 0;

  /** Whether a field of that type can hold it. */
  fits(kind: 'uint32' | 'sint32' | 'fixed32' | 'int64' | 'uint64' | 'fixed64' | 'sfixed64'): boolean {
    if (this.#large) return false;
    const [high, low] = [this.#positiveHigh, this.#positiveLow];
    const isZero = high === 0 && low === 0;
    switch (kind) {
      case 'uint32':
      case 'fixed32': return high === 0 && (isZero || !this.#negative);
      case 'sint32': return high === 0 && low <= (this.#negative ? HALF : HALF - 1);
      case 'uint64':
      case 'fixed64': return isZero || !this.#negative;
      case 'int64':
      case 'sfixed64': return high < HALF || (this.#negative && high === HALF && low === 0);
    }
  }
}

/** At most 15 digits as a number; below zero: there are other signs. */
function digitsOf(bytes: Uint8Array, from: number, to: number): number {
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

const [MINUS, ZERO] = [0x2d, 0x30];
const [PART, BILLION] = [0x1_0000, 1_000_000_000];
const WORD = 0x1_0000_0000;
const HALF = 0x8000_0000;
