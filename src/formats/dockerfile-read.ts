/**
 * A Dockerfile as its instructions, with the offset of every character that Docker sees. The rules are those of
 * BuildKit's frontend/dockerfile/parser (parser.go, split_command.go): a line whose last character is one escape
 * character goes on, comment and empty lines inside it are dropped, RUN, COPY and ADD may carry here-documents.
 */
import type { Refusal } from '../types.ts';
import { heredocsOf } from './dockerfile-heredoc.ts';
import { linesOf, type TextLine } from './lines.ts';

/** One instruction after its continuation lines were joined. */
export interface Instruction {
  /** In capitals. */
  readonly keyword: string;
  /** Joined text after the keyword, flags included, blanks at both ends removed. */
  readonly args: string;
  /** The words of valid exec form (`["a", "b"]`) of an instruction that has one. */
  readonly words?: readonly string[];
  readonly heredocs: readonly { readonly name: string; readonly content: string }[];
  /** 1-based. */
  readonly line: number;
  /** Offset of the line that it starts on. */
  readonly from: number;
  /** Offset behind its last line, line end included. */
  readonly to: number;
  /** Offset in the file of character `index` of `args`; `index` may be its length. */
  offset(index: number): number;
}
export interface DockerfileText {
  readonly escape: '\\' | '`';
  readonly instructions: readonly Instruction[];
}

/** A run of joined text that stands unbroken in the file. */
interface Piece {
  readonly text: string;
  readonly from: number;
}

// Of these BuildKit takes `[...]` as a list of words (line_parsers.go: parseMaybeJSON, parseMaybeJSONToList).
const EXEC_FORM = new Set(['ADD', 'CMD', 'COPY', 'ENTRYPOINT', 'RUN', 'SHELL', 'VOLUME']);
const GOES_ON = { '\\': /(?:[^\\]|^)(\\[ \t]*)$/, '`': /(?:[^`]|^)(`[ \t]*)$/ };
// Blanks as BuildKit's reWhitespace has them: \s would take a stray U+FEFF for one.
const COMMAND = /^[\t\v\f\r ]*([^\t\v\f\r ]+)[\t\v\f\r ]*/;
const DIRECTIVE = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(\S.*)$/;

/** The instructions of a Dockerfile in order; refuses what Docker itself could not read to the end. */
export function readDockerfile(text: string): DockerfileText | Refusal {
  const lines = linesOf(text);
  const escape = escapeOf(lines);
  if (typeof escape !== 'string') return escape;
  const instructions: Instruction[] = [];
  for (let i = 0; i < lines.length; ) {
    const first = lines[i];
    if (first === undefined) break;
    if (isComment(first.text) || first.text.trim() === '') {
      i += 1;
      continue;
    }
    const start = i;
    const pieces: Piece[] = [];
    const indent = first.text.length - first.text.trimStart().length;
    let goesOn = takeLine({ ...first, text: first.text.slice(indent), from: first.from + indent }, escape, pieces);
    i += 1;
    for (; goesOn && i < lines.length; i += 1) {
      const line = lines[i];
      if (line === undefined || isComment(line.text) || line.text.trim() === '') continue;
      goesOn = takeLine(line, escape, pieces);
    }
    const joined = pieces.map(piece => piece.text).join('');
    const command = COMMAND.exec(joined);
    if (command === null) continue;
    const [head = '', word = ''] = command;
    const keyword = word.toUpperCase();
    const args = joined.slice(head.length).trimEnd();
    const words = EXEC_FORM.has(keyword) ? execForm(args) : undefined;
    const heredocs: { name: string; content: string }[] = [];
    if (words === undefined) {
      for (const doc of heredocsOf(keyword, args)) {
        const open = i;
        while (i < lines.length && !doc.endsAt(lines[i]?.text ?? '')) i += 1;
        if (i >= lines.length) return { refused: `The here-document <<${doc.name} has no end.`, line: start + 1 };
        heredocs.push({ name: doc.name, content: text.slice(lines[open]?.from, lines[i]?.from) });
        i += 1;
      }
    }
    instructions.push({
      keyword,
      args,
      ...(words === undefined ? {} : { words }),
      heredocs,
      line: start + 1,
      from: first.from,
      to: lines[i - 1]?.next ?? text.length,
      offset: index => offsetIn(pieces, head.length + index, first.to),
    });
  }
  return { escape, instructions };
}

/** Words of exec form, or undefined where Docker reads shell form: `['a']`, `["a",]`, `["a"] x`. */
function execForm(args: string): readonly string[] | undefined {
  if (!args.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(args);
    return Array.isArray(value) && value.every(word => typeof word === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `# escape=` counts only among the directives at the very top, before any other line. */
function escapeOf(lines: readonly TextLine[]): '\\' | '`' | Refusal {
  for (const [index, line] of lines.entries()) {
    const [, name = '', value = ''] = DIRECTIVE.exec(line.text.trim()) ?? [];
    if (!['syntax', 'escape', 'check'].includes(name.toLowerCase())) break;
    if (name.toLowerCase() !== 'escape') continue;
    if (value === '\\' || value === '`') return value;
    return { refused: `"# escape=${value}" is neither \\ nor \`.`, line: index + 1 };
  }
  return '\\';
}

function isComment(line: string): boolean {
  return line.trimStart().startsWith('#');
}

/** Adds what the line gives to the joined text; true = the next line goes on with it. */
function takeLine(line: { text: string; from: number }, escape: '\\' | '`', pieces: Piece[]): boolean {
  const end = GOES_ON[escape].exec(line.text)?.[1];
  const text = end === undefined ? line.text : line.text.slice(0, line.text.length - end.length);
  if (text !== '') pieces.push({ text, from: line.from });
  return end !== undefined;
}

/** A character is inserted in front of the one that follows it, so an index between two lines is the second's start. */
function offsetIn(pieces: readonly Piece[], index: number, none: number): number {
  let left = index;
  for (const piece of pieces) {
    if (left < piece.text.length) return piece.from + left;
    left -= piece.text.length;
  }
  const last = pieces.at(-1);
  return last === undefined ? none : last.from + last.text.length + left;
}

