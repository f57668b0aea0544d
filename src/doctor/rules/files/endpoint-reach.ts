/** Whether the endpoint can be reached from where the service runs, as far as the compose file says: its names, networks and profiles. */
import { modelOf } from '../../../needs/models.ts';
import { isMapModel } from '../../../formats/model.ts';
import type { Evidence, Path, Service, Workspace } from '../../../types.ts';
import { lineAt, settingAt } from '../../evidence.ts';
import { serviceNamed } from '../../indexed.ts';
import { mentioned } from '../../../workspace/mentions.ts';
import { rule } from '../../rule.ts';
import { hostOf } from '../../sending.ts';
import type { Container, Rule, Subject } from '../../types.ts';
import { each, type Draft } from './each.ts';
import { endpointSetting, hasOwnLocalhost, heedsEnvironment, isTelemetryTool, readsOthersCode } from './heeds.ts';
import { called, calledSo, findableLike, isFindable } from './findable.ts';
import { landing } from './landing.ts';
import { standsElsewhere } from './plumbing.ts';
import { replaced } from './replaced.ts';

const NETWORKS = 'https://docs.docker.com/compose/how-tos/networking/';
const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0)$/.test(host);
/** Says an address by which this machine is found from a container. */
const MACHINE = /^(?:host\.docker\.internal|gateway\.docker\.internal|host\.containers\.internal)$/;

/** The host of the endpoint and where it is written, in a variable or in code. */
function hostOfEndpoint(workspace: Workspace, subject: Subject): { readonly host: string; readonly at: () => Evidence; readonly name: string } | undefined {
  const { url, from } = subject.sending.endpoint;
  const host = url === undefined ? undefined : hostOf(url);
  if (host === undefined || from === 'default') return undefined;
  const setting = endpointSetting(subject);
  if (setting === undefined && readsOthersCode(subject.service)) return undefined;
  return { host, at: () => (setting === undefined ? ('says' in from ? lineAt(workspace.files, from.where, from.says) : { where: from.where, says: from.name }) : settingAt(workspace.files, setting)), name: setting?.name ?? 'the exporter in code' };
}

const collectors = (workspace: Workspace): readonly Service[] => workspace.services.filter((one) => one.active && isTelemetryTool(one));
/** Where the service would be told to send instead: the one Collector of the project, else Honeycomb. */
function elsewhere(workspace: Workspace, subject: Subject): string {
  const [only, ...more] = collectors(workspace);
  return only !== undefined && more.length === 0 ? `http://${only.name}:${subject.sending.protocol.value === 'grpc' ? '4317' : '4318'}` : 'https://api.honeycomb.io';
}

const localhost = rule({
  id: 'files.endpoint-localhost',
  hop: 'files',
  title: 'localhost in a container is the container itself',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ["HTTPConnectionPool(host='localhost', port=4318): Max retries exceeded … [Errno 111] Connection refused", 'connect ECONNREFUSED 127.0.0.1:4318', 'Failed to connect to localhost/[0:0:0:0:0:0:0:1]:4318'],
    why: 'Each container has a localhost of its own. A Collector in another container is found under its service name, this machine under host.docker.internal.',
    check: ['docker compose exec SERVICE env | grep OTEL_EXPORTER_OTLP'],
    fix: ['a Collector of this project: OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-collector:4318"', 'Honeycomb: OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.honeycomb.io"', 'this machine: http://host.docker.internal:4318, and on Linux extra_hosts: ["host.docker.internal:host-gateway"]'],
    links: [NETWORKS],
  },
  find: (facts) => each(facts, (subject) => {
    const { service } = subject;
    const found = hostOfEndpoint(facts.workspace, subject);
    if (found === undefined || !isLoopback(found.host) || !hasOwnLocalhost(service) || hasOwnCollector(facts.workspace, service)) return [];
    const setting = endpointSetting(subject);
    const [only, ...more] = collectors(facts.workspace);
    return [{
      ...(setting === undefined ? {} : { of: setting }),
      says: `${found.name} names ${found.host}, which in a container is the container itself: nothing listens there.`,
      because: [found.at()],
      do: setting === undefined ? `send to ${elsewhere(facts.workspace, subject)} instead` : `${setting.name}: "${elsewhere(facts.workspace, subject)}${setting.name.includes('TRACES') && subject.sending.protocol.value !== 'grpc' ? '/v1/traces' : ''}"`,
      ops: setting?.raw == null || only === undefined || more.length > 0 ? [] : replaced(facts.workspace, service, setting, setting.raw.replace(found.host, only.name)),
      about: setting?.name ?? 'OTEL_EXPORTER_OTLP_ENDPOINT',
    }];
  }),
});

