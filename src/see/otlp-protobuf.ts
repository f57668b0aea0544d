import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { Budget, Malformed, shorten, type Plain, type PlainValue } from './otlp-limits.ts';
import type { Field, Scalar, Table } from './otlp-schema.ts';

export const CUT_OFF = 'The body is not a protobuf message, or it was cut off.';

const WIRE: Readonly<Record<Scalar, WireType>> = {
  string: WireType.LengthDelimited,
  id: WireType.LengthDelimited,
  bytes: WireType.LengthDelimited,
  counted: WireType.LengthDelimited,
  bool: WireType.Varint,
  int64: WireType.Varint,
  enum: WireType.Varint,
  fixed64: WireType.Bit64,
  double: WireType.Bit64,
};

/**
 * Reads a protobuf message by its table. Unknown fields, and known ones with another wire type, are skipped as
 * every protobuf reader does; the last of a single field wins. Throws Malformed on anything else.
 */
export function readProtobuf(table: Table, body: Uint8Array): Plain {
  try {
    return readMessage(table, new BinaryReader(body), body.length, 1, new Budget());
  } catch (error) {
    if (error instanceof Malformed) throw error;
    throw new Malformed(CUT_OFF, { cause: error });
  }
}

function readMessage(table: Table, reader: BinaryReader, end: number, depth: number, budget: Budget): Plain {
  budget.spend(depth);
  const lists = new Map<string, Plain[]>();
  const out: Record<string, PlainValue> = {};
  while (reader.pos < end) {
    const [number, wire] = reader.tag();
    const field = table.byNumber.get(number);
    if (field === undefined || wire !== wireOf(field)) {
      reader.skip(wire, number);
    } else if (field.type === 'counted') {
      reader.skip(wire, number);
      out[field.name] = Number(out[field.name] ?? 0) + 1;
    } else if (typeof field.type === 'string') {
      out[field.name] = readScalar(field.type, reader);
    } else {
      const inner = endOf(reader, end);
      if (field.most === undefined) {
        out[field.name] = readMessage(field.type(), reader, inner, depth + 1, budget);
        continue;
      }
      const items = lists.get(field.name) ?? [];
      lists.set(field.name, items);
      if (items.length < field.most) items.push(readMessage(field.type(), reader, inner, depth + 1, budget));
      else reader.pos = inner;
    }
  }
  if (reader.pos !== end) throw new Malformed('The body is not a protobuf message: a field is longer than the message that it is in.');
  for (const [name, items] of lists) out[name] = items;
  return out;
}

const wireOf = (field: Field): WireType => (typeof field.type === 'string' ? WIRE[field.type] : WireType.LengthDelimited);

/** Where the length-delimited field ends that is read next. Throws Malformed where that is behind `outer`. */
export function endOf(reader: BinaryReader, outer: number): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > outer) throw new Malformed(CUT_OFF);
  return end;
}

/** A field's tag as it stands in the bytes: the number, shifted by 3, and the wire type. `reader.tag()` makes a list of each. Throws where it is none. */
export function tagOf(reader: BinaryReader, bytes: Uint8Array): number {
  const start = reader.pos;
  const tag = reader.uint32();
  const length = reader.pos - start;
  if (tag < 8 || length > 5 || (length === 5 && (bytes[reader.pos - 1] ?? 0) > 0x0f)) throw new Malformed(CUT_OFF);
  return tag;
}

/** Reads over a message and makes nothing of it. Throws where `readProtobuf` would, some time later. */
export function checkMessage(table: Table, reader: BinaryReader, bytes: Uint8Array, end: number, depth: number, budget: Budget): void {
  budget.spend(depth);
  while (reader.pos < end) {
    const tag = tagOf(reader, bytes);
    const wire = tag & 7;
    if (wire === WireType.LengthDelimited) {
      const inner = endOf(reader, end);
      const type = table.byNumber.get(tag >>> 3)?.type;
      if (typeof type === 'function') checkMessage(type(), reader, bytes, inner, depth + 1, budget);
      else reader.pos = inner;
    } else if (wire === WireType.Varint) {
      reader.uint32();
    } else {
      reader.skip(wire, tag >>> 3);
    }
  }
  if (reader.pos !== end) throw new Malformed(CUT_OFF);
}

function readScalar(type: Exclude<Scalar, 'counted'>, reader: BinaryReader): PlainValue {
  switch (type) {
    case 'string':
      return shorten(reader.string());
    case 'id':
      return hex(reader.bytes());
    case 'bytes':
      return reader.bytes().length;
    case 'bool':
      return reader.bool();
    case 'int64':
      return BigInt(reader.int64());
    case 'fixed64':
      return BigInt(reader.fixed64());
    case 'double':
      return reader.double();
    case 'enum':
      return reader.int32();
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString('hex');
