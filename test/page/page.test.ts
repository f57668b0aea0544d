/** The page of `view` in a real Chromium, served by the built program: `npm run test:page`. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { launch, startView } from './chromium.mjs';
import { attributes, logs, metrics, request, trace, traffic, wideTrace } from './shop.mjs';

type View = Awaited<ReturnType<typeof startView>>;
const NOW = Date.now();

let browser: Browser;
beforeAll(async () => void (browser = await launch()));
afterAll(async () => browser.close());

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  // All of them, also where one finds that something was wrong: no program must be left behind.
  const wrong: unknown[] = [];
  for (const close of closing.splice(0).toReversed()) await close().catch((error: unknown) => wrong.push(error));
  if (wrong.length > 0) throw wrong[0];
});

async function view(words: readonly string[] = []): Promise<View> {
  const one = await startView(inject('program'), [...words]);
  closing.push(() => one.end());
  return one;
}

/** A tab. What it complains about, and what it asks another host for, fails the test. */
async function tab({ url }: { readonly url: string }, path = '', options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const wrong: string[] = [];
  page.on('console', (message) => void (/Failed to load resource|ERR_/.test(message.text()) || wrong.push(message.text())));
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (one) => void (one.url().startsWith(url) || wrong.push(`asks ${one.url()}`)));
  closing.push(async () => {
    await context.close();
    expect(wrong).toEqual([]);
  });
  await page.goto(`${url}/${path}`);
  return page;
}

const shop = async (one: View, count: number): Promise<void> => {
  for (const body of traffic(count, NOW)) await one.send(body);
};
/** One Express service that is set up for Honeycomb. */
function workspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'view-page-'));
  closing.push(async () => rmSync(folder, { recursive: true, force: true }));
  cpSync(new URL('../workspaces/express-commonjs/out', import.meta.url), folder, { recursive: true });
  return folder;
}
const rows = (page: Page) => page.locator('#rows [role=row]:not([hidden])');
const matches = (page: Page, text: string): Promise<unknown> => page.locator('#matches', { hasText: new RegExp(`^${text}$`) }).waitFor();
const lines = (page: Page) => page.locator('#spans [role=row]:not([hidden])');
const focused = (page: Page): Promise<unknown> => page.evaluate('document.activeElement.id');
const place = (page: Page): string => new URL(page.url()).search;
const CHECKOUT = trace(3, NOW);

