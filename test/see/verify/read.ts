import { onTestFinished } from 'vitest';
import { readWorkspace } from '../../../src/workspace/read.ts';
import type { Workspace } from '../../../src/types.ts';
import { checkout, type Tree } from '../../helpers/tree.ts';

/** A workspace out of a few texts; gone when the test ends. */
export function readTree(tree: Tree, env: Readonly<Record<string, string>> = {}): Workspace {
  const { folder, remove } = checkout(tree);
  onTestFinished(remove);
  const workspace = readWorkspace({ cwd: folder, env });
  if ('ask' in workspace) throw new Error('the tree has no compose file of a standard name');
  return workspace;
}
