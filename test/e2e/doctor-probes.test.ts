/**
 * The doctor's Docker side in real containers with real SDKs: each state is really made, really sends nothing (seen at the
 * receiver), is named as what it is, and sends once its advice is followed to the letter.
 */
import { mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { diagnose, type Diagnosis } from '../../src/doctor/engine.ts';
import { factsOf } from '../../src/doctor/know.ts';
import { probe } from '../../src/doctor/probing.ts';
import { containers } from '../../src/doctor/probes/containers.ts';
import { engine } from '../../src/doctor/probes/engine.ts';
import { images } from '../../src/doctor/probes/images.ts';
import { inside } from '../../src/doctor/probes/inside.ts';
import { logs } from '../../src/doctor/probes/logs.ts';
import { rules } from '../../src/doctor/rules/index.ts';
import type { Facts, Known } from '../../src/doctor/types.ts';
import { realTools } from '../../src/io/tools.ts';
import { newTraceId, sendUntilAnswered } from '../../src/see/traffic.ts';
import type { Tools } from '../../src/types.ts';
import { readWorkspace } from '../../src/workspace/read.ts';
import { honeycombStandIn, type HoneycombStandIn } from '../helpers/stand-in.ts';
import { writeTree, type Tree } from '../helpers/tree.ts';
import { bridgeAddress, clear, compose, run } from './docker.ts';

const REQUIREMENTS = readFileSync(fileURLToPath(new URL('../../templates/python/3.10/requirements.txt', import.meta.url)), 'utf8');
const pinned = (name: string): string => new RegExp(`^${name}==.*$`, 'm').exec(REQUIREMENTS)?.[0] ?? name;
const SEEN_MS = 8_000;

let honeycomb: HoneycombStandIn;
let folder = '';
const started: (readonly string[])[] = [];
const real = realTools({ terminal: { live: false, columns: 80 }, draw: () => {}, say: () => {} });
const tools: Tools = { ...real, exec: async (argv, options) => (started.push(argv), real.exec(argv, options)) };

beforeAll(async () => {
  honeycomb = await honeycombStandIn(undefined, await bridgeAddress());
});
afterAll(() => honeycomb.close());
afterEach(async () => {
  if (folder !== '') await clear(folder);
  folder = '';
});

function workspace(name: string, tree: Tree): void {
  folder = realpathSync(mkdtempSync(join(tmpdir(), `doctor-${name}-`)));
  writeTree(folder, tree);
}
const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);

async function look(env: NodeJS.ProcessEnv = process.env): Promise<{ readonly known: Known; readonly diagnosis: Diagnosis }> {
  const read = readWorkspace({ cwd: folder, env: { ...env, HONEYCOMB_API_KEY: undefined } });
  if ('ask' in read) throw new Error('no compose file');
  const { known } = await probe(factsOf(read, []), [engine, containers, images, inside, logs], tools);
  return { known, diagnosis: diagnose(known, rules) };
}
const known = <N extends keyof Facts>(facts: Known, name: N): Facts[N] => {
  const fact = facts[name];
  if (fact === undefined || (typeof fact === 'object' && 'missing' in fact)) throw new Error(`${name} is not known: ${JSON.stringify(fact)}`);
  return fact as Facts[N];
};
/** Of the hops that these probes are for. */
const spoken = ({ lines }: Diagnosis): readonly string[] => lines.filter(({ hop, status }) => (hop === 'image' || hop === 'container') && (status === 'broken' || status === 'warn')).map(({ rule, status }) => `${rule} ${status}`);

/** Sends a request to the service and says whether a span of it came. */
async function sends(service: string, port: number): Promise<boolean> {
  const published = (await compose(folder, 'port', service, String(port))).out.trim();
  const before = honeycomb.spans.length;
  const sent = await sendUntilAnswered(tools, `http://${published}/`, newTraceId(), 60_000);
  expect(sent).toMatchObject({ is: 'answered' });
  const end = Date.now() + SEEN_MS;
  while (Date.now() < end && honeycomb.spans.length === before) await new Promise((next) => setTimeout(next, 100));
  return honeycomb.spans.length > before;
}
/** Runs the line behind `Do:` as a user would, in the workspace's folder. */
async function follow({ cause }: Diagnosis): Promise<void> {
  const ran = await run(['sh', '-c', `unset HONEYCOMB_API_KEY; ${cause?.do ?? 'false'}`], folder);
  expect(ran.code, `${cause?.do}\n${ran.err}`).toBe(0);
}