/** A Collector may run in the very container: its image or its scripts name one. */
function hasOwnCollector(workspace: Workspace, service: Service): boolean {
  const NAMES = /otelcol|opentelemetry-collector|otel-collector|adot|grafana-agent|\balloy\b|fluent-bit|\bvector\b|refinery/i;
  const words = [...(service.start?.argv ?? []), ...(service.start?.real ?? []), ...(service.build?.stage?.runs ?? []).map(({ text }) => text), ...(service.build?.stage?.copies ?? []).map(({ from, to, stage }) => `${from} ${to} ${stage ?? ''}`)].join('\n');
  return NAMES.test(words) || (mentioned(service, workspace.files, NAMES)?.where !== undefined && /\.(?:sh|conf|ini)$/.test(pathOf(mentioned(service, workspace.files, NAMES)) ?? ''));
}
const pathOf = (evidence: Evidence | undefined): Path | undefined => (evidence === undefined || typeof evidence.where === 'string' ? undefined : evidence.where.path);

const missing = rule({
  id: 'files.endpoint-missing',
  hop: 'files',
  title: 'Nothing says where to send',
  from: ['workspace', 'subjects', 'judged'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ["HTTPConnectionPool(host='localhost', port=4318): Max retries exceeded … [Errno 111] Connection refused", 'connect ECONNREFUSED 127.0.0.1:4318', 'Transient error StatusCode.UNAVAILABLE encountered while exporting traces to localhost:4317'],
    why: 'Without OTEL_EXPORTER_OTLP_ENDPOINT every SDK sends to localhost, which in a container is the container itself.',
    check: ['docker compose exec SERVICE env | grep OTEL_EXPORTER_OTLP'],
    fix: ['OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.honeycomb.io"'],
    links: ['https://opentelemetry.io/docs/specs/otel/protocol/exporter/', 'https://docs.honeycomb.io/send-data/opentelemetry/'],
  },
  find: (facts) => each(facts, (subject) => {
    const { service, sending, unsure, settings, instrumented } = subject;
    if (sending.endpoint.from !== 'default' || standsElsewhere(facts.workspace, service, 'OTEL_EXPORTER_OTLP_ENDPOINT') || unsure.length > 0 || !hasOwnLocalhost(service) || sending.disabled !== undefined) return [];
    const sends = heedsEnvironment(subject, facts.workspace.files) === 'yes' ? sending.exporter === undefined || /\botlp/.test(sending.exporter.value) : instrumented.by === 'code' && sending.protocol.from === 'code' && !readsOthersCode(service);
    if (!sends || hasOwnCollector(facts.workspace, service) || mentioned(service, facts.workspace.files, /honeycomb\.io|OTEL_EXPORTER_OTLP_(?:TRACES_)?ENDPOINT|OTEL_CONFIG_FILE/) !== undefined) return [];
    if (settings.has('OTEL_CONFIG_FILE') || settings.has('OTEL_EXPERIMENTAL_CONFIG_FILE')) return [];
    const empty = settings.get('OTEL_EXPORTER_OTLP_ENDPOINT');
    const variable = empty === undefined ? undefined : service.env.findLast(({ name }) => name === empty.name)?.blank[0];
    return [{
      of: { name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: '' },
      says: `${empty === undefined ? 'Nothing says where to send' : variable === undefined ? `${empty.name} is blank` : `\${${variable}} comes out empty, so ${empty.name} is blank`}: spans go to localhost inside the container, where nothing listens.`,
      because: [...(empty === undefined ? [] : [settingAt(facts.workspace.files, empty)]), ...(instrumented.at === undefined ? [] : [instrumented.at])],
      do: `${empty === undefined ? `add to the environment of ${service.name}: ` : ''}OTEL_EXPORTER_OTLP_ENDPOINT: "${elsewhere(facts.workspace, subject)}"`,
      ops: landing(facts.judged, service.name, 'OTEL_EXPORTER_OTLP_ENDPOINT'),
      about: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    }];
  }),
});

