/**
 * Where a service's traces go, as its SDK will read its environment: opentelemetry.io/docs/specs/otel/protocol/exporter
 * (the variable of the signal before the general one; only the general endpoint gets /v1/traces appended), and each
 * SDK's own defaults. Pure.
 */
import { apiOf, REGIONS } from '../backends/honeycomb/regions.ts';
import { LOCAL_PORT } from '../backends/local.ts';
import type { Evidence, Region, Service, Workspace } from '../types.ts';
import type { InCode } from './in-code.ts';
import { serviceNamed } from './indexed.ts';
import type { Sending, Setting } from './types.ts';

type Settings = ReadonlyMap<string, Setting>;
/** The specification: an empty value is as good as none. */
const given = (settings: Settings, ...names: readonly string[]): Setting | undefined => names.map((name) => settings.get(name)).find((one) => one !== undefined && one.value.trim() !== '');

export function sendingOf(service: Service, settings: Settings, code: InCode, workspace: Workspace): Sending {
  const protocol = protocolOf(service, settings, code);
  const endpoint = endpointOf(settings, code, protocol.value);
  const exporter = settings.get('OTEL_TRACES_EXPORTER');
  const disabled = settings.get('OTEL_SDK_DISABLED');
  const serviceName = nameOf(settings, code);
  return {
    protocol,
    endpoint,
    headers: headersOf(service, settings, code),
    to: destination(endpoint.url, endpoint.from, service, workspace),
    ...(exporter === undefined || exporter.value.trim() === '' ? {} : { exporter }),
    ...(disabled?.value.trim().toLowerCase() === 'true' ? { disabled } : {}),
    ...(serviceName === undefined ? {} : { serviceName }),
  };
}

/** The protocol that each SDK takes where nothing says one (its own sources; Python's distro, Go's packages: see the pages of files.protocol-*). */
const DEFAULT_PROTOCOL: Readonly<Record<string, string>> = { python: 'grpc' };

