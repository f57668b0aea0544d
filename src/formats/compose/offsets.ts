/**
 * From the characters of a text to the places where a YAML scalar writes them: `at[i]` is the source offset of the
 * character `i`, `at[length]` the offset where the text ends, -1 where nothing can be put in front of a character (on a blank
 * line, between two halves of one escape). Each style is read again by its own rules; whoever asks
 * gets an answer only where that reading gives exactly the parser's value.
 */
import type { ScalarNode } from './nodes.ts';

/** undefined = the scalar's characters cannot be told apart safely. */
export function sourceOffsets(text: string, node: ScalarNode): readonly number[] | undefined {
  if (typeof node.value !== 'string' && node.type !== 'PLAIN') return undefined;
  const value = typeof node.value === 'string' ? node.value : node.source;
  const read = readerOf(node)?.(text, node);
  return read !== undefined && read.value === value && read.at.length === value.length + 1 ? read.at : undefined;
}

interface Decoded {
  value: string;
  readonly at: number[];
}
type Decoder = (text: string, node: ScalarNode) => Decoded | undefined;

function readerOf(node: ScalarNode): Decoder | undefined {
  switch (node.type) {
    case 'PLAIN':
      return (text, { range }) => flowScalar(text, range[0], range[1], 'plain');
    case 'QUOTE_SINGLE':
      return (text, { range }) => flowScalar(text, range[0] + 1, range[1] - 1, 'single');
    case 'QUOTE_DOUBLE':
      return (text, { range }) => flowScalar(text, range[0] + 1, range[1] - 1, 'double');
    case 'BLOCK_LITERAL':
    case 'BLOCK_FOLDED':
      return blockScalar;
    default:
      return undefined;
  }
}

/** Plain and quoted scalars (YAML 1.2, 7.3): escapes, and line breaks that fold into a space. */
function flowScalar(text: string, from: number, to: number, style: 'plain' | 'single' | 'double'): Decoded | undefined {
  const out: Decoded = { value: '', at: [] };
  const add = (char: string, offset: number): void => {
    for (let i = 0; i < char.length; i += 1) out.at.push(i === 0 ? offset : -1);
    out.value += char;
  };
  for (let i = from; i < to; ) {
    const fold = /^[ \t]*\r?\n(?:[ \t]*\r?\n)*[ \t]*/.exec(text.slice(i, Math.min(to, i + 4096)));
    if (fold !== null && (text[i] === ' ' || text[i] === '\t' || text[i] === '\r' || text[i] === '\n')) {
      const breaks = fold[0].split('\n').length - 1;
      add(breaks === 1 ? ' ' : '\n'.repeat(breaks - 1), i);
      i += fold[0].length;
    } else if (style === 'single' && text.startsWith("''", i)) {
      add("'", i);
      i += 2;
    } else if (style === 'double' && text[i] === '\\') {
      const escape = readEscape(text, i);
      if (escape === undefined) return undefined;
      add(escape.char, i);
      i += escape.length;
    } else {
      add(text[i] ?? '', i);
      i += 1;
    }
  }
  out.at.push(to);
  return out;
}

const ESCAPES: Readonly<Record<string, string>> = { 0: '\0', a: '\x07', b: '\b', t: '\t', '\t': '\t', n: '\n', v: '\v', f: '\f', r: '\r', e: '\x1b', ' ': ' ', '"': '"', '/': '/', '\\': '\\', N: '\x85', _: '\xa0', L: '\u2028', P: '\u2029' };
const HEX: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function readEscape(text: string, at: number): { readonly char: string; readonly length: number } | undefined {
  const letter = text[at + 1] ?? '';
  const digits = HEX[letter];
  if (digits !== undefined) {
    const code = Number.parseInt(text.slice(at + 2, at + 2 + digits), 16);
    return code <= 0x10ffff ? { char: String.fromCodePoint(code), length: 2 + digits } : undefined;
  }
  // A backslash at the end of a line joins it to the next one.
  const joined = /^\\\r?\n[ \t]*/.exec(text.slice(at, at + 4096));
  if (joined !== null) return { char: '', length: joined[0].length };
  const char = ESCAPES[letter];
  return char === undefined ? undefined : { char, length: 2 };
}

