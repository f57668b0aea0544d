/** What .dockerignore keeps out and what COPY takes, as Docker does (test/e2e/docker-ignore.test.ts holds the same table to it), and within a bound. */
import { describe, expect, test } from 'vitest';

import { ignores } from '../../src/workspace/docker-ignore.ts';
import { ignoredByFiles } from '../../src/workspace/ignored.ts';
import { inContainer } from '../../src/workspace/container-path.ts';
import type { Path, Service } from '../../src/types.ts';
import { CONTEXT, COPIED, IGNORED } from './docker-ignore.cases.ts';

test.each(IGNORED)('.dockerignore %j', (text, out) => {
  expect(CONTEXT.filter((file) => ignores(text, file))).toEqual(out);
});

const serviceThatCopies = (from: string): Pick<Service, 'mounts' | 'build' | 'workingDir'> => ({
  mounts: [],
  build: { context: '' as Path, dockerfile: 'Dockerfile' as Path, args: {}, stage: { index: 0, base: 'scratch', workdir: '/', env: [], expose: [], runs: [], copies: [{ from, to: '/to/', where: { path: 'Dockerfile' as Path } }] } },
});

test.each(COPIED)('COPY %j', (source, taken) => {
  const found = CONTEXT.flatMap((file) => {
    const at = inContainer(serviceThatCopies(source), file as Path)?.path;
    return at === undefined ? [] : [[file, at]];
  });
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(Object.entries(taken).map(([file, at]) => [file, `/to/${at}`])));
});

const LONG = `${'a'.repeat(255)}/`.repeat(15) + 'a'.repeat(255);
const withinMs = (most: number, work: () => unknown): unknown => {
  const began = performance.now();
  const answer = work();
  expect(performance.now() - began).toBeLessThan(most);
  return answer;
};

describe('a hostile line ends at once', () => {
  // The exact time does not matter: those that blow up take years.
  test.each([
    ['a hundred stars', `${'*a'.repeat(100)}b`, false],
    ['a hundred double stars', `${'**/a'.repeat(100)}b`, false],
    ['double stars with folders', `${'a*/**/'.repeat(100)}b`, false],
    ['stars of every kind', `${'*?[a]**'.repeat(100)}b`, false],
    ['as many as are tried', `${'*a'.repeat(8_000)}b`, false],
    ['a bracket without an end', `${'['.repeat(10_000)}`, false],
    ['one more than are tried', '*a'.repeat(16_000), undefined],
    ['a line of a megabyte', '*a'.repeat(500_000), undefined],
    ['100,000 different patterns', Array.from({ length: 100_000 }, (_, i) => `a${i}*b`).join('\n'), undefined],
    ['100,000 names', Array.from({ length: 99_999 }, (_, i) => `a${i}`).join('\n'), false],
  ])('.dockerignore: %s', (_, text, is) => {
    expect(withinMs(3_000, () => ignores(text, LONG))).toBe(is);
  });
  test('one .dockerignore, ten thousand files', () => {
    const text = `${Array.from({ length: 300 }, (_, i) => `**/a${i}*b`).join('\n')}\n**/*7.pyc`;
    expect(withinMs(5_000, () => Array.from({ length: 10_000 }, (_, i) => `src/${i}.pyc`).filter((file) => ignores(text, file)).length)).toBe(1_000);
  });
  test.each([
    ['a hundred stars', `${'*a'.repeat(100)}b`],
    ['a bracket without an end', `${'['.repeat(10_000)}`],
    ['a long class', `[${'a-z'.repeat(5_000)}]`],
    ['a megabyte', '*a'.repeat(500_000)],
  ])('COPY: %s', (_, source) => {
    expect(withinMs(3_000, () => inContainer(serviceThatCopies(source), LONG as Path))).toBeUndefined();
  });
  test.each([
    ['a hundred stars', `${'*a'.repeat(100)}b`],
    ['a hundred folders', `${'**/a'.repeat(100)}b`],
    ['a megabyte', '*a'.repeat(500_000)],
    ['100,000 rules', Array.from({ length: 100_000 }, (_, i) => `a${i}*b`).join('\n')],
    ['an exception that would take long', `.env\n!${'*a'.repeat(100)}b`],
  ])('.gitignore: %s; what was not tried ignores nothing', (_, text) => {
    expect(withinMs(3_000, () => ignoredByFiles((file) => (file === '.gitignore' ? text : undefined), `${LONG}/.env` as Path))).toBe(false);
  });
  test('.gitignore: what is just tried', () => {
    const deep = `${'a'.repeat(94)}/.env` as Path;
    expect(withinMs(5_000, () => ignoredByFiles((file) => (file === '.gitignore' ? '*a*a*ab' : undefined), deep))).toBe(false);
    expect(ignoredByFiles((file) => (file === '.gitignore' ? '**/*.pyc\n*.log\n.env*\n!.env.example' : undefined), deep)).toBe(true);
  });
});
