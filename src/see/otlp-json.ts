import { Budget, Malformed, MOST_MESSAGES, shorten, tooMany, type Plain, type PlainValue } from './otlp-limits.ts';
import type { Field, Scalar, Table } from './otlp-schema.ts';

/**
 * Reads OTLP/JSON by its table (OTLP specification, "JSON Protobuf Encoding"): ids are hex digits, 64-bit integers
 * strings or numbers, enums numbers (names are taken too), unknown fields are ignored, snake_case names are
 * taken as well. Throws Malformed with the name of the field that is not right.
 */
export function readJson(table: Table, body: Uint8Array): Plain {
  return readMessage('The body', table, parseJson(body), 1, new Budget());
}

const [BRACE, BRACKET] = [0x7b, 0x5b];

/**
 * Throws Malformed on what is not JSON in UTF-8, and, before anything is made of them, on more objects and lists than a
 * request may have: a megabyte of `[],[],` takes fifteen of memory. Those inside texts are counted too.
 */
export function parseJson(body: Uint8Array): unknown {
  let lists = 0;
  // By index: an iterator takes ten times as long.
  for (let at = 0; at < body.length; at++) if (body[at] === BRACE || body[at] === BRACKET) lists++;
  if (lists > 2 * MOST_MESSAGES) throw tooMany();
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new Malformed('The body is not JSON in UTF-8, or it was cut off.', { cause: error });
  }
}

function readMessage(name: string, table: Table, value: unknown, depth: number, budget: Budget): Plain {
  budget.spend(depth);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed(`${name} must be a JSON object.`);
  const out: Record<string, PlainValue> = {};
  for (const [key, item] of Object.entries(value)) {
    const field = table.byName.get(key);
    if (field === undefined || item === null) continue;
    out[field.name] = readField(field, item, depth, budget);
  }
  return out;
}

function readField(field: Field, value: unknown, depth: number, budget: Budget): PlainValue {
  const { type, most } = field;
  if (most === undefined) return typeof type === 'string' ? readScalar(field, type, value) : readMessage(`"${field.name}"`, type(), value, depth + 1, budget);
  if (!Array.isArray(value)) throw new Malformed(`"${field.name}" must be a JSON array.`);
  const items: readonly unknown[] = value;
  if (typeof type === 'string') return items.length;
  return items.slice(0, most).map((item) => readMessage(`An item of "${field.name}"`, type(), item, depth + 1, budget));
}

function readScalar(field: Field, type: Scalar, value: unknown): PlainValue {
  const wrong = (what: string): Malformed => new Malformed(`"${field.name}" must be ${what}.`);
  switch (type) {
    case 'string':
      if (typeof value !== 'string') throw wrong('a string');
      return shorten(value);
    case 'id':
      if (typeof value !== 'string' || !/^(?:[0-9a-f]{2}){0,64}$/i.test(value)) throw wrong('hex digits (OTLP/JSON writes ids in hex, not in base64)');
      return value.toLowerCase();
    case 'bytes':
      if (typeof value !== 'string') throw wrong('a base64 string');
      return Buffer.byteLength(value, 'base64');
    case 'bool':
      if (typeof value !== 'boolean') throw wrong('true or false');
      return value;
    case 'int64':
    case 'fixed64':
      return integer(value) ?? fail(wrong('a 64-bit integer, as a string or a number'));
    case 'double':
      return double(value) ?? fail(wrong('a number'));
    case 'enum':
      return enumNumber(field.names ?? [], value) ?? fail(wrong(`a number or one of ${(field.names ?? []).join(', ')}`));
    case 'counted':
      return 1;
  }
}

function fail(error: Malformed): never {
  throw error;
}

function integer(value: unknown): bigint | undefined {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  return undefined;
}

function double(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  if (value === 'NaN') return Number.NaN;
  const number = Number(value.trim() === '' ? Number.NaN : value);
  return Number.isNaN(number) ? undefined : number;
}

function enumNumber(names: readonly string[], value: unknown): number | undefined {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  const index = typeof value === 'string' ? names.indexOf(value) : -1;
  return index < 0 ? undefined : index;
}
