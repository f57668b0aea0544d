import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort } from '../../src/see/ports.ts';
import { COLLECTOR } from './peers.ts';
import { folder } from './senders.ts';

export interface RunningCollector {
  readonly url: string;
  /** Its log, as soon as it matches. Rejects when the Collector ends before. */
  logged(pattern: RegExp): Promise<string>;
}

/** A Collector that takes OTLP/HTTP and has this exporter, for the length of a test. */
export async function startCollector(exporter: string, of: string): Promise<RunningCollector> {
  const port = await freePort(0);
  const config = join(folder, `otelcol-${port}.yaml`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(config, `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}\nexporters: {${exporter}: ${of}}\nservice:\n  telemetry: {metrics: {level: none}}\n  pipelines: {traces: {receivers: [otlp], exporters: [${exporter}]}}\n`);
  const child = spawn(COLLECTOR.file, ['--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await closed;
    rmSync(config);
  });
  const logged = async (pattern: RegExp): Promise<string> => {
    while (!pattern.test(said)) {
      const ended = await Promise.race([once(child.stderr, 'data').then(() => false), closed.then(() => true)]);
      if (ended) throw new Error(`the Collector ended: ${said}`);
    }
    return said;
  };
  await logged(/Everything is ready/);
  return { url: `http://127.0.0.1:${port}`, logged };
}
