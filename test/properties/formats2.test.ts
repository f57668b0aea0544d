/** What must hold for every change in every file of these formats, whatever else the file holds. */
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isApplied } from '../../src/formats/apply.ts';
import { formatOf } from '../../src/formats/index.ts';
import { prove } from '../../src/formats/prove.ts';
import { isRefusal } from '../../src/formats/refusal.ts';
import { applySplices, invertSplices } from '../../src/formats/splices.ts';
import type { Change } from '../../src/types.ts';

const IDS = ['dockerfile', 'requirements-txt', 'package-json', 'toml', 'dotenv', 'ignore-file', 'procfile'];
const INSERTING = ['set', 'add', 'prefix', 'append'];
/** Lines that mean nothing to the format. */
const IDLE: Readonly<Record<string, readonly string[]>> = { 'package-json': ['', '  ', '\t'] };
/** What the texts of the format are made of, for texts that nobody would write. */
const PIECES: Readonly<Record<string, readonly string[]>> = {
  dockerfile: ['FROM a', 'CMD ["b", "c"]', 'cmd d', 'RUN <<E', 'E', '\\', '#', '# escape=`', '`', '[', '"', 'ARG x', 'COPY --from=a b c'],
  'requirements-txt': ['a==1', '-r b', '\\', '#', ' # c', '--hash=x', '; x', '[d]', '@ https://e', '\f', '\u2028'],
  'package-json': ['{', '}', '[', ']', '"dependencies"', ':', ',', '"a"', '1', 'null', '{"scripts": {"a": "b"}}', '//'],
  toml: ['[project]', '[[a]]', 'dependencies = [', ']', '"x",', 'a = 1', 'a.b = "c"', '"""', '{', '}', '=', '#', '[project.x]', "'"],
  dotenv: ['A=1', 'export B=2', '"', "'", '\\', '$', '#', ' #', 'C: 3', 'D', 'E F=1', '='],
  'ignore-file': ['a', '#', '!b', '\\ ', ' ', '/c/'],
  procfile: ['web: a', 'web:', '#', 'x y: z', ':'],
};

interface Sample {
  readonly name: string;
  readonly text: string;
  readonly changes: readonly Change[];
}

/** The cases of test/formats whose changes insert and are made. */
function samplesOf(id: string): Sample[] {
  const here = new URL(`../formats/${id}/`, import.meta.url);
  return readdirSync(here).flatMap(name => {
    const files = readdirSync(new URL(`${name}/`, here));
    const read = (start: string): string => readFileSync(new URL(`${name}/${files.find(file => file.startsWith(start)) ?? start}`, here), 'utf8');
    const changes = JSON.parse(read('change.json')) as Change[];
    const fits = !files.includes('refused.txt') && changes.every(change => INSERTING.includes(change.do));
    return fits ? [{ name, text: read('before.'), changes }] : [];
  });
}

const variant = fc.record({
  end: fc.constantFrom('\n', '\r\n'),
  bom: fc.boolean(),
  final: fc.constantFrom('as it is', 'none', 'two'),
  /** Idle lines that go in: where (as a part of the file), and which. */
  idle: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(5)), { maxLength: 3 }),
});

function vary(text: string, id: string, how: { end: string; bom: boolean; final: string; idle: readonly (readonly [number, number])[] }): string {
  const lines = text.replace('\uFEFF', '').split(/\r?\n/);
  const idle = IDLE[id] ?? ['', '# note', '#'];
  for (const [place, which] of how.idle) lines.splice(Math.floor(place * lines.length), 0, idle[which % idle.length] ?? '');
  const body = lines.join(how.end);
  const ended = how.final === 'none' ? body.trimEnd() : how.final === 'two' ? body + how.end + how.end : body;
  return (how.bom ? '\uFEFF' : '') + ended;
}

function isSubsequence(part: string, whole: string): boolean {
  let i = 0;
  // By UTF-16 unit, as offsets are.
  for (let j = 0; j < whole.length; j += 1) if (whole[j] === part[i]) i += 1;
  return i === part.length;
}

describe.each(IDS)('%s', id => {
  const format = formatOf(id);
  const samples = samplesOf(id);

  test('an insertion keeps every character, can be taken back, and is there the second time', () => {
    let made = 0;
    let tried = 0;
    fc.assert(
      fc.property(fc.constantFrom(...samples), variant, ({ text, changes }, how) => {
        const before = vary(text, id, how);
        const proof = prove(format, before, changes);
        tried += 1;
        if (isRefusal(proof)) return;
        made += 1;
        expect(isSubsequence(before, proof.after)).toBe(true);
        expect(applySplices(proof.after, invertSplices(proof.splices))).toBe(before);
        expect(proof.splices.every(splice => splice.cut === '')).toBe(true);
        if (how.end === '\r\n' && /\n/.test(before)) expect(proof.after).not.toMatch(/[^\r]\n/);
        const parsed = format.parse(proof.after);
        if (isRefusal(parsed)) throw new Error(parsed.refused);
        for (const change of changes) {
          if (change.do === 'set') {
            expect(isApplied(parsed.model, change, format.item)).toBe(true);
            expect(isRefusal(prove(format, proof.after, [change]))).toBe(true);
          } else if (change.do === 'add') expect(isApplied(parsed.model, change, format.item)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
    // Idle lines inside a quoted value or a list may stop a change, rarely.
    expect(made / tried).toBeGreaterThan(0.8);
  });

  test('no text makes it throw, and what it makes is proven', () => {
    const piece = fc.oneof(fc.constantFrom(...(PIECES[id] ?? [])), fc.constantFrom('\n', '\r\n', ' ', '\t', '\uFEFF', 'é', '😀'));
    const change = fc.constantFrom(...samples.flatMap(sample => sample.changes));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }).map(pieces => pieces.join('')), change, (text, one) => {
        format.parse(text);
        format.line(text, one.at);
        format.splice(text, one);
        const proof = prove(format, text, [one]);
        if (!isRefusal(proof)) expect(isSubsequence(text, proof.after)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
