/** What the backend answered to the doctor's own span, which went the service's way with the service's own headers; else its answers in the log. */
import type { Evidence } from '../../../types.ts';
import { oneLine } from '../../../ui/redact.ts';
import { apiOf } from '../../../backends/honeycomb/regions.ts';
import { commandLine } from '../../../ui/shell-lines.ts';
import { safeLine } from '../../log-lines/safe.ts';
import { settingAt } from '../../evidence.ts';
import { keyOf } from '../../keys.ts';
import { rule } from '../../rule.ts';
import { REJECTED } from '../../probes/reach/answer.ts';
import type { Facts, Finding, Rule, Setting, Subject } from '../../types.ts';

interface Answered {
  readonly subject: Subject;
  readonly service: string;
  readonly url: string;
  readonly status: number;
  /** '' where it said nothing. */
  readonly says: string;
  readonly because: readonly Evidence[];
  readonly endpoint?: Setting;
}
type Known = Pick<Facts, 'workspace' | 'subjects'> & Partial<Pick<Facts, 'reach' | 'sent' | 'logs'>>;

/** The container's own answer before this machine's. */
function answers({ workspace, subjects, reach = [], sent = [] }: Known): readonly Answered[] {
  return subjects.flatMap((subject) => {
    const { name } = subject.service;
    const one = [...reach, ...sent].find(({ service, got }) => service === name && got.is === 'answered');
    if (one === undefined || one.got.is !== 'answered') return [];
    const { status, says } = one.got;
    const { from } = subject.sending.endpoint;
    const endpoint = typeof from === 'object' && 'value' in from ? from : undefined;
    const seen: Evidence = { where: reach.includes(one) ? 'container' : 'backend', says: `POST ${one.url} → ${status}${says === '' ? '' : ` ${oneLine(says)}`}` };
    return [{ subject, service: name, url: one.url, status, says, because: [seen, ...(endpoint === undefined ? [] : [settingAt(workspace.files, endpoint)])], ...(endpoint === undefined ? {} : { endpoint }) }];
  });
}

/** Where nothing could be sent, the log's last word on it: it was so then, and may be mended since. */
function logged(id: string, { reach = [], sent = [], logs = [] }: Known, says: string, todo: string): readonly Finding[] {
  const asked = new Set([...reach, ...sent].filter(({ got }) => got.is !== 'unknown').map(({ service }) => service));
  const last = new Map(logs.filter((line) => line.rule === id && !asked.has(line.service)).map((line) => [line.service, line]));
  return Array.from(last.values(), ({ service, at, line }) => ({
    service, status: 'warn' as const, says, do: todo,
    because: [{ where: 'container' as const, says: `${at === undefined ? '' : `${new Date(at).toISOString().slice(0, 19)}Z `}${safeLine(line)}` }],
  }));
}

/** The engine names no next step for this hop: what is mended here is mended in the environment. */
const up = (service: string): string => `docker compose up -d ${commandLine([service], 'sh')}`;
const isHoneycomb = ({ url }: Answered): boolean => URL.canParse(url) && /(?:^|\.)honeycomb\.io$/.test(new URL(url).hostname);
const ALSO = ['reach', 'sent', 'logs'] as const;

