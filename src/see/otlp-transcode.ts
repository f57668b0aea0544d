import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { Budget, Malformed } from './otlp-limits.ts';
import type { Kind, Member, Message } from './otlp-messages.ts';
import { SPAN_KINDS, STATUS_CODES } from './otlp-schema.ts';

/** A value of OTLP/JSON. */
export type Json = string | number | boolean | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

const WIRE: Readonly<Record<Kind, WireType>> = {
  string: WireType.LengthDelimited, hex: WireType.LengthDelimited, base64: WireType.LengthDelimited,
  bool: WireType.Varint, enum: WireType.Varint, uint32: WireType.Varint, sint32: WireType.Varint, int64: WireType.Varint, uint64: WireType.Varint,
  fixed32: WireType.Bit32, fixed64: WireType.Bit64, sfixed64: WireType.Bit64, double: WireType.Bit64,
};

/**
 * Protobuf → OTLP/JSON without loss (unknown fields aside): ids in hex, 64-bit integers as strings, enums as numbers
 * (OTLP specification, "JSON Protobuf Encoding"). Throws Malformed on what is not that message.
 */
export function toJson(message: Message, bytes: Uint8Array): JsonObject {
  try {
    return readMessage(message, new BinaryReader(bytes), bytes.length, 1, new Budget());
  } catch (error) {
    if (error instanceof Malformed) throw error;
    throw new Malformed('The body is not a protobuf message, or it was cut off.', { cause: error });
  }
}

function readMessage(message: Message, reader: BinaryReader, end: number, depth: number, budget: Budget): JsonObject {
  budget.spend(depth);
  const out: Record<string, Json> = {};
  const lists = new Map<string, Json[]>();
  while (reader.pos < end) {
    const [number, wire] = reader.tag();
    const member = message.byNumber.get(number);
    const values = member === undefined ? [] : readMember(member, wire, reader, end, depth, budget);
    if (member === undefined || values === undefined) {
      reader.skip(wire, number);
    } else if (!member.list) {
      out[member.name] = values[0] ?? '';
    } else {
      const list = lists.get(member.name);
      if (list === undefined) lists.set(member.name, values);
      else for (const value of values) list.push(value);
    }
  }
  if (reader.pos !== end) throw new Malformed('The body is not a protobuf message: a field is longer than the message that it is in.');
  for (const [name, list] of lists) out[name] = list;
  return out;
}

/** One value, or the many of a packed list; undefined where the wire type is another one. */
function readMember({ kind, list }: Member, wire: WireType, reader: BinaryReader, end: number, depth: number, budget: Budget): Json[] | undefined {
  if (typeof kind !== 'string') return wire === WireType.LengthDelimited ? [readMessage(kind(), reader, endOf(reader, end), depth + 1, budget)] : undefined;
  if (wire === WIRE[kind]) return [readScalar(kind, reader)];
  if (!list || wire !== WireType.LengthDelimited) return undefined;
  const values: Json[] = [];
  for (const inner = endOf(reader, end); reader.pos < inner; ) values.push(readScalar(kind, reader));
  return values;
}

function endOf(reader: BinaryReader, outer: number): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > outer) throw new Malformed('The body is not a protobuf message, or it was cut off.');
  return end;
}

