import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Arrivals } from '../../src/see/page/arrivals.ts';
import type { State } from '../../src/see/page/api.ts';
import { forbidden, type Headers } from '../../src/see/page/hosts.ts';
import { live } from '../../src/see/page/live.ts';
import { previewUrl } from '../../src/see/page/preview.ts';
import { page, type PageAnswer } from '../../src/see/page/routes.ts';
import { limitsFor } from '../../src/see/page/store.ts';
import { startReceiver, type Receiver } from '../../src/see/receive.ts';
import { arrived, jsonRequest, toProtobuf, traceId, type Sent } from './otlp.ts';
import { logs, metrics } from '../../src/see/otlp-messages.ts';

const OWN = { host: 'localhost:4318' };
const GITPOD = ['4318-acme-shop-abc.ws-eu1.gitpod.io'];

describe('who gets the page', () => {
  it.each<[string, Headers, readonly string[]]>([
    ['localhost', OWN, []],
    ['localhost with another port: a tunnel', { host: 'localhost:9999' }, []],
    ['an address', { host: '127.0.0.1:4318' }, []],
    ['an IPv6 address', { host: '[::1]:4318' }, []],
    ['its own script', { ...OWN, origin: 'http://localhost:4318', 'sec-fetch-site': 'same-origin' }, []],
    ['Gitpod, which passes the name on', { host: GITPOD[0], origin: `https://${GITPOD[0]}`, 'sec-fetch-site': 'same-origin' }, GITPOD],
    ['Codespaces, which does not', { ...OWN, 'x-forwarded-host': 'octo-4318.app.github.dev', origin: 'https://octo-4318.app.github.dev' }, ['octo-4318.app.github.dev']],
    ['a proxy on this machine', { ...OWN, 'x-forwarded-host': 'localhost:9000', origin: 'http://localhost:9000' }, []],
    ['upper case, a dot at the end', { host: 'LOCALHOST.:4318' }, []],
  ])('%s', (_, headers, names) => expect(forbidden(headers, names, true)).toBeUndefined());

  it.each<[string, Headers, string]>([
    ['a name that was made to lead here (DNS rebinding)', { host: 'evil.example:4318' }, '--allow-host evil.example'],
    ['the same with a header that only a proxy should send', { host: 'evil.example', 'x-forwarded-host': 'localhost' }, 'evil.example'],
    ['localhost in a name of somebody else', { host: 'localhost.evil.example' }, 'does not answer'],
    ['an address in a name of somebody else', { host: '127.0.0.1.evil.example' }, 'does not answer'],
    ['a proxy that nobody has named', { ...OWN, 'x-forwarded-host': 'somewhere.example' }, 'somewhere.example'],
    ['no Host at all', {}, 'Host'],
    ['another site', { ...OWN, origin: 'https://evil.example' }, 'not given to https://evil.example'],
    ['another program on this machine', { ...OWN, origin: 'http://localhost:3000' }, 'not given'],
    ['a frame without an origin', { ...OWN, origin: 'null' }, 'not given'],
    ['a script tag of another site', { ...OWN, 'sec-fetch-site': 'cross-site' }, 'other sites'],
    ['one of another port', { ...OWN, 'sec-fetch-site': 'same-site' }, 'other sites'],
    ['markup in the name', { host: '<img src=x onerror=alert(1)>' }, 'imgsrc=xonerror=alert(1)'],
  ])('not %s', (_, headers, says) => expect(forbidden(headers, [], true)?.says).toContain(says));

  it('a link on another site leads to the page', () => {
    expect(forbidden({ ...OWN, 'sec-fetch-site': 'cross-site' }, [], false)).toBeUndefined();
  });
});

