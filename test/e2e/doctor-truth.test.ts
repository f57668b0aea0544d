/**
 * Broken on purpose, for real: each workspace is started in containers and really sends nothing; the doctor names exactly
 * the right first cause; what it says (`--fix`, or `Do:` and `Then:` to the letter) is done, and then spans arrive.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Http2Server } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import { doctorShape } from '../../src/ui/json.ts';
import { honeycombStandIn, type HoneycombStandIn } from '../helpers/stand-in.ts';
import { bridgeAddress, clear, run, type Ran } from './docker.ts';
import { program } from './init.ts';

const PORT = 4271;
const GRPC_PORT = 4317;
const only = process.env['TRUTH_ONLY']?.split(','); // TRUTH_ONLY=colon-header npm run test:e2e -- doctor-truth

type Env = Readonly<Record<string, string>>;
let top: string;
/** The workspace as init leaves it. */
let wired: string;
let bridge: string;
let honeycomb: HoneycombStandIn;
let grpc: Http2Server;
let shell: Env;

const APP = `from flask import Flask

app = Flask(__name__)


@app.get("/")
def home():
    return "hello"
`;
const BY_HAND = `from flask import Flask
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)

app = Flask(__name__)
FlaskInstrumentor().instrument_app(app)


@app.get("/")
def home():
    return "hello"
`;
const DOCKERFILE = `FROM python:3.11-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
CMD ["flask", "run", "--host=0.0.0.0", "--port=4567"]
`;

beforeAll(async () => {
  bridge = await bridgeAddress();
  top = realpathSync(mkdtempSync(join(tmpdir(), 'truth-')));
  const ca = join(top, 'ca');
  mkdirSync(ca);
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', join(top, 'key.pem'), '-out', join(ca, 'ca.pem'), '-subj', '/CN=stand-in', '-addext', 'subjectAltName=DNS:api.honeycomb.io,DNS:api.eu1.honeycomb.io'], { stdio: 'ignore' });
  honeycomb = await honeycombStandIn({ cert: join(ca, 'ca.pem'), key: join(top, 'key.pem') }, bridge);
  grpc = createServer().listen(GRPC_PORT, bridge);
  shell = {
    HTTPS_PROXY: honeycomb.proxy ?? '', https_proxy: honeycomb.proxy ?? '', NO_PROXY: '', no_proxy: '', NODE_EXTRA_CA_CERTS: join(ca, 'ca.pem'),
    GP_STAND_IN_STORE: join(top, 'gp.json'), PATH: `${fileURLToPath(new URL('../stand-ins', import.meta.url))}:${process.env['PATH'] ?? ''}`, CI: '1',
  };
  wired = join(top, 'wired');
  write(wired, {
    'docker-compose.yml': `services:\n  backend:\n    build: ./backend\n    ports:\n      - "${PORT}:4567"\n    environment:\n      HTTPS_PROXY: "${honeycomb.proxy}"\n      REQUESTS_CA_BUNDLE: /ca/ca.pem\n      OTEL_BSP_SCHEDULE_DELAY: "200"\n    volumes:\n      - ./ca:/ca:ro\n`,
    'backend/Dockerfile': DOCKERFILE, 'backend/requirements.txt': 'flask==3.1.3\n', 'backend/app.py': APP,
  });
  cpSync(ca, join(wired, 'ca'), { recursive: true });
  inGit(wired);
  const ran = await otelSetup(wired, ['init', '--yes'], { HONEYCOMB_API_KEY: key('configuration') });
  if (ran.code !== 0) throw new Error(ran.err);
}, 120_000);
afterAll(async () => {
  grpc?.close();
  await honeycomb?.close();
  rmSync(top, { recursive: true, force: true });
}, 60_000);

