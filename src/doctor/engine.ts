/**
 * Facts and rules in, lines out. Pure. Only here a line becomes `skipped` (a fact was not to be had), `blocked` (an
 * earlier hop of the same service broke) or `crashed` (the rule threw: our bug, the others still speak).
 */
import { HOPS, rankOf } from './hops.ts';
import type { FactName, Facts, Finding, Hop, Known, Line, Missing, Rule, Status } from './types.ts';

export interface Diagnosis {
  /** In the order of the hops, then of the services, then of the rules. */
  readonly lines: readonly Line[];
  /** The first broken line: what to mend first. */
  readonly cause: Line | undefined;
  /** How each hop came out, all services together. */
  readonly path: readonly { readonly hop: Hop; readonly status: Status }[];
  /** What --fix would do, of every finding that is shown as broken or warn. */
  readonly fixes: readonly Fix[];
  /** Nothing is broken and nothing was skipped. */
  readonly certain: boolean;
}
export interface Fix {
  readonly rule: string;
  readonly finding: Finding;
}
interface Found {
  readonly rule: Rule;
  readonly finding: Finding;
}

export interface DiagnoseOptions {
  /** Rule ids or hops that are left out: --ignore. */
  readonly ignore?: readonly string[];
  /** Only these rules or hops: --only. */
  readonly only?: readonly string[];
  /** What makes a change of files reach a container; added to findings that do not say it. */
  readonly then?: (finding: Finding, rule: Rule) => string | undefined;
}

/** The rules that --only and --ignore leave. */
export function wantedRules(rules: readonly Rule[], { ignore = [], only = [] }: Pick<DiagnoseOptions, 'ignore' | 'only'>): readonly Rule[] {
  return rules.filter(({ id, hop }) => !ignore.includes(id) && !ignore.includes(hop) && (only.length === 0 || only.includes(id) || only.includes(hop)));
}

export function diagnose(known: Known, rules: readonly Rule[], { ignore = [], only = [], then }: DiagnoseOptions = {}): Diagnosis {
  const wanted = wantedRules(rules, { ignore, only });
  const order = new Map((isKnown(known.subjects) ? known.subjects : []).map(({ service }, i) => [service.name, i]));
  const found: Found[] = [];
  const unsaid: Line[] = [];
  for (const rule of wanted) {
    const answer = ask(rule, known);
    if ('line' in answer) unsaid.push(answer.line);
    else found.push(...answer.findings.map((finding) => ({ rule, finding })));
  }
  const told = explainedOnce(found);
  const broken = firstBroken(told);
  const lines = [...told.map((one) => lineOf(one, broken, then)), ...unsaid.map((line) => behind(line, broken))].toSorted((a, b) => rankOf(a.hop) - rankOf(b.hop) || (order.get(a.service ?? '') ?? -1) - (order.get(b.service ?? '') ?? -1));
  return {
    lines,
    cause: lines.find(({ status }) => status === 'broken'),
    path: HOPS.filter(({ hop }) => wanted.some((rule) => rule.hop === hop)).map(({ hop }) => ({ hop, status: worst(lines.filter((line) => line.hop === hop), broken, hop) })),
    fixes: told.filter(({ finding }) => finding.ops !== undefined && finding.ops.length > 0 && finding.status !== 'ok').map(({ rule, finding }) => ({ rule: rule.id, finding })),
    certain: lines.every(({ status }) => status === 'ok' || status === 'warn'),
  };
}

const isKnown = <T>(fact: T | Missing | undefined): fact is T => fact !== undefined && !(typeof fact === 'object' && fact !== null && 'missing' in fact);

function ask(rule: Rule, known: Known): { readonly findings: readonly Finding[] } | { readonly line: Line } {
  const facts: Record<string, unknown> = {};
  for (const name of rule.from) {
    const fact = known[name];
    if (!isKnown(fact)) return { line: skipped(rule, name, fact) };
    facts[name] = fact;
  }
  for (const name of rule.also ?? []) if (isKnown(known[name])) facts[name] = known[name];
  try {
    return { findings: rule.find(facts as Partial<Facts>) };
  } catch (error) {
    const says = `${rule.id} met an error of ours: ${error instanceof Error ? error.message.split('\n')[0]?.slice(0, 160) : 'unknown'}`;
    return { line: { rule: rule.id, hop: rule.hop, status: 'crashed', says, because: [], do: 'report it (npm bugs otel-setup); the others were still looked at', fixable: false } };
  }
}

function skipped({ id, hop }: Rule, name: FactName, fact: Missing | undefined): Line {
  return { rule: id, hop, status: 'skipped', says: fact?.missing ?? `${name} was not asked for`, because: [], fixable: false, ...(fact?.then === undefined ? {} : { do: fact.then }) };
}

/**
 * Of several findings on one thing, the first: its rule is the more exact one. What is said of the workspace as a whole
 * explains what its services have of the same thing, unless it only warns where a service is broken.
 */
function explainedOnce(found: readonly Found[]): readonly Found[] {
  const seen = new Set<string>();
  return found.filter(({ finding: { about, service, status } }) => {
    if (about === undefined || status === 'ok') return true;
    if (service !== undefined && (seen.has(`\nbroken\n${about}`) || (status === 'warn' && seen.has(`\nwarn\n${about}`)))) return false;
    if (seen.has(`${service ?? ''}\n${about}`)) return false;
    seen.add(`${service ?? ''}\n${about}`);
    if (service === undefined) seen.add(`\n${status}\n${about}`);
    return true;
  });
}

type Broken = ReadonlyMap<string | undefined, number>;
/** Rank of the first broken hop: of each service, and under `undefined` of the workspace as a whole. */
function firstBroken(found: readonly Found[]): Broken {
  const first = new Map<string | undefined, number>();
  for (const { rule, finding } of found) if (finding.status === 'broken') first.set(finding.service, Math.min(first.get(finding.service) ?? HOPS.length, rankOf(rule.hop)));
  return first;
}

/** What breaks for the whole workspace blocks every service; what breaks for one service blocks that service alone. */
function isBehind(hop: Hop, service: string | undefined, broken: Broken): boolean {
  const rank = rankOf(hop);
  return rank > (broken.get(undefined) ?? HOPS.length) || (service !== undefined && rank > (broken.get(service) ?? HOPS.length));
}

function lineOf({ rule, finding }: Found, broken: Broken, then: DiagnoseOptions['then']): Line {
  const { ops = [], about: _, status, ...rest } = finding;
  const next = finding.then ?? (finding.do === undefined ? undefined : then?.(finding, rule));
  return {
    ...rest, rule: rule.id, hop: rule.hop,
    status: status !== 'ok' && isBehind(rule.hop, finding.service, broken) ? 'blocked' : status,
    fixable: ops.length > 0 && status !== 'ok',
    ...(next === undefined ? {} : { then: next }),
  };
}

function behind(line: Line, broken: Broken): Line {
  return line.status === 'skipped' && isBehind(line.hop, undefined, broken) ? { ...line, status: 'blocked' } : line;
}

const WORST: readonly Status[] = ['broken', 'crashed', 'blocked', 'skipped', 'warn', 'ok'];
function worst(lines: readonly Line[], broken: Broken, hop: Hop): Status {
  const status = WORST.find((one) => lines.some((line) => line.status === one)) ?? 'ok';
  // A hop behind a break of the whole workspace is not fine because nothing was said there.
  return (status === 'ok' || status === 'warn') && isBehind(hop, undefined, broken) ? 'blocked' : status;
}
