/** What one regular expression cannot do in linear time, or not safely. `.config/regexes.mjs` holds every expression to linear time. */

/** What says whether a text is meant: a RegExp without flags is one. */
export interface Pattern {
  /** To name it by. */
  readonly source: string;
  readonly test: (text: string) => boolean;
}

/** A text for `new RegExp`, in which it stands for itself. */
export const escapeForRegExp = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);

/** The same for a name in code, a variable, a module, a package: letters, digits and `_.$-`. Any other text is nowhere. */
export const nameForRegExp = (name: string): string => (/^[\w.$-]+$/.test(name) ? escapeForRegExp(name) : '(?!)');

const LINE = /[\n\r\u2028\u2029]/;

/** `a.*b`, or `a[^;]*b` with `between` /;/: on one line all of these, each behind the one before. Each `part` has the flag g. */
export const inOrder = (parts: readonly RegExp[], between: RegExp = LINE): Pattern => ({
  source: parts.map(({ source }) => source).join(' … '),
  test: (text) => text.split(between).some((piece) => {
    let from = 0;
    return parts.every((part) => {
      part.lastIndex = from;
      const found = part.test(piece);
      from = part.lastIndex;
      part.lastIndex = 0;
      return found;
    });
  }),
});

/** `a|b`. */
export const either = (...patterns: readonly Pattern[]): Pattern => ({ source: patterns.map(({ source }) => source).join('|'), test: (text) => patterns.some((one) => one.test(text)) });

/** A text without these characters at its end: `/[x]+$/` would try from each x. */
export function withoutEnd(text: string, characters: string | RegExp): string {
  const isOne = (one: string): boolean => (typeof characters === 'string' ? characters.includes(one) : characters.test(one));
  let end = text.length;
  while (end > 0) {
    const pair = end > 1 && (text.codePointAt(end - 2) ?? 0) > 0xffff;
    const from = pair ? end - 2 : end - 1;
    if (!isOne(text.slice(from, end))) break;
    end = from;
  }
  return text.slice(0, end);
}
