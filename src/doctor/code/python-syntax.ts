/**
 * What of a Python file can be proven wrong without a Python: brackets, strings, indentation, the colon of a block, and
 * lines of a shell. The rules are those of docs.python.org/3/reference/lexical_analysis; what is not certain is not said.
 */
export interface SyntaxFault {
  /** 1-based. */
  readonly line: number;
  /** What Python itself says: 'unexpected indent'. */
  readonly says: string;
}

interface Statement {
  readonly line: number;
  readonly indent: string;
  /** Strings are "", comments are gone, brackets are joined. */
  readonly code: string;
  /** The same with what stands in brackets left out. */
  readonly outer: string;
}

const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };
/** Keywords that are never anything but the beginning of a block. */
const BLOCK = /^(?:async\s+def|async\s+for|async\s+with|def|class|if|elif|else|for|while|with|try|except|finally)\b/;
/** Commands that are pasted into a file by mistake: two words beside each other are no Python. */
const SHELL = /^(?:export|pip3?|gp|npm|yarn|sudo|docker|cd|mkdir|apt|apt-get|git|touch)\s+[A-Za-z./@-]/;

/** The first thing that Python cannot read; undefined = nothing that can be proven. */
export function pythonFault(text: string): SyntaxFault | undefined {
  const read = statementsOf(text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'));
  if ('says' in read) return read;
  return indentationFault(read) ?? lineFault(read) ?? clauseFault(read);
}

/** Statements, or the first bracket or string that is not closed. */
function statementsOf(text: string): readonly Statement[] | SyntaxFault {
  const statements: Statement[] = [];
  const open: { readonly char: string; readonly line: number }[] = [];
  let line = 1;
  let begun = 1;
  let code = '';
  let outer = '';
  let indent: string | undefined;
  const flush = (): void => {
    if (code.trim() !== '') statements.push({ line: begun, indent: indent ?? '', code: code.trim(), outer: outer.trim() });
    code = '';
    outer = '';
    indent = undefined;
  };
  for (let i = 0; i < text.length; ) {
    const char = text[i] ?? '';
    if (indent === undefined) {
      const blank = /^[ \t\f]*/.exec(text.slice(i, i + 400))?.[0] ?? '';
      indent = blank;
      begun = line;
      i += blank.length;
      continue;
    }
    if (char === '#') {
      while (i < text.length && text[i] !== '\n') i += 1;
      continue;
    }
    if (char === '\n') {
      line += 1;
      i += 1;
      if (open.length === 0) flush();
      else code += ' ';
      continue;
    }
    if (char === '\\' && text[i + 1] === '\n') {
      line += 1;
      i += 2;
      code += ' ';
      outer += ' ';
      continue;
    }
    const prefix = /^(?:[rbuft]{0,3})(?="|')/i.exec(text.slice(i, i + 4))?.[0];
    if (prefix !== undefined && (prefix === '' || !/\w/.test(text[i - 1] ?? ''))) {
      const end = stringEnd(text, i + prefix.length, /[ft]/i.test(prefix), /r/i.test(prefix));
      if (end === undefined) return { line, says: 'unterminated string literal' };
      line += text.slice(i, end).split('\n').length - 1;
      code += '""';
      if (open.length === 0) outer += '""';
      i = end;
      continue;
    }
    if ('([{'.includes(char)) open.push({ char, line });
    else if (')]}'.includes(char)) {
      const last = open.pop();
      if (last === undefined) return { line, says: `unmatched '${char}'` };
      if (last.char !== CLOSES[char]) return { line, says: `closing parenthesis '${char}' does not match opening parenthesis '${last.char}'${last.line === line ? '' : ` on line ${last.line}`}` };
    }
    if (open.length === 0 || (open.length === 1 && '([{'.includes(char))) outer += char;
    code += char;
    i += 1;
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) return { line: unclosed.line, says: `'${unclosed.char}' was never closed` };
  flush();
  return statements;
}

/** Behind the closing quote; undefined where the line ends first. In an f-string, what stands in braces may hold quotes of its own (Python 3.12). */
function stringEnd(text: string, from: number, formatted: boolean, raw: boolean): number | undefined {
  const triple = text.slice(from, from + 3);
  const quote = triple === '"""' || triple === "'''" ? triple : (text[from] ?? '');
  for (let i = from + quote.length; i < text.length; ) {
    if (text.startsWith(quote, i)) return i + quote.length;
    const char = text[i] ?? '';
    if (char === '\\' && formatted && text.startsWith('N{', i + 1) && !raw) i = Math.max(text.indexOf('}', i), i) + 1;
    else if (char === '\\') i += formatted && text[i + 1] === '{' ? 1 : 2;
    else if (char === '\n' && quote.length === 1) return undefined;
    else if (formatted && char === '{' && text[i + 1] === '{') i += 2;
    else if (formatted && char === '{') {
      const end = fieldEnd(text, i + 1, quote, raw);
      if (end === undefined) return undefined;
      i = end;
    } else i += 1;
  }
  return undefined;
}

/** Behind the '}' of a replacement field. */
function fieldEnd(text: string, from: number, quote: string, raw: boolean): number | undefined {
  let depth = 0;
  for (let i = from; i < text.length; ) {
    const char = text[i] ?? '';
    if (depth === 0 && char === '}') return i + 1;
    if (depth === 0 && char === ':') return formatEnd(text, i + 1, quote, raw);
    if ('([{'.includes(char)) depth += 1;
    else if (')]}'.includes(char)) depth -= 1;
    else if (char === '"' || char === "'") {
      const end = stringEnd(text, i, /[ft]/i.test(text[i - 1] ?? ''), /r/i.test(text[i - 1] ?? ''));
      if (end === undefined) return undefined;
      i = end;
      continue;
    }
    i += 1;
  }
  return undefined;
}

/** A format ('>10', ':{width}') up to the field's end: anything but the string's own quote may stand in it. */
function formatEnd(text: string, from: number, quote: string, raw: boolean): number | undefined {
  for (let i = from; i < text.length; ) {
    const char = text[i] ?? '';
    if (char === '}') return i + 1;
    if (text.startsWith(quote, i) || (char === '\n' && quote.length === 1)) return undefined;
    if (char === '{') {
      const end = fieldEnd(text, i + 1, quote, raw);
      if (end === undefined) return undefined;
      i = end;
    } else i += 1;
  }
  return undefined;
}

function indentationFault(statements: readonly Statement[]): SyntaxFault | undefined {
  // A file that mixes tabs and blanks is measured by Python in two ways at once: nothing is said of it.
  if (statements.some(({ indent }) => indent.includes('\t')) && statements.some(({ indent }) => indent.includes(' '))) return undefined;
  const levels = [0];
  let before: Statement | undefined;
  for (const one of statements) {
    const width = one.indent.replaceAll('\f', '').length;
    const level = levels.at(-1) ?? 0;
    const opens = before?.outer.endsWith(':') === true;
    if (opens) {
      if (width <= level) return { line: one.line, says: `expected an indented block after line ${before?.line ?? 0}` };
      levels.push(width);
    } else if (width > level) return { line: one.line, says: 'unexpected indent' };
    else if (width < level) {
      while ((levels.at(-1) ?? 0) > width) levels.pop();
      if (levels.at(-1) !== width) return { line: one.line, says: 'unindent does not match any outer indentation level' };
    }
    before = one;
  }
  return before?.outer.endsWith(':') === true ? { line: before.line, says: `expected an indented block after line ${before.line}` } : undefined;
}

function lineFault(statements: readonly Statement[]): SyntaxFault | undefined {
  for (const { line, code, outer, indent } of statements) {
    if (indent === '' && /^return\b/.test(code)) return { line, says: "'return' outside function" };
    if (/^(?:<{7}|>{7}|={7})(?:\s|$)/.test(code)) return { line, says: 'a marker of a merge' };
    if (SHELL.test(code)) return { line, says: 'a command of a shell' };
    if (BLOCK.test(outer) && !outer.includes(':')) return { line, says: "expected ':'" };
  }
  return undefined;
}

/** What may stand in front of a clause, at the same indentation. */
const FOLLOWS: Readonly<Record<string, RegExp>> = { elif: /^(?:if|elif)$/, else: /^(?:if|elif|for|while|except)$/, except: /^(?:try|except)$/, finally: /^(?:try|except|else)$/ };

/** A clause without the statement that it belongs to, or a `try` without any: `finally:` that slipped out of its block. */
function clauseFault(statements: readonly Statement[]): SyntaxFault | undefined {
  if (statements.some(({ indent }) => indent.includes('\t'))) return undefined;
  /** Of each open indentation, the keyword of the last statement. */
  const open: { readonly width: number; keyword: string }[] = [];
  for (const { line, indent, code } of statements) {
    const width = indent.replaceAll('\f', '').length;
    while ((open.at(-1)?.width ?? -1) > width) open.pop();
    const level = open.at(-1)?.width === width ? open.at(-1) : undefined;
    const keyword = /^(?:async\s+)?([a-z]+)\b/.exec(code)?.[1] ?? '';
    const clause = /^(?:elif|else|except|finally)\b/.test(code) ? FOLLOWS[keyword] : undefined;
    if (clause !== undefined && !clause.test(level?.keyword ?? '')) return { line, says: 'invalid syntax' };
    if (level?.keyword === 'try' && clause === undefined) return { line, says: "expected 'except' or 'finally' block" };
    if (level === undefined) open.push({ width, keyword });
    else level.keyword = keyword;
  }
  return undefined;
}
