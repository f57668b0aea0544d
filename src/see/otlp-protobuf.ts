import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { Budget, Malformed, shorten, type Plain, type PlainValue } from './otlp-limits.ts';
import type { Field, Scalar, Table } from './otlp-schema.ts';
import { CUT_OFF } from './wire-cursor.ts';

const WIRE: Readonly<Record<Scalar, WireType>> = {
  string: WireType.LengthDelimited,
  bytes: WireType.LengthDelimited,
  counted: WireType.LengthDelimited,
  bool: WireType.Varint,
  int64: WireType.Varint,
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
function endOf(reader: BinaryReader, outer: number): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > outer) throw new Malformed(CUT_OFF);
  return end;
}

function readScalar(type: Exclude<Scalar, 'counted'>, reader: BinaryReader): PlainValue {
  switch (type) {
    case 'string':
      return shorten(reader.string());
    case 'bytes':
      return reader.bytes().length;
    case 'bool':
      return reader.bool();
    case 'int64':
      return BigInt(reader.int64());
    case 'double':
      return reader.double();
  }
}
