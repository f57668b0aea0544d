/**
 * Real exporters, through verify's relay, to an ingest that reads and answers with Honeycomb's own library: what is kept of
 * their spans, and what verify, explain and the doctor make of a refusal in Honeycomb's own words.
 */
import { describe, expect, onTestFinished, test } from 'vitest';
import { account } from '../../src/backends/honeycomb/api.ts';
import { matchLine } from '../../src/doctor/log-lines/index.ts';
import { sent } from '../../src/doctor/probes/sent.ts';
import type { Facts } from '../../src/doctor/types.ts';
import { fetchWith } from '../../src/io/http.ts';
import { answerText } from '../../src/see/backend-answer.ts';
import type { Passed } from '../../src/see/relay.ts';
import { causeOf } from '../../src/see/verify/cause.ts';
import { stateOf, Tallies, type State } from '../../src/see/verify/tally.ts';
import { flask, laid } from '../doctor/probes/workspace.ts';
import { honeycombPeer, type HoneycombPeer } from '../helpers/honeycomb-peer.ts';
import { startCollector, type RunningCollector } from '../helpers/collector.ts';
import { describeWith, COLLECTOR, HONEYCOMB, PYTHON } from '../helpers/peers.ts';
import { relay } from '../helpers/relayed.ts';
import { PYTHON_GRPC, PYTHON_HTTP, send, SENDERS } from '../helpers/senders.ts';
import { fakeTools, type Watched } from '../helpers/tools.ts';

const KEY = 'TestConfigurationUS000';
const UNKNOWN = 'TestUnknownUS000000000';
const AUTH = { id: 'FL_test', type: 'configuration', api_key_access: { events: true, createDatasets: true }, environment: { name: 'bootcamp', slug: 'bootcamp' }, team: { name: 'cruddur', slug: 'cruddur' } };

async function ingest(): Promise<HoneycombPeer> {
  const peer = await honeycombPeer({ [KEY]: { auth: AUTH } });
  onTestFinished(() => peer.close());
  return peer;
}
const withKey = (key: string): Readonly<Record<string, string>> => ({ OTEL_EXPORTER_OTLP_HEADERS: `x-honeycomb-team=${key}` });

/** What `explain` says of the lines that a sender wrote. */
const rulesIn = (said: string): readonly string[] => said.split('\n').flatMap((line) => matchLine(line)?.rule ?? []);

/** What `verify` says of what went through its relay. */
function verified(passed: readonly Passed[]): State {
  const tallies = new Tallies();
  for (const one of passed) tallies.add(one, 0);
  return stateOf(tallies.of('sender'), { is: 'open', says: '' }, true);
}
const answersOf = (passed: readonly Passed[]): readonly string[] => passed.map(({ got }) => (got.is === 'answered' ? answerText(got.answer) : got.says));

interface Refusal {
  readonly title: string;
  readonly env: Readonly<Record<string, string>>;
  readonly answer: string;
  readonly cause: RegExp;
  readonly rule: string;
}
const REFUSALS: readonly Refusal[] = [
  { title: 'no key', env: {}, answer: '401 Unauthorized: missing \'x-honeycomb-team\' header', cause: /^no key came along$/, rule: 'export.no-key' },
  { title: 'an unknown key', env: withKey(UNKNOWN), answer: '401 Unauthorized: unknown API key - check your credentials, region, and API URL', cause: /^the key that it sends is not known there/, rule: 'key.unknown' },
];
// The packing makes no difference to a refusal.
const REFUSED = SENDERS.filter(([, , , env]) => env['OTEL_EXPORTER_OTLP_COMPRESSION'] === undefined);

/** Tools whose network has the ingest at Honeycomb's address. */
const world = (husky: HoneycombPeer): Watched => fakeTools({ now: Date.now(), fetch: (url, init) => fetchWith({})(url.replace('https://api.honeycomb.io', husky.http), init) });
const known = (key: string): Facts => laid(flask('x-honeycomb-team=${HONEYCOMB_API_KEY}'), { HONEYCOMB_API_KEY: key }).known;

