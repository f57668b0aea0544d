/** The small languages inside of Dockerfile instructions: words with quotes, `$VAR`, ENV pairs, flags. BuildKit: shell/lex.go. */

/** What variables may add to one text; more is left as it is written. */
const MOST_ADDED = 128 * 1024;

/** Replaces $NAME, ${NAME}, ${NAME:-default} and ${NAME:+other}; a name without a value is left as it is written. */
export function expand(text: string, values: ReadonlyMap<string, string>): string {
  let added = 0;
  // Behind the last brace none closes: without this, each `${` would look for one.
  const closed = text.lastIndexOf('}') + 1;
  const filled = text.slice(0, closed).replaceAll(/\\\$|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?([-+])([^}]*))?(?:\}|$))/g, (match, bare?: string, braced?: string, operator?: string, other?: string) => {
    if (match === '\\$') return '$';
    const value = values.get(bare ?? braced ?? '');
    const given = valueFor(value, operator, other ?? '', values) ?? match;
    added += given.length;
    return added > MOST_ADDED ? match : given;
  });
  return filled + text.slice(closed).replaceAll(/\\\$|\$([A-Za-z_]\w*)/g, (match, bare?: string) => (match === '\\$' ? '$' : values.get(bare ?? '') ?? match));
}

function valueFor(value: string | undefined, operator: string | undefined, other: string, values: ReadonlyMap<string, string>): string | undefined {
  const blank = value === undefined || value === '';
  if (operator === '+') return blank ? '' : expand(other, values);
  return operator === '-' && blank ? expand(other, values) : value;
}

/** Blank-separated words; quotes and backslashes are taken off. */
export function dockerWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] ?? '';
    if (quote === '' && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
      word ??= '';
    } else if (char === quote) quote = '';
    else if (char === '\\' && quote !== "'" && i + 1 < text.length && (quote === '' || '"\\$'.includes(text[i + 1] ?? ''))) {
      // `\$` stays escaped until variables are filled in.
      word = (word ?? '') + (text[i + 1] === '$' ? '\\$' : (text[i + 1] ?? ''));
      i += 1;
    } else word = (word ?? '') + char;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** `A=1 B="x y"`, or the old `A some text`. */
export function pairs(text: string): readonly (readonly [name: string, value: string])[] {
  const words = dockerWords(text);
  if (!(words[0] ?? '').includes('=')) {
    const found = /^(\S+)\s+([\s\S]*)$/.exec(text.trim());
    return found === null ? [] : [[found[1] ?? '', found[2] ?? '']];
  }
  return words.flatMap(word => {
    const cut = word.indexOf('=');
    return cut < 1 ? [] : [[word.slice(0, cut), word.slice(cut + 1)] as const];
  });
}

export interface Flagged {
  readonly flags: Readonly<Record<string, string>>;
  readonly rest: string;
}

/** `--from=builder --chown=a:b src dst` → flags and the rest. */
export function flagged(text: string): Flagged {
  const flags: Record<string, string> = {};
  let rest = text;
  for (;;) {
    const found = /^\s*--([a-z-]+)(?:=("[^"]*"|\S*))?(?:\s+|$)/.exec(rest);
    if (found === null) return { flags, rest: rest.trimStart() };
    flags[found[1] ?? ''] = (found[2] ?? 'true').replace(/^"(.*)"$/, '$1');
    rest = rest.slice(found[0].length);
  }
}
