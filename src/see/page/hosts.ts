/**
 * Who may read the page. A name that an attacker owns can be made to lead to 127.0.0.1 (DNS rebinding): then the browser
 * takes the page for the attacker's own, and only the Host header tells. So the page answers to names that are known
 * beforehand, and to addresses, which nobody can rebind. Pure.
 */

export interface Headers {
  readonly [name: string]: string | readonly string[] | undefined;
}
/** A sentence instead of the page. */
export interface Forbidden {
  readonly says: string;
}

/**
 * @param names public names of this machine that are known (preview.ts, --allow-host).
 * @param asset everything but the page itself: also refused to other sites that a browser says it asks for.
 */
export function forbidden(headers: Headers, names: readonly string[], asset: boolean): Forbidden | undefined {
  const known = new Set(names.map((name) => name.toLowerCase()));
  const isKnown = (host: string): boolean => isLocal(nameOf(host)) || known.has(nameOf(host));
  const host = first(headers['host']);
  // A proxy's word is only heard in addition: a page of an attacker's could send this header too.
  const shownAs = [host, first(headers['x-forwarded-host'])].filter((shown) => shown !== undefined);
  for (const shown of shownAs) {
    if (isKnown(shown)) continue;
    return { says: `This page does not answer to the name "${printable(shown)}". If that is how you reach this machine: otel-setup view --allow-host ${printable(nameOf(shown)) || 'NAME'}` };
  }
  if (host === undefined) return { says: 'This page needs a Host header.' };
  const origin = first(headers['origin']);
  if (origin !== undefined && !isOwn(origin, shownAs, known)) return { says: `This page is not given to ${printable(origin)}.` };
  const site = first(headers['sec-fetch-site']);
  if (asset && site !== undefined && site !== 'same-origin' && site !== 'none') return { says: 'This is not given to other sites.' };
  return undefined;
}

/** The page's own scripts: from one of the names that this very request came under, or from a public one. */
function isOwn(origin: string, hosts: readonly string[], known: ReadonlySet<string>): boolean {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return hosts.some((host) => url.host === host.toLowerCase()) || known.has(url.hostname);
}

/** localhost, or an address: an attacker's page has a name. @param name as nameOf gives it. */
export const isLocal = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost') || /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || /^\[[0-9a-f:.]+\]$/.test(name);
/** Of a Host header: in lower case, without port and without a dot at the end. */
export const nameOf = (host: string): string => host.trim().toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
/** Of a header that was sent several times, or that proxies added to: the first. */
export const first = (value: Headers[string]): string | undefined => (typeof value === 'string' ? value : value?.[0])?.split(',')[0]?.trim();
/** Text of a sender's for a sentence of ours. */
export const printable = (text: string): string => text.replaceAll(/[^\x21-\x7e]|["'<>&]/g, '').slice(0, 100);
