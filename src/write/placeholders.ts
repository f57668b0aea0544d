/**
 * Secrets in texts: everywhere but in the file itself a secret is `{{secret:NAME}}`. Here the name becomes the value
 * (for the one moment of writing) and a written value is recognised again without knowing it.
 */
import { PLACEHOLDER } from '../formats/apply.ts';
import { nameForRegExp } from '../patterns.ts';
import { EXIT, Stop } from '../stop.ts';
import type { Patch, Splice } from '../types.ts';

/** Names of the secrets that a text stands for. */
export function secretsIn(text: string): string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((m) => m[1] ?? ''))];
}

/** Names of the secrets that a patch writes. Only what it puts in counts: a user's own text may look like a placeholder. */
export function secretsOf(patch: Pick<Patch, 'splices' | 'kind'>): string[] {
  return patch.kind === 'edit' ? [...new Set(patch.splices.flatMap((s) => secretsIn(s.put)))] : [];
}

// What stays itself, unquoted, in every reader of .env files (compose-go, dotenv, shells).
const PLAIN = /^[A-Za-z0-9_.,:/@%+=~^-]+$/;

/**
 * The splices with values instead of names.
 * @throws Stop (4) where a value is not known or could not stand unquoted in a file.
 */
export function withValues(splices: readonly Splice[], secrets: ReadonlyMap<string, string>, file: string): Splice[] {
  const fill = (put: string): string =>
    put.replaceAll(PLACEHOLDER, (_, name: string) => {
      const value = secrets.get(name);
      if (value === undefined) throw new Stop(EXIT.refused, `${file} needs the value of ${name}, and it is not known here. Nothing was written.`, `Set ${name} and run the same command again.`);
      if (!PLAIN.test(value)) {
        throw new Stop(EXIT.refused, `The value of ${name} has characters that cannot be written to ${file} as they are. Nothing was written.`, `Check ${name}: a key is made of letters, digits and a few signs, without quotes or blanks.`);
      }
      return value;
    });
  return splices.map((s) => ({ ...s, put: fill(s.put) }));
}

/** Where `masked` ends in `text` if it begins at `at`, each placeholder being any value on that line; undefined = it is not there. */
export function endOf(masked: string, text: string, at: number): number | undefined {
  const [first = '', ...others] = masked.split(/\{\{secret:[A-Za-z_][A-Za-z0-9_]*\}\}/);
  if (!text.startsWith(first, at)) return undefined;
  return others.reduce<number | undefined>((from, part) => {
    if (from === undefined) return undefined;
    VALUE.lastIndex = from;
    const most = from + (VALUE.exec(text)?.[0].length ?? 0);
    // As long a value as can be.
    const start = text.lastIndexOf(part, most);
    return start < from ? undefined : start + part.length;
  }, at + first.length);
}

/** Is `text` what `masked` stands for? */
export function matches(text: string, masked: string): boolean {
  // Part by part: a pattern of a whole file may be too large, and an error about it would repeat what is in the file.
  const [first = '', ...others] = masked.split(/\{\{secret:[A-Za-z_][A-Za-z0-9_]*\}\}/);
  if (others.length === 0) return masked === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const [i, part] of others.entries()) {
    VALUE.lastIndex = at;
    const end = at + (VALUE.exec(text)?.[0].length ?? 0);
    const start = i === others.length - 1 ? text.length - part.length : part === '' ? end : text.indexOf(part, at);
    if (start < at || start > end || !text.startsWith(part, start)) return false;
    at = start + part.length;
  }
  return at === text.length;
}

/** What may stand where a placeholder does. */
const VALUE = /[^\s'"]*/uy;

/** The text with the values of these names taken out, wherever a line sets one of them. */
export function maskLines(text: string, names: readonly string[]): string {
  if (names.length === 0) return text;
  const line = new RegExp(`^([ \\t]*(?:export[ \\t]+)?(${names.map(nameForRegExp).join('|')})[ \\t]*=[ \\t]*)[^\\r\\n]*`, 'gmu');
  return text.replaceAll(line, (_, start: string, name: string) => `${start}{{secret:${name}}}`);
}
