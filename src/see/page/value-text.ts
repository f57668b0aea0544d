/**
 * The text of an attribute's value as OTLP/JSON writes it (AnyValue): strings as they are, numbers and booleans in
 * words, lists and maps as JSON. Anything else, from a hostile sender, is ''. For the server and the page. Pure.
 */
export function valueText(value: unknown): string {
  const plain = plainValue(value);
  return typeof plain === 'object' ? JSON.stringify(plain) : String(plain);
}

type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain };

function plainValue(value: unknown): Plain {
  if (!isObject(value)) return '';
  const { stringValue, boolValue, intValue, doubleValue, bytesValue } = value;
  if (typeof stringValue === 'string') return stringValue;
  if (typeof boolValue === 'boolean') return boolValue;
  if (typeof doubleValue === 'number' || typeof doubleValue === 'string') return doubleValue;
  if (typeof intValue === 'number') return intValue;
  if (typeof intValue === 'string') return Number.isSafeInteger(Number(intValue)) ? Number(intValue) : intValue;
  if (typeof bytesValue === 'string') return bytesValue;
  if (isObject(value['arrayValue'])) return listOf(value['arrayValue']['values']).map(plainValue);
  if (isObject(value['kvlistValue'])) return Object.fromEntries(listOf(value['kvlistValue']['values']).filter(isObject).map((pair) => [String(pair['key']), plainValue(pair['value'])]));
  return '';
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
