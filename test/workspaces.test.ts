/**
 * A folder in, a folder out: `init --yes --offline` on every fixture workspace, and what it says.
 * UPDATE=1 writes what came out; read the difference before you commit it.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CANARY, otelSetup } from './helpers/init.ts';
import { checkout, modesOf, treeOf, writeTree, type Tree } from './helpers/tree.ts';
import { workspaceCases } from './helpers/workspaces.ts';

const update = process.env['UPDATE'] !== undefined;
const KEY = '{{the key}}';
const keyless = (tree: Tree): Tree => Object.fromEntries(Object.entries(tree).map(([path, text]) => [path, path.endsWith('.env') ? text.replaceAll(CANARY, KEY) : text]));

describe.each(workspaceCases)("$name", ({ folder, args, cwd, outside }) => {
  it('becomes what stands in out/', async () => {
    const copy = checkout(join(folder, 'in'));
    try {
      const ran = await otelSetup(join(copy.folder, cwd), ['init', '--yes', '--offline', ...args], outside);
      const tree = keyless(treeOf(copy.folder));
      const report = `exit ${ran.exit}\n${ran.err.replaceAll(copy.folder, '.')}`;
      expect(report).not.toContain(CANARY);
      expect(JSON.stringify(tree)).not.toContain(CANARY);
      if (tree[join(cwd, '.env')] !== undefined && treeOf(join(folder, 'in'))[join(cwd, '.env')] === undefined) expect(modesOf(copy.folder)[join(cwd, '.env')]).toBe(0o600);
      if (update) {
        rmSync(join(folder, 'out'), { recursive: true, force: true });
        mkdirSync(join(folder, 'out'), { recursive: true });
        writeTree(join(folder, 'out'), tree);
        writeFileSync(join(folder, 'report.txt'), report);
      }
      expect(existsSync(join(folder, 'out')) ? treeOf(join(folder, 'out')) : 'no out/ yet').toEqual(tree);
      expect(readFileSync(join(folder, 'report.txt'), 'utf8')).toBe(report);
    } finally {
      copy.remove();
    }
  });
});
