import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { satisfies } from 'semver';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startOtlpReceiver, type OtlpReceiver } from '../helpers/otlp-receiver.ts';

// The preloads with the real packages of the set for this Node, real frameworks and a real receiver. The first run
// installs them into .cache/ (about 40 s); the batch delay is a minute, so that only a flush at the end can count.

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (...parts: string[]): string => readFileSync(join(root, 'templates', 'node', ...parts), 'utf8');
const sets = JSON.parse(read('sets.json')) as { node: string; folder: string }[];
const set = sets.find(({ node }) => satisfies(process.version, node));
if (set === undefined) throw new Error(`no set fits Node ${process.version}`);
const pinned = JSON.parse(read(set.folder, 'package.json')) as { dependencies: Record<string, string> };
const manifest = JSON.stringify({ private: true, dependencies: { ...pinned.dependencies, express: '5.2.1', fastify: '5.6.2', koa: '3.1.1', '@koa/router': '15.0.0', 'ts-node': '10.9.2', tsx: '4.21.0', typescript: '5.9.3' } });
const folder = join(root, '.cache', `preload-${createHash('sha256').update(manifest).digest('hex').slice(0, 12)}`);

beforeAll(() => {
  if (!existsSync(join(folder, 'node_modules'))) {
    const fresh = `${folder}-${process.pid}`;
    mkdirSync(fresh, { recursive: true });
    writeFileSync(join(fresh, 'package.json'), manifest);
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: fresh, shell: process.platform === 'win32' });
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  }
  writeFileSync(join(folder, 'tsconfig.json'), '{"compilerOptions": {"module": "commonjs", "target": "es2022"}}');
  for (const name of ['otel.cjs', 'otel.mjs']) copyFileSync(join(root, 'templates', 'node', name), join(folder, name));
});

let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
});
afterEach(() => receiver.close());

const LISTEN = "console.log('port ' + address.port)";
const APPS: Readonly<Record<string, string>> = {
  'express.cjs': `const app = require('express')(); app.get('/hi/:n', (req, res) => res.send('hi')); const server = app.listen(0, () => { const address = server.address(); ${LISTEN}; });`,
  'express.mjs': `import express from 'express'; const app = express(); app.get('/hi/:n', (req, res) => res.send('hi')); const server = app.listen(0, () => { const address = server.address(); ${LISTEN}; });`,
  'fastify.cjs': `const app = require('fastify')(); app.get('/hi/:n', async () => 'hi'); app.listen({ port: 0 }).then(() => { const address = app.server.address(); ${LISTEN}; });`,
  'fastify.mjs': `import Fastify from 'fastify'; const app = Fastify(); app.get('/hi/:n', async () => 'hi'); await app.listen({ port: 0 }); const address = app.server.address(); ${LISTEN};`,
  'koa.mjs': `import Koa from 'koa'; import Router from '@koa/router'; const router = new Router(); router.get('/hi/:n', (ctx) => { ctx.body = 'hi'; }); const server = new Koa().use(router.routes()).listen(0, () => { const address = server.address(); ${LISTEN}; });`,
  'express.ts': `enum Word { Hi = 'hi' }\nconst express = require('express'); const app = express(); app.get('/hi/:n', (req: unknown, res: { send(text: string): void }) => res.send(Word.Hi)); const server = app.listen(0, () => { const address = server.address(); ${LISTEN}; });`,
};

interface End {
  readonly code: number | null;
  readonly status: number;
  readonly err: string;
}

/** Starts an app, sends it one request, then the signal. */
async function drive(words: readonly string[], preload: 'cjs' | 'mjs', extra: Readonly<Record<string, string>> = {}, signal: NodeJS.Signals = 'SIGTERM'): Promise<End> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, words, {
    cwd: folder,
    env: { PATH, HOME, NODE_OPTIONS: `${preload === 'cjs' ? '--require' : '--import'} ${join(folder, `otel.${preload}`)}`, OTEL_SERVICE_NAME: 'api', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none', OTEL_LOG_LEVEL: 'error', OTEL_BSP_SCHEDULE_DELAY: '60000', ...extra },
  });
  let out = '';
  let err = '';
  let status = 0;
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  child.stdout.on('data', async (chunk: Buffer) => {
    out += chunk.toString();
    const port = /port (\d+)/.exec(out)?.[1];
    if (port === undefined || status !== 0) return;
    status = -1;
    const response = await fetch(`http://127.0.0.1:${port}/hi/there`);
    await response.text();
    status = response.status;
    child.kill(signal);
  });
  return new Promise((done) => {
    child.once('close', (code) => done({ code, status, err }));
  });
}

function servers(): readonly { readonly name: string; readonly service: unknown }[] {
  return receiver.spans.filter((span) => span.kind === 'server').map((span) => ({ name: span.name, service: span.service }));
}

function write(name: string, extra = ''): string {
  const file = join(folder, name);
  writeFileSync(file, `${APPS[name] ?? ''}\n${extra}\n`);
  return file;
}

describe('one request, then SIGTERM: its span arrives with the route, and the exit code is that of a signal', () => {
  test.each([
    ['express.cjs', 'cjs', []],
    ['express.mjs', 'mjs', []],
    ['express.cjs', 'mjs', []],
    ['fastify.cjs', 'cjs', []],
    ['fastify.mjs', 'mjs', []],
    ['koa.mjs', 'mjs', []],
    ['express.ts', 'cjs', ['node_modules/ts-node/dist/bin.js', '--transpileOnly']],
    ['express.ts', 'cjs', ['node_modules/tsx/dist/cli.mjs']],
    ['express.ts', 'mjs', ['node_modules/tsx/dist/cli.mjs']],
  ] as const)('%s with otel.%s %j', async (name, preload, runner) => {
    expect(await drive([...runner, write(name)], preload)).toEqual({ code: 143, status: 200, err: '' });
    expect(servers()).toEqual([{ name: 'GET /hi/:n', service: 'api' }]);
  });
});

test.each(['cjs', 'mjs'] as const)('otel.%s: an app that calls process.exit in its own handler loses nothing', async (kind) => {
  const own = "process.on('SIGTERM', () => process.exit(3));";
  expect(await drive([write(`express.${kind}`, own)], kind)).toEqual({ code: 3, status: 200, err: '' });
  expect(servers()).toHaveLength(1);
});

test('Ctrl-C sends the last span and exits with 130', async () => {
  expect(await drive([write('express.cjs')], 'cjs', {}, 'SIGINT')).toMatchObject({ code: 130, status: 200 });
  expect(servers()).toHaveLength(1);
});

test('an endpoint that nobody listens at: the app answers and stops as always, and the failure is said', async () => {
  const end = await drive([write('express.cjs')], 'cjs', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_EXPORTER_OTLP_TIMEOUT: '1000' });
  expect(end).toMatchObject({ code: 143, status: 200 });
  expect(end.err).toContain('ECONNREFUSED');
});
