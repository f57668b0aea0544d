import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from '../../src/see/ports.ts';
import { COLLECTOR } from './peers.ts';
import { folder } from './senders.ts';

/** A Collector that takes OTLP/HTTP and has this exporter, for the length of a test; its address. */
export async function startCollector(exporter: string, of: string): Promise<string> {
  const port = await freePort(0);
  const config = join(folder, `otelcol-${port}.yaml`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(config, `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}\nexporters: {${exporter}: ${of}}\nservice:\n  telemetry: {metrics: {level: none}}\n  pipelines: {traces: {receivers: [otlp], exporters: [${exporter}]}}\n`);
  const child = spawn(COLLECTOR.file, ['--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
    rmSync(config);
  });
  const ready = (async () => {
    while (!said.includes('Everything is ready')) await once(child.stderr, 'data');
  })();
  await Promise.race([ready, once(child, 'close').then(() => Promise.reject(new Error(`the Collector ended: ${said}`)))]);
  return `http://127.0.0.1:${port}`;
}
