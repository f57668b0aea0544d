/** A workspace with a secret of its own in every place where people leave one; made up at run time, so that a leak names its place. */
import { randomBytes } from 'node:crypto';
import { git, writeTree, type Tree } from '../helpers/tree.ts';
import { place, type Place } from './program.ts';

const ALNUM = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = ALNUM.slice(0, 36);
/** Letters and digits, always some of each: what has the shape of a key. */
const random = (length: number, letters: string): string => `7q${Array.from(randomBytes(length - 2), (byte) => letters[byte % letters.length]).join('')}`;
const configuration = (): string => random(22, ALNUM);
const ingest = (): string => `hcaik_${random(58, LOWER)}`;

/** Where it was put → the secret. */
export type Secrets = Readonly<Record<keyof ReturnType<typeof madeUp>, string>>;
function madeUp() {
  return {
    dotenv: ingest(), shell: configuration(), gp: configuration(), compose: ingest(), source: configuration(), history: ingest(), envFile: configuration(), besideCr: configuration(),
    pairs: random(20, ALNUM), basic: random(16, ALNUM), bearer: random(30, ALNUM), percent: `${random(14, ALNUM)}/+`, url: random(14, ALNUM), urlEndpoint: random(14, ALNUM), dockerfile: configuration(),
    collector: configuration(), otherTool: random(24, ALNUM), tool: random(40, ALNUM), nodeCode: configuration(), argument: configuration(), healthcheck: configuration(), buildArgument: random(24, ALNUM), label: configuration(),
    packageScript: configuration(), requirement: random(20, ALNUM), browser: configuration(), comment: configuration(), colon: configuration(),
    java: configuration(), flag: configuration(), local: configuration(), quoted: configuration(), password: random(12, LOWER),
  };
}

export interface Planted {
  readonly at: Place;
  readonly secrets: Secrets;
  /** As the shell has them. */
  readonly env: Readonly<Record<string, string>>;
}

