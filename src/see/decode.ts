import { Malformed, type Plain, type PlainValue } from './otlp-limits.ts';
import { readJson } from './otlp-json.ts';
import { readProtobuf } from './otlp-protobuf.ts';
import { logsRequest, METRIC_KINDS, metricsRequest, tracesRequest, type Table } from './otlp-schema.ts';
import type { AttributeValue, Count, SpanKind, SpanRow } from './span.ts';
import type { Refusal } from '../types.ts';

export type Encoding = 'protobuf' | 'json';

/** What a traces request holds. `rejected` spans are left out; `why` says it in a sentence. */
export interface DecodedSpans {
  readonly spans: readonly SpanRow[];
  readonly rejected: number;
  readonly why: string;
}

/** Body encoding that a Content-Type names; undefined = not OTLP. A charset parameter is let through. */
export function encodingOf(contentType: string | undefined): Encoding | undefined {
  switch ((contentType ?? '').split(';')[0]?.trim().toLowerCase()) {
    case 'application/x-protobuf':
    case 'application/protobuf':
      return 'protobuf';
    case 'application/json':
      return 'json';
    default:
      return undefined;
  }
}

/** Body of POST /v1/traces → its spans, or a sentence for the sender. Never throws. */
export function decodeTraces(body: Uint8Array, encoding: Encoding): DecodedSpans | Refusal {
  return guarded(() => {
    const spans: SpanRow[] = [];
    let rejected = 0;
    for (const group of messages(read(tracesRequest, body, encoding), 'resourceSpans')) {
      const service = serviceName(group);
      for (const scoped of messages(group, 'scopeSpans')) {
        const scope = text(message(scoped, 'scope'), 'name');
        for (const span of messages(scoped, 'spans')) {
          const row = spanRow(span, service, scope);
          if (row === undefined) rejected++;
          else spans.push(row);
        }
      }
    }
    const why = rejected === 0 ? '' : `${rejected} ${rejected === 1 ? 'span has' : 'spans have'} no valid trace id (16 bytes, not all zero) or span id (8 bytes, not all zero).`;
    return { spans, rejected, why };
  });
}

/** Body of POST /v1/metrics → data points per service, or a sentence for the sender. Never throws. */
export function countMetrics(body: Uint8Array, encoding: Encoding): readonly Count[] | Refusal {
  return guarded(() =>
    messages(read(metricsRequest, body, encoding), 'resourceMetrics').map((group) => ({
      service: serviceName(group),
      count: sum(messages(group, 'scopeMetrics').flatMap((scoped) => messages(scoped, 'metrics').flatMap((metric) => METRIC_KINDS.map((kind) => number(message(metric, kind), 'dataPoints'))))),
    })),
  );
}

/** Body of POST /v1/logs → log records per service, or a sentence for the sender. Never throws. */
export function countLogs(body: Uint8Array, encoding: Encoding): readonly Count[] | Refusal {
  return guarded(() =>
    messages(read(logsRequest, body, encoding), 'resourceLogs').map((group) => ({
      service: serviceName(group),
      count: sum(messages(group, 'scopeLogs').map((scoped) => number(scoped, 'logRecords'))),
    })),
  );
}

function guarded<Result>(work: () => Result): Result | Refusal {
  try {
    return work();
  } catch (error) {
    if (error instanceof Malformed) return { refused: error.message };
    return { refused: `The request could not be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

const read = (table: Table, body: Uint8Array, encoding: Encoding): Plain => (encoding === 'json' ? readJson(table, body) : readProtobuf(table, body));

function spanRow(span: Plain, service: string, scope: string): SpanRow | undefined {
  const traceId = text(span, 'traceId');
  const spanId = text(span, 'spanId');
  if (!isId(traceId, 32) || !isId(spanId, 16)) return undefined;
  const parentId = text(span, 'parentSpanId');
  const status = message(span, 'status');
  return {
    traceId,
    spanId,
    parentId: isId(parentId, 16) ? parentId : '',
    service,
    name: text(span, 'name'),
    kind: KINDS[number(span, 'kind')] ?? 'unspecified',
    startNs: bigint(span, 'startTimeUnixNano'),
    endNs: bigint(span, 'endTimeUnixNano'),
    error: number(status, 'code') === 2,
    message: text(status, 'message'),
    scope,
    attributes: Object.fromEntries(messages(span, 'attributes').map((pair) => [text(pair, 'key'), attributeValue(message(pair, 'value'))])),
  };
}

const KINDS: readonly SpanKind[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const isId = (id: string, digits: number): boolean => id.length === digits && !/^0*$/.test(id);

/** The SDK specification makes `service.name` mandatory; 'unknown_service' is its own default for a missing one. */
function serviceName(group: Plain): string {
  const pair = messages(message(group, 'resource'), 'attributes').find((attribute) => text(attribute, 'key') === 'service.name');
  return String(pair === undefined ? '' : attributeValue(message(pair, 'value'))).trim() || 'unknown_service';
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
const messages = (plain: Plain, name: string): readonly Plain[] => (isList(plain[name]) ? plain[name] : []);
const isList = (value: PlainValue | undefined): value is readonly Plain[] => Array.isArray(value);
const isMessage = (value: PlainValue | undefined): value is Plain => typeof value === 'object' && !isList(value);
const message = (plain: Plain, name: string): Plain => (isMessage(plain[name]) ? plain[name] : NOTHING);
const text = (plain: Plain, name: string): string => (typeof plain[name] === 'string' ? plain[name] : '');
const number = (plain: Plain, name: string): number => (typeof plain[name] === 'number' ? plain[name] : 0);
const bigint = (plain: Plain, name: string): bigint => (typeof plain[name] === 'bigint' ? plain[name] : 0n);
const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
