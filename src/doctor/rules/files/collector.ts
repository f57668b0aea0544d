/** A Collector between the services and Honeycomb: only where a service sends to it and its configuration is in the workspace. */
import { land } from '../../../needs/env.ts';
import type { Evidence, Service, Workspace } from '../../../types.ts';
import { configured, isCollector, mapAt, releaseOf, type CollectorConfig, type Component, type Configured } from '../../collector.ts';
import { rule } from '../../rule.ts';
import { hostOf } from '../../sending.ts';
import type { Finding, Rule, Subject } from '../../types.ts';

const DOCS = 'https://opentelemetry.io/docs/collector/configuration/';
const HOST = /(?:^|\.)honeycomb\.io$/;

interface Between {
  readonly service: Service;
  readonly senders: readonly Subject[];
  readonly configured: Configured;
}
/** The Collectors that services which are meant to send really send to. */
function between(workspace: Workspace, subjects: readonly Subject[]): readonly Between[] {
  return workspace.services.filter(isCollector).flatMap((service) => {
    const senders = subjects.filter(({ expected, sending }) => expected && sending.to.service === service.name);
    return senders.length === 0 ? [] : [{ service, senders, configured: configured(workspace, service) }];
  });
}
const eachRead = (workspace: Workspace, subjects: readonly Subject[], find: (one: Between, config: CollectorConfig) => readonly Omit<Finding, 'service'>[]): readonly Finding[] =>
  between(workspace, subjects).flatMap((one) => (one.configured.is === 'read' ? find(one, one.configured.config).map((finding) => ({ ...finding, service: one.service.name })) : []));

const place = (service: Service, says: string): Evidence => ({ where: service.definedIn.at(-1) ?? 'image', says });

const noConfig = rule({
  id: 'files.collector-no-config',
  hop: 'files',
  title: 'The Collector cannot find its configuration',
  from: ['workspace', 'subjects'],
  also: ['containers'],
  page: {
    symptoms: ['Error: failed to get config: cannot resolve the configuration: … no such file or directory', 'read /etc/otelcol/config.yaml: is a directory', 'the container of the Collector restarts again and again'],
    why: 'The Collector reads the file that --config names, inside its container. A file that does not exist on this machine is mounted as an empty folder that Docker makes; a path that nothing is mounted at is not there at all.',
    check: ['docker compose logs otel-collector', 'docker compose config otel-collector'],
    fix: ['volumes: ["./otel-collector.yaml:/etc/otelcol/config.yaml"] with command: ["--config=/etc/otelcol/config.yaml"]'],
    links: [DOCS],
  },
  find: ({ workspace, subjects, containers }) => between(workspace, subjects).flatMap(({ service, configured: found }): readonly Finding[] => {
    if (found.is !== 'unmounted' && found.is !== 'absent') return [];
    const runs = containers?.some((one) => one.service === service.name && one.state === 'running' && one.restarts === 0) === true;
    const common = { service: service.name, status: runs ? 'warn' as const : 'broken' as const, about: 'collector-config' };
    return [found.is === 'absent'
      ? { ...common, says: `${found.from} is mounted as the configuration of ${service.name}, but there is no such file: Docker makes an empty folder of it, and the Collector ends.`, because: [place(service, `${found.from}:${found.inside}`)], do: `make the file ${found.from}, or name the right one` }
      : { ...common, says: `--config of ${service.name} names ${found.inside}, where nothing is mounted: the Collector ends.`, because: [{ where: found.where, says: `--config=${found.inside}` }], do: `mount the file there: volumes: ["./otel-collector.yaml:${found.inside}"]` }];
  }),
});

/** Exporter and component names, and the releases between which each is known: the Collector's changelog. */
const NAMES: readonly { readonly type: string; readonly until?: readonly [number, number]; readonly from?: readonly [number, number]; readonly instead: string }[] = [
  { type: 'logging', until: [0, 111], instead: 'debug' },
  { type: 'jaeger', until: [0, 86], instead: 'otlp, to port 4317 of Jaeger' },
  { type: 'otlp_http', from: [0, 144], instead: 'otlphttp' },
  { type: 'otlp_grpc', from: [0, 144], instead: 'otlp' },
];
/** Lowest releases first; no release = the newest. */
const before = (release: readonly [number, number] | undefined, limit: readonly [number, number]): boolean => release !== undefined && (release[0] < limit[0] || (release[0] === limit[0] && release[1] < limit[1]));

