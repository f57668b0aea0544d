/**
 * Programs that send one span named `work` with what users really run: the exporters of Python and Node.js, and Java's agent.
 * Packages are installed into .cache/ once.
 */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PYTHON as PYTHON_PEER } from './peers.ts';

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
provider.shutdown().catch(console.error);
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
/** Theirs, in .cache/. */
export const folder = join(root, '.cache', `senders-${key}`);
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

export type Argv = readonly [string, ...string[]];
const inPython = (protocol: string) => async (): Promise<Argv> => [join(await python(), 'bin', 'python'), join(await python(), 'work.py'), protocol];
export const PYTHON_HTTP = inPython('http');
export const PYTHON_GRPC = inPython('grpc');

/** Those over HTTP: title, whether its language is on this machine, command, environment. */
export const SENDERS: readonly (readonly [string, boolean, () => Promise<Argv>, Readonly<Record<string, string>>])[] = [
  ['Python, http/protobuf', PYTHON_PEER.there, PYTHON_HTTP, {}],
  ['Python, http/protobuf, gzip', PYTHON_PEER.there, PYTHON_HTTP, { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }],
  ['Node.js, http/protobuf', true, async () => [process.execPath, join(await node(), 'work.cjs'), 'proto'], {}],
  ['Node.js, http/json', true, async () => [process.execPath, join(await node(), 'work.cjs'), 'http'], {}],
  ['Node.js, http/json, gzip', true, async () => [process.execPath, join(await node(), 'work.cjs'), 'http'], { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }],
  ['Java\'s agent', has('javac', '-version') && has('mvn'), async () => ['java', `-javaagent:${join(await java(), 'opentelemetry-javaagent.jar')}`, '-cp', classPath(await java()), 'Work'], { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }],
];

/** Runs a sender until it has ended by itself, and so has sent everything. Gives what it said. */
export async function send(argv: Argv, endpoint: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const [file, ...words] = argv;
  const { PATH = '', HOME = '' } = process.env;
  const { stdout, stderr } = await run(file, words, { env: { PATH, HOME, OTEL_SERVICE_NAME: 'sender', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env }, timeout: 60_000 });
  return `${stdout}${stderr}`;
}
