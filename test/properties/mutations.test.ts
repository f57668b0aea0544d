/** The fixture workspaces as people leave them: files disturbed at random in ways that people disturb files. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { otelSetup } from '../helpers/init.ts';
import { checkout, treeOf, type Tree } from '../helpers/tree.ts';
import { workspaceCases } from '../helpers/workspaces.ts';

/** Comments mean nothing in these; in package.json and lock files there are none. */
const COMMENTED = /(\.ya?ml|\.txt|\.toml|Dockerfile|\.env|\.gitignore|\.dockerignore)$/;
const YAML = /compose[^/]*\.ya?ml$/;
const TOUCHED = /(\.ya?ml|requirements[^/]*\.txt|package\.json|Dockerfile|\.toml)$/;

type Disturb = (lines: string[], at: number, path: string) => void;
const insert = (text: string): Disturb => (lines, at, path) => void (text.trim() === '' || COMMENTED.test(path) ? lines.splice(at, 0, text) : undefined);
const change = (of: RegExp, edit: (line: string) => string): Disturb => (lines, at, path) => void (of.test(path) ? (lines[at] = edit(lines[at] ?? '')) : undefined);
const disturbances: Readonly<Record<string, Disturb>> = {
  'a blank line': insert(''),
  'a line of blanks': insert('    '),
  'a comment': insert('# note: "quoted" \'too\''),
  'an indented comment': insert('      # - OLD=1'),
  'blanks at the end': change(TOUCHED, (line) => `${line}  `),
  'a comment at the end': change(YAML, (line) => `${line} # why`),
  'CRLF': (lines) => void lines.forEach((line, i) => (lines[i] = i === lines.length - 1 ? line : `${line.replace(/\r$/, '')}\r`)),
  'one CRLF': change(TOUCHED, (line) => `${line.replace(/\r$/, '')}\r`),
  'twice the indentation': (lines) => lines.forEach((line, i) => (lines[i] = line.replace(/^ +/, '$&$&'))),
  'double quotes': change(YAML, (line) => line.replace(/: ([\w./-]+)$/, ': "$1"')),
  'single quotes': change(YAML, (line) => line.replace(/- ([\w./=-]+)$/, "- '$1'")),
  'two lines swapped': (lines, at) => void lines.splice(at, 2, ...lines.slice(at, at + 2).toReversed()),
  'a line twice': (lines, at) => void lines.splice(at, 0, lines[at] ?? ''),
  'a line lost': (lines, at) => void lines.splice(at, 1),
  'no final newline': (lines) => void (lines.at(-1) === '' ? lines.pop() : undefined),
};

const cases = workspaceCases.map((one) => ({ one, tree: treeOf(join(one.folder, 'in')) }));
const steps = fc.array(fc.record({ what: fc.constantFrom(...Object.keys(disturbances)), file: fc.nat(20), at: fc.nat(60) }), { minLength: 1, maxLength: 5 });

function disturbed(tree: Tree, how: readonly { what: string; file: number; at: number }[]): Tree {
  const after: Record<string, string> = { ...tree };
  const paths = Object.keys(tree).filter((path) => TOUCHED.test(path) && !(tree[path] ?? '').startsWith('\xff\xfe'));
  for (const { what, file, at } of how) {
    const path = paths[file % paths.length];
    if (path === undefined) continue;
    const lines = (after[path] ?? '').split('\n');
    disturbances[what]?.(lines, at % lines.length, path);
    after[path] = lines.join('\n');
  }
  return after;
}

const isSubsequence = (before: string, after: string): boolean => {
  let i = 0;
  for (let j = 0; j < after.length && i < before.length; j += 1) if (before[i] === after[j]) i += 1;
  return i === before.length;
};

test('a disturbed workspace: refused with a sentence, or only insertions, nothing the second time, and every byte back', async () => {
  let [written, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...cases), steps, async ({ one, tree }, how) => {
      const before = disturbed(tree, how);
      const { folder, remove } = checkout(before);
      const cwd = join(folder, one.cwd);
      try {
        const argv = ['init', '--yes', '--offline', ...one.args];
        const first = await otelSetup(cwd, argv, one.outside);
        const after = treeOf(folder);
        if ((first.report?.plan?.patches ?? []).length === 0) {
          refused += 1;
          expect(after).toEqual(before);
          if (first.report === undefined) expect(first.err).toMatch(/\S.*[.?]\n/);
          return;
        }
        written += 1;
        for (const [path, text] of Object.entries(before)) expect(isSubsequence(text, after[path] ?? ''), path).toBe(true);
        const second = await otelSetup(cwd, argv, one.outside);
        expect(second.report?.plan?.patches ?? []).toEqual([]);
        expect(treeOf(folder)).toEqual(after);
        expect(await otelSetup(folder, ['undo', '--yes'], one.outside)).toMatchObject({ exit: 0 });
        expect(treeOf(folder)).toEqual(before);
      } finally {
        remove();
      }
    }),
    { numRuns: 40 },
  );
  expect(written).toBeGreaterThan(refused / 2);
}, 600_000);

test('the fixtures that are disturbed are those of the repository', () => {
  expect(cases.length).toBeGreaterThanOrEqual(25);
  for (const { one } of cases) expect(readFileSync(join(one.folder, 'report.txt'), 'utf8')).not.toBe('');
});
