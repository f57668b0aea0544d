/** One look at what arrived: what will be a nuisance in the backend, each with its fix. Pure. */
import type { SpanRow } from '../span.ts';
import { isHealth } from './requests.ts';

export interface Remark {
  readonly about: 'unnamed' | 'doubled' | 'parents' | 'context' | 'route' | 'health';
  readonly service: string;
  readonly says: string;
  readonly then: string;
}
export interface Arrived {
  /** Compose's name of the service. */
  readonly service: string;
  readonly language?: string;
  readonly spans: readonly SpanRow[];
}
export interface Ours {
  readonly traceId: string;
  /** Parent span ids that our requests carried. */
  readonly parents: ReadonlySet<string>;
}

/** Three lines at most, the worst first. */
const MOST = 3;
const DAY_S = 86_400;

/** @param ours traces of the requests that we sent. */
export function remarksOn(arrived: readonly Arrived[], ours: readonly Ours[]): readonly Remark[] {
  const ids = new Set(ours.map(({ traceId }) => traceId));
  const known = new Set(arrived.flatMap(({ spans }) => spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`)));
  const parents = new Set(ours.flatMap((one) => [...one.parents].map((parent) => `${one.traceId} ${parent}`)));
  return [
    ...arrived.flatMap(unnamed),
    ...arrived.flatMap((one) => doubled(one)),
    ...arrived.flatMap((one) => orphans(one, ids, known, parents)),
    ...arrived.flatMap((one) => contextLost(one, arrived, ids)),
    ...arrived.flatMap(routeless),
    ...arrived.flatMap((one) => healthChecks(one, ids)),
  ].slice(0, MOST);
}

function unnamed({ service, spans }: Arrived): readonly Remark[] {
  if (!spans.some((span) => span.service.startsWith('unknown_service'))) return [];
  return [{ about: 'unnamed', service, says: 'its spans have no service name (unknown_service)', then: `add to its environment: OTEL_SERVICE_NAME: ${service}` }];
}

/** Twice with the same id, or two server spans below the same caller: two set-ups, or two instrumentations. */
function doubled({ service, spans }: Arrived): readonly Remark[] {
  const ids = spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`);
  const again = new Set(ids).size < ids.length;
  const entries = spans.filter(({ kind, parentId }) => kind === 'server' && parentId !== '').map(({ traceId, parentId, name }) => `${traceId} ${parentId} ${name}`);
  if (!again && new Set(entries).size === entries.length) return [];
  return [{ about: 'doubled', service, says: again ? 'spans came twice with the same id' : 'one request makes two server spans', then: 'two things trace it: take one out (the wrapper, or the lines in its code)' }];
}

/** A parent that is neither ours nor arrived: what lies between is not traced, or sends elsewhere. */
function orphans({ service, spans }: Arrived, ids: ReadonlySet<string>, known: ReadonlySet<string>, parents: ReadonlySet<string>): readonly Remark[] {
  const lost = spans.filter(({ traceId, parentId }) => ids.has(traceId) && parentId !== '' && !known.has(`${traceId} ${parentId}`) && !parents.has(`${traceId} ${parentId}`));
  // Batches are sent one after another: a parent ends, and is sent, after its children. Only a server span's parent is another service's.
  const entries = lost.filter(({ kind }) => kind === 'server' || kind === 'consumer');
  return entries.length === 0 ? [] : [{ about: 'parents', service, says: `${entries.length} of its spans ${entries.length === 1 ? 'has a parent' : 'have parents'} that did not arrive`, then: 'trace the service that calls it too: npx otel-setup init' }];
}

/** A caller's span names this service, and yet this service began traces of its own. */
function contextLost({ service, spans }: Arrived, arrived: readonly Arrived[], ids: ReadonlySet<string>): readonly Remark[] {
  const caller = arrived.find((one) => one.service !== service && one.spans.some((span) => ids.has(span.traceId) && span.kind === 'client' && peerOf(span) === service));
  const inOurs = spans.some(({ traceId }) => ids.has(traceId));
  if (caller === undefined || inOurs || !spans.some(({ kind, parentId }) => kind === 'server' && parentId === '')) return [];
  return [{ about: 'context', service, says: `${caller.service} calls it, but its spans begin traces of their own`, then: 'the traceparent header is lost on the way: look at OTEL_PROPAGATORS of both, and at a proxy between them' }];
}

function routeless({ service, language, spans }: Arrived): readonly Remark[] {
  const servers = spans.filter(({ kind, attributes }) => kind === 'server' && typeof statusOf(attributes) === 'number' && Number(statusOf(attributes)) < 400);
  if (servers.length === 0 || servers.some(({ attributes }) => attributes['http.route'] !== undefined)) return [];
  const then = language === 'node' ? 'OpenTelemetry is loaded after the framework, or its hooks for ES modules are missing: npx otel-setup init' : "the framework's own instrumentation is missing: npx otel-setup init";
  return [{ about: 'route', service, says: 'its spans have no route (http.route): all requests look alike', then }];
}

function healthChecks({ service, spans }: Arrived, ids: ReadonlySet<string>): readonly Remark[] {
  const others = spans.filter(({ traceId, kind }) => !ids.has(traceId) && kind === 'server');
  const checks = others.filter((span) => isHealth(targetOf(span)));
  if (checks.length < 2 || checks.length * 2 <= others.length) return [];
  const times = checks.map(({ startNs }) => startNs).toSorted((a, b) => (a < b ? -1 : 1));
  const seconds = Number((times.at(-1) ?? 0n) - (times[0] ?? 0n)) / 1e9;
  if (seconds <= 0) return [];
  const daily = Math.round(((checks.length - 1) / seconds) * DAY_S);
  const route = targetOf(checks[0] ?? spans[0]);
  return [{ about: 'health', service, says: `health checks would be most of its spans: about ${daily.toLocaleString('en')} a day`, then: leaveOut(route) }];
}
const leaveOut = (route: string): string => `leave them out: OTEL_PYTHON_EXCLUDED_URLS=${route.replace(/^\//, '')} (Python), or a sampling rule in the backend`;

/** The service that a client span calls, as compose names it: the host alone. */
export function peerOf({ attributes }: SpanRow): string | undefined {
  const host = attributes['server.address'] ?? attributes['net.peer.name'] ?? attributes['http.host'];
  if (typeof host === 'string') return host.replace(/:\d+$/, '');
  const url = attributes['url.full'] ?? attributes['http.url'];
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).hostname : undefined;
}

