/** Lines of a text with their offsets, its line ends, and where a further line goes. */
import type { Splice } from '../types.ts';

/** U+FEFF, which some editors put in front of the first character. */
export const BOM = '\uFEFF';

export interface TextLine {
  /** Without its line end. */
  readonly text: string;
  /** Offset of its first character. */
  readonly from: number;
  /** Offset behind its last character, where its line end begins. */
  readonly to: number;
  /** Offset of the next line; the length of the text after the last one. */
  readonly next: number;
}

/** The lines of `text`, broken at LF, CRLF or CR CR LF (a file that was converted twice); a BOM belongs to no line. A final line end starts no further line. */
export function linesOf(text: string): TextLine[] {
  const lines: TextLine[] = [];
  let from = text.startsWith(BOM) ? 1 : 0;
  while (from < text.length) {
    const lf = text.indexOf('\n', from);
    const next = lf === -1 ? text.length : lf + 1;
    let to = lf === -1 ? text.length : lf;
    while (to > from && text[to - 1] === '\r') to -= 1;
    lines.push({ text: text.slice(from, to), from, to, next });
    from = next;
  }
  return lines;
}

/** The 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let lf = text.indexOf('\n'); lf !== -1 && lf < offset; lf = text.indexOf('\n', lf + 1)) line += 1;
  return line;
}

/** Offset of the line after the one that `offset` is on. */
export function nextLine(text: string, offset: number): number {
  const lf = text.indexOf('\n', offset);
  return lf === -1 ? text.length : lf + 1;
}

/** The line end in use just before `offset`, else the next one after it, else LF. */
export function lineEnd(text: string, offset: number = text.length): '\n' | '\r\n' {
  const before = offset > 0 ? text.lastIndexOf('\n', offset - 1) : -1;
  const lf = before === -1 ? text.indexOf('\n', offset) : before;
  return lf > 0 && text[lf - 1] === '\r' ? '\r\n' : '\n';
}

/**
 * One more line at the end. Keeps the text's habit: without a final line end the last line gets one and the new
 * line has none.
 */
export function lineAtEnd(text: string, line: string): Splice {
  const end = lineEnd(text);
  const bare = text === '' || text === BOM || text.endsWith('\n');
  return { at: text.length, cut: '', put: bare ? line + end : end + line };
}
