// The browser of this machine, driven; and the program that it looks at.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const found = [process.env['CHROMIUM'], ...(process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))];

/** Starts Chromium without a window, with further words. Throws where there is none: `apt-get install chromium`. */
export function launch(words = []) {
  const executablePath = found.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) throw new Error('There is no Chromium here: apt-get install chromium, or name one in CHROMIUM.');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', ...words] });
}

/** Starts `otel-setup view` on a free port. */
export async function startView(program, words = [], env = {}) {
  const child = spawn(process.execPath, [program, 'view', '--host', '127.0.0.1', '--port', '0', ...words], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
  const said = [];
  const url = await new Promise((done, failed) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      const at = /Receiving OTLP\/HTTP at (\S+)/.exec(line)?.[1];
      if (at !== undefined) done(at);
    });
    child.once('exit', (code) => failed(new Error(`otel-setup view ended with ${code}: ${said.join('\n')}`)));
  });
  return {
    url,
    said,
    async send(body, signal = 'traces') {
      const response = await fetch(`${url}/v1/${signal}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    },
    async end() {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGINT');
      return ended;
    },
  };
}
