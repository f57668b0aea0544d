/**
 * Who may send OTLP here. SDKs may, as long as they use a name that can only mean this machine. A browser sends for
 * whatever page is open in it, so a page's own address decides: pages of this machine may (the frontend that somebody
 * works on), and those of names that --allow-host gives; pages of other sites may not, also where they make a name of
 * their own lead here (DNS rebinding). Pure.
 * Source: Fetch standard (CORS protocol, Origin on every POST), OpenTelemetry's exporter for browsers, which may use
 * `sendBeacon`: that sends credentials, so they are allowed; there are none here.
 */
import { first, isLocal, nameOf, printable, type Forbidden, type Headers } from './page/hosts.ts';

/** What exporters in a browser may add to a POST, and what propagation adds to every request. */
const ALLOWED_HEADERS = 'content-type, content-encoding, traceparent, tracestate, baggage, x-honeycomb-team, x-honeycomb-dataset';
/** Seconds for which a browser need not ask again. */
const MAX_AGE = '600';

/**
 * @param headers of a request that wants to send; over HTTP/2 with its `:authority` as `host`.
 * @param names further names of this machine: --host, --allow-host, those of Gitpod and Codespaces (preview.ts).
 * @returns the sentence for a sender that is refused; undefined = it may send.
 */
export function foreignSender(headers: Headers, names: readonly string[]): Forbidden | undefined {
  const known = new Set(names.map((name) => name.toLowerCase()));
  const host = first(headers['host']);
  if (host !== undefined && !isHere(nameOf(host), known)) {
    return { says: `OTLP for the name "${printable(host)}" is refused: no name of this machine. If it is one: otel-setup view --allow-host ${printable(nameOf(host)) || 'NAME'}` };
  }
  const origin = first(headers['origin']);
  if (origin !== undefined) return isOwnPage(origin, known) ? undefined : { says: `OTLP of the web page ${printable(origin)} is refused: only pages of this machine may send. If it is yours: otel-setup view --allow-host ${hostOf(origin)}` };
  const site = first(headers['sec-fetch-site']);
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return { says: 'OTLP of a web page that does not say which one it is is refused.' };
  return undefined;
}

/**
 * The same for verify's relay, which no page has a reason to reach: a browser is refused whatever page is open in it.
 * Fetch of Node.js sends `Sec-Fetch-Mode`, but neither of these two.
 */
export function browserOrForeign(headers: Headers): Forbidden | undefined {
  if (headers['origin'] !== undefined || headers['sec-fetch-site'] !== undefined) return { says: 'otel-setup verify passes nothing on for a browser.' };
  return foreignSender(headers, []);
}

/** What lets the page's script see our answer; nothing for what is no page. Only for a sender that may send. */
export function corsHeaders(headers: Headers): Readonly<Record<string, string>> {
  const origin = first(headers['origin']);
  return { vary: 'Origin', ...(origin === undefined ? {} : { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }) };
}

/** What a browser asks before it sends; undefined = it asks nothing. Only for a sender that may send. */
export function preflightHeaders(headers: Headers): Readonly<Record<string, string>> | undefined {
  if (headers['origin'] === undefined || headers['access-control-request-method'] === undefined) return undefined;
  return {
    ...corsHeaders(headers),
    vary: 'Origin, Access-Control-Request-Private-Network',
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': MAX_AGE,
    ...(headers['access-control-request-private-network'] === 'true' ? { 'access-control-allow-private-network': 'true' } : {}),
  };
}

/**
 * A name that nobody else can have: localhost, an address, one without a dot (compose's `extra_hosts`, a machine's own
 * name) and those under `.internal`, which ICANN keeps for private use (host.docker.internal, host.containers.internal).
 */
const isHere = (name: string, known: ReadonlySet<string>): boolean => isLocal(name) || /^[a-z0-9_-]+$/.test(name) || name.endsWith('.internal') || known.has(name);

/** A page of this machine's browser that this machine gave it. An address of the network is somebody else's. */
function isOwnPage(origin: string, known: ReadonlySet<string>): boolean {
  if (!/^https?:\/\//i.test(origin) || !URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  const name = nameOf(hostname);
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name) || known.has(name);
}

const hostOf = (origin: string): string => (URL.canParse(origin) && printable(new URL(origin).hostname)) || 'NAME';
