/**
 * Private keys and other armoured blocks (PEM, OpenSSH, PGP, age), over many lines or in one with "\n", indented or in a
 * diff: their lines, without the frame. One walk over the text. Pure.
 */
import type { Span } from './secret-shapes.ts';

const HEAD = /-----BEGIN[ A-Z0-9_-]{0,60}PRIVATE KEY(?: BLOCK)?-----/g;
/** Base64 of "-----BEGIN". */
const ENCODED = /\bLS0tLS1CRUdJT[\w+/=-]{16,}/g;
const END = '-----END';
/** A key of 16,384 bits has 12,900 characters. */
const LONGEST = 20_000;
/** What stands between two lines, so that "\n" in a JSON text is no letter of the key. */
const LINE = /(?:\\[nrt]|[\s"'`,+>|\\]){0,200}([A-Za-z0-9+/=]{4,}|[^\s"'`,+>|\\]{1,200})/gy;

/** Each line of each key, ascending. `of` is where its block begins: a key counts once. */
export function privateKeySpans(text: string): readonly Span[] {
  const found: Span[] = [];
  let end = 0;
  let none = false;
  for (const head of text.matchAll(HEAD)) {
    if (head.index < end) continue;
    const from = head.index + head[0].length;
    const close: number = none ? -1 : text.indexOf(END, from);
    none = close < 0;
    // Cut off (a diff's context): as long as there are lines of a key.
    const most = Math.min(close < 0 ? text.length : close, from + LONGEST);
    end = linesOf(text, from, most, close < 0, head.index, found);
  }
  for (const { 0: value, index } of text.matchAll(ENCODED)) found.push({ at: index, text: value, kind: 'private key', form: 'shape' });
  return found;
}

/** @returns where the lines end. */
function linesOf(text: string, from: number, most: number, open: boolean, of: number, found: Span[]): number {
  LINE.lastIndex = from;
  for (let match = LINE.exec(text); match !== null; match = LINE.exec(text)) {
    const [all, line = ''] = match;
    const at = match.index + all.length - line.length;
    if (at >= most || (open && !/^[A-Za-z0-9+/=]{16,}$/.test(line))) return Math.min(at, most);
    // Of "DEK-Info: AES-128-CBC,41…" the name stays.
    if (!line.endsWith(':')) found.push({ at, text: line.slice(0, most - at), kind: 'private key', form: 'shape', of });
  }
  return most;
}
