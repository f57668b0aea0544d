/** What must hold for every workspace, however its files are written. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CANARY, otelSetup } from '../helpers/init.ts';
import { checkout, modesOf, treeOf, type Tree } from '../helpers/tree.ts';
import { workspaceCases, type WorkspaceCase } from '../helpers/workspaces.ts';

/** Files are latin1 text here (a character a byte); UTF-16 ones stay as they are. */
type Write = (text: string) => string;
const utf16 = (text: string) => text.startsWith('\xff\xfe');
const ways: readonly (readonly [string, Write])[] = [
  ['as written', (text) => text],
  ['CRLF', (text) => text.replace(/\r?\n/g, '\r\n')],
  ['without a final newline', (text) => text.replace(/(\r?\n)+$/, '')],
  ['with a BOM', (text) => (text.startsWith('\xef\xbb\xbf') ? text : `\xef\xbb\xbf${text}`)],
];
const written = (tree: Tree, write: Write): Tree => Object.fromEntries(Object.entries(tree).map(([path, text]) => [path, utf16(text) ? text : write(text)]));

const isSubsequence = (before: string, after: string): boolean => {
  let i = 0;
  for (let j = 0; j < after.length && i < before.length; j += 1) if (before[i] === after[j]) i += 1;
  return i === before.length;
};
const secretless = (tree: Tree): Tree => Object.fromEntries(Object.entries(tree).filter(([path]) => !path.endsWith('.env')));
const init = ({ args, cwd, outside }: WorkspaceCase, folder: string, ...more: readonly string[]) => otelSetup(join(folder, cwd), ['init', '--yes', '--offline', ...args, ...more], outside);

describe.each(ways)('files %s', (way, write) => {
  it.each(workspaceCases)('$name: only insertions; a second run writes nothing; undo gives every byte back', async (one) => {
    const before = written(treeOf(join(one.folder, 'in')), write);
    const { folder, remove } = checkout(before);
    try {
      const modes = modesOf(folder);
      const first = await init(one, folder);
      const after = treeOf(folder);
      for (const [path, text] of Object.entries(before)) expect(isSubsequence(text, after[path] ?? ''), `${way}: ${path} lost characters`).toBe(true);

      const second = await init(one, folder);
      expect(treeOf(folder), 'the second run wrote').toEqual(after);
      expect(second.exit, second.err).toBe(first.exit);
      expect(second.report?.plan?.patches ?? []).toEqual([]);

      if ((first.report?.plan?.patches ?? []).length === 0) return;
      const back = await otelSetup(folder, ['undo', '--yes'], one.outside);
      expect(back.exit, back.err).toBe(0);
      expect(treeOf(folder)).toEqual(before);
      expect(modesOf(folder)).toEqual(modes);
    } finally {
      remove();
    }
  });
});

describe.each(workspaceCases)('$name', (one) => {
  it('undo keeps what was written in between', async () => {
    const { folder, remove } = checkout(join(one.folder, 'in'));
    try {
      const before = treeOf(folder);
      const ran = await init(one, folder);
      const edited = (ran.report?.plan?.patches ?? []).filter(({ kind, path }) => kind === 'edit' && before[path] !== undefined && !utf16(before[path] ?? '') && /\.ya?ml$|requirements.*\.txt$|Dockerfile$/.test(path)).map(({ path }) => path);
      if (edited.length === 0) return;
      const note = '# a note of the user\n';
      for (const path of edited) writeFileSync(join(folder, path), note + (treeOf(folder)[path] ?? ''), 'latin1');
      const back = await otelSetup(folder, ['undo', '--yes'], one.outside);
      expect(back.exit, back.err).toBe(0);
      expect(treeOf(folder)).toEqual(Object.fromEntries(Object.entries(before).map(([path, text]) => [path, (edited as string[]).includes(path) ? note + text : text])));
    } finally {
      remove();
    }
  });

  it('the patch and the saved plan lead to the same tree', async () => {
    const direct = checkout(join(one.folder, 'in'));
    const patched = checkout(join(one.folder, 'in'));
    const applied = checkout(join(one.folder, 'in'));
    try {
      const ran = await init(one, direct.folder);
      if ((ran.report?.plan?.patches ?? []).length === 0) return;
      const want = treeOf(direct.folder);

      const dry = await init(one, patched.folder, '--dry-run');
      expect(dry.out).not.toContain(CANARY);
      const isUtf16 = Object.entries(want).some(([, text]) => utf16(text));
      if (!isUtf16) {
        execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: patched.folder, input: dry.out, stdio: ['pipe', 'pipe', 'pipe'] });
        expect(secretless(treeOf(patched.folder))).toEqual(secretless(want));
      }

      const plan = join(applied.folder, '..', 'plan.json');
      await init(one, applied.folder, '--out', plan);
      const again = await otelSetup(join(applied.folder, one.cwd), ['init', '--offline', ...one.args.filter((_, i, all) => all[i] === '-f' || all[i - 1] === '-f'), '--apply', plan], one.outside);
      expect(again.exit, again.err).toBe(0);
      expect(treeOf(applied.folder)).toEqual(want);
    } finally {
      for (const { remove } of [direct, patched, applied]) remove();
    }
  });
});
