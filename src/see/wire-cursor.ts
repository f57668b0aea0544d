import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { Malformed } from './otlp-limits.ts';

export const CUT_OFF = 'The body is not a protobuf message, or it was cut off.';

/**
 * Goes over protobuf to find where things are, and makes nothing of them. What is common (tags and lengths of one or two
 * bytes) is read here, the rest by the library's reader. Throws on what is no protobuf; who calls makes Malformed of it.
 */
export class Cursor {
  readonly bytes: Buffer;
  at = 0;
  readonly #reader: BinaryReader;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.#reader = new BinaryReader(bytes);
  }

  /** The lower 32 bits of a varint. */
  varint(): number {
    const byte = this.bytes[this.at] ?? 0x80;
    if (byte < 0x80) {
      this.at++;
      return byte;
    }
    const next = this.bytes[this.at + 1] ?? 0x80;
    if (next < 0x80) {
      this.at += 2;
      return (byte & 0x7f) | (next << 7);
    }
    this.#reader.pos = this.at;
    const number = this.#reader.uint32();
    this.at = this.#reader.pos;
    return number;
  }

  /** A field's number, shifted by 3, and its wire type, as they stand in the bytes. */
  tag(): number {
    const byte = this.bytes[this.at] ?? 0;
    if (byte >= 8 && byte < 0x80) {
      this.at++;
      return byte;
    }
    this.#reader.pos = this.at;
    const [number, wire] = this.#reader.tag();
    this.at = this.#reader.pos;
    return ((number << 3) | wire) >>> 0;
  }

  /** Where the length-delimited field ends that is read next; it may not end behind `outer`. */
  end(outer: number): number {
    const length = this.varint();
    const end = this.at + length;
    if (end > outer) throw new Malformed(CUT_OFF);
    return end;
  }

  /** Passes over the value of a field; a message must end where its last field does, so look there whether it went too far. */
  skip(tag: number, outer: number): void {
    switch (tag & 7) {
      case WireType.LengthDelimited:
        this.at = this.end(outer);
        return;
      case WireType.Varint:
        this.varint();
        return;
      case WireType.Bit64:
        this.at += 8;
        return;
      case WireType.Bit32:
        this.at += 4;
        return;
      default:
        this.#reader.pos = this.at;
        this.#reader.skip(tag & 7, tag >>> 3);
        this.at = this.#reader.pos;
    }
  }
}
