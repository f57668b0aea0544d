/**
 * Secrets out of a bundle, without changing what the rules see: a secret becomes another text of the same length and the
 * same kinds of characters, the same one wherever it stands, so that shapes and comparisons hold in a replay. Pure.
 */
import { createHmac } from 'node:crypto';

import { fingerprint, isSecretName } from '../../ui/redact.ts';

/** What stands for a secret and is none: names of variables, masks, placeholders. */
const NO_SECRET = /^\s*$|^\$|\$\{|^<.*>$|your|example|placeholder|changeme|x{5}|\.\.\.|…|^(?:true|false|none|null|[a-z-]{1,12})$|^\d{1,5}$/i;
/** Keys that nobody named: whole ingest keys, what follows Honeycomb's header, logins in addresses, tokens of well-known shapes. */
const SHAPES: readonly RegExp[] = [
  /\bhc[a-z](?:ik|ic|lk|mk)_[0-9A-Za-z]{6,}/g,
  /(?<=x-honeycomb-team["']?\s*[=:,]\s*["']?)[^"'\s,${}<][^"'\s,]{5,}/gi,
  /(?<=:\/\/[^/\s:@"']*:)[^/\s@"'${}]{3,}(?=@)/g,
  /\b(?:gh[pousr]_[0-9A-Za-z]{20,}|github_pat_\w{20,}|AKIA[0-9A-Z]{16}|sk-[0-9A-Za-z_-]{20,}|xox[abprs]-[0-9A-Za-z-]{10,}|eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{5,})/g,
];
/** NAME: value, NAME=value and "NAME": "value" of a secret's name, on one line. */
const ASSIGNED = /(["']?)\b([A-Za-z_][\w.-]*)\1(\s*[:=]\s*)(["']?)([^\s"',#}]{4,})/g;

export interface Mask {
  /** The text without secrets. */
  (text: string): string;
}

/**
 * @param secrets values that are known to be secret: the shell's, the stores', the containers'.
 * @param salt of this bundle alone, so that nobody can try out words against what stands for them.
 */
export function maskOf(secrets: Iterable<string>, salt: string): Mask {
  const stands = new Map<string, string>();
  const standFor = (secret: string): string => {
    const known = stands.get(secret);
    if (known !== undefined) return known;
    const made = alike(secret, salt);
    stands.set(secret, made);
    // Rules compare fingerprints: that of the secret becomes that of what stands for it.
    stands.set(fingerprint(secret), fingerprint(made));
    return made;
  };
  for (const secret of secrets) for (const one of [secret, secret.trim()]) if (one.length >= 6 && !NO_SECRET.test(one)) standFor(one);
  return (text) => {
    let masked = text;
    for (const shape of SHAPES) masked = masked.replace(shape, (found) => (NO_SECRET.test(found) ? found : standFor(found)));
    masked = masked.replace(ASSIGNED, (all, open: string, name: string, between: string, quote: string, value: string) =>
      !isSecretName(name) || NO_SECRET.test(value) || /^(?:os\.|process\.|env\(|x-honeycomb|[\w.]+\()/i.test(value) ? all : `${open}${name}${open}${between}${quote}${standFor(value)}`);
    for (const [secret, made] of [...stands].toSorted(([a], [b]) => b.length - a.length)) masked = masked.replaceAll(secret, made);
    return masked;
  };
}

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
  return prefix + Array.from(secret.slice(prefix.length), (char, i) => {
    if (/[0-9]/.test(char)) return String(byte(i) % 10);
    if (/[a-z]/.test(char)) return letters[byte(i) % letters.length] ?? 'a';
    if (/[A-Z]/.test(char)) return (letters[byte(i) % letters.length] ?? 'a').toUpperCase();
    return char;
  }).join('');
}

/** `mask` over every string of a JSON value, names of keys as well. */
export function maskedJson(value: unknown, mask: Mask): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => maskedJson(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [mask(key), maskedJson(item, mask)]));
}
