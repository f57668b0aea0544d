import { bufferOf } from '../buffer-of.ts';
import type { SearchResult } from './api.ts';
import { fieldsOf, orNothing, pairsOf } from './read-spans.ts';
import { slices } from './slices.ts';
import { headsOf, type Chunk } from './chunk.ts';
import type { TraceStore } from './store.ts';
import type { KeptTrace } from './trace.ts';

/**
 * The traces in which a text occurs: in a span's or event's name, an attribute's key or value, a resource's attribute, or the
 * ids. Capital letters count as small ones (of ASCII, where the text is long). `key=value` wants that attribute to hold that text. Only traces
 * that changed after `since`. Lets other work go on in between; ends early with `signal`.
 */
export async function search(store: TraceStore, text: string, since: number, signal?: AbortSignal): Promise<SearchResult> {
  const { seq } = store;
  const matches = matcher(text);
  const ids: string[] = [];
  const pause = slices();
  // A copy: the store changes in between.
  const all = [...store.traces()];
  for (const trace of all) {
    if (signal?.aborted === true) break;
    if (trace.seq > since && matches(trace)) ids.push(trace.id);
    await pause();
  }
  return { ids, seq };
}

/** A judge of traces for a search text. Pure. */
export function matcher(text: string): (trace: KeptTrace) => boolean {
  const needle = lower(text.trim());
  const [key = '', ...rest] = needle.split('=');
  const value = rest.join('=');
  const pair = rest.length > 0 && /^[\w.\-/]+$/.test(key) ? (chunk: Chunk) => has(chunk, key) && pairs(chunk).some(([name, shown]) => lower(name) === key && lower(shown).includes(value)) : () => false;
  return (trace) => trace.id.includes(needle) || trace.chunks.some((chunk) => pair(chunk) || (has(chunk, needle) && spells(chunk, needle)));
}
const lower = (text: string): string => text.toLowerCase();
/** Bytes that could be that text: fast, and wrong only in that ids and lengths are bytes too. */
const has = (chunk: Chunk, needle: string): boolean => {
  // Byte for byte as Latin 1 on both sides: letters of ASCII become small ones, the others stay comparable.
  const bytes = lower(Buffer.from(needle, 'utf8').toString('latin1'));
  return lower(bufferOf(chunk.spans).toString('latin1')).includes(bytes) || lower(bufferOf(chunk.resource).toString('latin1')).includes(bytes);
};
/** A long text does not come together out of ids by accident; a short one is looked up in what people see. */
const spells = (chunk: Chunk, needle: string): boolean => needle.length > 4 || words(chunk).some((word) => lower(word).includes(needle));
const pairs = (chunk: Chunk): readonly (readonly [string, string])[] => [...pairsOf(chunk.resource, 1), ...headsOf(chunk).flatMap(({ bytes }) => pairsOf(bytes, 9))];
const words = (chunk: Chunk): readonly string[] => [...pairs(chunk).flat(), ...headsOf(chunk).flatMap(({ name, bytes }) => [name, ...fieldsOf(bytes, 11).flatMap((event) => orNothing(() => [...fieldsOf(event, 2).map((text) => bufferOf(text).toString('utf8')), ...pairsOf(event, 3).flat()]) ?? [])])];
