/**
 * What was judged becomes a plan: plain data, proven file by file. A service that cannot be done is taken out whole,
 * the others stay.
 */
import type { Files, Judged, Op, Patch, Path, Plan, Stuck, Tools, Workspace } from '../types.ts';
import { overlay } from '../workspace/overlay.ts';
import { isRefusal, refuse } from '../formats/refusal.ts';
import { byFile, lockPatch, rememberingPlanner, type FileRefusal } from './file-plans.ts';
import { lockRefusal, runLock, type LockAnswer } from './locks.ts';
import { byRank, inOrder, rankOf } from './order.ts';
import { lockPaste } from './lock-paste.ts';
import { pasteFor } from './paste.ts';

export interface PlanOptions {
  /** Also takes what differs (doctor --fix, after it was shown); init takes only what is absent. */
  readonly differs?: boolean;
  /**
   * 'run' (default): package managers bring lock files up to date, on copies. 'follow': none is run and no lock file is in
   * the plan, for a look that writes nothing; what could not be run is refused. 'refuse': --offline, what needs one is refused.
   */
  readonly locks?: 'run' | 'follow' | 'refuse';
}

type Refused = Plan['refused'][number];
type LockOp = Extract<Op, { op: 'lock' }>;
type Planner = ReturnType<typeof rememberingPlanner>;
interface Ranked {
  readonly rank: number;
  readonly path: Path;
  readonly patch: Patch;
}
interface Part {
  readonly service: string;
  readonly ops: readonly Op[];
}

/**
 * The plan for everything that was judged. A stuck need takes its service out, with its paste.
 * Runs package managers (on copies) only where a lock file has to follow its manifest.
 */
export async function makePlan(workspace: Workspace, judged: readonly Judged[], tools: Tools, options: PlanOptions = {}): Promise<Plan> {
  const refused: Refused[] = [];
  let parts: readonly Part[] = partsOf(judged, options.differs === true, refused);
  const planner = rememberingPlanner(workspace.files);
  for (;;) {
    parts = provable(workspace, planner, parts, refused);
    const ops = inOrder(parts.flatMap((part) => part.ops));
    const patches: Ranked[] = [];
    const texts = new Map<Path, string>();
    for (const file of byFile(ops)) {
      const plan = planner(file);
      if (!('patch' in plan)) continue;
      patches.push({ rank: file.rank, path: file.path, patch: plan.patch });
      texts.set(file.path, plan.after);
    }
    const after = overlay(workspace.files, texts);
    const locks = ops.filter((op) => op.op === 'lock');
    const answers = await inTurns(locks, async (op) => ({ op, answer: await lockAnswer(op, after, tools, options.locks ?? 'run') }));
    const failed = answers.flatMap(({ op, answer }) => (isRefusal(answer) ? [{ op, why: answer.refused }] : []));
    if (failed.length === 0) {
      for (const { answer } of answers) {
        if (isRefusal(answer)) continue;
        for (const { path, splices, after: text } of answer.files) patches.push({ rank: rankOf('lock', undefined), path, patch: lockPatch(workspace.files, path, splices, text) });
      }
      return { schema: 1, judged: [...judged], ops, patches: patches.toSorted(byRank).map((file) => file.patch), refused };
    }
    for (const { op, why } of failed) {
      const isPart = (part: Part): boolean => part.ops.some((other) => JSON.stringify(other) === JSON.stringify(op));
      for (const part of parts.filter(isPart)) refused.push({ service: part.service, why: `${why} ${LOCK_BY_HAND}`, paste: lockPaste(op, part.ops) });
      parts = parts.filter((part) => !isPart(part));
    }
  }
}

/** Package managers that run side by side. */
const AT_ONCE = 3;

/** The answers in the order of the questions, a few at once. */
async function inTurns<T, U>(all: readonly T[], ask: (one: T) => Promise<U>): Promise<readonly U[]> {
  const answers: U[] = [];
  for (let i = 0; i < all.length; i += AT_ONCE) answers.push(...(await Promise.all(all.slice(i, i + AT_ONCE).map(ask))));
  return answers;
}

async function lockAnswer(op: LockOp, after: Files, tools: Tools, locks: 'run' | 'follow' | 'refuse'): Promise<LockAnswer> {
  if (locks === 'run') return runLock(op, after, tools);
  const refused = lockRefusal(op, after);
  if (refused !== undefined || locks === 'follow') return refused ?? { files: [] };
  return refuse(`${op.writes.join(', ')} has to follow its manifest; ${op.argv[0]} asks a registry for that, which --offline forbids.`);
}

const LOCK_BY_HAND = 'Fix that, or run the lines below where you trust these files; then run init again.';

/** The operations of each service, in the order in which the services were judged; stuck ones are refused. */
function partsOf(judged: readonly Judged[], differs: boolean, refused: Refused[]): Part[] {
  const ops = new Map<string, Op[]>();
  const out = new Set<string>();
  for (const { service, verdict } of judged) {
    const own = ops.get(service) ?? [];
    ops.set(service, own);
    if (verdict.is === 'stuck') {
      out.add(service);
      refuseStuck(refused, service, verdict);
    } else if (verdict.is === 'absent' || (verdict.is === 'differs' && differs)) own.push(...verdict.ops);
  }
  return [...ops].filter(([service]) => !out.has(service)).map(([service, own]) => ({ service, ops: own }));
}

/** Needs that are stuck for one reason, on one place, become one refusal with all lines to paste. */
function refuseStuck(refused: Refused[], service: string, { stuck, paste }: Stuck): void {
  const i = refused.findIndex((one) => one.service === service && one.why === stuck && one.paste?.into === paste?.into);
  const same = refused[i];
  if (same?.paste !== undefined && paste !== undefined) refused[i] = { ...same, paste: { into: paste.into, text: `${same.paste.text}\n${paste.text}` } };
  else if (same === undefined) refused.push(paste === undefined ? { service, why: stuck } : { service, why: stuck, paste });
}

/** The parts whose files can all be proven together. All at once first: that is the usual case, and linear. */
function provable(workspace: Workspace, planner: Planner, parts: readonly Part[], refused: Refused[]): readonly Part[] {
  if (problemOf(planner, parts) === undefined) return parts;
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) {
    refuseOne(workspace, planner, only, [], refused);
    return [];
  }
  const half = Math.ceil(parts.length / 2);
  const left = provable(workspace, planner, parts.slice(0, half), refused);
  const right = provable(workspace, planner, parts.slice(half), refused);
  if (problemOf(planner, [...left, ...right]) === undefined) return [...left, ...right];
  // Each half is fine alone: somebody in the right one contradicts the left one.
  let kept = left;
  for (const part of right) {
    if (problemOf(planner, [...kept, part]) === undefined) kept = [...kept, part];
    else refuseOne(workspace, planner, part, kept, refused);
  }
  return kept;
}

function refuseOne(workspace: Workspace, planner: Planner, part: Part, beside: readonly Part[], refused: Refused[]): void {
  const problem = problemOf(planner, [...beside, part]);
  if (problem === undefined) return;
  const paste = pasteFor(problem.path, part.ops, workspace.services.find(({ name }) => name === part.service)?.env);
  refused.push({ service: part.service, why: problem.refused, ...(paste === undefined ? {} : { paste }) });
}

function problemOf(planner: Planner, parts: readonly Part[]): FileRefusal | undefined {
  for (const file of byFile(inOrder(parts.flatMap((part) => part.ops)))) {
    const plan = planner(file);
    if ('refused' in plan) return plan;
  }
  return undefined;
}
