/**
 * What arrived as lines of OTLP/JSON, one request a line: what the Collector's file exporter writes and its
 * otlpjsonfile receiver reads (traces, metrics and logs may stand in one file). Pure.
 */
import type { Refusal } from '../types.ts';
import { Malformed } from './otlp-limits.ts';
import { jsonOf, type Arrived } from './page/arrivals.ts';
import type { Signal } from './span.ts';

/** A request as one line, with its line feed. Throws Malformed where it is not OTLP. */
export const lineOf = (arrived: Arrived): string => `${JSON.stringify(jsonOf(arrived))}\n`;

const KEYS: readonly (readonly [string, Signal])[] = [['resourceSpans', 'traces'], ['resource_spans', 'traces'], ['resourceMetrics', 'metrics'], ['resource_metrics', 'metrics'], ['resourceLogs', 'logs'], ['resource_logs', 'logs']];

/** A line as a request that arrived; undefined for a blank one, a sentence for one that is no OTLP/JSON. */
export function arrivedOf(line: string): Arrived | Refusal | undefined {
  if (line.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    const signal = typeof value === 'object' && value !== null ? KEYS.find(([key]) => Object.hasOwn(value, key))?.[1] : undefined;
    if (signal === undefined) return { refused: 'has none of resourceSpans, resourceMetrics and resourceLogs' };
    const arrived: Arrived = { signal, encoding: 'json', bytes: Buffer.from(line, 'utf8') };
    jsonOf(arrived);
    return arrived;
  } catch (error) {
    return { refused: error instanceof Malformed ? `is not OTLP: ${error.message}` : 'is not JSON, or was cut off' };
  }
}
