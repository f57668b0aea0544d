/**
 * All messages of OTLP's three signals as tables, complete, so that a request can be kept and given away again without
 * loss (otlp-transcode.ts). otlp-schema.ts names only what is counted.
 * Source: opentelemetry-proto 1.x, trace/v1, metrics/v1, logs/v1, common/v1, resource/v1 and the three collector services.
 */

import { WireType } from '@bufbuild/protobuf/wire';
import { Names } from './names.ts';

export type Kind = 'string' | 'hex' | 'base64' | 'bool' | 'enum' | 'uint32' | 'sint32' | 'fixed32' | 'int64' | 'uint64' | 'fixed64' | 'sfixed64' | 'double';

/** How each stands in protobuf. */
export const WIRE: Readonly<Record<Kind, WireType>> = {
  string: WireType.LengthDelimited, hex: WireType.LengthDelimited, base64: WireType.LengthDelimited,
  bool: WireType.Varint, enum: WireType.Varint, uint32: WireType.Varint, sint32: WireType.Varint, int64: WireType.Varint, uint64: WireType.Varint,
  fixed32: WireType.Bit32, fixed64: WireType.Bit64, sfixed64: WireType.Bit64, double: WireType.Bit64,
};

export interface Member {
  readonly number: number;
  /** lowerCamelCase, as OTLP/JSON writes it. */
  readonly name: string;
  readonly kind: Kind | (() => Message);
  readonly list: boolean;
}

export interface Message {
  readonly byNumber: ReadonlyMap<number, Member>;
  /** By JSON name and by the snake_case name that some senders use. */
  readonly byName: Names<Member>;
}

const message = (...members: readonly Member[]): Message => ({
  byNumber: new Map(members.map((member) => [member.number, member])),
  byName: new Names(members.flatMap((member): [string, Member][] => [[member.name, member], [snake(member.name), member]])),
});
const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const one = (number: number, name: string, kind: Member['kind']): Member => ({ number, name, kind, list: false });
const many = (number: number, name: string, kind: Member['kind']): Member => ({ number, name, kind, list: true });

// common/v1, resource/v1
export const anyValue: Message = message(
  one(1, 'stringValue', 'string'),
  one(2, 'boolValue', 'bool'),
  one(3, 'intValue', 'int64'),
  one(4, 'doubleValue', 'double'),
  one(5, 'arrayValue', () => arrayValue),
  one(6, 'kvlistValue', () => keyValueList),
  one(7, 'bytesValue', 'base64'),
);
export const keyValue: Message = message(one(1, 'key', 'string'), one(2, 'value', () => anyValue));
const arrayValue: Message = message(many(1, 'values', () => anyValue));
const keyValueList: Message = message(many(1, 'values', () => keyValue));
const attributes = (number: number, name = 'attributes'): Member => many(number, name, () => keyValue);
const dropped = (number: number, name = 'droppedAttributesCount'): Member => one(number, name, 'uint32');
export const resource: Message = message(attributes(1), dropped(2));
const scope: Message = message(one(1, 'name', 'string'), one(2, 'version', 'string'), attributes(3), dropped(4));

/** The three levels that every signal has: request → resource groups → scope groups → items. */
function request(signal: string, items: string, item: () => Message): Message {
  const scoped: Message = message(one(1, 'scope', () => scope), many(2, items, item), one(3, 'schemaUrl', 'string'));
  const grouped: Message = message(one(1, 'resource', () => resource), many(2, `scope${signal}`, () => scoped), one(3, 'schemaUrl', 'string'));
  return message(many(1, `resource${signal}`, () => grouped));
}

// trace/v1
export const SPAN_KINDS = ['SPAN_KIND_UNSPECIFIED', 'SPAN_KIND_INTERNAL', 'SPAN_KIND_SERVER', 'SPAN_KIND_CLIENT', 'SPAN_KIND_PRODUCER', 'SPAN_KIND_CONSUMER'] as const;
export const STATUS_CODES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'] as const;
const event: Message = message(one(1, 'timeUnixNano', 'fixed64'), one(2, 'name', 'string'), attributes(3), dropped(4));
const link: Message = message(one(1, 'traceId', 'hex'), one(2, 'spanId', 'hex'), one(3, 'traceState', 'string'), attributes(4), dropped(5), one(6, 'flags', 'fixed32'));
const status: Message = message(one(2, 'message', 'string'), one(3, 'code', 'enum'));
const span: Message = message(
  one(1, 'traceId', 'hex'),
  one(2, 'spanId', 'hex'),
  one(3, 'traceState', 'string'),
  one(4, 'parentSpanId', 'hex'),
  one(5, 'name', 'string'),
  one(6, 'kind', 'enum'),
  one(7, 'startTimeUnixNano', 'fixed64'),
  one(8, 'endTimeUnixNano', 'fixed64'),
  attributes(9),
  dropped(10),
  many(11, 'events', () => event),
  dropped(12, 'droppedEventsCount'),
  many(13, 'links', () => link),
  dropped(14, 'droppedLinksCount'),
  one(15, 'status', () => status),
  one(16, 'flags', 'fixed32'),
);
export const traces: Message = request('Spans', 'spans', () => span);

