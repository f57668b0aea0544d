/**
 * `${VAR}` in compose and env files. The rules are those of compose-go's template/template.go: `$$`, `$NAME`, `${NAME}`,
 * `:-` `-` `:?` `?` `:+` `+`, nested. What differs: every piece of the result knows where it was written.
 */

/** undefined = not set; '' = set and empty. */
export type Lookup = (name: string) => string | undefined;

export interface Piece {
  readonly text: string;
  /** Offset in the text before, of the piece's first character. */
  readonly at: number;
  /** Written as it is: characters of the result and of the text before stand one to one. */
  readonly literal: boolean;
}
export interface Interpolated {
  readonly value: string;
  /** Variables that were not set or empty and had no other value to give. */
  readonly blank: readonly string[];
  readonly pieces: readonly Piece[];
  /** Why Compose stops here; `value` holds what could be filled in. */
  readonly error?: InterpolationError;
}
export type InterpolationError =
  /** `ours`: Compose may read it; it is longer or deeper than we do. */
  | { readonly is: 'invalid'; readonly template: string; readonly ours?: true }
  | { readonly is: 'required'; readonly name: string; readonly message: string };

const NAME = /^[_a-z][_a-z0-9]*/i;
const OPERATOR = /^:?[-+?]/;

/** Defaults inside of defaults: nobody writes more, a hostile file might. */
const DEEPEST = 50;
/** Of one value. Linux starts no program with a longer variable (MAX_ARG_STRLEN); variables that double each other get there fast. */
export const LONGEST_VALUE = 128 * 1024;

/** Fills in the variables of `text`. Never throws: an error is part of the result. */
export function interpolate(text: string, lookup: Lookup): Interpolated {
  return fillText(text, lookup, 0);
}

function fillText(text: string, lookup: Lookup, depth: number): Interpolated {
  if (depth > DEEPEST) return { value: '', blank: [], pieces: [], error: { is: 'invalid', template: shortened(text), ours: true } };
  const pieces: Piece[] = [];
  const blank: string[] = [];
  let error: InterpolationError | undefined;
  let at = 0;
  let given = 0;
  while (at < text.length) {
    const dollar = text.indexOf('$', at);
    const literal = text.slice(at, dollar < 0 ? text.length : dollar);
    if (literal !== '') pieces.push({ text: literal, at, literal: true });
    if (dollar < 0) break;
    const found = variableAt(text, dollar);
    const filled = fill(found, lookup, text, depth);
    given += filled.value.length;
    if (given > LONGEST_VALUE) {
      error ??= { is: 'invalid', template: shortened(text), ours: true };
      break;
    }
    if (filled.value !== '') pieces.push({ text: filled.value, at: dollar, literal: found.kind === 'text' });
    blank.push(...filled.blank);
    error ??= filled.error;
    at = dollar + found.length;
    // Compose reads no further, and a line of nothing but `${` would be searched again for each of them.
    if (found.kind === 'invalid') break;
  }
  const value = pieces.map(piece => piece.text).join('');
  return { value, blank: [...new Set(blank)], pieces, ...(error === undefined ? {} : { error }) };
}

const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** Where character `index` of the value was written; undefined = it came out of a variable. */
export function writtenAt(pieces: readonly Piece[], index: number): number | undefined {
  let left = index;
  for (const [i, piece] of pieces.entries()) {
    const last = i === pieces.length - 1;
    if (left < piece.text.length || (last && left === piece.text.length)) {
      return piece.literal ? piece.at + left : left === 0 ? piece.at : undefined;
    }
    left -= piece.text.length;
  }
  return index === 0 ? 0 : undefined;
}

type Variable = { readonly length: number } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'escaped' }
  | { readonly kind: 'invalid' }
  | { readonly kind: 'variable'; readonly name: string; readonly operator?: string; readonly argument: string }
);

/** What the `$` at `dollar` begins. */
function variableAt(text: string, dollar: number): Variable {
  const rest = text.slice(dollar + 1);
  if (rest.startsWith('$')) return { kind: 'escaped', length: 2 };
  const name = NAME.exec(rest)?.[0];
  if (name !== undefined) return { kind: 'variable', name, argument: '', length: 1 + name.length };
  if (!rest.startsWith('{')) return { kind: 'text', text: '$', length: 1 };
  const braced = NAME.exec(rest.slice(1))?.[0];
  if (braced === undefined) return { kind: 'invalid', length: 2 };
  const after = rest.slice(1 + braced.length);
  if (after.startsWith('}')) return { kind: 'variable', name: braced, argument: '', length: 3 + braced.length };
  const operator = OPERATOR.exec(after)?.[0];
  if (operator === undefined) return { kind: 'invalid', length: 2 };
  let end = closingBrace(text, dollar);
  if (end < 0) {
    // Never balanced: compose-go's greedy `(.*)}` then takes the last brace of the line.
    const line = text.indexOf('\n', dollar);
    end = text.lastIndexOf('}', line < 0 ? text.length : line);
  }
  const start = dollar + 2 + braced.length + operator.length;
  if (end < start) return { kind: 'invalid', length: 2 };
  return { kind: 'variable', name: braced, operator, argument: text.slice(start, end), length: end + 1 - dollar };
}

/** compose-go's getFirstBraceClosingIndex, which does not look at the character behind an opening brace; within the line. */
function closingBrace(text: string, from: number): number {
  let open = 0;
  for (let i = from; i < text.length && text[i] !== '\n'; i += 1) {
    if (text[i] === '}') {
      open -= 1;
      if (open === 0) return i;
    } else if (text[i] === '{') {
      open += 1;
      i += 1;
    }
  }
  return -1;
}

type Filled = Pick<Interpolated, 'value' | 'blank' | 'error'>;

function fill(found: Variable, lookup: Lookup, template: string, depth: number): Filled {
  if (found.kind === 'text') return { value: found.text, blank: [] };
  if (found.kind === 'escaped') return { value: '$', blank: [] };
  if (found.kind === 'invalid') return { value: '', blank: [], error: { is: 'invalid', template } };
  const value = lookup(found.name);
  const filled = found.operator?.startsWith(':') === true ? value !== undefined && value !== '' : value !== undefined;
  const asItIs: Filled = { value: value ?? '', blank: (value ?? '') === '' ? [found.name] : [] };
  switch (found.operator?.at(-1)) {
    case '-':
      return filled ? asItIs : orBlank(fillText(found.argument, lookup, depth + 1), found.name);
    case '+':
      return filled ? orBlank(fillText(found.argument, lookup, depth + 1), found.name) : asItIs;
    case '?': {
      if (filled) return asItIs;
      const message = fillText(found.argument, lookup, depth + 1);
      return { value: '', blank: [found.name], error: message.error ?? { is: 'required', name: found.name, message: message.value } };
    }
    default:
      return asItIs;
  }
}

/** An empty default leaves its variable blank; a default that is a blank variable names that one. */
function orBlank(given: Interpolated, name: string): Filled {
  const blank = given.blank.length > 0 ? given.blank : given.value === '' ? [name] : [];
  return { value: given.value, blank, ...(given.error === undefined ? {} : { error: given.error }) };
}
