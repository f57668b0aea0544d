/** What came of a verify: the state of each service with its cause and its one thing to do, and the look at quality. */
import { causeOf } from '../../see/verify/cause.ts';
import { missingLinks, remarksOn, type Arrived, type Ours, type Remark } from '../../see/verify/quality.ts';
import type { VerifiedReport } from '../../see/verify/report.ts';
import type { Row } from '../../see/verify/table.ts';
import type { Tallies, Way } from '../../see/verify/tally.ts';
import type { ParsedArgs } from '../../args.ts';
import { subjectsOf } from '../../doctor/subjects.ts';
import type { Subject } from '../../doctor/types.ts';
import type { Workspace } from '../../types.ts';
import type { Context } from '../context.ts';
import { accountsOf } from './accounts.ts';
import type { Behind } from './behind.ts';
import { firstBroken } from './doctor.ts';
import type { Request } from './drive.ts';
import type { Led } from './ground.ts';

export interface Verified {
  readonly services: readonly VerifiedReport[];
  readonly quality: readonly Remark[];
  /** What went wrong while everything was put back. */
  readonly problems: readonly string[];
}
/** Of a service that is not led through the relay. */
export type Aside = Pick<VerifiedReport, 'state' | 'says' | 'then'>;

export interface Came {
  readonly rows: readonly Row[];
  readonly aside: ReadonlyMap<string, Aside>;
  readonly led: readonly Led[];
  /** Service → the Collector that took its spans. */
  readonly collectors: ReadonlyMap<string, Behind>;
  /** Whether requests were to be sent. */
  readonly traffic: boolean;
  readonly requests: readonly Request[];
  readonly tallies: Tallies;
  readonly ways: ReadonlyMap<string, Way>;
  readonly problems: readonly string[];
  readonly workspace: Workspace;
  readonly subjects: readonly Subject[];
}

/** Asks the backend for the account (for links) and the doctor for causes, where there is need. */
export async function judged({ rows, aside, led, collectors, traffic, requests, tallies, ways, problems, workspace, subjects }: Came, args: ParsedArgs, context: Context): Promise<Verified> {
  const arrived = subjects.map(({ service: { name, app } }) => ({ service: name, ...(app === undefined ? {} : { language: app.language }), spans: tallies.of(name).kept }));
  const ours: Ours[] = requests.flatMap(({ traceId, parents, sent }) => (sent.is === 'answered' ? [{ traceId, parents: new Set(parents) }] : []));
  const links = new Map(missingLinks(arrived, ours, workspace.services.map(({ name }) => name)).map(({ service, by }) => [service, by]));
  const linkTo = await accountsOf(workspace, led, context);
  const broken = await firstBroken(rows.filter(({ state }) => state === 'silent').map(({ service }) => service), args, context);
  const services = rows.map((row): VerifiedReport => {
    const plain = plainReport(row, aside.get(row.service));
    const { after, refusal, kept } = tallies.of(row.service);
    const timed = { ...plain, ...(after === undefined ? {} : { seconds: after / 1000 }) };
    switch (row.state) {
      case 'works': {
        const traceId = widest(row.service, arrived, ours) ?? kept.at(-1)?.traceId;
        const link = traceId === undefined ? undefined : linkTo(row.service, traceId);
        const way = ways.get(row.service);
        const collector = collectors.get(row.service);
        const limits = [...(collector === undefined ? [] : [`by the Collector ${collector.collector}, which complains of nothing so far`]), ...(way?.is === 'unknown' ? [`the direct way could not be tried: ${way.says}`] : [])];
        return { ...timed, ...(traceId === undefined ? {} : { traceId }), ...(link === undefined ? {} : { link }), ...(limits.length === 0 ? {} : { says: limits.join('; ') }) };
      }
      case 'refused': {
        const collector = collectors.get(row.service);
        if (collector?.complaint !== undefined) return { ...timed, says: `the Collector ${collector.collector} took them, and did not get them on: ${collector.complaint.says}`, then: collector.complaint.then };
        const { says, then } = causeOf(refusal ?? '');
        return { ...timed, says: `${refusal ?? ''}. So: ${says}`, then };
      }
      case 'way closed':
        return { ...timed, says: ways.get(row.service)?.says ?? '', then: `npx otel-setup doctor --services ${row.service}` };
      case 'silent': {
        const by = links.get(row.service);
        const cause = broken.get(row.service);
        const asked = requests.filter(({ service }) => service === row.service);
        const what = by !== undefined ? `the missing link: ${by} called it within our trace, and it sent nothing`
          : asked.some(({ sent }) => sent.is === 'answered') ? 'it answered our request, and sent nothing'
          : asked.length > 0 ? 'it did not answer our request'
          : traffic ? 'it publishes no port, and nothing that got a request of ours called it'
          : 'it sent nothing while it was watched';
        // Where nothing asked it for anything, nothing is known to be wrong with it.
        const otherwise = by === undefined && asked.length === 0 ? `use ${traffic ? 'what calls it' : 'it'} while this runs: npx otel-setup verify --no-traffic --timeout 120` : `npx otel-setup doctor --services ${row.service}`;
        return { ...timed, says: cause === undefined ? what : `${what}. ${cause.says}`, then: cause?.do ?? otherwise };
      }
      default:
        return timed;
    }
  });
  const known = new Set(subjects.map(({ service }) => service.name));
  // One that is not watched may well send: only of one without any sign of it is it said.
  const signless = new Set(subjectsOf(workspace, []).filter(({ signs, instrumented }) => signs.length === 0 && instrumented.by === 'no').map(({ service }) => service.name));
  const outside = [...links].filter(([service]) => !known.has(service) && signless.has(service)).map(([service, by]): Remark => ({ about: 'parents', service, says: `the missing link: ${by} called it within our trace, and it sends nothing`, then: 'npx otel-setup init' }));
  return { services, quality: [...outside, ...remarksOn(arrived, ours)].slice(0, 3), problems };
}

/** Of our traces that have a span of this service, the one that goes through most services. */
function widest(service: string, arrived: readonly Arrived[], ours: readonly Ours[]): string | undefined {
  const through = (traceId: string): readonly string[] => arrived.filter(({ spans }) => spans.some((span) => span.traceId === traceId)).map((one) => one.service);
  return ours.map(({ traceId }) => ({ traceId, services: through(traceId) })).filter(({ services }) => services.includes(service)).toSorted((a, b) => b.services.length - a.services.length)[0]?.traceId;
}

export function plainReport({ service, state, spans, last, answer }: Row, aside: Aside | undefined): VerifiedReport {
  return { name: service, state, spans, last, answer, ...(aside?.says === undefined ? {} : { says: aside.says }), ...(aside?.then === undefined ? {} : { then: aside.then }) };
}
