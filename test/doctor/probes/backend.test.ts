/** What Honeycomb is asked: about keys, about what arrived, and with a span from this machine. The stand-in is a process of its own. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { accounts } from '../../../src/doctor/probes/accounts.ts';
import { arrived } from '../../../src/doctor/probes/arrived.ts';
import { isPublic, sent } from '../../../src/doctor/probes/sent.ts';
import type { Arrived, Facts } from '../../../src/doctor/types.ts';
import { fetchWith } from '../../../src/io/http.ts';
import { fingerprint } from '../../../src/ui/redact.ts';
import { honeycombStandIn, type HoneycombStandIn } from '../../helpers/stand-in.ts';
import { fakeTools, type Watched } from '../../helpers/tools.ts';
import { flask, laid } from './workspace.ts';

let honeycomb: HoneycombStandIn;
beforeAll(async () => {
  honeycomb = await honeycombStandIn();
});
afterAll(() => honeycomb.close());
afterEach(() => honeycomb.behave({}));

/** Tools whose network has the stand-in at Honeycomb's two addresses, and the real time. */
function world(): Watched {
  const fetch = fetchWith({});
  const tools = fakeTools({ fetch: (url, init) => fetch(url.replace('https://api.honeycomb.io', honeycomb.us).replace('https://api.eu1.honeycomb.io', honeycomb.eu), init) });
  return { ...tools, now: () => Date.now() };
}
const key = (name: string) => honeycomb.keys[name] ?? '';
const HEADER = 'x-honeycomb-team=${HONEYCOMB_API_KEY}';
const facts = (name: string, more: Partial<Facts> = {}): Facts => ({ ...laid(flask(HEADER), { HONEYCOMB_API_KEY: key(name) }).known, ...more });

async function listening(page: string): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((_request, response) => response.end(page));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    await closed;
  };
  return { port: address !== null && typeof address === 'object' ? address.port : 0, close };
}