const OLD = 'FROM python:3.11-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install --quiet -r requirements.txt\nCOPY . .\nENV PYTHONDONTWRITEBYTECODE=1\nCMD ["flask", "run", "--host=0.0.0.0", "--port=8000"]\n';
const NEW = OLD.replace('CMD ["flask"', 'CMD ["opentelemetry-instrument", "flask"');
const PLAIN = 'flask\n';
const TRACED = `${PLAIN}${['opentelemetry-distro', 'opentelemetry-exporter-otlp-proto-http', 'opentelemetry-instrumentation-flask'].map(pinned).join('\n')}\n`;
const APP = 'from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get("/")\ndef hello():\n    return "hello"\n';
const file = (more = '', header = 'x-honeycomb-team=${HONEYCOMB_API_KEY}', endpoint = honeycomb.us): string => `services:
  api:
    build: ./api
    stop_grace_period: 0s
    ports: ["127.0.0.1::8000"]
    environment:
      OTEL_SERVICE_NAME: api
      OTEL_EXPORTER_OTLP_ENDPOINT: ${endpoint}
      OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf
      OTEL_METRICS_EXPORTER: none
      OTEL_LOGS_EXPORTER: none
      OTEL_BSP_SCHEDULE_DELAY: "200"
      OTEL_EXPORTER_OTLP_HEADERS: "${header}"
${more}`;
/** Builds and starts everything. */
const up = async (...words: string[]): Promise<void> => void (await compose(folder, 'up', '-d', '--build', ...words));
const startScript = (su: string): string => `#!/bin/sh\nexec ${su} app -s /bin/sh -c "PATH=/opt/python/bin:/usr/local/bin:$PATH; cd /app && exec opentelemetry-instrument flask run --host=0.0.0.0 --port=8000"\n`;
const manifest = (more: Readonly<Record<string, string>>): string => JSON.stringify({ name: 'web', private: true, dependencies: { express: '*', ...more } });
const traced = (name: string, more: Tree = {}): void =>
  workspace(name, { 'compose.yaml': file(), '.env': `HONEYCOMB_API_KEY=${honeycomb.keys['configuration'] ?? ''}\n`, 'api/Dockerfile': NEW, 'api/requirements.txt': TRACED, 'api/app.py': APP, ...more });

