/** Whether a word was made by a machine, not by a person: what keys look like. Pure. */

/** Bits for each sign: 0 for "aaaa", 4 at most for hexadecimal digits, about 5 for 40 random letters and digits. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Shorter ones cannot be told from names. */
export const SHORTEST_RANDOM = 16;
const LONGEST_LOOKED_AT = 64;
const SIGNS = ' 0abcdefghijklmnopqrstuvwxyz';
/** How often one sign follows another in what people write, 0 to 9: a row for each of SIGNS (`node .config/letter-pairs.mjs`). */
const PAIRS = [
  '0054655443522444450565333001 8844333300100100020120010000 4004540140301655040657311230',
  '5361206000650700610440600040 5260206006305500700526400010 8250037000600300500230400020',
  '7140551320000446022665021420 6350116500800402600534400030 8130008024500425220443300000',
  '7170007001500120600325300010 3042444340000547630356030204 5240008000201000420080401000',
  '8040008020500103210051200000 6061047000601500610034520030 6074008000500240660030300000',
  '7050555360402112510067320000 5023450220113557350744534100 6170027002400500640636400000',
  '5200000000000100001200901000 7060337020602233600455320030 8130406104501001440057400030',
  '8150307004600000510543300040 3244336330400656150656000000 4380008020600000300000000000',
  '7170016004700205600551000000 8420405000400010170007000130 9112002000200445270042003000',
  '5350009000400100700030000033',
].join(' ').split(' ');

/** 0 to 9: how much a word's letters follow each other as people's do. Names have 4.5 to 7, random letters and digits 1 to 4.3. */
function fluency(word: string): number {
  const text = ` ${word.replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ').replace(/\d/g, '0').toLowerCase()} `;
  let sum = 0;
  for (let i = 1; i < text.length; i += 1) sum += Number(PAIRS[SIGNS.indexOf(text[i - 1] ?? '')]?.[SIGNS.indexOf(text[i] ?? '')] ?? 0);
  return sum / (text.length - 1);
}

/**
 * @param word letters and digits, no other sign.
 * @returns true for one of at least 16 signs that no person would write: of 21,000 words in the packages that are
 * installed here none but real keys and digests; of random ones of 22 letters and digits 98 in 100, of 32 nearly all.
 */
export function looksRandom(word: string): boolean {
  if (word.length < SHORTEST_RANDOM || !/[A-Za-z]/.test(word)) return false;
  const start = word.slice(0, LONGEST_LOOKED_AT);
  if (entropy(start) < 2.6) return false;
  const groups = (start.match(/\d+/g) ?? []).length;
  if (groups >= 4 && /^(?:[0-9a-f]+|[0-9A-F]+)$/.test(start)) return true;
  if (groups === 0 && !/[a-z][A-Z]/.test(start)) return false;
  return fluency(start) < (groups >= 2 ? 4.6 : groups === 1 ? 4.3 : 3.8);
}
