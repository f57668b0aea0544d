import { ServiceCounts, type ServiceCount } from '../counts.ts';
import { logs, metrics } from '../otlp-messages.ts';
import { toJson } from '../otlp-transcode.ts';
import type { SpanGroup } from '../otlp-spans.ts';
import type { Count } from '../span.ts';
import type { WireSpan } from '../wire-span.ts';
import { SignalStore } from './signals.ts';
import { headsOf } from './chunk.ts';
import { TraceStore, type Limits } from './store.ts';

/** Told after each change: ids of traces that changed or had to go; both empty = something else did. */
export type Watcher = (changed: ReadonlySet<string>, gone: readonly string[]) => void;

/** A request that was taken. `bytes` is protobuf, whatever it came in, and only lent. */
export type Arrived =
  | { readonly signal: 'traces'; readonly bytes: Uint8Array; readonly groups: readonly SpanGroup[] }
  | { readonly signal: 'metrics' | 'logs'; readonly bytes: Uint8Array; readonly counts: readonly Count[] };

/** `missing` is empty: spans of all services that were asked for have arrived. */
export interface Seen {
  readonly missing: readonly string[];
}

/** Everything that arrived and is still kept: for the page, and for the terminal. */
export class Arrivals {
  readonly traces: TraceStore;
  readonly signals = new SignalStore();
  readonly #counts = new ServiceCounts();
  readonly #watchers = new Set<Watcher>();

  constructor(limits: Limits) {
    this.traces = new TraceStore(limits);
  }

  /** Throws Malformed where a part that was not read yet is not right; then it was counted, and is not kept. */
  readonly take = (arrived: Arrived): void => {
    if (arrived.signal === 'traces') {
      const { changed, gone, fresh } = this.traces.add(arrived.groups);
      for (const [index, { service, spans }] of arrived.groups.entries()) this.#counts.addSpans(service, fresh[index] ?? [], spans.length - (fresh[index]?.length ?? 0));
      this.#tell(changed, gone);
      return;
    }
    this.#counts.addOthers(arrived.signal, arrived.counts);
    if (arrived.signal === 'logs') this.signals.addLogs(toJson(logs, arrived.bytes));
    else this.signals.addMetrics(toJson(metrics, arrived.bytes));
    this.#tell(new Set(), []);
  };

  /** In order of first arrival. */
  readonly services = (): readonly ServiceCount[] => this.#counts.list();
  readonly service = (name: string): ServiceCount | undefined => this.#counts.get(name);

  /** The spans of a trace in order of arrival; empty where it is not known (any more). */
  trace(id: string): readonly WireSpan[] {
    return this.traces.get(id)?.chunks.flatMap(headsOf) ?? [];
  }

  /** Waits, without polling, for a span of each of the services in that trace; at most `ms`, or until the signal. */
  seen(traceId: string, services: readonly string[], ms: number, signal?: AbortSignal): Promise<Seen> {
    const missing = (): readonly string[] => services.filter((service) => this.traces.get(traceId)?.services.includes(service) !== true);
    if (missing().length === 0) return Promise.resolve({ missing: [] });
    return new Promise((done) => {
      const end = (): void => {
        clearTimeout(timer);
        unwatch();
        signal?.removeEventListener('abort', end);
        done({ missing: missing() });
      };
      const unwatch = this.watch(() => {
        if (missing().length === 0) end();
      });
      const timer = setTimeout(end, ms);
      signal?.addEventListener('abort', end, { once: true });
      if (signal?.aborted === true) end();
    });
  }

  /** Gives back what ends it. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  #tell(changed: ReadonlySet<string>, gone: readonly string[]): void {
    for (const watcher of this.#watchers) watcher(changed, gone);
  }
}
