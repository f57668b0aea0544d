/** doctor: read → probe → rules → lines → show; --fix: the same plan ─► show ─► write as init, then looks again. */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';

import { bundleOf, fromBundle, type MadeBundle } from '../doctor/bundle/bundle.ts';
import { hiddenOf } from '../doctor/bundle/this-machine.ts';
import { diagnose, type Diagnosis } from '../doctor/engine.ts';
import { HOPS } from '../doctor/hops.ts';
import { pageText } from '../doctor/pages.ts';
import { rules } from '../doctor/rules/index.ts';
import { githubOf } from '../doctor/show/github.ts';
import { sarifOf } from '../doctor/show/sarif.ts';
import { textOf } from '../doctor/show/text.ts';
import { forFiles, thenOf } from '../doctor/then.ts';
import type { DoctorReport, Facts, Known, Line } from '../doctor/types.ts';
import { EXIT, Stop } from '../stop.ts';
import { jsonText } from '../ui/ci-commands.ts';
import { oneLine } from '../ui/redact.ts';
import { wrap } from '../ui/show.ts';
import { readBytes } from '../write/write.ts';
import { fix } from './doctor/fix.ts';
import { look, type Looked } from './doctor/look.ts';
import { saveBundle, TO_STDOUT } from './doctor/save-bundle.ts';
import type { ParsedArgs } from '../args.ts';
import type { Context, Run } from './context.ts';

const FORMATS: readonly string[] = ['text', 'github', 'sarif'];

export const run: Run = async (args, context) => {
  checked(args);
  if (args.list) return listed(args, context);
  if (args.explain !== undefined) return explained(args.explain, args, context);
  if (args.replay !== undefined) {
    const file = resolve(context.cwd, args.replay);
    const bytes = readBytes(file);
    if (bytes === undefined) throw new Stop(EXIT.usage, `${args.replay} cannot be read.`, 'name the file that --bundle wrote');
    const { known } = fromBundle(Buffer.from(bytes).toString('utf8'), args.replay);
    return shown({ known, took: [] }, judge(known, args, context), args, context);
  }
  const looked = await look(args, context);
  const diagnosis = judge(looked.known, args, context);
  if (args.bundle !== undefined) await saveBundle(args.bundle, bundled(looked, args, context), args, context);
  const report = shown(looked, diagnosis, args, context);
  if (!args.fix || looked.workspace === undefined) return report;
  const mended = await fix(looked.workspace, diagnosis, args, context);
  if (!mended.written) return { ...report, plan: mended.plan, exit: mended.nothing ? report.exit : EXIT.notDone };
  context.print('  Looking again …');
  const after = await look(args, context);
  return { ...shown(after, judge(after.known, args, context), args, context), plan: mended.plan };
};

/** @throws Stop (exit 2) for flags that contradict each other, or name what is not there. */
function checked(args: ParsedArgs): void {
  const { format = 'text' } = args;
  if (!FORMATS.includes(format)) throw new Stop(EXIT.usage, `There is no format "${format}".`, `--format takes ${FORMATS.join(', ')}`);
  if (args.json && format !== 'text') throw new Stop(EXIT.usage, '--json and --format both want standard output.', 'say one of them');
  if (args.bundle === TO_STDOUT && (args.json || format !== 'text')) throw new Stop(EXIT.usage, `--bundle - and ${args.json ? '--json' : '--format'} both want standard output.`, 'name a file: --bundle FILE');
  if (args.replay !== undefined && (args.fix || args.bundle !== undefined)) throw new Stop(EXIT.usage, `--replay and ${args.fix ? '--fix' : '--bundle'} do not go together: a bundle is another machine's workspace.`, 'say one of them');
  if (args.dryRun && !args.fix) throw new Stop(EXIT.usage, '--dry-run says what --fix would do; without --fix the doctor writes nothing anyway.', 'otel-setup doctor --fix --dry-run');
  for (const name of [...args.only, ...args.ignore]) knownName(name);
}

const names = (): readonly string[] => [...HOPS.map(({ hop }) => hop), ...rules.map(({ id }) => id)];
/** @throws Stop (exit 2), with the nearest name. */
function knownName(name: string): void {
  if (names().includes(name)) return;
  const near = names().find((one) => one.includes(name) || name.includes(one.split('.')[1] ?? one));
  throw new Stop(EXIT.usage, `There is no rule or hop "${name}".`, near === undefined ? 'otel-setup doctor --list shows all' : `did you mean ${near}?`);
}

