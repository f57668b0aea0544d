/**
 * What a pasted Honeycomb key is, from its shape alone.
 * Shapes: docs.honeycomb.io/api/authentication; husky otlp/common.go (IsClassicApiKey); jessitron/hny-tricks src/auth/validate.ts.
 */
import { withoutEnd } from '../../patterns.ts';
import type { KeyKind, Region } from '../../types.ts';

export interface RecognisedKey {
  readonly kind: KeyKind;
  /** Without what was pasted around it. */
  readonly value: string;
  /** Where the key itself says it; a key of another letter, or without one, does not. */
  readonly region?: Region;
  /** What was taken off: 'the quotes'. */
  readonly without?: string;
}
export interface KeyMistake {
  /** One sentence; never holds the key. */
  readonly mistake: string;
  /** The one thing to do. */
  readonly hint: string;
}

const WHERE = 'copy the key itself: ui.honeycomb.io → your environment → API keys';

/** @param text as typed, pasted or read from a variable. */
export function recogniseKey(text: string): RecognisedKey | KeyMistake {
  const { value, without } = unwrapped(text);
  const found = shapeOf(value);
  if (found === undefined) return mistakeOf(value);
  return { ...found, value, ...(without === undefined ? {} : { without }) };
}

/** The things people copy along with a key. */
const WRAPPINGS: readonly (readonly [RegExp, string])[] = [
  [/^(?:export|set|setx)\s+/i, 'the "export"'],
  [/^\$env:/i, 'the "$env:"'],
  [/^gp\s+env\s+/i, 'the "gp env"'],
  [/^(?:HONEYCOMB_API_KEY|HONEYCOMB_WRITEKEY|OTEL_EXPORTER_OTLP_HEADERS)\s*[=:]\s*/i, 'the name of the variable'],
  [/^x-honeycomb-team\s*[=:]\s*/i, 'the "x-honeycomb-team="'],
  [/^Bearer\s+/i, 'the "Bearer"'],
  [/,\s*x-honeycomb-dataset\s*=.*/i, 'the dataset'],
];

function unwrapped(text: string): { value: string; without?: string } {
  let value = text;
  const taken = new Set<string>();
  for (let before = ''; before !== value; ) {
    before = value;
    // Blanks, line ends, and the invisible characters that web pages and chats add.
    const trimmed = withoutEnd(value.replace(/^[\s\p{Cf}]+/u, ''), /[\s\p{Cf}]/u);
    if (trimmed !== value) taken.add('the blanks around it');
    value = trimmed;
    const quoted = /^(["'`\u201c\u201d\u2018\u2019])([\s\S]*)(["'`\u201c\u201d\u2018\u2019])[;,]?$/u.exec(value);
    if (quoted !== null) {
      value = quoted[2] ?? '';
      taken.add('the quotes');
    }
    for (const [wrapping, name] of WRAPPINGS) {
      if (wrapping.test(value)) {
        value = value.replace(wrapping, '');
        taken.add(name);
      }
    }
  }
  // A line end at the end is how a pipe or an editor gives a key: not worth a word.
  if (taken.size === 1 && taken.has('the blanks around it') && text.trimEnd() === value) taken.clear();
  return taken.size === 0 ? { value } : { value, without: [...taken].join(' and ') };
}

function shapeOf(value: string): { kind: KeyKind; region?: Region } | undefined {
  const ingest = /^hc([a-z])(ik|ic)_[0-9a-z]{58}$/.exec(value);
  if (ingest !== null) {
    const region = ({ a: 'us', b: 'eu' } as const)[ingest[1] ?? ''];
    return { kind: ingest[2] === 'ik' ? 'ingest' : 'classic-ingest', ...(region === undefined ? {} : { region }) };
  }
  if (/^[0-9a-f]{32}$/.test(value)) return { kind: 'classic' };
  if (/^[0-9A-Za-z]{22}$/.test(value)) return { kind: 'configuration' };
  return undefined;
}

/** Everything that is no key, the most telling first. */
function mistakeOf(value: string): KeyMistake {
  const n = value.length;
  if (value === '') return { mistake: 'That is blank.', hint: WHERE };
  if (/^\$|^%.*%$|\$\{/.test(value)) return { mistake: 'That is the name of a variable, not its value.', hint: WHERE };
  if (/^[•●*∙·]+/.test(value) || /[•●]{3}/.test(value)) return { mistake: 'That is the masked key, as the page shows it.', hint: 'use the copy button beside the key' };
  if (/^hc[a-z]mk_/i.test(value)) return { mistake: 'That is a management key: it manages a team and cannot send.', hint: 'make an ingest key: ui.honeycomb.io → your environment → API keys' };
  if (/^hc[a-z]lk_/i.test(value)) return { mistake: 'That is the ID of a configuration key, not the key.', hint: WHERE };
  if (/^hc[a-z]i[kc]_/i.test(value)) {
    if (n === 32) return { mistake: 'That is the ID of an ingest key: the first half of it.', hint: 'the whole key has 64 characters; it is shown once, so make a new one if it is gone' };
    if (n === 64) return { mistake: 'That ingest key has characters that none has: only small letters and digits follow "_".', hint: WHERE };
    return { mistake: `That ingest key has ${n} characters; a whole one has 64.`, hint: WHERE };
  }
  if (/^https?:\/\//i.test(value)) return { mistake: 'That is an address, not a key.', hint: WHERE };
  if (/\s/.test(value)) return { mistake: 'There is a blank inside: that is more than one word.', hint: WHERE };
  if (/^<.*>$|your|example|placeholder|changeme|x{5}|\.\.\.|…/i.test(value)) return { mistake: 'That is a placeholder.', hint: WHERE };
  if (/^[0-9A-F]{32}$/i.test(value)) return { mistake: 'That Classic key has capital letters; keys of Honeycomb Classic have none.', hint: WHERE };
  if (/^[0-9a-z]{32}$/.test(value)) return { mistake: 'That looks like the secret of a management key: it manages a team and cannot send.', hint: 'make an ingest key: ui.honeycomb.io → your environment → API keys' };
  if (/[^\u0021-\u007e]/.test(value)) return { mistake: 'There are characters in it that no key has.', hint: WHERE };
  return { mistake: `That has ${n} ${n === 1 ? 'character' : 'characters'}; a Honeycomb key has 22 (configuration), 64 (ingest) or 32 (Classic).`, hint: WHERE };
}
