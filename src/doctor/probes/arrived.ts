/** What the backend has of each service: the dataset's last write, or whether `otel-setup view` listens; else a link. */
import * as z from 'zod';

import { honeycomb, slug } from '../../backends/honeycomb/index.ts';
import { apiFromEnv, apiOf } from '../../backends/honeycomb/regions.ts';
import { LOCAL_PORT } from '../../backends/local.ts';
import { reasonOf } from '../../io/http.ts';
import { fingerprint } from '../../ui/redact.ts';
import type { Account, Tools } from '../../types.ts';
import { keyOf } from '../keys.ts';
import type { Arrived, Facts, Missing, Probe, Reach, Subject } from '../types.ts';

/** A write shows up in a dataset's page a few seconds later. */
const PATIENCE_MS = 10_000;
const AGAIN_MS = 1_000;
const ASK_MS = 8_000;
/** Where Honeycomb keeps the spans of services without a name. */
const NAMELESS = 'unknown_service';

export const arrived: Probe<'arrived'> = {
  fact: 'arrived',
  title: 'looking at what arrived',
  from: ['subjects'],
  also: ['accounts', 'reach', 'sent'],
  touches: 'network',
  ms: PATIENCE_MS + 2 * ASK_MS,
  async run(known, tools) {
    const wanted = known.subjects.filter(({ expected, sending }) => expected && ['honeycomb', 'local'].includes(sending.to.backend));
    if (wanted.length === 0) return known.subjects.some(({ expected }) => expected) ? { missing: 'only Honeycomb and otel-setup view can be asked what arrived' } : [];
    const all = await Promise.all(wanted.map(async (subject): Promise<Arrived | Missing> => (subject.sending.to.backend === 'local' ? here(subject, tools) : there(subject, known, tools))));
    const found = all.filter((one): one is Arrived => !('missing' in one));
    return found.length > 0 ? found : (all.find((one): one is Missing => 'missing' in one) ?? []);
  },
};

// ── otel-setup view ─────────────────────────────────────────────────────────

async function here({ service, sending }: Subject, tools: Tools): Promise<Arrived> {
  const port = sending.endpoint.url !== undefined && URL.canParse(sending.endpoint.url) ? new URL(sending.endpoint.url).port || '80' : String(LOCAL_PORT);
  const at = `http://127.0.0.1:${port}/`;
  try {
    const answer = await tools.fetch(at, { ms: 3_000, redirect: 'manual' });
    const ours = /otel-setup/.test((await answer.text()).slice(0, 4_000));
    return { service: service.name, listens: ours ? 'view' : 'other', says: ours ? `otel-setup view listens on port ${port}` : `another program answers on port ${port}`, ...(ours ? { link: at } : {}) };
  } catch (error) {
    const says = reasonOf(error);
    // Something that is no web server is there, or it is only slow: nothing can be said then.
    return { service: service.name, listens: /ECONNREFUSED/.test(says) ? 'nothing' : 'other', says: `127.0.0.1:${port}: ${says}` };
  }
}

// ── Honeycomb ───────────────────────────────────────────────────────────────

const dataset = z.object({ name: z.string().default(''), slug: z.string(), last_written_at: z.string().nullish() });
type Dataset = z.infer<typeof dataset>;

async function there({ service, sending }: Subject, { accounts = [], reach = [], sent = [] }: Partial<Facts>, tools: Tools): Promise<Arrived | Missing> {
  const key = keyOf(sending)?.trim() ?? '';
  const answer = accounts.find((one) => one.key === fingerprint(key))?.answer;
  if (answer?.is !== 'ok') return { missing: answer === undefined ? 'whose key it is was not asked' : 'Honeycomb does not take the key' };
  const { account } = answer;
  const ours = [...reach, ...sent].find(({ service: of, got }) => of === service.name && got.is === 'answered' && got.status === 200);
  const name = sending.serviceName?.value ?? NAMELESS;
  const link = ours === undefined ? undefined : honeycomb.traceUrl?.(account, name, ours.traceId);
  const common = { service: service.name, ...(link === undefined ? {} : { link }) };
  if (account.kind !== 'configuration' || !account.mayCreate) {
    return link === undefined ? { missing: `${account.kind === 'configuration' ? 'a key that may not create datasets' : 'an ingest key'} cannot be asked what arrived` } : { ...common, says: 'this key cannot be asked what arrived' };
  }
  return { ...common, ...(await written(slug(name), account, key, ours, tools)) };
}