const statusOf = (attributes: SpanRow['attributes']): unknown => attributes['http.response.status_code'] ?? attributes['http.status_code'];
function targetOf(span: SpanRow | undefined): string {
  const found = span?.attributes['http.route'] ?? span?.attributes['url.path'] ?? span?.attributes['http.target'] ?? span?.name.replace(/^[A-Z]+ /, '') ?? '';
  return String(found);
}

/** Services that a request of ours reached (a caller's span names them), and that sent nothing. */
export function missingLinks(arrived: readonly Arrived[], ours: readonly Ours[], services: readonly string[]): readonly { readonly service: string; readonly by: string }[] {
  const ids = new Set(ours.map(({ traceId }) => traceId));
  const sent = new Set(arrived.filter(({ spans }) => spans.length > 0).map(({ service }) => service));
  const links = new Map<string, string>();
  for (const { service: by, spans } of arrived) {
    for (const span of spans) {
      const peer = ids.has(span.traceId) && (span.kind === 'client' || span.kind === 'producer') ? peerOf(span) : undefined;
      // A call that failed without an answer may not have come there.
      const came = !span.error || statusOf(span.attributes) !== undefined;
      if (came && peer !== undefined && peer !== by && services.includes(peer) && !sent.has(peer)) links.set(peer, by);
    }
  }
  return [...links].map(([service, by]) => ({ service, by }));
}
