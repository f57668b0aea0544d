import { withoutEnd } from '../../patterns.ts';
import { traces as tracesMessage } from '../otlp-messages.ts';
import { toJson } from '../otlp-transcode.ts';
import type { State } from './api.ts';
import type { Arrivals } from './arrivals.ts';
import { forbidden, type Headers } from './hosts.ts';
import { live, type Out } from './live.ts';
import { serviceMap } from './map.ts';
import { search } from './search.ts';
import { requestOf } from './trace.ts';
import { Turns } from './turns.ts';

export interface PageRequest {
  readonly method: string;
  /** As in the request line: '/api/trace?id=…'. */
  readonly url: string;
  readonly headers: Headers;
  /** Aborted when the browser goes away. */
  readonly signal?: AbortSignal;
}
export interface PageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is opened with a way out and gives back what ends it. */
  readonly body: string | ((out: Out) => () => void);
}
/** undefined: not for the page. */
export type Page = (request: PageRequest) => Promise<PageAnswer | undefined>;

export interface PageOptions {
  readonly arrivals: Arrivals;
  state(): State;
  /** Told when the state changes though nothing arrives. Gives back what ends it. */
  watchState?(told: () => void): () => void;
  /** Public names of this machine: preview.ts, --allow-host. */
  names(): readonly string[];
  /** The files of the page. */
  readonly assets: { readonly html: string; readonly css: string; readonly script: string; readonly icon: string };
}

/** Spans that are drawn of one trace. The export has all of them. */
const MOST_DRAWN = 20_000;
/** Browsers that watch at the same time. */
const MOST_WATCHERS = 20;
/** Questions that wait for their turn: each browser asks a few at once. */
const MOST_WAITING = 40;
/** Milliseconds between two browsers that begin to watch: each is told everything. */
const BETWEEN_WATCHERS = 50;

/** Nothing from elsewhere, nothing inline, and no text of a sender's that becomes markup. Frames: the IDEs' previews are one. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-resource-policy': 'same-origin', 'cross-origin-opener-policy': 'same-origin' };

/**
 * The page and what it asks for. It only ever reads, so there is nothing that another site could make it do; what it
 * gives is kept from other sites by hosts.ts. Paths of OTLP are not its business.
 */
export function page({ arrivals, state, watchState, names, assets }: PageOptions): Page {
  const questions = new Turns({ waiting: MOST_WAITING });
  const beginnings = new Turns({ waiting: MOST_WATCHERS, rest: BETWEEN_WATCHERS });
  let watchers = 0;
  const watch = (out: Out): (() => void) => {
    watchers++;
    const end = live(arrivals, state, out, watchState);
    return () => {
      watchers--;
      end();
    };
  };

  return async ({ method, url, headers, signal }) => {
    const { path, query } = split(url, headers['x-forwarded-prefix']);
    if ((method !== 'GET' && method !== 'HEAD') || path.startsWith('/v1/')) return undefined;
    const no = forbidden(headers, names(), path !== '/');
    if (no !== undefined) return plain(403, no.says);
    try {
      return await give(path, query, signal);
    } catch (error) {
      // Attributes are only read when somebody looks: what is wrong in them comes to light here.
      return plain(500, `What a sender sent cannot be shown: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  async function give(path: string, query: URLSearchParams, signal: AbortSignal | undefined): Promise<PageAnswer> {
    switch (path) {
      case '/': return { status: 200, headers: { ...HEADERS, 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY }, body: assets.html };
      case '/page.js': return file('text/javascript', assets.script);
      case '/page.css': return file('text/css', assets.css);
      case '/icon.svg': return file('image/svg+xml', assets.icon);
      case '/api/live': return (await beginnings.take(watching, signal)) ?? later();
      case '/api/trace': return (await questions.take(() => trace(query), signal)) ?? later();
      case '/api/search': return (await questions.take(async () => json(await search(arrivals.traces, (query.get('q') ?? '').slice(0, 500), Number(query.get('since') ?? 0) || 0, signal)), signal)) ?? later();
      case '/api/map': return (await questions.take(async () => json(await serviceMap(arrivals.traces.traces())), signal)) ?? later();
      case '/api/logs': return (await questions.take(() => json(arrivals.signals.logs()), signal)) ?? later();
      case '/api/metrics': return (await questions.take(() => json(arrivals.signals.series()), signal)) ?? later();
      default: return plain(404, 'There is nothing here: the page is at /.');
    }
  }

  function watching(): PageAnswer {
    if (watchers >= MOST_WATCHERS) return plain(503, `${MOST_WATCHERS} browsers are watching: close one.`);
    return { status: 200, headers: { ...HEADERS, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }, body: watch };
  }

  function trace(query: URLSearchParams): PageAnswer {
    const found = arrivals.traces.get((query.get('id') ?? '').toLowerCase());
    if (found === undefined) return plain(404, 'This trace has not arrived, or it had to make room for newer ones.');
    const whole = query.has('file');
    const answer = json(toJson(tracesMessage, requestOf(found, whole ? undefined : MOST_DRAWN)));
    return whole ? { ...answer, headers: { ...answer.headers, 'content-disposition': `attachment; filename="trace-${found.id}.json"` } } : answer;
  }
}

const file = (type: string, body: string): PageAnswer => ({ status: 200, headers: { ...HEADERS, 'content-type': `${type}; charset=utf-8` }, body });
const json = (value: unknown): PageAnswer => file('application/json', JSON.stringify(value));
const plain = (status: number, says: string): PageAnswer => ({ status, headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' }, body: `${says}\n` });

function later(): PageAnswer {
  const answer = plain(429, 'Too much is asked at once: ask again in a second.');
  return { ...answer, headers: { ...answer.headers, 'retry-after': '1' } };
}

/** Path and query, without the prefix that a proxy says it did not take away. */
function split(url: string, prefix: Headers[string]): { readonly path: string; readonly query: URLSearchParams } {
  const [given = '/', ...rest] = url.split('?');
  const before = typeof prefix === 'string' ? withoutEnd(prefix, '/') : '';
  const path = before !== '' && given.startsWith(`${before}/`) ? given.slice(before.length) : given;
  return { path: path === '' ? '/' : path, query: new URLSearchParams(rest.join('?')) };
}