const badConfig = rule({
  id: 'files.collector-config',
  hop: 'files',
  title: "The Collector's configuration leads no trace onwards",
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ["cannot unmarshal the configuration: … 'exporters' unknown type: \"logging\"", 'service::pipelines::traces: references exporter "otlphttp/honeycomb" which is not configured', 'the Collector runs, and nothing arrives'],
    why: 'A receiver, processor or exporter does something only when a pipeline under service.pipelines names it; a name in a pipeline that is not defined ends the Collector, and so does a component that its release does not know.',
    check: ['docker compose logs otel-collector', 'docker compose run --rm otel-collector validate --config=/etc/otelcol/config.yaml'],
    fix: ['service: {pipelines: {traces: {receivers: [otlp], exporters: [otlphttp/honeycomb]}}}'],
    links: [DOCS],
  },
  find: ({ workspace, subjects }) => [
    ...between(workspace, subjects).flatMap(({ service, configured: found }): readonly Finding[] => (found.is === 'unreadable'
      ? [{ service: service.name, status: 'warn', says: `${found.path} cannot be read as YAML (${found.why.replace(/\.$/, '')}): the Collector will refuse it as well.`, because: [{ where: { path: found.path, ...(found.line === undefined ? {} : { line: found.line }) }, says: found.path }], do: `mend ${found.path}`, about: 'collector-config' }]
      : [])),
    ...eachRead(workspace, subjects, ({ service }, config) => problems(service, config).slice(0, 1)),
  ],
});

const broken = (says: string, because: readonly Evidence[], todo: string): Omit<Finding, 'service'> => ({ status: 'broken', says, because, do: todo, about: 'collector-config' });

