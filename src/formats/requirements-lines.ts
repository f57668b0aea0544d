/**
 * The logical lines of a requirements file, as pip reads them (pip/_internal/req/req_file.py: join_lines,
 * ignore_comments): a backslash at the end joins the next line, a comment starts at '#' after a blank.
 */
import { BOM } from './lines.ts';
import { once } from './once.ts';

export interface LogicalLine {
  /** Continuations joined, comment and outer blanks removed; never empty. */
  readonly text: string;
  /** 1-based line of the file where it starts. */
  readonly line: number;
  /** Offsets in the file: its first line's start, the end of its last line without line end, the next line. */
  readonly from: number;
  readonly to: number;
  readonly next: number;
}
export interface RequirementsText {
  readonly lines: readonly LogicalLine[];
  /** Line whose backslash reaches past the end of the file: whatever is added would be joined to it. */
  readonly open?: number;
}

// Python's str.splitlines, which pip breaks files with.
const BREAKS = new Set('\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029');

/** The logical lines in order, those without content left out. */
export const readRequirements = once((text: string): RequirementsText => {
  const lines: LogicalLine[] = [];
  let parts: string[] = [];
  let line = 0;
  let start = { line: 1, from: 0 };
  let next = text.startsWith(BOM) ? 1 : 0;
  while (next < text.length) {
    const from = next;
    let to = from;
    while (to < text.length && !BREAKS.has(text.charAt(to))) to += 1;
    next = Math.min(text.length, to + (text.startsWith('\r\n', to) ? 2 : 1));
    const body = text.slice(from, to);
    line += 1;
    if (parts.length === 0) start = { line, from };
    const comment = /^\s*#/.test(body);
    if (body.endsWith('\\') && !comment) {
      parts.push(withoutBackslashes(body));
      if (next < text.length) continue;
    } else parts.push(comment ? ` ${body}` : body);
    const joined = withoutComment(parts.join('')).trim();
    const open = body.endsWith('\\') && !comment;
    if (joined !== '') lines.push({ text: joined, ...start, to, next });
    if (open) return { lines, open: line };
    parts = [];
  }
  return { lines };
});

// No regular expressions with a repeat in front of `$`: on a long line of blanks they take quadratic time.
function withoutComment(line: string): string {
  for (let at = line.indexOf('#'); at !== -1; at = line.indexOf('#', at + 1)) {
    if (at === 0 || /\s/.test(line.charAt(at - 1))) return line.slice(0, at);
  }
  return line;
}

/** Python's `strip("\\")`: at both ends. */
function withoutBackslashes(line: string): string {
  let [from, to] = [0, line.length];
  while (from < to && line[from] === '\\') from += 1;
  while (to > from && line[to - 1] === '\\') to -= 1;
  return line.slice(from, to);
}