/** @param more files beside, or instead. */
export function planted(more: (secrets: Secrets) => Tree = () => ({})): Planted {
  const secrets: Secrets = madeUp();
  const at = place({ 'old.env': `HONEYCOMB_API_KEY=${secrets.history}\n` });
  git(at.folder, '-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-q', '-m', 'old');
  git(at.folder, 'rm', '-q', 'old.env');
  git(at.folder, '-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-q', '-m', 'gone');
  writeTree(at.folder, { ...treeWith(secrets), ...more(secrets) });
  git(at.folder, 'add', '-A', '-f');
  return { at, secrets, env: { HNY_SHELL_KEY: secrets.shell, HONEYCOMB_WRITEKEY: secrets.shell, HTTPS_PROXY: `http://me:${secrets.url}@127.0.0.1:9` } };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function treeWith(s: Secrets): Tree {
  return {
    'docker-compose.yml': `services:
  api:
    build:
      context: ./api
      args:
        NPM_TOKEN: ${s.buildArgument}
    labels:
      honeycomb: "x-honeycomb-team=${s.label}"
    environment:
      OTEL_SERVICE_NAME: api
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.honeycomb.io"
      OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=\${HONEYCOMB_API_KEY}"
      DATABASE_URL: postgres://me:${s.url}@db:5432/app
      DB_PASSWORD: ${s.password}
      SESSION_SECRET: '${s.otherTool}'
  written-out:
    build: ./api
    environment:
      - OTEL_SERVICE_NAME=written-out
      - OTEL_EXPORTER_OTLP_ENDPOINT=https://me:${s.urlEndpoint}@api.honeycomb.io/v1/traces
      - OTEL_EXPORTER_OTLP_HEADERS=x-honeycomb-team=${s.compose},x-other-token=${s.pairs}
  colon:
    build: ./api
    environment:
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.honeycomb.io:443"
      OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team: ${s.colon}"
  quoted:
    build: ./api
    environment:
      OTEL_EXPORTER_OTLP_ENDPOINT: '"https://api.honeycomb.io"'
      OTEL_EXPORTER_OTLP_HEADERS: '"x-honeycomb-team=${s.quoted}"'
  encoded:
    build: ./api
    environment:
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.example.org"
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20${base64(`me:${s.basic}`)},x-api=Bearer ${s.bearer}"
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-honeycomb-team=${encodeURIComponent(s.percent)}"
  as-words:
    build: ./api
    command: sh -c "OTEL_EXPORTER_OTLP_HEADERS=x-honeycomb-team=${s.argument} opentelemetry-instrument --exporter_otlp_headers x-honeycomb-team=${s.flag} flask run"
    healthcheck:
      test: [CMD, curl, -H, "x-honeycomb-team: ${s.healthcheck}", localhost]
  env-file:
    build: ./api
    env_file: [svc.env, cr.env]
    environment:
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318"
  shell-key:
    build: ./api
    environment:
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.honeycomb.io"
      OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=\${HNY_SHELL_KEY}"
  web:
    build: ./web
    environment:
      OTEL_SERVICE_NAME: web
      REACT_APP_HONEYCOMB_KEY: ${s.browser}
  jvm:
    image: eclipse-temurin:21
    environment:
      JAVA_TOOL_OPTIONS: "-javaagent:/otel.jar -Dotel.exporter.otlp.headers=x-honeycomb-team=${s.java}"
  collector:
    image: otel/opentelemetry-collector:0.90.0
    volumes: ["./otelcol.yaml:/etc/otelcol/config.yaml"]
`,
    '.env': `HONEYCOMB_API_KEY="${s.dotenv}"\nDB_PASSWORD=${s.password}\n`,
    'svc.env': `OTEL_EXPORTER_OTLP_HEADERS="x-honeycomb-team=${s.envFile}"\n# x-honeycomb-team=${s.comment}\n`,
    'cr.env': `HONEYCOMB_API_KEY=${s.besideCr}\r\nOTEL_SERVICE_NAME=cr\r\n`,
    'otelcol.yaml': `receivers:\n  otlp:\n    protocols:\n      http:\nexporters:\n  otlp:\n    endpoint: api.honeycomb.io:443\n    headers:\n      "x-honeycomb-team": "${s.collector}"\nservice:\n  pipelines:\n    traces:\n      receivers: [otlp]\n      exporters: [otlp]\n`,
    'api/requirements.txt': `--extra-index-url https://me:${s.requirement}@pypi.example.org/simple\nflask\nopentelemetry-distro\nopentelemetry-exporter-otlp-proto-http\n`,
    'api/Dockerfile': `FROM python:3.12\nENV HONEYCOMB_API_KEY=${s.dockerfile}\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["flask", "run"]\n`,
    'api/app.py': `from flask import Flask
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, NoSuchName
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint="https://api.honeycomb.io/v1/traces", headers={"x-honeycomb-team": "${s.source}"})))
app = Flask(__name__)
`,
    'api/.env.local': `HONEYCOMB_API_KEY=${s.local}\n`,
    'web/package.json': `{"scripts":{"start":"HONEYCOMB_API_KEY=${s.packageScript} node index.js"},"dependencies":{"express":"^4","@opentelemetry/sdk-node":"^0.40.0"}}\n`,
    'web/index.js': `const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http');\nconst e = new OTLPTraceExporter({ headers: { 'x-honeycomb-team': '${s.nodeCode}' } });\nrequire('express')().listen(3000);\n`,
    'web/Dockerfile': 'FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm install\nCMD ["npm", "start"]\n',
    'private.pem': `-----BEGIN PRIVATE KEY-----\n${s.tool}\n-----END PRIVATE KEY-----\n`,
    'data/rows.csv': 'a row of data\n',
    'tools/ci/.env': `DEPLOY_TOKEN=${s.tool}\nNOTE=plain words of another tool\n`,
  };
}

/** Names of the secrets that a text holds: as they are, encoded, or in good part. */
export function leaked(text: string, secrets: Secrets): readonly string[] {
  return Object.entries(secrets).filter(([, secret]) => {
    const bare = secret.replace(/^hc[a-z]ik_/, '');
    const forms = [bare.slice(0, 8), bare.slice(-8), Buffer.from(bare).toString('hex'), Buffer.from(bare).toString('base64').replace(/.{0,2}=*$/, ''), base64(`me:${bare}`).slice(8, -4)];
    return forms.some((form) => text.includes(form));
  }).map(([name]) => name);
}
