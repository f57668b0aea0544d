// The page of `view` scrolled in a real Chromium without a graphics card, beside a page without any script whose rows
// are all there: what software drawing does on this machine at all.
import { launch, startView } from '../page/chromium.mjs';
import { request, trace, traffic, wideTrace } from '../page/shop.mjs';
import { scrolled } from './frames.mjs';

const WHEEL = { x: 1000, y: 500, pixels: 9_000, speed: 3_000 };
const TRACES = 10_000;
const SPANS = 20_000;

/** The table; rounds in turn, each in a browser of its own. `bench` as in bench.mjs. */
export async function scrolling({ program, median, table }, rounds) {
  if (!(await hasChromium())) {
    console.log('\nThe page while it is scrolled: there is no Chromium here (.ci/chromium.sh), so it was not measured.');
    return;
  }
  const now = Date.now();
  const views = await Promise.all([startView(program), startView(program)]);
  try {
    const [list, wide] = views;
    for (const body of traffic(TRACES, now)) await list.send(body);
    const spans = wideTrace(SPANS, now);
    for (let from = 0; from < spans.length; from += 4_000) await wide.send(request(spans.slice(from, from + 4_000)));
    let next = 0;
    const arriving = () => {
      const timer = setInterval(() => void list.send(request([0, 1].flatMap(() => trace((next += 1), Date.now(), 'live')))), 50);
      return () => clearInterval(timer);
    };
    const openList = async (page) => {
      await page.goto(list.url);
      await page.locator('#matches', { hasText: /^\d\d,\d{3} traces$/ }).waitFor();
    };
    const openTrace = async (page) => {
      await page.goto(`${wide.url}/?trace=${spans[0].traceId}`);
      await page.locator('#spans [role=row]').first().waitFor();
    };
    const cases = [
      [`${TRACES} static rows`, (page) => page.setContent(staticRows(TRACES, 32))],
      [`list of ${TRACES} traces`, openList],
      ['the same, 40 traces/s arriving', openList, arriving],
      [`${SPANS} static rows`, (page) => page.setContent(staticRows(SPANS, 26))],
      [`trace of ${SPANS} spans`, openTrace],
    ];
    const got = cases.map(() => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, [, open, meanwhile]] of cases.entries()) got[index].push(await measured(open, meanwhile));
    }
    const of = (all, figure) => median(all.map((one) => one[figure]));
    table(
      `The page, scrolled by the wheel at ${WHEEL.speed} pixels a second, median of ${rounds}`,
      ['page', 'frames', 'dropped', 'late', 'ms a frame', 'tasks > 16 ms', '> 50 ms', 'longest ms'],
      cases.map(([name], index) => [name, ...['frames', 'dropped', 'late'].map((figure) => String(of(got[index], figure))), of(got[index], 'busy').toFixed(1), String(of(got[index], 'over16')), String(of(got[index], 'over50')), of(got[index], 'longest').toFixed(1)]),
    );
  } finally {
    for (const view of views) await view.end();
  }
}

async function measured(open, meanwhile) {
  const browser = await launch();
  try {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    await open(page);
    // What opening the page set off has come to its end.
    await page.evaluate('new Promise((done) => requestIdleCallback(done))');
    const stop = meanwhile?.();
    const counts = await scrolled(page, browser, WHEEL);
    stop?.();
    return counts;
  } finally {
    await browser.close();
  }
}

const staticRows = (count, height) => `<!doctype html><style>body{margin:0;height:100vh;overflow:hidden;font:13px system-ui}main{height:100vh;overflow:auto}p{box-sizing:border-box;height:${height}px;margin:0;border-bottom:1px solid #ddd;white-space:nowrap}</style><main>${Array.from({ length: count }, (_, row) => `<p>09:41:00.${row} frontend-express GET /products/:id + backend-flask 200 ${row % 90} ms 4</p>`).join('')}</main>`;

async function hasChromium() {
  try {
    await (await launch()).close();
    return true;
  } catch {
    return false;
  }
}
