/** GET /1/auth: whose key this is and what it may do (docs.honeycomb.io/api/auth). Works with every kind of key that can send. */
import * as z from 'zod';

import { proxyFor, reasonOf, shownProxy } from '../../io/http.ts';
import type { Account, AccountAnswer, Region, Tools } from '../../types.ts';
import { recogniseKey } from './key.ts';
import { apiFromEnv, apiOf, REGIONS } from './regions.ts';

/** As long as Honeycomb's own Refinery waits for it. */
const LIMIT_MS = 10_000;

const named = z.object({ name: z.string().default(''), slug: z.string().default('') });
const answerShape = z.object({
  id: z.string().optional(),
  type: z.string(),
  // A key of the ingest kind has no `events`; management's own interface writes create_datasets where this one writes createDatasets.
  api_key_access: z.record(z.string(), z.unknown()).default({}),
  environment: named.default({ name: '', slug: '' }),
  team: named,
  time_to_live: z.string().optional(),
});

type Reply =
  | { readonly is: 'ok'; readonly account: Account }
  | { readonly is: 'unknown' | 'refused'; readonly says: string }
  | { readonly is: 'unreachable'; readonly says: string; readonly hint: string };

/**
 * Asks the region that the key, the flag or HONEYCOMB_API_ENDPOINT names; else US, then EU: a key of the other region is as unknown as a wrong one.
 * @param region what the user said (--region): a key of the other region is then a mistake that is named.
 */
export async function account(key: string, tools: Tools, region?: Region): Promise<AccountAnswer> {
  const recognised = recogniseKey(key);
  if ('mistake' in recognised) return { is: 'rejected', says: recognised.mistake, hint: recognised.hint };
  const { value } = recognised;
  const fixed = apiFromEnv(tools.env);
  if (fixed !== undefined && (region === undefined || fixed.region === region || fixed.region === undefined)) {
    return finish(await askAt(fixed.api, value, fixed.region ?? region ?? recognised.region ?? 'us', tools), [fixed.api]);
  }
  const first = region ?? recognised.region ?? 'us';
  const order = [first, ...REGIONS.filter((other) => other !== first)];
  const replies: Reply[] = [];
  for (const at of order) {
    const reply = await askAt(apiOf(at), value, at, tools);
    if (reply.is === 'ok' && region !== undefined && at !== region) {
      return { is: 'rejected', says: `The key is good, but it belongs to the region ${at.toUpperCase()}; --region ${region} was said.`, hint: `leave --region out, or say --region ${at}` };
    }
    if (reply.is === 'ok' || reply.is === 'refused') return finish(reply, [apiOf(at)]);
    replies.push(reply);
  }
  const silent = replies.find((reply) => reply.is === 'unreachable');
  return finish(silent ?? { is: 'unknown', says: '' }, order.map(apiOf));
}

function finish(reply: Reply, asked: readonly string[]): AccountAnswer {
  const hosts = asked.map((api) => new URL(api).host).join(' nor ');
  switch (reply.is) {
    case 'ok':
    case 'unreachable':
      return reply;
    case 'unknown':
      return { is: 'rejected', says: `Honeycomb does not know this key (${asked.length > 1 ? 'neither ' : ''}${hosts}).`, hint: 'copy it again: ui.honeycomb.io → your environment → API keys' };
    case 'refused':
      return { is: 'rejected', says: `Honeycomb refuses this key: ${reply.says} (${hosts})`, hint: 'make a new one: ui.honeycomb.io → your environment → API keys' };
  }
}

async function askAt(api: string, key: string, region: Region, tools: Tools): Promise<Reply> {
  const url = `${api}/1/auth`;
  const unreachable = (why: string, hint = 'check the network, or go on without asking: --offline'): Reply => {
    const proxy = proxyFor(url, tools.env);
    return { is: 'unreachable', says: `Honeycomb was not reached: ${new URL(url).host}${proxy === undefined ? '' : ` through the proxy ${shownProxy(proxy)}`}: ${why}.`, hint };
  };
  let response: Response;
  let body: string;
  try {
    // A redirect would carry the key to another host.
    response = await tools.fetch(url, { headers: { 'X-Honeycomb-Team': key, accept: 'application/json' }, redirect: 'manual', ms: LIMIT_MS });
    body = await response.text();
  } catch (error) {
    return unreachable(reasonOf(error));
  }
  if (response.status === 401 || response.status === 403) {
    const says = sentenceOf(body).replaceAll(key, '[hidden]');
    return /unknown API key/i.test(says) || says === '' ? { is: 'unknown', says } : { is: 'refused', says };
  }
  if (response.status === 429) return unreachable('too many requests just now (429)', 'try again in a minute, or go on without asking: --offline');
  if (response.status !== 200) return unreachable(`it answered ${response.status}${response.status === 407 ? ' (the proxy wants a login)' : ''}`);
  const parsed = answerShape.safeParse(jsonOf(body));
  if (!parsed.success) return unreachable('the answer is not Honeycomb\'s; something in between answered');
  const { data } = parsed;
  if (data.time_to_live !== undefined && Date.parse(data.time_to_live) < tools.now()) return { is: 'refused', says: `it expired on ${data.time_to_live.slice(0, 10)}` };
  return { is: 'ok', account: accountOf(data, region) };
}

/** The 200 body in our words. */
function accountOf(data: z.infer<typeof answerShape>, region: Region): Account {
  const access = data.api_key_access;
  const classic = data.environment.slug === '';
  const ingest = data.type === 'ingest';
  const maySend = ingest || access['events'] === true;
  const mayCreate = access['createDatasets'] === true || access['create_datasets'] === true;
  const where = classic ? 'Honeycomb Classic' : `environment ${data.environment.slug}`;
  return {
    kind: ingest ? (classic ? 'classic-ingest' : 'ingest') : classic ? 'classic' : 'configuration',
    team: data.team.slug,
    environment: data.environment.slug,
    region, maySend, mayCreate,
    says: `team ${data.team.slug} · ${where} · ${ingest ? 'ingest' : 'configuration'} key · ${region.toUpperCase()} · ${maySend ? 'may' : 'may NOT'} send, ${mayCreate ? 'may' : 'may NOT'} create datasets`,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
/** {"error": …} of /1, {"message": …} of the ingest, else nothing. */
function sentenceOf(body: string): string {
  const parsed = z.object({ error: z.string().optional(), message: z.string().optional() }).safeParse(jsonOf(body));
  return parsed.success ? (parsed.data.error ?? parsed.data.message ?? '').slice(0, 200) : '';
}
