/** --fix: what the findings propose, as the same plan that init makes. */
import type { Judged, Plan, Tools, Workspace } from '../types.ts';
import { makePlan, type PlanOptions } from '../write/plan.ts';
import type { Fix } from './engine.ts';

/**
 * One proven plan for all that can be mended safely; a service of which one part cannot be proven is left out whole.
 * Of what concerns no service, each finding stands alone.
 */
export function fixPlan(workspace: Workspace, fixes: readonly Fix[], tools: Tools, locks?: PlanOptions['locks']): Promise<Plan> {
  const judged = fixes.map(({ rule, finding }): Judged => ({
    service: finding.service ?? rule,
    need: { kind: 'env', name: finding.about ?? rule, value: '', by: 'doctor', why: finding.says },
    verdict: { is: 'absent', ops: finding.ops ?? [] },
  }));
  return makePlan(workspace, judged, tools, locks === undefined ? {} : { locks });
}
