/** The doctor on one case, in this process: read, judge, and mend a copy where the case says so. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { diagnose } from '../../src/doctor/engine.ts';
import { fixPlan } from '../../src/doctor/fix.ts';
import { factsOf } from '../../src/doctor/know.ts';
import { rules } from '../../src/doctor/rules/index.ts';
import type { Known, Line } from '../../src/doctor/types.ts';
import { exec } from '../../src/io/exec.ts';
import { EXIT, Stop } from '../../src/stop.ts';
import type { Tools, Workspace } from '../../src/types.ts';
import { readWorkspace } from '../../src/workspace/read.ts';
import { writePlan } from '../../src/write/write-plan.ts';
import { git, treeOf, writeTree, type Tree } from '../helpers/tree.ts';
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

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

export async function consult(one: DoctorCase): Promise<Consulted> {
  const parent = mkdtempSync(join(tmpdir(), 'otel-setup-doctor-'));
  const folder = join(parent, 'workspace');
  try {
    writeTree(folder, one.tree);
    git(parent, 'init', '-q', 'workspace');
    git(folder, 'add', '-A');
    const tools = toolsFor(parent, one.env);
    const known = knownOf(folder, one);
    const first = diagnose(known, rules);
    const speaking = first.lines.filter(({ status }) => status !== 'ok' && status !== 'skipped');
    // Blocked: what it would be said with if nothing before it had broken.
    const findings = speaking.map((line) => (line.status === 'blocked' ? { ...line, status: statusAlone(known, line) } : line)).filter(({ status }) => status !== 'skipped');
    const base = { findings, cause: first.cause?.rule };
    if (!one.fixed) return { ...base, changed: {}, refused: [], after: [] };
    const before = treeOf(folder);
    const workspace = read(folder, one.env);
    const plan = await fixPlan(workspace, first.fixes, tools);
    await writePlan(workspace, plan, new Map(), tools);
    const tree = treeOf(folder);
    const changed = Object.fromEntries(Object.entries(tree).filter(([path, text]) => before[path] === undefined || digest(before[path]) !== digest(text)));
    const again = diagnose(knownOf(folder, one), rules);
    return { ...base, changed, refused: plan.refused.map(({ service, why }) => `${service}: ${why}`), after: again.lines.filter(({ status }) => status === 'broken' || status === 'warn').map(({ rule, says }) => `${rule}: ${says}`) };
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

function statusAlone(known: Known, line: Line): Line['status'] {
  return diagnose(known, rules, { only: [line.rule] }).lines.find(({ service, says }) => service === line.service && says === line.says)?.status ?? line.status;
}

function read(folder: string, env: Readonly<Record<string, string>>): Workspace {
  const workspace = readWorkspace({ cwd: folder, env });
  if ('ask' in workspace) throw new Error('the case has no compose file of a standard name');
  return workspace;
}

function knownOf(folder: string, { env, services, facts }: DoctorCase): Known {
  try {
    return { ...factsOf(read(folder, env), services), ...(facts as Known) };
  } catch (error) {
    if (!(error instanceof Stop) || error.exit !== EXIT.usage) throw error;
    return { refusals: [{ says: error.message }] };
  }
}

function toolsFor(home: string, env: Readonly<Record<string, string>>): Tools {
  return {
    env: { PATH: process.env['PATH'], HOME: home, XDG_STATE_HOME: join(home, 'state'), ...env },
    now: () => Date.now(),
    exec: async (words, options) => (words[0] === 'git' ? exec(words, options) : { code: 127, out: '', err: `${words[0] ?? ''}: not found` }),
    fetch: async (url) => {
      throw new Error(`no network in this test: ${url}`);
    },
    working: () => ({ says: () => {}, done: () => {}, failed: () => {} }),
  };
}
