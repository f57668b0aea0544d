/** init: read → choose → plan → show → write → rebuild? → what next. At most three questions. */
import { resolve } from 'node:path';

import type { ParsedArgs } from '../args.ts';
import { afterPlan } from '../doctor/after.ts';
import type { Line } from '../doctor/types.ts';
import { EXIT, Stop } from '../stop.ts';
import { storesFor } from '../stores/index.ts';
import type { Choices, EditReport, Plan, Report, Workspace } from '../types.ts';
import { ask } from '../ui/ask.ts';
import { oneLine } from '../ui/redact.ts';
import { withoutSecrets } from '../ui/secret-shapes.ts';
import { shellOf } from '../ui/shell-lines.ts';
import { editLines, following, found, planLines, remarks } from '../ui/show.ts';
import { diffText } from '../write/diff.ts';
import { referee } from '../write/compose-referee.ts';
import { planJson } from '../write/plan-file.ts';
import { saveText } from '../write/write.ts';
import { stillAsRead, writePlan } from '../write/write-plan.ts';
import { confirmed } from './confirmed.ts';
import { applySaved } from './init/apply.ts';
import { composeAnswers } from './init/compose.ts';
import { checkReport } from './init/check.ts';
import { selectServices } from './init/choose.ts';
import { nextLines } from './init/next.ts';
import { prepare, type Prepared } from './init/prepare.ts';
import { prove } from './init/prove.ts';
import { rebuild } from './init/rebuild.ts';
import { shellAdvice, type Keeping } from './init/secret.ts';
import { settle } from './init/settle.ts';
import { workspaceOf } from './workspace-of.ts';
import type { Context, Run } from './context.ts';

export const run: Run = async (args, context) => {
  oneOutput(args);
  if (args.apply !== undefined) return applySaved(args.apply, args, context);
  const workspace = await workspaceOf(args, context);
  const selection = selectServices(workspace, args, context.env);
  const columns = Math.min(80, context.terminal.columns);
  // What only looks needs no key: a diff, a saved plan and a guard for CI are the same with every key.
  const looks = args.dryRun || args.patch !== undefined || args.out !== undefined || args.check;

  // A package manager asks a registry, which a look need not do.
  const looking = args.check || args.dryRun;
  const setting = await settle(workspace, args, context, looks, selection.taken.length > 0);
  const { choices } = setting;
  const prepared = await prepare(workspace, selection, choices, args.check ? undefined : setting.keeping?.verdict, context.tools, { locks: looking ? 'follow' : args.offline ? 'refuse' : 'run' });
  const edits = editsOf(prepared, setting.keeping, workspace, args);
  const report = (exit: number, next: readonly string[] = []): Report =>
    ({ schema: 1, command: 'init', exit, ok: exit === EXIT.done, services: prepared.services, edits, plan: prepared.plan, next });
  const undone = prepared.services.some(({ action }) => action === 'manual');
  const exit = undone || selection.taken.length === 0 ? EXIT.notDone : EXIT.done;

  if (!setting.shown) for (const line of found(workspace, prepared.services, columns)) context.print(line);
  for (const line of remarks(prepared.services, columns)) context.print(line);
  if (args.check) return checkReport(report, prepared, context, args);
  if (selection.taken.length === 0) context.warn('  There is no service here that could be traced.');
  if (workspace.services.length === 0) {
    const hint = 'run it in the folder of the compose file, or name that file with --file FILE';
    context.print(`  Do: ${hint}`);
    return report(exit, [hint]);
  }

  if (looks) {
    const follow = args.dryRun ? following(prepared.plan, args.offline) : [];
    for (const { path, why } of follow) context.print(`  ${oneLine(path)} follows: ${oneLine(why)}`);
    if (args.out !== undefined && follow.length > 0) throw new Stop(EXIT.refused, `A dry run has no whole plan to save: ${follow.map(({ path }) => path).join(', ')} would be missing.`, 'leave --dry-run out: --out writes nothing but the plan');
    const diff = () => diffText(workspace, prepared.plan);
    if (args.out !== undefined) saveText(resolve(context.cwd, args.out), planJson(prepared.plan));
    if (args.patch !== undefined && args.patch !== '-') saveText(resolve(context.cwd, args.patch), diff());
    if (args.patch === '-') context.display.exact(diff(), 'write it into a file: otel-setup init --patch FILE');
    else if (args.dryRun && !args.json) context.result(withoutSecrets(diff()));
    return report(exit);
  }

  const { plan } = prepared;
  const nothing = plan.patches.length === 0 && !plan.ops.some(({ op }) => op === 'store');
  // What a second run leaves alone is held against the same rules: it ends as the first one did.
  const left = afterPlan(workspace, plan, nothing ? prepared.good : prepared.changed, { cwd: context.cwd, env: context.env, composeFiles: args.file });
  const remains = (): void => {
    for (const line of left) context.warn(`  ! ${line.service === undefined ? '' : `${oneLine(line.service)}: `}${oneLine(line.says)}${line.do === undefined ? '' : ` Do: ${oneLine(line.do)}`} [${line.rule}]`);
  };
  if (nothing) {
    stillAsRead(workspace, plan, context.tools);
    context.print(exit === EXIT.done ? '  Everything is set up already; nothing was written.' : '  There is nothing that could be written.');
    remains();
  } else {
    for (const line of planLines(plan, workspace)) context.print(line);
    remains();
    // The second teammate was asked for the key, which said everything.
    if (!(setting.key?.from === 'prompt' && prepared.changed.length === 0)) await confirmed(workspace, plan, args, context);
    await refereed(workspace, plan, context);
    const secrets = new Map(setting.key === undefined || setting.backend.secret === undefined ? [] : [[setting.backend.secret, setting.key.value]]);
    const written = await writePlan(workspace, plan, secrets, context.tools);
    context.print('  ✔ written · take it back with: npx otel-setup undo');
    for (const { problem, store } of written.stored) {
      if (problem === undefined) continue;
      context.warn(`  ! ${problem}`);
      const at = edits.findIndex(({ kind, path }) => kind === 'store' && path === storesFor(workspace.host, []).find(({ id }) => id === store)?.title);
      const edit = edits[at];
      if (edit !== undefined) edits[at] = { ...edit, status: 'refused', why: problem };
    }
  }
  const advice = setting.backend.secret === undefined ? undefined : shellAdvice(setting.backend.secret, setting.key?.value, context.env);
  if (advice !== undefined) context.warn(`  ! ${advice}`);

  const stored = edits.every(({ status }) => status !== 'refused');
  const account = setting.key?.account;
  const common = { workspace, choices, files: args.file, ...(account === undefined ? {} : { account }) };
  const again = await wantsRebuild(prepared, workspace, args, context);
  const services = workspace.services.filter(({ name }) => (args.run ? prepared.good : prepared.changed).includes(name));
  const rebuilt = again ? await rebuild({ ...common, services, backend: setting.backend, prove: (names) => prove(names, setting.backend, args, context) }, context) : undefined;
  const next = [
    ...(advice === undefined ? [] : [advice]),
    ...(rebuilt?.next ?? []),
    ...nextLines({ ...common, services: nothing ? [] : prepared.changed.length > 0 ? prepared.changed : prepared.good, rebuilt: rebuilt !== undefined, shell: shellOf(context.env), version: context.version }),
  ];
  context.print('');
  for (const line of next) context.print(`  ${oneLine(line)}`);
  if (args.verbose) for (const line of editLines(edits)) context.print(line);
  return report(exit === EXIT.done && stored && rebuilt?.ok !== false && !left.some((line) => line.status === 'broken' && !saidSo(line, choices)) ? EXIT.done : EXIT.notDone, next);
};