function readScalar(kind: Kind, reader: BinaryReader): Json {
  switch (kind) {
    case 'string': return reader.string();
    case 'hex': return bufferOf(reader.bytes()).toString('hex');
    case 'base64': return bufferOf(reader.bytes()).toString('base64');
    case 'bool': return reader.bool();
    case 'enum': return reader.int32();
    case 'uint32': return reader.uint32();
    case 'sint32': return reader.sint32();
    case 'fixed32': return reader.fixed32();
    case 'int64': return String(reader.int64());
    case 'uint64': return String(reader.uint64());
    case 'fixed64': return String(reader.fixed64());
    case 'sfixed64': return String(reader.sfixed64());
    case 'double': return jsonDouble(reader.double());
  }
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const jsonDouble = (value: number): Json => (Number.isFinite(value) ? value : String(value));

/** OTLP/JSON → protobuf: the opposite of toJson. Unknown names are left out. Throws Malformed with the name of what is not right. */
export function fromJson(message: Message, value: unknown): Uint8Array {
  const writer = new BinaryWriter();
  try {
    writeMessage('The body', message, value, writer, 1, new Budget());
    return writer.finish();
  } catch (error) {
    if (error instanceof Malformed) throw error;
    throw new Malformed(`The body is not OTLP/JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function writeMessage(name: string, message: Message, value: unknown, writer: BinaryWriter, depth: number, budget: Budget): void {
  budget.spend(depth);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed(`${name} must be a JSON object.`);
  for (const [key, item] of Object.entries(value)) {
    const member = message.byName.get(key);
    if (member === undefined || item === null || item === undefined) continue;
    if (!member.list) writeMember(member, item, writer, depth, budget);
    else if (Array.isArray(item)) for (const each of item) writeMember(member, each, writer, depth, budget);
    else throw new Malformed(`"${member.name}" must be a JSON array.`);
  }
}

function writeMember(member: Member, value: unknown, writer: BinaryWriter, depth: number, budget: Budget): void {
  const { kind, number, name } = member;
  if (typeof kind === 'string') {
    writer.tag(number, WIRE[kind]);
    writeScalar(name, kind, value, writer);
  } else {
    writer.tag(number, WireType.LengthDelimited).fork();
    writeMessage(`"${name}"`, kind(), value, writer, depth + 1, budget);
    writer.join();
  }
}

function writeScalar(name: string, kind: Kind, value: unknown, writer: BinaryWriter): void {
  const text = (): string => (typeof value === 'string' ? value : wrong(name, 'a string'));
  switch (kind) {
    case 'string': return void writer.string(text());
    case 'hex': return void writer.bytes(/^(?:[0-9a-f]{2})*$/i.test(text()) ? Buffer.from(text(), 'hex') : wrong(name, 'hex digits (OTLP/JSON writes ids in hex, not in base64)'));
    case 'base64': return void writer.bytes(Buffer.from(text(), 'base64'));
    case 'bool': return void writer.bool(typeof value === 'boolean' ? value : wrong(name, 'true or false'));
    case 'enum': return void writer.int32(enumNumber(name, value));
    case 'uint32': return void writer.uint32(Number(whole(name, value)));
    case 'sint32': return void writer.sint32(Number(whole(name, value)));
    case 'fixed32': return void writer.fixed32(Number(whole(name, value)));
    case 'int64': return void writer.int64(whole(name, value));
    case 'uint64': return void writer.uint64(whole(name, value));
    case 'fixed64': return void writer.fixed64(whole(name, value));
    case 'sfixed64': return void writer.sfixed64(whole(name, value));
    case 'double': return void writer.double(double(name, value));
  }
}

function wrong(name: string, what: string): never {
  throw new Malformed(`"${name}" must be ${what}.`);
}

function whole(name: string, value: unknown): bigint {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : wrong(name, 'a 64-bit integer, as a string or a number');
}

function double(name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? wrong(name, 'a number') : number;
}

/** Of the enums with names, those that senders write: kinds of a span, its status, temporality. */
const ENUM_NAMES: readonly (readonly string[])[] = [SPAN_KINDS, STATUS_CODES, ['AGGREGATION_TEMPORALITY_UNSPECIFIED', 'AGGREGATION_TEMPORALITY_DELTA', 'AGGREGATION_TEMPORALITY_CUMULATIVE']];
function enumNumber(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  const found = ENUM_NAMES.map((names) => names.indexOf(String(value))).find((index) => index >= 0);
  return found ?? wrong(name, 'a number, or the name of one');
}