const unresolvable = rule({
  id: 'files.endpoint-unresolvable',
  hop: 'files',
  title: 'No container of that name can be found from the service',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ["NameResolutionError … Failed to resolve 'otel-collector'", 'getaddrinfo ENOTFOUND otel-collector', 'dial tcp: lookup otel-collector: no such host'],
    why: 'A service is found under its name, its container_name and its aliases, by services of the same project that share a network with it, while it runs. A service behind a profile does not run in a bare `docker compose up`.',
    check: ['docker compose ps', 'docker compose exec SERVICE getent hosts NAME'],
    fix: ['give both services a network in common', 'docker compose --profile NAME up -d', 'write the name as the compose file has it'],
    links: [NETWORKS, 'https://docs.docker.com/compose/how-tos/profiles/'],
  },
  find: (facts) => each(facts, (subject) => {
    const found = hostOfEndpoint(facts.workspace, subject);
    return found === undefined ? [] : lookedUp(facts.workspace, subject, found, facts.containers ?? []);
  }),
});

function lookedUp(workspace: Workspace, subject: Subject, { host, at: written, name }: { readonly host: string; readonly at: () => Evidence; readonly name: string }, containers: readonly Container[]): readonly Draft[] {
  const { service } = subject;
  const networks = service.networks ?? [];
  // One word is a name of this project's; what others may be in, or an address of the machine's, is not judged.
  if (!hasOwnLocalhost(service) || service.origin !== 'compose' || host.includes('.') || host.startsWith('[') || isLoopback(host) || MACHINE.test(host)) return [];
  if (networks.length === 0 || networks.some(({ external }) => external === true)) return [];
  if (service.extraHosts.some((one) => one.startsWith(`${host}:`)) || (service.links ?? []).some((link) => link.endsWith(`:${host}`))) return [];
  if (isFindable(host, service, workspace.services) || called(service).includes(host)) return [];
  if (containers.some((one) => one.service === host && one.state === 'running' && one.networks.some((network) => containers.some((own) => own.service === service.name && own.networks.includes(network))))) return [];
  const setting = endpointSetting(subject);
  const at = written();
  const common = { ...(setting === undefined ? {} : { of: setting }), because: [at], about: setting?.name ?? 'OTEL_EXPORTER_OTLP_ENDPOINT' };
  const named = calledSo(host, service, workspace.services);
  if (named !== undefined && !named.active) {
    return [{ ...common, status: 'warn', says: `${name} names ${host}, whose profile is not active in a bare \`docker compose up\`: then nothing is there to take the spans.`, because: [at, ...place(named, 'profiles')], do: `docker compose --profile ${workspace.services.length === 0 ? 'NAME' : profileOf(workspace, named) ?? 'NAME'} up -d` }];
  }
  if (named !== undefined) {
    const its = named.networks?.[0]?.name;
    return [{ ...common, says: `${service.name} and ${host} share no network, so ${service.name} cannot find it.`, because: [at, ...place(named, `${named.name} is in ${(named.networks ?? []).map((one) => one.name).join(', ') || 'no network'}`), ...place(service, `${service.name} is in ${networks.map((one) => one.name).join(', ')}`)], do: `add the network "${its ?? 'default'}" to the networks of ${service.name}` }];
  }
  const left = workspace.alsoThere.find((path) => isMapModel(servicesIn(workspace, path)) && Object.keys(servicesIn(workspace, path) ?? {}).includes(host));
  if (left !== undefined) {
    return [{ ...common, status: 'warn', says: `${host} stands in ${left} alone, which a bare \`docker compose up\` does not load.`, because: [at, { where: { path: left }, says: host }], do: `docker compose -f ${workspace.compose.join(' -f ')} -f ${left} up -d` }];
  }
  const near = findableLike(host, service, workspace.services);
  return [{
    ...common,
    says: `${name} names ${host}, but no service of this project has that name${near === undefined ? '' : `; there is ${near}`}.`,
    do: near === undefined ? `name a service of ${workspace.compose[0] ?? 'the compose file'}, or ${elsewhere(workspace, subject)}` : `write ${near} instead of ${host}`,
    ops: near === undefined || setting?.raw == null ? [] : replaced(workspace, service, setting, setting.raw.replace(host, near)),
  }];
}

const place = (service: Service, says: string): readonly Evidence[] => service.definedIn.slice(-1).map((where) => ({ where, says }));
const servicesIn = (workspace: Workspace, path: Path) => {
  const model = modelOf(workspace.files, path, 'compose');
  return isMapModel(model) && isMapModel(model['services']) ? model['services'] : undefined;
};
function profileOf(workspace: Workspace, service: Service): string | undefined {
  for (const path of workspace.compose) {
    const own = servicesIn(workspace, path)?.[service.name];
    const profiles = isMapModel(own) ? own['profiles'] : undefined;
    const [first] = Array.isArray(profiles) ? profiles : [];
    if (typeof first === 'string') return first;
  }
  return undefined;
}

