/** One logical line of Python: brackets, backslashes and triple quotes joined, comments gone. */
export interface LogicalLine {
  /** 1-based line where it begins. */
  readonly line: number;
  readonly indent: number;
  /** Strings emptied ("" instead of "text"): what is code. */
  readonly code: string;
  /** Strings kept. */
  readonly text: string;
  /** Inside `if __name__ == "__main__":`, so only there when the file itself is run. */
  readonly main: boolean;
}

const STRING = /^(?:[rbuft]{0,2})("""|'''|"|')/i;

/** Splits Python source into logical lines. Never throws: an unclosed string or bracket ends with the file. */
export function logicalLines(source: string): readonly LogicalLine[] {
  const lines: LogicalLine[] = [];
  let mainIndent: number | undefined;
  let code = '';
  let text = '';
  let depth = 0;
  let number = 1;
  let begun = 1;
  const flush = (): void => {
    if (code.trim() !== '') {
      const indent = /^[ \t]*/.exec(code)?.[0].length ?? 0;
      if (mainIndent !== undefined && indent <= mainIndent) mainIndent = undefined;
      lines.push({ line: begun, indent, code: code.trim(), text: text.trim(), main: mainIndent !== undefined });
      if (/^if\s*(?:\(\s*)?__name__\s*==/.test(code.trim())) mainIndent ??= indent;
    }
    code = '';
    text = '';
  };
  let i = source.codePointAt(0) === 0xfeff ? 1 : 0;
  while (i < source.length) {
    const char = source[i] ?? '';
    if (code.trim() === '') begun = number;
    if (char === '#') {
      while (i < source.length && source[i] !== '\n') i += 1;
      continue;
    }
    const quote = /[\w]/.test(source[i - 1] ?? '') ? undefined : STRING.exec(source.slice(i, i + 5));
    const opening = quote ?? (char === '"' || char === "'" ? STRING.exec(source.slice(i, i + 3)) : undefined);
    if (opening?.[1] !== undefined) {
      const end = stringEnd(source, i + opening[0].length, opening[1]);
      const whole = source.slice(i, end);
      code += '""';
      text += whole;
      number += whole.split('\n').length - 1;
      i = end;
      continue;
    }
    if (char === '\\' && /^\\\r?\n/.test(source.slice(i, i + 3))) {
      i = source.indexOf('\n', i) + 1;
      number += 1;
      continue;
    }
    if (char === '\n') {
      number += 1;
      if (depth === 0) flush();
      else {
        code += ' ';
        text += ' ';
      }
    } else {
      if ('([{'.includes(char)) depth += 1;
      else if (')]}'.includes(char)) depth = Math.max(0, depth - 1);
      if (char === ';' && depth === 0) flush();
      else if (char !== '\r') {
        code += char;
        text += char;
      }
    }
    i += 1;
  }
  flush();
  return lines;
}

function stringEnd(source: string, from: number, quote: string): number {
  let i = from;
  while (i < source.length) {
    if (source[i] === '\\') i += 2;
    else if (source.startsWith(quote, i)) return i + quote.length;
    else if (quote.length === 1 && source[i] === '\n') return i;
    else i += 1;
  }
  return source.length;
}

/** The modules that a logical line imports: 'from a.b import c' → a.b and a.b.c (c may be a module); relative ones begin with dots. */
export function importsOf(line: LogicalLine): readonly string[] {
  const from = /^from\s+([\w.]+)\s+import\s+(\S.*)$/.exec(line.code);
  if (from?.[1] !== undefined && from[2] !== undefined) {
    const base = from[1];
    const names = from[2].replaceAll(/[()]/g, ' ').split(',').map((part) => part.trim().split(/\s/)[0] ?? '').filter((name) => /^\w+$/.test(name));
    return [base, ...names.map((name) => (base.endsWith('.') || base === '' ? `${base}${name}` : `${base}.${name}`))];
  }
  const plain = /^import\s+(\S.*)$/.exec(line.code);
  return (plain?.[1] ?? '').split(',').map((part) => part.trim().split(/\s/)[0] ?? '').filter((name) => /^[\w.]+$/.test(name));
}
