import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// How the preloads start and end, with packages that only print what is done to them: no network, no install.
// test/e2e/preload.test.ts runs the same files with the real packages and a real receiver.

const templates = fileURLToPath(new URL('../../templates/node', import.meta.url));
const withPackages = mkdtempSync(join(tmpdir(), 'preload-'));
const withoutPackages = mkdtempSync(join(tmpdir(), 'preload-none-'));

const FAKES: Readonly<Record<string, string>> = {
  '@opentelemetry/api': 'exports.trace = { getTracerProvider: () => ({ forceFlush: async () => console.log("flushed") }) };',
  '@opentelemetry/sdk-node': `exports.NodeSDK = class {
    constructor(options) { if (process.env.SDK_THROWS) throw new Error('the SDK does not like this'); this.options = options; }
    start() { console.log('started with ' + this.options.resourceDetectors + ' and ' + this.options.instrumentations); }
    async shutdown() { await new Promise((done) => setTimeout(done, 30)); console.log('sent'); }
  };`,
  '@opentelemetry/auto-instrumentations-node': `exports.getNodeAutoInstrumentations = (off) => Object.keys(off).map((name) => name.replace('@opentelemetry/instrumentation-', 'no-'));
    exports.getResourceDetectors = () => process.env.OTEL_NODE_RESOURCE_DETECTORS;`,
};

