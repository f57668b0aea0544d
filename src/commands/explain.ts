/** explain: log lines in, their causes out, as they come; or the page of one cause. Needs no workspace. */
import type { ParsedArgs } from '../args.ts';
import { isAftermath, matchLine, textOf } from '../doctor/log-lines/index.ts';
import { safeLine } from '../doctor/log-lines/safe.ts';
import { firstFix, pagePath, pageText, whyShort } from '../doctor/pages.ts';
import { distance } from '../doctor/rules/files/known-names.ts';
import { ruleOf, rules } from '../doctor/rules/index.ts';
import type { Rule } from '../doctor/types.ts';
import { EXIT, Stop } from '../stop.ts';
import type { ExplainedReport, Report } from '../types.ts';
import { wrap } from '../ui/show.ts';
import type { Context, Run } from './context.ts';

/** Services that are told apart: a log may make up any number of them. */
const MOST_SERVICES = 1_000;
const PIPE = 'docker compose logs --no-color | otel-setup explain';

export const run: Run = (args, context) => {
  const [id] = args.operands;
  return id === undefined ? explainLines(args, context) : Promise.resolve(explainRule(id, args, context));
};

/** The page. @throws Stop (2) where there is no such rule. */
function explainRule(id: string, args: ParsedArgs, context: Context): Report {
  const rule = ruleOf(id);
  if (rule === undefined) throw new Stop(EXIT.usage, `There is no cause "${id}".`, hintFor(id));
  if (!args.json) context.result(`${pageText(rule, context.terminal.columns).join('\n')}\n`);
  return { ...report(EXIT.done, []), page: { rule: rule.id, hop: rule.hop, title: rule.title, ...rule.page } };
}

/** The name that is nearest, with or without its hop; else where all of them are. */
function hintFor(id: string): string {
  const asked = id.toLowerCase();
  const near = rules.map((rule) => ({ id: rule.id, far: Math.min(distance(asked, rule.id), distance(asked, rule.id.slice(rule.hop.length + 1))) })).toSorted((a, b) => a.far - b.far)[0];
  return near !== undefined && near.far <= 2 ? `otel-setup explain ${near.id}` : 'otel-setup doctor --list   # every cause in a line';
}

/** The first line of each cause at once, the others counted. @throws Stop (2) where standard input is a terminal. */
async function explainLines(args: ParsedArgs, context: Context): Promise<Report> {
  const found = new Map<string, { readonly line: string; readonly rule: Rule | undefined; count: number; told: boolean }>();
  /** Of each service, as Compose names it in front of a line, the rules so far. */
  const led = new Map<string, Set<string>>();
  let read = 0;
  const piped = await context.eachLine((line) => {
    read += 1;
    const id = matchLine(line)?.rule;
    if (id === undefined) return;
    const prefix = serviceOf(line);
    const service = led.has(prefix) || led.size < MOST_SERVICES ? prefix : '';
    const after = isAftermath(id, led.get(service) ?? new Set());
    led.set(service, (led.get(service) ?? new Set()).add(id));
    const known = found.get(id);
    if (known !== undefined) known.count += 1;
    if (known?.told === true || (known !== undefined && after)) return;
    const one = { line: safeLine(line), rule: ruleOf(id), count: known?.count ?? 1, told: !after };
    found.set(id, one);
    if (after) return;
    if (!args.json) context.result(`${shown(id, one.line, one.rule, context.terminal.columns).join('\n')}\n\n`);
  });
  if (!piped) throw new Stop(EXIT.usage, 'explain reads log lines from a pipe, and there is none.', PIPE);
  const explained = [...found].map(([id, { line, rule, count }]): ExplainedReport => ({
    rule: id, line, count, page: pagePath(id),
    ...(rule === undefined ? {} : { title: rule.title, why: whyShort(rule), do: firstFix(rule).join('\n') }),
  }));
  if (explained.length === 0) {
    context.warn(read === 0 ? 'No line came in: nothing to explain.' : `${lines(read)} read, none of them a complaint of an exporter, an SDK, the Collector or Compose.`);
    for (const step of next(read)) context.print(`  Do: ${step}`);
    return { ...report(EXIT.notDone, next(read)), explained };
  }
  const total = explained.reduce((sum, { count }) => sum + count, 0);
  context.print(`${lines(read)} read, ${total} explained: ${explained.map(({ rule, count }) => `${rule}${count > 1 ? ` ×${count}` : ''}`).join(', ')}`);
  return { ...report(EXIT.done, []), explained };
}

/** 'api-1' of 'api-1  | text'; '' where there is no such prefix. */
const serviceOf = (line: string): string => /^(?:\S+)(?= +\| )/.exec(textOf(line))?.[0] ?? '';
const lines = (count: number): string => `${count.toLocaleString('en-US')} line${count === 1 ? '' : 's'}`;
const next = (read: number): readonly string[] =>
  read === 0
    ? [PIPE, 'docker compose ps -a   # is there a container at all?']
    : ['otel-setup doctor   # looks at the files, the containers and the way as well', 'docker compose logs --no-color --tail 2000 SERVICE | otel-setup explain   # more lines', 'set OTEL_LOG_LEVEL=debug (Python: OTEL_PYTHON_LOG_LEVEL=debug), then docker compose up -d SERVICE: the SDK says more'];

function shown(id: string, line: string, rule: Rule | undefined, columns: number): readonly string[] {
  if (rule === undefined) return [line, `  ${id}: ${pagePath(id)}`];
  return [
    line,
    ...wrap(`  ${rule.title}`, 2, columns),
    ...wrap(`  Why:  ${whyShort(rule)}`, 8, columns),
    ...firstFix(rule).map((step, i) => (i === 0 ? `  Do:   ${step}` : `          ${step}`)),
    `  More: otel-setup explain ${id}  (${pagePath(id)})`,
  ];
}

const report = (exit: number, steps: readonly string[]): Report => ({ schema: 1, command: 'explain', exit, ok: exit === EXIT.done, next: steps });
