/** Whether anything of a service is there where people look. Silence alone is never a break: perhaps nobody sent a request. */
import type { Service } from '../../../types.ts';
import { commandLine } from '../../../ui/shell-lines.ts';
import { rule } from '../../rule.ts';
import type { Arrived, Finding, Rule } from '../../types.ts';

const when = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** One request that makes a span, or how to make one. */
function request({ name, ports, build }: Service): string {
  const port = ports.find(({ host }) => host !== undefined)?.host;
  const [inside] = build?.stage?.expose ?? [];
  const service = commandLine([name], 'sh');
  if (port !== undefined) return `curl -i http://localhost:${port}/`;
  return inside === undefined ? `docker compose logs --no-color --tail 20 ${service}   # give it something to do, then look again` : `docker compose exec ${service} curl -i http://localhost:${inside}/`;
}

const nothingListens = rule({
  id: 'arrival.nothing-listens',
  hop: 'arrival',
  title: 'Nothing listens where the spans go: otel-setup view is not started',
  from: ['subjects', 'arrived'],
  also: ['reach'],
  page: {
    symptoms: ['connect ECONNREFUSED 172.17.0.1:4318', 'Failed to establish a new connection: [Errno 111] Connection refused', 'The page of otel-setup view does not open.'],
    why: 'The service sends to this machine (the local backend), and nothing takes the spans there. Exporters try for a few seconds and then drop them.',
    check: ['curl -i http://localhost:4318/'],
    fix: ['npx otel-setup view', 'curl -i http://localhost:PORT/   (any request to the service)'],
  },
  find: ({ subjects, arrived, reach = [] }) => arrived.flatMap(({ service, listens, says }): readonly Finding[] => {
    const took = reach.some((one) => one.service === service && one.got.is === 'answered');
    if (listens !== 'nothing' || took || !subjects.some((one) => one.service.name === service && one.sending.to.backend === 'local')) return [];
    return [{ service, status: 'broken', says: `${service} sends to this machine, and nothing listens here.`, because: [{ where: 'backend', says }], do: 'npx otel-setup view', then: 'send the service a request while it runs' }];
  }),
});

const notSeen = rule({
  id: 'arrival.not-seen',
  hop: 'arrival',
  title: 'Nothing of the service is there yet',
  from: ['subjects', 'arrived'],
  also: ['containers'],
  page: {
    symptoms: ['Honeycomb shows no data for the service, and no other rule of the doctor complains.'],
    why: 'Everything on the way is fine, so the likely reason is that nothing was traced since: no request came, or only the last seconds are missing (an SDK sends every five seconds, and some processes lose the last batch when they are stopped).',
    check: ['curl -i http://localhost:PORT/', 'npx otel-setup verify'],
    fix: ['Send the service a request, wait ten seconds, look again. npx otel-setup verify does that and says what it saw.'],
    links: ['https://docs.honeycomb.io/troubleshoot/common-issues/sending-data/'],
  },
  find: ({ subjects, arrived, containers = [] }) => arrived.flatMap((one): readonly Finding[] => {
    const subject = subjects.find(({ service }) => service.name === one.service);
    if (subject === undefined || subject.sending.to.backend !== 'honeycomb' || one.elsewhere !== undefined || one.own === undefined && one.last === undefined && one.link !== undefined) return [];
    const started = containers.find(({ service, state }) => service === one.service && state === 'running')?.started;
    const fresh = one.last !== undefined && (started === undefined || one.last >= started);
    // Our own span's arrival proves the way; without the columns, which most keys may not ask for, its own spans are not to be told apart.
    if (fresh || (one.own === true && one.last === undefined && one.itself !== true)) return [ok(one)];
    const says = one.last === undefined && one.itself === true ? `Honeycomb has nothing of ${one.service} but what the doctor sent: no span of its own ever arrived.`
      : one.last === undefined ? `Honeycomb has no dataset of ${one.service} yet: no span of it ever arrived.` : `Honeycomb's last span of ${one.service} is of ${when(one.last)}, from before its container was started.`;
    return [{ service: one.service, status: 'warn', says, because: [{ where: 'backend', says: one.says }], do: request(subject.service), then: 'npx otel-setup doctor --only arrival' }];
  }),
});

const ok = ({ service, last, itself, link, says }: Arrived): Finding => ({ service, status: 'ok', says: `${last === undefined ? says : itself === true ? `last span of its own ${when(last)}` : `last write ${when(last)}, its own or the doctor's`}${link === undefined ? '' : `: ${link}`}`, because: [{ where: 'backend', says }] });

const elsewhere = rule({
  id: 'arrival.elsewhere',
  hop: 'arrival',
  title: 'Spans arrive under another name',
  from: ['subjects', 'arrived'],
  page: {
    symptoms: ['The dataset unknown_service is there in Honeycomb, and the one of the service is not.'],
    why: 'Without OTEL_SERVICE_NAME an SDK calls the service unknown_service, and Honeycomb keeps it in a dataset of that name. A container that was made before the name was written still sends without it.',
    check: ['docker compose exec SERVICE env | grep OTEL_SERVICE_NAME'],
    fix: ['OTEL_SERVICE_NAME: "SERVICE"', 'docker compose up -d SERVICE'],
    links: ['https://docs.honeycomb.io/send-data/opentelemetry/'],
  },
  find: ({ subjects, arrived }) => arrived.flatMap(({ service, elsewhere: other, says }): readonly Finding[] => {
    if (other === undefined || !subjects.some((one) => one.service.name === service)) return [];
    return [{
      service, status: 'warn', about: 'OTEL_SERVICE_NAME',
      says: `Honeycomb has nothing under the name of ${service}, and spans without a name in ${other.dataset} (last ${when(other.last)}).`,
      because: [{ where: 'backend', says }],
      do: `docker compose exec ${commandLine([service], 'sh')} env | grep OTEL_SERVICE_NAME`,
      then: `docker compose up -d ${commandLine([service], 'sh')}`,
    }];
  }),
});

export const seen: readonly Rule[] = [nothingListens, elsewhere, notSeen];