const container = (header: string) => ({ service: 'api', env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://api.honeycomb.io', OTEL_EXPORTER_OTLP_HEADERS: header } });

/** As the probes before it would have found it. */
async function afterASpan(name: string): Promise<Facts> {
  const known = facts(name);
  const tools = world();
  const [asked, own] = await Promise.all([accounts.run(known, tools), sent.run(known, tools)]);
  if ('missing' in asked || 'missing' in own) throw new Error('no answer');
  return { ...known, accounts: asked, sent: own };
}
const look = async (known: Facts): Promise<readonly Arrived[]> => {
  const found = await arrived.run(known, world());
  if ('missing' in found) throw new Error(found.missing);
  return found;
};

describe('accounts', () => {
  test('the key is asked about, and named by its fingerprint', async () => {
    const found = await accounts.run(facts('configuration'), world());
    expect(found).toEqual([{ key: fingerprint(key('configuration')), answer: expect.objectContaining({ is: 'ok' }) }]);
    expect(JSON.stringify(found)).not.toContain(key('configuration'));
  });

  test('a container\'s other key is asked about too, and each key once', async () => {
    const containers = [container(`x-honeycomb-team=${key('configuration')}`), container(`x-honeycomb-team=${key('euConfiguration')}`)] as unknown as Facts['containers'];
    const found = await accounts.run(facts('configuration', { containers }), world());
    expect('missing' in found ? found : found.map((one) => one.key)).toEqual([fingerprint(key('configuration')), fingerprint(key('euConfiguration'))]);
  });

  test('what is no key is sent to nobody, nor is one that only goes to a Collector', async () => {
    const tools = world();
    expect(await accounts.run(laid(flask(HEADER), { HONEYCOMB_API_KEY: 'your-api-key' }).known, tools)).toEqual([]);
    const compose = flask(`x-honeycomb-team=${key('configuration')}`, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel-collector:4318' });
    expect(await accounts.run(laid({ ...compose, 'docker-compose.yml': `${compose['docker-compose.yml'] ?? ''}  otel-collector:\n    image: otel/opentelemetry-collector\n` }).known, tools)).toEqual([]);
    expect(tools.asked).toEqual([]);
  });

  test('without an answer it is not known', async () => {
    await honeycomb.behave({ drop: true });
    expect(await accounts.run(facts('configuration'), world())).toMatchObject({ missing: expect.stringContaining('Honeycomb was not reached') });
  });
});

describe('sent', () => {
  test('a span goes from here where no container could send one', async () => {
    const before = honeycomb.spans.length;
    const found = await sent.run(facts('configuration'), world());
    expect(found).toMatchObject([{ service: 'api', by: 'otel-setup', url: 'https://api.honeycomb.io/v1/traces', got: { is: 'answered', status: 200 } }]);
    await expect.poll(() => honeycomb.spans.slice(before)).toMatchObject([{ service: 'api', name: 'otel-setup doctor' }]);
  });

  test('not again where a container did', async () => {
    const tools = world();
    expect(await sent.run(facts('configuration', { reach: [{ service: 'api', url: '', by: 'python', got: { is: 'failed', at: 'dns', says: '' }, traceId: '' }] }), tools)).toEqual([]);
    expect(tools.asked).toEqual([]);
  });

  test('the answer comes in the backend\'s words, without the key', async () => {
    const found = await sent.run(laid(flask(HEADER), { HONEYCOMB_API_KEY: 'WrongKeyOfATest0000000' }).known, world());
    expect(found).toMatchObject([{ got: { is: 'answered', status: 401, says: 'unknown API key - check your credentials, region, and API URL' } }]);
  });

  test('that this machine gets no answer proves nothing', async () => {
    await honeycomb.behave({ drop: true });
    expect(await sent.run(facts('configuration'), world())).toMatchObject([{ got: { is: 'unknown' } }]);
  });

  test.each([
    ['https://api.honeycomb.io/v1/traces', true], ['http://refinery.company.com:8080', true], ['http://8.8.8.8:4318', true],
    ['http://localhost:4318', false], ['http://127.0.0.1:4318', false], ['http://otel-collector:4318', false], ['http://host.docker.internal:4318', false],
    ['http://172.17.0.1:4318', false], ['http://192.168.1.5:4318', false], ['http://10.0.0.7', false], ['http://[::1]:4318', false], ['http://[fe80::1]:4318', false], ['nonsense', false],
  ])('%s is public: %s', (url, expected) => expect(isPublic(url)).toBe(expected));
});

/** A key that may ask for columns: what each was last written. */
const withColumns = (columns: Readonly<Record<string, string>>, asked: string[] = []): Watched => {
  const tools = world();
  return { ...tools, fetch: async (url, init) => {
    if (!url.includes('/1/columns/')) return tools.fetch(url, init);
    asked.push(new URL(url).pathname);
    return Response.json(Object.entries(columns).map(([key_name, last_written]) => ({ key_name, last_written })));
  } };
};

describe('arrived', () => {
  test('the doctor\'s own span is seen in the dataset, and its link is known', async () => {
    const known = await afterASpan('configuration');
    const trace = known.sent[0]?.traceId ?? '-';
    expect(await look(known)).toEqual([{ service: 'api', own: true, says: "the doctor's own span arrived in the dataset api", link: `https://ui.honeycomb.io/cruddur/environments/bootcamp/trace?trace_id=${trace}` }]);
  });

  test('what was there before is the service\'s own', async () => {
    const known = await afterASpan('configuration');
    expect(await look({ ...known, sent: [], reach: [] })).toEqual([{ service: 'api', last: expect.any(Number), says: 'the dataset api was last written to' }]);
  });

  const AT = '2024-05-01T10:00:00Z';
  test.each<[string, Readonly<Record<string, string>>, object]>([
    ['the doctor looked before: its span is not the service\'s', { name: '2024-05-02T10:00:00Z', 'trace.trace_id': '2024-05-02T10:00:00Z', 'library.name': '2024-05-02T10:00:00Z' }, { itself: true, own: true }],
    ['the service\'s own last span, whatever the doctor wrote since', { name: '2024-05-02T10:00:00Z', 'telemetry.sdk.name': AT, 'http.route': '2024-04-01T10:00:00Z' }, { itself: true, last: Date.parse(AT), own: true }],
  ])('%s', async (_name, columns, expected) => {
    await afterASpan('configuration');
    const known = await afterASpan('configuration');
    const asked: string[] = [];
    const found = await arrived.run(known, withColumns(columns, asked));
    expect(found).toEqual([{ service: 'api', ...expected, says: "the doctor's own span arrived in the dataset api", link: expect.any(String) }]);
    expect(asked).toEqual(['/1/columns/api']);
  });

  test('a backend that takes a span and never shows it', async () => {
    await honeycomb.behave({ silent: true });
    const known = await afterASpan('configuration');
    const [own] = known.sent;
    const later = own === undefined ? [] : [{ ...own, at: Date.now() + 60_000 }];
    expect(await look({ ...known, sent: later })).toMatchObject([{ own: false, says: "the doctor's own span is not in the dataset api yet" }]);
  });

  test('an ingest key cannot be asked: the link has to do', async () => {
    expect(await look(await afterASpan('ingest'))).toEqual([{ service: 'api', says: 'this key cannot be asked what arrived', link: expect.stringContaining('trace_id=') }]);
  });

  test('and without a span there is nothing to say', async () => {
    const known = await afterASpan('ingest');
    expect(await arrived.run({ ...known, sent: [] }, world())).toEqual({ missing: 'an ingest key cannot be asked what arrived' });
  });

  test.each([
    ['view', 'otel-setup receives OTLP/HTTP here'],
    ['other', 'It works!'],
  ] as const)('the local backend: %s', async (listens, page) => {
    const { port, close } = await listening(page);
    expect(await look(laid(flask('a=b', { OTEL_EXPORTER_OTLP_ENDPOINT: `http://host.docker.internal:${port}` })).known)).toMatchObject([{ service: 'api', listens }]);
    await close();
  });

  test('nothing listens here', async () => {
    const { port, close } = await listening('');
    await close();
    expect(await look(laid(flask('a=b', { OTEL_EXPORTER_OTLP_ENDPOINT: `http://host.docker.internal:${port}` })).known)).toMatchObject([{ service: 'api', listens: 'nothing' }]);
  });
});
