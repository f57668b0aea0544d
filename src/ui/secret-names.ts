/**
 * Values behind the name of a secret, in any language: NAME=value, "name": "value", name => 'value', dictionaries, lists,
 * arguments, block scalars, defaults. Every expression has bounds. Pure.
 */
import { looksRandom } from './random-looking.ts';
import type { Span } from './secret-shapes.ts';

/** `isSecretName`, as it stands in front of a value; up to 60 more characters of the name may follow. */
const WORDS = String.raw`(?:KEY(?!words?\b|board|cloak|space|frame|map\b|code|stroke|ring)|TOKEN(?!iz)|SECRET|PASSWORD|PASSWD|PASSPHRASE|PASSCODE|(?:PASS|PWD)(?![A-Za-z])|(?<=_)PW(?![A-Za-z])|(?<![A-Za-z])AUTH(?![A-Za-z])|CREDENTIAL|CREDS|(?<![A-Za-z])SALT(?![A-Za-z])|MNEMONIC|CONNECTION_?STRING|HEADERS)`;
const NAMED = `${WORDS}[\\w.-]{0,60}`;
/** Pairs of a list stand apart by these; within a value they are letters of it. */
const NEXT = String.raw`[;&,](?![\w .-]{1,60}[=:])`;
const BARE = String.raw`["'\x60]{0,3}((?![{[(])(?:[^\s"'\x60;&,\\]|${NEXT}|\\(?![nrt"'\\])){4,4096})`;
const QUOTED = String.raw`[fbruFBRU@$]{0,2}(?:\\"([^"\n]{4,4096}?)\\"|\\'([^'\n]{4,4096}?)\\'|"""([^"]{4,8192})"""|'''([^']{4,8192})'''|"((?:[^"\\\n]|\\.){4,8192})"|'((?:[^'\\\n]|\\.){4,8192})'|\x60((?:[^\x60\\]|\\.){4,8192})\x60)`;
const SEPARATED = String.raw`(?:\\?["'])?\]?[ \t]{0,8}(?:\?\?=|\|\|=|=>|:=|[:=]|%3D)(?!=)[ \t]{0,8}`;
const KIND = 'value of a secret’s name';