function protocolOf(service: Service, settings: Settings, code: InCode): Sending['protocol'] {
  const [made] = code.exporters;
  if (made !== undefined) return { value: made.kind === 'grpc' ? 'grpc' : 'http/protobuf', from: 'code' };
  // Python's two exporters have names of their own; the one that is named is taken, whatever the protocol says.
  const named = service.app?.language === 'python' ? settings.get('OTEL_TRACES_EXPORTER') : undefined;
  const kind = /(?:^|,)\s*otlp_proto_(grpc|http)\b/.exec(named?.value ?? '')?.[1];
  if (named !== undefined && kind !== undefined) return { value: kind === 'grpc' ? 'grpc' : 'http/protobuf', from: named };
  const set = given(settings, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL');
  if (set !== undefined) return { value: set.value.trim(), from: set };
  if (code.distribution !== undefined) return { value: 'http/protobuf', from: 'code' };
  return { value: DEFAULT_PROTOCOL[service.app?.language ?? ''] ?? 'http/protobuf', from: 'default' };
}

function endpointOf(settings: Settings, code: InCode, protocol: string): Sending['endpoint'] {
  const written = code.endpoint === undefined ? undefined : inTheCode(code.endpoint, settings);
  if (written !== undefined) return written;
  const own = given(settings, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  if (own !== undefined) return { url: own.value.trim(), from: own };
  if (code.distribution !== undefined) {
    const address = given(settings, 'HONEYCOMB_TRACES_ENDPOINT', 'HONEYCOMB_API_ENDPOINT');
    return address === undefined ? { url: `${apiOf('us')}/v1/traces`, from: code.distribution } : { url: address.value.trim(), from: address };
  }
  const base = given(settings, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  if (base !== undefined) return { url: protocol === 'grpc' ? base.value.trim() : `${base.value.trim().replace(/\/$/, '')}/v1/traces`, from: base };
  return { url: protocol === 'grpc' ? 'http://localhost:4317' : `http://localhost:${LOCAL_PORT}/v1/traces`, from: 'default' };
}

/** The address that the code gives to its exporter, or that of the variable which it names; undefined = the variable is not set, so the exporter looks for itself. */
function inTheCode({ url, env, at }: NonNullable<InCode['endpoint']>, settings: Settings): Sending['endpoint'] | undefined {
  if (env === undefined) return { from: at, ...(url === undefined ? {} : { url }) };
  const base = given(settings, env.env)?.value.trim() ?? env.fallback;
  if (base !== undefined) return { from: at, url: base + (env.then ?? '') };
  return env.then === undefined ? undefined : { from: at };
}

function headersOf(service: Service, settings: Settings, code: InCode): Sending['headers'] {
  if (code.headers !== undefined) {
    const pairs = (code.headerPairs ?? []).flatMap(({ name, value }) => {
      const text = value === undefined ? undefined : 'value' in value ? value.value : (given(settings, value.env)?.value.trim() ?? value.fallback);
      return text === undefined || text === '' ? [] : [{ name, value: text }];
    });
    return { pairs, from: code.headers };
  }
  // The header of the signal replaces the general one (the specification); JavaScript's exporters merge them.
  const set = given(settings, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS');
  const general = service.app?.language === 'node' ? given(settings, 'OTEL_EXPORTER_OTLP_HEADERS') : undefined;
  if (set !== undefined) {
    const own = headerPairs(set.value);
    return { pairs: [...own, ...headerPairs(general?.value ?? '').filter(({ name }) => own.every((one) => one.name !== name))], from: set };
  }
  const key = code.distribution === undefined ? undefined : given(settings, 'HONEYCOMB_TRACES_APIKEY', 'HONEYCOMB_API_KEY', 'HONEYCOMB_WRITEKEY');
  return key === undefined ? { pairs: [], ...(code.distribution === undefined ? {} : { from: code.distribution }) } : { pairs: [{ name: 'x-honeycomb-team', value: key.value }], from: key };
}

/** 'a=b,c=d' as the specification has it: names in small letters, values percent-decoded; what has no '=' is left out, as every SDK does. */
export function headerPairs(text: string): readonly { readonly name: string; readonly value: string }[] {
  return text.split(',').flatMap((pair) => {
    const at = pair.indexOf('=');
    if (at <= 0) return [];
    return [{ name: pair.slice(0, at).trim().toLowerCase(), value: decoded(pair.slice(at + 1).trim()) }];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** OTEL_SERVICE_NAME beats service.name of OTEL_RESOURCE_ATTRIBUTES (the specification); what code says is before both or behind both (InCode). */
function nameOf(settings: Settings, code: InCode): Sending['serviceName'] {
  if (code.serviceName?.wins === true && code.serviceName.value !== undefined && code.serviceName.value !== '') return { value: code.serviceName.value, from: code.serviceName.at };
  const own = given(settings, 'OTEL_SERVICE_NAME');
  if (own !== undefined) return { value: own.value.trim(), from: own };
  const attributes = given(settings, 'OTEL_RESOURCE_ATTRIBUTES');
  const among = attributes === undefined ? undefined : headerPairs(attributes.value).find(({ name }) => name === 'service.name')?.value;
  if (attributes !== undefined && among !== undefined && among !== '') return { value: among, from: attributes };
  return code.serviceName === undefined ? undefined : { value: code.serviceName.value ?? '', from: code.serviceName.at };
}

const HONEYCOMB: ReadonlyMap<string, Region> = new Map(REGIONS.map((region) => [new URL(apiOf(region)).hostname, region]));

function destination(url: string | undefined, from: Setting | 'default' | Evidence, service: Service, workspace: Workspace): Sending['to'] {
  if (url === undefined) return { backend: 'code' };
  const host = hostOf(url);
  const region = HONEYCOMB.get(host ?? '');
  if (region !== undefined) return { backend: 'honeycomb', region };
  if (host !== undefined && serviceNamed(workspace.services, host) !== undefined) return { backend: 'compose', service: host };
  const here = service.networkMode === 'host' || service.origin === 'folder' ? ['localhost', '127.0.0.1', '[::1]', 'host.docker.internal'] : ['host.docker.internal'];
  if (host !== undefined && here.includes(host) && (from !== 'default' || service.origin === 'folder')) return { backend: 'local' };
  return { backend: from === 'default' ? 'none' : 'other' };
}

/** Also of an address without a scheme ('api.honeycomb.io:443'), which most exporters refuse but which names a host all the same. */
export const hostOf = (url: string): string | undefined => addressOf(url)?.hostname;

export function addressOf(url: string): URL | undefined {
  const text = url.trim().replace(/^["']|["']$/g, '');
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  return URL.canParse(full) ? new URL(full) : undefined;
}