function judge(facts: Known, args: ParsedArgs, context: Context): Diagnosis {
  const { cause, lines, ...diagnosis } = diagnose(facts, rules, { only: args.only, ignore: args.ignore, then: thenOf(facts, args.file, context.env) });
  const here = (line: Line): Line => ({ ...line, ...(line.do === undefined ? {} : { do: forFiles(line.do, args.file, context.env) }), ...(line.then === undefined ? {} : { then: forFiles(line.then, args.file, context.env) }) });
  const all = lines.map(here);
  return { ...diagnosis, lines: all, cause: cause === undefined ? undefined : all[lines.indexOf(cause)] };
}

function shown({ known: facts, took }: Pick<Looked, 'known' | 'took'>, diagnosis: Diagnosis, args: ParsedArgs, context: Context): DoctorReport {
  const { lines, cause, path, certain, fixes } = diagnosis;
  const subjects = facts.subjects !== undefined && !('missing' in facts.subjects) ? facts.subjects : [];
  const none = !lines.some(({ status }) => status === 'broken') && facts.subjects !== undefined && !subjects.some(({ expected }) => expected);
  const ok = certain && !none;
  const next = none && subjects.length === 0 ? [NOWHERE] : cause === undefined ? [...new Set(lines.flatMap((line) => (line.status === 'skipped' || line.status === 'crashed' ? (line.do ?? []) : [])))] : [cause.do, cause.then].filter((line) => line !== undefined);
  if (args.format === 'github') context.display.annotate(githubOf(lines));
  else if (args.format === 'sarif') context.result(jsonText(sarifOf(lines, rules, context.version), 2));
  else if (!args.json) context.display.lines(textOf(diagnosis, subjects, { columns: Math.min(100, context.terminal.columns), verbose: args.verbose, offersFix: !args.fix && fixes.length > 0 }));
  if (none && !args.json) for (const line of noneOf(subjects)) context.warn(line);
  return { schema: 1, command: 'doctor', exit: ok ? EXIT.done : EXIT.notDone, ok, lines, cause: cause === undefined ? null : { rule: cause.rule, ...(cause.service === undefined ? {} : { service: cause.service }) }, path, probes: took, next };
}

const NOWHERE = 'run it in the folder of the compose file, or name that file with --file FILE';
/** Every service, and why it is not expected to send; where there is none, where to go. */
function noneOf(subjects: Facts['subjects']): readonly string[] {
  if (subjects.length === 0) return [`  Do: ${NOWHERE}`];
  return subjects.flatMap(({ service, why }) => wrap(`    ${oneLine(service.name)}: ${oneLine(why ?? '')}`, 6));
}

function bundled({ known: facts, workspace, recorded }: Looked, args: ParsedArgs, context: Context): MadeBundle {
  if (workspace === undefined || recorded === undefined) throw new Stop(EXIT.notDone, 'There is nothing to bundle: the compose file cannot be read.', 'mend it first, as the doctor says without --bundle');
  return bundleOf({ version: context.version, services: args.services, workspace, ...recorded, known: facts, env: context.env, salt: randomUUID(), hidden: hiddenOf(context.env) });
}

function listed(args: ParsedArgs, context: Context): DoctorReport {
  const width = Math.max(...rules.map(({ id }) => id.length));
  if (!args.json) context.result(rules.map(({ id, title }) => `${id.padEnd(width)}  ${title}\n`).join(''));
  return { schema: 1, command: 'doctor', exit: EXIT.done, ok: true, lines: rules.map(({ id, hop, title }) => ({ rule: id, hop, status: 'ok', says: title, because: [], fixable: false })), cause: null, path: [], probes: [], next: [] };
}

function explained(id: string, args: ParsedArgs, context: Context): DoctorReport {
  const rule = rules.find((one) => one.id === id);
  if (rule === undefined) {
    knownName(id);
    throw new Stop(EXIT.usage, `"${id}" is a hop, not a rule.`, `otel-setup doctor --list shows its rules (${rules.filter(({ hop }) => hop === id).map((one) => one.id).slice(0, 3).join(', ')}, …)`);
  }
  if (!args.json) context.result(`${pageText(rule).join('\n')}\n`);
  return { schema: 1, command: 'doctor', exit: EXIT.done, ok: true, lines: [{ rule: id, hop: rule.hop, status: 'ok', says: rule.title, because: [], do: rule.page.fix.join('\n'), fixable: false }], cause: null, path: [], probes: [], next: [] };
}
