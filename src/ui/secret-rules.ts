/** Keys of known makers: the rule set of gitleaks, as `npm run secret-rules` brings it into templates/secrets/. Pure, but for reading that file once. */
import { template } from '../templates.ts';
import type { Span } from './secret-shapes.ts';

interface Rule {
  readonly kind: string;
  readonly match: RegExp;
}
interface Rules {
  /** Small letters → the rules whose keys have that word in them. */
  readonly words: ReadonlyMap<string, readonly Rule[]>;
  /** Any of the words, so that a text is gone through once. */
  readonly gate: RegExp;
  /** Their word is so short that it stands everywhere. */
  readonly always: readonly Rule[];
}
/** As the file has them: a name, its words, and for a value the names that it stands behind. */
interface Written {
  readonly keys: readonly (readonly [id: string, words: readonly string[], key: string, flags: string])[];
  readonly values: readonly (readonly [id: string, words: readonly string[], names: string, value: string])[];
}
let rules: Rules | undefined;

/** What stands between the name of a maker and the value: the rest of the name, a sign of assignment, quotes. */
const ASSIGNED = String.raw`[\w.-]{0,24}\\?["'\])]{0,3}[ \t]{0,8}(?:=>|:=|[:=,(])[ \t]{0,8}\\?["'\x60]{0,3}`;

const kindOf = (id: string): string => id.replaceAll('-', ' ');

/** Every expression of the rules, for what proves them linear; `words`: what gets each to be tried. */
export function keptRules(): readonly (Rule & { readonly words: readonly string[] })[] {
  const { keys, values } = JSON.parse(template('secrets/rules.json')) as Written;
  return [
    // regexp: judged by test/safety/kept-rules.slow.test.ts
    ...keys.map(([id, words, key, flags]) => ({ kind: kindOf(id), words, match: new RegExp(key, `g${flags}`) })),
    // A value behind a name has a digit: else it could be any word.
    // regexp: judged by test/safety/kept-rules.slow.test.ts
    ...values.map(([id, words, names, value]) => ({ kind: kindOf(id), words, match: new RegExp(`(?:${names})${ASSIGNED}((?=[^\\d\\s]{0,100}\\d)(?:${value}))(?![\\w-])`, 'gi') })),
  ];
}

function loaded(): Rules {
  const words = new Map<string, Rule[]>();
  const always: Rule[] = [];
  for (const { words: of, ...rule } of keptRules()) {
    if (of.some((word) => word.length < 3)) always.push(rule);
    else for (const word of of) words.set(word, [...(words.get(word) ?? []), rule]);
  }
  const longestFirst = [...words.keys()].toSorted((a, b) => b.length - a.length);
  // regexp: judged by test/safety/kept-rules.slow.test.ts
  return { words, always, gate: new RegExp(longestFirst.map((word) => word.replace(/[.~]/g, '\\$&')).join('|'), 'gi') };
}

/** Every key of a known maker in a text, in no order; a key reaches to the end of its letters and digits. */
export function makersKeys(text: string): readonly Span[] {
  rules ??= loaded();
  const { words, gate, always } = rules;
  const asked = new Set(always);
  const seen = new Set<string>();
  for (const [word] of text.matchAll(gate)) seen.add(word.toLowerCase());
  for (const word of seen) for (const rule of words.get(word) ?? []) asked.add(rule);
  const found: Span[] = [];
  for (const { kind, match } of asked) {
    for (const one of text.matchAll(match)) {
      const value = one.find((part, i) => i > 0 && part !== undefined && part.length > 8) ?? one[0];
      const at = one.index + one[0].lastIndexOf(value);
      REST.lastIndex = at + value.length;
      found.push({ at, text: value + (REST.exec(text)?.[0] ?? ''), kind, form: 'shape' });
    }
  }
  return found;
}
const REST = /[\w-]{0,1000}/y;
