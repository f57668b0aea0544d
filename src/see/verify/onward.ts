/** Where the relay, which runs on this machine, finds what a service calls its endpoint. Pure. */
import type { Service } from '../../types.ts';

export type Whereabouts =
  /** This machine knows the name too, or a proxy does. */
  | { readonly is: 'known' }
  /** The machine itself, as containers call it. */
  | { readonly is: 'this machine'; readonly port: number }
  | { readonly is: 'address'; readonly host: string }
  /** Another service of the project. */
  | { readonly is: 'service'; readonly name: string; readonly port: number; readonly published?: number }
  /** localhost in a container is the container. */
  | { readonly is: 'inside' };

const LOCAL = /^(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0)$/;

/** @param to an http(s) URL. @param process the service runs as a process of this machine. */
export function whereabouts(to: string, service: Service, services: readonly Service[], process: boolean): Whereabouts {
  const { hostname, port, protocol } = new URL(to);
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  const shared = /^service:(.+)$/.exec(service.networkMode ?? '')?.[1];
  const named = services.find(({ name }) => name === (LOCAL.test(hostname) ? shared : hostname));
  if (process || service.networkMode === 'host' || service.origin === 'folder') return { is: 'known' };
  if (named !== undefined && named.name !== service.name) {
    const published = named.ports.find(({ container }) => container === number)?.host;
    return { is: 'service', name: named.name, port: number, ...(published === undefined ? {} : { published }) };
  }
  if (LOCAL.test(hostname)) return { is: 'inside' };
  const listed = service.extraHosts.map((line) => /^([^:=\s]+)\s*[:=]\s*(\S.*)$/.exec(line.trim())).find((match) => match?.[1] === hostname)?.[2];
  if (listed === 'host-gateway' || (listed === undefined && hostname === 'host.docker.internal')) return { is: 'this machine', port: number };
  return listed === undefined ? { is: 'known' } : { is: 'address', host: listed.replace(/^\[(.*)\]$/, '$1') };
}