describe('a Flask service', () => {
  test('works: nothing is said, and nothing is left behind', async () => {
    traced('works');
    await up();
    expect(await sends('api', 8000)).toBe(true);
    const ofImage = async (): Promise<string> => (await run(['docker', 'ps', '--all', '--quiet', '--filter', `ancestor=${(await compose(folder, 'images', '--quiet')).out.trim()}`], folder)).out;
    const before = await ofImage();
    expect(before).not.toBe('');
    const { known: facts, diagnosis } = await look();
    expect(spoken(diagnosis)).toEqual([]);
    expect(await ofImage()).toBe(before);
    const [one] = known(facts, 'inside');
    expect(one).toMatchObject({ service: 'api', from: 'container', runtime: expect.stringMatching(/^python 3\./), missing: [], stale: [] });
    expect(one?.processes.map(({ env }) => env['PYTHONPATH'])).toEqual([expect.stringContaining('auto_instrumentation')]);
    expect(Math.abs(one?.clock ?? Infinity)).toBeLessThan(5_000);
    // Under another project name it is the same service all the same.
    await compose(folder, 'down');
    const other = `${basename(folder).toLowerCase()}-other`;
    await compose(folder, '-p', other, 'up', '-d');
    expect(known((await look()).known, 'containers').map(({ service, state }) => [service, state])).toEqual([['api', 'running']]);
    await compose(folder, '-p', other, 'down', '--rmi', 'local');
  });

  test('the requirement is in the file and not in the image; then built and not started', async () => {
    traced('not-built', { 'api/Dockerfile': OLD, 'api/requirements.txt': PLAIN });
    await up();
    write('api/requirements.txt', TRACED);
    write('api/Dockerfile', NEW);
    await compose(folder, 'up', '-d');
    expect(await sends('api', 8000)).toBe(false);
    const first = (await look()).diagnosis;
    expect(first.cause).toMatchObject({ rule: 'image.package-missing', service: 'api', do: 'docker compose up -d --build api' });
    expect(first.cause?.says).toContain('built before api/requirements.txt named');

    await compose(folder, 'build');
    expect(await sends('api', 8000)).toBe(false);
    const second = (await look()).diagnosis;
    expect(second.cause).toMatchObject({ rule: 'container.old-image', service: 'api', do: 'docker compose up -d api' });
    await follow(second);
    expect(await sends('api', 8000)).toBe(true);
    expect(spoken((await look()).diagnosis)).toEqual([]);
  });

  test('the wrapper is in the Dockerfile and not in the image', async () => {
    traced('old-command', { 'api/Dockerfile': OLD });
    await up();
    write('api/Dockerfile', NEW);
    await compose(folder, 'up', '-d');
    expect(await sends('api', 8000)).toBe(false);
    const { diagnosis } = await look();
    expect(diagnosis.cause).toMatchObject({ rule: 'image.older-than-edit', service: 'api' });
    await follow(diagnosis);
    expect(await sends('api', 8000)).toBe(true);
    expect(spoken((await look()).diagnosis)).toEqual([]);
  });

  test('the endpoint was mended and the container only restarted', async () => {
    traced('restarted', { 'compose.yaml': file('', undefined, 'http://127.0.0.1:9') });
    await up();
    write('compose.yaml', file());
    await compose(folder, 'restart');
    expect(await sends('api', 8000)).toBe(false);
    const { diagnosis } = await look();
    expect(diagnosis.cause).toMatchObject({ rule: 'container.not-recreated', service: 'api', do: 'docker compose up -d api' });
    await follow(diagnosis);
    expect(await sends('api', 8000)).toBe(true);
    expect(spoken((await look()).diagnosis)).toEqual([]);
  });

  test('the container was made before the key was there', async () => {
    traced('blank', { '.env': '' });
    await up();
    write('.env', `HONEYCOMB_API_KEY=${honeycomb.keys['configuration'] ?? ''}\n`);
    expect(await sends('api', 8000)).toBe(false);
    const { diagnosis } = await look();
    expect(diagnosis.cause).toMatchObject({ rule: 'container.key-blank', service: 'api' });
    await follow(diagnosis);
    expect(await sends('api', 8000)).toBe(true);
  });

  test('an env_file, an anonymous volume and a passed variable make no container old that is not', async () => {
    traced('env-file', { 'compose.yaml': file('    env_file: [more.env]\n    volumes: [/app/cache]\n'), 'more.env': 'GREETING=hello\n' });
    await up();
    const facts = (await look()).known;
    const [one] = known(facts, 'containers');
    expect(one?.wantedHash).toBe(one?.configHash);
    write('more.env', 'GREETING=good evening\n');
    const [again] = known((await look()).known, 'containers');
    expect(again?.wantedHash).not.toBe(again?.configHash);
    expect(spoken((await look()).diagnosis)).toEqual([]);
    write('compose.yaml', file('    env_file: [not-there.env]\n'));
    expect(known((await look()).known, 'containers').map(({ wantedHash }) => wantedHash)).toEqual(['']);
  });

  test('an error of the app itself: its own words and its line', async () => {
    traced('syntax', { 'api/app.py': `${APP}\n\ndef broken(:\n    pass\n` });
    await up();
    await run(['docker', 'wait', ...(await compose(folder, 'ps', '-aq')).out.trim().split('\n')], folder);
    const { diagnosis } = await look();
    // The hop "source" may say it first; the container says the same.
    const line = diagnosis.lines.find(({ rule }) => rule === 'container.exited');
    expect(line?.says).toMatch(/^api does not run: .*SyntaxError/);
    expect(line?.because).toContainEqual(expect.objectContaining({ where: { path: 'api/app.py', line: 11 } }));
  });

  test('the command is not in the image: it was never started', async () => {
    traced('no-program', { 'api/Dockerfile': NEW, 'api/requirements.txt': PLAIN });
    await run(['docker', 'compose', 'up', '-d', '--build'], folder);
    write('api/requirements.txt', TRACED);
    const { diagnosis } = await look();
    expect(diagnosis.cause).toMatchObject({ rule: 'image.package-missing', service: 'api' });
    expect(diagnosis.lines.find(({ rule }) => rule === 'container.exited')?.says).toBe('api was never started: its image has no program opentelemetry-instrument.');
    await follow(diagnosis);
    expect(await sends('api', 8000)).toBe(true);
  });

  test('`su -` drops the environment; without the dash it passes', async () => {
    const dockerfile = NEW.replace(/CMD.*\n/, 'RUN useradd --create-home app && chmod +x start.sh\nCMD ["./start.sh"]\n');
    traced('su', { 'api/Dockerfile': dockerfile, 'api/start.sh': startScript('su -') });
    await up();
    expect(await sends('api', 8000)).toBe(false);
    const { known: facts, diagnosis } = await look();
    expect(spoken(diagnosis)).toEqual(['container.env-not-passed broken']);
    expect(known(facts, 'inside')[0]?.processes.some(({ argv, env }) => argv.some((word) => word.endsWith('flask')) && Object.keys(env).every((name) => !name.startsWith('OTEL_')))).toBe(true);
    write('api/start.sh', startScript('su'));
    await up();
    expect(await sends('api', 8000)).toBe(true);
    expect(spoken((await look()).diagnosis)).toEqual([]);
  });

  test('stopped, paused, taken down, never built', async () => {
    traced('stopped');
    const rule = async () => (await look()).diagnosis.cause?.rule;
    expect(await rule()).toBe('image.none');
    await up();
    await compose(folder, 'pause');
    expect(await rule()).toBe('container.exited');
    await compose(folder, 'unpause');
    expect(await rule()).toBe(undefined);
    await compose(folder, 'stop');
    const { diagnosis } = await look();
    expect(diagnosis.cause).toMatchObject({ rule: 'container.exited', do: 'docker compose up -d api' });
    await follow(diagnosis);
    expect(await rule()).toBe(undefined);
    await compose(folder, 'down');
    expect(await rule()).toBe('container.none');
  });

  test('no key and no value of a variable is in an argument or in a finding', async () => {
    traced('secret');
    await up();
    const { diagnosis } = await look();
    const key = honeycomb.keys['configuration'] ?? '-';
    expect(started.flat().join('\n')).not.toContain(key);
    expect(JSON.stringify(diagnosis)).not.toContain(key);
  });
});

