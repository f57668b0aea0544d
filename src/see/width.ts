/** Columns that a text takes in a terminal: 2 for East Asian wide characters and emoji, 0 for combining marks. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += /\p{Mark}|\u200d/u.test(character) ? 0 : /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}|[\uff01-\uff60]/u.test(character) ? 2 : 1;
  return columns;
}

/** Cuts a text to that many columns; '…' stands for what was cut off. */
export function fit(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let out = '';
  for (const character of text) {
    if (columnsOf(out + character) > columns - 1) break;
    out += character;
  }
  return columns < 1 ? '' : `${out}…`;
}

/** Filled up with blanks, or cut, to exactly that many columns. */
export function pad(text: string, columns: number): string {
  const cut = fit(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - columnsOf(cut)));
}