describe('the address that is printed', () => {
  it.each([
    ['gitpod', { GITPOD_WORKSPACE_URL: 'https://acme-shop-abc.ws-eu1.gitpod.io' }, `https://${GITPOD[0]}/`],
    ['gitpod', { GITPOD_WORKSPACE_URL: 'nonsense' }, undefined],
    ['codespaces', { CODESPACE_NAME: 'octo', GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN: 'app.github.dev' }, 'https://octo-4318.app.github.dev/'],
    ['codespaces', { CODESPACE_NAME: 'octo' }, undefined],
    ['local', { GITPOD_WORKSPACE_URL: 'https://a.gitpod.io' }, undefined],
    ['ona', {}, undefined],
  ] as const)('%s %j', (host, env, url) => expect(previewUrl(host, env, 4318)).toBe(url));
});

const STATE: State = { services: [], spans: 0, traces: 0, mostSpans: 10, mostBytes: 10, evicted: 0, logs: 0, series: 0, endpoint: 'http://localhost:4318' };
const ASSETS = { html: '<!doctype html><p>the page</p>', css: 'p{}', script: 'go()', icon: '<svg/>' };
function pageOf(arrivals = new Arrivals(limitsFor(100))) {
  const answer = page({ arrivals, state: () => STATE, names: () => [], assets: ASSETS });
  return { arrivals, get: (url: string, headers: Headers = {}, method = 'GET') => answer({ method, url, headers: { ...OWN, ...headers } }) };
}
const take = (arrivals: Arrivals, ...spans: readonly Sent[]): void => arrivals.take(arrived(...spans));
const text = (answer: PageAnswer | undefined): string => (typeof answer?.body === 'string' ? answer.body : '');

describe('the routes', () => {
  it('give the page with a policy that lets nothing in from elsewhere, and nothing inline', async () => {
    const { get } = pageOf();
    const answer = await get('/?trace=abc');
    expect([answer?.status, answer?.body]).toEqual([200, ASSETS.html]);
    const policy = answer?.headers['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    for (const [path, type] of [['/page.js', 'text/javascript'], ['/page.css', 'text/css'], ['/icon.svg', 'image/svg+xml']] as const) expect((await get(path))?.headers['content-type']).toContain(type);
  });
  it.each([['POST', '/'], ['POST', '/api/map'], ['GET', '/v1/traces'], ['OPTIONS', '/v1/traces']])('%s %s is not for the page', async (method, url) => expect(await pageOf().get(url, {}, method)).toBeUndefined());
  it.each(['/favicon.ico', '/api', '/api/trace?id=00', '/api/trace', '/../etc/passwd'])('%s: 404', async (url) => expect((await pageOf().get(url))?.status).toBe(404));
  it('ask each for itself who is asking', async () => {
    for (const url of ['/', '/page.js', '/api/live', '/api/map', '/api/trace?id=1', '/api/search?q=a', '/api/logs', '/api/metrics', '/nothing']) expect((await pageOf().get(url, { host: 'evil.example' }))?.status, url).toBe(403);
  });
  it('work below a path that a proxy says it did not take away', async () => {
    expect((await pageOf().get('/ports/4318/page.js', { 'x-forwarded-prefix': '/ports/4318/' }))?.body).toBe(ASSETS.script);
  });
  it('give a trace as it came, as a file too', async () => {
    const { arrivals, get } = pageOf();
    take(arrivals, { trace: 7, span: 1, name: '</script><script>alert(1)</script>' });
    const answer = await get(`/api/trace?id=${traceId(7)}`);
    expect(JSON.parse(text(answer))).toMatchObject({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: traceId(7), name: '</script><script>alert(1)</script>' }] }] }] });
    expect(answer?.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'x-content-type-options': 'nosniff' });
    expect((await get(`/api/trace?id=${traceId(7)}&file`))?.headers['content-disposition']).toBe(`attachment; filename="trace-${traceId(7)}.json"`);
  });
  it('give logs and metrics', async () => {
    const { arrivals, get } = pageOf();
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'api' } }] };
    arrivals.take({ signal: 'logs', counts: [], bytes: toProtobuf(logs, { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [{ timeUnixNano: '5000', severityNumber: 17, body: { stringValue: 'a' } }, { observedTimeUnixNano: '6000', body: { kvlistValue: { values: [{ key: 'k', value: { boolValue: true } }] } } }] }] }] }) });
    arrivals.take({ signal: 'metrics', counts: [], bytes: toProtobuf(metrics, { resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name: 'm', unit: 's', sum: { dataPoints: [{ asInt: '4', timeUnixNano: '1000' }] } }, { name: 'h', histogram: { dataPoints: [{ count: '4', sum: 2, timeUnixNano: '1000' }, { count: '0', timeUnixNano: '2000' }] } }] }] }] }) });
    expect(JSON.parse(text(await get('/api/logs')))).toMatchObject([{ at: 6, service: 'api', body: '{"k":true}' }, { at: 5, severity: 17, body: 'a' }]);
    expect(JSON.parse(text(await get('/api/metrics')))).toMatchObject([{ name: 'm', unit: 's', points: [[1, 4]] }, { name: 'h', points: [[1, 0.5]] }]);
  });
  it('answer a few questions in turn and tell the others to come again', async () => {
    const { arrivals, get } = pageOf();
    take(arrivals, ...Array.from({ length: 50 }, (_, number) => ({ trace: number, span: 1 })));
    const urls = ['/api/search?q=a', '/api/map', `/api/trace?id=${traceId(7)}`, '/api/logs', '/api/metrics'];
    const answers = await Promise.all(Array.from({ length: 200 }, (_, number) => get(urls[number % urls.length] ?? '')));
    const busy = answers.filter((answer) => answer?.status === 429);
    expect(answers.filter((answer) => answer?.status === 200).length).toBe(41);
    expect(busy.length).toBe(159);
    expect(busy[0]?.headers['retry-after']).toBe('1');
    expect((await get('/'))?.status).toBe(200);
    expect((await get('/api/map'))?.status).toBe(200);
  });
  it('keep no more logs and series than they say', () => {
    const { arrivals } = pageOf();
    const logRecords = Array.from({ length: 2_000 }, (_, n) => ({ body: { intValue: n } }));
    for (let time = 0; time < 10; time++) arrivals.signals.addLogs({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
    expect(arrivals.signals.logCount).toBe(5_000);
    expect(arrivals.signals.logs(1e9).length).toBeLessThanOrEqual(6_000);
    arrivals.signals.addMetrics({ resourceMetrics: [{ scopeMetrics: [{ metrics: Array.from({ length: 5_000 }, (_, n) => ({ name: `m${n}`, gauge: { dataPoints: [{ asDouble: 1 }] } })) }] }] });
    expect(arrivals.signals.seriesCount).toBe(1_000);
  });
});

