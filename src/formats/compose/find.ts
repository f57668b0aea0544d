/**
 * Where a key path is written: the pair or list item, and whether it may be changed there.
 */
import type { Keys, Refusal } from '../../types.ts';
import { pathText } from '../model.ts';
import { refuse } from '../refusal.ts';
import { asAlias, asMap, asScalar, asSeq, isMerge, nameAndText, readingOf, writtenText, type MapNode, type Node, type PairNode, type Reading, type SeqNode, type ValueNode } from './nodes.ts';
import type { Read } from './read.ts';

/** One step of a key path: an entry of a map, or an item of a list. */
export interface Found {
  readonly key: string | number;
  readonly parent: MapNode | SeqNode;
  /** Entry of a map; undefined for a list item. */
  readonly pair?: PairNode;
  /** Index of a list item, also of `- NAME=value`. */
  readonly index?: number;
  readonly value: ValueNode;
  /** How the value is read. */
  readonly reading: Reading;
  /** `NAME=` in front of the value, where the item of a list is `- NAME=value`; else ''. */
  readonly before: string;
}

/** The place of a key path, also where it is reached through an alias or `<<`; undefined = not there. */
export function find(read: Read, at: Keys): Found | undefined {
  let here: { readonly value: ValueNode; readonly reading: Reading; readonly found?: Found } = { value: read.root, reading: 'root' };
  for (const key of at) {
    const found = step(read, behind(read, here.value), here.reading, key);
    if (found === undefined) return undefined;
    here = { value: found.value, reading: found.reading, found };
  }
  return here.found;
}

/** As `find`, but every step must be written here alone: no alias, no `<<`, no anchor that others use. */
export function findOwn(read: Read, at: Keys): Found | Refusal {
  let here: { readonly value: ValueNode; readonly reading: Reading; readonly found?: Found } = { value: read.root, reading: 'root' };
  for (const [i, key] of at.entries()) {
    const path = at.slice(0, i);
    const refusal = notOurs(read, here.value, path);
    if (refusal !== undefined) return refusal;
    const found = stepHere(read, here.value, here.reading, key);
    if (found === undefined) return missing(read, here.value, [...path, key]);
    here = { value: found.value, reading: found.reading, found };
  }
  return notOurs(read, here.value, at) ?? here.found ?? refuse('A change must name a key.');
}

/** 1-based line where the value of a key path is written (its key's line); undefined = not there. */
export function lineOf(read: Read, at: Keys): number | undefined {
  const found = find(read, at);
  const node = found?.pair?.key ?? found?.value;
  return node === undefined || node === null ? undefined : read.lineAt(node.range[0]);
}

/** Why the value at a path cannot be changed where it is written; undefined = it can. */
export function notOurs(read: Read, node: ValueNode, path: Keys): Refusal | undefined {
  if (node === null || node === undefined) return undefined;
  const line = read.lineAt(node.range[0]);
  const what = pathText(path);
  const alias = asAlias(node);
  if (alias !== undefined) return refuse(`${what} is the alias *${alias.source}, which is written in another place; write its keys out here, then run again.`, line);
  if (read.shared.has(node)) {
    const anchor = (asMap(node) ?? asSeq(node) ?? asScalar(node))?.anchor ?? '';
    return refuse(`${what} is also used in other places (as *${anchor}), which would change with it; add the lines by hand where only this service takes them.`, line);
  }
  if (node.tag === '!reset') return refuse(`${what} has the tag !reset, so Compose drops what stands there; take the tag away, then run again.`, line);
  return undefined;
}

/** Why a key is not where a change needs it: it comes through `<<`, or it is not there. */
export function missing(read: Read, node: ValueNode, path: Keys): Refusal {
  const line = node === null || node === undefined ? undefined : read.lineAt(node.range[0]);
  if (!isMergedInto(read, node, path.at(-1) ?? '')) return refuse(`${pathText(path)} is not there.`, line);
  return refuse(`${pathText(path)} comes only through a merge key (<<); one of its own would hide that one. Write it out in this service, then run again.`, line);
}

/** A map has the key through `<<`, and not by itself. */
export function isMergedInto(read: Read, node: ValueNode, key: string | number): boolean {
  return stepHere(read, node, 'plain', key) === undefined && step(read, node, 'plain', key) !== undefined;
}

function behind(read: Read, node: ValueNode): ValueNode {
  const alias = asAlias(node);
  return alias === undefined ? node : read.targets.get(alias);
}

/** One key further, in this node or in the maps that it merges. */
function step(read: Read, node: ValueNode, reading: Reading, key: string | number): Found | undefined {
  const here = stepHere(read, node, reading, key);
  if (here !== undefined) return here;
  for (const pair of asMap(node)?.items ?? []) {
    if (!isMerge(pair)) continue;
    const value = behind(read, pair.value);
    for (const source of asSeq(value)?.items ?? [value]) {
      const found = step(read, behind(read, source), reading, key);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** One key further, in this very node. */
export function stepHere(read: Read, node: ValueNode, reading: Reading, key: string | number): Found | undefined {
  const map = asMap(node);
  if (map !== undefined) {
    const pair = read.pair(map, String(key));
    if (pair === undefined || isMerge(pair)) return undefined;
    return { key, parent: map, pair, value: pair.value, reading: readingOf(reading, String(key)), before: '' };
  }
  const seq = asSeq(node);
  if (seq === undefined) return undefined;
  const index = typeof key === 'number' ? key : reading === 'names' ? lastNamed(read, seq, key) : -1;
  const value: Node | undefined = seq.items[index];
  if (value === undefined) return undefined;
  const text = typeof key === 'number' ? null : writtenText(behind(read, value));
  return { key, parent: seq, index, value, reading: 'plain', before: typeof text === 'string' && text.includes('=') ? text.slice(0, text.indexOf('=') + 1) : '' };
}

/** Of several items with one name, Compose takes the last. */
function lastNamed(read: Read, seq: SeqNode, name: string): number {
  return seq.items.findLastIndex((item) => {
    const text = writtenText(behind(read, item));
    return typeof text === 'string' && nameAndText(text)[0] === name;
  });
}