const internal = rule({
  id: 'files.internal-network',
  hop: 'files',
  title: 'Every network of the service is closed to the outside',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ["Failed to resolve 'api.honeycomb.io'", 'getaddrinfo EAI_AGAIN api.honeycomb.io', 'connect ENETUNREACH'],
    why: 'A network with `internal: true` has no way out. A service that is in such networks alone reaches the other services, and nothing else.',
    check: ['docker compose exec SERVICE getent hosts api.honeycomb.io'],
    fix: ['give the service a second network without `internal: true`', 'or send to a Collector that is in both'],
    links: ['https://docs.docker.com/reference/compose-file/networks/#internal'],
  },
  find: (facts) => each(facts, (subject) => {
    const found = hostOfEndpoint(facts.workspace, subject);
    const networks = subject.service.networks ?? [];
    if (found === undefined || networks.length === 0 || !networks.every((one) => one.internal === true) || !found.host.includes('.') || MACHINE.test(found.host) || /^[\d.]+$/.test(found.host)) return [];
    // A proxy inside the network may be the way out.
    if ([...subject.settings.keys()].some((name) => /^(?:https?|all)_proxy$/i.test(name)) || facts.reach?.some(({ service, got }) => service === subject.service.name && got.is === 'answered')) return [];
    return [{
      says: `${subject.service.name} is in ${networks.length === 1 ? 'the network' : 'the networks'} ${networks.map(({ name }) => name).join(', ')} alone, closed to the outside (internal: true): ${found.host} cannot be reached.`,
      because: [...place(subject.service, `networks: ${networks.map(({ name }) => name).join(', ')}`), found.at()],
      do: `give ${subject.service.name} one more network, without internal: true`,
      about: 'networks',
    }];
  }),
});

const tls = rule({
  id: 'files.endpoint-tls',
  hop: 'files',
  title: 'https:// to a port that speaks no TLS',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ["SSLError(1, '[SSL: WRONG_VERSION_NUMBER] wrong version number", 'EPROTO … wrong version number', 'http: server gave HTTP response to HTTPS client'],
    why: 'A Collector or Jaeger in a container takes OTLP without TLS unless its own configuration gives it a certificate.',
    check: ['docker compose exec SERVICE env | grep OTEL_EXPORTER_OTLP'],
    fix: ['OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-collector:4318"'],
    links: ['https://opentelemetry.io/docs/collector/configuration/'],
  },
  find: (facts) => each(facts, (subject) => {
    const setting = endpointSetting(subject);
    const to = serviceNamed(facts.workspace.services, subject.sending.to.service);
    if (setting === undefined || to === undefined || !/^\s*https:/i.test(setting.value) || !isTelemetryTool(to) || mayHaveTls(facts.workspace, to)) return [];
    return [{
      of: setting,
      says: `${setting.name} begins with https://, but ${to.name} takes OTLP without TLS.`,
      because: [settingAt(facts.workspace.files, setting), ...place(to, `image: ${to.image ?? ''}`)],
      do: `${setting.name}: "${setting.value.trim().replace(/^https:/i, 'http:')}"`,
      ops: setting.raw === null ? [] : replaced(facts.workspace, subject.service, setting, setting.raw.replace(/^(\s*)https:/i, '$1http:')),
      about: setting.name,
    }];
  }),
});

/** Its configuration says something of certificates, or cannot be read: a mount that lies elsewhere, an image that is built. */
function mayHaveTls({ files }: Workspace, { mounts, build, start, env }: Service): boolean {
  if (build !== undefined || env.some(({ name }) => /TLS|CERT/.test(name)) || (start?.argv ?? []).some((word) => /tls|cert/i.test(word))) return true;
  return mounts.some(({ from, to }) => /cert|tls|ssl|pki/i.test(to) || from === undefined || files.isDir(from) || /\btls:|cert_file/.test((files.text(from) ?? 'tls:').replaceAll(/^[ \t]*#.*/gm, '').replace(/^exporters:.*\n(?:(?!\S).*\n)*/m, '')));
}

export const endpointReach: readonly Rule[] = [tls, localhost, unresolvable, internal, missing];
