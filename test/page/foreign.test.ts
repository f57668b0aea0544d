/** Who may send to `view` and read its page, asked of a real browser: pages of other sites, names that lead here, this machine's own. */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { launch, startView } from './chromium.mjs';
import { request, trace } from './shop.mjs';

type View = Awaited<ReturnType<typeof startView>>;
let browser: Browser;
let pages: Server;
let port = 0;
// Every name leads to this machine, as an attacker's own name server would have it.
beforeAll(async () => {
  browser = await launch(['--host-resolver-rules=MAP *.test 127.0.0.1']);
  pages = createServer((_, response) => void response.setHeader('content-type', 'text/html').end('<!doctype html><title>a page</title>')).listen(0, '127.0.0.1');
  await once(pages, 'listening');
  ({ port } = pages.address() as AddressInfo);
});
afterAll(async () => {
  await browser.close();
  pages.close();
});
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function view(words: readonly string[] = []): Promise<View> {
  const one = await startView(inject('program'), ['--json', ...words]);
  closing.push(() => one.end());
  return one;
}
async function tabAt(url: string): Promise<Page> {
  const context = await browser.newContext();
  closing.push(() => context.close());
  const page = await context.newPage();
  await page.goto(url);
  return page;
}
const BODY = JSON.stringify(request(trace(3, Date.now())));
/** What the page's script sees: the status, or that the browser kept the answer from it. */
const posts = (page: Page, url: string, type: string, mode = 'cors'): Promise<string> =>
  page.evaluate<string>(`fetch(${JSON.stringify(url)}, { method: 'POST', mode: '${mode}', headers: { 'content-type': '${type}' }, body: ${JSON.stringify(BODY)} }).then((r) => r.type + ' ' + r.status, (e) => String(e))`);
/** How many traces `view` has, by its own page's account. */
async function traces({ url }: View): Promise<number> {
  const response = await fetch(`${url}/api/search?q=`);
  const found = await response.json() as { readonly ids?: readonly string[] };
  return Number((found.ids ?? []).length);
}

describe('a page of another site', () => {
  it.each([['cors', 'application/json'], ['no-cors', 'application/json'], ['no-cors', 'text/plain'], ['cors', 'text/plain']])('sends nothing: %s %s', async (mode, type) => {
    const one = await view();
    const page = await tabAt(`http://evil.test:${port}/`);
    expect(await posts(page, `${one.url}/v1/traces`, type, mode)).not.toContain('200');
    expect(await traces(one)).toBe(0);
    expect(one.said.filter((line) => line.includes('refused') && line.includes(`http://evil.test:${port}`))).toHaveLength(1);
  });

  it('sends nothing by a beacon or a form, nor out of a frame without an origin', async () => {
    const one = await view();
    const page = await tabAt(`http://evil.test:${port}/`);
    await page.evaluate(`navigator.sendBeacon('${one.url}/v1/traces', new Blob([${JSON.stringify(BODY)}], { type: 'application/json' }))`);
    await page.evaluate(`new Promise((done) => { addEventListener('message', done, { once: true }); const f = document.createElement('iframe'); f.sandbox = 'allow-scripts'; f.srcdoc = '<script>fetch("${one.url}/v1/traces", { method: "POST", mode: "no-cors", body: "x" }).finally(() => parent.postMessage("done", "*"))<' + '/script>'; document.body.append(f); })`);
    await page.evaluate(`(() => { const f = document.createElement('form'); f.method = 'post'; f.enctype = 'text/plain'; f.action = '${one.url}/v1/traces'; f.innerHTML = '<input name="{">'; document.body.append(f); f.submit(); })()`);
    await page.waitForURL(/v1\/traces/);
    expect(await page.innerText('body')).toContain('is refused');
    expect(await traces(one)).toBe(0);
    expect(one.said.join('\n')).toContain('web page null is refused');
  });

  it('does not read the page, its data or its stream', async () => {
    const one = await view();
    await one.send(request(trace(3, Date.now())));
    const page = await tabAt(`http://evil.test:${port}/`);
    for (const path of ['/', '/api/search?q=', '/api/map', '/v1/traces']) {
      expect(await page.evaluate<string>(`fetch('${one.url}${path}').then((r) => r.text(), () => 'kept from it')`)).toBe('kept from it');
    }
    expect(await page.evaluate<string>(`new Promise((done) => { const s = new EventSource('${one.url}/api/live'); s.onopen = () => done('open'); s.onerror = () => done('refused'); })`)).toBe('refused');
    expect(await page.evaluate<string>(`new Promise((done) => { const s = new WebSocket('${one.url.replace('http', 'ws')}/api/live'); s.onopen = () => done('open'); s.onerror = () => done('refused'); })`)).toBe('refused');
  });
});

describe('a name that was made to lead here', () => {
  it('neither sends nor reads', async () => {
    const one = await view();
    const foreign = one.url.replace('localhost', 'evil.test');
    const page = await tabAt(`${foreign}/`);
    expect(await page.innerText('body')).toContain('does not answer to the name');
    expect(await posts(page, `${foreign}/v1/traces`, 'application/json')).toBe('basic 403');
    expect(await page.evaluate<number>(`fetch('/api/map').then((r) => r.status)`)).toBe(403);
    expect(await traces(one)).toBe(0);
    expect(one.said.join('\n')).toContain('--allow-host evil.test');
  });
  it('does both when --allow-host names it', async () => {
    const one = await view(['--allow-host', 'dev.test']);
    const page = await tabAt(`http://dev.test:${port}/`);
    expect(await posts(page, `${one.url.replace('localhost', 'dev.test')}/v1/traces`, 'application/json')).toBe('cors 200');
    expect(await traces(one)).toBe(1);
  });
});

describe('a page of this machine', () => {
  it.each(['localhost', '127.0.0.1', 'app.localhost'])('sends from %s', async (host) => {
    const one = await view();
    const page = await tabAt(`http://${host}:${port}/`);
    expect(await posts(page, `${one.url}/v1/traces`, 'application/json')).toBe('cors 200');
    expect(await traces(one)).toBe(1);
    expect(one.said.join('\n')).not.toContain('refused');
  });
  it('sends what an SDK in the browser adds, and by a beacon', async () => {
    const one = await view();
    const page = await tabAt(`http://localhost:${port}/`);
    expect(await page.evaluate<string>(`fetch('${one.url.replace('localhost', '127.0.0.1')}/v1/traces', { method: 'POST', headers: { 'content-type': 'application/json', traceparent: '00-${'a'.repeat(32)}-${'b'.repeat(16)}-01', tracestate: 'a=b', baggage: 'a=b', 'x-honeycomb-team': 'k' }, body: ${JSON.stringify(BODY)} }).then((r) => r.type + ' ' + r.status, (e) => String(e))`)).toBe('cors 200');
    const beacon = JSON.stringify(request(trace(4, Date.now())));
    await page.evaluate(`navigator.sendBeacon('${one.url}/v1/traces', new Blob([${JSON.stringify(beacon)}], { type: 'application/json' }))`);
    await expect.poll(() => traces(one), { timeout: 20_000 }).toBe(2);
  });
  it('does not read the data of the page', async () => {
    const one = await view();
    const page = await tabAt(`http://localhost:${port}/`);
    expect(await page.evaluate<string>(`fetch('${one.url}/api/map').then((r) => r.text(), () => 'kept from it')`)).toBe('kept from it');
  });
});