const unauthorized = rule({
  id: 'export.unauthorized',
  hop: 'export',
  title: 'The backend refuses the key (401)',
  from: ['workspace', 'subjects'], also: ALSO,
  page: {
    symptoms: ['Failed to export span batch code: 401, reason: Unauthorized', 'Failed to export spans. Server responded with HTTP status code 401', 'OTLP exporter received http.code=401', 'rpc error: code = Unauthenticated', 'unknown API key - check your credentials, region, and API URL'],
    why: 'The way is open and the backend answers: it does not take the key that comes with the spans. The key is wrong, of another region, may not send, or is not there at all.',
    check: ['curl -s -H "X-Honeycomb-Team: $HONEYCOMB_API_KEY" https://api.honeycomb.io/1/auth', 'npx otel-setup status'],
    fix: ['npx otel-setup init', 'docker compose up -d SERVICE', '`docker compose restart` is not enough: it keeps the old environment.'],
    links: ['https://docs.honeycomb.io/send-data/opentelemetry/'],
  },
  find: (facts) => [
    ...answers(facts).filter(({ status }) => status === 401 || status === 403).map((one): Finding => {
      const missing = /missing 'x-honeycomb-team' header/.test(one.says);
      // Code may add the header by itself; then only our own request lacked it.
      const certain = !missing || one.subject.instrumented.by !== 'code' || keyOf(one.subject.sending) !== undefined;
      const header = one.subject.sending.headers.from;
      const about = header !== undefined && 'value' in header ? header.name : 'OTEL_EXPORTER_OTLP_HEADERS';
      const region = /region/.test(one.says) && isHoneycomb(one) ? '; a key of the other region is answered like that too' : '';
      return {
        service: one.service, then: up(one.service), status: certain ? 'broken' : 'warn', because: one.because, about,
        says: missing ? `The backend got no key from ${one.service}: the header x-honeycomb-team is not there or is blank.` : `The backend refuses the key of ${one.service} (${one.status})${region}.`,
        do: missing ? 'OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${HONEYCOMB_API_KEY}"' : 'npx otel-setup init   # it asks for the key and tries it',
      };
    }),
    ...logged('export.unauthorized', facts, 'Its log says that the backend refused the key (401).', 'npx otel-setup init   # it asks for the key and tries it'),
  ],
});

const notFound = rule({
  id: 'export.not-found',
  hop: 'export',
  title: 'There is nothing that takes traces at this address',
  from: ['workspace', 'subjects'], also: ALSO,
  page: {
    symptoms: ['Failed to export span batch code: 404, reason: Not Found', 'invalid OTLP endpoint - should you be sending to /v1/traces?, see API docs https://docs.honeycomb.io/', 'OTLPExporterError: Not Found', 'HTTP 464'],
    why: 'Something answers there, and not under this path. SDKs append /v1/traces to OTEL_EXPORTER_OTLP_ENDPOINT and nothing to OTEL_EXPORTER_OTLP_TRACES_ENDPOINT. A redirect, or 464, means that the address wants https or another protocol.',
    check: ['curl -si -X POST -H "content-type: application/json" -d "{}" https://api.honeycomb.io/v1/traces | head -1'],
    fix: ['OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.honeycomb.io"', 'docker compose up -d SERVICE'],
    links: ['https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp'],
  },
  find: (facts) => [
    ...answers(facts).filter((one) => [404, 405, 464].includes(one.status) || (one.status >= 300 && one.status < 400) || /invalid OTLP endpoint/.test(one.says)).map((one): Finding => {
      const moved = one.status >= 300 && one.status < 400;
      return {
        service: one.service, then: up(one.service), status: follows(one) ? 'warn' : 'broken', because: one.because, about: one.endpoint?.name ?? 'OTEL_EXPORTER_OTLP_ENDPOINT',
        says: moved ? `The address sends the request elsewhere (${one.status}), and most exporters do not follow with their spans.` : `Something answers at ${oneLine(one.url)}, and it takes no traces there (${one.status}).`,
        do: rightAddress(one, moved),
      };
    }),
    ...logged('export.not-found', facts, 'Its log says that nothing takes traces at its address (404).', 'npx otel-setup explain export.not-found'),
  ],
});

/** 307 and 308 keep the request as it is, and Python's and Go's libraries go along with them. */
const follows = ({ status, subject }: Answered): boolean => (status === 307 || status === 308) && !['node', 'java'].includes(subject.service.app?.language ?? '');

/** The base address, as the variable wants it. */
function rightAddress(one: Answered, moved: boolean): string {
  const url = new URL(one.url);
  const region = one.subject.sending.to.region;
  const origin = region === undefined ? (moved ? url.origin.replace(/^http:/, 'https:') : url.origin) : apiOf(region);
  return one.endpoint?.name === 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' ? `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "${origin}/v1/traces"` : `OTEL_EXPORTER_OTLP_ENDPOINT: "${origin}"`;
}

