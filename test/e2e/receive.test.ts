/**
 * Our receiver, and verify's relay in front of it, with what users really run: the exporters of Python (HTTP and gRPC), Node.js
 * (protobuf and JSON) and Java's agent, and a real Collector in front and behind. Packages are installed into .cache/ once.
 * A sender whose language is not on this machine is skipped; the Collector is built by .ci/otelcol.sh.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { passOn } from '../../src/io/pass-on.ts';
import { freePort } from '../../src/see/ports.ts';
import { startReceiver, type Receiver } from '../../src/see/receive.ts';
import { startRelay, type Passed } from '../../src/see/relay.ts';
import type { SpanRow } from '../../src/see/span.ts';

const PIP = ['opentelemetry-sdk==1.45.2', 'opentelemetry-exporter-otlp-proto-http==1.45.2', 'opentelemetry-exporter-otlp-proto-grpc==1.45.2'];
const NPM = ['@opentelemetry/api@1.9.1', '@opentelemetry/sdk-trace-base@2.12.0', '@opentelemetry/exporter-trace-otlp-proto@0.223.1', '@opentelemetry/exporter-trace-otlp-http@0.223.1'];
const AGENT = 'io.opentelemetry.javaagent:opentelemetry-javaagent:2.33.1';

const PYTHON = `
import sys
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
if sys.argv[1] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
with provider.get_tracer("test").start_as_current_span("work") as span:
    span.set_attribute("n", 7)
provider.shutdown()
`;
const NODE = `
const { BasicTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-' + process.argv[2]);
const { resourceFromAttributes } = require('@opentelemetry/resources');
const provider = new BasicTracerProvider({ resource: resourceFromAttributes({ 'service.name': process.env.OTEL_SERVICE_NAME }), spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
provider.getTracer('test').startSpan('work', { attributes: { n: 7 } }).end();
provider.shutdown();
`;
const JAVA = `
import io.opentelemetry.api.GlobalOpenTelemetry;
class Work {
  public static void main(String[] words) {
    var span = GlobalOpenTelemetry.getTracer("test").spanBuilder("work").startSpan();
    span.setAttribute("n", 7);
    span.end();
  }
}
`;

const root = fileURLToPath(new URL('../..', import.meta.url));
const key = createHash('sha256').update(JSON.stringify([PIP, NPM, AGENT, PYTHON, NODE, JAVA])).digest('hex').slice(0, 12);
const folder = join(root, '.cache', `senders-${key}`);
const has = (program: string, word = '--version'): boolean => spawnSync(program, [word]).status === 0;
const run = promisify(execFile);

/** What a language needs is installed the first time; half an installation is thrown away. */
async function installed(name: string, install: (into: string) => Promise<void>): Promise<string> {
  const into = join(folder, name);
  if (existsSync(join(into, 'done'))) return into;
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  await install(into);
  writeFileSync(join(into, 'done'), '');
  return into;
}
const python = (): Promise<string> => installed('python', async (into) => {
  await run('python3', ['-m', 'venv', into]);
  await run(join(into, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...PIP]);
  writeFileSync(join(into, 'work.py'), PYTHON);
});
const node = (): Promise<string> => installed('node', async (into) => {
  writeFileSync(join(into, 'package.json'), '{"private": true}');
  writeFileSync(join(into, 'work.cjs'), NODE);
  await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...NPM], { cwd: into });
});
const API = ['api', 'context', 'common'];
const classPath = (into: string): string => [into, ...API.map((name) => join(into, `opentelemetry-${name}.jar`))].join(':');
const java = (): Promise<string> => installed('java', async (into) => {
  for (const artifact of [AGENT, ...API.map((name) => `io.opentelemetry:opentelemetry-${name}:1.55.0`)]) await run('mvn', ['-q', '-B', 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${into}`, '-Dmdep.stripVersion=true'], { cwd: into });
  writeFileSync(join(into, 'Work.java'), JAVA);
  // Compiled here: the agent stays out of `java Work.java`, which is the compiler.
  await run('javac', ['-cp', classPath(into), 'Work.java'], { cwd: into });
});

type Argv = readonly [string, ...string[]];
const PYTHON_HTTP = async (): Promise<Argv> => [join(await python(), 'bin', 'python'), join(await python(), 'work.py'), 'http'];
const SENDERS: readonly (readonly [string, boolean, () => Promise<Argv>, Readonly<Record<string, string>>])[] = [
  ['Python, http/protobuf', has('python3'), PYTHON_HTTP, {}],
  ['Python, http/protobuf, gzip', has('python3'), PYTHON_HTTP, { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }],
  ['Node.js, http/protobuf', true, async () => [process.execPath, join(await node(), 'work.cjs'), 'proto'], {}],
  ['Node.js, http/json', true, async () => [process.execPath, join(await node(), 'work.cjs'), 'http'], {}],
  ['Node.js, http/json, gzip', true, async () => [process.execPath, join(await node(), 'work.cjs'), 'http'], { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }],
  ['Java\'s agent', has('javac', '-version') && has('mvn'), async () => ['java', `-javaagent:${join(await java(), 'opentelemetry-javaagent.jar')}`, '-cp', classPath(await java()), 'Work'], { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }],
];

interface Got {
  readonly receiver: Receiver;
  readonly spans: readonly SpanRow[];
  readonly troubles: readonly string[];
}
async function receive(): Promise<Got> {
  const [spans, troubles]: [SpanRow[], string[]] = [[], []];
  const receiver = await startReceiver({ host: '127.0.0.1', port: 0, grpcPort: 0, onSpans: (rows) => spans.push(...rows), onOther: () => {}, onTrouble: (says) => troubles.push(says) });
  onTestFinished(() => receiver.close());
  return { receiver, spans, troubles };
}
/** Between a sender and `to`. */
async function relay(to: string): Promise<{ readonly url: string; readonly passed: readonly Passed[] }> {
  const passed: Passed[] = [];
  const passing = passOn({});
  const served = await startRelay({ host: '127.0.0.1', port: 0, routes: [{ service: 'sender', prefix: '/nonce/sender', to }], pass: passing.pass, onPassed: (one) => void passed.push(one) });
  onTestFinished(async () => {
    await served.close();
    passing.close();
  });
  return { url: `http://127.0.0.1:${served.port}/nonce/sender`, passed };
}
/** Runs a sender until it has ended by itself, and so has sent everything. Gives what it said. */
async function send(argv: Argv, endpoint: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const [file, ...words] = argv;
  const { PATH = '', HOME = '' } = process.env;
  const { stdout, stderr } = await run(file, words, { env: { PATH, HOME, OTEL_SERVICE_NAME: 'sender', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env }, timeout: 60_000 });
  return `${stdout}${stderr}`;
}
const WORK = [expect.objectContaining({ service: 'sender', name: 'work', attributes: expect.objectContaining({ n: 7 }) as unknown })];

describe('exporters, through the relay', () => {
  for (const [title, there, argv, env] of SENDERS) {
    test.skipIf(!there)(title, async () => {
      const { receiver, spans, troubles } = await receive();
      const { url, passed } = await relay(`http://127.0.0.1:${receiver.port}`);
      const said = await send(await argv(), url, env);
      expect(spans, said).toEqual(WORK);
      expect(passed).toEqual([expect.objectContaining({ service: 'sender', items: 1, spans: WORK, got: { is: 'answered', answer: expect.objectContaining({ status: 200 }) } })]);
      expect(passed[0]?.unread).toBeUndefined();
      expect(troubles).toEqual([]);
    });
  }
});

test.skipIf(!has('python3')).each([{}, { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }])('Python over gRPC %j', async (env: Readonly<Record<string, string>>) => {
  const { receiver, spans, troubles } = await receive();
  const said = await send([join(await python(), 'bin', 'python'), join(await python(), 'work.py'), 'grpc'], `http://127.0.0.1:${receiver.grpcPort}`, env);
  expect(spans, said).toEqual(WORK);
  expect(troubles).toEqual([]);
});

const collector = [process.env['OTELCOL'], join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'otel-setup-peers', 'otelcol')].find((file) => file !== undefined && existsSync(file));

/** A Collector that takes OTLP/HTTP and has this exporter; its address. */
async function startCollector(exporter: string, of: string): Promise<string> {
  const port = await freePort(0);
  const config = join(folder, `otelcol-${port}.yaml`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(config, `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}\nexporters: {${exporter}: ${of}}\nservice:\n  telemetry: {metrics: {level: none}}\n  pipelines: {traces: {receivers: [otlp], exporters: [${exporter}]}}\n`);
  const child = spawn(collector ?? '', ['--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
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

describe.skipIf(collector === undefined || !has('python3'))('a real Collector', () => {
  test.each(['proto', 'json'])('in front of the receiver, sending %s', async (encoding) => {
    const { receiver, spans, troubles } = await receive();
    const url = await startCollector('otlphttp', `{endpoint: "http://127.0.0.1:${receiver.port}", encoding: ${encoding}, sending_queue: {enabled: false}}`);
    const said = await send(await PYTHON_HTTP(), url);
    expect(spans, said).toEqual(WORK);
    expect(troubles).toEqual([]);
  });

  test('behind the relay', async () => {
    const { url, passed } = await relay(await startCollector('nop', '{}'));
    const said = await send(await PYTHON_HTTP(), url);
    expect(passed, said).toEqual([expect.objectContaining({ items: 1, spans: WORK, got: { is: 'answered', answer: expect.objectContaining({ status: 200 }) } })]);
  });

  test('in front of a receiver that refuses: the sender meets the refusal', async () => {
    const { receiver } = await receive();
    const url = await startCollector('otlphttp', `{traces_endpoint: "http://127.0.0.1:${receiver.port}/v1/wrong", sending_queue: {enabled: false}}`);
    expect(await send(await PYTHON_HTTP(), url)).toContain('Failed to export');
  });
});
