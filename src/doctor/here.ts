/**
 * Why nothing arrives at a receiver on this machine (`view`), as far as files tell: what is broken first of what should
 * arrive here; else, where every service sends to another place, that. Pure.
 */
import { apiOf, uiOf } from '../backends/honeycomb/regions.ts';
import { GATEWAY, LOCAL_PORT } from '../backends/local.ts';
import { placeOf } from '../ui/show.ts';
import type { Cause } from '../see/page/api.ts';
import type { Place, Service } from '../types.ts';
import { isCollector } from './collector.ts';
import { serviceNamed } from './indexed.ts';
import { isMissing } from './probing.ts';
import { addressOf, hostOf } from './sending.ts';
import type { Known, Line, Subject } from './types.ts';

export interface Here {
  /** Ports on which OTLP is taken. */
  readonly ports: readonly number[];
  /** Addresses that are listened on. */
  readonly addresses: readonly string[];
  /** init wrote what stands in the files, so undo takes it back. */
  readonly written: boolean;
}

/** What sets services up to send here. */
const setUp = ({ ports: [port = LOCAL_PORT] }: Here): string => `npx otel-setup init --backend local${port === LOCAL_PORT ? '' : ` --endpoint http://${GATEWAY}:${port}`}`;

/** @param lines what the doctor says of these facts. */
export function whyNothing({ workspace, subjects }: Known, lines: readonly Line[], here: Here): Cause | undefined {
  const expected = subjects === undefined || isMissing(subjects) ? [] : subjects.filter((subject) => subject.expected);
  const services = workspace === undefined || isMissing(workspace) ? [] : workspace.services;
  const away = new Map(expected.flatMap((subject) => {
    const where = awayTo(subject, here, services);
    return where === undefined ? [] : [[subject.service.name, where] as const];
  }));
  // What is wrong in a service that sends to Honeycomb is no reason why nothing arrives here. An address that leads
  // nowhere may have been meant for here.
  const stops = (line: Line): boolean => line.service === undefined || away.get(line.service)?.meant !== true;
  const first = lines.find((line) => line.status === 'broken' && stops(line)) ?? lines.find((line) => isLikely(line) && stops(line));
  if (first !== undefined) return reasonOf(first, here);
  const [one] = expected;
  if (one === undefined || away.size < expected.length) return undefined;
  return elsewhere(one, expected, away.get(one.service.name)?.says ?? '', here);
}

/** Only a warning, as it may be fine (Docker Desktop knows the name of this machine); but nothing arrives. */
const isLikely = ({ status, rule }: Line): boolean => status === 'warn' && rule === 'files.need';

/** Where it sends, if that is surely not here. `meant`: nobody would have taken it for here. */
function awayTo({ sending }: Subject, { ports, addresses }: Here, services: readonly Service[]): { readonly says: string; readonly meant: boolean } | undefined {
  const { to, endpoint: { url } } = sending;
  const host = url === undefined ? undefined : hostOf(url);
  if (url === undefined || host === undefined || url.includes('$')) return undefined;
  switch (to.backend) {
    case 'honeycomb': return { says: `Honeycomb (its traces are at ${uiOf(to.region ?? 'us')})`, meant: true };
    case 'local': return ports.includes(portOf(url)) ? undefined : { says: `port ${portOf(url)} of this machine, and this view has port ${ports[0] ?? LOCAL_PORT}`, meant: false };
    case 'compose': {
      const service = serviceNamed(services, to.service);
      // What a Collector does with it stands in a file of its own.
      return service === undefined || isCollector(service) ? undefined : { says: `${service.name}, a service of this workspace`, meant: true };
    }
    case 'other': return addresses.includes(host) && ports.includes(portOf(url)) ? undefined : { says: host, meant: false };
    default: return undefined;
  }
}

function portOf(url: string): number {
  const { port, protocol } = addressOf(url) ?? { port: '', protocol: '' };
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

function elsewhere({ service, sending }: Subject, expected: readonly Subject[], to: string, here: Here): Cause {
  const { from, url = '' } = sending.endpoint;
  const [, second, ...more] = expected;
  const others = second === undefined ? '' : more.length === 0 ? `; ${second.service.name} does not send here either` : `; nor do ${more.length + 1} others send here`;
  const reason = { says: `Nothing is sent here: ${service.name} sends to ${to}${others}.`, ...(typeof from === 'string' ? {} : placed(from.where)) };
  if (sending.to.backend === 'local') return { ...reason, do: `npx otel-setup view${portOf(url) === LOCAL_PORT ? '' : ` --port ${portOf(url)}`}` };
  // Without undo init would leave what stands there, and say which line to change.
  return { ...reason, ...(here.written ? { do: 'npx otel-setup undo', then: setUp(here) } : { do: setUp(here) }) };
}

/** Rules that propose an address: Honeycomb's, as they do not know of a receiver here. */
const ADDRESS = /^files\.endpoint-(?:localhost|missing|unresolvable)$/;

function reasonOf({ rule, service, says, because, do: todo, then }: Line, here: Here): Cause {
  const seen = because.find(({ where }) => typeof where !== 'string');
  const next = todo === 'npx otel-setup init' ? setUp(here) : ADDRESS.test(rule) ? todo?.replace(apiOf('us'), `http://${GATEWAY}:${here.ports[0] ?? LOCAL_PORT}`) : todo;
  return {
    says: service === undefined || says.startsWith(`${service} `) ? says : `${service}: ${says}`,
    ...(seen === undefined ? {} : placed(seen.where)),
    ...(next === undefined ? {} : { do: next }),
    ...(then === undefined ? {} : { then }),
  };
}

const placed = (where: Place): Pick<Cause, 'place'> => (typeof where === 'string' ? {} : { place: placeOf(where) });
