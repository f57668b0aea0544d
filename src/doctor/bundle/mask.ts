/**
 * Secrets out of a bundle, without changing what the rules see: a secret becomes another text of the same length and the
 * same kinds of characters, the same one wherever it stands, so that shapes and comparisons hold in a replay. Pure.
 */
import { createHmac } from 'node:crypto';

import { escapeForRegExp } from '../../patterns.ts';
import { fingerprint, urlForm } from '../../ui/redact.ts';
import { looksRandom } from '../../ui/random-looking.ts';
import { secretSpans, type Span } from '../../ui/secret-shapes.ts';
import { LOCK_FILE, unknownSpans } from './unknown.ts';
import { wordsOf } from './words.ts';

/** What stands for a secret and is none: names of variables, masks, placeholders, words of a language. */
const NO_SECRET = /^\s*$|^\$\{?\w*\}?$|^<.*>$|your|example|placeholder|change_?me|x{5}|\*{3}|\.\.\.|…|^(?:true|false|none|null|nil|undefined|yes|no|on|off|default|latest|required|optional|string|str|number|boolean|bytes|self|this|await|async|return|new)$/i;
/** Words that everybody uses, and short ones, are masked where they stand behind a secret's name, and nowhere else. */
const WORD = /^[A-Za-z][a-z-]{0,11}$|^\d{1,5}$/;
const SHORTEST = 6;
/** Of so few different signs a text is full without meaning it. */
const FEWEST_SIGNS = 4;
/** A longer one is masked where it stands, and not looked for elsewhere; so are those beyond all that is kept in memory. */
const LONGEST = 4_096;
const LONGEST_IN_FORMS = 512;
const MOST_SIGNS = 1_500_000;
/** Code that gets a value from elsewhere. */
const CODE = /^(?:os\.|process\.|env\(|import\.|x-honeycomb|[\w.]{1,80}[([])/i;
/** In source code a value without quotes is a name, or an expression; in a file of data it is a value. */
const SOURCE = /\.(?:py|pyi|pyw|[cm]?[jt]sx?|vue|svelte|rb|go|java|kts?|scala|php|rs|exs?|cs|fs|vb|c|cc|cpp|h|swift|lua|pl)$|\(code\)$/i;
const NAME = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*[,;)\]}]{0,3}$/;
/** What is telemetry's own is kept as it is where it is no secret: that is what the rules look at. */
const OURS = /\b(?:OTEL|HONEYCOMB|HNY|OTLP|OTEP)_\w{1,80}["']?\s{0,8}[:=]\s{0,8}["']?$/;
const FINGERPRINT = /[^\s…]{0,3}… (\d{1,9}) characters, #([0-9a-f]{4})/g;

/** Where values of one kind were masked. */
export interface Masked {
  readonly kind: string;
  /** 'file:line', or what was found out; in the order of the bundle. */
  readonly places: readonly string[];
}
export interface Mask {
  /** Takes up what could be a secret in a text, so that it is masked in every other one. @param place the file it is, or what it belongs to. */
  learn(text: string, place?: string): void;
  /** The text without secrets. */
  mask(text: string, place?: string): string;
  /** A name or a path without what is known to be secret. */
  maskName(text: string): string;
  /** What was masked so far, the most frequent kind first; of a value that stands in many places the ones that gave it away. */
  masked(): readonly Masked[];
}
export interface Hidden {
  /** A user, a host, a folder: no secret, but nobody's business. */
  readonly kind: string;
  readonly value: string;
}

/**
 * @param secrets values that are known to be secret: the shell's, the stores', the containers'.
 * @param salt of this bundle alone, so that nobody can try out words against what stands for them.
 * @param hidden masked as whole words wherever they stand.
 * @param ordinary names that the rules look at (services, images): they are masked nowhere but where they stand as a secret.
 */
export function maskOf(secrets: Iterable<string>, salt: string, hidden: readonly Hidden[] = [], ordinary: ReadonlySet<string> = new Set()): Mask {
  const stands = new Map<string, string>();
  const words = wordsOf();
  /** Rules compare fingerprints: that of a secret becomes that of what stands for it. */
  const prints = new Map<string, string>();
  const told = new Map<string, Set<string>>();
  let signs = 0;
  const stand = (secret: string, made: string): void => {
    if (stands.has(secret) || secret.length > LONGEST || signs + secret.length > MOST_SIGNS) return;
    signs += secret.length;
    stands.set(secret, made);
    words.add(secret);
  };
  const take = (secret: string): void => {
    if (secret.length < SHORTEST || isWord(secret) || isPlaceholder(secret) || ordinary.has(secret) || stands.has(secret) || new Set(secret.slice(0, 200)).size < FEWEST_SIGNS) return;
    const made = alike(secret, salt);
    stand(secret, made);
    prints.set(fingerprint(secret), fingerprint(made));
    if (secret.length > LONGEST_IN_FORMS) return;
    const others = formsOf(made);
    formsOf(secret).forEach((form, i) => {
      if (form.length >= SHORTEST && form !== secret) stand(form, others[i] ?? '');
    });
  };
  const everywhere = (text: string): string => replaced(text, words.find(text).map(({ at, word, skip }) => ({ at, length: word.length - skip, put: (stands.get(word) ?? '').slice(skip) })));
  const inPlace = (text: string, place: string): string => {
    // Another program's password may be a word that stands all over: it goes where it is named.
    let end = 0;
    return replaced(text, found(text, place).toSorted((a, b) => a.at - b.at || b.text.length - a.text.length).flatMap(({ at, text: value, form }) => {
      const from = Math.max(at, end);
      // What is known stands the same everywhere; what is telemetry's own and a word stays.
      if (from >= at + value.length || stands.has(value) || (form !== 'shape' && isWord(value) && OURS.test(text.slice(Math.max(0, at - 100), at)))) return [];
      end = at + value.length;
      return [{ at: from, length: end - from, put: alike(value, salt).slice(from - at) }];
    }));
  };
  const print = (text: string): string => text.replace(FINGERPRINT, (shown, length: string, digest: string) => {
    const known = prints.get(shown);
    return known ?? `… ${length} characters, #${createHmac('sha256', salt).update(`${length}\n${digest}`).digest('hex').slice(0, 4)}`;
  });
  const others = hidden.filter(({ value }) => value.length > 2 && !ordinary.has(value));
  const personal = (text: string, place: string): string => others.reduce((left, { kind, value }) => {
    if (!left.includes(value)) return left;
    const shown = left.replaceAll(new RegExp(`(?<![A-Za-z0-9])${escapeForRegExp(value)}(?![A-Za-z0-9])`, 'g'), () => alike(value, salt));
    if (shown !== left) tell(kind, place);
    return shown;
  }, text);
  const tell = (kind: string, place: string): void => void told.set(kind, (told.get(kind) ?? new Set()).add(place));
  for (const secret of secrets) for (const one of [secret, secret.trim()]) take(one);
  return {
    learn(text, place = '') {
      const lineOf = lines(text);
      for (const { text: value, kind, at, of } of found(text, place).toSorted((a, b) => (a.of ?? a.at) - (b.of ?? b.at))) {
        take(value);
        tell(kind, text.includes('\n') ? `${place}:${lineOf(of ?? at)}` : place);
      }
    },
    mask: (text, place = '') => personal(print(everywhere(inPlace(text, place))), place),
    maskName: (text) => personal(everywhere(text), ''),
    masked: () => [...told].map(([kind, places]) => ({ kind, places: [...places] })).toSorted((a, b) => b.places.length - a.places.length),
  };
}
/** What is masked in a text for itself; in source code a value without quotes is one only where it looks like one. */
function found(text: string, place: string): readonly Span[] {
  const source = SOURCE.test(place);
  return [...secretSpans(text), ...unknownSpans(text, LOCK_FILE.test(place))].filter(({ at, text: value, form }) => form === 'shape' || (!isPlaceholder(value) && !isCode(value) && !(source && form === 'bare' && NAME.test(value) && !value.split(/\W/).some(looksRandom) && !inString(text, at))));
}

const isWord = (value: string): boolean => WORD.test(value) || value.length < SHORTEST;
const isPlaceholder = (value: string): boolean => NO_SECRET.test(value) && !value.split(/[^A-Za-z0-9]/).some(looksRandom);
const isCode = (value: string): boolean => CODE.test(value);

/** Whether a quote of the line is still open in front of a place, or a comment is. */
function inString(text: string, at: number): boolean {
  const line = text.slice(Math.max(0, at - 1_000), at).split('\n').at(-1) ?? '';
  let open = '';
  for (const [sign] of line.matchAll(/\\.|["'`]/g)) {
    if (open === '') open = sign.length === 1 ? sign : '';
    else if (sign === open) open = '';
  }
  return open !== '' || /(?:^|\s)(?:#|\/\/|\/?\*)(?:\s|$)/.test(line);
}

/** @returns the line of a place in the text, from 1; the places are asked for in their order. */
function lines(text: string): (at: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return (at) => {
    for (; next >= 0 && next < at; next = text.indexOf('\n', next + 1)) line += 1;
    return line;
  };
}

/** @param pieces ascending, not overlapping. */
function replaced(text: string, pieces: readonly { readonly at: number; readonly length: number; readonly put: string }[]): string {
  const parts: string[] = [];
  let end = 0;
  for (const { at, length, put } of pieces) {
    parts.push(text.slice(end, at), put);
    end = at + length;
  }
  return parts.join('') + text.slice(end);
}

/** A secret as it may stand elsewhere: for a URL, in JSON, in hexadecimal digits, in base64 behind any other text (without its ends, which depend on what is beside). */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((before) => {
    const skip = before === 0 ? 0 : 3 - before;
    return bytes.subarray(skip, skip + Math.floor((bytes.length - skip) / 3) * 3).toString('base64');
  });
  return [urlForm(secret), urlForm(secret).replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()), JSON.stringify(secret).slice(1, -1), bytes.toString('hex'), ...base64, ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

/** Same length, same kinds of characters; the prefix that tells a key's kind and region stays, and what stands for another sign. */
function alike(secret: string, salt: string): string {
  const prefix = /^hc[a-z](?:ik|ic|lk|mk)_/.exec(secret)?.[0] ?? '';
  const hexadecimal = /^[0-9a-f]+$/.test(secret);
  const letters = hexadecimal ? 'abcdef' : 'abcdefghijklmnopqrstuvwxyz';
  // A long one is gone through once, not for each 32 of its signs.
  const of = secret.length <= 64 ? secret : createHmac('sha256', salt).update(secret).digest('base64');
  const digests: Buffer[] = [];
  const byte = (i: number): number => {
    while (digests.length * 32 <= i) digests.push(createHmac('sha256', salt).update(`${digests.length * 32}\n${of}`).digest());
    return digests[Math.floor(i / 32)]?.[i % 32] ?? 0;
  };
  // Of what is encoded for a URL or escaped the codes stay: they stand for signs.
  return prefix + Array.from(secret.slice(prefix.length).match(/%[0-9A-Fa-f]{2}|\\[nrtbf"'\\/]|[^]/gu) ?? [], (char, i) => {
    if (char.length > 2 || char.startsWith('\\')) return char;
    if (/[0-9]/.test(char)) return String(byte(i) % 10);
    if (/[a-z]/.test(char)) return letters[byte(i) % letters.length] ?? 'a';
    if (/[A-Z]/.test(char)) return (letters[byte(i) % letters.length] ?? 'a').toUpperCase();
    // Other scripts: a letter that is not ASCII either.
    return /\p{L}/u.test(char) && char.length === 1 ? String.fromCharCode(0xe0 + (byte(i) % 22)) : char;
  }).join('');
}

/** `change` over every string of a JSON value, names of keys as well; it is told the way to it. */
export function mappedJson(value: unknown, change: (text: string, way: readonly string[]) => string, way: readonly string[] = []): unknown {
  if (typeof value === 'string') return change(value, way);
  if (Array.isArray(value)) return value.map((item) => mappedJson(item, change, way));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key, [...way, '']), mappedJson(item, change, [...way, key])]));
}

/** Every string that is a value, with the way to it. */
export function eachText(value: unknown, see: (text: string, way: readonly string[]) => void): void {
  mappedJson(value, (text, way) => {
    if (way.at(-1) !== '') see(text, way);
    return text;
  });
}
