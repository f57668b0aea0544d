/** The doctor's own span out of real containers: what arrives, and what each answer or failure leads to. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { diagnose } from '../../src/doctor/engine.ts';
import { factsOf } from '../../src/doctor/know.ts';
import { probe } from '../../src/doctor/probing.ts';
import { containers } from '../../src/doctor/probes/containers.ts';
import { engine } from '../../src/doctor/probes/engine.ts';
import { reach } from '../../src/doctor/probes/reach.ts';
import { sent } from '../../src/doctor/probes/sent.ts';
import { rules } from '../../src/doctor/rules/index.ts';
import type { Known, Reach } from '../../src/doctor/types.ts';
import { realTools } from '../../src/io/tools.ts';
import { readWorkspace } from '../../src/workspace/read.ts';
import type { Tools } from '../../src/types.ts';
import { honeycombStandIn, type HoneycombStandIn } from '../helpers/stand-in.ts';
import { bridgeAddress, clear, compose } from './docker.ts';

const WRONG = 'WrongKeyOfATest0000000';
let folder: string;
let honeycomb: HoneycombStandIn;
let known: Known;
const started: string[][] = [];

const APPS = {
  python: { 'Dockerfile': 'FROM python:3.11-slim\nWORKDIR /app\nCOPY . .\nCMD ["python3", "app.py"]\n', 'requirements.txt': 'flask\n', 'app.py': 'import time\ntime.sleep(3600)\n' },
  node: { 'Dockerfile': 'FROM node:20-slim\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n', 'package.json': '{ "name": "web", "private": true, "dependencies": { "express": "*" } }\n', 'server.js': 'setTimeout(() => {}, 3600000);\n' },
};

function written(app: keyof typeof APPS, endpoint: string, key: string, more = ''): string {
  return `    build: ./${app}\n    environment:\n      OTEL_SERVICE_NAME: ${app}\n      OTEL_EXPORTER_OTLP_ENDPOINT: ${endpoint}\n      OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf\n${key === '' ? '' : `      OTEL_EXPORTER_OTLP_HEADERS: x-honeycomb-team=${key}\n`}${more}`;
}

beforeAll(async () => {
  honeycomb = await honeycombStandIn(undefined, await bridgeAddress());
  folder = mkdtempSync(join(tmpdir(), 'otel-setup-reach-'));
  const good = honeycomb.keys['configuration'] ?? '';
  for (const [app, files] of Object.entries(APPS)) {
    mkdirSync(join(folder, app));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, app, name), text);
  }
  writeFileSync(join(folder, 'key'), good);
  const https = honeycomb.us.replace('http:', 'https:');
  const services = Object.keys(APPS).flatMap((app) => (app === 'python' || app === 'node' ? [
    `  ${app}-fine:\n${written(app, honeycomb.us, good, app === 'node' ? '      NODE_OPTIONS: --require /nowhere/otel-tracing.js\n    command: ["sh", "-c", "NODE_OPTIONS= exec node server.js"]\n' : '')}`,
    `  ${app}-wrong-key:\n${written(app, honeycomb.us, WRONG)}`,
    `  ${app}-no-name:\n${written(app, 'http://no-such-collector:4318', good)}`,
    `  ${app}-nothing-there:\n${written(app, 'http://127.0.0.1:4318', good)}`,
    `  ${app}-tls:\n${written(app, https, good)}`,
    `  ${app}-path:\n${written(app, `${honeycomb.us}/v1/traces`, good)}`,
  ] : []));
  const secret = `  python-secret:\n${written('python', honeycomb.us, '', '    volumes: ["./key:/run/secrets/key:ro"]\n    command: ["sh", "-c", "export OTEL_EXPORTER_OTLP_HEADERS=x-honeycomb-team=$$(cat /run/secrets/key); exec python3 app.py"]\n')}`;
  writeFileSync(join(folder, 'docker-compose.yml'), `services:\n${[...services, secret].join('')}`);
  await compose(folder, 'up', '-d', '--build');
  known = await look();
}, 600_000);
afterAll(async () => {
  await clear(folder);
  await honeycomb.close();
}, 120_000);

async function look(): Promise<Known> {
  const real = realTools({ terminal: { live: false, columns: 80 }, draw: () => {}, say: () => {} });
  const tools: Tools = { ...real, exec: async (argv, options) => (started.push([...argv]), real.exec(argv, { ...options, cwd: options?.cwd ?? folder })) };
  const workspace = readWorkspace({ cwd: folder, env: process.env });
  if ('ask' in workspace) throw new Error('no compose file');
  return (await probe(factsOf(workspace, []), [engine, containers, reach, sent], tools)).known;
}
const reached = (service: string): Reach | undefined => (known.reach !== undefined && !('missing' in known.reach) ? known.reach.find((one) => one.service === service) : undefined);
const found = (service: string) => diagnose(known, rules, { only: ['container.unreachable', 'container.tls', 'export.unauthorized', 'export.not-found'] }).lines.filter((line) => line.service === service && line.status !== 'ok').map(({ rule, status }) => `${rule} ${status}`);

describe.each(['python', 'node'])('%s', (app) => {
  test.each([
    ['fine', { is: 'answered', status: 200 }, []],
    ['wrong-key', { is: 'answered', status: 401, says: 'unknown API key - check your credentials, region, and API URL' }, ['export.unauthorized broken']],
    ['no-name', { is: 'failed', at: 'dns' }, ['container.unreachable broken']],
    ['nothing-there', { is: 'failed', at: 'connect' }, ['container.unreachable broken']],
    ['tls', { is: 'failed', at: 'tls' }, ['container.tls broken']],
    ['path', { is: 'answered', status: 400 }, ['export.not-found broken']],
  ])('%s', (state, got, expected) => {
    expect(reached(`${app}-${state}`)).toMatchObject({ by: app, got });
    expect(found(`${app}-${state}`)).toEqual(expected);
  });
});

test('a key that only the entrypoint exports is the one that is sent', () => {
  expect(reached('python-secret')).toMatchObject({ by: 'python', got: { is: 'answered', status: 200 } });
});

test('the spans arrive under the services\' names, with the trace ids that the doctor links to', async () => {
  const ids = ['python-fine', 'node-fine', 'python-secret'].map((service) => reached(service)?.traceId);
  expect(ids.filter((id) => id === undefined)).toEqual([]);
  await expect.poll(() => honeycomb.spans.length).toBe(ids.length);
  for (const id of ids) expect(honeycomb.spans).toContainEqual(expect.objectContaining({ traceId: id, name: 'otel-setup doctor' }));
});

test('no key is in an argument, in the facts or in a finding', () => {
  const good = honeycomb.keys['configuration'] ?? '-';
  const facts = 'reach' in known ? JSON.stringify(known.reach) : '';
  const lines = JSON.stringify(diagnose(known, rules).lines);
  for (const text of [started.flat().join('\n'), facts, lines]) {
    expect(text).not.toContain(good);
    expect(text).not.toContain(WRONG);
  }
});