async function written(wanted: string, account: Account, key: string, ours: Reach | undefined, tools: Tools): Promise<Omit<Arrived, 'service' | 'link'>> {
  const api = apiFromEnv(tools.env)?.api ?? apiOf(account.region);
  const began = tools.now();
  const all = await datasets(api, key, tools);
  if (all === undefined) return { says: 'Honeycomb did not say what arrived' };
  const before = lastWrite(all, wanted);
  const itself = before === undefined ? undefined : await ownWrite(api, wanted, key, tools);
  const unnamed = lastWrite(all, NAMELESS);
  const elsewhere = before === undefined && unnamed !== undefined && wanted !== NAMELESS ? { elsewhere: { dataset: NAMELESS, last: unnamed } } : {};
  if (ours?.at === undefined) return { ...(itself ?? lastOf(before)), ...elsewhere, says: before === undefined ? `there is no dataset ${wanted}` : `the dataset ${wanted} was last written to` };
  // By the backend's clock, whose Date header has whole seconds: what was written since may be our own span.
  const sentAt = ours.at + (ours.got.is === 'answered' ? (ours.got.clock ?? 0) : 0) - 1_000;
  let last = before;
  while ((last === undefined || last < sentAt) && tools.now() - began < PATIENCE_MS) {
    await new Promise((done) => setTimeout(done, AGAIN_MS));
    last = lastWrite((await datasets(api, key, tools)) ?? [], wanted);
  }
  const own = last !== undefined && last >= sentAt;
  const theirs = before !== undefined && before >= sentAt ? undefined : before;
  return { ...(itself ?? lastOf(theirs)), ...elsewhere, own, says: own ? `the doctor's own span arrived in the dataset ${wanted}` : `the doctor's own span is not in the dataset ${wanted} yet` };
}

const lastOf = (last: number | undefined) => (last === undefined ? {} : { last });
function lastWrite(all: readonly Dataset[], wanted: string): number | undefined {
  const time = Date.parse(all.find((one) => one.slug === wanted)?.last_written_at ?? '');
  return Number.isNaN(time) ? undefined : time;
}

const column = z.object({ key_name: z.string(), last_written: z.string().nullish() });
/** What an SDK or an instrumentation fills, and the doctor's span does not have. */
const OF_AN_SDK = /^(?:telemetry\.sdk|process|http|url|net|server|db|rpc|messaging)\./;

/** When the service itself wrote last, told by its columns; undefined = this key may not ask for them. */
async function ownWrite(api: string, wanted: string, key: string, tools: Tools): Promise<Pick<Arrived, 'last' | 'itself'> | undefined> {
  try {
    const answer = await tools.fetch(`${api}/1/columns/${encodeURIComponent(wanted)}`, { headers: { 'X-Honeycomb-Team': key, accept: 'application/json' }, redirect: 'manual', ms: ASK_MS });
    const parsed = z.array(column).safeParse(await answer.json());
    if (answer.status !== 200 || !parsed.success) return undefined;
    const times = parsed.data.filter(({ key_name }) => OF_AN_SDK.test(key_name)).map(({ last_written }) => Date.parse(last_written ?? '')).filter((time) => !Number.isNaN(time));
    return { ...lastOf(times.length === 0 ? undefined : Math.max(...times)), itself: true };
  } catch {
    return undefined;
  }
}

async function datasets(api: string, key: string, tools: Tools): Promise<readonly Dataset[] | undefined> {
  try {
    const answer = await tools.fetch(`${api}/1/datasets`, { headers: { 'X-Honeycomb-Team': key, accept: 'application/json' }, redirect: 'manual', ms: ASK_MS });
    const parsed = z.array(dataset).safeParse(await answer.json());
    return answer.status === 200 && parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
