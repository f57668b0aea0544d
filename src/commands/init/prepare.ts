/** From choices to a plan: every service's needs judged, and the key's. */
import { gather } from '../../needs/gather.ts';
import { judge } from '../../needs/judge.ts';
import type { Choices, Judged, Plan, Service, ServiceReport, Stuck, Tools, Verdict, Workspace } from '../../types.ts';
import { fingerprint, isSecretName } from '../../ui/redact.ts';
import { withoutSecrets } from '../../ui/secret-shapes.ts';
import { placeOf } from '../../ui/show.ts';
import { inContainer } from '../../workspace/container-path.ts';
import { takenIn } from '../../workspace/taken-in.ts';
import { dotenvPath } from '../../stores/dotenv.ts';
import { missedBy } from '../../stores/keep-out.ts';
import { makePlan, type PlanOptions } from '../../write/plan.ts';
import type { Selection } from './choose.ts';

export interface Prepared {
  readonly plan: Plan;
  readonly services: readonly ServiceReport[];
  /** Names of services that are, or will be, set up as chosen. */
  readonly good: readonly string[];
  /** Of those, the ones whose files the plan changes. */
  readonly changed: readonly string[];
}

interface One {
  readonly service: Service;
  readonly judged: readonly Judged[];
  readonly notes: readonly string[];
  readonly stuck?: Stuck;
}

/**
 * Judges and plans. A service with one need that is stuck is left out whole: half of a setup would be worse than none.
 * @param secret verdict on the backend's secret; undefined = the key is not looked at (--check, a backend without one).
 */
export async function prepare(workspace: Workspace, { taken, left }: Selection, choices: Choices, secret: Verdict | undefined, tools: Tools, options: PlanOptions = {}): Promise<Prepared> {
  const chosen = new Set(taken.map(({ name }) => name));
  const ones = taken.map((service) => judgedOne(workspace, service, choices, secret, chosen));
  const plan = await makePlan(workspace, ones.flatMap((one) => (sendsElsewhere(one) ? [] : one.judged)), tools, options);
  const refusals = new Map(plan.refused.toReversed().map((entry) => [entry.service, entry]));
  const reports = new Map<string, ServiceReport>();
  const changed: string[] = [];
  for (const one of ones) {
    const refused = refusals.get(one.service.name);
    const stuck: Stuck | undefined = one.stuck ?? (refused === undefined ? undefined : { stuck: refused.why, ...(refused.paste === undefined ? {} : { paste: refused.paste }) });
    reports.set(one.service.name, reportOf(one, stuck));
    if (stuck === undefined && !sendsElsewhere(one) && one.judged.some(({ need, verdict }) => need.kind !== 'secret' && verdict.is === 'absent')) changed.push(one.service.name);
  }
  for (const { service, why } of left) reports.set(service.name, { ...headOf(service), action: 'skip', reason: why, notes: [] });
  const services = workspace.services.flatMap(({ name }) => reports.get(name) ?? []);
  return { plan, services, changed, good: services.filter(({ action }) => action === 'instrument').map(({ name }) => name) };
}

function judgedOne(workspace: Workspace, service: Service, choices: Choices, secret: Verdict | undefined, chosen: ReadonlySet<string>): One {
  const tracing = gather(workspace, service, choices);
  if ('stuck' in tracing) return { service, judged: [], notes: [], stuck: tracing };
  const judged: Judged[] = [];
  for (const need of tracing.needs) {
    if (need.kind !== 'secret') judged.push({ service: service.name, need, verdict: judge(workspace, service, need, chosen) });
    else if (secret !== undefined) judged.push({ service: service.name, need, verdict: secret });
  }
  const stuck = judged.map(({ verdict }) => verdict).find((verdict) => verdict.is === 'stuck');
  return { service, judged: judged.map(shown), notes: [...tracing.notes, ...keptOut(workspace, service, secret)], ...(stuck === undefined ? {} : { stuck }) };
}

/** The file with the key stays out of the image from now on, and something there may look for one. */
function keptOut(workspace: Workspace, service: Service, secret: Verdict | undefined): readonly string[] {
  const file = dotenvPath(workspace);
  const edited = new Set(secret?.is === 'absent' ? secret.ops.flatMap((op) => (op.op === 'edit' && op.format === 'ignore-file' ? [op.path] : [])) : []);
  const by = takenIn(workspace, file).find((one) => one.service === service && edited.has(one.ignore.by))?.ignore.by;
  const reader = by === undefined || inContainer(service, file)?.by === 'mount' ? undefined : missedBy(service, workspace.files);
  return by === undefined || reader === undefined ? [] : [`${by} keeps ${file} out of the image, since the key is in it, and ${placeOf(reader.where)} speaks of a .env: what is read there has to come from env_file or environment of the compose file.`];
}

/** It has an address of its own choice: variables and hosts for another one would only stand beside it. */
const sendsElsewhere = ({ judged }: One): boolean =>
  judged.some(({ need, verdict }) => need.kind === 'env' && need.name === 'OTEL_EXPORTER_OTLP_ENDPOINT' && verdict.is === 'differs' && verdict.found !== 'blank');

/** What stands in a file may be a key that was committed: of such a variable only a fingerprint goes on. */
const shown = (one: Judged): Judged =>
  one.verdict.is === 'differs' && one.need.kind === 'env' ? { ...one, verdict: { ...one.verdict, found: isSecretName(one.need.name) ? fingerprint(one.verdict.found) : withoutSecrets(one.verdict.found) } } : one;

/** What was not followed may change what the service gets; a reason that says it already is enough. */
const unsureOf = ({ unsure }: Service, stuck: Stuck | undefined): string[] =>
  unsure.filter(({ says }) => stuck?.stuck.includes(says) !== true).map(({ where, says }) => `${says.charAt(0).toUpperCase()}${says.slice(1)} (${placeOf(where)}).`);

/** What differs, as this setup wants it. */
function pasteOf({ name }: Service, judged: readonly Judged[]): Pick<ServiceReport, 'paste'> {
  const lines = judged.flatMap(({ need, verdict }) => (verdict.is === 'differs' && need.kind === 'env' ? [`${need.name}: "${need.value}"`] : []));
  return lines.length === 0 ? {} : { paste: { into: `the environment of ${name}, instead of what is there`, text: lines.join('\n') } };
}

const headOf = ({ name, app }: Service) => ({
  name,
  ...(app === undefined ? {} : { language: app.language, ...(app.framework === undefined ? {} : { framework: app.framework }) }),
  because: app?.because ?? [],
});

function reportOf({ service, judged, notes: said }: One, stuck: Stuck | undefined): ServiceReport {
  const head = headOf(service);
  const notes = [...new Set([...said, ...unsureOf(service, stuck)])];
  if (stuck !== undefined) return { ...head, action: 'manual', reason: stuck.stuck, notes, ...(stuck.paste === undefined ? {} : { paste: stuck.paste }) };
  const differs = judged.flatMap(({ need, verdict }) =>
    verdict.is === 'differs' ? [`${need.kind === 'env' ? need.name : need.kind} is ${verdict.found} (${typeof verdict.where === 'string' ? verdict.where : `${verdict.where.path}:${verdict.where.line ?? 1}`}), not what this setup wants; it was left`] : []);
  if (differs.length > 0) return { ...head, action: 'manual', reason: differs[0] ?? '', notes: [...differs.slice(1), ...notes], ...pasteOf(service, judged) };
  const absent = judged.some(({ verdict }) => verdict.is === 'absent');
  return { ...head, action: 'instrument', reason: absent ? 'can be traced' : 'is set up already', notes };
}
