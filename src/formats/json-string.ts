/**
 * Where in a JSON file the character `index` of a string's value stands. `quote` is the offset of its opening quote,
 * `index` may be the length of the value: the closing quote. An escape (`\n`, `\u0041`) is one character of the value.
 */
export function stringOffset(text: string, quote: number, index: number): number {
  let at = quote + 1;
  for (let i = 0; i < index; i += 1) at += text[at] !== '\\' ? 1 : text[at + 1] === 'u' ? 6 : 2;
  return at;
}