const key = (name: string): string => honeycomb.keys[name] ?? '';
const read = (folder: string, path: string): string => readFileSync(join(folder, path), 'utf8');

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
/** A change that does nothing would make a healthy workspace out of a broken one. */
function edit(folder: string, path: string, from: string | RegExp, to: string): void {
  const before = read(folder, path);
  const after = before.replace(from, to);
  if (after === before) throw new Error(`${path} has no ${String(from)}:\n${before}`);
  writeFileSync(join(folder, path), after);
}
function inGit(folder: string): void {
  const git = (...words: string[]) => execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...words], { cwd: folder, stdio: 'ignore' });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', 'As it is');
}
/** @param env more variables of the shell; '' stays blank, 'unset:' is not there. */
const otelSetup = (folder: string, words: readonly string[], env: Env = {}): Promise<Ran> => run([process.execPath, program, ...words], folder, { ...shell, XDG_STATE_HOME: `${folder}.state`, ...env });
/** As a user pastes it. */
async function paste(folder: string, line: string, env: Env): Promise<void> {
  const ran = await run(['bash', '-c', line], folder, { ...shell, ...env });
  if (ran.code !== 0) throw new Error(`${line} ended with ${ran.code}:\n${`${ran.out}\n${ran.err}`.trim().split('\n').slice(-20).join('\n')}`);
}

interface State {
  readonly name: string;
  /** Makes the workspace broken; before anything is started. */
  readonly break?: (folder: string) => void;
  /** The shell in which all of it happens. */
  readonly env?: () => Env;
  /** How it is started; default: `docker compose up -d --build`. */
  readonly start?: (folder: string, up: (...words: string[]) => Promise<void>) => Promise<void>;
  readonly cause: string;
  /** 'fix': --fix, then `Then:`. 'paste': `Do:` in the shell, then `Then:`. Else: `Do:` is an edit, made here from its own text. */
  readonly cure: 'fix' | 'paste' | ((folder: string, does: string) => void);
}