/** Tried where a name stands; what must stand in front of it is looked for backwards. */
export const ASSIGNED: readonly (readonly [form: 'quoted' | 'either', match: RegExp])[] = [
  ['either', here(`(?<!\\$\\{\\w{0,60})${NAMED}${SEPARATED}(?:${QUOTED}|${BARE})`)],
  // Typed: api_key: str = "…", const key string = "…"; compared: token == "…".
  ['quoted', here(`${NAMED}(?:[ \\t]{0,4}:?[ \\t]{0,4}(?:str|string|bytes|char|Final|Optional|SecretStr)\\b[^\\n"'=]{0,40}=|["'\\]]{0,2}[ \\t]{0,8}[=!]==?)[ \\t]{0,8}(?:[\\w.]{1,40}\\()?${QUOTED}`)],
  // Wrapped: SecretStr("…"), Buffer.from('…').
  ['quoted', here(`${NAMED}${SEPARATED}(?:new )?(?:Secret\\w{0,20}|Buffer\\.from|bytes|str|String|base64\\.\\w{1,20}|atob|b64decode|pydantic\\.SecretStr)\\(${QUOTED}`)],
  // setdefault("NAME", "value"), getenv("NAME", "value"), ("x-api-key", "value"); env.NAME || "value".
  ['quoted', here(`(?<=\\([ \\t]{0,4}["'][\\w.-]{0,60})${NAMED}["'],[ \\t]{0,8}${QUOTED}`)],
  ['quoted', here(`${NAMED}(?:["']?[\\])]?[ \\t]{0,4}(?:\\|\\||\\?\\?|or))[ \\t]{0,8}${QUOTED}`)],
  // --password value, also in a list of words.
  ['either', here(`(?<=--[\\w-]{0,40})${NAMED}["']?(?:,[ \\t]{0,4}|[ \\t]{1,8}|\\s{1,40}-[ \\t]{1,4})(?=["']?[^\\s-])(?:${QUOTED}|${BARE})`)],
  // A Dockerfile's older form.
  ['either', here(`(?<=\\bENV[ \\t]{1,8}\\w{0,60})${NAMED}[ \\t]{1,8}(?:${QUOTED}|${BARE})`)],
  // - name: NAME, and its value in the next line; <add key="…" value="…"/>; <password>…</password>.
  ['either', here(`(?<=\\b(?:name|key)["']?[ \\t]{0,4}[:=][ \\t]{0,4}["']?[\\w.-]{0,60})${NAMED}["']?,?\\s{1,80}["']?value["']?[ \\t]{0,4}[:=][ \\t]{0,4}(?:${QUOTED}|${BARE})`)],
  ['quoted', here(`(?<=<[\\w.-]{0,40})${NAMED}>([^<>\\s]{4,2000})<`)],
  // What a variable has where it is not set: ${NAME:-value}.
  ['quoted', here(`(?<=\\$\\{\\w{0,60})${NAMED}:?[-=+]["']?([^}\\s"']{4,1000})["']?\\}`)],
];
function here(source: string): RegExp {
  // regexp: judged by test/safety/kept-rules.slow.test.ts
  return new RegExp(source, 'iyd');
}
const NAMES = new RegExp(WORDS, 'gi');
const REST_OF_NAME = /[\w.-]{0,60}/y;
/** Of headers all pairs. */
// regexp: bounded by the lengths that it names
const HEADERS = /HEADERS?[\w.-]{0,60}(?:\\?["'])?[ \t]{0,8}(?:=>|:=|[:=])(?!=)[ \t]{0,8}["']{0,2}([^\s"'#{[(][^\s"'#]{3,4096})/gdi;
/** A list or a dictionary begins. */
const OPENS = new RegExp(`${NAMED}${SEPARATED}(?:[\\w.]{1,40})?[[({]`, 'iy');
/** The lines below are the value: "name: |", "name:" and a list or a map. */
const BELOW = new RegExp(`([ \\t]{0,80})(?:- )?["']?[\\w.-]{0,60}?${NAMED}["']?:[ \\t]{0,4}([|>][-+0-9]{0,3})?[ \\t]{0,4}(?:#[^\\n]{0,200})?\\n`, 'iy');
// regexp: bounded by the lengths in QUOTED
const STRINGS = new RegExp(QUOTED, 'gd');

/** Every value behind a secret's name, in no order. */
export function assignedSpans(text: string): readonly Span[] {
  const found: Span[] = [];
  const names = namesIn(text);
  for (const [form, match] of ASSIGNED) {
    let end = 0;
    for (const name of names) {
      // A name within a value is a part of it.
      if (name < end) continue;
      match.lastIndex = name;
      const one = match.exec(text);
      if (one === null) continue;
      end = match.lastIndex;
      const group = one.findLastIndex((value, i) => i > 0 && value !== undefined);
      const [from = 0] = one.indices?.[group] ?? [];
      const bare = form === 'either' && group === one.length - 1;
      const value = bare ? (one[group] ?? '').replace(/[,;)\]}\\]{1,3}$/, '') : one[group] ?? '';
      // Partly filled in, and itself made of names and values: DSN="Driver={x};Pwd=…".
      if (!bare && FILLED.test(value) && /[=:]/.test(value)) found.push(...assignedSpans(value).map((span) => ({ ...span, at: from + span.at })));
      found.push(...partsOf({ at: from, text: value, kind: KIND, form: bare ? 'bare' : 'quoted' }).filter((span) => isValue(span.text, text.slice(Math.max(0, name - 1), from))));
    }
  }
  for (const one of text.matchAll(HEADERS)) found.push(...partsOf({ at: one.indices?.[1]?.[0] ?? 0, text: (one[1] ?? '').replace(/[,;)\]}\\]{1,3}$/, ''), kind: 'header', form: 'bare' }).filter((span) => isValue(span.text, '')));
  return [...found, ...insideSpans(text, names), ...belowSpans(text, names)].flatMap(writtenOut);
}

/** Where names of secrets stand; of the words of one name ("API_KEY_SECRET") the first. */
function namesIn(text: string): readonly number[] {
  const found: number[] = [];
  let end = 0;
  for (const { index } of text.matchAll(NAMES)) {
    if (index < end) continue;
    found.push(index);
    REST_OF_NAME.lastIndex = index;
    end = index + (REST_OF_NAME.exec(text)?.[0].length ?? 0);
  }
  return found;
}

