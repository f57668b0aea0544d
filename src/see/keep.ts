import { shorten } from './otlp-limits.ts';
import type { Count, KeptSpan, Signal, SpanRow } from './span.ts';

/** What is known of one service, for the table. */
export interface ServiceCount {
  readonly service: string;
  readonly spans: number;
  readonly errors: number;
  readonly dataPoints: number;
  readonly logRecords: number;
  /** Spans that came twice with the same id: exported by two set-ups, or sent again. Not in `spans`. */
  readonly repeated: number;
  /** The last server or consumer span, else the last span. */
  readonly last: string;
}

/** `missing` is empty: spans of all services that were asked for have arrived. */
export interface Seen {
  readonly missing: readonly string[];
}

export interface Kept {
  add(spans: readonly SpanRow[]): void;
  count(signal: Exclude<Signal, 'traces'>, counts: readonly Count[]): void;
  /** In order of first arrival. */
  services(): readonly ServiceCount[];
  /** Ids of the traces that are kept; the one that got a span last is last. */
  traceIds(): readonly string[];
  /** In order of arrival; empty where it is not known (any more). */
  trace(traceId: string): readonly KeptSpan[];
  /** Waits, without polling, for a span of each of the services in that trace; at most `ms`, or until the signal. */
  seen(traceId: string, services: readonly string[], ms: number, signal?: AbortSignal): Promise<Seen>;
}

/** UTF-16 units of a name or message that a terminal has room for. */
const LONGEST = 400;

/** Field by field: a span as it was read holds on to the whole request that it came in. */
const compact = ({ traceId, spanId, parentId, service, name, kind, startNs, endNs, error, message, scope }: SpanRow): KeptSpan => ({ traceId, spanId, parentId, service, name: shorten(name, LONGEST), kind, startNs, endNs, error, message: shorten(message, LONGEST), scope: shorten(scope, LONGEST) });

/** A service name is the sender's choice: beyond this many, new ones are counted together. */
const MOST_SERVICES = 500;
const OTHERS = '(other services)';

/**
 * A store in memory for at most `most` spans: when there are more, the traces that have been quiet for longest go
 * first; of a trace that is larger than that, its oldest spans. Counts go on.
 */
export function keep(most = 50_000): Kept {
  const traces = new Map<string, Map<string, KeptSpan>>();
  const counts = new Map<string, { -readonly [Key in keyof ServiceCount]: ServiceCount[Key] }>();
  const waiters = new Set<() => void>();
  let held = 0;

  const countOf = (service: string) => {
    const name = counts.has(service) || counts.size < MOST_SERVICES ? service : OTHERS;
    const count = counts.get(name) ?? { service: name, spans: 0, errors: 0, dataPoints: 0, logRecords: 0, repeated: 0, last: '' };
    counts.set(name, count);
    return count;
  };

  const addOne = (span: SpanRow): void => {
    const trace = traces.get(span.traceId) ?? new Map<string, KeptSpan>();
    // Taken out and put at the end: the map is in order of last arrival.
    traces.delete(span.traceId);
    traces.set(span.traceId, trace);
    const count = countOf(span.service);
    if (trace.has(span.spanId)) {
      count.repeated++;
      return;
    }
    trace.set(span.spanId, compact(span));
    held++;
    count.spans++;
    if (span.error) count.errors++;
    if (span.kind === 'server' || span.kind === 'consumer' || count.last === '') count.last = shorten(span.name, LONGEST);
  };

  const trim = (): void => {
    while (held > most) {
      const [id, trace] = traces.entries().next().value ?? [];
      if (id === undefined || trace === undefined) return;
      if (traces.size > 1) {
        traces.delete(id);
        held -= trace.size;
      } else {
        for (const spanId of trace.keys()) {
          if (held <= most) return;
          trace.delete(spanId);
          held--;
        }
      }
    }
  };

  return {
    add(spans) {
      for (const span of spans) {
        addOne(span);
        trim();
      }
      for (const look of waiters) look();
    },
    count(signal, list) {
      for (const { service, count } of list) {
        if (count === 0) continue;
        if (signal === 'metrics') countOf(service).dataPoints += count;
        else countOf(service).logRecords += count;
      }
    },
    services: () => [...counts.values()].map((count) => ({ ...count })),
    traceIds: () => [...traces.keys()],
    trace: (traceId) => [...(traces.get(traceId)?.values() ?? [])],
    seen(traceId, services, ms, signal) {
      const missing = (): string[] => {
        const here = new Set([...(traces.get(traceId)?.values() ?? [])].map((span) => span.service));
        return services.filter((service) => !here.has(service));
      };
      if (missing().length === 0) return Promise.resolve({ missing: [] });
      return new Promise((done) => {
        const end = (): void => {
          clearTimeout(timer);
          waiters.delete(look);
          signal?.removeEventListener('abort', end);
          done({ missing: missing() });
        };
        const look = (): void => {
          if (missing().length === 0) end();
        };
        const timer = setTimeout(end, ms);
        waiters.add(look);
        signal?.addEventListener('abort', end, { once: true });
        if (signal?.aborted === true) end();
      });
    },
  };
}