describeWith('Honeycomb\'s own library', [HONEYCOMB], () => {
  for (const [title, there, argv, more] of SENDERS) {
    test.skipIf(!there)(`${title}: with a known key accepted, and kept as it went through the relay`, async () => {
      const husky = await ingest();
      const { url, passed } = await relay(husky.http);
      const said = await send(await argv(), url, { ...more, ...withKey(KEY) });
      expect({ state: verified(passed), answers: answersOf(passed), rules: rulesIn(said) }, said).toEqual({ state: 'works', answers: ['200 OK'], rules: [] });
      const [span] = passed[0]?.spans ?? [];
      const data = { name: 'work', n: 7, 'service.name': 'sender', 'trace.trace_id': span?.traceId, 'trace.span_id': span?.spanId };
      expect(await husky.events()).toEqual([expect.objectContaining({ dataset: 'sender', data: expect.objectContaining(data) as unknown })]);
    });
  }

  for (const [title, there, argv, more] of REFUSED) {
    test.skipIf(!there).each(REFUSALS)(`${title}: with $title refused, and the cause is named`, async ({ env, answer, cause, rule }) => {
      const husky = await ingest();
      const { url, passed } = await relay(husky.http);
      const said = await send(await argv(), url, { ...more, ...env });
      expect({ state: verified(passed), answers: answersOf(passed), kept: await husky.events() }, said).toEqual({ state: 'refused', answers: [answer], kept: [] });
      expect(causeOf(answer).says).toMatch(cause);
      // Python's exporter over HTTP keeps the sentence to itself.
      expect(rulesIn(said), said).toContain(title.startsWith('Python') ? 'export.unauthorized' : rule);
      expect(said).not.toContain(UNKNOWN);
    });
  }

  describe('the doctor', () => {
    test('its own span is accepted and kept', async () => {
      const husky = await ingest();
      const found = await sent.run(known(KEY), world(husky));
      expect(found).toMatchObject([{ got: { is: 'answered', status: 200 } }]);
      const traceId = 'missing' in found ? undefined : found[0]?.traceId;
      expect(await husky.events()).toMatchObject([{ dataset: 'api', data: { name: 'otel-setup doctor', 'trace.trace_id': traceId } }]);
    });

    test('a key that is not known is refused, in Honeycomb\'s words', async () => {
      expect(await sent.run(known(UNKNOWN), world(await ingest()))).toMatchObject([{ got: { is: 'answered', status: 401, says: 'unknown API key - check your credentials, region, and API URL' } }]);
    });

    test('the key check agrees with what is accepted', async () => {
      const husky = await ingest();
      const tools = fakeTools({ env: { HONEYCOMB_API_ENDPOINT: husky.http }, fetch: fetchWith({}) });
      expect(await account(KEY, tools)).toMatchObject({ is: 'ok', account: { team: 'cruddur', environment: 'bootcamp', maySend: true } });
      expect(await account(UNKNOWN, tools)).toMatchObject({ is: 'rejected' });
    });
  });
});

describeWith('Honeycomb\'s own library and Python over gRPC', [HONEYCOMB, PYTHON], () => {
  test('a known key: accepted and kept', async () => {
    const husky = await ingest();
    const said = await send(await PYTHON_GRPC(), husky.grpc, withKey(KEY));
    expect(rulesIn(said), said).toEqual([]);
    expect(await husky.event()).toMatchObject({ dataset: 'sender', data: { name: 'work', n: 7 } });
  });
  test.each(REFUSALS)('$title: its log names the cause', async ({ env, rule }) => {
    const said = await send(await PYTHON_GRPC(), (await ingest()).grpc, env);
    expect(rulesIn(said), said).toEqual([rule]);
  });
});

/** The key is the Collector's. Without its queue it waits for Honeycomb's answer, and gives it on. */
const toHoneycomb = (husky: HoneycombPeer, key: string, queue = false): Promise<RunningCollector> => startCollector('otlphttp', `{endpoint: "${husky.http}", headers: {x-honeycomb-team: "${key}"}, sending_queue: {enabled: ${queue}}}`);

describeWith('Honeycomb\'s own library behind a Collector', [HONEYCOMB, COLLECTOR, PYTHON], () => {
  test('a known key: accepted and kept', async () => {
    const husky = await ingest();
    const { url, passed } = await relay((await toHoneycomb(husky, KEY)).url);
    await send(await PYTHON_HTTP(), url);
    expect(verified(passed)).toBe('works');
    expect(await husky.events()).toMatchObject([{ dataset: 'sender', data: { name: 'work', n: 7 } }]);
  });

  test.each([['no key', '', /^no key came along$/], ['an unknown key', UNKNOWN, /^the key that it sends is not known there/]] as const)('%s: verify names it through the Collector\'s words', async (_title, key, cause) => {
    const { url, passed } = await relay((await toHoneycomb(await ingest(), key)).url);
    await send(await PYTHON_HTTP(), url);
    expect(verified(passed)).toBe('refused');
    expect(answersOf(passed).map((answer) => causeOf(answer).says), answersOf(passed).join('\n')).toEqual([expect.stringMatching(cause)]);
  });

  test('with its queue, which is its default, it takes all: verify sees no further, and explain reads the refusal in its log', async () => {
    const husky = await ingest();
    const collector = await toHoneycomb(husky, UNKNOWN, true);
    const { url, passed } = await relay(collector.url);
    await send(await PYTHON_HTTP(), url);
    expect(verified(passed)).toBe('works');
    expect(await husky.events()).toEqual([]);
    expect(rulesIn(await collector.logged(/Exporting failed.*\n/))).toEqual(['key.unknown']);
  });
});
