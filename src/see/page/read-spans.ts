/** Parts of a request that are read when somebody looks: fields, and attributes as texts. */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { bufferOf } from '../buffer-of.ts';
import { anyValue, keyValue } from '../otlp-messages.ts';
import { toJson } from '../otlp-transcode.ts';
import { valueText } from './value-text.ts';

const NONE = new Uint8Array();

/** The length-delimited fields of that number, as views. */
export function fieldsOf(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new BinaryReader(bytes);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (number === wanted && wire === WireType.LengthDelimited) found.push(reader.bytes());
    else reader.skip(wire, number);
  }
  return found;
}

/** A field of that number around these bytes: what `fieldsOf` takes apart. */
export const field = (number: number, bytes: Uint8Array): Uint8Array => new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(bytes).finish();

/** What work gives; undefined where a sender's bytes are not what they should be: one bad attribute must not hide the others. */
export function orNothing<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** The attributes of these names in a message that has them in field `number`, as text; the first of a name counts. */
export function textsOf(bytes: Uint8Array, number: number, names: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pair of fieldsOf(bytes, number)) {
    const key = orNothing(() => bufferOf(fieldsOf(pair, 1).at(-1) ?? NONE).toString('utf8'));
    if (key === undefined || !names.includes(key) || found.has(key)) continue;
    const text = orNothing(() => valueText(toJson(anyValue, fieldsOf(pair, 2).at(-1) ?? NONE)));
    if (text !== undefined) found.set(key, text);
  }
  return found;
}

/** All attributes of a message that has them in field `number`, as texts. */
export const pairsOf = (bytes: Uint8Array, number: number): readonly (readonly [string, string])[] =>
  fieldsOf(bytes, number).flatMap((pair) => {
    const { key, value } = orNothing(() => toJson(keyValue, pair)) ?? {};
    return typeof key === 'string' ? [[key, valueText(value)] as const] : [];
  });
