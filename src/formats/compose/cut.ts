/**
 * Values replaced and entries taken away: for the doctor, for undo and for a rotated key, never for init.
 */
import type { Change, Keys, Refusal, Splice } from '../../types.ts';
import { pathText, secretText } from '../model.ts';
import { isRefusal, refuse } from '../refusal.ts';
import { find, findOwn, type Found } from './find.ts';
import { colonEnd, dashOf, endOf, endOfPair, indentOf, lineStart, nextLine } from './layout.ts';
import { asMap, asScalar, asSeq, writtenText } from './nodes.ts';
import type { Read } from './read.ts';
import { styleOf, writeText } from './scalar.ts';

/** The value at a path, written anew in the quotes that it has. */
export function spliceReplace(read: Read, change: Extract<Change, { do: 'replace' }>): readonly Splice[] | Refusal {
  const found = theValue(read, change.at, change.was);
  if (isRefusal(found)) return found;
  const { value, before } = found;
  if (value === null || value === undefined) return refuse(`${pathText(change.at)} has no value.`);
  const flow = (asMap(found.parent) ?? asSeq(found.parent))?.flow === true;
  const put = writeText(before + secretText(change.value), { style: styleOf(value), flow, wide: found.index !== undefined });
  return [{ at: value.range[0], cut: read.text.slice(value.range[0], endOf(read.text, value)), put }];
}

/** The entry or item at a path, taken away with its line (and the comment on it). */
export function spliceRemove(read: Read, change: Extract<Change, { do: 'remove' }>): readonly Splice[] | Refusal {
  const found = theValue(read, change.at, change.was);
  if (isRefusal(found)) return found;
  const { text } = read;
  const [from, to] = spanOf(text, found);
  if ((asMap(found.parent) ?? asSeq(found.parent))?.flow === true) return [cut(text, ...withComma(text, found, from, to))];
  if (indentOf(text, from) === undefined) return refuse(`${pathText(change.at)} does not start on a line of its own; take it away by hand.`, read.lineAt(from));
  return [cut(text, lineStart(text, from), nextLine(text, to))];
}

/** Lines that are cut off the end of a file without a final line end take the line end in front of them along. */
export function keepOpenEnd(text: string, splices: readonly Splice[]): readonly Splice[] {
  const cuts = splices.filter((splice) => splice.cut !== '');
  let from = text.length;
  let first: Splice | undefined;
  for (const splice of cuts.toReversed()) {
    if (splice.at + splice.cut.length !== from || splice.put !== '' || !isLineStart(text, splice.at)) break;
    [from, first] = [splice.at, splice];
  }
  if (first === undefined || text.endsWith('\n')) return splices;
  const start = text.slice(0, from).replace(/\r?\n$/, '').length;
  return splices.map((splice) => (splice === first ? cut(text, start, splice.at + splice.cut.length) : splice));
}

function isLineStart(text: string, offset: number): boolean {
  return offset === 0 || text[offset - 1] === '\n';
}

/**
 * Where removals take the last entry of a map or list in block style: an empty `{}` or `[]` in its place, since Docker
 * Compose (2.40) refuses a key without a value ("must be a mapping"). Not where `inserts` put new entries there.
 */
export function spliceEmptied(read: Read, removes: readonly Change[], inserts: readonly Change[]): readonly Splice[] {
  const parents = new Map<string, { readonly at: Keys; count: number }>();
  for (const { at } of removes) {
    const parent = at.slice(0, -1);
    const known = parents.get(JSON.stringify(parent)) ?? { at: parent, count: 0 };
    parents.set(JSON.stringify(parent), { at: parent, count: known.count + 1 });
  }
  const refilled = new Set(inserts.flatMap(({ at }) => [JSON.stringify(at), JSON.stringify(at.slice(0, -1))]));
  return [...parents].flatMap(([key, { at, count }]): Splice[] => {
    const found = refilled.has(key) ? undefined : find(read, at);
    const block = asMap(found?.value) ?? asSeq(found?.value);
    if (found?.pair === undefined || block === undefined || block.flow === true || block.items.length > count) return [];
    const written = found.pair.srcToken?.sep?.findLast(({ type }) => type === 'anchor' || type === 'tag' || type === 'map-value-ind');
    const end = written === undefined ? colonEnd(found.pair) : written.offset + written.source.length;
    return [{ at: end, cut: '', put: asSeq(found.value) === undefined ? ' {}' : ' []' }];
  });
}

function cut(text: string, from: number, to: number): Splice {
  return { at: from, cut: text.slice(from, to), put: '' };
}

function theValue(read: Read, at: Keys, was: string): Found | Refusal {
  const found = findOwn(read, at);
  if (isRefusal(found)) return found;
  const written = writtenText(found.value);
  const value = typeof written === 'string' ? written.slice(found.before.length) : undefined;
  const scalar = asScalar(found.value);
  if (value === was && scalar?.anchor === undefined && scalar?.tag === undefined) return found;
  const line = scalar === undefined ? undefined : read.lineAt(scalar.range[0]);
  if (value === was) return refuse(`${pathText(at)} has an anchor or a tag; change it by hand.`, line);
  return refuse(`${pathText(at)} no longer has the value that this change was made for.`, line);
}

/** Where an entry or item starts and ends. */
function spanOf(text: string, found: Found): [number, number] {
  if (found.pair !== undefined) return [found.pair.key.range[0], endOfPair(text, found.pair)];
  const seq = asSeq(found.parent);
  const from = found.value?.range[0] ?? 0;
  return [(seq === undefined ? undefined : dashOf(seq, found.index ?? 0)) ?? from, endOf(text, found.value)];
}

/** In flow style: up to the next entry, or from the end of the one before. */
function withComma(text: string, found: Found, from: number, to: number): [number, number] {
  const spans = [
    ...(asMap(found.parent)?.items ?? []).map((pair): [number, number] => [pair.key.range[0], endOfPair(text, pair)]),
    ...(asSeq(found.parent)?.items ?? []).map((item): [number, number] => [item.range[0], endOf(text, item)]),
  ];
  const index = spans.findIndex(([start]) => start === from);
  const next = spans[index + 1];
  const previous = spans[index - 1];
  if (next !== undefined) return [from, next[0]];
  return previous === undefined ? [from, to] : [previous[1], to];
}
