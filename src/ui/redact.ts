/** What may leave the program: never a secret, never a control character that came out of a repository. */
import { createHash } from 'node:crypto';

/** `text` with every secret replaced by "[hidden]", also where it was encoded for a URL or JSON. Blank and very short values (under 6) are left: they would tear ordinary words apart. */
export function redact(text: string, secrets: Iterable<string>): string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < 6) continue;
    forms.add(secret).add(urlForm(secret)).add(JSON.stringify(secret).slice(1, -1));
    forms.add(Buffer.from(secret).toString('base64'));
  }
  // The longest first: a secret may contain another one.
  return [...forms].toSorted((a, b) => b.length - a.length).reduce((shown, form) => shown.replaceAll(form, '[hidden]'), text);
}

/** As it stands in an address. Half a character, which no address can hold, is what it is replaced by everywhere. */
export const urlForm = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));

/** Of every address with a login in it, the password. */
export const withoutPasswords = (text: string): string => text.replace(/(:\/\/[^\s/:@"'\\]{0,256}):[^\s/@"'\\$]{1,256}@/g, '$1:[hidden]@');

/** Enough to tell two keys apart, not to use one: "hcx… 64 characters, #1f2e". Values under 12 characters show no letter of theirs. */
export function fingerprint(value: string): string {
  if (value === '') return '(blank)';
  const digest = createHash('sha256').update(value).digest('hex').slice(0, 4);
  const start = value.length < 12 ? '' : clean(value.slice(0, 3));
  return `${start}… ${value.length} characters, #${digest}`;
}

/** Names of variables whose value is a secret, or holds one. */
export const isSecretName = (name: string): boolean => /KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|_(?:PASS|PWD|PW)(?![A-Z])|HEADERS|CREDENTIAL/i.test(name);

/** Text as it may be printed: control characters (escape sequences, bells, lone CR, bidirectional overrides) become '?'; tab and line feed stay. */
export function clean(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(/(?![\t\n])[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
}

/** `clean` for one line of output: line feeds and tabs become blanks too. */
export const oneLine = (text: string): string => clean(text).replace(/[\n\t]+/g, ' ');