const header = /OTEL_EXPORTER_OTLP_HEADERS: .*/;
const STATES: readonly State[] = [
  {
    name: 'key-only-in-gp-env',
    break: (folder) => {
      rmSync(join(folder, '.env'));
      writeFileSync(join(top, 'gp.json'), JSON.stringify({ HONEYCOMB_API_KEY: key('configuration') }));
    },
    env: () => ({ GITPOD_WORKSPACE_ID: 'course-1', GITPOD_WORKSPACE_URL: 'https://course-1.ws.gitpod.io' }),
    cause: 'stores.only-in-gp-env', cure: 'paste',
  },
  { name: 'blank-shell-variable', env: () => ({ HONEYCOMB_API_KEY: '' }), cause: 'stores.blank-in-shell', cure: 'paste' },
  {
    name: 'edited-only-restarted',
    break: (folder) => edit(folder, 'docker-compose.yml', header, 'OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-tea=${HONEYCOMB_API_KEY}"'),
    start: async (folder, up) => {
      await up();
      edit(folder, 'docker-compose.yml', 'x-honeycomb-tea=', 'x-honeycomb-team=');
      await paste(folder, 'docker compose restart', {});
    },
    cause: 'container.not-recreated', cure: 'paste',
  },
  {
    name: 'image-not-rebuilt',
    break: (folder) => {
      write(folder, { 'backend/Dockerfile': DOCKERFILE, 'backend/app.py': APP, 'backend/requirements.txt': `${read(folder, 'backend/requirements.txt').trimEnd()}\nopentelemetry-sdk\n` });
    },
    start: async (folder, up) => {
      await up();
      await pause(1100); // a file's time has whole seconds on some disks
      write(folder, { 'backend/app.py': BY_HAND });
      await paste(folder, 'docker compose up -d', {});
    },
    cause: 'image.older-than-edit', cure: 'paste',
  },
  {
    name: 'requirement-not-in-image',
    break: (folder) => {
      write(folder, { 'wanted.txt': read(folder, 'backend/requirements.txt'), 'backend/requirements.txt': 'flask==3.1.3\n', 'backend/app.py': APP, 'backend/Dockerfile': DOCKERFILE });
    },
    start: async (folder, up) => {
      await up();
      cpSync(join(folder, 'wanted.txt'), join(folder, 'backend/requirements.txt'));
      cpSync(join(wired, 'backend/Dockerfile'), join(folder, 'backend/Dockerfile'));
    },
    cause: 'image.package-missing', cure: 'paste',
  },
  { name: 'misspelled', break: (folder) => edit(folder, 'docker-compose.yml', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEP_EXPORTER_OTLP_ENDPOINT'), cause: 'files.misspelled', cure: 'fix' },
  { name: 'colon-header', break: (folder) => edit(folder, 'docker-compose.yml', 'x-honeycomb-team=', 'x-honeycomb-team: '), cause: 'files.header-colon', cure: 'fix' },
  {
    name: 'quoted-header-in-env-file',
    break: (folder) => {
      edit(folder, 'docker-compose.yml', /\n +OTEL_EXPORTER_OTLP_HEADERS: .*/, '');
      edit(folder, 'docker-compose.yml', '    build: ./backend\n', '    build: ./backend\n    env_file:\n      - path: backend.env\n        format: raw\n');
      write(folder, { 'backend.env': `OTEL_EXPORTER_OTLP_HEADERS="x-honeycomb-team=${key('configuration')}"\n`, '.gitignore': `${read(folder, '.gitignore')}backend.env\n` });
    },
    cause: 'files.header-quoted',
    cure: (folder, does) => {
      expect(does).toMatch(/quotes/i);
      write(folder, { 'backend.env': read(folder, 'backend.env').replaceAll('"', '') });
    },
  },
  { name: 'path-on-the-base-endpoint', break: (folder) => edit(folder, 'docker-compose.yml', 'https://api.honeycomb.io', 'https://api.honeycomb.io/v1/traces'), cause: 'files.endpoint-path', cure: 'fix' },
  {
    name: 'grpc-port-with-http',
    break: (folder) => edit(folder, 'docker-compose.yml', /OTEL_EXPORTER_OTLP_ENDPOINT: .*/, `OTEL_EXPORTER_OTLP_ENDPOINT: "http://${bridge}:${GRPC_PORT}"`),
    cause: 'files.protocol-port',
    cure: (folder, does) => {
      expect(does).toContain(':4318');
      // Nothing listens at 4318 here: the collector of this story is the stand-in.
      edit(folder, 'docker-compose.yml', `http://${bridge}:${GRPC_PORT}`, honeycomb.us);
    },
  },
  {
    name: 'reloader-with-an-old-wrapper',
    break: (folder) => {
      write(folder, { 'backend/requirements.txt': 'flask==3.1.3\nsetuptools<81\nopentelemetry-distro==0.50b0\nopentelemetry-exporter-otlp-proto-http==1.29.0\nopentelemetry-instrumentation-flask==0.50b0\n' });
      edit(folder, 'backend/Dockerfile', '"--port=4567"]', '"--port=4567", "--debug"]');
      // The old exporter does not read HTTPS_PROXY from its session; it speaks to the stand-in without TLS.
      edit(folder, 'docker-compose.yml', 'https://api.honeycomb.io', honeycomb.us);
    },
    cause: 'files.reloader', cure: 'fix',
  },
  {
    name: 'provider-never-set',
    break: (folder) => {
      write(folder, { 'backend/app.py': BY_HAND.replace('trace.set_tracer_provider(provider)\n', ''), 'backend/Dockerfile': DOCKERFILE, 'backend/requirements.txt': `${read(folder, 'backend/requirements.txt').trimEnd()}\n` });
    },
    cause: 'source.provider-never-set',
    cure: (folder, does) => {
      const line = /trace\.set_tracer_provider\(\w+\)/.exec(does)?.[0];
      expect(line).toBe('trace.set_tracer_provider(provider)');
      edit(folder, 'backend/app.py', '\napp = Flask', `${line}\n\napp = Flask`);
    },
  },
  { name: 'key-of-the-other-region', break: (folder) => write(folder, { '.env': `HONEYCOMB_API_KEY=${key('euConfiguration')}\n` }), cause: 'key.other-region', cure: (folder, does) => {
    expect(does).toContain('https://api.eu1.honeycomb.io');
    edit(folder, 'docker-compose.yml', 'https://api.honeycomb.io', 'https://api.eu1.honeycomb.io');
  } },
  { name: 'sdk-disabled', break: (folder) => edit(folder, 'docker-compose.yml', '      OTEL_SERVICE_NAME', '      OTEL_SDK_DISABLED: "true"\n      OTEL_SERVICE_NAME'), cause: 'files.sdk-disabled', cure: 'fix' },
  {
    name: 'unreachable-from-inside',
    break: (folder) => edit(folder, 'docker-compose.yml', /HTTPS_PROXY: .*/, `HTTPS_PROXY: "http://${bridge}:9"`),
    cause: 'container.unreachable',
    cure: (folder, does) => {
      expect(does).toMatch(/proxy/i);
      edit(folder, 'docker-compose.yml', /HTTPS_PROXY: .*/, `HTTPS_PROXY: "${honeycomb.proxy}"`);
    },
  },
  { name: 'unknown-key', break: (folder) => write(folder, { '.env': 'HONEYCOMB_API_KEY=NobodyKnowsThisKey0000\n' }), cause: 'key.unknown', cure: (folder) => write(folder, { '.env': `HONEYCOMB_API_KEY=${key('configuration')}\n` }) },
];

test.each(STATES.filter(({ name }) => only === undefined || only.includes(name)))('$name: silent, named as $cause, mended, seen', async (state) => {
  const folder = join(top, `truth-${state.name}`);
  cpSync(wired, folder, { recursive: true });
  rmSync(join(folder, '.git'), { recursive: true });
  onTestFinished(() => clear(folder));
  state.break?.(folder);
  inGit(folder);
  const env = state.env?.() ?? {};
  const up = (...words: string[]): Promise<void> => paste(folder, ['docker compose up -d --build --quiet-pull', ...words].join(' '), env);
  await (state.start ?? ((_, start) => start()))(folder, up);
  const silent = [await request(), await request()];

  const report = await doctor(folder, env);
  expect(report.cause, JSON.stringify(report.lines.filter(({ status }) => status === 'broken' || status === 'warn'), null, 1)).toMatchObject({ rule: state.cause });
  // The doctor took longer than the exporter's delay: what has not arrived by now was not sent.
  expect(arrivedOf(silent), 'it sends nothing').toEqual([]);
  const cause = report.lines.find(({ rule, status }) => rule === state.cause && status === 'broken');
  if (cause === undefined) throw new Error('no such line');

  if (state.cure === 'fix') {
    expect(cause.fixable).toBe(true);
    await otelSetup(folder, ['doctor', '--fix', '--yes'], env);
  }
  // One shell: a variable that `Do:` sets or unsets is there for `Then:`.
  else if (state.cure !== 'paste') state.cure(folder, cause.do ?? '');
  // `Then:` may be a sentence about what this test does anyway: send a request and look.
  const lines = [...(state.cure === 'paste' ? [cause.do ?? ''] : []), cause.then ?? ''].filter((line) => !line.startsWith('send it a request'));
  await paste(folder, lines.join('\n'), env);
  await seen();
});

async function doctor(folder: string, env: Env) {
  const ran = await otelSetup(folder, ['doctor', '--json'], env);
  expect(ran.code).toBe(1);
  for (const secret of Object.values(honeycomb.keys)) expect(ran.out + ran.err).not.toContain(secret);
  return doctorShape.parse(JSON.parse(ran.out));
}

/** One GET with a trace id of ours, as soon as the service answers; its trace id. */
async function request(): Promise<string> {
  const traceId = randomBytes(16).toString('hex');
  const end = performance.now() + 60_000;
  for (;;) {
    try {
      const response = await fetch(`http://127.0.0.1:${PORT}/`, { headers: { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` }, signal: AbortSignal.timeout(5_000) });
      await response.arrayBuffer();
      if (response.status === 200) return traceId;
      throw new Error(`answered ${response.status}`);
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await pause(150);
  }
}
const arrivedOf = (traces: readonly string[]) => honeycomb.spans.filter((span) => traces.includes(String(span['traceId'])));

async function seen(): Promise<void> {
  const sent: string[] = [];
  const end = performance.now() + 60_000;
  while (performance.now() < end) {
    sent.push(await request());
    for (let i = 0; i < 10; i += 1) {
      if (arrivedOf(sent).length > 0) return;
      await pause(150);
    }
  }
  throw new Error('no span arrived within a minute');
}