/** A browser that takes everything, or nothing until `ready` is called. */
function browser(arrivals: Arrivals, fast = true) {
  const heard: [string, unknown][] = [];
  let ready: (() => void) | undefined;
  const waiting: (() => void)[] = [];
  const end = live(arrivals, () => ({ ...STATE, traces: arrivals.traces.size }), {
    write(part) {
      const [, event = '', data = '{}'] = /^event: (.*)\ndata: (.*)\n\n$/.exec(part) ?? [];
      heard.push([event, JSON.parse(data)]);
      for (const one of waiting.splice(0)) one();
      return fast;
    },
    onReady: (then) => void (ready = then),
  });
  const until = async (wanted: () => boolean): Promise<void> => {
    while (!wanted()) await new Promise<void>((done) => waiting.push(done));
  };
  const summaries = (): string[] => heard.filter(([event]) => event === 'traces').flatMap(([, list]) => (list as { id: string }[]).map(({ id }) => id));
  return { heard, end, until, summaries, ready: () => ready?.() };
}

describe('what a browser is told', () => {
  it('is everything that is there, then what changes, then what had to go', async () => {
    const arrivals = new Arrivals(limitsFor(2));
    take(arrivals, { trace: 1, span: 1 });
    const { heard, end, until, summaries } = browser(arrivals);
    await until(() => summaries().length === 1);
    take(arrivals, { trace: 2, span: 1 });
    await until(() => summaries().length === 2);
    take(arrivals, { trace: 3, span: 1 });
    await until(() => summaries().length === 3);
    expect(summaries()).toEqual([1, 2, 3].map(traceId));
    expect(heard[0]).toEqual(['reset', {}]);
    expect(heard).toContainEqual(['gone', [traceId(1)]]);
    end();
    const length = heard.length;
    take(arrivals, { trace: 4, span: 1 });
    expect(heard).toHaveLength(length);
  });
  it('waits for a slow one, and then tells how things are by then', async () => {
    const arrivals = new Arrivals(limitsFor(2));
    const slow = browser(arrivals, false);
    for (let trace = 1; trace <= 50; trace++) take(arrivals, { trace, span: 1 });
    const before = slow.heard.length;
    slow.ready();
    await slow.until(() => slow.heard.length > before);
    expect(slow.heard.slice(before)[0]?.[0]).toMatch(/gone|traces/);
    for (let time = 0; time < 5; time++) {
      const had = slow.heard.length;
      slow.ready();
      if (slow.summaries().length < 2) await slow.until(() => slow.heard.length > had);
    }
    expect(slow.summaries().toSorted()).toEqual([49, 50].map(traceId));
    slow.end();
  });
});

