import { message, messages, number, serviceIn } from './attributes.ts';
import { Malformed, type Plain } from './otlp-limits.ts';
import { parseJson, readJson } from './otlp-json.ts';
import { traces } from './otlp-messages.ts';
import { readProtobuf } from './otlp-protobuf.ts';
import { logsRequest, METRIC_KINDS, metricsRequest, type Table } from './otlp-schema.ts';
import { readSpans, type SpanGroup } from './otlp-spans.ts';
import { fromJson } from './otlp-transcode.ts';
import type { Count, SpanRow } from './span.ts';
import type { Refusal } from '../types.ts';

export type Encoding = 'protobuf' | 'json';

/** What a traces request holds. `rejected` spans are left out; `why` says it in a sentence. */
export interface DecodedSpans {
  /** They hold on to the body: whoever keeps them copies what is needed. */
  readonly spans: readonly SpanRow[];
  /** The same spans as they stand in the request. */
  readonly groups: readonly SpanGroup[];
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
    const { groups, rejected } = readSpans(encoding === 'json' ? fromJson(traces, parseJson(body)) : body);
    const why = rejected === 0 ? '' : `${rejected} ${rejected === 1 ? 'span has' : 'spans have'} no valid trace id (16 bytes, not all zero) or span id (8 bytes, not all zero).`;
    return { spans: groups.flatMap((group) => group.spans), groups, rejected, why };
  });
}

/** Body of POST /v1/metrics → data points per service, or a sentence for the sender. Never throws. */
export function countMetrics(body: Uint8Array, encoding: Encoding): readonly Count[] | Refusal {
  return guarded(() =>
    messages(read(metricsRequest, body, encoding), 'resourceMetrics').map((group) => ({
      service: serviceIn(message(group, 'resource')),
      count: sum(messages(group, 'scopeMetrics').flatMap((scoped) => messages(scoped, 'metrics').flatMap((metric) => METRIC_KINDS.map((kind) => number(message(metric, kind), 'dataPoints'))))),
    })),
  );
}

/** Body of POST /v1/logs → log records per service, or a sentence for the sender. Never throws. */
export function countLogs(body: Uint8Array, encoding: Encoding): readonly Count[] | Refusal {
  return guarded(() =>
    messages(read(logsRequest, body, encoding), 'resourceLogs').map((group) => ({
      service: serviceIn(message(group, 'resource')),
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

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
