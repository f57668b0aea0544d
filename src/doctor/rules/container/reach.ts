/** Whether the container gets to its endpoint at all: what a request from inside it met (facts.reach). */
import type { Evidence } from '../../../types.ts';
import { oneLine } from '../../../ui/redact.ts';
import { commandLine } from '../../../ui/shell-lines.ts';
import { settingAt } from '../../evidence.ts';
import { hostOf } from '../../sending.ts';
import { rule } from '../../rule.ts';
import type { Facts, Reach, Rule, Subject } from '../../types.ts';

type Failed = Extract<Reach['got'], { is: 'failed' }>;
interface Failure {
  readonly subject: Subject;
  readonly service: string;
  readonly url: string;
  readonly host: string;
  readonly by: string;
  readonly got: Failed;
  readonly because: readonly Evidence[];
  readonly about: string;
}

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';

function failures({ workspace, subjects, reach }: Pick<Facts, 'workspace' | 'subjects' | 'reach'>, ...stages: readonly Failed['at'][]): readonly Failure[] {
  return reach.flatMap(({ service, url, by, got }) => {
    const subject = subjects.find((one) => one.service.name === service);
    if (got.is !== 'failed' || !stages.includes(got.at) || subject === undefined) return [];
    const { from } = subject.sending.endpoint;
    const setting = typeof from === 'object' && 'value' in from ? from : undefined;
    const seen: Evidence = { where: 'container', says: `${by === 'none' ? '' : `${by}: `}POST ${url} → ${oneLine(got.says)}` };
    return [{ subject, service, url, host: hostOf(url) ?? url, by, got, because: [seen, ...(setting === undefined ? [] : [settingAt(workspace.files, setting)])], about: setting?.name ?? ENDPOINT }];
  });
}

const unreachable = rule({
  id: 'container.unreachable',
  hop: 'container',
  title: 'The container does not get to its endpoint',
  from: ['workspace', 'subjects', 'reach'],
  also: ['arrived'],
  page: {
    symptoms: [
      'NameResolutionError: Failed to resolve \'otel-collector\'', 'getaddrinfo ENOTFOUND otel-collector', 'NewConnectionError: Failed to establish a new connection: [Errno 111] Connection refused', 'connect ECONNREFUSED 127.0.0.1:4318',
      'Failed to connect to localhost/[0:0:0:0:0:0:0:1]:4318', 'Transient error StatusCode.UNAVAILABLE encountered while exporting traces', 'context deadline exceeded',
    ],
    why: 'From inside the container the endpoint\'s name is not known, nothing listens at its port, or the way there is closed. localhost is the container itself; a service of another compose project, profile or network has no name here; a company network may only let its proxy out.',
    check: ['docker compose exec SERVICE getent hosts HOST', 'docker compose exec SERVICE python3 -c "import socket; print(socket.create_connection((\'HOST\', 4318), 5))"', 'docker compose ps'],
    fix: ['Name the service of the compose file, or Honeycomb: OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.honeycomb.io"', 'docker compose up -d otel-collector'],
    links: ['https://docs.docker.com/compose/how-tos/networking/'],
  },
  find: ({ arrived, ...facts }) => failures(facts, 'dns', 'connect', 'timeout').flatMap((one) => {
    const { subject, service, host, got, because, about } = one;
    const { to } = subject.sending;
    // Nothing listens here at all: the hop "arrival" says what to start.
    if (to.backend === 'local' && arrived?.some((seen) => seen.service === service && seen.listens === 'nothing') === true) return [];
    // A connection that opens and an answer that is late may be a slow day; an SDK waits ten seconds.
    const late = got.at === 'timeout' && !/looking up|connecting/.test(got.says);
    return [{ service, status: late ? 'warn' as const : 'broken' as const, says: `From inside ${service}, ${whatMet(one)}.`, because, do: wayOut(subject, host, got), about }];
  }),
});

function whatMet({ url, host, got }: Failure): string {
  switch (got.at) {
    case 'dns':
      return `the name ${oneLine(host)} is not known`;
    case 'timeout':
      return `${oneLine(host)} does not answer`;
    default:
      return `nothing can be reached at ${oneLine(URL.canParse(url) ? new URL(url).host : host)}`;
  }
}

function wayOut({ sending, service }: Subject, host: string, got: Failed): string {
  const { to } = sending;
  const name = commandLine([service.name], 'sh');
  if (to.backend === 'compose' && to.service !== undefined) return `docker compose up -d ${commandLine([to.service], 'sh')}`;
  if (to.backend === 'local') return 'npx otel-setup view';
  if (to.backend === 'honeycomb') return got.at === 'dns' ? `docker compose exec ${name} cat /etc/resolv.conf   # this network looks no outside names up` : `docker compose exec ${name} env | grep -i proxy   # this network lets nothing out to ${host}`;
  if (/^(?:localhost|127\.|\[::1\]|0\.0\.0\.0)/.test(host)) return `${ENDPOINT}: "http://otel-collector:4318"   # localhost is the container itself: name the service that listens`;
  if (got.at === 'dns') return host.includes('.') ? `docker compose exec ${name} getent hosts ${commandLine([host], 'sh')}` : `docker ps --format '{{.Names}}  {{.Networks}}'   # is there a container ${oneLine(host)}, in a network of ${oneLine(service.name)}?`;
  return `docker ps --format '{{.Names}}  {{.Ports}}'   # does any of them listen at ${oneLine(host)}?`;
}

