/**
 * OTEL_EXPORTER_OTLP_ENDPOINT and its relative for traces as they are written: the specification of the OTLP exporter
 * (the base gets /v1/traces appended over HTTP, the signal's own is taken as it is).
 */
import { apiOf } from '../../../backends/honeycomb/regions.ts';
import { withoutEnd } from '../../../patterns.ts';
import { settingAt } from '../../evidence.ts';
import { rule } from '../../rule.ts';
import { hostOf } from '../../sending.ts';
import type { Rule, Setting, Subject } from '../../types.ts';
import { each, type Draft } from './each.ts';
import { endpointSetting } from './heeds.ts';
import { replaced } from './replaced.ts';

const SPEC = 'https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp';
const SIGNAL = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
const GRPC = 'grpc';
const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;

interface Named {
  readonly subject: Subject;
  readonly setting: Setting;
  /** Without blanks around it. */
  readonly text: string;
  readonly grpc: boolean;
}
/** The endpoint where a variable gives it. */
function named(subject: Subject): Named | undefined {
  const setting = endpointSetting(subject);
  return setting === undefined ? undefined : { subject, setting, text: setting.value.trim(), grpc: subject.sending.protocol.value === GRPC };
}
const isQuoted = (text: string): boolean => /^["']/.test(text);
const urlOf = (text: string): URL | undefined => (SCHEME.test(text) && URL.canParse(text) ? new URL(text) : undefined);

/** The value as written with an exact edit of its text; [] where the text as written does not hold what is edited. */
type Edit = (raw: string) => string;
const edited = (workspace: Parameters<typeof replaced>[0], { subject, setting }: Named, edit: Edit) => (setting.raw === null ? [] : replaced(workspace, subject.service, setting, edit(setting.raw)));

const quoted = rule({
  id: 'files.endpoint-quoted',
  hop: 'files',
  title: 'The quotes around the endpoint are part of its value',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ['No connection adapters were found for \'"https://api.honeycomb.io"/v1/traces\'', 'Configuration: Could not parse environment-provided export URL: \'"https://api.honeycomb.io"\', falling back to undefined'],
    why: 'In a list of Compose, `- NAME="value"` is one text: the quotes reach the container, and no address begins with one.',
    check: ['docker compose exec SERVICE env | grep OTEL_EXPORTER_OTLP'],
    fix: ['- OTEL_EXPORTER_OTLP_ENDPOINT=https://api.honeycomb.io', 'or the whole item in quotes: - "OTEL_EXPORTER_OTLP_ENDPOINT=https://api.honeycomb.io"'],
    links: [SPEC],
  },
  find: (facts) => each(facts, (subject) => {
    const one = named(subject);
    if (one === undefined || !isQuoted(one.text)) return [];
    return [draft(one, `The quotes of ${one.setting.name} reach the container, where they are part of the address.`, `write it without quotes of its own: ${one.setting.name}=${one.text.replace(/^["']|["']$/g, '')}`, facts.workspace, (raw) => raw.trim().replace(/^(["'])([\s\S]*)\1$/, '$2'))];
  }),
});

function draft(one: Named, says: string, todo: string, workspace: Parameters<typeof replaced>[0], edit: Edit): Draft {
  return { of: one.setting, says, because: [settingAt(workspace.files, one.setting)], do: todo, ops: edited(workspace, one, edit), about: one.setting.name };
}

const scheme = rule({
  id: 'files.endpoint-scheme',
  hop: 'files',
  title: 'The endpoint has no http:// or https://',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ["Invalid URL 'api.honeycomb.io:443/v1/traces': No scheme supplied", "No connection adapters were found for 'localhost:4318/v1/traces'", "Configuration: Could not parse environment-provided export URL: '…', falling back to undefined", 'OTLP endpoint must be a valid URL'],
    why: 'Over HTTP the endpoint is a URL. "api.honeycomb.io:443" is how gRPC libraries write an address; exporters over HTTP refuse it, and Node.js goes on with localhost.',
    check: ['docker compose exec SERVICE env | grep OTEL_EXPORTER_OTLP'],
    fix: ['OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.honeycomb.io"'],
    links: [SPEC],
  },
  find: (facts) => each(facts, (subject) => {
    const one = named(subject);
    // gRPC libraries take host:port as well.
    if (one === undefined || one.grpc || isQuoted(one.text) || one.text.startsWith('/')) return [];
    const given = SCHEME.exec(one.text)?.[1]?.toLowerCase();
    if (given === 'http' || given === 'https') return [];
    const { backend } = subject.sending.to;
    const full = `${backend === 'honeycomb' ? 'https' : 'http'}://${one.text.replace(SCHEME, '').replace(/^\/+/, '')}`;
    const certain = backend === 'honeycomb' || backend === 'compose' || backend === 'local';
    return [draft(one, given === undefined ? `${one.setting.name} has no http:// or https:// in front, which exporters over HTTP refuse.` : `${one.setting.name} begins with "${given}://"; exporters over HTTP take http:// and https:// alone.`,
      `${one.setting.name}: "${full}"`, facts.workspace, (raw) => (certain && !raw.includes('$') ? full : raw))];
  }),
});

const basePath = rule({
  id: 'files.endpoint-path',
  hop: 'files',
  title: 'The base endpoint has a path that SDKs append once more',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ['Failed to export span batch code: 404, reason: Not Found', 'the backend\'s log: POST /v1/traces/v1/traces'],
    why: 'OTEL_EXPORTER_OTLP_ENDPOINT is a base: over HTTP, SDKs append /v1/traces to it. With the path written out, spans go to /v1/traces/v1/traces, which nobody serves. Only OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is taken as it is.',
    check: ['docker compose exec SERVICE env | grep OTEL_EXPORTER_OTLP'],
    fix: ['OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.honeycomb.io"'],
    links: [SPEC],
  },
  find: (facts) => each(facts, (subject) => {
    const one = named(subject);
    const url = one === undefined || one.grpc || !one.setting.name.endsWith('OTLP_ENDPOINT') ? undefined : urlOf(one.text);
    if (one === undefined || url === undefined) return [];
    const signal = /\/v1\/(?:traces|metrics|logs)\/?$/.test(url.pathname);
    // A proxy may have a path of its own; Honeycomb has none.
    if (!signal && !(subject.sending.to.backend === 'honeycomb' && url.pathname !== '/')) return [];
    const base = one.text.replace(signal ? /\/v1\/(?:traces|metrics|logs)\/?$/ : /(?<=\w)\/.*/, '');
    const shown = signal ? base : url.origin;
    return [draft(one, `${one.setting.name} is a base to which /v1/traces is appended: spans go to ${url.pathname.replace(/\/$/, '')}/v1/traces, which answers 404.`, `${one.setting.name}: "${shown}"`, facts.workspace,
      (raw) => (signal ? raw.replace(/\/v1\/(?:traces|metrics|logs)\/?\s*$/, '') : raw.includes('$') ? raw : shown))];
  }),
});

const signalPath = rule({
  id: 'files.signal-endpoint-path',
  hop: 'files',
  title: 'The endpoint of the traces lacks /v1/traces',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ['Failed to export span batch code: 404, reason: Not Found', 'the backend\'s log: POST /'],
    why: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is taken as it is: nothing is appended to it. Without a path, spans are posted to /, where no OTLP receiver listens.',
    check: ['docker compose exec SERVICE env | grep OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
    fix: ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://api.honeycomb.io/v1/traces"', 'or the base alone: OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.honeycomb.io"'],
    links: [SPEC],
  },
  find: (facts) => each(facts, (subject) => {
    const one = named(subject);
    const url = one === undefined || one.grpc || one.setting.name !== SIGNAL ? undefined : urlOf(one.text);
    if (one === undefined || url === undefined) return [];
    const { backend } = subject.sending.to;
    const wrong = url.pathname === '/' ? backend === 'honeycomb' || backend === 'compose' || backend === 'local' : backend === 'honeycomb' && !/^\/v1\/traces\/?$/.test(url.pathname);
    if (!wrong) return [];
    return [draft(one, `${SIGNAL} is taken as it is: spans are posted to ${url.pathname}, where nothing takes them.`, `${SIGNAL}: "${url.origin}/v1/traces"`, facts.workspace,
      (raw) => (url.pathname === '/' ? `${withoutEnd(raw.trim(), '/')}/v1/traces` : raw.includes('$') ? raw : `${url.origin}/v1/traces`))];
  }),
});

const plainHttp = rule({
  id: 'files.endpoint-plain-http',
  hop: 'files',
  title: 'Honeycomb is addressed without TLS',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ['400 The plain HTTP request was sent to HTTPS port', 'Remote end closed connection without response', 'the key crosses the network in the clear'],
    why: 'Honeycomb takes spans over https:// alone. With http:// the key is sent in the clear, and the request ends in an error or a redirect, which exporters do not follow with their data.',
    check: ['docker compose exec SERVICE env | grep OTEL_EXPORTER_OTLP'],
    fix: ['OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.honeycomb.io"'],
    links: ['https://docs.honeycomb.io/send-data/opentelemetry/'],
  },
  find: (facts) => each(facts, (subject) => {
    const one = named(subject);
    const url = one === undefined || subject.sending.to.backend !== 'honeycomb' ? undefined : urlOf(one.text);
    if (one === undefined || url?.protocol !== 'http:') return [];
    const found = draft(one, `${one.setting.name} addresses Honeycomb with http://: the key is sent in the clear${url.port === '443' ? ', and port 443 refuses it' : ''}.`, `${one.setting.name}: "https://${url.host.replace(/:443$/, '')}${url.pathname === '/' ? '' : url.pathname}"`, facts.workspace,
      (raw) => raw.replace(/^(\s*)http:/i, '$1https:'));
    // What port 80 answers was not measured: likely, not certain.
    return [url.port === '443' || one.grpc ? found : { ...found, status: 'warn' }];
  }),
});

/** 'api.honycomb.io', 'api.eu.honeycomb.io', 'ui.honeycomb.io': hosts of Honeycomb's name that take no spans. */
const otherHost = rule({
  id: 'files.endpoint-host',
  hop: 'files',
  title: 'The endpoint is a host of Honeycomb that takes no spans',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ["Failed to resolve 'api.honycomb.io'", 'getaddrinfo ENOTFOUND api.eu.honeycomb.io', 'Failed to export span batch code: 404, reason: Not Found'],
    why: 'Spans are taken by api.honeycomb.io (US) and api.eu1.honeycomb.io (EU). The pages for people (ui.honeycomb.io) and names that are nearly right take none.',
    check: ['docker compose exec SERVICE env | grep OTEL_EXPORTER_OTLP'],
    fix: ['OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.honeycomb.io"', 'EU: OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.eu1.honeycomb.io"'],
    links: ['https://docs.honeycomb.io/send-data/opentelemetry/'],
  },
  find: (facts) => each(facts, (subject) => {
    const one = named(subject);
    const host = one === undefined ? undefined : hostOf(one.text);
    if (one === undefined || host === undefined || subject.sending.to.backend === 'honeycomb') return [];
    const meant = MISTAKEN.find(([pattern]) => pattern.test(host))?.[1];
    if (meant === undefined) return [];
    const right = new URL(apiOf(meant)).hostname;
    return [draft(one, `${host} takes no spans; ${right} does.`, `${one.setting.name}: "https://${right}${one.setting.name === SIGNAL && !one.grpc ? '/v1/traces' : ''}"`, facts.workspace, (raw) => raw.replace(host, right))];
  }),
});
const MISTAKEN: readonly (readonly [RegExp, 'us' | 'eu'])[] = [
  [/^(?:ui|www|docs)?\.?honeycomb\.io$/, 'us'],
  [/^ui[.-]eu1?\.honeycomb\.io$/, 'eu'],
  [/^api[.-]eu\d?\.honeycomb\.io$/, 'eu'],
  [/^api\.(?:us1?\.)?(?:honycomb|honeycom|honeycombs|honneycomb|honeycombe|honeycmb)\.io$/, 'us'],
  [/^api\.honeycomb\.com$/, 'us'],
];

export const endpointForm: readonly Rule[] = [quoted, scheme, basePath, signalPath, otherHost, plainHttp];
