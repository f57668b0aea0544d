/** What it takes to write a plan, without anything that it takes to make one: a process of its own starts fast with this. */
import { join } from 'node:path';
import type { Path, Tools, Workspace } from '../../src/types.ts';
import { openFiles } from '../../src/workspace/files.ts';
import { fakeTools } from '../helpers/tools.ts';

export const KEY = 'hcaik_canary_0123456789abcdef';
export const SECRETS: ReadonlyMap<string, string> = new Map([['HONEYCOMB_API_KEY', KEY]]);

export function workspaceAt(root: string, compose: readonly string[] = ['docker-compose.yml']): Workspace {
  return { host: 'local', files: openFiles(root), projectDir: '' as Path, compose: compose as readonly Path[], alsoThere: [], services: [], unsure: [] };
}

/** For tests that start hundreds of times: no git, so the journal is in the state folder beside the workspace. */
export function quickTools(root: string): Tools {
  return fakeTools({ env: { XDG_STATE_HOME: join(root, '..', 'state') }, now: Date.now(), exec: () => ({ code: 127 }) });
}

export function quickWorkspace(root: string): Workspace {
  const workspace = workspaceAt(root);
  return { ...workspace, files: { ...workspace.files, tracked: () => ({ is: 'no' }), ignored: () => false } };
}
