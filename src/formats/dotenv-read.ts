/**
 * .env as Docker Compose reads it (compose-go, dotenv/parser.go), which differs from npm's dotenv: a comment needs a
 * blank before '#', `A: b` is `A=b`, a quote without its end is an error of the whole file.
 * Interpolation (`$NAME`) is not done here: `value` is the template of it unless `quote` is "'".
 */
import type { Refusal } from '../types.ts';
import { BOM } from './lines.ts';
import { once } from './once.ts';
import { refuse } from './refusal.ts';

export interface DotenvEntry {
  readonly name: string;
  /** As written, quotes included; '' for a bare name. */
  readonly raw: string;
  /** Quotes and escapes undone; null = a bare `NAME`, which takes the value of the environment. */
  readonly value: string | null;
  readonly quote: '"' | "'" | '';
  /** 1-based line of the name. */
  readonly line: number;
  /** Offset of the name (or its `export`). */
  readonly start: number;
  /** Offset of `raw`. */
  readonly from: number;
}

// unicode.IsSpace, and compose-go's isSpace: the same without the line feed.
const SPACE = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const BLANK = /[\t\v\f\r \u0085\u00a0]/;
const NAME_CHARACTER = /[\p{L}\p{N}_.[\]-]/u;

/** The entries in order, doubles included (the last one counts); a refusal where Compose would stop with an error. */
export const readDotenv = once((text: string): readonly DotenvEntry[] | Refusal => {
  const entries: DotenvEntry[] = [];
  let at = text.startsWith(BOM) ? 1 : 0;
  let line = 1;
  let counted = at;
  for (;;) {
    while (at < text.length && SPACE.test(text.charAt(at))) at += 1;
    if (at >= text.length) return entries;
    if (text[at] === '#') {
      at = lineBreak(text, at);
      continue;
    }
    const key = keyAt(text, at);
    for (; counted < at; counted += 1) if (text[counted] === '\n') line += 1;
    if (typeof key === 'string') return refuse(key, line);
    // What stands there may be a key without its name: not shown.
    if (key.name.includes(' ')) return refuse('The name of a variable has a blank in it; Docker Compose stops at it as well.', line);
    const head = { name: key.name, line, start: at };
    if (key.bare) {
      entries.push({ ...head, raw: '', value: null, quote: '', from: key.next });
      at = key.next;
      continue;
    }
    let from = key.next;
    while (from < text.length && BLANK.test(text.charAt(from))) from += 1;
    const quote = text[from];
    if (quote !== '"' && quote !== "'") {
      const raw = trimEnd(text.slice(from, lineBreak(text, from)).split(' #', 1)[0] ?? '');
      entries.push({ ...head, raw, value: raw, quote: '', from });
      at = lineBreak(text, from);
      continue;
    }
    const end = closing(text, from, quote);
    if (end === undefined) return refuse(`The value of ${key.name} begins with ${quote} and never ends; Docker Compose stops at it as well. Add the missing ${quote}.`, line);
    const inner = text.slice(from + 1, end).replaceAll(`\\${quote}`, quote);
    entries.push({ ...head, raw: text.slice(from, end + 1), value: quote === '"' ? unescape(inner) : inner, quote, from });
    at = end + 1;
  }
});

function lineBreak(text: string, at: number): number {
  const lf = text.indexOf('\n', at);
  return lf === -1 ? text.length : lf;
}

/** The name at `at`, whether it stands alone on its line, and where what follows begins; or why it is none. */
function keyAt(text: string, at: number): { name: string; bare: boolean; next: number } | string {
  let start = at;
  if (/^export[\t\n\f\r ]/.test(text.slice(at, at + 7))) {
    start += 6;
    while (BLANK.test(text.charAt(start))) start += 1;
  }
  if (start >= text.length) return 'The last line says "export" and no name; Docker Compose stops at it as well.';
  let i = start;
  for (; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (char === '=' || char === ':' || char === '\n') return { name: trimEnd(text.slice(start, i)), bare: char === '\n', next: i + 1 };
    const whole = String.fromCodePoint(text.codePointAt(i) ?? 0);
    if (!BLANK.test(char) && !NAME_CHARACTER.test(whole)) return `The name of a variable has "${whole}" in it; Docker Compose stops at it as well.`;
    if (whole.length === 2) i += 1;
  }
  // compose-go takes a bare name at the very end of the file for the value of a variable without a name.
  return { name: '', bare: false, next: start };
}

/** The quote that ends the value: the first one that no backslash escapes. */
function closing(text: string, from: number, quote: string): number | undefined {
  for (let i = from + 1; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === quote) return i;
  }
  return undefined;
}

const LETTERS: Readonly<Record<string, string>> = { a: '\x07', b: '\b', c: '\\c', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', $: '$$', '"': '"', '\\': '\\' };

/** compose-go's expandEscapes: Go's escapes, of which `\c` is none; `\0` needs three more digits, else the 0 is lost. */
function unescape(text: string): string {
  return text.replace(/\\(?:([abcfnrtv$"\\])|0(\d{0,3}))/g, (match, letter: string | undefined, octal: string | undefined) => {
    if (letter !== undefined) return LETTERS[letter] ?? match;
    return /^[0-3][0-7]{2}$/.test(octal ?? '') ? String.fromCodePoint(Number.parseInt(octal ?? '', 8)) : `\\${octal ?? ''}`;
  });
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
