/** What is chosen without asking: from flags, variables, and what the workspace says already. */
import type { ParsedArgs } from '../../args.ts';
import { endpointOf } from '../../backends/index.ts';
import { apiFromEnv, apiOf, REGIONS } from '../../backends/honeycomb/regions.ts';
import { LOCAL_PORT } from '../../backends/local.ts';
import { leave } from '../../languages/leave.ts';
import { EXIT, Stop } from '../../stop.ts';
import type { Choices, Region, Service, Workspace } from '../../types.ts';

type Env = Readonly<Record<string, string | undefined>>;
const listOf = (text: string | undefined) => (text ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '');

/** Where the services of a workspace that is set up already send to: so that a teammate, or CI without a key, gets the same. */
export function sendsTo(workspace: Pick<Workspace, 'services'>): { readonly backend?: 'honeycomb' | 'local'; readonly region?: Region } {
  for (const service of workspace.services) {
    const endpoint = service.env.find(({ name }) => name === 'OTEL_EXPORTER_OTLP_ENDPOINT')?.value?.replace(/\/$/, '');
    const region = REGIONS.find((one) => apiOf(one) === endpoint);
    if (region !== undefined) return { backend: 'honeycomb', region };
    if (endpoint !== undefined && ['host.docker.internal', 'localhost', '127.0.0.1'].some((host) => endpoint === `http://${host}:${LOCAL_PORT}`)) return { backend: 'local' };
  }
  return {};
}

/** @throws Stop (exit 2) for a region that is none. */
export function regionOf(args: Pick<ParsedArgs, 'region'>, env: Env): Region | undefined {
  const text = args.region ?? (env['OTEL_SETUP_REGION'] || undefined);
  if (text === undefined) return undefined;
  const region = REGIONS.find((one) => one === text.toLowerCase());
  if (region === undefined) throw new Stop(EXIT.usage, `There is no region "${text}".`, '--region is us or eu');
  return region;
}

/** --endpoint, else HONEYCOMB_API_ENDPOINT where the backend is Honeycomb; undefined = the backend's own address. */
export function endpointFor(backend: string, args: Pick<ParsedArgs, 'endpoint'>, env: Env): string | undefined {
  if (args.endpoint !== undefined) return endpointOf(args.endpoint);
  if (backend !== 'honeycomb' || (env['HONEYCOMB_API_ENDPOINT'] ?? '').trim() === '') return undefined;
  const fixed = apiFromEnv(env);
  if (fixed === undefined) throw new Stop(EXIT.usage, 'HONEYCOMB_API_ENDPOINT is not an address.', `make it ${apiOf('us')} or ${apiOf('eu')}, or unset it`);
  return fixed.api;
}

const SIGNALS = ['traces', 'metrics', 'logs'] as const;
/** @throws Stop (exit 2) for a signal that is none. */
export function signalsOf(named: readonly string[]): Choices['signals'] {
  return named.length === 0 ? ['traces'] : named.map((name) => {
    const signal = SIGNALS.find((one) => one === name);
    if (signal === undefined) throw new Stop(EXIT.usage, `There is no signal "${name}".`, `--signals takes ${SIGNALS.join(', ')}`);
    return signal;
  });
}

export interface Selection {
  readonly taken: readonly Service[];
  readonly left: readonly { readonly service: Service; readonly why: string }[];
}

/**
 * Which services are dealt with: the named ones, else all that are applications and that `docker compose up` starts.
 * @throws Stop (exit 2) for a name that is none.
 */
export function selectServices(workspace: Workspace, args: Pick<ParsedArgs, 'services' | 'exclude'>, env: Env): Selection {
  const named = args.services.length > 0 ? args.services : listOf(env['OTEL_SETUP_SERVICES']);
  const all = workspace.services.map(({ name }) => name);
  const unknown = [...named, ...args.exclude].find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Stop(EXIT.usage, `There is no service "${unknown}".`, `there ${all.length === 1 ? 'is' : 'are'} ${all.join(', ') || 'none'}`);
  const taken: Service[] = [];
  const left: { service: Service; why: string }[] = [];
  for (const service of workspace.services) {
    const reason = leave(service, service.app);
    const why =
      args.exclude.includes(service.name) ? 'left alone (--exclude)'
      : named.length > 0 && !named.includes(service.name) ? 'not among --services'
      : reason !== undefined ? reason
      : !service.active && named.length === 0 ? `its profile is not active in a bare \`docker compose up\`; --services ${service.name} takes it`
      : undefined;
    if (why === undefined) taken.push(service);
    else left.push({ service, why });
  }
  return { taken, left };
}
