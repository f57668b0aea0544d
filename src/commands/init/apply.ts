/** --apply FILE: carries out a plan that --out saved, as it was shown then. A file that changed since refuses it. */
import { resolve } from 'node:path';

import type { ParsedArgs } from '../../args.ts';
import { honeycomb } from '../../backends/honeycomb/index.ts';
import { EXIT } from '../../stop.ts';
import { storesFor } from '../../stores/index.ts';
import type { EditReport, Report } from '../../types.ts';
import { planLines } from '../../ui/show.ts';
import { readPlanFile } from '../../write/plan-file.ts';
import { secretsOf } from '../../write/placeholders.ts';
import { writePlan } from '../../write/write-plan.ts';
import type { Context } from '../context.ts';
import { workspaceOf } from '../workspace-of.ts';
import { regionOf } from './choose.ts';
import { keptKeys, obtainKey } from './key.ts';

/** @throws Stop as writePlan does, and as obtainKey does where the plan needs the key. */
export async function applySaved(file: string, args: ParsedArgs, context: Context): Promise<Report> {
  const workspace = await workspaceOf(args, context);
  const plan = readPlanFile(resolve(context.cwd, file), workspace);
  const secrets = new Map<string, string>();
  const needed = new Set([...plan.patches.flatMap(secretsOf), ...plan.ops.flatMap((op) => (op.op === 'store' ? [op.name] : []))]);
  for (const name of needed) {
    const kept = await keptKeys(name, storesFor(workspace.host, args.store), workspace, context);
    const key = await obtainKey({ backend: { ...honeycomb, secret: name }, region: regionOf(args, context.env), kept, mayDecline: false }, args, context);
    if (key !== undefined) secrets.set(name, key.value);
  }
  for (const line of planLines(plan, workspace)) context.print(line);
  const written = await writePlan(workspace, plan, secrets, context.tools);
  context.print('  ✔ written · take it back with: npx otel-setup undo');
  const problems = written.stored.filter(({ problem }) => problem !== undefined);
  for (const { problem } of problems) context.warn(`  ! ${problem ?? ''}`);
  const edits = [
    ...plan.patches.map(({ path, kind }): EditReport => ({ path, kind, status: 'changed', why: 'as the saved plan says' })),
    ...written.stored.map(({ store, problem }): EditReport => ({ path: store, kind: 'store', status: problem === undefined ? 'changed' : 'refused', why: problem ?? 'as the saved plan says' })),
  ];
  const exit = problems.length === 0 ? EXIT.done : EXIT.notDone;
  return { schema: 1, command: 'init', exit, ok: exit === EXIT.done, edits, plan, next: [] };
}
