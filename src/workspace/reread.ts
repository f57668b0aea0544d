/** The same workspace through another view of its files: a plan's result, files that remember what is read. */
import { join, relative, resolve } from 'node:path';

import type { Files, Workspace } from '../types.ts';
import { EXIT, Stop } from '../stop.ts';
import { realFolder } from './files.ts';
import { readWorkspace, type ReadOptions } from './read.ts';

export interface Reread {
  readonly workspace: Workspace;
  /** Where it was started, relative to the root. */
  readonly folder: string;
  /** Compose files that were named, relative to the root; [] = what `docker compose up` finds by itself. */
  readonly composeFiles: readonly string[];
}

/**
 * @param how as the workspace was read at first: folder, shell, and the files that were named on the command line.
 * @throws Stop as readWorkspace does.
 */
export function reread({ files: { root }, compose }: Workspace, files: Files, { cwd, env, composeFiles = [] }: Pick<ReadOptions, 'cwd' | 'env' | 'composeFiles'>): Reread {
  const start = realFolder(cwd) ?? root;
  // Where one of several odd names was chosen by a question, that answer is what the workspace has.
  for (const named of [composeFiles.map((name) => resolve(start, name)), compose.map((path) => join(root, path))]) {
    const read = readWorkspace({ cwd: start, env, files, ...(named.length === 0 ? {} : { composeFiles: named }) });
    if (!('ask' in read)) return { workspace: read, folder: relative(root, start), composeFiles: named.map((path) => relative(root, path)) };
  }
  throw new Stop(EXIT.answerMissing, 'No compose file could be chosen.', 'name one with --file FILE');
}
