/** One word of a shell script, with its place in the text; `op` is a control operator instead. */
export interface ShellWord {
  readonly text: string;
  /** UTF-16 offset of its first character (a quote, where it is quoted). */
  readonly at: number;
  readonly end: number;
  readonly op: boolean;
  /** Offset of the inner text where the whole word is one quoted string. */
  readonly inner?: number;
}

/**
 * Splits a shell script into words and operators, with offsets. Knows quotes, backslashes, line continuations and
 * comments; expands nothing.
 */
export function shellWords(script: string): readonly ShellWord[] {
  const words: ShellWord[] = [];
  let i = 0;
  while (i < script.length) {
    const rest = script.slice(i, i + 3);
    const blank = /^(?:[ \t\r]|\\\r?\n)/.exec(rest)?.[0];
    if (blank !== undefined) {
      i += blank.length;
      continue;
    }
    if (rest.startsWith('#')) {
      const line = script.indexOf('\n', i);
      i = line < 0 ? script.length : line;
      continue;
    }
    const op = /^(?:&&|\|\||;;|[;|&()\n])/.exec(rest)?.[0];
    if (op !== undefined) {
      words.push({ text: op, at: i, end: i + op.length, op: true });
      i += op.length;
      continue;
    }
    const word = readWord(script, i);
    words.push(word);
    i = word.end;
  }
  return words;
}

function readWord(script: string, at: number): ShellWord {
  let text = '';
  let i = at;
  let quotedOnly = 0;
  while (i < script.length && !/[\s;|&()]/.test(script[i] ?? '')) {
    const char = script[i] ?? '';
    if (char === "'" || char === '"') {
      const start = i;
      i += 1;
      while (i < script.length && script[i] !== char) {
        if (char === '"' && script[i] === '\\' && i + 1 < script.length) i += 1;
        text += script[i] ?? '';
        i += 1;
      }
      i += 1;
      if (start === at) quotedOnly = i;
    } else if (char === '\\' && i + 1 < script.length) {
      if (/^\\\r?\n/.test(script.slice(i, i + 3))) break;
      text += script[i + 1] ?? '';
      i += 2;
    } else {
      text += char;
      i += 1;
    }
  }
  const end = Math.min(Math.max(i, at + 1), script.length);
  return quotedOnly === i && i > at ? { text, at, end, op: false, inner: at + 1 } : { text, at, end, op: false };
}

/** The simple commands of a script: the words between its operators. */
export function commandsOf(script: string): readonly (readonly ShellWord[])[] {
  const commands: ShellWord[][] = [[]];
  for (const word of shellWords(script)) {
    if (word.op) commands.push([]);
    else commands.at(-1)?.push(word);
  }
  return commands.filter((words) => words.length > 0);
}
