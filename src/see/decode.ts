import { message, messages, number, serviceIn } from './attributes.ts';
import { fromJson } from './otlp-json.ts';
import { Malformed } from './otlp-limits.ts';
import { logs, metrics, traces, type Message } from './otlp-messages.ts';
import { readProtobuf } from './otlp-protobuf.ts';
import { logsRequest, METRIC_KINDS, metricsRequest } from './otlp-schema.ts';
import { readSpans, type SpanGroup } from './otlp-spans.ts';
import type { Count, Signal, SpanRow } from './span.ts';
import type { Refusal } from '../types.ts';

export type Encoding = 'protobuf' | 'json';

/** A request's body, as protobuf whatever its encoding was, and what is in it. */
export type Decoded =
  | ({ readonly signal: 'traces'; readonly bytes: Uint8Array } & DecodedSpans)
  | { readonly signal: 'metrics' | 'logs'; readonly bytes: Uint8Array; readonly counts: readonly Count[] };

/** What a traces request holds. `rejected` spans are left out; `why` says it in a sentence. */
export interface DecodedSpans {
  /** The spans as they stand in the request. They hold on to it: whoever keeps them copies what is needed. */
  readonly groups: readonly SpanGroup[];
  readonly rejected: number;
  readonly why: string;
}

export const MESSAGES: Readonly<Record<Signal, Message>> = { traces, metrics, logs };

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

/** Body of POST /v1/traces, /v1/metrics or /v1/logs → what is in it, or a sentence for the sender. Never throws. */
export function decode(signal: Signal, body: Uint8Array, encoding: Encoding): Decoded | Refusal {
  try {
    const bytes = encoding === 'json' ? fromJson(MESSAGES[signal], body) : body;
    if (signal === 'traces') return { signal, bytes, ...decodeSpans(bytes) };
    return { signal, bytes, counts: signal === 'metrics' ? countMetrics(bytes) : countLogs(bytes) };
  } catch (error) {
    if (error instanceof Malformed) return { refused: error.message };
    return { refused: `The request could not be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** All spans of a traces request. */
export const spansOf = ({ groups }: Pick<DecodedSpans, 'groups'>): readonly SpanRow[] => groups.flatMap((group) => group.spans);

function decodeSpans(request: Uint8Array): DecodedSpans {
  const { groups, rejected } = readSpans(request);
  const why = rejected === 0 ? '' : `${rejected} ${rejected === 1 ? 'span has' : 'spans have'} no valid trace id (16 bytes, not all zero) or span id (8 bytes, not all zero).`;
  return { groups, rejected, why };
}

/** Data points per service. */
const countMetrics = (request: Uint8Array): readonly Count[] =>
  messages(readProtobuf(metricsRequest, request), 'resourceMetrics').map((group) => ({
    service: serviceIn(message(group, 'resource')),
    count: sum(messages(group, 'scopeMetrics').flatMap((scoped) => messages(scoped, 'metrics').flatMap((metric) => METRIC_KINDS.map((kind) => number(message(metric, kind), 'dataPoints'))))),
  }));

/** Log records per service. */
const countLogs = (request: Uint8Array): readonly Count[] =>
  messages(readProtobuf(logsRequest, request), 'resourceLogs').map((group) => ({
    service: serviceIn(message(group, 'resource')),
    count: sum(messages(group, 'scopeLogs').map((scoped) => number(scoped, 'logRecords'))),
  }));

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