const throttled = rule({
  id: 'export.throttled',
  hop: 'export',
  title: 'The backend takes no more just now (429)',
  from: ['workspace', 'subjects'], also: ALSO,
  page: {
    symptoms: ['429 Too Many Requests', 'Request dropped due to rate limiting.', 'Event dropped due to administrative throttling'],
    why: 'More is sent than the plan or the receiver allows: every span of a busy service, health checks, or a loop that sends the same again.',
    check: ['ui.honeycomb.io → Usage'],
    fix: ['Send a part of the traces: OTEL_TRACES_SAMPLER: "parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.1"', 'docker compose up -d SERVICE'],
    links: ['https://docs.honeycomb.io/manage-data-volume/'],
  },
  find: (facts) => [
    ...answers(facts).filter(({ status }) => status === 429).map((one): Finding => ({
      service: one.service, then: up(one.service), status: 'warn', because: one.because,
      says: `The backend takes no more from ${one.service} just now (429): spans are dropped.`,
      do: 'OTEL_TRACES_SAMPLER: "parentbased_traceidratio"   # with OTEL_TRACES_SAMPLER_ARG: "0.1"',
    })),
    ...logged('export.throttled', facts, 'Its log says that the backend took no more (429): spans were dropped.', 'OTEL_TRACES_SAMPLER: "parentbased_traceidratio"   # with OTEL_TRACES_SAMPLER_ARG: "0.1"'),
  ],
});

/** `from` has `sent`: where no request may be sent, one rule of this hop has to be skipped, or the doctor would call the export fine. */
const rejected = rule({
  id: 'export.rejected',
  hop: 'export',
  title: 'The backend answers, and does not take the spans',
  from: ['workspace', 'subjects', 'sent'], also: ['reach', 'logs'],
  page: {
    symptoms: ['failed to parse OTLP request body', 'unsupported content-type, valid types are:', 'Request Entity Too Large', '400 Bad Request', '503 Service Unavailable'],
    why: 'The request arrived and was not accepted: another protocol than the one that is spoken there, a body that is too large, a proxy in between with an answer of its own, or an outage.',
    check: ['docker compose logs --no-color --since 10m SERVICE | npx otel-setup explain'],
    fix: ['OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf"', 'docker compose up -d SERVICE'],
    links: ['https://opentelemetry.io/docs/specs/otlp/', 'https://status.honeycomb.io'],
  },
  find: (facts) => [
    ...answers(facts).flatMap((one): readonly Finding[] => {
      const { service, status, says, because } = one;
      if (status === 200 && says.startsWith(REJECTED)) return [{ service, status: 'broken', because, says: `The backend took the request of ${service} and threw its spans away: ${oneLine(says)}.`, do: `docker compose logs --no-color --since 10m ${service} | npx otel-setup explain` }];
      if (status < 400 || [401, 403, 404, 405, 429, 464].includes(status) || /invalid OTLP endpoint/.test(says)) return [];
      if (status === 407) return [{ service, then: up(service), status: 'broken', because, says: `The proxy between ${service} and the backend wants a login (407).`, do: 'HTTPS_PROXY: "http://USER:PASSWORD@PROXY:PORT"' }];
      if (status >= 500) return [{ service, status: 'warn', because, says: `What answers at the endpoint has an error of its own (${status}): spans of now are lost.`, do: 'docker compose ps   # is the Collector or proxy in between healthy? Else look at https://status.honeycomb.io' }];
      // An exporter that the code makes may write JSON where we wrote protobuf.
      return [{ service, then: up(service), status: one.subject.sending.protocol.from === 'code' ? 'warn' : 'broken', because, says: `The backend does not take what ${service} sends (${status}).`, do: 'OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf"', about: 'OTEL_EXPORTER_OTLP_PROTOCOL' }];
    }),
    ...logged('export.rejected', facts, 'Its log says that the backend did not take its spans.', 'npx otel-setup explain export.rejected'),
  ],
});

export const answer: readonly Rule[] = [unauthorized, notFound, throttled, rejected];
