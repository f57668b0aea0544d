/** .env. Its meaning: variable → value as Docker Compose reads it (dotenv-read.ts); of doubles the last one counts. */
import type { Format, Keys, Refusal, Splice } from '../types.ts';
import { readDotenv, type DotenvEntry } from './dotenv-read.ts';
import { lineAtEnd, nextLine } from './lines.ts';
import { pathText, secretText } from './model.ts';
import { isRefusal, refuse } from './refusal.ts';

export { readDotenv, type DotenvEntry } from './dotenv-read.ts';

export const dotenv: Format = {
  id: 'dotenv',

  parse(text) {
    const entries = readDotenv(text);
    return isRefusal(entries) ? entries : { model: Object.fromEntries(entries.map(({ name, value }) => [name, value])) };
  },

  line(text, at) {
    const entries = readDotenv(text);
    return isRefusal(entries) ? undefined : find(entries, at)?.line;
  },

  splice(text, change) {
    const entries = readDotenv(text);
    if (isRefusal(entries)) return entries;
    const name = change.at[0];
    if (change.at.length !== 1 || typeof name !== 'string') return refuse(`A .env file holds variables, nothing deeper: ${pathText(change.at)}.`);
    const found = find(entries, change.at);
    if (change.do === 'set') {
      if (found !== undefined) return refuse(`${name} is there already.`, found.line);
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return refuse(`"${name}" is not a name that every reader of .env takes.`);
      const last = entries.at(-1);
      if (last?.name === '' && last.start === last.from) return refuse('The last line names a variable without a value and has no line end; give it one of the two.', last.line);
      const value = written(change.value);
      return typeof value !== 'string' ? value : [lineAtEnd(text, `${name}=${value}`)];
    }
    if (found?.value === undefined || found.value === null) return refuse(`${name} has no value here.`, found?.line);
    switch (change.do) {
      case 'append':
        return append(found, change.sep + change.value);
      case 'replace': {
        const value = written(change.value);
        return typeof value !== 'string' ? value : [{ at: found.from, cut: found.raw, put: value }];
      }
      case 'remove':
        return remove(text, entries, found);
      default:
        return refuse(`A .env file is not changed by "${change.do}".`, found.line);
    }
  },
};

function find(entries: readonly DotenvEntry[], at: Keys): DotenvEntry | undefined {
  return at.length === 1 ? byName(entries).get(String(at[0])) : undefined;
}

const named = new WeakMap<readonly DotenvEntry[], ReadonlyMap<string, DotenvEntry>>();
/** Of doubles the last one. Made once for a text: a file of n lines is asked for n names. */
function byName(entries: readonly DotenvEntry[]): ReadonlyMap<string, DotenvEntry> {
  const known = named.get(entries) ?? new Map(entries.map((entry) => [entry.name, entry]));
  named.set(entries, known);
  return known;
}

/**
 * The value so that Docker Compose reads it back: bare where every reader (shells, npm's dotenv) agrees on it, and where
 * it names another variable as `${NAME}`, which single quotes would keep from being filled in; else in single quotes,
 * else in double ones.
 */
function written(value: string | { readonly secret: string }): string | Refusal {
  const text = secretText(value);
  if (typeof value !== 'string' || /^(?:[A-Za-z0-9_.,:@%+/=-]|\$\{[A-Za-z_][A-Za-z0-9_]*\})*$/.test(text)) return text;
  if (/[\r\n]/.test(text)) return refuse('A value of several lines is not written to .env.');
  if (!text.includes("'") && !text.endsWith('\\')) return `'${text}'`;
  if (text.includes('$')) return refuse('A value with both \' and $ cannot be written so that every reader of .env takes it the same way.');
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

function append(found: DotenvEntry, more: string): Splice[] | Refusal {
  if (/["'\\$#\r\n]/.test(more)) return refuse(`"${more}" cannot be added to a value of .env as it is.`, found.line);
  const end = found.from + found.raw.length - found.quote.length;
  return [{ at: end, cut: '', put: more }];
}

function remove(text: string, entries: readonly DotenvEntry[], found: DotenvEntry): Splice[] | Refusal {
  const from = text.lastIndexOf('\n', found.start - 1) + 1;
  const to = nextLine(text, found.from + found.raw.length);
  if (entries.some(other => other !== found && other.start >= from && other.start < to)) return refuse(`${found.name} shares its line with another variable; remove it by hand.`, found.line);
  const start = from === 0 && text.startsWith('\uFEFF') ? 1 : from;
  return [{ at: start, cut: text.slice(start, to), put: '' }];
}
