/**
 * What holds for every edit of a compose file, whatever the file looks like: the cases of test/formats/compose are
 * rewritten in ways that keep their meaning, and disturbed at random.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, Scalar, stringify } from 'yaml';
import { compose } from '../../src/formats/compose.ts';
import { prove } from '../../src/formats/prove.ts';
import { isRefusal } from '../../src/formats/refusal.ts';
import { applySplices, invertSplices } from '../../src/formats/splices.ts';
import type { Change } from '../../src/types.ts';

const root = new URL('../formats/compose/', import.meta.url).pathname;
const cases = readdirSync(root)
  .filter((name) => existsSync(join(root, name, 'after.yaml')))
  .map((name) => ({
    name,
    before: readFileSync(join(root, name, 'before.yaml'), 'utf8'),
    after: readFileSync(join(root, name, 'after.yaml'), 'utf8'),
    changes: JSON.parse(readFileSync(join(root, name, 'change.json'), 'utf8')) as Change[],
  }));

const lf = (text: string): string => text.replaceAll('\r\n', '\n');
/** Ways to write the same file: an edit must not care. `unless` names the files for which the rewriting says something else. */
const rewritings: { name: string; to: (text: string) => string; unless?: RegExp }[] = [
  { name: 'CRLF', to: (text) => lf(text).replaceAll('\n', '\r\n'), unless: /mixed/ },
  { name: 'LF', to: lf, unless: /mixed/ },
  { name: 'a byte order mark', to: (text) => (text.startsWith('\uFEFF') ? text : `\uFEFF${text}`) },
  // The line end belongs to a block scalar that the file ends in.
  { name: 'no final line end', to: (text) => text.replace(/\r?\n$/, ''), unless: /literal|folded|command-text-in-a-block-list/ },
  // In a block scalar, indentation beyond that of the block is text: a character of a command has another offset then.
  { name: 'twice the indentation', to: (text) => text.replace(/^ +/gm, '$&$&'), unless: /command-literal|command-folded-blank/ },
  { name: 'a comment on top', to: (text) => text.replace(/^\uFEFF?/, '$&# ours\n\n'), unless: /crlf|mixed/ },
  { name: 'another service below', to: (text) => (text.endsWith('\n') ? `${text}  z:\n    image: z\n` : text), unless: /crlf|mixed|three-spaces|one-space|markers|quoted-keys/ },
  { name: 'extra keys below', to: (text) => (text.endsWith('\n') ? `${text}\n# the end\nx-end: 1\n` : text), unless: /crlf|mixed|markers/ },
];

test.each(rewritings)('with $name every edit is the same', ({ to, unless }) => {
  const concerned = cases.filter(({ name }) => unless?.test(name) !== true);
  const edited = concerned.map(({ name, before, changes }) => {
    const proof = prove(compose, to(before), changes);
    return [name, isRefusal(proof) ? proof.refused : proof.after];
  });
  expect(Object.fromEntries(edited)).toEqual(Object.fromEntries(concerned.map(({ name, after }) => [name, to(after)])));
});

/** One small disturbance at a random line. */
type Disturb = (lines: string[], at: number) => void;
const disturbances: Disturb[] = [
  (lines, at) => lines.splice(at, 0, ''),
  (lines, at) => lines.splice(at, 0, '   '),
  (lines, at) => lines.splice(at, 0, '# note'),
  (lines, at) => lines.splice(at, 0, '      # - OLD=1'),
  (lines, at) => (lines[at] = `${lines[at] ?? ''} # why: "this"`),
  (lines, at) => (lines[at] = `${lines[at] ?? ''}  `),
  (lines, at) => (lines[at] = ` ${lines[at] ?? ''}`),
  (lines, at) => (lines[at] = `${lines[at] ?? ''}\r`),
  (lines, at) => (lines[at] = (lines[at] ?? '').replace(/: (\S+)$/, ': "$1"')),
  (lines, at) => (lines[at] = (lines[at] ?? '').replace(/- (\S+)$/, "- '$1'")),
  (lines, at) => (lines[at] = (lines[at] ?? '').replace(/:$/, ': &anchor')),
  (lines, at) => (lines[at] = (lines[at] ?? '').replace(/: (\S+)$/, ': >-\n          $1')),
  (lines) => lines.splice(0, 0, '---'),
  (lines) => (lines.at(-1) === '' ? lines.pop() : undefined),
];

