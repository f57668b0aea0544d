/**
 * `.env` and `env_file` as Compose reads them. The rules are those of compose-go's dotenv/parser.go, which differ from
 * npm's dotenv: `$VAR` is filled in (not in single quotes), `A: b` works, a bare name is passed through, errors stop Compose.
 */
import { withoutEnd } from '../../patterns.ts';
import { interpolate, type Lookup } from './interpolate.ts';

export interface EnvLine {
  readonly name: string;
  /** As written between the quotes, if any; null = a bare name, passed through. */
  readonly raw: string | null;
  readonly value: string;
  readonly blank: readonly string[];
  /** 1-based, of the name. */
  readonly line: number;
}
export interface EnvFile {
  /** In order; a name may come twice: the last one counts. A bare name that is not set is not listed. */
  readonly vars: readonly EnvLine[];
  /** Compose stops here; what stands above it was read. Says nothing of a value: it may be a secret. */
  readonly error?: { readonly line: number; readonly says: string; /** Only we stop here: it is longer than we read. */ readonly ours?: true };
}

const TOO_LONG = 'the values are longer than otel-setup reads';
/** Of all values together, in characters: values that double each other must end somewhere. */
const MOST_TEXT = 16 * 1024 * 1024;

/**
 * Reads a file's text. `lookup` gives the project's variables, which come before those of the file (`before` =
 * what earlier files of the same list set, and this file's own lines above).
 */
export function readEnvFile(text: string, lookup: Lookup, before: ReadonlyMap<string, string> = new Map()): EnvFile {
  const source = text.replace(/^\uFEFF/, '');
  const own = new Map(before);
  const vars: EnvLine[] = [];
  const lineOf = lineCounter(source);
  const get: Lookup = name => lookup(name) ?? own.get(name);
  let at = 0;
  let length = 0;
  for (;;) {
    at = statementStart(source, at);
    if (at >= source.length) return { vars };
    const line = lineOf(at);
    const key = keyAt(source, at);
    if ('says' in key) return { vars, error: { line, says: key.says } };
    if (key.bare) {
      const value = lookup(key.name);
      if (value !== undefined) {
        vars.push({ name: key.name, raw: null, value, blank: [], line });
        own.set(key.name, value);
      }
      at = key.end;
      continue;
    }
    const given = valueAt(source, key.end, get);
    if ('says' in given) return { vars, error: { line, ...given } };
    length += given.value.length;
    if (length > MOST_TEXT) return { vars, error: { line, says: TOO_LONG, ours: true } };
    vars.push({ name: key.name, raw: given.raw, value: given.value, blank: given.blank, line });
    own.set(key.name, given.value);
    at = given.end;
  }
}

/** `format: raw` of an env_file: the lines of `docker run --env-file`, nothing unquoted or filled in. */
export function readRawEnvFile(text: string, lookup: Lookup): EnvFile {
  const vars: EnvLine[] = [];
  for (const [index, full] of text.replace(/^\uFEFF/, '').split(/\r?\n/).entries()) {
    const line = full.trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const [name = '', ...rest] = line.split('=');
    if (name === '' || /\s/.test(name)) return { vars, error: { line: index + 1, says: `"${name}" is not a variable name` } };
    const raw = rest.length === 0 ? null : rest.join('=');
    const value = raw ?? lookup(name);
    if (value !== undefined) vars.push({ name, raw, value, blank: [], line: index + 1 });
  }
  return { vars };
}

