/** A log line as it may be shown: no key, no escape sequence, not longer than a few lines of a terminal. */
import { fingerprint, oneLine } from '../../ui/redact.ts';
import { withoutSecrets } from '../../ui/secret-shapes.ts';
import { textOf } from './index.ts';

const LONGEST = 300;
/** Of a longer one also the end: an answer stands behind the stack. */
const ENDING = 120;
/** What follows an authorization scheme. */
const SCHEME = /\b(Bearer|Basic|ApiKey|Api-Key)(\s+|%20)([^\s"',]{6,})/gi;
/** A header without a name: some SDKs print the value that they could not read. */
const NAMELESS = /(?:occurrences|specification|the format|"input"=)[:=]?\s{0,8}["']{0,8}$/i;
/** What has the shape of a key (22 letters and digits, 32 hex digits), where it is no part of a path, a name or a longer id. */
const TOKEN = /(?<![\w./@-])(?:[0-9a-f]{32}|[0-9A-Za-z]{22})(?![\w./@-])/g;

/** Letters and digits mixed, or capitals all over: no number and no name of a class. */
const isRandom = (token: string): boolean => (/\d/.test(token) && /[A-Za-z]/.test(token)) || (token.match(/[A-Z]/g)?.length ?? 0) > 5;

/** The last word of a line, if it is long enough for a key and stands behind what names no header. */
function withoutNameless(line: string): string {
  const end = line.length - (/["']$/.test(line) ? 1 : 0);
  let from = end;
  while (from > 0 && /[^\s"'=:,]/.test(line.charAt(from - 1))) from -= 1;
  const [before, value] = [line.slice(0, from), line.slice(from, end)];
  return value.length < 16 || value.includes('…') || !NAMELESS.test(before) ? line : `${before}${fingerprint(value)}${line.slice(end)}`;
}

/** One printable line without secrets. A trace id looks like a key and goes too. */
export function safeLine(line: string): string {
  const shown = withoutNameless(withoutSecrets(oneLine(textOf(line)).trim())
    .replace(SCHEME, (_, scheme: string, between: string, value: string) => `${scheme}${between}${value.includes('…') ? value : fingerprint(value)}`))
    .replace(TOKEN, (token) => (isRandom(token) ? fingerprint(token) : token));
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST - ENDING)} … ${shown.slice(-ENDING)}` : shown;
}
