// `node .config/letter-pairs.mjs`: prints the table of src/ui/random-looking.ts, counted over the words of the packages
// that are installed here: how often one letter follows another in what people write, from 0 (hardly ever) to 9.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const SIGNS = ' 0abcdefghijklmnopqrstuvwxyz';
const counts = Array.from(SIGNS, () => Array.from(SIGNS, () => 0.5));
const words = new Set();
for (const entry of readdirSync('node_modules', { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(?:d\.ts|md|ts|mjs|js)$/.test(entry.name) || /\.min\./.test(entry.name)) continue;
  for (const line of readFileSync(join(entry.parentPath, entry.name), 'utf8').slice(0, 400_000).split('\n')) {
    if (line.length < 200) for (const [word] of line.matchAll(/[A-Za-z][A-Za-z0-9]{2,40}/g)) words.add(word);
  }
}
for (const word of words) {
  const text = ` ${word.replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, ' ').replace(/\d/g, '0').toLowerCase()} `;
  for (let i = 1; i < text.length; i += 1) counts[SIGNS.indexOf(text[i - 1])][SIGNS.indexOf(text[i])] += 1;
}
const of = SIGNS.length;
const sum = (row) => row.reduce((a, b) => a + b);
// How much likelier than by chance, in halves of a bit around 4.
const rows = counts.map((row, a) => row.map((n, b) => Math.max(0, Math.min(9, Math.round(4 + 1.2 * Math.log2((n / sum(row)) * of))))).join(''));
console.log(rows.map((row) => `  '${row}',`).join('\n'), words.size);
