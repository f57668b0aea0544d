/** All backends. To add one: a file or folder here, and a line in this list. */
import { withoutEnd } from '../patterns.ts';
import { EXIT, Stop } from '../stop.ts';
import type { Backend } from '../types.ts';
import { honeycomb } from './honeycomb/index.ts';
import { local } from './local.ts';
import { otlp } from './otlp.ts';

export const backends: readonly Backend[] = [honeycomb, local, otlp];

/** @throws Stop (exit 2) for a name that is none. */
export function backendOf(id: string): Backend {
  const found = backends.find((backend) => backend.id === id);
  if (found === undefined) throw new Stop(EXIT.usage, `There is no backend "${id}".`, `--backend is one of ${backends.map((backend) => backend.id).join(', ')}`);
  return found;
}

/**
 * An OTLP base address as SDKs want it: a URL without the signal's path (SDKs add /v1/traces) and without a final slash.
 * @throws Stop (exit 2) for what is not http(s).
 */
export function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) throw new Stop(EXIT.usage, `--endpoint "${text}" is not an address.`, 'write it like http://collector:4318');
  return withoutEnd(text.replace(/\/v1\/(traces|metrics|logs)\/?$/, ''), '/');
}