describe('traces', () => {
  it('an empty page says what to do next; the first trace shows up by itself', async () => {
    const one = await view();
    const page = await tab(one);
    await page.getByText('Nothing has arrived yet').waitFor();
    expect(await page.locator('#empty').innerText()).toContain('npx otel-setup init --backend local');
    expect(await page.locator('#endpoint').innerText()).toBe(one.url);
    await one.send(request(trace(3, NOW)));
    await rows(page).first().waitFor();
    expect(await page.locator('#empty').isVisible()).toBe(false);
    expect(await rows(page).first().innerText()).toMatch(/frontend-express\s+POST \/checkout/);
    await one.send(request(trace(4, NOW + 60_000)));
    await matches(page, '2 traces');
    expect(await rows(page).first().getAttribute('id')).toBe(`trace-${trace(4, NOW)[0]?.traceId}`);
  });

  it('an empty page in a workspace says why nothing arrives, and what to do; what is mended is seen', async () => {
    const folder = workspace();
    const page = await tab(await view(['--cwd', folder]));
    const cause = page.locator('#cause');
    await cause.getByText('Nothing is sent here: api sends to Honeycomb').waitFor();
    expect(await cause.innerText()).toMatch(/docker-compose\.yml:9[\s\S]*npx otel-setup init --backend local/);
    expect(await page.locator('#steps').isVisible()).toBe(false);
    const file = join(folder, 'docker-compose.yml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('  api:', '  <b>api</b>:'));
    await cause.getByText('<b>api</b> sends to').waitFor();
    expect(await page.locator('#cause b').count()).toBe(0);
  });

  it('are filtered by service, route, status, duration and the text of attributes', async () => {
    const one = await view();
    const page = await tab(one);
    await shop(one, 200);
    await matches(page, '200 traces');
    const all = Array.from({ length: 200 }, (_, number) => trace(number, NOW));
    const wanted = (test: (spans: ReturnType<typeof trace>) => boolean): string => `${all.filter(test).length} of 200 traces`;
    const clear = async (): Promise<void> => {
      await page.click('#clear');
      await matches(page, '200 traces');
    };
    await page.selectOption('#service', 'payments-nest');
    await matches(page, wanted((spans) => spans.some(({ service }) => service === 'payments-nest')));
    await clear();
    await page.selectOption('#route', 'GET /cart');
    await matches(page, wanted(([root]) => root?.name === 'GET /cart'));
    await clear();
    await page.selectOption('#status-filter', 'error');
    await matches(page, wanted((spans) => spans.some(({ status }) => status?.code === 2)));
    await page.selectOption('#status-filter', '4xx');
    await matches(page, wanted(([root]) => JSON.stringify(root?.attributes).includes('"404"')));
    await clear();
    await page.selectOption('#at-least', '100000000');
    await matches(page, wanted((spans) => Math.max(...spans.map((span) => Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)))) >= 100e6));
    await clear();
    await page.fill('#search', 'FOR update');
    await matches(page, wanted((spans) => JSON.stringify(spans).includes('FOR UPDATE')));
    await page.fill('#search', 'app.cart.items=3');
    await matches(page, wanted((spans) => JSON.stringify(spans).includes('app.cart.items')));
    await page.fill('#search', 'there is no such thing');
    await matches(page, '0 of 200 traces');
    await page.getByText('No trace matches').waitFor();
  });

  it('10,000 of them are a list of a few elements that scrolls to its end', async () => {
    const one = await view();
    const page = await tab(one);
    await shop(one, 10_000);
    await matches(page, '10,000 traces');
    expect(await page.locator('#list').getAttribute('aria-rowcount')).toBe('10001');
    const seen: number[] = [];
    for (const part of [0, 0.1, 0.35, 0.7, 1]) {
      await page.evaluate(`(() => { const list = document.getElementById('list'); list.scrollTop = ${part} * list.scrollHeight; return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))); })()`);
      expect(await page.evaluate("document.querySelectorAll('#rows > *').length")).toBeLessThan(60);
      seen.push(Number(await rows(page).first().getAttribute('aria-rowindex')));
      expect(await page.evaluate("(() => { const list = document.getElementById('list').getBoundingClientRect(); return document.elementFromPoint(list.left + 200, list.bottom - 20).closest('[role=row]') !== null; })()")).toBe(true);
    }
    expect(Number(await page.evaluate("document.querySelectorAll('*').length"))).toBeLessThan(900);
    const last = await page.evaluate("Math.max(...[...document.querySelectorAll('#rows > :not([hidden])')].map((row) => Number(row.getAttribute('aria-rowindex'))))");
    expect(last).toBe(10_001);
    expect(new Set(seen).size).toBeGreaterThan(3);
  }, 120_000);

  it('keep their place on the screen while new ones come above', async () => {
    const one = await view();
    const page = await tab(one);
    await shop(one, 300);
    await matches(page, '300 traces');
    await page.evaluate("document.getElementById('list').scrollTop = 3200");
    const under = "document.elementFromPoint(400, 500).closest('[role=row]').id";
    const before = await page.evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(${under}))))`);
    await one.send(request(trace(5_000, NOW + 1_000_000, 'later')));
    await matches(page, '301 traces');
    expect(await page.evaluate(under)).toBe(before);
  });

  it('are written anew only where a row comes into sight or changes', async () => {
    const one = await view();
    const page = await tab(one);
    await shop(one, 300);
    await matches(page, '300 traces');
    const frames = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';
    // Rows in which a text or an element is another one since it was last asked.
    await page.evaluate("window.touched = new Set(); new MutationObserver((list) => list.forEach(({ target }) => touched.add((target instanceof Element ? target : target.parentElement).closest('[role=row]')))).observe(document.getElementById('rows'), { subtree: true, childList: true, characterData: true }); 0");
    const touched = (): Promise<unknown> => page.evaluate(`${frames}.then(() => { const size = touched.size; touched.clear(); return size; })`);
    await page.evaluate("document.getElementById('list').scrollTop = 3200");
    expect(await touched()).toBeGreaterThan(20);
    await page.evaluate("document.getElementById('list').scrollTop += 64");
    expect(await touched()).toBeLessThanOrEqual(3);
    await one.send(request(trace(5_000, NOW + 1_000_000, 'later')));
    await matches(page, '301 traces');
    expect(await touched()).toBeLessThanOrEqual(3);
    await page.keyboard.press('Home');
    await touched();
    await one.send(request(trace(5_001, NOW + 2_000_000, 'later')));
    await matches(page, '302 traces');
    expect(await touched()).toBeLessThanOrEqual(3);
    // Read aloud in the order in which they stand.
    const order = await page.evaluate("[...document.querySelectorAll('#rows > :not([hidden])')].map((row) => Number(row.getAttribute('aria-rowindex')))");
    expect(order).toEqual((order as number[]).toSorted((a, b) => a - b));
  });

  it('that had to make room are gone from the page, which says so', async () => {
    const one = await view(['--max-spans', '60']);
    const page = await tab(one);
    await shop(one, 200);
    await page.locator('#kept', { hasText: /^\d+ of at most 60 spans kept · 1[89]\d oldest traces went to make room$/ }).waitFor();
    expect(await rows(page).count()).toBeLessThan(20);
  });
});

describe('a trace', () => {
  it('is a waterfall with its critical path, errors, events and attributes', async () => {
    const one = await view();
    const broken = Array.from({ length: 400 }, (_, number) => trace(number, NOW)).find((spans) => spans.some(({ events }) => events?.[0]?.name === 'exception')) ?? [];
    await one.send(request(broken));
    const page = await tab(one);
    await rows(page).first().click();
    await lines(page).nth(broken.length - 1).waitFor();
    expect(await lines(page).count()).toBe(broken.length);
    expect(await page.locator('#trace-name').innerText()).toBe('POST /checkout');
    expect(await page.locator('#waterfall [aria-label=error]').count()).toBe(broken.filter(({ status }) => status?.code === 2).length);
    const charge = lines(page).filter({ hasText: 'POST /charges' });
    expect(await charge.innerText()).toContain('payments-nest');
    expect(await charge.innerText()).toContain('on the critical path');
    expect(await charge.locator('.event-mark').count()).toBe(1);
    const marked = await page.locator('#waterfall .critical').count();
    expect(marked).toBeGreaterThan(5);
    await page.uncheck('#critical');
    expect(await page.locator('#waterfall .critical').count()).toBe(0);
    await charge.click();
    const detail = page.locator('#detail');
    await detail.getByText('exception.stacktrace').waitFor();
    expect(await detail.innerText()).toMatch(/error: CardDeclined: insufficient funds[\s\S]*payment\.amount\s+42\.5[\s\S]*telemetry\.sdk\.language/);
    await detail.getByRole('button', { name: 'Find traces with payment.provider acme' }).click();
    expect(await page.inputValue('#search')).toBe('payment.provider=acme');
    await matches(page, '1 trace');
  });

  it('opens from a link, and is given as the JSON that a Collector reads', async () => {
    const one = await view();
    await one.send(request(CHECKOUT));
    const [root, , call] = CHECKOUT;
    const page = await tab(one, `?trace=${root?.traceId}&span=${call?.spanId}`);
    await page.locator('#detail').getByText('server.address').waitFor();
    expect(await page.title()).toBe(`Trace ${root?.traceId.slice(0, 8)} · otel-setup view`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#export')]);
    expect(download.suggestedFilename()).toBe(`trace-${root?.traceId}.json`);
    const saved = JSON.parse(readFileSync(await download.path(), 'utf8')) as { resourceSpans: { scopeSpans: { spans: { spanId: string }[] }[] }[] };
    expect(saved.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ spanId }) => spanId))).toSorted()).toEqual(CHECKOUT.map(({ spanId }) => spanId).toSorted());
  });

  it('that is not there says so; that comes later appears; that grows is drawn again', async () => {
    const one = await view();
    const page = await tab(one, `?trace=${CHECKOUT[0]?.traceId}`);
    await page.locator('#trace-says').getByText('has not arrived').waitFor();
    expect(await page.getByRole('link', { name: 'All traces' }).isVisible()).toBe(true);
    await one.send(request(CHECKOUT.slice(3)));
    await lines(page).first().waitFor();
    expect(await lines(page).first().innerText()).toContain('↰');
    await one.send(request(CHECKOUT.slice(0, 3)));
    await lines(page).nth(CHECKOUT.length - 1).waitFor();
    expect(await lines(page).first().innerText()).not.toContain('↰');
  });

  it('of 20,000 spans has a few elements too', async () => {
    const one = await view();
    const spans = wideTrace(20_000, NOW);
    for (let from = 0; from < spans.length; from += 4_000) await one.send(request(spans.slice(from, from + 4_000)));
    const page = await tab(one, `?trace=${'c'.repeat(32)}`);
    await lines(page).first().waitFor();
    expect(await page.locator('#waterfall').getAttribute('aria-rowcount')).toBe('20000');
    await page.locator('#waterfall').focus();
    await page.keyboard.press('End');
    await page.locator('#waterfall[aria-activedescendant=span-19999]').waitFor();
    expect(await page.evaluate("document.querySelectorAll('#spans > *').length")).toBeLessThan(60);
  });

  it('shows what a hostile sender wrote as text, and nothing else happens', async () => {
    const one = await view();
    const evil = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
    await one.send({ resourceSpans: [{ resource: { attributes: attributes({ 'service.name': evil, [evil]: evil }) }, scopeSpans: [{ scope: { name: evil }, spans: [{ ...CHECKOUT[0], service: undefined, name: evil, attributes: attributes({ [evil]: evil, '__proto__x': 'javascript:alert(3)', 'http.route': evil, long: 'x'.repeat(100_000) }), status: { code: 2, message: evil }, events: [{ name: evil, attributes: attributes({ [evil]: evil }) }], links: [{ traceId: CHECKOUT[0]?.traceId, spanId: CHECKOUT[0]?.spanId }] }] }] }] });
    const page = await tab(one);
    await rows(page).first().click();
    await lines(page).first().click();
    await page.locator('#detail').getByText('Links').waitFor();
    expect(await page.locator('#detail').innerText()).toContain(evil);
    expect(await page.locator('#detail').innerText()).toContain('100,000 characters');
    expect(await page.locator('main img, main script').count()).toBe(0);
    for (const name of ['map', 'logs', 'metrics']) await page.click(`nav a[data-view=${name}]`);
    await page.click('nav a[data-view=map]');
    await page.locator('#map-rows tr').first().waitFor();
    expect(await page.locator('#map-rows').innerText()).toContain('<script>alert(2)</script>');
    expect(await page.locator('main img, main script').count()).toBe(0);
  });
});

describe('the keyboard', () => {
  it('leads from the list through a trace to a span and back', async () => {
    const one = await view();
    const page = await tab(one);
    await shop(one, 60);
    await matches(page, '60 traces');
    await page.keyboard.press('/');
    expect(await focused(page)).toBe('search');
    await page.keyboard.type('checkout');
    await page.locator('#matches', { hasText: ' of 60 ' }).waitFor();
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('list');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    const at = await page.locator('#list').getAttribute('aria-activedescendant');
    expect(await page.locator('#rows [aria-selected=true]').getAttribute('id')).toBe(at);
    await page.keyboard.press('Enter');
    await page.locator('#waterfall:focus').waitFor();
    expect(place(page)).toBe(`?trace=${at?.replace('trace-', '')}`);
    for (const key of ['j', 'j', 'j', 'j', 'k']) await page.keyboard.press(key);
    const level = page.locator('#spans [aria-selected=true]');
    expect(await level.getAttribute('aria-rowindex')).toBe('3');
    const before = await lines(page).count();
    await page.keyboard.press('ArrowLeft');
    expect(await level.getAttribute('aria-expanded')).toBe('false');
    expect(await lines(page).count()).toBeLessThan(before);
    expect(await level.innerText()).toContain(`(${before - (await lines(page).count())} below)`);
    await page.keyboard.press('ArrowRight');
    expect(await lines(page).count()).toBe(before);
    await page.keyboard.press('Enter');
    await page.locator('#detail h3').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('#detail').isVisible()).toBe(false);
    await page.keyboard.press('Escape');
    expect([await page.locator('#trace').isVisible(), await focused(page)]).toEqual([false, 'list']);
    await page.keyboard.press('Escape');
    await matches(page, '60 traces');
    await page.keyboard.press('?');
    expect(await page.locator('#help').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('#help').isVisible()).toBe(false);
    await page.keyboard.press('End');
    expect(await page.locator('#rows [aria-selected=true]').getAttribute('aria-rowindex')).toBe('61');
  });

  it('the back button goes where one was', async () => {
    const one = await view();
    await shop(one, 5);
    const page = await tab(one);
    await rows(page).first().click();
    await lines(page).first().waitFor();
    await page.click('nav a[data-view=map]');
    await page.locator('#map-picture svg').waitFor();
    await page.goBack();
    await lines(page).first().waitFor();
    await page.goBack();
    await page.locator('#trace').waitFor({ state: 'hidden' });
  });
});

describe('the other views', () => {
  it('a map with rates and errors, logs that lead to their trace, metrics with a line', async () => {
    const one = await view();
    await shop(one, 300);
    await one.send(logs(NOW), 'logs');
    await one.send(metrics(NOW), 'metrics');
    const page = await tab(one, '?view=map');
    const row = page.locator('#map-rows tr').filter({ has: page.getByRole('button', { name: 'payments-nest' }) });
    await row.waitFor();
    expect(await row.innerText()).toMatch(/\d+\s+[\d.]+\/min\s+✕ [\d.]+ %\s+\d+ ms\s+backend-flask \(\d+\)/);
    expect(await page.locator('#map-picture').innerText()).toContain('postgresql');
    await page.click('nav a[data-view=logs]');
    await page.getByText('card declined: insufficient funds').waitFor();
    await page.locator('#log-rows a').click();
    await lines(page).first().waitFor();
    await page.click('nav a[data-view=metrics]');
    await page.getByText('process.memory.usage').waitFor();
    expect(await page.locator('#metric-rows polyline').count()).toBe(2);
  });

  it('a service has the same colour everywhere, whatever is looked at first', async () => {
    const one = await view();
    await shop(one, 60);
    await one.send(logs(NOW), 'logs');
    const colours: unknown[] = [];
    for (const path of ['?view=logs', '?view=map']) {
      const page = await tab(one, path);
      const chip = page.locator('main section:not([hidden]) .chip', { hasText: 'payments-nest' }).first();
      await chip.waitFor();
      colours.push(await chip.evaluate((element) => [...element.classList].filter((name) => /^c\d+$/.test(name)).join()));
    }
    expect(colours[0]).toBe(colours[1]);
    expect(colours[0]).not.toBe('c0');
  });

  it('what was saved is shown again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'view-page-'));
    closing.push(async () => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'traces.jsonl');
    const first = await startView(inject('program'), ['--save', file]);
    await first.send(request(CHECKOUT));
    await first.send(logs(NOW), 'logs');
    expect(await first.end()).toBe(0);
    const page = await tab(await view(['--load', file]), `?trace=${CHECKOUT[0]?.traceId}`);
    await lines(page).nth(CHECKOUT.length - 1).waitFor();
  });
});

describe('wherever it is looked at', () => {
  it('dark and light follow the system, and the button', async () => {
    const one = await view();
    const ground = 'getComputedStyle(document.body).backgroundColor';
    const dark = await tab(one, '', { colorScheme: 'dark' });
    const light = await tab(one, '', { colorScheme: 'light' });
    expect([await dark.evaluate(ground), await light.evaluate(ground)]).toEqual(['rgb(18, 22, 28)', 'rgb(255, 255, 255)']);
    await light.click('#theme');
    expect(await light.evaluate(ground)).toBe('rgb(18, 22, 28)');
    await light.reload();
    expect(await light.evaluate(ground)).toBe('rgb(18, 22, 28)');
  });

  it('a phone: nothing is wider than it, and a trace takes all of it', async () => {
    const one = await view();
    await shop(one, 50);
    const page = await tab(one, '', { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    const wide = 'document.documentElement.scrollWidth > innerWidth';
    await rows(page).first().waitFor();
    expect(await page.evaluate(wide)).toBe(false);
    await rows(page).nth(1).tap();
    await lines(page).first().waitFor();
    expect([await page.evaluate(wide), await page.locator('#list').isVisible()]).toEqual([false, false]);
    await lines(page).nth(1).tap();
    await page.locator('#detail h3').waitFor();
    await page.tap('#close-trace');
    expect(await page.locator('#list').isVisible()).toBe(true);
  });

  it('a figure beside a bar covers no name, however narrow the screen is', async () => {
    const one = await view();
    await one.send(request(CHECKOUT));
    for (const width of [360, 700, 1280]) {
      const page = await tab(one, `?trace=${CHECKOUT[0]?.traceId}`, { viewport: { width, height: 740 } });
      await lines(page).nth(CHECKOUT.length - 1).waitFor();
      const over = await page.evaluate("[...document.querySelectorAll('#spans > :not([hidden])')].filter((row) => { const time = row.querySelector('.bar-time').getBoundingClientRect(); return time.left < row.querySelector('.label').getBoundingClientRect().right - 1 || time.right > innerWidth; }).map((row) => row.innerText)");
      expect(over).toEqual([]);
    }
  });

  it('behind a proxy with a path of its own', async () => {
    const one = await view();
    await shop(one, 5);
    const proxy = createServer((from, to) => {
      const path = (from.url ?? '').replace('/proxy/4318', '');
      from.pipe(ask(`${one.url}${path}`, { method: from.method, headers: { ...from.headers, host: new URL(one.url).host } }, (answer) => {
        to.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(to);
      }).on('error', () => to.destroy()));
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    closing.push(() => new Promise((done) => {
      proxy.close(done);
      proxy.closeAllConnections();
    }));
    const address = proxy.address();
    const page = await tab({ url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/proxy/4318` });
    await matches(page, '5 traces');
    await one.send(request(trace(77, NOW)));
    await matches(page, '6 traces');
    await rows(page).first().click();
    await lines(page).first().waitFor();
  });

  it('says that the program has ended, and goes on when it is there again', async () => {
    const one = await startView(inject('program'));
    await shop(one, 5);
    const page = await tab(one);
    await matches(page, '5 traces');
    await one.end();
    await page.getByText('is otel-setup view still running?').waitFor();
    expect(await rows(page).count()).toBe(5);
    const again = await startView(inject('program'), ['--port', new URL(one.url).port]);
    closing.push(() => again.end());
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByText('Nothing has arrived yet').waitFor();
  });

  it('the whole page has less than 60 kB, packed', async () => {
    const one = await view();
    const parts = await Promise.all(['', 'page.js', 'page.css', 'icon.svg'].map(async (path) => Buffer.from(await (await fetch(`${one.url}/${path}`)).arrayBuffer())));
    expect(parts.every(({ length }) => length > 100)).toBe(true);
    expect(parts.reduce((sum, part) => sum + gzipSync(part).length, 0)).toBeLessThan(60_000);
  });
});

