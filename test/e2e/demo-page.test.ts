import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { inTerminal } from '../helpers/pty.ts';
import { program } from './init.ts';

const top = fileURLToPath(new URL('../..', import.meta.url));
const demos = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('otel-setup-demo'));

test('in a terminal the demo stays open with the link of its trace; the page has both services; q ends it', async () => {
  const before = demos();
  const { CI: _, ...env } = process.env;
  const terminal = inTerminal([process.execPath, program, 'demo', '--local'], { cwd: top, env: Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)) });
  // Packages are installed first: longer than a terminal may otherwise stay silent.
  let over = false;
  void terminal.ended.then(() => (over = true));
  await expect.poll(() => over || /q: quit/.test(terminal.shown()), { timeout: 300_000, interval: 200, message: 'the demo says how it ends' }).toBe(true);
  const [, origin = '', id = ''] = /In the browser: (http:\/\/localhost:\d+\/)\?trace=([0-9a-f]{32})/.exec(terminal.shown().replaceAll(/\r?\n/g, '')) ?? [];
  expect(id, terminal.shown()).not.toBe('');
  expect(await (await fetch(origin)).text()).toContain('<html');
  const trace = await (await fetch(`${origin}api/trace?id=${id}`)).text();
  for (const service of ['api', 'items']) expect(trace).toContain(`"stringValue":"${service}"`);
  terminal.types('q');
  expect(await terminal.ended).toBe(0);
  expect(demos()).toEqual(before);
});
