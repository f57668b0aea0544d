/**
 * Columns and lines of a compose text: where a node ends, where the next line goes, how deep it is indented.
 */
import type { Splice } from '../../types.ts';
import { lineEnd } from '../lines.ts';
import { asMap, asScalar, asSeq, isBlank, type PairNode, type SeqNode, type ValueNode } from './nodes.ts';

/** What stands in front of an offset on its line. */
export function beforeOnLine(text: string, offset: number): string {
  const from = text.lastIndexOf('\n', offset - 1) + 1;
  return text.slice(text.startsWith('\uFEFF') && from === 0 ? 1 : from, offset);
}

/** The indentation of what starts at an offset; undefined where something else stands in front of it. */
export function indentOf(text: string, offset: number): string | undefined {
  const before = beforeOnLine(text, offset);
  return /^ *$/.test(before) ? before : undefined;
}

/** Offset of the first character of the line of an offset. */
export function lineStart(text: string, offset: number): number {
  return offset - beforeOnLine(text, offset).length;
}

/** Offset of the line after the one of an offset, or the end of the text. */
export function nextLine(text: string, offset: number): number {
  const lf = text.indexOf('\n', offset);
  return lf === -1 ? text.length : lf + 1;
}

/** Offset after the last character of a pair's value, on its last line. */
export function endOfPair(text: string, pair: PairNode): number {
  const { value } = pair;
  // A value that is not written has no place of its own: it ends where its colon does.
  if (value === null || isBlank(value)) return Math.max(colonEnd(pair), anchorEnd(text, value));
  return endOf(text, value);
}

/** Offset after the last character of a node, on its last line. */
export function endOf(text: string, node: ValueNode): number {
  if (node === null || node === undefined) return 0;
  const map = asMap(node);
  const lastPair = map?.flow === true ? undefined : map?.items.at(-1);
  if (lastPair !== undefined) return endOfPair(text, lastPair);
  const seq = asSeq(node);
  if (seq !== undefined && seq.flow !== true) {
    const item = seq.items.at(-1);
    return isBlank(item) ? dashEnd(seq, seq.items.length - 1) : endOf(text, item);
  }
  const scalar = asScalar(node);
  const end = node.range[1];
  if (scalar?.type !== 'BLOCK_LITERAL' && scalar?.type !== 'BLOCK_FOLDED') return end;
  // The range of a block scalar takes the blank lines after it in, which only `|+` and `>+` keep.
  if (/^[|>][0-9]*\+/.test(text.slice(node.range[0], node.range[0] + 3))) return Math.max(end - 1, node.range[0]);
  return node.range[0] + text.slice(node.range[0], end).trimEnd().length;
}

/** Offset after the colon of a pair; after the key where there is none. */
export function colonEnd(pair: PairNode): number {
  const colon = pair.srcToken?.sep?.find((token) => token.type === 'map-value-ind');
  return colon === undefined ? pair.key.range[1] : colon.offset + 1;
}

/** The end of `&name` where nothing follows it. */
function anchorEnd(text: string, node: ValueNode): number {
  const anchor = asScalar(node)?.anchor;
  if (anchor === undefined || node === null || node === undefined) return 0;
  const at = text.lastIndexOf(`&${anchor}`, node.range[0]);
  return at === -1 ? 0 : at + anchor.length + 1;
}

/** Offset of the dash of a list item in block style; undefined in flow style. */
export function dashOf(seq: SeqNode, index: number): number | undefined {
  const source = seq.srcToken;
  if (source?.type !== 'block-seq') return undefined;
  const items = source.items.filter((item) => item.start.some((token) => token.type === 'seq-item-ind'));
  return items[index]?.start.find((token) => token.type === 'seq-item-ind')?.offset;
}

function dashEnd(seq: SeqNode, index: number): number {
  return (dashOf(seq, index) ?? seq.range[1] - 1) + 1;
}

/** From the start of a line, past the comment lines that stand at `column` or deeper: they belong to what is above. */
export function afterComments(text: string, from: number, column: number): number {
  let at = from;
  for (;;) {
    const next = nextLine(text, at);
    const line = text.slice(at, next);
    const hash = line.search(/\S/);
    if (line[hash] !== '#' || hash < column || !/^ *#/.test(line)) return at;
    at = next;
  }
}

/** Whole lines, put in at the start of a line or at the end of the text; a missing final line end stays missing. */
export function putLines(text: string, at: number, lines: readonly string[]): Splice {
  const end = lineEnd(text, at);
  const open = at === text.length && at > 0 && !text.endsWith('\n');
  return { at, cut: '', put: open ? lines.map((line) => end + line).join('') : lines.map((line) => line + end).join('') };
}
