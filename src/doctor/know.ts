/** What is known from the files alone: the facts that need no probe. Pure over the workspace's Files. */
import type { Workspace } from '../types.ts';
import { judgedOf } from './judged.ts';
import { subjectsOf } from './subjects.ts';
import type { Facts } from './types.ts';

/** @param named services of --services; [] = none were named. */
export function factsOf(workspace: Workspace, named: readonly string[]): Pick<Facts, 'workspace' | 'refusals' | 'subjects' | 'judged'> {
  const subjects = subjectsOf(workspace, named);
  return { workspace, refusals: [], subjects, judged: judgedOf(workspace, subjects) };
}
