import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { bufferOf } from './buffer-of.ts';
import { Budget, Malformed } from './otlp-limits.ts';
import { WIRE, type Kind, type Member, type Message } from './otlp-messages.ts';

/** A value of OTLP/JSON. */
type Json = string | number | boolean | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [name: string]: Json | undefined;
}

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
const jsonDouble = (value: number): Json => (Number.isFinite(value) ? value : String(value));
