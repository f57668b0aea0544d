/**
 * Secrets out of a bundle, without changing what the rules see: a secret becomes another text of the same length and the
 * same kinds of characters, the same one wherever it stands, so that shapes and comparisons hold in a replay. Pure.
 */
import { createHmac } from 'node:crypto';

import { fingerprint, isSecretName, urlForm } from '../../ui/redact.ts';
import { replaceSpans, secretSpans } from '../../ui/secret-shapes.ts';

/** What stands for a secret and is none: names of variables, masks, placeholders. */
const NO_SECRET = /^\s*$|^\$\{?\w*\}?$|\$\{|^<.*>$|your|example|placeholder|changeme|x{5}|\.\.\.|…|^(?:true|false|none|null|[a-z-]{1,12})$|^\d{1,5}$/i;
/** Code that gets a value from elsewhere. */
const CODE = /^(?:os\.|process\.|env\(|x-honeycomb|[\w.]{1,80}\()/i;
/** Shorter ones, and words that everybody uses, are masked where they stand behind a secret's name, and nowhere else. */
const SHORTEST = 6;
/** NAME=value, NAME: value as a line of its own: a variable of a compose file, an env file, a Dockerfile. */
const VARIABLE = /^([ \t]{0,80}(?:-[ \t]{1,8}|export[ \t]{1,8}|ENV[ \t]{1,8}|ARG[ \t]{1,8})?["']?([A-Z][A-Z0-9_]{0,80})["']?(?:[ \t]{0,8}[=:][ \t]{0,8}["']?|[ \t]{1,8}))([^\s"'#]{1,4000})/gm;
/** What is telemetry's own is kept as it is where it is no secret: that is what the rules look at. */
const OURS = /^(?:OTEL|HONEYCOMB|HNY|OTLP|OTEP)_/;
const FINGERPRINT = /[^\s…]{0,3}… (\d{1,9}) characters, #([0-9a-f]{4})/g;

export interface Mask {
  /** Takes up what could be a secret in a text, so that it is masked in every other one. */
  learn(text: string): void;
  /** The text without secrets. */
  mask(text: string): string;
}

/**
 * @param secrets values that are known to be secret: the shell's, the stores', the containers'.
 * @param salt of this bundle alone, so that nobody can try out words against what stands for them.
 */
export function maskOf(secrets: Iterable<string>, salt: string): Mask {
  const stands = new Map<string, string>();
  /** The first signs of a secret → those that begin so, the longest first. */
  const byStart = new Map<string, string[]>();
  /** Rules compare fingerprints: that of a secret becomes that of what stands for it. */
  const prints = new Map<string, string>();
  const stand = (secret: string, made: string): void => {
    if (stands.has(secret)) return;
    stands.set(secret, made);
    const start = secret.slice(0, SHORTEST);
    byStart.set(start, [...(byStart.get(start) ?? []), secret].toSorted((a, b) => b.length - a.length));
  };
  const take = (secret: string): void => {
    if (secret.length < SHORTEST || NO_SECRET.test(secret) || stands.has(secret)) return;
    const made = alike(secret, salt);
    stand(secret, made);
    prints.set(fingerprint(secret), fingerprint(made));
    for (const form of FORMS) if (form(secret) !== secret) stand(form(secret), form(made));
  };
  const everywhere = (text: string): string => {
    const parts: string[] = [];
    let end = 0;
    for (let i = 0; i + SHORTEST <= text.length; i += 1) {
      const secret = byStart.get(text.slice(i, i + SHORTEST))?.find((one) => text.startsWith(one, i));
      if (secret === undefined) continue;
      parts.push(text.slice(end, i), stands.get(secret) ?? '');
      end = i + secret.length;
      i = end - 1;
    }
    return parts.join('') + text.slice(end);
  };
  // Another program's password may be a word that stands all over: it goes where it is named.
  const here = (text: string): string => text.replace(VARIABLE, (all, before: string, name: string, value: string) =>
    !isSecretName(name) || OURS.test(name) || value.includes('$') || stands.has(value) || CODE.test(value) ? all : before + alike(value, salt));
  const login = (text: string): string => replaceSpans(text, secretSpans(text).filter(({ at, text: value }) => !stands.has(value) && text[at - 1] === ':' && text[at + value.length] === '@'), (value) => alike(value, salt));
  const print = (text: string): string => text.replace(FINGERPRINT, (found, length: string, digest: string) => {
    const known = prints.get(found);
    return known ?? `… ${length} characters, #${createHmac('sha256', salt).update(`${length}\n${digest}`).digest('hex').slice(0, 4)}`;
  });
  for (const secret of secrets) for (const one of [secret, secret.trim()]) take(one);
  return {
    learn(text) {
      for (const { text: value } of secretSpans(text)) if (!CODE.test(value)) take(value);
    },
    mask: (text) => print(everywhere(login(here(text)))),
  };
}

/** A secret as it may stand elsewhere: for a URL, in JSON, in base64 (without its end, which depends on what follows). */
const FORMS: readonly ((secret: string) => string)[] = [
  urlForm,
  (secret) => JSON.stringify(secret).slice(1, -1),
  (secret) => Buffer.from(secret).subarray(0, Math.floor(Buffer.byteLength(secret) / 3) * 3).toString('base64'),
];

/** Same length, same kinds of characters; the prefix that tells a key's kind and region stays. */
function alike(secret: string, salt: string): string {
  const prefix = /^hc[a-z](?:ik|ic|lk|mk)_/.exec(secret)?.[0] ?? '';
  const hexadecimal = /^[0-9a-f]+$/.test(secret);
  const letters = hexadecimal ? 'abcdef' : 'abcdefghijklmnopqrstuvwxyz';
  let digest = Buffer.alloc(0);
  const byte = (i: number): number => {
    while (digest.length <= i) digest = Buffer.concat([digest, createHmac('sha256', salt).update(`${digest.length}\n${secret}`).digest()]);
    return digest[i] ?? 0;
  };
  // Of what is encoded for a URL the codes stay: they stand for signs.
  return prefix + Array.from(secret.slice(prefix.length).match(/%[0-9A-Fa-f]{2}|[^]/gu) ?? [], (char, i) => {
    if (char.length > 2) return char;
    if (/[0-9]/.test(char)) return String(byte(i) % 10);
    if (/[a-z]/.test(char)) return letters[byte(i) % letters.length] ?? 'a';
    if (/[A-Z]/.test(char)) return (letters[byte(i) % letters.length] ?? 'a').toUpperCase();
    return char;
  }).join('');
}

/** `change` over every string of a JSON value, names of keys as well. */
export function mappedJson(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mappedJson(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mappedJson(item, change)]));
}

/** Every string of a JSON value, names of keys as well. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return typeof value !== 'object' || value === null ? [] : Object.entries(value).flatMap(([key, item]) => [key, ...textsIn(item)]);
}
