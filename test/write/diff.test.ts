import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applySplices } from '../../src/formats/splices.ts';
import type { Path, Splice } from '../../src/types.ts';
import { diffFiles, diffText } from '../../src/write/diff.ts';
import { spliceBetween } from '../../src/write/text-diff.ts';
import { checkout, git, treeOf } from '../helpers/tree.ts';
import { BEFORE, gitTools, KEY, planFor, workspaceAt } from './sample.ts';

const one = (before: string | null, splices: readonly Splice[], path = 'f', more = {}) => diffFiles([{ path: path as Path, before, splices, encoding: 'utf-8', ...more }]);
const put = (at: number, text: string): Splice => ({ at, cut: '', put: text });

describe('diffText', () => {
  test('a plan: what git makes of it is the plan, with the name of the secret in its place', async () => {
    const { folder: root, remove } = checkout(BEFORE);
    const tools = gitTools(root);
    const plan = await planFor(root, tools);
    const diff = diffText(workspaceAt(root), plan);
    expect(diff).not.toContain(KEY);
    writeFileSync(join(root, '../plan.patch'), diff);
    git(root, 'apply', '../plan.patch');
    const after = Object.fromEntries(plan.patches.map((p) => [p.path, applySplices(BEFORE[p.path] ?? '', p.splices)]));
    expect(treeOf(root)).toEqual({ ...BEFORE, ...after });
    expect(treeOf(root)['.env']).toBe('HONEYCOMB_API_KEY={{secret:HONEYCOMB_API_KEY}}\n');
    remove();
  });

  test.each([
    ['a line at the end', 'a\nb\n', [put(4, 'c\n')], '@@ -1,2 +1,3 @@\n a\n b\n+c\n'],
    ['no final newline', 'a\nb', [put(3, '\nc')], '@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n\\ No newline at end of file\n'],
    ['CRLF stays', 'a\r\n', [put(3, 'b\r\n')], '@@ -1 +1,2 @@\n a\r\n+b\r\n'],
    ['inside of a line', 'CMD run\n', [put(4, 'w ')], '@@ -1 +1 @@\n-CMD run\n+CMD w run\n'],
    ['into an empty file', '', [put(0, 'a\n')], '@@ -0,0 +1 @@\n+a\n'],
    ['two places far apart', `a\n${'x\n'.repeat(9)}b\n`, [put(0, '1\n'), put(22, '2\n')], '@@ -1,3 +1,4 @@\n+1\n a\n x\n x\n@@ -9,3 +10,4 @@\n x\n x\n b\n+2\n'],
  ])('%s', (_, before, splices, hunks) => {
    expect(one(before, splices)).toBe(`diff --git a/f b/f\n--- a/f\n+++ b/f\n${hunks}`);
  });

  test.each([
    ['a new file', one(null, [put(0, 'a')]), 'diff --git a/f b/f\nnew file mode 100644\n--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+a\n\\ No newline at end of file\n'],
    ['a file that goes', one('a\n', [{ at: 0, cut: 'a\n', put: '' }], 'f', { removed: true }), 'diff --git a/f b/f\ndeleted file mode 100644\n--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n'],
    ['nothing', one('a\n', []), ''],
    ['a name with blanks', one('a\n', [put(0, 'b\n')], 'a b').split('\n')[1], '--- a/a b\t'],
    ['a name that git quotes', one('a\n', [put(0, 'b\n')], 'ä"').split('\n')[1], '--- "a/\\303\\244\\""'],
  ])('%s', (_, diff, expected) => expect(diff).toBe(expected));

  test('UTF-16 is named, not shown', () => {
    expect(one('a\n', [put(0, 'b\n')], 'f', { encoding: 'utf-16le' })).toMatch(/^Binary file: f is UTF-16 /);
  });

  test('git apply agrees for random texts and splices', () => {
    const { folder: root, remove } = checkout({});
    const text = fc.array(fc.constantFrom('a', 'b', '\n', '\r\n', 'x\n', '-', '\\', '@@ -1 +1 @@\n'), { maxLength: 30 }).map((parts) => parts.join(''));
    const cuts = fc.array(fc.tuple(fc.nat(40), fc.nat(3), text), { maxLength: 4 });
    fc.assert(
      fc.property(text, cuts, (before, wanted) => {
        const splices: Splice[] = [];
        let done = 0;
        for (const [at, length, add] of wanted.toSorted((a, b) => a[0] - b[0])) {
          if (at < done || at > before.length) continue;
          const cut = before.slice(at, at + length);
          splices.push({ at, cut, put: add });
          done = at + cut.length;
        }
        const after = applySplices(before, splices);
        const diff = one(before, splices);
        if (before === after) return diff === '';
        writeFileSync(join(root, 'f'), before);
        writeFileSync(join(root, '../f.patch'), diff);
        git(root, 'apply', '--whitespace=nowarn', '../f.patch');
        return (treeOf(root)['f'] ?? '') === after;
      }),
      { numRuns: 60 },
    );
    remove();
  });
});

describe('spliceBetween', () => {
  test('leads from any text to any other, and leaves equal lines alone', () => {
    const text = fc.array(fc.constantFrom('a\n', 'b\n', 'c', '\r\n', 'd\n'), { maxLength: 40 }).map((parts) => parts.join(''));
    fc.assert(fc.property(text, text, (before, after) => applySplices(before, spliceBetween(before, after)) === after));
    expect(spliceBetween('a\nb\nc\n', 'a\nx\nb\nc\n')).toEqual([{ at: 2, cut: '', put: 'x\n' }]);
    expect(spliceBetween('same\n', 'same\n')).toEqual([]);
  });
});
