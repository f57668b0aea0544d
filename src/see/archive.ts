/**
 * What arrived as lines of OTLP/JSON, one request a line: what the Collector's file exporter writes and its
 * otlpjsonfile receiver reads (traces, metrics and logs may stand in one file). Pure.
 */
import type { Refusal } from '../types.ts';
import { decode, MESSAGES, type Decoded } from './decode.ts';
import { NOT_JSON } from './json-text.ts';
import { toJson } from './otlp-transcode.ts';
import type { Arrived } from './page/arrivals.ts';
import type { Signal } from './span.ts';

/** A request as one line, with its line feed; names and types are those of the specification. Throws Malformed where it is not OTLP. */
export const lineOf = ({ signal, bytes }: Pick<Arrived, 'signal' | 'bytes'>): string => `${JSON.stringify(toJson(MESSAGES[signal], bytes))}\n`;

const KEYS: readonly (readonly [string, Signal])[] = [['resourceSpans', 'traces'], ['resource_spans', 'traces'], ['resourceMetrics', 'metrics'], ['resource_metrics', 'metrics'], ['resourceLogs', 'logs'], ['resource_logs', 'logs']];

/** A line (UTF-8, no line end) as a request that arrived; undefined for a blank one, a sentence for one that is no OTLP/JSON. */
export function arrivedOf(line: Buffer): Decoded | Refusal | undefined {
  if (isBlank(line)) return undefined;
  // An attribute may have such a name too; read as what it is not, a request comes to nothing.
  const named = KEYS.filter(([key]) => line.includes(`"${key}"`)).map(([, signal]) => signal);
  for (const signal of named.length === 0 ? (['traces'] as const) : named) {
    const decoded = decode(signal, line, 'json');
    if ('refused' in decoded) return { refused: decoded.refused === NOT_JSON ? 'is not JSON, or was cut off' : `is not OTLP: ${decoded.refused.replace(/\.$/, '')}` };
    if (decoded.bytes.length > 0) return decoded;
  }
  return { refused: 'has none of resourceSpans, resourceMetrics and resourceLogs' };
}

/** Bytes; a longer one is no mistake of an editor's. */
const LONGEST_BLANK = 65_536;
/** White space of JSON and nothing else. */
function isBlank(line: Buffer): boolean {
  if (line.length > LONGEST_BLANK) return false;
  for (const byte of line) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a) return false;
  return true;
}
