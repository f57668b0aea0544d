import type { Encoding } from '../decode.ts';
import { logs, metrics, traces, type Message } from '../otlp-messages.ts';
import { fromJson, toJson, type JsonObject } from '../otlp-transcode.ts';
import type { SpanGroup } from '../otlp-spans.ts';
import type { Signal } from '../span.ts';
import { SignalStore } from './signals.ts';
import { TraceStore, type Limits } from './store.ts';

const MESSAGES: Readonly<Record<Signal, Message>> = { traces, metrics, logs };

/** Told after each change: ids of traces that changed or had to go; both empty = something else did. */
export type Watcher = (changed: ReadonlySet<string>, gone: readonly string[]) => void;

/** A request as it arrived. */
export interface Arrived {
  readonly signal: Signal;
  readonly bytes: Uint8Array;
  readonly encoding: Encoding;
  /** Of traces, where they were read already. */
  readonly groups?: readonly SpanGroup[];
}

/** Everything that arrived and is still kept, for the page. */
export class Arrivals {
  readonly traces: TraceStore;
  readonly signals = new SignalStore();
  readonly #watchers = new Set<Watcher>();

  constructor(limits: Limits) {
    this.traces = new TraceStore(limits);
  }

  /** Takes what the receiver has accepted. Throws Malformed where a part that the receiver does not read is not right. */
  take({ signal, bytes, encoding, groups }: Arrived): void {
    if (signal === 'traces') {
      const { changed, gone } = groups === undefined ? this.traces.add(encoding === 'json' ? fromJson(traces, parse(bytes)) : bytes) : this.traces.add(bytes, groups);
      this.#tell(changed, gone);
      return;
    }
    const request = jsonOf({ signal, bytes, encoding });
    if (signal === 'logs') this.signals.addLogs(request);
    else this.signals.addMetrics(request);
    this.#tell(new Set(), []);
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

/** A request as OTLP/JSON with the names and types of the specification, whatever its sender wrote. Throws Malformed. */
export function jsonOf({ signal, bytes, encoding }: Arrived): JsonObject {
  const message = MESSAGES[signal];
  return toJson(message, encoding === 'json' ? fromJson(message, parse(bytes)) : bytes);
}

const parse = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));
