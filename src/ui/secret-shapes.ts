/**
 * Secrets that nobody named, found in text by their shape: keys, what stands behind a header's or a secret's name, logins
 * in addresses. Every expression looks forward only, with bounds: text of a repository must not make it slow. Pure.
 */
import { fingerprint } from './redact.ts';

/** A piece of a text, from `at` on. */
export interface Span {
  readonly at: number;
  readonly text: string;
}

/** `isSecretName`, as it stands in front of a value; up to 60 more characters of the name may follow. */
const NAMED = String.raw`(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|(?<=_)(?:PASS|PWD|PW)(?![A-Za-z])|HEADERS|CREDENTIAL)[\w.-]{0,60}`;
const QUOTED = String.raw`\\?(?:"([^"\n]{4,}?)\\?"|'([^'\n]{4,}?)\\?')`;
const BARE = String.raw`([^\s"',#]{4,})`;
/** The last group that took part is the secret; without a group, all of it. */
const SHAPES: readonly RegExp[] = [
  /\bhc[a-z](?:ik|ic|lk|mk)_[0-9A-Za-z]{6,}/gd,
  // Honeycomb's header, its name and its value apart by up to a few signs; both may be encoded for a URL.
  /x-honeycomb-(?:team|apikey|api-key)(?:\\?["']|%22)?(?:\s|%20){0,4}(?:[=:,]|=>|%3[AaDd])(?:\s|%20){0,4}(?:\\?["'`]|%22)?([^"'`\s,${}<\\][^"'`\s,\\]{5,})/gdi,
  /\b(?:Basic|Bearer|ApiKey|Api-Key)(?:\s|%20){1,4}([\w+/=.~%-]{6,})/gd,
  /:\/\/[^\s/:@"']{0,256}:((?:[^\s@/"'${}]|\$\$)+)@/gd,
  // Tokens of well-known services.
  /\b(?:gh[pousr]_[0-9A-Za-z]{20,}|github_pat_\w{20,}|AKIA[0-9A-Z]{16}|sk-[0-9A-Za-z_-]{20,}|xox[abprs]-[0-9A-Za-z-]{10,}|eyJ[0-9A-Za-z_-]{10,256}\.[0-9A-Za-z_-]{10,4096}\.[0-9A-Za-z_-]{5,})/gd,
  // NAME=value, "NAME": "value", name => 'value', on one line.
  new RegExp(`${NAMED}(?:\\\\?["'])?[ \\t]{0,8}(?:=>|:=|[:=])(?!=)[ \\t]{0,8}(?:${QUOTED}|${BARE})`, 'gid'),
  // Of headers all pairs.
  /HEADERS?[\w.-]{0,60}(?:\\?["'])?[ \t]{0,8}(?:=>|:=|[:=])(?!=)[ \t]{0,8}([^\s"'#]{4,})/gdi,
  // setdefault("NAME", "value"), getenv("NAME", "value").
  new RegExp(`${NAMED}["'],[ \\t]{0,8}${QUOTED}`, 'gid'),
  // A Dockerfile's older form.
  new RegExp(`\\bENV[ \\t]{1,8}\\w{0,60}${NAMED}[ \\t]{1,8}(?:${QUOTED}|${BARE})`, 'gid'),
];

/** Where a text holds what could be a secret, ascending, not overlapping. What a variable fills in is none, nor what is masked already. */
export function secretSpans(text: string): readonly Span[] {
  const found: Span[] = [];
  for (const shape of SHAPES) {
    for (const match of text.matchAll(shape)) {
      const group = match.findLastIndex((value, i) => i > 0 && value !== undefined);
      const value = match[Math.max(0, group)] ?? '';
      const at = match.indices?.[Math.max(0, group)]?.[0] ?? match.index;
      found.push(...partsOf({ at, text: value }));
    }
  }
  const sorted = found.filter(({ text: value }) => !isNone(value)).toSorted((a, b) => a.at - b.at || b.text.length - a.text.length);
  let end = 0;
  return sorted.flatMap(({ at, text: value }) => {
    // Of one that another one begins inside of, what is left of it.
    const from = Math.max(at, end);
    if (from >= at + value.length) return [];
    end = at + value.length;
    return [{ at: from, text: value.slice(from - at) }];
  });
}

/** Of a value that is itself a list of 'name=value' the values; a header of Honeycomb's has a shape of its own. */
function partsOf(span: Span): readonly Span[] {
  if (!/^\\?["']?[A-Za-z][\w-]{0,60}\s{0,4}[=:]/.test(span.text) || span.text.includes('://')) return [span];
  let at = span.at;
  return span.text.split(',').flatMap((pair) => {
    const [before = ''] = /^[^=:]{0,80}[=:]\s{0,8}(?:Basic|Bearer)?(?:\s|%20){0,4}/.exec(pair) ?? [];
    const part = { at: at + before.length, text: pair.slice(before.length).replace(/["']$/, '') };
    at += pair.length + 1;
    return part.text.length < 4 ? [] : [part];
  });
}

/** Filled in from elsewhere, masked already, or a version ("jsonwebtoken": "^9.0.0"). */
const isNone = (value: string): boolean =>
  /\$(?!\$)[{\w(]/.test(value.replaceAll('$$', '')) || value.includes('{{') || value.includes('…') || value === '[hidden]' || /^[\^~<>=!v ]{0,3}\d{1,4}(?:\.[\dx*]{1,6}){1,3}(?:[-+][\w.+-]{0,30})?$/.test(value);

/** The text with `stand` in the place of each span. */
export function replaceSpans(text: string, spans: readonly Span[], stand: (secret: string) => string): string {
  const parts: string[] = [];
  let end = 0;
  for (const span of spans) {
    parts.push(text.slice(end, span.at), stand(span.text));
    end = span.at + span.text.length;
  }
  return parts.join('') + text.slice(end);
}

/** A text without what could be a secret: a fingerprint stands there. */
export const withoutSecrets = (text: string): string => replaceSpans(text, secretSpans(text), fingerprint);
