/** Attributes of decoded messages (otlp-schema.ts) as plain values. Pure. */
import { shorten, type Plain, type PlainValue } from './otlp-limits.ts';
import { readProtobuf } from './otlp-protobuf.ts';
import { resourceTable, scopeTable, spanAttributes } from './otlp-schema.ts';
import type { AttributeValue, SpanRow } from './span.ts';

/** Attributes of a Span message, bounded in number and length. Throws Malformed on what is none. */
export const attributesOf = (span: Uint8Array): SpanRow['attributes'] =>
  Object.fromEntries(messages(readProtobuf(spanAttributes, span), 'attributes').map((pair) => [text(pair, 'key'), attributeValue(message(pair, 'value'))]));

/** `service.name` of a Resource message. Throws Malformed on what is none. */
export const serviceOf = (resource: Uint8Array): string => serviceIn(readProtobuf(resourceTable, resource));

/** The name of an InstrumentationScope message. Throws Malformed on what is none. */
export const nameIn = (scope: Uint8Array): string => text(readProtobuf(scopeTable, scope), 'name');

/** UTF-16 units of a service's name: it is kept with every span. Honeycomb takes 255. */
const LONGEST_SERVICE = 512;

/** The SDK specification makes `service.name` mandatory; 'unknown_service' is its own default for a missing one. */
export function serviceIn(resource: Plain): string {
  const pair = messages(resource, 'attributes').find((attribute) => text(attribute, 'key') === 'service.name');
  return shorten(String(pair === undefined ? '' : attributeValue(message(pair, 'value'))).trim(), LONGEST_SERVICE) || 'unknown_service';
}

function attributeValue(value: Plain): AttributeValue {
  const simple = value['stringValue'] ?? value['boolValue'] ?? value['doubleValue'];
  if (typeof simple === 'string' || typeof simple === 'boolean' || typeof simple === 'number') return simple;
  const int = value['intValue'];
  if (typeof int === 'bigint') return Number.isSafeInteger(Number(int)) ? Number(int) : int.toString();
  if (typeof value['bytesValue'] === 'number') return `(${value['bytesValue']} bytes)`;
  if (value['arrayValue'] !== undefined) return JSON.stringify(messages(message(value, 'arrayValue'), 'values').map(attributeValue));
  if (value['kvlistValue'] !== undefined) return JSON.stringify(Object.fromEntries(messages(message(value, 'kvlistValue'), 'values').map((pair) => [text(pair, 'key'), attributeValue(message(pair, 'value'))])));
  return '';
}

// A decoded message has the types of its table, or lacks the field: these give proto3's defaults.
const NOTHING: Plain = {};
export const messages = (plain: Plain, name: string): readonly Plain[] => (isList(plain[name]) ? plain[name] : []);
const isList = (value: PlainValue | undefined): value is readonly Plain[] => Array.isArray(value);
const isMessage = (value: PlainValue | undefined): value is Plain => typeof value === 'object' && !isList(value);
export const message = (plain: Plain, name: string): Plain => (isMessage(plain[name]) ? plain[name] : NOTHING);
const text = (plain: Plain, name: string): string => (typeof plain[name] === 'string' ? plain[name] : '');
export const number = (plain: Plain, name: string): number => (typeof plain[name] === 'number' ? plain[name] : 0);
