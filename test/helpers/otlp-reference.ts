import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { Budget, Malformed } from '../../src/see/otlp-limits.ts';
import { SPAN_KINDS, STATUS_CODES, WIRE, type Kind, type Member, type Message } from '../../src/see/otlp-messages.ts';

/** OTLP/JSON → protobuf by way of JSON.parse and the library's writer: slow and plain, for tests of what is neither. Throws. */
export function reference(message: Message, value: unknown): Uint8Array {
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
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return BigInt(value);
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value) && Number.isInteger(Number(value)) ? BigInt(Number(value)) : wrong(name, 'a 64-bit integer, as a string or a number');
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