/** A request with any Host header: what a container or an attacker sends. */
const raw = (port: number, address: string, head: string, body = ''): Promise<string> =>
  new Promise((done, failed) => {
    const socket = connect(port, address);
    let all = '';
    socket.on('data', (chunk) => void (all += chunk.toString())).on('close', () => done(all)).on('error', failed);
    socket.write(`${head}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });

describe('on the receiver’s port', () => {
  let receiver: Receiver | undefined;
  afterEach(async () => {
    await receiver?.close();
  });
  async function start(host: string | readonly string[]) {
    const arrivals = new Arrivals(limitsFor(100));
    const troubles: string[] = [];
    receiver = await startReceiver({ host, port: 0, page: page({ arrivals, state: () => STATE, names: () => [], assets: ASSETS }), onTaken: arrivals.take, onTrouble: (says) => troubles.push(says) });
    return { arrivals, troubles, port: receiver.port };
  }
  it('containers send under whatever name they know, and read nothing', async () => {
    const { arrivals, port, troubles } = await start(['127.0.0.1', '127.0.0.2']);
    const body = JSON.stringify(jsonRequest({ trace: 1, span: 1 }));
    for (const host of ['host.docker.internal:4318', '172.17.0.1:4318', 'collector']) expect(await raw(port, '127.0.0.2', `POST /v1/traces HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json`, body)).toContain('200 OK');
    expect(arrivals.traces.spans).toBe(1);
    const answers = await Promise.all(['/', '/page.js', '/api/map'].map((path) => raw(port, '127.0.0.2', `GET ${path} HTTP/1.1\r\nHost: localhost`)));
    expect(answers.join('')).not.toMatch(/the page|go\(\)|nodes/);
    expect(await raw(port, '127.0.0.1', 'GET /api/map HTTP/1.1\r\nHost: localhost')).toContain('"nodes":[{');
    expect(troubles).toHaveLength(2);
  });
  it('what a browser asks for beside the page is no trouble with a sender', async () => {
    const { port, troubles } = await start('127.0.0.1');
    expect(await raw(port, '127.0.0.1', 'GET /favicon.ico HTTP/1.1\r\nHost: localhost')).toContain('404');
    expect(await raw(port, '127.0.0.1', 'HEAD / HTTP/1.1\r\nHost: localhost')).not.toContain('the page');
    expect(troubles).toEqual([]);
  });
  it('a stream ends with the program', async () => {
    const { port } = await start('127.0.0.1');
    const response = await fetch(`http://127.0.0.1:${port}/api/live`);
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('event: reset');
    await receiver?.close();
    const rest = async (): Promise<void> => {
      for (;;) if ((await reader?.read())?.done !== false) return;
    };
    await rest().catch(() => undefined);
  });
});