// logs/v1
const logRecord: Message = message(
  one(1, 'timeUnixNano', 'fixed64'),
  one(2, 'severityNumber', 'enum'),
  one(3, 'severityText', 'string'),
  one(5, 'body', () => anyValue),
  attributes(6),
  dropped(7),
  one(8, 'flags', 'fixed32'),
  one(9, 'traceId', 'hex'),
  one(10, 'spanId', 'hex'),
  one(11, 'observedTimeUnixNano', 'fixed64'),
  one(12, 'eventName', 'string'),
);
export const logs: Message = request('Logs', 'logRecords', () => logRecord);

// metrics/v1
const times = [one(2, 'startTimeUnixNano', 'fixed64'), one(3, 'timeUnixNano', 'fixed64')] as const;
const exemplar: Message = message(attributes(7, 'filteredAttributes'), one(2, 'timeUnixNano', 'fixed64'), one(3, 'asDouble', 'double'), one(6, 'asInt', 'sfixed64'), one(4, 'spanId', 'hex'), one(5, 'traceId', 'hex'));
const numberPoint: Message = message(attributes(7), ...times, one(4, 'asDouble', 'double'), one(6, 'asInt', 'sfixed64'), many(5, 'exemplars', () => exemplar), one(8, 'flags', 'uint32'));
const histogramPoint: Message = message(
  attributes(9),
  ...times,
  one(4, 'count', 'fixed64'),
  one(5, 'sum', 'double'),
  many(6, 'bucketCounts', 'fixed64'),
  many(7, 'explicitBounds', 'double'),
  many(8, 'exemplars', () => exemplar),
  one(10, 'flags', 'uint32'),
  one(11, 'min', 'double'),
  one(12, 'max', 'double'),
);
const buckets: Message = message(one(1, 'offset', 'sint32'), many(2, 'bucketCounts', 'uint64'));
const exponentialPoint: Message = message(
  attributes(1),
  ...times,
  one(4, 'count', 'fixed64'),
  one(5, 'sum', 'double'),
  one(6, 'scale', 'sint32'),
  one(7, 'zeroCount', 'fixed64'),
  one(8, 'positive', () => buckets),
  one(9, 'negative', () => buckets),
  one(10, 'flags', 'uint32'),
  many(11, 'exemplars', () => exemplar),
  one(12, 'min', 'double'),
  one(13, 'max', 'double'),
  one(14, 'zeroThreshold', 'double'),
);
const quantile: Message = message(one(1, 'quantile', 'double'), one(2, 'value', 'double'));
const summaryPoint: Message = message(attributes(7), ...times, one(4, 'count', 'fixed64'), one(5, 'sum', 'double'), many(6, 'quantileValues', () => quantile), one(8, 'flags', 'uint32'));
const temporality = one(2, 'aggregationTemporality', 'enum');
const gauge: Message = message(many(1, 'dataPoints', () => numberPoint));
const sum: Message = message(many(1, 'dataPoints', () => numberPoint), temporality, one(3, 'isMonotonic', 'bool'));
const histogram: Message = message(many(1, 'dataPoints', () => histogramPoint), temporality);
const exponentialHistogram: Message = message(many(1, 'dataPoints', () => exponentialPoint), temporality);
const summary: Message = message(many(1, 'dataPoints', () => summaryPoint));
const metric: Message = message(
  one(1, 'name', 'string'),
  one(2, 'description', 'string'),
  one(3, 'unit', 'string'),
  one(5, 'gauge', () => gauge),
  one(7, 'sum', () => sum),
  one(9, 'histogram', () => histogram),
  one(10, 'exponentialHistogram', () => exponentialHistogram),
  one(11, 'summary', () => summary),
  attributes(12, 'metadata'),
);
export const metrics: Message = request('Metrics', 'metrics', () => metric);
