/**
 * How a text is written as a YAML scalar: without quotes where every reader agrees that it is a text, else in quotes.
 */
import { asMap, asScalar, asSeq, type ValueNode } from './nodes.ts';

export type Style = 'plain' | 'single' | 'double';

/** Texts that need no quotes for YAML 1.1 and 1.2 readers alike, in block and in flow style but for commas. */
const BARE = /^[A-Za-z_./][\w./:@=,+-]*$/;
/** Texts that need no quotes in block style: nothing that starts a comment, a key, or anything else. */
const BARE_IN_BLOCK = /^[A-Za-z_./][\x21-\x7e]*(?: (?!#)[\x21-\x7e]+)*$/;
const WORD_OF_YAML = /^(?:y|n|yes|no|on|off|true|false|null|~|\.inf|\.nan)$/i;

/** A key, in quotes where it needs them. */
export function writeKey(key: string): string {
  return /^[A-Za-z_][\w.-]*$/.test(key) && !WORD_OF_YAML.test(key) ? key : quoted(key, 'double');
}

/** A text as a value of a map or an item of a list. `wide` allows more without quotes, as people write list items. */
export function writeText(value: string, o: { readonly style?: Style; readonly flow?: boolean; readonly wide?: boolean } = {}): string {
  if (o.style === 'single' || o.style === 'double') return quoted(value, o.style);
  const bare = (o.wide === true && o.flow !== true ? BARE_IN_BLOCK : BARE).test(value);
  const safe = bare && !WORD_OF_YAML.test(value) && !value.endsWith(':') && !value.includes(': ') && !(o.flow === true && /[,[\]{}]|:$/.test(value));
  return safe ? value : quoted(value, 'double');
}

function quoted(value: string, style: 'single' | 'double'): string {
  if (style === 'single' && /^[\x20-\x7e]*$/.test(value)) return `'${value.replaceAll("'", "''")}'`;
  return `"${escaped(value, 'double')}"`;
}

/** Words that can stand inside a text without quotes: no key, no comment, no bracket of a flow list or map. */
export function staysPlain(words: string, flow: boolean): boolean {
  return /^[\x20-\x7e]*$/.test(words) && !/: |:$|^#| #/.test(words) && !(flow && /[,[\]{}]/.test(words));
}

/** A text as it is written inside a scalar of that style. */
export function escaped(value: string, style: Style): string {
  if (style === 'plain') return value;
  if (style === 'single') return value.replaceAll("'", "''");
  // JSON's escapes are YAML's; the rest of what YAML does not print is written as \u.
  return JSON.stringify(value)
    .slice(1, -1)
    .replace(/[\x7f-\x9f\u2028\u2029\uFEFF]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The quotes of a scalar; block scalars count as plain. */
export function styleOf(node: ValueNode): Style {
  const type = asScalar(node)?.type;
  if (type === 'QUOTE_DOUBLE') return 'double';
  return type === 'QUOTE_SINGLE' ? 'single' : 'plain';
}

/** The quotes that the neighbours have: those of the first scalar in a map or list. */
export function styleIn(node: ValueNode): Style {
  const values = asSeq(node)?.items ?? asMap(node)?.items.map((pair) => pair.value) ?? [];
  return styleOf(values.find((value) => asScalar(value) !== undefined));
}