beforeAll(() => {
  for (const [name, code] of Object.entries(FAKES)) {
    const folder = join(withPackages, 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    writeFileSync(join(folder, 'index.js'), code);
  }
  const hooks = join(withPackages, 'node_modules', '@opentelemetry', 'instrumentation');
  mkdirSync(hooks, { recursive: true });
  writeFileSync(join(hooks, 'package.json'), JSON.stringify({ name: '@opentelemetry/instrumentation', version: '1.0.0' }));
  writeFileSync(join(hooks, 'hook.mjs'), 'export async function load(url, context, next) { return next(url, context); }');
  for (const folder of [withPackages, withoutPackages]) for (const name of ['otel.cjs', 'otel.mjs']) copyFileSync(join(templates, name), join(folder, name));
});
afterAll(() => {
  for (const folder of [withPackages, withoutPackages]) rmSync(folder, { recursive: true, force: true });
});

interface Run {
  readonly preload: 'cjs' | 'mjs';
  readonly code: string;
  /** The script's name below the folder. */
  readonly name?: string;
  readonly signal?: NodeJS.Signals;
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

/** Runs a script with a preload; the signal goes out when it has printed 'ready'. */
async function run(o: Run): Promise<{ readonly code: number | null; readonly signal: string | null; readonly out: readonly string[]; readonly err: string }> {
  const folder = o.folder ?? withPackages;
  const script = join(folder, o.name ?? `app-${o.preload}.cjs`);
  mkdirSync(dirname(script), { recursive: true });
  writeFileSync(script, o.code);
  const flag = o.preload === 'cjs' ? '--require' : '--import';
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [script], { cwd: folder, env: { PATH, NODE_OPTIONS: `${flag} ${join(folder, `otel.${o.preload}`)}`, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', ...o.env } });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const before = out.includes('ready');
    out += chunk.toString();
    if (!before && out.includes('ready') && o.signal !== undefined) child.kill(o.signal);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((done) => {
    child.once('close', (code, signal) => done({ code, signal, out: out.trim().split('\n'), err }));
  });
}

const STARTED = 'started with env,host,os,process,container and no-fs,no-net,no-dns';
const STAYS = 'setInterval(() => {}, 1000); console.log("ready");';

describe.each(['cjs', 'mjs'] as const)('otel.%s', (preload) => {
  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s: the last spans are sent, then exit %i', async (signal, code) => {
    expect(await run({ preload, signal, code: STAYS })).toMatchObject({ code, out: [STARTED, 'ready', 'sent'] });
  });

  test("the app's own handler decides the exit code, and process.exit waits for the spans", async () => {
    const code = `process.on('SIGTERM', () => { console.log('own'); process.exit(7); }); ${STAYS}`;
    expect(await run({ preload, signal: 'SIGTERM', code })).toMatchObject({ code: 7, out: [STARTED, 'ready', 'own', 'flushed', 'sent'] });
  });

  test('a handler that lets the process run out', async () => {
    const code = `const t = ${STAYS} process.once('SIGTERM', () => clearInterval(t));`;
    expect(await run({ preload, signal: 'SIGTERM', code })).toMatchObject({ code: 0, out: [STARTED, 'ready', 'flushed', 'sent'] });
  });

  test('a program that ends by itself', async () => {
    expect(await run({ preload, code: 'console.log("done");' })).toMatchObject({ code: 0, out: [STARTED, 'done', 'sent'] });
  });

  test("nodemon's SIGUSR2 ends the process as it would without the preload", async () => {
    expect(await run({ preload, signal: 'SIGUSR2', code: STAYS })).toMatchObject({ code: null, signal: 'SIGUSR2', out: [STARTED, 'ready', 'sent'] });
  });

  test('without its packages: one line, and the app runs', async () => {
    const { code, out, err } = await run({ preload, folder: withoutPackages, code: 'console.log("done"); process.exitCode = 5;' });
    expect({ code, out }).toEqual({ code: 5, out: ['done'] });
    expect(err.trim().split('\n')).toEqual([expect.stringMatching(new RegExp(`^otel\\.${preload}: this process is not traced: Cannot find .*@opentelemetry/api`))]);
  });

  test('an SDK that throws: one line, and the app runs', async () => {
    const { out, err } = await run({ preload, env: { SDK_THROWS: '1' }, code: 'console.log("done");' });
    expect(out).toEqual(['done']);
    expect(err).toContain('the SDK does not like this');
  });

  test('what it sets for the SDK does not stay in the environment', async () => {
    expect((await run({ preload, code: 'console.log(String(process.env.OTEL_NODE_RESOURCE_DETECTORS))' })).out).toContain('undefined');
    expect((await run({ preload, env: { OTEL_NODE_RESOURCE_DETECTORS: 'host' }, code: 'console.log("done")' })).out[0]).toContain('started with host ');
  });

  test('worker threads do not start a second SDK', async () => {
    const code = "const { Worker, isMainThread } = require('node:worker_threads'); if (isMainThread) new Worker(__filename); else console.log('worker');";
    const { out } = await run({ preload, code });
    expect(out.filter((line) => line === STARTED)).toHaveLength(1);
    expect(out).toContain('worker');
  });
});

const left: readonly (readonly [string, Partial<Run>])[] = [
  ['npm', { name: 'lib/npm-cli.js' }],
  ['npx', { name: 'lib/npx-cli.js' }],
  ['yarn berry', { name: '.yarn/yarn-4.5.0.cjs' }],
  ['pnpm', { name: 'lib/pnpm.cjs' }],
  ['tsc', { name: 'lib/tsc' }],
  ['nodemon itself', { name: 'lib/nodemon.js' }],
  ['no endpoint', { env: { OTEL_EXPORTER_OTLP_ENDPOINT: '' } }],
  ['no exporter', { env: { OTEL_TRACES_EXPORTER: 'none' } }],
  ['the SDK switched off', { env: { OTEL_SDK_DISABLED: 'true' } }],
];
test.each(left)('left alone: %s', async (_title, o) => {
  expect(await run({ preload: 'cjs', code: 'console.log("done");', ...o })).toMatchObject({ code: 0, out: ['done'], err: '' });
});

const words = (name: string): string => {
  const text = readFileSync(join(templates, name), 'utf8');
  return text.slice(text.indexOf('/** Not for package managers'), text.search(/^(?:async )?function start/m));
};

test('both preloads decide in the same words what is an app', () => {
  expect(words('otel.mjs')).toBe(words('otel.cjs'));
  expect(words('otel.cjs')).toContain('isFromOutside');
});
