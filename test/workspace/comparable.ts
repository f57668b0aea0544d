/** Two descriptions of a project in the words of both: what `docker compose config` prints, and what we resolve. */
import type { ResolvedProject } from '../../src/workspace/compose/resolve.ts';

export interface ComposeConfig {
  readonly name: string;
  readonly services?: Readonly<Record<string, ComposeService>>;
  readonly networks?: Readonly<Record<string, { readonly internal?: boolean; readonly external?: boolean } | null>>;
}
interface ComposeService {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly command?: readonly string[] | null;
  readonly entrypoint?: readonly string[] | null;
  readonly ports?: readonly { readonly target: number; readonly published?: string; readonly host_ip?: string; readonly protocol?: string }[];
  readonly build?: { readonly context: string; readonly dockerfile?: string; readonly dockerfile_inline?: string; readonly target?: string; readonly args?: Readonly<Record<string, string | null>> };
  readonly profiles?: readonly string[];
  readonly extra_hosts?: readonly string[];
  readonly network_mode?: string;
  readonly working_dir?: string;
  readonly networks?: Readonly<Record<string, { readonly aliases?: readonly string[] } | null>>;
  readonly container_name?: string;
  readonly links?: readonly string[];
  readonly volumes?: readonly { readonly type: string; readonly source?: string; readonly target: string }[];
}

/** Of docker compose config --format json. Doubles in extra_hosts are one host. A name whose value is null is not set in the container. `$` is printed as `$$`. */
export function comparableConfig(config: ComposeConfig) {
  return {
    name: config.name,
    services: byName(Object.entries(config.services ?? {}).map(([name, service]) => [name, {
      image: service.image,
      environment: Object.fromEntries(Object.entries(service.environment ?? {}).map(([key, value]) => [key, value === null ? null : plain(value)])),
      command: service.command?.map(plain) ?? null,
      entrypoint: service.entrypoint?.map(plain) ?? null,
      ports: ports(service.ports ?? []),
      build: service.build === undefined ? undefined : {
        context: service.build.context,
        dockerfile: service.build.dockerfile_inline === undefined ? service.build.dockerfile : 'inline',
        target: service.build.target,
        args: Object.fromEntries(Object.entries(service.build.args ?? {}).flatMap(([key, value]) => (value === null ? [] : [[key, plain(value)]]))),
      },
      profiles: service.profiles ?? [],
      extra_hosts: [...new Set(service.extra_hosts)].toSorted(),
      network_mode: service.network_mode,
      working_dir: service.working_dir,
      networks: byName(Object.entries(service.networks ?? {}).map(([network, settings]) => [network, { aliases: settings?.aliases ?? [], internal: config.networks?.[network]?.internal === true, external: config.networks?.[network]?.external === true }])),
      container_name: service.container_name,
      links: service.links ?? [],
      volumes: volumes(service.volumes ?? []),
    }])),
  };
}

/** Of ours, the active services alone, as `config` prints them. */
export function comparable(project: ResolvedProject) {
  return {
    name: project.name,
    services: byName(project.services.filter(service => service.active).map(service => [service.name, {
      image: service.image,
      environment: Object.fromEntries(service.env.map(each => [each.name, each.value ?? null])),
      command: service.command?.words.map(word => word.text) ?? null,
      entrypoint: service.entrypoint?.words.map(word => word.text) ?? null,
      ports: ports(service.ports.map(({ hostIp, ...port }) => (hostIp === undefined ? port : { ...port, host_ip: hostIp }))),
      build: service.build === undefined ? undefined : {
        context: service.build.context,
        dockerfile: service.build.inline ? 'inline' : service.build.dockerfile,
        target: service.build.target,
        args: service.build.args,
      },
      profiles: [...service.profiles],
      extra_hosts: [...new Set(service.extraHosts)].toSorted(),
      network_mode: service.networkMode,
      working_dir: service.workingDir,
      networks: byName(service.networks.map(({ name: network, aliases, internal, external }) => [network, { aliases, internal: internal === true, external: external === true }])),
      container_name: service.containerName,
      links: service.links,
      volumes: volumes(service.volumes),
    }])),
  };
}

function plain(text: string): string {
  return text.replaceAll('$$', '$');
}

function byName<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function ports(all: NonNullable<ComposeService['ports']>): readonly string[] {
  return all.map(port => `${port.host_ip ?? ''}|${port.published ?? ''}|${port.target}|${port.protocol ?? 'tcp'}`).toSorted();
}

function volumes(all: NonNullable<ComposeService['volumes']>): readonly string[] {
  return all.map(volume => `${volume.type} ${volume.source ?? ''} ${volume.target.replace(/(.)\/$/, '$1')}`).toSorted();
}