describe('for everybody: axe finds nothing', () => {
  const PHONE = { viewport: { width: 360, height: 740 } };
  it.each<[string, string, BrowserContextOptions, ((page: Page) => Promise<void>)?]>([
    ['the list', '', {}],
    ['the list, dark', '', { colorScheme: 'dark' }],
    ['the list on a phone', '', PHONE],
    ['a span of a trace', '?open', {}],
    ['a span of a trace, dark', '?open', { colorScheme: 'dark' }],
    ['a span of a trace on a phone', '?open', PHONE],
    ['the map', '?view=map', {}],
    ['the map, dark', '?view=map', { colorScheme: 'dark' }],
    ['the map on a phone', '?view=map', PHONE],
    ['logs', '?view=logs', {}],
    ['logs on a phone', '?view=logs', PHONE],
    ['metrics on a phone', '?view=metrics', PHONE],
    ['metrics, dark', '?view=metrics', { colorScheme: 'dark' }],
    ['the keys', '', {}, (page) => page.keyboard.press('?')],
    ['no trace matches', '', {}, async (page) => {
      await page.fill('#search', 'no such thing');
      await page.getByText('No trace matches').waitFor();
    }],
  ])('%s', async (_, path, options, act) => {
    const one = await view();
    for (const body of traffic(120, NOW)) await one.send(body);
    await one.send(logs(NOW), 'logs');
    await one.send(metrics(NOW), 'metrics');
    const broken = Array.from({ length: 120 }, (__, number) => trace(number, NOW)).find((spans) => spans.some(({ status }) => status?.code === 2)) ?? CHECKOUT;
    const page = await tab(one, path === '?open' ? `?trace=${broken[0]?.traceId}&span=${broken[3]?.spanId}` : path, options);
    await page.locator('#status.live').waitFor();
    await (path === '?open' ? page.locator('#detail h3') : path === '' ? rows(page).first() : page.locator('main section:not([hidden]) tbody tr').first()).waitFor();
    await act?.(page);
    expect(await violations(page)).toEqual([]);
  });
  it('the empty page', async () => {
    const page = await tab(await view());
    await page.getByText('Nothing has arrived yet').waitFor();
    expect(await violations(page)).toEqual([]);
  });
  it.each<[string, BrowserContextOptions]>([['light', {}], ['dark', { colorScheme: 'dark' }], ['on a phone', PHONE]])('the empty page with a cause, %s', async (_, options) => {
    const page = await tab(await view(['--cwd', workspace()]), '', options);
    await page.locator('#cause').waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

/** 'rule: element' of each finding. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const result = (await page.evaluate("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })")) as axe.AxeResults;
  return result.violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`));
}
