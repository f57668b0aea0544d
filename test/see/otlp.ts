/** Requests for tests of the page, by hand. */
import { decode, type Decoded } from '../../src/see/decode.ts';
import { fromJson } from '../../src/see/otlp-json.ts';
import { traces, type Message } from '../../src/see/otlp-messages.ts';
import { readSpans, type SpanGroup } from '../../src/see/otlp-spans.ts';

export interface Sent {
  readonly trace: number;
  readonly span: number;
  readonly parent?: number;
  readonly service?: string;
  readonly name?: string;
  readonly kind?: number;
  /** Milliseconds. */
  readonly from?: number;
  readonly ms?: number;
  readonly error?: boolean;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  readonly events?: readonly { readonly name: string; readonly attributes?: Readonly<Record<string, string>> }[];
}

export const traceId = (number: number): string => number.toString(16).padStart(32, '0');
export const spanId = (number: number): string => number.toString(16).padStart(16, '0');

const list = (map: Readonly<Record<string, string | number | boolean>> = {}): unknown[] =>
  Object.entries(map).map(([key, value]) => ({ key, value: typeof value === 'string' ? { stringValue: value } : typeof value === 'boolean' ? { boolValue: value } : { intValue: value } }));
const nano = (ms: number): string => String(BigInt(Math.round(ms * 1000)) * 1000n);

/** ExportTraceServiceRequest as OTLP/JSON, a resource for each span. */
export const jsonRequest = (...spans: readonly Sent[]): unknown => ({
  resourceSpans: spans.map(({ service = 'api', ...span }) => ({
    resource: { attributes: list({ 'service.name': service }) },
    scopeSpans: [{ scope: { name: 'by hand' }, spans: [{
      traceId: traceId(span.trace), spanId: spanId(span.span), ...(span.parent === undefined ? {} : { parentSpanId: spanId(span.parent) }), name: span.name ?? `work ${span.span}`, kind: span.kind ?? 1,
      startTimeUnixNano: nano(1_000 + (span.from ?? 0)), endTimeUnixNano: nano(1_000 + (span.from ?? 0) + (span.ms ?? 10)), attributes: list(span.attributes),
      ...(span.error === true ? { status: { code: 2, message: 'broken' } } : {}),
      events: (span.events ?? []).map((event) => ({ name: event.name, timeUnixNano: nano(1_001), attributes: list(event.attributes) })),
    }] }],
  })),
});
/** The same as protobuf. */
export const request = (...spans: readonly Sent[]): Uint8Array => toProtobuf(traces, jsonRequest(...spans));
export const toProtobuf = (message: Message, value: unknown): Uint8Array => fromJson(message, Buffer.from(JSON.stringify(value)));
/** The same, as the store takes it. */
export const groups = (...spans: readonly Sent[]): readonly SpanGroup[] => readSpans(request(...spans)).groups;
/** The same, as it arrives. */
export function arrived(...spans: readonly Sent[]): Extract<Decoded, { signal: 'traces' }> {
  const decoded = decode('traces', request(...spans), 'protobuf');
  if ('refused' in decoded || decoded.signal !== 'traces') throw new Error('these are no spans');
  return decoded;
}
