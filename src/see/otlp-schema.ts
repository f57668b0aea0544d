/**
 * What is read of OTLP's messages to count, to name a service and to show attributes in the terminal, as tables of field
 * numbers. otlp-messages.ts has the messages whole.
 * Source: opentelemetry-proto 1.x, trace/v1, metrics/v1, logs/v1, common/v1 and the three collector services.
 */

export type Scalar =
  | 'string'
  /** bytes of which only the number is kept. */
  | 'bytes'
  | 'bool'
  | 'int64'
  | 'double'
  /** A message of which only the presence is counted. */
  | 'counted';

export interface Field {
  readonly number: number;
  readonly name: string;
  readonly type: Scalar | (() => Table);
  /** A list of at most this many; later items are dropped. Absent: a single value. */
  readonly most?: number;
}

export interface Table {
  readonly byNumber: ReadonlyMap<number, Field>;
}

const MANY = Number.POSITIVE_INFINITY;
/** SDKs stop at 128 attributes a span by default (OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT). */
const ATTRIBUTES = 256;

const table = (...fields: readonly Field[]): Table => ({ byNumber: new Map(fields.map((field) => [field.number, field])) });
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
const attributeTable: Table = table(one(1, 'key', 'string'), one(2, 'value', () => anyValue));
const arrayValue: Table = table(list(1, 'values', () => anyValue, ATTRIBUTES));
const keyValueList: Table = table(list(1, 'values', () => attributeTable, ATTRIBUTES));
export const resourceTable: Table = table(list(1, 'attributes', () => attributeTable, ATTRIBUTES));
export const scopeTable: Table = table(one(1, 'name', 'string'));

// trace/v1
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