/** In the order in which the Collector would stumble over them. */
function problems(service: Service, config: CollectorConfig): readonly Omit<Finding, 'service'>[] {
  const { traces, exporters, receivers, connectors, used, path } = config;
  const found: Omit<Finding, 'service'>[] = [];
  const release = releaseOf(service);
  for (const { id, type, at } of exporters.filter((one) => used.has(one.id))) {
    const known = NAMES.find((one) => one.type === type && ((one.until !== undefined && !before(release, one.until)) || (one.from !== undefined && before(release, one.from))));
    if (known !== undefined) found.push(broken(`${release === undefined ? 'The newest Collector' : `Collector ${release.join('.')}`} knows no exporter "${type}": it ends with an error.`, [config.shown(at, id), place(service, `image: ${service.image ?? ''}`)], `write ${known.instead} instead of ${type} in ${path}`));
  }
  if (traces.length === 0) return [...found, broken(`${path} has no pipeline for traces: spans that reach the Collector go nowhere.`, [config.shown(['service', 'pipelines'], 'service.pipelines')], `add to ${path}: service.pipelines.traces with receivers: [otlp] and your exporter`)];
  for (const pipeline of traces) {
    for (const [kind, all] of [['receivers', receivers], ['exporters', exporters]] as const) {
      const lost = pipeline[kind].find((id) => !all.some((one) => one.id === id) && !connectors.includes(id));
      if (lost !== undefined) found.push(broken(`The pipeline ${pipeline.id} names "${lost}", which is not among the ${kind} of ${path}: the Collector ends with an error.`, [config.shown(['service', 'pipelines', pipeline.id, kind], lost)], `define ${lost} under ${kind}, or write the name as it stands there${all.length === 0 ? '' : ` (${all.map(({ id }) => id).join(', ')})`}`));
    }
  }
  if (receivers.some(({ type }) => type === 'otlp') && !traces.some((pipeline) => pipeline.receivers.some((id) => id.split('/')[0] === 'otlp' || connectors.includes(id)))) found.push(broken(`No pipeline for traces takes from the otlp receiver of ${path}.`, [config.shown(['service', 'pipelines', traces[0]?.id ?? 'traces', 'receivers'], 'receivers')], `write receivers: [otlp] in the pipeline ${traces[0]?.id ?? 'traces'}`));
  const out = traces.flatMap((pipeline) => pipeline.exporters);
  const idle = exporters.find((one) => toHoneycomb(one) && !used.has(one.id));
  if (idle !== undefined && !out.some((id) => connectors.includes(id) || exporters.some((one) => one.id === id && toHoneycomb(one)))) found.push(broken(`The exporter ${idle.id} leads to Honeycomb, but no pipeline names it.`, [config.shown(idle.at, idle.id), config.shown(['service', 'pipelines', traces[0]?.id ?? 'traces', 'exporters'], `exporters: ${out.join(', ')}`)], `add ${idle.id} to the exporters of the pipeline ${traces[0]?.id ?? 'traces'}`));
  for (const one of exporters.filter(({ id, type }) => out.includes(id) && /^otlp_?http$/.test(type))) {
    const endpoint = textOf(one.settings['endpoint']);
    if (endpoint !== undefined && !endpoint.includes('$') && !/^https?:\/\//.test(endpoint)) found.push(broken(`The endpoint of ${one.id} has no https:// in front: the Collector refuses it.`, [config.shown([...one.at, 'endpoint'], endpoint)], `endpoint: https://${endpoint}`));
    else if (endpoint !== undefined && /\/v1\/traces\/?$/.test(endpoint)) found.push(broken(`The Collector appends /v1/traces to the endpoint of ${one.id}: spans go to /v1/traces/v1/traces.`, [config.shown([...one.at, 'endpoint'], endpoint)], `endpoint: ${endpoint.replace(/\/v1\/traces\/?$/, '')}`));
  }
  return found;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value.trim() : undefined);
function toHoneycomb({ type, settings }: Component): boolean {
  if (!/^otlp(?:_?http|_grpc)?$/.test(type)) return false;
  return [settings['endpoint'], settings['traces_endpoint']].some((one) => HOST.test(hostOf(textOf(one) ?? '') ?? ''));
}

const receiver = rule({
  id: 'files.collector-localhost',
  hop: 'files',
  title: 'The Collector takes spans from inside its own container alone, or not in this protocol',
  from: ['workspace', 'subjects'],
  also: ['reach'],
  page: {
    symptoms: ['[Errno 111] Connection refused', 'connect ECONNREFUSED', 'curl from inside the Collector works, other containers are refused'],
    why: 'Since its release 0.104 the Collector listens on localhost where its configuration names no endpoint: other containers are refused. A receiver listens only for the protocols that stand under `protocols`.',
    check: ['docker compose logs otel-collector | grep "Starting .* server"'],
    fix: ['receivers: {otlp: {protocols: {grpc: {endpoint: "0.0.0.0:4317"}, http: {endpoint: "0.0.0.0:4318"}}}}'],
    links: ['https://opentelemetry.io/blog/2024/hardening-the-collector-one/', DOCS],
  },
  find: ({ workspace, subjects, reach }) => eachRead(workspace, subjects, ({ service, senders }, config) => {
    const taken = config.traces.flatMap(({ receivers }) => receivers);
    const otlp = config.receivers.filter(({ id, type }) => type === 'otlp' && taken.includes(id));
    if (otlp.length !== 1 || (service.start?.argv ?? []).some((word) => /UseLocalHostAsDefaultHost/.test(word))) return [];
    const [one] = otlp;
    if (one === undefined) return [];
    return senders.flatMap((sender): readonly Omit<Finding, 'service'>[] => {
      if (reach?.some((each) => each.service === sender.service.name && each.got.is === 'answered')) return [];
      if (sender.service.networkMode !== undefined) return [];
      const { protocol } = sender.sending;
      // What another language sends where nothing says it is not known.
      if (protocol.from === 'default' && !['python', 'node'].includes(sender.service.app?.language ?? '')) return [];
      const wants = protocol.value === 'grpc' ? 'grpc' : protocol.value.startsWith('http/') ? 'http' : undefined;
      const protocols = mapAt(one.settings, 'protocols');
      if (wants === undefined || Object.keys(protocols).length === 0) return [];
      const at = [...one.at, 'protocols'];
      if (!(wants in protocols)) return [{ status: 'broken', says: `${sender.service.name} sends ${wants === 'http' ? 'HTTP' : 'gRPC'}, but the receiver of ${service.name} takes ${Object.keys(protocols).join(', ')} alone.`, because: [config.shown(at, 'protocols')], do: `add to the protocols of ${config.path}: ${wants}: {endpoint: "0.0.0.0:${wants === 'http' ? '4318' : '4317'}"}`, about: 'collector-receiver' }];
      const endpoint = textOf(mapAt(protocols, wants)['endpoint']);
      const local = endpoint === undefined ? !before(releaseOf(service), [0, 104]) : /^(?:localhost|127\.0\.0\.1|\[::1\]):/.test(endpoint);
      if (!local) return [];
      return [{
        status: 'broken',
        says: `${service.name} takes ${wants === 'http' ? 'HTTP' : 'gRPC'} on localhost alone${endpoint === undefined ? ', its default' : ''}: ${sender.service.name}, in another container, is refused.`,
        because: [endpoint === undefined ? config.shown([...at, wants], wants) : config.shown([...at, wants, 'endpoint'], endpoint)],
        do: `in ${config.path}: ${wants}: {endpoint: "0.0.0.0:${wants === 'http' ? '4318' : '4317'}"}`,
        about: 'collector-receiver',
      }];
    });
  }),
});

const key = rule({
  id: 'files.collector-key',
  hop: 'files',
  title: 'The Collector sends to Honeycomb without the key',
  from: ['workspace', 'subjects'],
  also: ['containers'],
  page: {
    symptoms: ["Exporting failed. Dropping data. … HTTP Status Code 401, Message=missing 'x-honeycomb-team' header", 'rpc error: code = Unauthenticated'],
    why: 'With a Collector in between, the Collector sends to Honeycomb, so its exporter needs the header with the key. ${env:HONEYCOMB_API_KEY} in its configuration is read from the environment of its own container: that service must get the variable too.',
    check: ['docker compose config otel-collector', 'docker compose logs otel-collector | grep -i "exporting failed"'],
    fix: ['in its configuration: headers: {x-honeycomb-team: "${env:HONEYCOMB_API_KEY}"}', 'in the compose file, at the Collector: environment: {HONEYCOMB_API_KEY: "${HONEYCOMB_API_KEY}"}'],
    links: ['https://docs.honeycomb.io/send-data/opentelemetry/collector/'],
  },
  find: ({ workspace, subjects, containers }) => eachRead(workspace, subjects, ({ service }, config) => {
    const out = new Set(config.traces.flatMap(({ exporters }) => exporters));
    return config.exporters.filter((one) => out.has(one.id) && toHoneycomb(one)).flatMap((one) => withoutKey(workspace, service, config, one, containers?.find(({ service: name, state }) => name === service.name && state === 'running')?.env)).slice(0, 1);
  }),
});

function withoutKey(workspace: Workspace, service: Service, config: CollectorConfig, { id, settings, at }: Component, running: Readonly<Record<string, string>> | undefined): readonly Omit<Finding, 'service'>[] {
  // An authenticator may give the header.
  if (settings['auth'] !== undefined) return [];
  const headers = Object.entries(mapAt(settings, 'headers'));
  const team = headers.find(([name]) => name.toLowerCase() === 'x-honeycomb-team');
  if (team === undefined) {
    if (typeof settings['headers'] === 'string') return [];
    return [{ status: 'broken', says: `The exporter ${id} of ${service.name} sends to Honeycomb without the header x-honeycomb-team: Honeycomb answers 401.`, because: [config.shown(at, id)], do: `add to ${id} in ${config.path}: headers: {x-honeycomb-team: "\${env:HONEYCOMB_API_KEY}"}`, about: 'collector-key' }];
  }
  const value = textOf(team[1]) ?? '';
  const shown = config.shown([...at, 'headers', team[0]], team[0]);
  const variable = /^\$(?:\{(?:env:)?([A-Za-z_]\w*)\}|([A-Za-z_]\w*))$/.exec(value);
  const name = variable?.[1] ?? variable?.[2];
  if (name === undefined) return value === '' ? [{ status: 'broken', says: `The header x-honeycomb-team of ${id} is blank.`, because: [shown], do: `x-honeycomb-team: "\${env:HONEYCOMB_API_KEY}"`, about: 'collector-key' }] : [];
  const has = service.env.findLast((one) => one.name === name);
  if (has?.value !== undefined && has.value.trim() !== '') return [];
  if (has === undefined && service.unsure.some(({ says }) => /env/i.test(says))) return [];
  const status = (running?.[name] ?? '').trim() === '' ? 'broken' as const : 'warn' as const;
  if (has === undefined) {
    const verdict = land(workspace, service, { kind: 'env', name, value: `\${${name}}`, by: 'doctor', why: 'the Collector reads it' });
    return [{ status, says: `${service.name} reads \${${name}} from its own environment, but the compose file does not give it that variable: it sends without a key.`, because: [shown, place(service, service.name)], do: `add to the environment of ${service.name}: ${name}: "\${${name}}"`, ops: verdict.is === 'absent' ? verdict.ops : [], about: 'collector-key' }];
  }
  return [{ status, says: `${name} comes out empty for ${service.name}, so it sends without a key.`, because: [shown, { where: has.where, says: `${name}: ${has.raw ?? ''}` }], do: `put ${has.blank[0] ?? name}=your-key into ${workspace.projectDir === '' ? '' : `${workspace.projectDir}/`}.env`, about: `secret:${has.blank[0] ?? name}` }];
}

export const collectors: readonly Rule[] = [noConfig, badConfig, receiver, key];
