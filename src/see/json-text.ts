/**
 * JSON read from its bytes (RFC 8259, UTF-8 that was checked before), token by token: nothing is made of what nobody wants.
 * Strings and numbers are told as places in the bytes. Throws Malformed on what is no JSON.
 */
import { bufferOf } from './buffer-of.ts';
import { DEEPEST, Malformed, tooDeep } from './otlp-limits.ts';

export const NOT_JSON = 'The body is not JSON in UTF-8, or it was cut off.';

const [QUOTE, BACKSLASH, COMMA, COLON, MINUS, PLUS, DOT, ZERO, NINE] = [0x22, 0x5c, 0x2c, 0x3a, 0x2d, 0x2b, 0x2e, 0x30, 0x39];
export const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];
const [TRUE, FALSE, NULL] = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')];

export class JsonText {
  readonly bytes: Buffer;
  /** Where the next token begins; white space may come before it. */
  at = 0;
  /** Of the string or number that was read last: its bytes without quotes, and whether a backslash is in it. */
  from = 0;
  to = 0;
  escaped = false;
  #text = '';

  constructor(bytes: Uint8Array) {
    this.bytes = bufferOf(bytes);
    // A byte order mark in front is passed over, as TextDecoder does.
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.at = 3;
  }

  /** The first byte of the next token, which is not read yet; -1 at the end. */
  peek(): number {
    const { bytes } = this;
    let { at } = this;
    let byte = bytes[at] ?? -1;
    if (byte > 0x20) return byte;
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at] ?? -1;
    this.at = at;
    return byte;
  }

  /** Reads this one byte, or throws. */
  expect(byte: number): void {
    if (this.peek() !== byte) throw new Malformed(NOT_JSON);
    this.at++;
  }

  /** Behind an item of a list or object: true = another one follows, false = `close` was read. */
  another(close: number): boolean {
    const byte = this.peek();
    this.at++;
    if (byte === COMMA) return true;
    if (byte === close) return false;
    throw new Malformed(NOT_JSON);
  }

  /** After `[` or `{`: whether it is closed at once; then that was read. */
  closes(close: number): boolean {
    if (this.peek() !== close) return false;
    this.at++;
    return true;
  }

  /** A key with its colon: `from`, `to`, `escaped`. */
  key(): void {
    if (this.peek() !== QUOTE) throw new Malformed(NOT_JSON);
    this.string();
    this.expect(COLON);
  }

  /** Whether a string comes; then it was read. */
  isString(): boolean {
    if (this.peek() !== QUOTE) return false;
    this.string();
    return true;
  }

  private string(): void {
    const { bytes } = this;
    let at = this.at + 1;
    let escaped = false;
    const from = at;
    for (;;) {
      const byte = bytes[at] ?? -1;
      if (byte === QUOTE) break;
      if (byte < 0x20) throw new Malformed(NOT_JSON);
      if (byte === BACKSLASH) {
        escaped = true;
        at++;
      }
      at++;
    }
    this.from = from;
    this.to = at;
    this.escaped = escaped;
    this.at = at + 1;
    if (escaped) this.#unescape();
  }

  #unescape(): void {
    try {
      this.#text = String(JSON.parse(this.bytes.toString('utf8', this.from - 1, this.to + 1)));
    } catch (error) {
      throw new Malformed(NOT_JSON, { cause: error });
    }
  }

  /** The string or number that was read last. */
  text(): string {
    return this.escaped ? this.#text : this.bytes.toString('utf8', this.from, this.to);
  }

  /** Whether a number comes; then it was read. Without quotes, as the grammar of JSON has it. */
  isNumber(): boolean {
    const first = this.peek();
    if (first !== MINUS && !isDigit(first)) return false;
    this.from = this.at;
    if (first === MINUS) this.at++;
    if (this.bytes[this.at] === ZERO) this.at++;
    else this.digits();
    if (this.bytes[this.at] === DOT) {
      this.at++;
      this.digits();
    }
    const power = this.bytes[this.at];
    if (power === 0x65 || power === 0x45) {
      this.at++;
      const sign = this.bytes[this.at];
      if (sign === MINUS || sign === PLUS) this.at++;
      this.digits();
    }
    this.to = this.at;
    this.escaped = false;
    return true;
  }

  private digits(): void {
    const from = this.at;
    while (isDigit(this.bytes[this.at] ?? -1)) this.at++;
    if (this.at === from) throw new Malformed(NOT_JSON);
  }

  /** Whether `null` comes; then it was read. */
  isNull(): boolean {
    if (this.peek() !== NULL[0]) return false;
    this.word(NULL);
    return true;
  }

  /** Whether `true` or `false` comes; then it was read, and this is it. */
  boolean(): boolean | undefined {
    const byte = this.peek();
    if (byte !== TRUE[0] && byte !== FALSE[0]) return undefined;
    this.word(byte === TRUE[0] ? TRUE : FALSE);
    return byte === TRUE[0];
  }

  private word(word: Buffer): void {
    for (let index = 0; index < word.length; index++) if (this.bytes[this.at + index] !== word[index]) throw new Malformed(NOT_JSON);
    this.at += word.length;
  }

  /** Reads over a value, whatever it is. */
  skip(): void {
    // The brackets that are open, as the bytes that close them.
    const open: number[] = [];
    for (;;) {
      const byte = this.peek();
      if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        const close = byte + 2;
        this.at++;
        if (!this.closes(close)) {
          // An object and a list for each level.
          if (open.length >= 2 * DEEPEST) throw tooDeep();
          open.push(close);
          if (close === CLOSE_OBJECT) this.key();
          continue;
        }
      } else if (!this.isString() && !this.isNumber() && !this.isNull() && this.boolean() === undefined) {
        throw new Malformed(NOT_JSON);
      }
      for (;;) {
        const close = open.at(-1);
        if (close === undefined) return;
        if (this.another(close)) {
          if (close === CLOSE_OBJECT) this.key();
          break;
        }
        open.pop();
      }
    }
  }

  /** Nothing but white space may be left. */
  end(): void {
    if (this.peek() !== -1) throw new Malformed(NOT_JSON);
  }
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;
