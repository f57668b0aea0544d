/** What `view` says of each batch, as text for a pipe and as JSON. Pure. */
import { oneLine } from '../ui/redact.ts';
import { wrap } from '../ui/show.ts';
import type { ServiceCount } from './counts.ts';
import type { Cause } from './page/api.ts';
import type { Count, KeptSpan, Signal, SpanRow } from './span.ts';
import { traceTree } from './table.ts';
import { fit } from './width.ts';

/** One line for each service that sent spans: `api  12 spans (+3), 1 error  last: GET /api/items`. @param added service → spans since the last line. */
export function batchLines(added: ReadonlyMap<string, number>, countOf: (service: string) => ServiceCount | undefined): readonly string[] {
  return [...added].filter(([, more]) => more > 0).map(([service, more]) => {
    const count = countOf(service);
    const total = count === undefined ? '' : `${plural(count.spans, 'span')} (+${more}), ${plural(count.errors, 'error')}  last: ${oneLine(count.last)}`;
    return `${oneLine(service)}  ${total || `+${plural(more, 'span')}`}`;
  });
}

/** The same for metrics and logs. */
export const countLines = (signal: Exclude<Signal, 'traces'>, counts: readonly Count[]): readonly string[] =>
  counts.filter(({ count }) => count > 0).map(({ service, count }) => `${oneLine(service)}  +${plural(count, signal === 'metrics' ? 'data point' : 'log record')}`);

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** One line of JSON for a batch; 64-bit times are strings. */
export const batchJson = (batch: { readonly signal: 'traces'; readonly spans: readonly SpanRow[] } | { readonly signal: Exclude<Signal, 'traces'>; readonly counts: readonly Count[] }): string =>
  JSON.stringify(batch, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));

/** A trace with its heading. */
export const traceText = (traceId: string, spans: readonly KeptSpan[], columns: number): readonly string[] => [`trace ${traceId}  ${plural(spans.length, 'span')}, ${plural(new Set(spans.map((span) => span.service)).size, 'service')}`, ...traceTree(spans, columns - 2).map((line) => `  ${line}`)];

/** In the place of the table, while there is none; each line fits, as it is drawn over. */
export function nothingYet(cause: Cause | undefined, columns: number): readonly string[] {
  const first = '  Nothing has arrived yet.';
  if (cause === undefined) return [first];
  const { says, place, do: todo, then } = cause;
  const next = [todo === undefined ? [] : [`  Do:   ${oneLine(todo)}`], then === undefined ? [] : [`  Then: ${oneLine(then)}`]].flat();
  return [first, ...wrap(`  ${oneLine(says)}${place === undefined ? '' : ` (${place})`}`, 2, columns), ...next.flatMap((line) => wrap(line, 8, columns))].map((line) => fit(line, columns));
}
