import { shorten } from './otlp-limits.ts';
import type { Count, Signal } from './span.ts';
import type { WireSpan } from './wire-span.ts';

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

/** UTF-16 units of a name that a terminal has room for. */
const LONGEST = 400;
/** A service name is the sender's choice: beyond this many, new ones are counted together. */
export const MOST_SERVICES = 500;
export const OTHERS = '(other services)';

/** Everything that ever arrived, by service. */
export class ServiceCounts {
  readonly #of = new Map<string, { -readonly [Key in keyof ServiceCount]: ServiceCount[Key] }>();

  /** @param spans that did not come before. @param repeated how many did. */
  addSpans(service: string, spans: readonly WireSpan[], repeated: number): void {
    if (spans.length + repeated === 0) return;
    const count = this.#countOf(service);
    count.repeated += repeated;
    count.spans += spans.length;
    for (const span of spans) if (span.error) count.errors++;
    const last = spans.findLast(({ kind }) => kind === 'server' || kind === 'consumer') ?? (count.last === '' ? spans.at(-1) : undefined);
    if (last !== undefined) count.last = shorten(last.name, LONGEST);
  }

  addOthers(signal: Exclude<Signal, 'traces'>, counts: readonly Count[]): void {
    for (const { service, count } of counts) {
      if (count === 0) continue;
      if (signal === 'metrics') this.#countOf(service).dataPoints += count;
      else this.#countOf(service).logRecords += count;
    }
  }

  /** In order of first arrival. */
  list(): readonly ServiceCount[] {
    return [...this.#of.values()].map((count) => ({ ...count }));
  }
  get(service: string): ServiceCount | undefined {
    return this.#of.get(service);
  }

  #countOf(service: string): { -readonly [Key in keyof ServiceCount]: ServiceCount[Key] } {
    const name = this.#of.has(service) || this.#of.size < MOST_SERVICES ? service : OTHERS;
    const count = this.#of.get(name) ?? { service: name, spans: 0, errors: 0, dataPoints: 0, logRecords: 0, repeated: 0, last: '' };
    this.#of.set(name, count);
    return count;
  }
}