/** @throws Stop (exit 2) for flags that contradict each other. */
function oneOutput(args: ParsedArgs): void {
  const said = [['--apply', args.apply !== undefined], ['--check', args.check], ['--out', args.out !== undefined]].filter(([, on]) => on === true).map(([name]) => name);
  if (said.length > 1) throw new Stop(EXIT.usage, `${said.join(' and ')} do not go together.`, 'say one of them');
  if (args.patch === '-' && args.json) throw new Stop(EXIT.usage, '--patch without a file and --json both want standard output.', 'give --patch a file');
}

/** An address that the user gave is the user's choice: what is wrong with it is said, and the setup is done all the same. */
const saidSo = ({ rule }: Line, { endpoint }: Choices): boolean => endpoint !== undefined && rule.startsWith('files.endpoint-');

/** Every file and store that is touched, or was looked at and is right. */
function editsOf({ plan }: Prepared, keeping: Keeping | undefined, workspace: Workspace, args: ParsedArgs): EditReport[] {
  const touched = plan.patches.map(({ path, kind }): EditReport => ({ path, kind, status: 'changed', why: kind === 'lock' ? 'the package manager brings it up to date' : 'see the diff' }));
  const known = new Set<string>(touched.map(({ path }) => path));
  const met = plan.judged.flatMap(({ verdict, need }) => (verdict.is === 'met' && typeof verdict.where !== 'string' && need.kind !== 'secret' ? [verdict.where.path] : []));
  const unchanged = [...new Set(met)].filter((path) => !known.has(path)).map((path): EditReport => ({ path, kind: 'edit', status: 'unchanged', why: 'what is needed is there' }));
  const refused = plan.refused.filter(({ service }) => !workspace.services.every(({ name }) => name !== service)).map(({ service, why }): EditReport => ({ path: service, kind: 'edit', status: 'refused', why }));
  const follow = args.dryRun ? following(plan, args.offline).map(({ path, why }): EditReport => ({ path, kind: 'lock', status: 'follows', why })) : [];
  return [...touched, ...follow, ...unchanged, ...refused, ...(keeping?.edits ?? [])];
}

/** Docker Compose, where it is there, must read the planned file as we do. @throws Stop (exit 4) where it does not. */
async function refereed(workspace: Workspace, plan: Plan, { tools }: Context): Promise<void> {
  const ruling = await referee(workspace, plan, tools);
  if (ruling.is === 'disagrees') throw new Stop(EXIT.refused, `${ruling.why} Nothing was written.`, 'report it (npm bugs otel-setup) with the shape of that file; --exclude SERVICE leaves the service out');
}

/** "Rebuild …?": asked where files of services changed and Compose answers; --run says yes; without a terminal it is no. */
async function wantsRebuild({ changed, good }: Prepared, workspace: Workspace, args: ParsedArgs, context: Context): Promise<boolean> {
  if (workspace.compose.length === 0 || (args.run ? good : changed).length === 0) return false;
  if (!args.run && (!context.terminal.interactive || args.yes)) return false;
  if (!(await composeAnswers(context.tools))) {
    if (args.run) throw new Stop(EXIT.notDone, 'The files are written, but no Docker Compose answers here, so nothing was started.', 'start Docker, then: docker compose up -d --build');
    return false;
  }
  return ask({
    flag: '--run',
    question: 'Rebuild?',
    left: 'the files are written, nothing was started',
    given: args.run ? true : undefined,
    fallback: false,
    ask: (prompts) => prompts.confirm(`Rebuild ${changed.join(', ')} and send ${changed.length === 1 ? 'it' : 'each'} one GET / ?`, true),
  }, { prompts: context.prompts, interactive: context.terminal.interactive, yes: args.yes });
}
