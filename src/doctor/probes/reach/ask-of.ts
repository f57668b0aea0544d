/** What a service's exporter would send where, as an Ask; or why that is not to be known. Pure. */
import { TEAM } from '../../keys.ts';
import { hostOf } from '../../sending.ts';
import type { Reach, Sending, Setting } from '../../types.ts';
import type { Ask } from './ask.ts';
import { spanBody } from './span.ts';

/** Long enough for a far away region, short enough to be waited for. */
export const LIMIT_MS = 8_000;
/** Exporters that are built on an HTTP library which heeds HTTPS_PROXY: Python's requests, Go, Ruby's and .NET's own, libcurl. JavaScript's and Java's do not. */
const HEEDS_PROXY: ReadonlySet<string> = new Set(['python', 'go', 'ruby', 'dotnet', 'php']);

export interface Request {
  readonly ask: Ask;
  /** As it may be shown: without user and password. */
  readonly url: string;
  readonly traceId: string;
  /** Why an answer's status says nothing of the service: its own header is not known. */
  readonly keyless?: string;
}
export type NoRequest = Pick<Reach, 'url' | 'got'>;

export interface Sender {
  readonly language: string | undefined;
  readonly sending: Sending;
  readonly settings: ReadonlyMap<string, Setting>;
}

/** No traces leave by OTLP, so there is nothing to try: other rules say why. */
export const sendsNothing = ({ disabled, exporter }: Sending): boolean => disabled !== undefined || (exporter !== undefined && !exporter.value.split(',').some((name) => name.trim() === 'otlp'));

const unknown = (says: string): NoRequest => ({ url: '', got: { is: 'unknown', says } });

/** @param now milliseconds since 1970: when the span ends. */
export function requestOf({ language, sending, settings }: Sender, traceId: string, now: number): Request | NoRequest {
  const { endpoint, headers, protocol, serviceName } = sending;
  if (endpoint.url === undefined) return unknown('only its code knows where it sends');
  if (endpoint.from === 'default') return unknown('nothing names an endpoint, so only its code can know one');
  const address = endpoint.url.trim();
  const hidden = notTold(protocol.value, settings);
  if (hidden !== undefined) return { ...unknown(hidden), url: shownUrl(address) };
  const ca = settings.get('OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE')?.value || settings.get('OTEL_EXPORTER_OTLP_CERTIFICATE')?.value || extraCa(language, settings);
  const common = { proxy: HEEDS_PROXY.has(language ?? ''), ms: LIMIT_MS, ...(ca === undefined ? {} : { ca }) };
  if (protocol.value === 'grpc') {
    const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `${settings.get('OTEL_EXPORTER_OTLP_INSECURE')?.value.toLowerCase() === 'true' ? 'http' : 'https'}://${address}`;
    if (!isHttp(full)) return { url: shownUrl(address), got: { is: 'failed', at: 'url', says: `${shownUrl(address)} is not an address` } };
    const url = new URL(full);
    // An address without a port is that of the default port of its scheme to every gRPC library.
    return { ask: { ...common, proxy: false, url: url.href, mode: url.protocol === 'https:' ? 'tls' : 'tcp', headers: {}, body: '' }, url: shownUrl(full), traceId };
  }
  if (!/^http\/(?:protobuf|json)$/.test(protocol.value)) return unknown(`the protocol "${protocol.value}" is none that can be tried`);
  if (!isHttp(address)) return { url: shownUrl(address), got: { is: 'failed', at: 'url', says: hostOf(address) === undefined ? 'it is not an address' : 'it does not begin with http:// or https://' } };
  const body = spanBody(protocol.value === 'http/json' ? 'json' : 'protobuf', serviceName?.value, traceId, now);
  const pairs = Object.fromEntries(headers.pairs.map(({ name, value }) => [name, value]));
  const wanted = sending.to.backend === 'honeycomb' ? headers.pairs.some(({ name }) => name === TEAM) : headers.pairs.length > 0;
  const keyless = !wanted && headers.from !== undefined && !('value' in headers.from) ? 'its code gives the headers, which are not known here' : undefined;
  const ask: Ask = { ...common, url: address, mode: 'http', headers: { 'content-type': body.type, 'user-agent': 'otel-setup', ...pairs }, body: Buffer.from(body.bytes).toString('base64') };
  return { ask, url: shownUrl(address), traceId, ...(keyless === undefined ? {} : { keyless }) };
}

/** What the exporter has on its way that our own request cannot have. */
function notTold(protocol: string, settings: ReadonlyMap<string, Setting>): string | undefined {
  const has = (...names: readonly string[]) => names.find((name) => (settings.get(name)?.value ?? '') !== '');
  const certificate = has('OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE');
  if (certificate !== undefined) return `it shows a certificate of its own (${certificate}), which is not tried here`;
  const proxy = protocol === 'grpc' ? has('grpc_proxy', 'https_proxy', 'http_proxy', 'HTTPS_PROXY', 'HTTP_PROXY') : undefined;
  if (proxy !== undefined) return `gRPC goes through a proxy (${proxy}), which is not tried here`;
  const java = ['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', 'JAVA_OPTS'].find((name) => /proxyHost|trustStore/.test(settings.get(name)?.value ?? ''));
  return java === undefined ? undefined : `Java is told of a proxy or certificates of its own (${java}), which are not tried here`;
}

/** Variables by which the exporter's own library is told of more certificates. */
function extraCa(language: string | undefined, settings: ReadonlyMap<string, Setting>): string | undefined {
  const names = language === 'python' ? ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'] : [];
  return names.map((name) => settings.get(name)?.value).find((value) => value !== undefined && value !== '');
}

const isHttp = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
export const shownUrl = (text: string): string => text.replace(/\/\/[^/@\s]*@/, '//…@');
