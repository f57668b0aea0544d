/** Honeycomb's addresses (docs.honeycomb.io/send-data/opentelemetry). */
import { withoutEnd } from '../../patterns.ts';
import type { Region } from '../../types.ts';

export const REGIONS: readonly Region[] = ['us', 'eu'];
const API: Readonly<Record<Region, string>> = { us: 'https://api.honeycomb.io', eu: 'https://api.eu1.honeycomb.io' };
/** The page of Honeycomb for people; its documentation once said ui-eu1, its own programs and links use ui.eu1. */
const UI: Readonly<Record<Region, string>> = { us: 'https://ui.honeycomb.io', eu: 'https://ui.eu1.honeycomb.io' };

export const apiOf = (region: Region): string => API[region];
export const uiOf = (region: Region): string => UI[region];

/**
 * HONEYCOMB_API_ENDPOINT, the variable of Honeycomb's own programs, as a base address: 'api.eu1.honeycomb.io:443' (the gRPC
 * habit) and 'https://api.honeycomb.io/' are what people have in it. undefined = not set or not an address.
 */
export function apiFromEnv(env: Readonly<Record<string, string | undefined>>): { readonly api: string; readonly region: Region | undefined } | undefined {
  const text = env['HONEYCOMB_API_ENDPOINT']?.trim() ?? '';
  if (text === '') return undefined;
  const full = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(full)) return undefined;
  const url = new URL(full);
  const api = withoutEnd(url.origin === 'null' ? full : `${url.origin}${url.pathname.replace(/\/v1\/traces\/?$/, '')}`, '/');
  const region = REGIONS.find((name) => new URL(API[name]).hostname === url.hostname);
  return { api, region };
}
