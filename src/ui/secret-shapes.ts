/**
 * Secrets that nobody named, found in text by their shape: keys of known makers, what stands behind a header's or a
 * secret's name in any language, logins in addresses and in command lines, private keys. Every expression has bounds: text
 * of a repository must not make it slow. Pure, but for the makers' rules, which are read once.
 */
import { assignedSpans, writtenOut } from './secret-names.ts';
import { privateKeySpans } from './private-keys.ts';
import { looksRandom } from './random-looking.ts';
import { fingerprint } from './redact.ts';
import { makersKeys } from './secret-rules.ts';

/** A piece of a text, from `at` on. */
export interface Span {
  readonly at: number;
  readonly text: string;
  /** What it is, for people: 'private key', 'stripe access token'. */
  readonly kind: string;
  /** How it was found. 'bare' is a value without quotes: in source code that may be a name. */
  readonly form: 'shape' | 'quoted' | 'bare';
  /** Where the whole begins that it is a line of. */
  readonly of?: number;
}

interface Shape {
  readonly kind: string;
  /** The last group that took part is the secret; without a group, all of it. */
  readonly match: RegExp;
  /** Only what a machine made: a name could stand there as well. */
  readonly random?: true;
  /** In source code an expression could stand there, where no quote does. */
  readonly value?: true;
}
const LOGIN = 'login in an address';
const SHAPES: readonly Shape[] = [
  { kind: 'Honeycomb key', match: /\bhc[a-z](?:ik|ic|lk|mk)_[0-9A-Za-z]{6,}/gd },
  // Honeycomb's header, its name and its value apart by up to a few signs; both may be encoded for a URL.
  // regexp: bounded by the lengths that it names
  { kind: 'Honeycomb key', match: /x-honeycomb-(?:team|apikey|api-key)(?:\\?["']|%22)?(?:\s|%20){0,4}(?:=>|[=:,]|%3[AaDd])(?:\s|%20){0,4}(?:\\?["'`]|%22)?([^"'`\s,<\\][^"'`\s,\\]{5,4000})/gdi, value: true },
  { kind: 'authorization header', match: /\b(?:Basic|Bearer|ApiKey|Api-Key)(?:\s|%20){1,4}([\w+/=.~%-]{6,})/gd, value: true },
  // regexp: bounded by the lengths that it names
  { kind: 'authorization header', match: /\bAuthorization\\?["']?\]?[ \t]{0,8}(?:=>|[:=,])[ \t]{0,8}\\?[fb]?["'`]?(?:[A-Za-z][\w-]{0,30}(?:[ \t]|%20){1,4})?([^\s"'`,<>\\][^"'`\n,<>\\]{5,2000})/gdi, value: true },
  // All of them, with their names.
  // regexp: bounded by the lengths that it names
  { kind: 'cookie', match: /\b(?:Set-)?Cookie\\?["']?[ \t]{0,8}(?:=>|[:=,])[ \t]{0,8}\\?[fb]?["'`]?(?=[\w.-]{1,80}=)([^"'`\n<>\\]{6,4096})/gdi, value: true },
  // user:password@host; the password may hold "@", or "/" (then no port stands in its place).
  { kind: LOGIN, match: /:\/\/[^\s/:@"'`<>]{0,256}:((?:[^\s/"'`<>]){1,256})@/gd },
  { kind: LOGIN, match: /:\/\/[^\s/:@"'`<>]{0,256}:(?!\d{1,5}\/)([^\s@"'`<>:]{1,256})@(?=[\w[])/gd },
  { kind: LOGIN, match: /:\/\/([^\s/:@"'`<>]{16,512})(?::(?:x-oauth-basic|x)?)?@/gd, random: true },
  { kind: LOGIN, match: /%3A%2F%2F[^\s%"'&]{0,60}%3A((?:[^\s"'&%]|%(?:[0135-9A-F][0-9A-F]|2[0-9A-E]|4[1-9A-F])){1,256})%40/gdi },
  { kind: 'web hook', match: /\bdiscord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{1,30}\/([\w-]{8,200})/gdi },
  { kind: 'web hook', match: /\bhooks\.slack\.com\/(?:services|workflows|triggers)\/([\w/+-]{8,200})/gdi },
  { kind: 'web hook', match: /\b(?:webhook\.office\.com\/webhookb2|outlook\.office\.com\/webhook)\/([\w@/-]{8,400})/gdi },
  { kind: 'web hook', match: /\b(?:hooks\.zapier\.com\/hooks\/catch|hc-ping\.com|maker\.ifttt\.com\/trigger\/\w{1,80}\/with\/key|events\.pagerduty\.com\/integration)\/([\w/-]{8,200})/gdi },
  { kind: 'web hook', match: /\bapi\.telegram\.org\/(?:file\/)?bot(\d{1,20}:[\w-]{8,100})/gdi },
  { kind: 'signature in an address', match: /[?&](?:[\w-]{0,30}sig(?:nature)?|code|jwt|pass)=([\w%+/=.~-]{8,2000})/gdi },
  // Keys that the makers' rules ask more of, or that have come since.
  { kind: 'access key', match: /\b(?:gh[pousr]_[0-9A-Za-z]{20,}|github_pat_\w{20,}|A(?:KIA|SIA)[0-9A-Z]{16}|sk-[0-9A-Za-z_-]{20,}|xox[abeoprs]-[0-9A-Za-z-]{10,}|(?:sk|rk|whsec)_(?:live_|test_)?[0-9A-Za-z]{16,}|gl(?:pat|ptt|dt|rt|soat|agent|cbt)-[\w.-]{16,}|npm_[0-9A-Za-z]{20,}|pypi-[\w-]{30,}|hf_[0-9A-Za-z]{20,}|do[opr]_v1_[0-9a-f]{20,}|AIza[\w-]{30,}|GOCSPX-[\w-]{20,}|ya29\.[\w-]{20,}|SG\.[\w-]{10,}\.[\w-]{20,}|dckr_pat_[\w-]{20,}|sbp_[0-9a-f]{30,}|vc[a-z]_[0-9A-Za-z]{20,}|PMAK-[\w-]{30,}|NRAK-[0-9A-Z]{20,}|dapi[0-9a-f]{32}|AC[0-9a-f]{32}|SK[0-9a-f]{32}|key-[0-9a-f]{32}|gsk_[0-9A-Za-z]{30,}|r8_[0-9A-Za-z]{30,}|xai-[0-9A-Za-z]{30,}|lin_api_[0-9A-Za-z]{20,}|secret_[0-9A-Za-z]{40,}|ntn_[0-9A-Za-z]{30,}|tskey-[\w-]{16,}|fly_?[\w]{0,12}_[\w+/=,-]{40,})/gd },
  { kind: 'web token', match: /(?<![\w-])eyJ[0-9A-Za-z_-]{10,4096}\.[0-9A-Za-z_-]{10,8192}\.[0-9A-Za-z_-]{5,}/gd },
  { kind: 'password hash', match: /\$(?:2[abxy]|apr1|1|5|6|y|argon2(?:id|i|d))\$[^\s"':,]{16,200}/gd },
  // Command lines; in a list of words as well.
  { kind: 'login of a command', match: /\bcurl\b[^\n]{0,160}?[\s"'](?:-u|--user|--proxy-user|-U)(?:["']?,?[\s=]{1,8}["']?|(?=[\w$]))[^\s:"']{0,120}:([^\s"',]{4,200})/gd },
  { kind: 'login of a command', match: /\b(?:https?|xh|wget)[ \t][^\n]{0,120}?(?:-a|--auth)[ =]["']?[^\s:"'/]{1,120}:([^\s"',]{4,200})/gd },
  { kind: 'login of a command', match: /\b(?:mysql|mysqldump|mysqladmin|mysqlimport|mysqlcheck|mysqlshow|mariadb|mariadb-admin|mariadb-dump)\b[^\n]{0,120}?[\s"']-p["']?([^\s"',=]{4,200})/gd },
  { kind: 'login of a command', match: /\b(?:sshpass|redis-cli|docker login|podman login|az login|ldapsearch|mongosh?|mongodump|smbclient|htpasswd|helm|vault login|rabbitmqadmin)\b[^\n]{0,120}?[\s"'](?:-p|-a|-w|-bp)["']?,?[ \t]{0,4}["']?([^\s"',-][^\s"',]{3,200})/gd },
  { kind: 'login of a command', match: /[\s"']-(?:pass|passin|passout)[ =]["']?(?:pass:)?([^\s"',]{4,200})/gd },
  // .netrc and .pgpass.
  { kind: 'login of a file', match: /\b(?:login|machine|user)[ \t\n]{1,8}\S{1,200}[ \t\n]{1,8}(?:account[ \t\n]{1,8}\S{1,100}[ \t\n]{1,8})?password[ \t\n]{1,8}(\S{4,200})/gd },
  { kind: 'login of a file', match: /^[\w.*-]{1,200}:(?:\d{1,5}|\*):[\w.*-]{1,64}:[\w.*-]{1,64}:([^\s:]{4,200})$/gmd },
  // A line of a key whose frame is out of sight.
  { kind: 'line of a key', match: /^[ +-]?[ \t]{0,40}["']?((?=[A-Za-z+/]{0,80}\d)(?=[a-z\d+/]{0,80}[A-Z])(?=[A-Z\d+/]{0,80}[a-z])[A-Za-z0-9+/]{60,400}={0,2})(?:\\n)?["'\\,]{0,3}$/gmd },
];

/**
 * Where a text holds what could be a secret, ascending, not overlapping. What a variable fills in is none, nor what is
 * masked already.
 */
export function secretSpans(text: string): readonly Span[] {
  const found: Span[] = [...privateKeySpans(text), ...makersKeys(text), ...assignedSpans(text)];
  for (const { kind, match: shape, random, value: ofValue } of SHAPES) {
    for (const match of text.matchAll(shape)) {
      const group = match.findLastIndex((value, i) => i > 0 && value !== undefined);
      const whole = match[Math.max(0, group)] ?? '';
      const value = ofValue === true ? whole.replace(/[,;)\]}]{1,3}$/, (tail) => (whole.includes('{') ? tail : '')) : whole;
      const at = match.indices?.[Math.max(0, group)]?.[0] ?? match.index;
      if (random !== true || value.split(/[^A-Za-z0-9]/).some(looksRandom)) found.push(...writtenOut({ at, text: value, kind, form: ofValue !== true ? 'shape' : /["'`]/.test(text[at - 1] ?? '') ? 'quoted' : 'bare' }));
    }
  }
  return apart(found);
}

/** Ascending; of one that another one begins inside of, what is left of it. */
function apart(found: readonly Span[]): readonly Span[] {
  const sorted = found.toSorted((a, b) => a.at - b.at || b.text.length - a.text.length);
  let end = 0;
  return sorted.flatMap((span) => {
    const from = Math.max(span.at, end);
    if (from >= span.at + span.text.length) return [];
    end = span.at + span.text.length;
    return [from === span.at ? span : { ...span, at: from, text: span.text.slice(from - span.at) }];
  });
}

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
