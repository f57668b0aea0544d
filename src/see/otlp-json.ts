/**
 * OTLP/JSON → protobuf by the tables of otlp-messages.ts (OTLP specification, "JSON Protobuf Encoding"): ids are hex digits,
 * 64-bit integers strings or numbers, enums numbers (names are taken too), unknown fields are ignored, snake_case names are
 * taken as well, null is absent. Straight from bytes to bytes: a million keys cost no more than it takes to read over them.
 */
import { isUtf8 } from 'node:buffer';
import { CLOSE_LIST, CLOSE_OBJECT, JsonText, NOT_JSON, OPEN_LIST, OPEN_OBJECT } from './json-text.ts';
import { Budget, Malformed } from './otlp-limits.ts';
import { SPAN_KINDS, STATUS_CODES, WIRE, type Kind, type Member, type Message } from './otlp-messages.ts';
import { ProtobufOut } from './protobuf-out.ts';
import { Whole } from './whole.ts';

/** Throws Malformed with the name of the field that is not right, or NOT_JSON. */
export function fromJson(message: Message, body: Uint8Array): Uint8Array {
  if (!isUtf8(body)) throw new Malformed(NOT_JSON);
  const transcoder = new Transcoder(body);
  transcoder.message('The body', message, 1);
  transcoder.from.end();
  return transcoder.to.finish();
}

/** Bytes of protobuf for each byte of JSON are seldom more than that. */
const SHARE = 0.6;
/** Of the enums with names, those that senders write: kinds of a span, its status, temporality. */
const ENUM_NAMES: readonly (readonly string[])[] = [SPAN_KINDS, STATUS_CODES, ['AGGREGATION_TEMPORALITY_UNSPECIFIED', 'AGGREGATION_TEMPORALITY_DELTA', 'AGGREGATION_TEMPORALITY_CUMULATIVE']];

class Transcoder {
  readonly from: JsonText;
  readonly to: ProtobufOut;
  readonly #budget = new Budget();
  readonly #whole = new Whole();

  constructor(body: Uint8Array) {
    this.from = new JsonText(body);
    this.to = new ProtobufOut(Math.ceil(body.length * SHARE));
  }

  message(name: string, message: Message, depth: number): void {
    const { from } = this;
    this.#budget.spend(depth);
    if (from.peek() !== OPEN_OBJECT) throw this.#wrong(name, 'a JSON object');
    from.at++;
    if (from.closes(CLOSE_OBJECT)) return;
    do {
      from.key();
      const member = from.escaped ? message.byName.get(from.text()) : message.byName.find(from.bytes, from.from, from.to);
      if (member === undefined) from.skip();
      else if (!from.isNull()) this.#field(member, depth);
    } while (from.another(CLOSE_OBJECT));
  }

  #field(member: Member, depth: number): void {
    const { from } = this;
    if (!member.list) return this.#value(member, depth);
    if (from.peek() !== OPEN_LIST) throw this.#wrong(`"${member.name}"`, 'a JSON array');
    from.at++;
    if (from.closes(CLOSE_LIST)) return;
    do this.#value(member, depth); while (from.another(CLOSE_LIST));
  }

  #value({ kind, number, name }: Member, depth: number): void {
    const { to } = this;
    if (typeof kind === 'string') {
      to.varint((number << 3) | WIRE[kind]);
      return this.#scalar(name, kind);
    }
    to.varint((number << 3) | 2);
    const start = to.open();
    this.message(`"${name}"`, kind(), depth + 1);
    to.close(start);
  }

  #scalar(name: string, kind: Kind): void {
    const { from, to } = this;
    switch (kind) {
      case 'string': {
        this.#string(name, 'a string');
        if (!from.escaped) return to.piece(from.bytes, from.from, from.to);
        const text = Buffer.from(from.text(), 'utf8');
        return to.piece(text, 0, text.length);
      }
      case 'hex':
        this.#string(name, 'a string');
        if (from.escaped || !to.hex(from.bytes, from.from, from.to)) throw this.#wrong(`"${name}"`, 'hex digits (OTLP/JSON writes ids in hex, not in base64)');
        return;
      case 'base64': {
        this.#string(name, 'a base64 string');
        const bytes = Buffer.from(from.text(), 'base64');
        return to.piece(bytes, 0, bytes.length);
      }
      case 'bool': {
        const value = from.boolean();
        if (value === undefined) throw this.#wrong(`"${name}"`, 'true or false');
        return to.varint(value ? 1 : 0);
      }
      case 'double': return to.double(this.#double(name));
      case 'enum': return this.#enum(name);
      default: return this.#integer(name, kind);
    }
  }

  #string(name: string, what: string): void {
    if (!this.from.isString()) throw this.#wrong(`"${name}"`, what);
  }

  #double(name: string): number {
    const { from } = this;
    if (from.isNumber()) return Number(from.text());
    const text = from.isString() ? from.text() : '';
    if (text === 'NaN') return Number.NaN;
    const number = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isNaN(number)) throw this.#wrong(`"${name}"`, 'a number');
    return number;
  }

  #enum(name: string): void {
    const { from, to } = this;
    if (from.isNumber()) {
      const number = Number(from.text());
      if (!Number.isInteger(number) || number > 0x7fffffff || number < -0x80000000) throw this.#wrong(`"${name}"`, 'a number, or the name of one');
      return number < 0 ? to.varint64(0xffffffff, number >>> 0) : to.varint(number);
    }
    const text = from.isString() ? from.text() : '';
    const found = ENUM_NAMES.map((names) => names.indexOf(text)).find((index) => index >= 0);
    if (found === undefined) throw this.#wrong(`"${name}"`, 'a number, or the name of one');
    to.varint(found);
  }

  #integer(name: string, kind: Exclude<Kind, 'string' | 'hex' | 'base64' | 'bool' | 'double' | 'enum'>): void {
    const { from, to } = this;
    const whole = this.#whole;
    if (!(from.isNumber() || from.isString()) || from.escaped || !whole.read(from.bytes, from.from, from.to)) throw this.#wrong(`"${name}"`, `a ${kind.endsWith('32') ? 32 : 64}-bit integer, as a string or a number`);
    if (!whole.fits(kind)) throw new Malformed(`"${name}" is larger or smaller than a ${kind} can be.`);
    switch (kind) {
      case 'uint32': return to.varint(whole.low);
      case 'sint32': return to.varint(((whole.low << 1) ^ (whole.low >> 31)) >>> 0);
      case 'fixed32': return to.fixed32(whole.low);
      case 'int64':
      case 'uint64': return to.varint64(whole.high, whole.low);
      case 'fixed64':
      case 'sfixed64': return to.fixed64(whole.high, whole.low);
    }
  }

  /** What is no JSON at all is said first. */
  #wrong(name: string, what: string): Malformed {
    const { from } = this;
    // A string or number that was read already was JSON.
    if (from.peek() === -1) return new Malformed(NOT_JSON);
    return new Malformed(`${name} must be ${what}.`);
  }
}