describe('a Node.js service', () => {
  const DOCKERFILE = 'FROM node:20-slim\nWORKDIR /app\nCOPY package.json .\nRUN npm install --silent --no-audit --no-fund\nCOPY . .\nCMD ["node", "server.js"]\n';

  test('a nameless volume over node_modules keeps what the first image had', async () => {
    workspace('volume', {
      'compose.yaml': 'services:\n  web:\n    build: ./web\n    stop_grace_period: 0s\n    volumes: ["./web:/app", "/app/node_modules"]\n    environment:\n      OTEL_SERVICE_NAME: web\n      OTEL_EXPORTER_OTLP_ENDPOINT: http://collector:4318\n',
      'web/Dockerfile': DOCKERFILE, 'web/package.json': manifest({}), 'web/server.js': 'setInterval(() => {}, 1000);\n',
    });
    await compose(folder, 'up', '-d', '--build');
    write('web/package.json', manifest({ '@opentelemetry/api': '*' }));
    await compose(folder, 'up', '-d', '--build');
    const { diagnosis } = await look();
    expect(diagnosis.lines.find(({ rule }) => rule === 'image.package-hidden')).toMatchObject({ service: 'web', do: 'docker compose up -d --build -V web' });
    await run(['sh', '-c', 'docker compose up -d --build -V web'], folder);
    expect(spoken((await look()).diagnosis).filter((text) => text.startsWith('image.'))).toEqual([]);
  });
});

describe('an image without a shell', () => {
  test('its interpreter is asked alone', async () => {
    workspace('no-shell', {
      'compose.yaml': 'services:\n  api:\n    build: ./api\n    stop_grace_period: 0s\n    environment:\n      OTEL_SERVICE_NAME: api\n',
      'api/Dockerfile': `${OLD.replace(/CMD.*\n/, '')}RUN ["python3", "-c", "import os, glob; [os.remove(f) for d in ('/bin', '/usr/bin') for n in ('sh', 'dash', 'bash') for f in glob.glob(d + '/' + n)]"]\nCMD ["python3", "-m", "flask", "run"]\n`,
      'api/requirements.txt': TRACED, 'api/app.py': APP,
    });
    await up();
    expect(known((await look()).known, 'inside')).toMatchObject([{ service: 'api', from: 'container', runtime: expect.stringMatching(/^python 3\./), missing: [], processes: [], packages: { 'opentelemetry-distro': expect.any(String) } }]);
  });
});

describe('without Docker', () => {
  test.each([
    ['stopped', { DOCKER_HOST: 'tcp://127.0.0.1:9' }, /^Docker does not answer at tcp:\/\/127\.0\.0\.1:9/],
    ['not installed', { PATH: '/nowhere' }, /^the program docker is not installed here$/],
  ])('%s: what is behind it is skipped with the reason, never fine', async (_title, env, reason) => {
    workspace('none', { 'compose.yaml': 'services:\n  api:\n    build: .\n    environment:\n      OTEL_SERVICE_NAME: api\n', 'Dockerfile': 'FROM python:3.11-slim\nCMD ["flask", "run"]\n', 'requirements.txt': 'flask\n' });
    const read = readWorkspace({ cwd: folder, env: {} });
    if ('ask' in read) throw new Error('no compose file');
    const elsewhere: Tools = { ...real, exec: (argv, options) => real.exec(argv, { ...options, env: { ...options?.env, ...env } }) };
    const { known: facts } = await probe(factsOf(read, []), [engine, containers, images, inside, logs], elsewhere);
    expect(facts.engine).toMatchObject({ missing: expect.stringMatching(reason), then: expect.stringMatching(/docker/i) });
    const { lines, certain } = diagnose(facts, rules);
    expect(lines.filter(({ rule }) => /^(?:container\.(?:none|exited)|image\.none)$/.test(rule)).map(({ status }) => status)).toEqual(['skipped', 'skipped', 'skipped']);
    expect(certain).toBe(false);
  });
});
