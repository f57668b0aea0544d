// npm run picture:page: docs/view.png, the page of the built `otel-setup view` with the traffic of a small shop, in a real Chromium.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, startView } from '../page/chromium.mjs';
import { trace, traffic } from '../page/shop.mjs';

const top = fileURLToPath(new URL('../..', import.meta.url));
const program = process.env['PROGRAM'] ?? join(top, 'dist/otel-setup.cjs');

// A morning in summer: the same picture every time.
const END = Date.UTC(2026, 5, 2, 9, 41, 0);
const COUNT = 240;
const view = await startView(program, [], { TZ: 'UTC' });
const browser = await launch();
try {
  for (const body of traffic(COUNT, END)) await view.send(body);
  const context = await browser.newContext({ viewport: { width: 1200, height: 700 }, timezoneId: 'UTC', colorScheme: 'light' });
  const page = await context.newPage();
  await page.clock.setFixedTime(END);
  const broken = Array.from({ length: COUNT }, (_, number) => trace(number, END)).findLast((spans) => spans.some(({ events }) => events?.[0]?.name === 'exception'));
  const charge = broken.find(({ name }) => name === 'POST /charges');
  await page.goto(`${view.url}/?trace=${charge.traceId}&span=${charge.spanId}`);
  await page.locator('#detail').getByText('exception.stacktrace').waitFor();
  await page.locator(`#trace-${charge.traceId}`).waitFor();
  mkdirSync(join(top, 'docs'), { recursive: true });
  await page.screenshot({ path: join(top, 'docs/view.png'), animations: 'disabled' });
} finally {
  await browser.close();
  await view.end();
}
