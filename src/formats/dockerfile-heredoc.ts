/** Which here-documents follow an instruction of a Dockerfile (BuildKit: heredocsFromLine, heredocFromMatch). */
import { withoutEnd } from '../patterns.ts';
export interface Heredoc {
  readonly name: string;
  /** Is this line (without its line end) the one that ends it? */
  endsAt(line: string): boolean;
}

/** The here-documents that `keyword args` opens, in order; only RUN, COPY and ADD have them, also behind ONBUILD. */
export function heredocsOf(keyword: string, args: string): Heredoc[] {
  if (!args.includes('<<')) return [];
  if (keyword === 'ONBUILD') {
    const [, inner = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(args) ?? [];
    return inner.toUpperCase() === 'ONBUILD' ? [] : heredocsOf(inner.toUpperCase(), rest);
  }
  if (!['ADD', 'COPY', 'RUN'].includes(keyword)) return [];
  return shellWords(args).flatMap(word => {
    const [, dash = '', rest = ''] = /^\d*<<(-?)([^<]+)$/.exec(word) ?? [];
    const name = rest.replace(/\\(.)|["']/gs, '$1');
    if (name === '') return [];
    return [{ name, endsAt: line => name === withoutEnd(dash === '-' ? line.replace(/^\t+/, '') : line, '\r') }];
  });
}

/** Words between blanks that are not quoted; quotes and backslashes stay. An open quote: no words, as in BuildKit. */
function shellWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (quote === '' && /\s/.test(char)) {
      if (word !== '') words.push(word);
      word = '';
      continue;
    }
    word += char;
    if (char === '\\' && quote !== "'") {
      i += 1;
      word += text.charAt(i);
    } else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = '';
  }
  if (word !== '') words.push(word);
  return quote === '' ? words : [];
}