/** Strings of a list or a dictionary behind a secret's name, to the bracket that closes it. */
function insideSpans(text: string, names: readonly number[]): readonly Span[] {
  const found: Span[] = [];
  let end = 0;
  for (const name of names) {
    OPENS.lastIndex = name;
    const from = name + (OPENS.exec(text)?.[0].length ?? 0);
    if (from === name) continue;
    if (from < end) continue;
    end = closing(text, from);
    const inside = text.slice(from, end);
    for (const string of inside.matchAll(STRINGS)) {
      const group = string.findLastIndex((value, i) => i > 0 && value !== undefined);
      const [at = 0, to = 0] = string.indices?.[group] ?? [];
      // A key of a dictionary is none.
      if (/^["'\x60\]\\]{0,3}\s{0,8}(?:=>|:)/.test(inside.slice(to, to + 20))) continue;
      const header = /([\w-]{1,80})["']?\s{0,8}(?:=>|[:=,])\s{0,8}[fbu]?["'\x60]?$/.exec(inside.slice(Math.max(0, at - 120), at))?.[1] ?? '';
      if (!PLAIN_HEADER.test(header) && isStrong(string[group] ?? '')) found.push({ at: from + at, text: string[group] ?? '', kind: KIND, form: 'quoted' });
    }
  }
  return found;
}
const LONGEST_LIST = 4_000;
function closing(text: string, from: number): number {
  let depth = 1;
  const most = Math.min(text.length, from + LONGEST_LIST);
  for (let i = from; i < most; i += 1) {
    const sign = text[i];
    if (sign === '[' || sign === '(' || sign === '{') depth += 1;
    else if (sign === ']' || sign === ')' || sign === '}') depth -= 1;
    if (depth === 0) return i;
  }
  return most;
}

/** Of the line of a place, no more than 200 signs back: names stand near its start. */
const lineStart = (text: string, at: number): number => {
  const before = text.slice(Math.max(0, at - 200), at);
  return at - before.length + before.lastIndexOf('\n') + 1;
};

/** YAML: the lines below a secret's name that stand further in. */
function belowSpans(text: string, names: readonly number[]): readonly Span[] {
  const found: Span[] = [];
  let end = 0;
  for (const name of names) {
    BELOW.lastIndex = lineStart(text, name);
    const head = BELOW.exec(text);
    if (head === null) continue;
    const [all, indent = '', block] = head;
    let at = head.index + all.length;
    if (head.index < end) continue;
    for (let i = 0; i < 400 && at < text.length; i += 1) {
      const next = text.indexOf('\n', at);
      const line = text.slice(at, next < 0 ? text.length : next);
      const [inset = '', item = '', value = ''] = /^([ \t]{0,120})(- |["']?[\w.-]{1,80}["']?:[ \t]{1,8})?["']?([^\s"'][^\n]{0,8192}?)["']?\s{0,4}$/.exec(line)?.slice(1) ?? [];
      if (line.trim() !== '' && (inset.length < indent.length || (inset.length === indent.length && item !== '- '))) break;
      const whole = block === undefined ? value : line.trim();
      if (whole !== '' && (block !== undefined || (item !== '' && !PLAIN_HEADER.test(item.replace(/["':\s]/g, '')) && isStrong(value)))) found.push({ at: at + line.indexOf(whole), text: whole, kind: KIND, form: 'quoted', of: head.index });
      at += line.length + 1;
    }
    end = at;
  }
  return found;
}

/** Headers that say nothing secret. */
const PLAIN_HEADER = /^(?:x-honeycomb-(?:dataset|samplerate)|content-type|content-encoding|accept|user-agent|host|origin|name|type|id|region)$/i;
/** Not a word: long, and of letters and digits. */
const isStrong = (value: string): boolean => value.length >= 8 && /\d/.test(value) && /[A-Za-z]/.test(value) && !/\s/.test(value) && isValue(value, '');

/** Of a value that is itself a list of 'name=value' the values; a header of Honeycomb's has a shape of its own. */
function partsOf(span: Span): readonly Span[] {
  if (!/^\\?["']?[A-Za-z][\w-]{0,60}\s{0,4}[=:](?!=?$)/.test(span.text) || span.text.includes('://')) return [span];
  let at = span.at;
  return span.text.split(',').flatMap((pair) => {
    const [before = ''] = /^[^=:]{0,80}[=:]\s{0,8}(?:Basic|Bearer)?(?:\s|%20){0,4}/.exec(pair) ?? [];
    const part = { ...span, at: at + before.length, text: pair.slice(before.length).replace(/["']$/, '') };
    at += pair.length + 1;
    return part.text.length < 4 || PLAIN_HEADER.test(before.replace(/[=:][^]*$/, '').trim()) ? [] : [part];
  });
}

/** What a variable fills in, in one of the ways of shells, Compose, templates and Python. */
const FILLED = /\$\{[^}\n]{0,300}(?:\}|$)|(?<!\$)\$\([^)\n]{0,300}\)|(?<![\w$])\$\w{1,80}|(?<!\$)\$[A-Z_]{2,80}(?!\w)|\{\{[^}\n]{0,200}\}\}|\{[A-Za-z_][\w.!]{0,60}\}|%\([\w.]{1,60}\)s/;

/** Of a value that is filled in the pieces that are written out: they must be long, and of a key's letters. */
export function writtenOut(span: Span): readonly Span[] {
  if (span.text.includes('…') || span.text === '[hidden]') return [];
  if (!FILLED.test(span.text)) return [span];
  let at = 0;
  return span.text.split(FILLED).flatMap((piece) => {
    const from = span.text.indexOf(piece, at);
    at = from + piece.length;
    return /^(?=\D{0,200}\d)(?=[^A-Za-z]{0,200}[A-Za-z])[^\s:=@/]{8,}$/.test(piece) ? [{ ...span, at: span.at + from, text: piece }] : [];
  });
}

const ONE_VERSION = /^(?:[\^~<>=!]{1,2}|[\^~<>=!v]{0,3}\d{1,4}(?:\.[\dx*]{1,6}){0,3}(?:[-+][\w.+-]{0,30})?)$/;
/** A version or a range of versions: '^1.2.3', '>= 1, < 2'. */
const isVersion = (value: string): boolean => value.length < 200 && /\d/.test(value) && value.split(/[ ,|]+/).every((part) => part === '' || ONE_VERSION.test(part));
const ELSEWHERE = /^(?:workspace|file|link|npm|github|git|portal|patch|catalog)[+:]|^[a-z][a-z0-9+.-]{1,20}:\/\//i;
const PATH = /^(?:~|\.{1,2})?(?:\/[A-Za-z_.@$*{-][\w.@${}*-]{0,80}){1,12}\/?$/;
/** Names of what lies around a secret: a file, an address, a kind. */
const ABOUT = /(?:_|-|\b|[a-z])(?:FILE|PATH|DIR|FOLDER|URL|URI|ENDPOINT|HOST|PORT|NAME|TYPE|ALGORITHM|ALG|TTL|EXPIR\w{0,20}|MINUTES|SECONDS|LENGTH|SIZE|COUNT|LIMIT|TIMEOUT|REGION|ISSUER|AUDIENCE|PROVIDER|BACKEND|CLASS|MODULE|ENABLED|REQUIRED|HEADER|SERVICE|METHOD|STORE|REF|FORMAT|PREFIX|MODE|SOURCE|SERIALIZER|VERSION)["'\]\s:=>]{0,12}$/i;

/** Not a version, an address, a path, a variable's name; behind "key" alone, or behind the name of a thing about a secret, only what a machine made. */
function isValue(value: string, before: string): boolean {
  // A header's name, whose value is filled in.
  if (/^[A-Za-z][\w.-]{0,80}:$|^x-[\w-]{1,80}=$/.test(value)) return false;
  if (value.length < 4 || isVersion(value) && (value.includes('.') || /^[\^~<>=!]/.test(value)) || ELSEWHERE.test(value)) return false;
  const random = value.split(/[^A-Za-z0-9]/).some(looksRandom);
  if (random) return true;
  if (PATH.test(value) || /^[A-Z]{2,30}(?:_[A-Z0-9]{1,30}){1,8}$/.test(value)) return false;
  return !ABOUT.test(before) && !/^[^\w-]?key["'\]\s:=>]{1,12}$/i.test(before);
}
