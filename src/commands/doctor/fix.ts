/** --fix: the findings' edits as one plan, shown, confirmed and written as init does it. */
import type { Diagnosis } from '../../doctor/engine.ts';
import { fixPlan } from '../../doctor/fix.ts';
import { EXIT, Stop } from '../../stop.ts';
import type { Plan, Workspace } from '../../types.ts';
import { oneLine } from '../../ui/redact.ts';
import { withoutSecrets } from '../../ui/secret-shapes.ts';
import { following, planLines, wrap } from '../../ui/show.ts';
import { referee } from '../../write/compose-referee.ts';
import { diffText } from '../../write/diff.ts';
import { writePlan } from '../../write/write-plan.ts';
import type { ParsedArgs } from '../../args.ts';
import { confirmed } from '../confirmed.ts';
import type { Context } from '../context.ts';

export interface Mended {
  readonly plan: Plan;
  readonly written: boolean;
  /** There is nothing that can be mended safely. */
  readonly nothing: boolean;
}

/** @throws Stop: 3 where nobody can be asked, 1 for "no", 4 where Compose would read the result otherwise, 130. */
export async function fix(workspace: Workspace, { fixes }: Diagnosis, args: ParsedArgs, context: Context): Promise<Mended> {
  const plan = await fixPlan(workspace, fixes, context.tools, args.dryRun ? 'follow' : args.offline ? 'refuse' : 'run');
  for (const { service, why, paste } of plan.refused) {
    for (const line of wrap(`  ! ${oneLine(service)}: cannot be mended safely: ${oneLine(why)}`, 4)) context.warn(line);
    if (paste !== undefined) for (const line of [`    Paste into ${oneLine(paste.into)}:`, ...paste.text.split('\n').map((text) => `      ${oneLine(text)}`)]) context.warn(line);
  }
  if (plan.patches.length === 0) {
    context.print('  There is nothing that --fix could mend safely; do what stands above.');
    return { plan, written: false, nothing: true };
  }
  for (const line of planLines(plan, workspace)) context.print(line);
  if (args.dryRun) {
    for (const { path, why } of following(plan, args.offline)) context.print(`  ${oneLine(path)} follows: ${oneLine(why)}`);
    if (!args.json) context.result(withoutSecrets(diffText(workspace, plan)));
    return { plan, written: false, nothing: false };
  }
  // Here text of the user's is replaced, so the difference is always on the screen before the question.
  if (context.terminal.interactive && !args.yes) context.print(withoutSecrets(diffText(workspace, plan)));
  await confirmed(workspace, plan, args, context);
  const ruling = await referee(workspace, plan, context.tools);
  if (ruling.is === 'disagrees') throw new Stop(EXIT.refused, `${ruling.why} Nothing was written.`, 'report it (npm bugs otel-setup) with the shape of that file');
  await writePlan(workspace, plan, new Map(), context.tools);
  context.print('  ✔ written · take it back with: npx otel-setup undo');
  return { plan, written: true, nothing: false };
}
