/** The compose override that leads services to the relay. Pure. */
import { withoutEnd } from '../../patterns.ts';
import type { Watched } from './watching.ts';

export interface Led {
  readonly service: string;
  readonly watched: Watched;
  /** 'http://172.17.0.1:43117': the relay, as this service reaches it. */
  readonly relay: string;
  readonly nonce: string;
  /** NO_PROXY and no_proxy as the service has them, where it goes through a proxy: the relay is not behind it. */
  readonly noProxy?: readonly string[];
}

/** What stands for the service's own endpoint in the path: '/NONCE/SERVICE', and for the variable of one signal '/NONCE/SERVICE/v1/traces'. */
export const prefixOf = (nonce: string, service: string, signal?: 'traces'): string => `/${nonce}/${encodeURIComponent(service)}${signal === undefined ? '' : `/v1/${signal}`}`;

/** The variables of one service. Its own slashes at the end stay: SDKs append to them in different ways. */
export function variablesOf({ service, watched, relay, nonce, noProxy }: Led): Readonly<Record<string, string>> {
  const slashes = watched.to.slice(withoutEnd(watched.to, '/').length);
  const without = noProxy === undefined ? {} : Object.fromEntries(['NO_PROXY', 'no_proxy'].map((name) => [name, [...noProxy, new URL(relay).hostname].join(',')]));
  return { [watched.variable]: `${relay}${prefixOf(nonce, service, watched.signal)}${slashes}`, ...without };
}

/** JSON, which is YAML too; `$` is doubled, so that Compose takes it as it stands. */
export function overrideText(all: readonly Led[]): string {
  const services = Object.fromEntries(all.map((led) => [led.service, { environment: Object.fromEntries(Object.entries(variablesOf(led)).map(([name, value]) => [name, value.replaceAll('$', '$$$$')])) }]));
  return `${JSON.stringify({ services }, null, 2)}\n`;
}

/** What the service's own NO_PROXY says, where it has a proxy for http; undefined = it has none, and nothing needs to be said. */
export function noProxyOf(settings: ReadonlyMap<string, { readonly value: string }>): readonly string[] | undefined {
  const has = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'].some((name) => (settings.get(name)?.value ?? '') !== '');
  if (!has) return undefined;
  return (settings.get('no_proxy')?.value || settings.get('NO_PROXY')?.value || '').split(/[\s,]+/).filter((part) => part !== '');
}
