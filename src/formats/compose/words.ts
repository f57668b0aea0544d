/**
 * Words put into what is there: in front of an item of a list, or at an offset of a text.
 */
import type { Change, Keys, Refusal, Splice } from '../../types.ts';
import { pathText } from '../model.ts';
import { isRefusal, refuse } from '../refusal.ts';
import { findOwn, type Found } from './find.ts';
import { dashOf, endOf, indentOf, lineStart, nextLine, putLines } from './layout.ts';
import { asMap, asScalar, asSeq, writtenText, type SeqNode } from './nodes.ts';
import { sourceOffsets } from './offsets.ts';
import type { Read } from './read.ts';
import { escaped, staysPlain, styleIn, styleOf, writeText } from './scalar.ts';

/** `words` in front of item `from` of a list, or at character `from` of a text. */
export function splicePrefix(read: Read, change: Extract<Change, { do: 'prefix' }>): readonly Splice[] | Refusal {
  const found = findOwn(read, change.at);
  if (isRefusal(found)) return found;
  const from = change.from ?? 0;
  const seq = asSeq(found.value);
  if (seq !== undefined) return wordsInList(read, change.at, seq, from, change.words);
  return intoText(read, change.at, found, found.before.length + from, `${change.words.join(' ')} `);
}

/** `sep` and `value` at the end of a text. */
export function spliceAppend(read: Read, change: Extract<Change, { do: 'append' }>): readonly Splice[] | Refusal {
  const found = findOwn(read, change.at);
  if (isRefusal(found)) return found;
  const text = writtenText(found.value);
  if (typeof text !== 'string' || (found.index !== undefined && found.before === '' && typeof change.at.at(-1) === 'string')) {
    return refuse(`${pathText(change.at)} has no value of its own to add to; it is passed through from the shell.`, lineOfFound(read, found));
  }
  return intoText(read, change.at, found, text.length, change.sep + change.value);
}

/** New items in front of item `from` of a list; also behind the last one. */
export function wordsInList(read: Read, at: Keys, seq: SeqNode, from: number, words: readonly string[]): readonly Splice[] | Refusal {
  const { text } = read;
  const line = read.lineAt(seq.range[0]);
  const next = seq.items[from];
  if (from > seq.items.length) return refuse(`${pathText(at)} has no item ${from}.`, line);
  const style = next === undefined ? styleIn(seq) : styleOf(next);
  if (seq.flow === true) {
    const quotes = seq.items.length === 0 ? 'double' : style;
    const items = words.map((word) => writeText(word, { style: quotes, flow: true }));
    if (next === undefined) {
      const last = seq.items.at(-1);
      return [{ at: last === undefined ? seq.range[0] + 1 : endOf(text, last), cut: '', put: `${last === undefined ? '' : ', '}${items.join(', ')}` }];
    }
    if (asScalar(next)?.anchor !== undefined || next.tag !== undefined) return refuse(`Item ${from} of ${pathText(at)} has an anchor or a tag; put the words in front of it by hand.`, line);
    return [{ at: next.range[0], cut: '', put: items.map((item) => `${item}, `).join('') }];
  }
  const dash = dashOf(seq, Math.min(from, seq.items.length - 1));
  const indent = dash === undefined ? undefined : indentOf(text, dash);
  if (dash === undefined || indent === undefined) return refuse(`The list ${pathText(at)} does not start on a line of its own; put the words in by hand.`, line);
  const lines = words.map((word) => `${indent}- ${writeText(word, { style, wide: true })}`);
  return [putLines(text, next === undefined ? nextLine(text, endOf(text, seq)) : lineStart(text, dash), lines)];
}

function intoText(read: Read, at: Keys, found: Found, offset: number, put: string): readonly Splice[] | Refusal {
  const scalar = asScalar(found.value);
  const line = lineOfFound(read, found);
  if (scalar === undefined) return refuse(`${pathText(at)} is neither a list nor a text.`, line);
  const style = styleOf(scalar);
  const block = scalar.type === 'BLOCK_LITERAL' || scalar.type === 'BLOCK_FOLDED';
  if (block && offset > 0 && String(scalar.value)[offset - 1] === '\n' && offset === String(scalar.value).length) {
    return refuse(`${pathText(at)} ends in a line break, behind which nothing can be put; write it on one line, then run again.`, line);
  }
  const flow = (asMap(found.parent) ?? asSeq(found.parent))?.flow === true;
  if (scalar.type === 'PLAIN' && !staysPlain(put, flow)) return refuse(`${pathText(at)} is written without quotes, which the new words need; put quotes around it, then run again.`, line);
  const source = sourceOffsets(read.text, scalar)?.[offset];
  if (source === undefined || source < 0) return refuse(`${pathText(at)} is written in a way that words cannot safely be put into; write it on one line, then run again.`, line);
  return [{ at: source, cut: '', put: escaped(put, style) }];
}

function lineOfFound(read: Read, found: Found): number | undefined {
  const node = found.value ?? found.pair?.key;
  return node === undefined || node === null ? undefined : read.lineAt(node.range[0]);
}
