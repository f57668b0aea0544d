/**
 * Compose's splitting of a `command` or `entrypoint` that is one string: go-shellwords 1.0.12, no shell. It stops at an
 * unquoted `;`, `&`, `|`, `<` or `>` and drops the rest without a word.
 */
export interface Word {
  readonly text: string;
  /** Offset in the string of every UTF-16 unit of `text`. */
  readonly at: readonly number[];
  /** Where the word begins in the string, quotes included. */
  readonly start: number;
}

/** The words, or undefined where Compose refuses the string (open quote, bare parenthesis). */
export function splitWords(line: string): readonly Word[] | undefined {
  const words: Word[] = [];
  let text = '';
  let at: number[] = [];
  let start = -1;
  let got = false;
  let escaped = false;
  let quote: '"' | "'" | '`' | '$(' | undefined;
  const push = (char: string, offset: number): void => {
    if (start < 0) start = offset;
    text += char;
    for (let unit = 0; unit < char.length; unit += 1) at.push(offset + unit);
    got = true;
  };
  const end = (): void => {
    if (got) words.push({ text, at, start });
    text = '';
    at = [];
    start = -1;
    got = false;
  };
  for (let i = 0; i < line.length; i += 1) {
    const char = line[i] ?? '';
    if (escaped) {
      push(char === 't' ? '\t' : char === 'n' ? '\n' : char, i);
      escaped = false;
      continue;
    }
    if (char === '\\') {
      if (quote === "'") push(char, i);
      else {
        if (start < 0) start = i;
        escaped = true;
      }
      continue;
    }
    if (' \t\r\n'.includes(char)) {
      if (quote !== undefined) push(char, i);
      else end();
      continue;
    }
    if (char === '"' || char === "'") {
      if (quote === undefined || quote === char) {
        if (start < 0) start = i;
        got ||= quote === char;
        quote = quote === char ? undefined : char;
        continue;
      }
    } else if (char === '`') {
      if (quote === undefined || quote === '`') quote = quote === '`' ? undefined : '`';
    } else if (char === '(' && (quote === undefined || quote === '$(')) {
      if (quote === '$(' || !text.endsWith('$')) return undefined;
      quote = '$(';
      push(char, i);
      continue;
    } else if (char === ')' && (quote === undefined || quote === '$(')) {
      quote = quote === '$(' ? undefined : '$(';
    } else if (';&|<>'.includes(char) && quote === undefined) {
      // `2>` belongs to what follows: the digit is dropped with it.
      if (char === '>' && /^\d/.test(text)) got = false;
      end();
      return words;
    }
    push(char, i);
  }
  if (escaped || quote !== undefined) return undefined;
  end();
  return words;
}
