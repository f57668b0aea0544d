/** fetch, with a time limit and through the proxy that the environment names. */
import type { Tools } from '../types.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The proxy for a URL, by the usual variables (lower case wins, as in curl); undefined = straight. NO_PROXY: '*', host, .suffix, host:port. */
export function proxyFor(url: string, env: Env): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  const pick = (...names: string[]) => names.map((name) => env[name]).find((value) => value !== undefined && value !== '');
  const proxy = protocol === 'https:' ? pick('https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY') : pick('http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY');
  if (proxy === undefined) return undefined;
  const number = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  const straight = (pick('no_proxy', 'NO_PROXY') ?? '').split(/[\s,]+/).filter((entry) => entry !== '').some((entry) => {
    if (entry === '*') return true;
    const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    const bare = name.replace(/^\*?\./, '');
    return (only === undefined || only === number) && (hostname === bare || hostname.endsWith(`.${bare}`));
  });
  return straight ? undefined : proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** A proxy's address as it may be shown: without user name and password. */
export function shownProxy(proxy: string): string {
  try {
    const url = new URL(proxy);
    return `${url.protocol}//${url.host}`;
  } catch {
    return 'a proxy whose address is not a URL';
  }
}

/** `Tools.fetch` over the built-in fetch; undici is loaded only where a proxy is named. `ms` ends it with a TimeoutError. */
export function fetchWith(env: Env): Tools['fetch'] {
  return async (url, init = {}) => {
    const { ms, ...rest } = init;
    const signal = ms === undefined ? rest.signal : rest.signal ? AbortSignal.any([rest.signal, AbortSignal.timeout(ms)]) : AbortSignal.timeout(ms);
    const proxy = proxyFor(url, env);
    if (proxy === undefined) return fetch(url, { ...rest, ...(signal ? { signal } : {}) });
    const { ProxyAgent, fetch: proxied } = await import('undici').then((module) => ('default' in module && module.default ? module.default : module));
    const dispatcher = new ProxyAgent({ uri: proxy, proxyTunnel: url.startsWith('https:') });
    const through = { ...rest, ...(signal ? { signal } : {}), dispatcher };
    try {
      // undici's types are of a newer fetch than Node 20's; the values are the same.
      const answer = await proxied(url, through as Parameters<typeof proxied>[1]);
      const body = await answer.arrayBuffer();
      return new Response([101, 204, 205, 304].includes(answer.status) ? null : body, { status: answer.status, statusText: answer.statusText, headers: [...answer.headers] });
    } finally {
      dispatcher.close().catch(() => {});
    }
  };
}

/** Why a request failed, in a few plain words: 'nothing listens at 127.0.0.1:4318 (ECONNREFUSED)'. */
export function reasonOf(error: unknown): string {
  const chain: { name: string; message: string; code: string; hostname: string }[] = [];
  for (let at: unknown = error; at instanceof Error && chain.length < 6; at = at.cause instanceof AggregateError ? (at.cause.errors[0] ?? at.cause) : at.cause) {
    const text = (key: string) => (key in at ? String(Reflect.get(at, key)) : '');
    chain.push({ name: at.name, message: at.message, code: text('code'), hostname: text('hostname') });
  }
  if (chain.some(({ name }) => name === 'TimeoutError')) return 'no answer in time';
  const deepest = chain.findLast(({ code }) => code !== '') ?? chain.at(-1);
  if (deepest === undefined) return String(error);
  const { code, message, hostname } = deepest;
  const known: Readonly<Record<string, string>> = {
    ENOTFOUND: `the name ${hostname} is not known`,
    EAI_AGAIN: `the name ${hostname} could not be looked up`,
    ECONNREFUSED: 'nothing listens there',
    ECONNRESET: 'the connection was cut',
    EPIPE: 'the connection was cut',
    ETIMEDOUT: 'no answer in time',
    EHOSTUNREACH: 'no way to that host',
    ENETUNREACH: 'no network',
    UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
    UND_ERR_SOCKET: 'the connection was cut',
  };
  const said = known[code];
  if (said !== undefined) return `${said} (${code})`;
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code)) return `its certificate is not trusted here (${code}); a network with its own CA needs NODE_EXTRA_CA_CERTS`;
  return code === '' ? message : `${message} (${code})`;
}
