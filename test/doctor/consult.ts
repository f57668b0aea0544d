/** The doctor on one case, in this process and in memory: read, judge, and mend where the case says so. */
import { diagnose } from '../../src/doctor/engine.ts';
import { fixPlan } from '../../src/doctor/fix.ts';
import { factsOf } from '../../src/doctor/know.ts';
import { rules } from '../../src/doctor/rules/index.ts';
import type { Known, Line } from '../../src/doctor/types.ts';
import { applySplices } from '../../src/formats/splices.ts';
import { EXIT, Stop } from '../../src/stop.ts';
import type { Tools, Workspace } from '../../src/types.ts';
import { readWorkspace } from '../../src/workspace/read.ts';
import { memoryFiles } from '../helpers/memory-files.ts';
import type { Tree } from '../helpers/tree.ts';
import type { DoctorCase } from './cases.ts';

export interface Consulted {
  /** All that is not ok, not skipped: blocked ones with the status that they had. */
  readonly findings: readonly Line[];
  readonly cause: string | undefined;
  /** After --fix, where the case says `fixed`: the files that changed, what could not be planned, and what is still found. */
  readonly changed: Tree;
  readonly refused: readonly string[];
  readonly after: readonly string[];
}

export async function consult(one: DoctorCase): Promise<Consulted> {
  const known = knownOf(one.tree, one);
  const first = diagnose(known, rules);
  const speaking = first.lines.filter(({ status }) => status !== 'ok' && status !== 'skipped');
  // Blocked: what it would be said with if nothing before it had broken.
  const findings = speaking.map((line) => (line.status === 'blocked' ? { ...line, status: statusAlone(known, line) } : line)).filter(({ status }) => status !== 'skipped');
  const base = { findings, cause: first.cause?.rule };
  if (!one.fixed) return { ...base, changed: {}, refused: [], after: [] };
  const { workspace } = known;
  if (workspace === undefined || 'missing' in workspace) throw new Error('the case cannot be read, so nothing can be fixed in it');
  const plan = await fixPlan(workspace, first.fixes, tools);
  const changed: Tree = Object.fromEntries(plan.patches.map(({ path, splices }) => [path, Buffer.from(applySplices(workspace.files.text(path) ?? '', splices)).toString('latin1')]));
  const again = diagnose(knownOf({ ...one.tree, ...changed }, one), rules);
  return { ...base, changed, refused: plan.refused.map(({ service, why }) => `${service}: ${why}`), after: again.lines.filter(({ status }) => status === 'broken' || status === 'warn').map(({ rule, says }) => `${rule}: ${says}`) };
}

function statusAlone(known: Known, line: Line): Line['status'] {
  return diagnose(known, rules, { only: [line.rule] }).lines.find(({ service, says }) => service === line.service && says === line.says)?.status ?? line.status;
}

function read(tree: Tree, env: Readonly<Record<string, string>>): Workspace {
  const files = memoryFiles(tree);
  const workspace = readWorkspace({ cwd: files.root, env, files });
  if ('ask' in workspace) throw new Error('the case has no compose file of a standard name');
  return workspace;
}

function knownOf(tree: Tree, { env, services, facts }: DoctorCase): Known {
  try {
    return { ...factsOf(read(tree, env), services), ...(facts as Known) };
  } catch (error) {
    if (!(error instanceof Stop) || error.exit !== EXIT.usage) throw error;
    return { refusals: [{ says: error.message }] };
  }
}

const tools: Tools = {
  env: {},
  now: () => Date.now(),
  exec: async (words) => ({ code: 127, out: '', err: `${words[0] ?? ''}: not found` }),
  fetch: async (url) => {
    throw new Error(`no network in this test: ${url}`);
  },
  working: () => ({ says: () => {}, done: () => {}, failed: () => {} }),
};
