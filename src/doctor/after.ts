/** init's last proof: what the doctor would say of its services once the plan is written. Pure: the plan's result is read through the same Files. */
import { applySplices } from '../formats/splices.ts';
import type { Path, Plan, Workspace } from '../types.ts';
import { overlay } from '../workspace/overlay.ts';
import type { ReadOptions } from '../workspace/read.ts';
import { reread } from '../workspace/reread.ts';
import { diagnose } from './engine.ts';
import { factsOf } from './know.ts';
import { staticRules } from './rules/index.ts';
import type { Line } from './types.ts';

/**
 * @param read how the workspace was read.
 * @param services those that the plan sets up: what is said of others is not this plan's matter.
 * @returns findings that are broken or warn; [] = nothing that files show stands in the way.
 */
export function afterPlan(workspace: Workspace, plan: Plan, services: readonly string[], read: Pick<ReadOptions, 'cwd' | 'env' | 'composeFiles'>): readonly Line[] {
  if (services.length === 0) return [];
  const { files } = workspace;
  const texts = new Map<Path, string>(plan.patches.map(({ path, splices }) => [path, applySplices(files.text(path) ?? '', splices)]));
  const { workspace: after } = reread(workspace, overlay(files, texts), read);
  // Where the key is kept is what init itself sees to and says: with `gp env` alone, this shell has none.
  const { lines } = diagnose(factsOf(after, services), staticRules, { ignore: ['files.header-blank'] });
  return lines.filter(({ status, service }) => (status === 'broken' || status === 'warn') && (service === undefined || services.includes(service)));
}
