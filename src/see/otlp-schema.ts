/**
 * The messages of OTLP that we read, as tables: field number (protobuf), name (JSON) and type, in one place.
 * Source: opentelemetry-proto 1.x, trace/v1, metrics/v1, logs/v1, common/v1 and the three collector services.
 * What is not listed is skipped.
 */

export type Scalar =
  | 'string'
  /** bytes; lower-case hex digits in the result. In JSON they are hex digits too (an exception that OTLP makes). */
  | 'id'
  /** bytes of which only the number is kept; base64 in JSON. */
  | 'bytes'
  | 'bool'
  | 'int64'
  | 'fixed64'
  | 'double'
  | 'enum'
  /** A message of which only the presence is counted. */
  | 'counted';

export interface Field {
  readonly number: number;
  /** lowerCamelCase, as OTLP/JSON writes it. */
  readonly name: string;
  readonly type: Scalar | (() => Table);
  /** A list of at most this many; later items are dropped. Absent: a single value. */
  readonly most?: number;
  /** Names of an enum, in order of its numbers. */
  readonly names?: readonly string[];
}

export interface Table {
  readonly byNumber: ReadonlyMap<number, Field>;
  /** By JSON name and by the snake_case name that some senders use. */
  readonly byName: ReadonlyMap<string, Field>;
}

const MANY = Number.POSITIVE_INFINITY;
/** SDKs stop at 128 attributes a span by default (OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT). */
const ATTRIBUTES = 256;

const table = (...fields: readonly Field[]): Table => ({
  byNumber: new Map(fields.map((field) => [field.number, field])),
  byName: new Map(fields.flatMap((field): [string, Field][] => [[field.name, field], [snake(field.name), field]])),
});
const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const one = (number: number, name: string, type: Field['type']): Field => ({ number, name, type });
const list = (number: number, name: string, type: Field['type'], most = MANY): Field => ({ number, name, type, most });

// common/v1
const anyValue: Table = table(
  one(1, 'stringValue', 'string'),
  one(2, 'boolValue', 'bool'),
  one(3, 'intValue', 'int64'),
  one(4, 'doubleValue', 'double'),
  one(5, 'arrayValue', () => arrayValue),
  one(6, 'kvlistValue', () => keyValueList),
  one(7, 'bytesValue', 'bytes'),
);
export const attributeTable: Table = table(one(1, 'key', 'string'), one(2, 'value', () => anyValue));
const arrayValue: Table = table(list(1, 'values', () => anyValue, ATTRIBUTES));
const keyValueList: Table = table(list(1, 'values', () => attributeTable, ATTRIBUTES));
export const resourceTable: Table = table(list(1, 'attributes', () => attributeTable, ATTRIBUTES));
export const scopeTable: Table = table(one(1, 'name', 'string'));

// trace/v1
export const SPAN_KINDS = ['SPAN_KIND_UNSPECIFIED', 'SPAN_KIND_INTERNAL', 'SPAN_KIND_SERVER', 'SPAN_KIND_CLIENT', 'SPAN_KIND_PRODUCER', 'SPAN_KIND_CONSUMER'] as const;
export const STATUS_CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'] as const;
/** Of a span only this is read by a table: otlp-spans.ts reads the rest. */
export const spanAttributes: Table = table(list(9, 'attributes', () => attributeTable, ATTRIBUTES));

// metrics/v1: every kind of metric has its data points in field 1
const points: Table = table(list(1, 'dataPoints', 'counted'));
export const METRIC_KINDS = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const;
const metric: Table = table(
  one(5, 'gauge', () => points),
  one(7, 'sum', () => points),
  one(9, 'histogram', () => points),
  one(10, 'exponentialHistogram', () => points),
  one(11, 'summary', () => points),
);
const scopeMetrics: Table = table(list(2, 'metrics', () => metric));
const resourceMetrics: Table = table(one(1, 'resource', () => resourceTable), list(2, 'scopeMetrics', () => scopeMetrics));
export const metricsRequest: Table = table(list(1, 'resourceMetrics', () => resourceMetrics));

// logs/v1
const scopeLogs: Table = table(list(2, 'logRecords', 'counted'));
const resourceLogs: Table = table(one(1, 'resource', () => resourceTable), list(2, 'scopeLogs', () => scopeLogs));
export const logsRequest: Table = table(list(1, 'resourceLogs', () => resourceLogs));
