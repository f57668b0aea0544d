/** TOML as it is written: keys, strings, arrays, in the style of what is around them. */
import type { AST } from 'toml-eslint-parser';
import type { Keys, Splice } from '../types.ts';
import { lineEnd, nextLine } from './lines.ts';

/** `dependencies."a b".flask` */
export function keyText(path: Keys): string {
  return path.map(key => (/^[A-Za-z0-9_-]+$/.test(String(key)) ? String(key) : JSON.stringify(String(key)))).join('.');
}

/** A string literal; single quotes only where the neighbour has them and the text allows it. */
export function stringText(value: string, neighbour = '"'): string {
  // JSON's escapes are all TOML's as well, but for U+007F, which TOML wants escaped.
  const plain = neighbour.startsWith("'") && /^[\x20-\x26\x28-\x7e]*$/.test(value);
  return plain ? `'${value}'` : JSON.stringify(value).replaceAll('\x7f', '\\u007F');
}

/** What stands on the line in front of `offset`. */
export function lineHead(text: string, offset: number): string {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).replace('\uFEFF', '');
}

/** One more line behind the one that `offset` is on. */
export function lineBehind(text: string, offset: number, line: string): Splice {
  const at = nextLine(text, offset);
  const end = lineEnd(text, at);
  return { at, cut: '', put: text[at - 1] === '\n' ? line + end : end + line };
}

/** One more item of an array, in front of item `index` or behind the last one; comments and commas stay where they are. */
export function itemSplices(text: string, tokens: readonly AST.Token[], array: AST.TOMLArray, index: number, value: string): Splice[] {
  const [open, close] = [array.range[0] + 1, array.range[1] - 1];
  const items = array.elements;
  const literal = stringText(value, items[0] === undefined ? '"' : text.slice(items[0].range[0]));
  const next = items[index];
  if (next !== undefined) {
    const head = lineHead(text, next.range[0]);
    const between = head.trim() === '' && text.slice(open, next.range[0]).includes('\n') ? lineEnd(text, next.range[0]) + head : ' ';
    return [{ at: next.range[0], cut: '', put: `${literal},${between}` }];
  }
  const last = items.at(-1);
  if (last === undefined) return [intoEmpty(text, open, close, array, literal)];
  const end = last.range[1];
  const comma = tokens.find(token => token.range[0] >= end && token.range[1] <= close && token.value === ',');
  const head = lineHead(text, last.range[0]);
  const ownLine = text.slice(open, last.range[0]).includes('\n') && /^\s*(?:,\s*)?$/.test(head);
  if (!ownLine) return [{ at: comma?.range[1] ?? end, cut: '', put: comma === undefined ? `, ${literal}` : ` ${literal},` }];
  const behind = nextLine(text, comma?.range[1] ?? end);
  // The closing bracket is on the same line: nothing but this line's end can be used.
  if (behind > close) {
    const put = lineEnd(text, end) + head + literal;
    if (comma !== undefined) return [{ at: comma.range[1], cut: '', put: `${put},` }];
    return [{ at: end, cut: '', put: head.includes(',') ? put : `,${put}` }];
  }
  const line = { at: behind, cut: '', put: `${head.includes(',') && comma !== undefined ? head.replace(',', ' ') : head}${literal}${comma === undefined ? '' : ','}${lineEnd(text, behind)}` };
  return comma !== undefined || head.includes(',') ? [line] : [{ at: end, cut: '', put: ',' }, line];
}

function intoEmpty(text: string, open: number, close: number, array: AST.TOMLArray, literal: string): Splice {
  if (!text.slice(open, close).includes('\n')) return { at: open, cut: '', put: literal };
  const indent = /^[ \t]*/.exec(lineHead(text, array.range[0]))?.[0] ?? '';
  const head = lineHead(text, close);
  // On the closing bracket's own line, so that comments inside the brackets keep their places.
  return { at: close - head.length, cut: '', put: `${indent}    ${literal},${lineEnd(text, close)}` };
}