/** `|` and `>` (YAML 1.2, 8.1), with the indentation that the text itself shows. */
function blockScalar(text: string, node: ScalarNode): Decoded | undefined {
  const header = /^[|>]([0-9]?)([+-]?)([0-9]?)[^\n]*\n/.exec(text.slice(node.range[0], node.range[1]));
  if (header === null) return undefined;
  const lines: { readonly text: string; readonly from: number }[] = [];
  for (let from = node.range[0] + header[0].length; from < node.range[1]; ) {
    const lf = text.indexOf('\n', from);
    const end = lf === -1 || lf >= node.range[1] ? node.range[1] : lf;
    lines.push({ text: text.slice(from, end).replace(/\r$/, ''), from });
    from = end + 1;
  }
  // The parser's value has decided on the indentation, so any one that gives that value back is right.
  const first = lines.find((line) => line.text.trim() !== '');
  if (first === undefined || (header[1] ?? '') !== '' || (header[3] ?? '') !== '') return undefined;
  const indent = first.text.length - first.text.trimStart().length;
  return node.type === 'BLOCK_LITERAL' ? literal(lines, indent, header[2] ?? '') : folded(lines, indent, header[2] ?? '');
}

type Lines = readonly { readonly text: string; readonly from: number }[];

function literal(lines: Lines, indent: number, chomp: string): Decoded {
  const out: Decoded = { value: '', at: [] };
  const last = lines.findLastIndex((line) => line.text.trim() !== '');
  for (const [i, line] of lines.entries()) {
    if (i > last && chomp !== '+') break;
    addChars(out, line, indent);
    if (i < last || chomp !== '-') addBreak(out, '\n', line.text.length > indent ? line : undefined);
  }
  return ended(out, lines[last]);
}

/** Breaks between two lines fold, unless one of them is indented further; blank lines are breaks of their own. */
function folded(lines: Lines, indent: number, chomp: string): Decoded | undefined {
  const out: Decoded = { value: '', at: [] };
  const last = lines.findLastIndex((line) => line.text.trim() !== '');
  let above: Lines[number] | undefined;
  let blank = 0;
  for (const line of lines.slice(0, last + 1)) {
    if (line.text.trim() === '') {
      blank += 1;
      continue;
    }
    const kept = above === undefined ? blank : isDeeper(above, indent) || isDeeper(line, indent) ? blank + 1 : blank;
    if (above !== undefined || blank > 0) addBreak(out, kept === 0 ? ' ' : '\n'.repeat(kept), above);
    addChars(out, line, indent);
    [above, blank] = [line, 0];
  }
  if (above !== undefined && chomp !== '-') addBreak(out, '\n', above);
  return chomp === '+' && last < lines.length - 1 ? undefined : ended(out, lines[last]);
}

function isDeeper(line: Lines[number], indent: number): boolean {
  return /^[ \t]/.test(line.text.slice(indent));
}

function addChars(out: Decoded, line: Lines[number], indent: number): void {
  const chars = line.text.slice(indent);
  for (let i = 0; i < chars.length; i += 1) out.at.push(line.from + indent + i);
  out.value += chars;
}

/** Line breaks, of which only the first can have something in front of it: at the end of a line with text. */
function addBreak(out: Decoded, chars: string, line: Lines[number] | undefined): void {
  for (let i = 0; i < chars.length; i += 1) out.at.push(i === 0 && line !== undefined ? line.from + line.text.length : -1);
  out.value += chars;
}

function ended(out: Decoded, last: Lines[number] | undefined): Decoded {
  out.at.push(last === undefined ? 0 : last.from + last.text.length);
  return out;
}