// unicode.IsSpace of Go; the tabs and blanks between `=` and the value are the same without the line feed.
const SPACE = /[\t\n\v\f\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/;
const BLANK = /[\t\v\f\r \u0085\u00A0]/;

function statementStart(source: string, from: number): number {
  let at = from;
  for (;;) {
    while (at < source.length && SPACE.test(source[at] ?? '')) at += 1;
    if (source[at] !== '#') return at;
    const end = source.indexOf('\n', at);
    if (end < 0) return source.length;
    at = end;
  }
}

type Key = { readonly name: string; readonly bare: boolean; readonly end: number } | { readonly says: string };

function keyAt(source: string, start: number): Key {
  const exported = /^export[\t\n\f\r ]+/.exec(source.slice(start, start + 4096));
  let from = start;
  if (exported !== null) {
    from += 'export'.length;
    while (BLANK.test(source[from] ?? '')) from += 1;
  }
  let at = from;
  for (; at < source.length; at += 1) {
    const char = String.fromCodePoint(source.codePointAt(at) ?? 0);
    if (char === '=' || char === ':' || char === '\n') break;
    if (BLANK.test(char) || '_.-[]'.includes(char)) continue;
    if (!/[\p{L}\p{N}]/u.test(char)) return { says: `unexpected character "${char}" in a variable name` };
    at += char.length - 1;
  }
  // A last line without `=` and without a line end has no name for compose-go: the rest of the file is dropped.
  const closed = at < source.length;
  const name = closed ? withoutEnd(source.slice(from, at), /[\s\u0085]/) : '';
  if (name.includes(' ')) return { says: 'the name of a variable contains a blank' };
  let end = closed ? at + 1 : from;
  while (end < source.length && BLANK.test(source[end] ?? '')) end += 1;
  return { name, bare: closed && source[at] === '\n', end };
}

type Value = { readonly raw: string; readonly value: string; readonly blank: readonly string[]; readonly end: number } | { readonly says: string; readonly ours?: true };

function valueAt(source: string, from: number, lookup: Lookup): Value {
  const quote = source[from];
  if (quote !== '"' && quote !== "'") {
    const lineEnd = source.indexOf('\n', from);
    const line = source.slice(from, lineEnd < 0 ? source.length : lineEnd);
    const raw = withoutEnd(line.split(' #')[0] ?? '', /[\s\u0085]/);
    return { ...filled(raw, raw, lookup), end: lineEnd < 0 ? source.length : lineEnd + 1 };
  }
  let inner = '';
  for (let at = from + 1; at < source.length; at += 1) {
    const char = source[at] ?? '';
    if (char === '\\' && at + 1 < source.length) {
      const next = source[at + 1] ?? '';
      // The quote itself loses its backslash here; every other escape is looked at below.
      inner += next === quote ? next : char + next;
      at += 1;
    } else if (char === quote) {
      const raw = source.slice(from + 1, at);
      return quote === "'" ? { raw, value: inner, blank: [], end: at + 1 } : { ...filled(raw, unescape(inner), lookup), end: at + 1 };
    } else inner += char;
  }
  return { says: 'unterminated quoted value' };
}

function filled(raw: string, text: string, lookup: Lookup): { raw: string; value: string; blank: readonly string[] } | { says: string; ours?: true } {
  const { value, blank, error } = interpolate(text, lookup);
  if (error?.is === 'invalid') return error.ours === true ? { says: TOO_LONG, ours: true } : { says: 'invalid use of $' };
  if (error !== undefined) return { says: `required variable ${error.name} has no value: ${error.message}` };
  return { raw, value, blank };
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '"': '"', '\\': '\\', $: '$$' };

/** Of Go's escapes only those that compose-go names; `\c` and short octals are none in Go and stay. */
function unescape(text: string): string {
  return text.replaceAll(/\\(?:([abcfnrtv$"\\])|0(\d{0,3}))/g, (match, char: string | undefined, octal: string | undefined) => {
    if (char !== undefined) return ESCAPES[char] ?? match;
    const code = /^[0-7]{3}$/.test(octal ?? '') ? Number.parseInt(octal ?? '', 8) : 256;
    return code < 256 ? String.fromCharCode(code) : match;
  });
}

function lineCounter(source: string): (at: number) => number {
  let line = 1;
  let last = 0;
  return at => {
    for (; last < at; last += 1) if (source[last] === '\n') line += 1;
    return line;
  };
}
