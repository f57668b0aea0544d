/** The tool of `npm run check` that holds every regular expression of `src` to linear time. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, test } from 'vitest';

import { judge as untyped } from '../.config/linear.mjs';
import { expressionsOf, look as looked, sources } from '../.config/regexes.mjs';
import { stepsOf } from './helpers/backtrack.ts';

type Verdict = { readonly linear: true } | { readonly linear: false; readonly why: string; readonly degree?: number; readonly pump?: string };
const judge = untyped as unknown as (source: string, flags: string) => Verdict;
const look = looked as unknown as (paths: readonly string[], left: Readonly<Record<string, number>>) => { readonly count: number; readonly bounded: number; readonly wrong: readonly string[] };

describe('what it refuses', () => {
  it.each([
    ['(a+)+$', '', 'exponential'], ['^(a*)*$', '', 'exponential'], ['^((a*)*b?)*$', '', 'exponential'], ['^(?:a|a)*$', '', 'exponential'], ['^(?:a|b|ab)*c', '', 'exponential'], [String.raw`^(\w+\s?)*$`, '', 'exponential'], ['^(?:a{0,9}){0,9}$', '', 'exponential'], ['^(?:[^]{0,9}){0,9}$', '', 'exponential'], ['a[^]{0,4000}$', '', 'polynomial'],
    ['a*a*b', '', 'polynomial'], ['^a*a*b', '', 'polynomial'], [String.raw`\s+$`, '', 'polynomial'], ['a+b', '', 'polynomial'], ['foo.*bar', '', 'polynomial'], ['x(?:.*y)?', 'g', 'polynomial'], [String.raw`^\s*#`, 'm', 'polynomial'],
    [String.raw`(?=.*a)b`, '', 'polynomial'], ['(?:é|É)+x', 'i', 'exponential'], [String.raw`(\w+)=\1`, '', 'polynomial'], [String.raw`(?<=a.*)b`, '', 'unknown'], ['a{1,9999}b', '', 'polynomial'], ['a{9999}', '', 'unknown'],
  ])('/%s/%s: %s', (source, flags, why) => expect(judge(source, flags)).toMatchObject({ linear: false, why }));
});

describe('what it lets pass', () => {
  it.each([
    ['a*b*c', 'y'], [String.raw`^\s+$`, ''], [String.raw`\ba+b`, ''], ['a.*', 'g'], [String.raw`\s+`, 'g'], ['"[^"]*"', 'g'], ['#.*$', 'm'], [String.raw`(?<![\w.])\w+\s*=`, ''], ['^(?=.*a)(?=.*b)', ''],
    [String.raw`\w{0,60}foo`, ''], [String.raw`^(["'])[^"']*\1$`, ''], ['x(?:.*y)?', ''],
  ])('/%s/%s', (source, flags) => expect(judge(source, flags)).toEqual({ linear: true }));
});

test('what it says is linear is so for a plain backtracking matcher, on texts made of every short word', () => {
  const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', String.raw`\b`, '^', '$', '(?=a)', '(?!b)', '(?<!a)');
  const { expression } = fc.letrec<{ expression: string; part: string }>((tie) => ({
    expression: fc.array(tie('part'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
    part: fc.oneof({ maxDepth: 3 }, atom, fc.tuple(fc.constantFrom('a', 'b', '[ab]', '.'), fc.constantFrom('*', '+', '?', '*?', '+?')).map(([one, how]) => one + how),
      fc.tuple(tie('expression'), fc.constantFrom('', '*', '+', '?', '*?')).map(([one, how]) => `(?:${one})${how}`), fc.tuple(tie('expression'), tie('expression')).map(([one, other]) => `(?:${one}|${other})`)),
  }));
  const words = ['a', 'b', 'ab', 'a ', 'aab', 'a\n'];
  let linear = 0;
  let worse = 0;
  fc.assert(fc.property(expression, fc.constantFrom('', 'g', 'm', 'y', 'gm'), (source, flags) => {
    const verdict = judge(source, flags);
    if (verdict.linear) linear += 1;
    else worse += 1;
    if (!verdict.linear) return;
    for (const word of words) for (const before of ['', 'b']) for (const after of ['', 'c', 'b']) {
      const steps = (times: number): number => stepsOf(source, flags, before + word.repeat(times) + after, 100_000);
      const [some, more] = [steps(12), steps(48)];
      // Linear: four times as many; quadratic: sixteen times.
      if (more > some * 8 + 200) throw new Error(`/${source}/${flags} on ${JSON.stringify(word)}: ${some} steps, then ${more}`);
    }
  }), { numRuns: Number(process.env['RUNS'] ?? 150), seed: Number(process.env['SEED'] ?? 20_261_130) });
  // Both kinds were among them.
  expect(linear).toBeGreaterThan(30);
  expect(worse).toBeGreaterThan(30);
}, 120_000);

describe('what it reads of a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'regexes-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const said = (text: string) => {
    const path = join(folder, `${Math.random().toString(36).slice(2)}.ts`);
    writeFileSync(path, text);
    return look([path], {});
  };
  it('a literal, with its line', () => expect(said('const a = 1;\nexport const b = /(a+)+$/;').wrong).toEqual([expect.stringMatching(/\.ts:2 \/\(a\+\)\+\$\/: exponential on "a" repeated$/)]));
  it.each([
    ['a parameter', 'export const f = (name: string) => new RegExp(name);'],
    ['a parameter within a template', 'export const f = (name: string) => new RegExp(`^${name}$`);'],
    ['without new', 'export const f = (name: string) => RegExp(name);'],
    ['of the global object', 'export const f = (name: string) => new globalThis.RegExp(name);'],
    ['flags', "export const f = (flags: string) => new RegExp('a', flags);"],
    ['let', "let text = 'a'; export const f = () => new RegExp(text);"],
  ])('put together from what is not known: %s', (_, text) => expect(said(text).wrong).toEqual([expect.stringContaining('cannot be read here')]));
  it('put together from what is known, and judged', () => {
    expect(said("const A = 'a+'; const PARTS = ['x', A]; export const f = new RegExp(`^(${PARTS.join('|')})+$`);").wrong).toEqual([expect.stringContaining('exponential')]);
    expect(said('const A = /a+/; export const f = new RegExp(`^${A.source}b`);').wrong).toEqual([]);
  });
  it('any text through our escape, and what it may be is tried', () => {
    expect(said('export const f = (name: string) => new RegExp(`^${escapeForRegExp(name)}=`);')).toMatchObject({ count: 1, wrong: [] });
    expect(said('export const f = (name: string) => new RegExp(`${escapeForRegExp(name)}\\\\s*=`);').wrong).toEqual([expect.stringContaining('quadratic')]);
  });
  it('a bound that is said lets one be quadratic, no worse, and is told where it is not needed', () => {
    const marked = (expression: string) => said(`// regexp: bounded by slice(0, 100) above\nexport const a = ${expression};`);
    expect(marked('/a+b/')).toMatchObject({ bounded: 1, wrong: [] });
    expect(marked('/a*a*b/').wrong).toEqual([expect.stringContaining('cubic')]);
    expect(marked('/a/').wrong).toEqual([expect.stringContaining('can go')]);
    expect(said(`${'// regexp: bounded by slice(0, 100) above\nexport const a = /a+b/;\n'.repeat(11)}`).wrong).toEqual([expect.stringContaining('at most 10')]);
  });
  it('what is left is counted: more fails, less fails', () => {
    const path = join(folder, 'left.ts');
    writeFileSync(path, 'export const a = /a+b/;');
    const name = look([path], {}).wrong[0]?.split(':')[0] ?? '';
    expect(look([path], { [name]: 1 }).wrong).toEqual([]);
    expect(look([path], { [name]: 2 }).wrong).toEqual([expect.stringContaining('LEFT')]);
  });
});

test('it reads all of src', () => {
  const count = (sources as unknown as () => string[])().reduce((sum, path) => sum + (expressionsOf as unknown as (path: string) => unknown[])(path).length, 0);
  // Whether each is linear, `npm run check` says.
  expect(count).toBeGreaterThan(1_500);
}, 120_000);
