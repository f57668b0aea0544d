/**
 * A child that tries expressions on hostile texts. Standard input: JSON [{at, source, flags}]. Before each expression a line
 * '? at source', so that one that never ends is known; '! at source: milliseconds of text' for each that is not linear.
 */
import { readFileSync, writeSync } from 'node:fs';

const LENGTH = 6_000;
/** Linear ones take a thousandth of it; quadratic ones of this length a tenth, and no text of a line is longer; worse ones never end. */
const LIMIT_MS = 1_000;

const expressions = JSON.parse(readFileSync(0, 'utf8'));
const PUMPS = [' ', '\t', 'a', 'A', '0', '_', '-', '.', '/', ':', '=', ',', '"', "'", '\\', '(', ')', '[', '{', '$', '#', '@', '<', '\n', ' \n', 'a ', 'a,', 'a=', 'a.', 'a/', 'a:', 'a-', '"a', '${', 'a = ', '\\"', 'a(', '- ', 'A_', '0.', '://', 'a: '];
/** Words that the expression itself names: what gets it to start. */
function words(source) {
  const plain = source.replace(/\\[bBsSwWdD]|\\p\{[^}]*\}|\(\?[:=!<]*|\{\d+,?\d*\}/g, '\uE000').replace(/\[[^\]]*\]/g, '\uE000').replace(/\\(.)/g, '$1');
  return [...new Set(plain.split(/[\uE000|()?*+^$.]+/).filter((word) => word.length > 1))].slice(0, 24);
}
for (const { at, source, flags } of expressions) {
  const expression = new RegExp(source, flags);
  const own = words(source);
  const texts = [
    ...PUMPS.map((pump) => [pump, pump.repeat(LENGTH / pump.length)]),
    ...own.map((word) => [word, word.repeat(LENGTH / word.length)]),
    ...own.flatMap((word) => [' ', 'a', '"', '=', '/', '0', '.', ','].map((pump) => [`${word} and ${JSON.stringify(pump)}`, word + pump.repeat(LENGTH)])),
    ...own.map((word) => [`${word}, blank`, `${word} `.repeat(LENGTH / (word.length + 1))]),
  ];
  writeSync(1, `? ${at} /${source}/${flags}\n`);
  for (const [name, text] of texts) {
    expression.lastIndex = 0;
    const began = performance.now();
    if (flags.includes('g')) for (const found of text.matchAll(expression)) if (found.index > LENGTH) break;
    expression.lastIndex = 0;
    expression.test(`${text}\u0001`);
    const took = performance.now() - began;
    if (took > LIMIT_MS) {
      writeSync(1, `! ${at} /${source}/${flags}: ${Math.round(took)} ms of ${JSON.stringify(name.slice(0, 60))}\n`);
      break;
    }
  }
}
writeSync(1, 'done\n');