const tls = rule({
  id: 'container.tls',
  hop: 'container',
  title: 'No secure connection to the endpoint',
  from: ['workspace', 'subjects', 'reach'],
  page: {
    symptoms: ['[SSL: WRONG_VERSION_NUMBER] wrong version number', 'write EPROTO', '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed', 'self-signed certificate in certificate chain', 'x509: certificate signed by unknown authority', 'PKIX path building failed'],
    why: 'Either the port speaks plain HTTP and the address says https, or the certificate is of an authority that the container does not know: a company\'s proxy that opens every connection, or an image without certificates.',
    check: ['docker compose exec SERVICE python3 -c "import urllib.request; print(urllib.request.urlopen(\'https://api.honeycomb.io\').status)"'],
    fix: ['http:// for a Collector of your own: OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-collector:4318"', 'The company\'s certificate: OTEL_EXPORTER_OTLP_CERTIFICATE (file in the container), NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE', 'An image without any: apt-get install ca-certificates'],
    links: ['https://opentelemetry.io/docs/specs/otel/protocol/exporter/'],
  },
  find: (facts) => failures(facts, 'tls').map(({ service, subject, url, by, got, because, about }) => {
    const plain = /WRONG_VERSION_NUMBER|wrong version number|EPROTO|packet length too long|record layer|ECONNRESET|reset/i.test(got.says) && !/certificate/i.test(got.says);
    // Another runtime has other certificates, and code may name some.
    const certain = plain || (subject.service.app?.language === by && subject.sending.protocol.from !== 'code');
    const python = subject.service.app?.language === 'python';
    const trust = subject.service.app?.language === 'node' ? 'NODE_EXTRA_CA_CERTS' : python ? 'REQUESTS_CA_BUNDLE' : 'OTEL_EXPORTER_OTLP_CERTIFICATE';
    return {
      service, status: certain ? 'broken' as const : 'warn' as const,
      says: plain ? `What listens at ${oneLine(new URL(url).host)} speaks no TLS, and the address says https.` : `The certificate of ${oneLine(new URL(url).host)} is not trusted inside ${service}.`,
      because,
      do: plain ? `${about}: "${origin(subject, url).replace(/^https:/, 'http:')}"` : `${trust}: "/path/in/the/container/of/your-ca.pem"`,
      about,
    };
  }),
});

/** The address as the variable has it, without what the SDK appends. */
function origin({ sending }: Subject, url: string): string {
  const { from } = sending.endpoint;
  return typeof from === 'object' && 'value' in from ? from.value.trim() : new URL(url).origin;
}

const notHttp = rule({
  id: 'container.not-http',
  hop: 'container',
  title: 'What answers at the endpoint does not speak HTTP, or a proxy stands in the way',
  from: ['workspace', 'subjects', 'reach'],
  page: {
    symptoms: ["('Connection aborted.', BadStatusLine('...'))", 'Parse Error: Expected HTTP/', 'Received HTTP/0.9 when not allowed', 'OSError: Tunnel connection failed: 403 Forbidden'],
    why: 'The connection opens, and what comes back is no answer of HTTP: 4317 is the port of gRPC, another program has the port, or a proxy refuses to go there.',
    check: ['docker compose exec SERVICE env | grep -iE "OTLP|proxy"', 'docker compose ps'],
    fix: ['For the exporter over HTTP: OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-collector:4318"', 'A proxy must let the endpoint through, or NO_PROXY must name it.'],
    links: ['https://opentelemetry.io/docs/specs/otlp/'],
  },
  find: (facts) => failures(facts, 'http', 'header', 'url').map(({ service, subject, url, host, got, because, about }) => {
    const proxy = /proxy|[Tt]unnel/.test(got.says);
    // A connection that was cut may be a server that starts just now.
    const certain = proxy || /BadStatusLine|Parse Error|HTTP\/0\.9|Expected HTTP|invalid HTTP|characters/i.test(got.says);
    const place = oneLine(URL.canParse(url) ? new URL(url).host : host);
    return {
      service, status: certain ? 'broken' as const : 'warn' as const,
      says: got.at === 'header' ? 'The headers that are sent have characters that HTTP does not allow.' : proxy ? `The proxy of ${service} does not let it through to ${place}.` : certain ? `What listens at ${place} does not answer in HTTP.` : `What listens at ${place} closed the connection without an answer.`,
      because,
      do: got.at === 'header' ? 'npx otel-setup status' : proxy ? `let the proxy through to ${place}, or name it in NO_PROXY` : `${about}: "${origin(subject, url).replace(/:4317\b/, ':4318')}"   # the port that takes OTLP over HTTP`,
      about,
    };
  }),
});

export const reach: readonly Rule[] = [tls, notHttp, unreachable];