const disturbed = fc
  .record({ of: fc.constantFrom(...cases), steps: fc.array(fc.record({ disturb: fc.constantFrom(...disturbances), at: fc.nat(40) }), { minLength: 1, maxLength: 4 }) })
  .map(({ of, steps }) => {
    const lines = of.before.split('\n');
    for (const { disturb, at } of steps) disturb(lines, at % lines.length);
    return { name: of.name, changes: of.changes, text: lines.join('\n') };
  });

const insertsOnly = (changes: readonly Change[]): boolean => changes.every(({ do: kind }) => kind !== 'replace' && kind !== 'remove');

const hasOffset = (change: Change): boolean => change.do === 'prefix' && (change.from ?? 0) > 0;

test('a disturbed file is edited by insertions alone and can be taken back, or refused', () => {
  let [edited, refused] = [0, 0];
  fc.assert(
    fc.property(disturbed, ({ text, changes }) => {
      const proof = prove(compose, text, changes);
      if (isRefusal(proof)) {
        refused += 1;
        expect(proof.refused).toMatch(/\.$/);
        // The proof is the last net, not the first: an edit that goes wrong is seen before it is made. (A disturbed text
        // has other characters at the offsets of a prefix; no one asks for words in the middle of a line break.)
        if (!changes.some(hasOffset)) expect(proof.refused).not.toMatch(/could not be read back|would not mean/);
        return;
      }
      edited += 1;
      expect(applySplices(proof.after, invertSplices(proof.splices))).toBe(text);
      if (!text.includes('\r')) expect(proof.after).not.toContain('\r');
      if (insertsOnly(changes)) {
        expect(proof.splices.every(({ cut }) => cut === '')).toBe(true);
        expect(proof.after.endsWith('\n')).toBe(text.endsWith('\n'));
      }
      for (const change of changes) if (change.do === 'set') expect(prove(compose, proof.after, [change])).toHaveProperty('refused');
    }),
    { numRuns: 400 },
  );
  expect(edited).toBeGreaterThan(refused);
});

/** Texts as commands are: words, some quotes and backslashes, breaks between them. */
const commandText = fc
  .array(fc.record({ word: fc.stringMatching(/^[a-z&"'\\é{}$.:-]{1,6}$/), gap: fc.constantFrom(' ', ' ', '\n', '\n  ', '  ', '\n\n') }), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.map(({ word, gap }, i) => (i === 0 ? word : gap + word)).join(''));
const styles = ['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const;

test('words go in front of any word of a text, in whichever style the text is written', () => {
  const placed = new Map<string, number>();
  fc.assert(
    fc.property(commandText, fc.constantFrom(...styles), fc.nat(5), (wanted, style, nth) => {
      const scalar = new Scalar(wanted);
      scalar.type = style;
      const text = stringify({ services: { web: { command: scalar, image: 'i' } } }, { lineWidth: 20 });
      // The printer does not get every text right; what counts is what the file says.
      fc.pre(!isRefusal(compose.parse(text)));
      const said = parse(text) as { services: { web: Record<string, unknown> } };
      const { command } = said.services.web;
      if (typeof command !== 'string') return;
      const starts = [...command.matchAll(/(?<!\S)\S/g)].map((match) => match.index);
      const from = starts[nth % starts.length] ?? 0;
      const change: Change = { do: 'prefix', at: ['services', 'web', 'command'], words: ['wrap', '-x'], from };
      const proof = prove(compose, text, [change]);
      if (isRefusal(proof)) {
        expect(proof.refused).not.toMatch(/could not be read back/);
        return;
      }
      expect(parse(proof.after)).toEqual({ services: { web: { ...said.services.web, command: `${command.slice(0, from)}wrap -x ${command.slice(from)}` } } });
      const written = /command: ([|>'"]?)/.exec(text)?.[1] ?? '';
      placed.set(written, (placed.get(written) ?? 0) + 1);
    }),
    { numRuns: 800 },
  );
  // None of the styles is refused as a whole.
  expect([...placed.keys()].toSorted()).toEqual(['', '"', "'", '>', '|']);
  expect([...placed.values()].reduce((sum, n) => sum + n, 0)).toBeGreaterThan(600);
});
