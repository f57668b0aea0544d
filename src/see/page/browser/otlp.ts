/** A trace as the server gives it (OTLP/JSON) → what is drawn. A sender decides what is in it: nothing here trusts a type. Pure. */
import { isObject, listOf, valueText } from '../value-text.ts';

export type Pair = readonly [key: string, value: string];
export interface SpanEvent {
  readonly name: string;
  /** Nanoseconds after the trace's start. */
  readonly at: number;
  readonly attributes: readonly Pair[];
}
export interface Span {
  readonly id: string;
  readonly parentId: string;
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  /** Nanoseconds after the trace's start. */
  readonly start: number;
  readonly ns: number;
  readonly error: boolean;
  readonly message: string;
  readonly scope: string;
  readonly attributes: readonly Pair[];
  readonly resource: readonly Pair[];
  readonly events: readonly SpanEvent[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly attributes: readonly Pair[] }[];
}
export interface Trace {
  /** Microseconds since 1970. */
  readonly at: number;
  readonly ns: number;
  readonly spans: readonly Span[];
}

const KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer'];
const NO: Readonly<Record<string, unknown>> = {};

export function readTrace(request: unknown): Trace {
  const raw = listOf(object(request)['resourceSpans']).flatMap((group) => {
    const resource = pairs(object(object(group)['resource'])['attributes']);
    const service = resource.find(([key]) => key === 'service.name')?.[1].trim() || 'unknown_service';
    return listOf(object(group)['scopeSpans']).flatMap((scoped) => {
      const { name, version } = object(object(scoped)['scope']);
      const scope = [text(name), text(version)].filter((part) => part !== '').join(' ');
      return listOf(object(scoped)['spans']).filter(isObject).map((span) => ({ span, service, resource, scope, start: nano(span['startTimeUnixNano']), end: nano(span['endTimeUnixNano']) }));
    });
  });
  const first = raw.reduce((least, { start }) => (least === undefined || start < least ? start : least), undefined as bigint | undefined) ?? 0n;
  const after = (time: bigint): number => Number(time - first);
  const spans = raw.map(({ span, service, resource, scope, start, end }): Span => ({
    id: text(span['spanId']),
    parentId: text(span['parentSpanId']),
    service,
    name: text(span['name']) || '(no name)',
    kind: KINDS[Number(span['kind'] ?? 0)] ?? '',
    start: after(start),
    ns: Math.max(0, Number(end - start)),
    error: object(span['status'])['code'] === 2,
    message: text(object(span['status'])['message']),
    scope,
    attributes: pairs(span['attributes']),
    resource,
    events: listOf(span['events']).map((event) => ({ name: text(object(event)['name']), at: after(nano(object(event)['timeUnixNano'])), attributes: pairs(object(event)['attributes']) })),
    links: listOf(span['links']).map((link) => ({ traceId: text(object(link)['traceId']), spanId: text(object(link)['spanId']), attributes: pairs(object(link)['attributes']) })),
  }));
  return { at: Number(first / 1000n), ns: spans.reduce((most, { start, ns }) => Math.max(most, start + ns), 0), spans };
}

const object = (value: unknown): Readonly<Record<string, unknown>> => (isObject(value) ? value : NO);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const nano = (value: unknown): bigint => (typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : 0n);
const pairs = (list: unknown): readonly Pair[] => listOf(list).filter(isObject).map((pair) => [text(pair['key']), valueText(pair['value'])] as const);
