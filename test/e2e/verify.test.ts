import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { journalName } from '../../src/write/state-folder.ts';
import { verifyLine } from '../../src/ui/json-verify.ts';
import { COLLECTOR, describeWith } from '../helpers/peers.ts';
import { honeycombStandIn, type HoneycombStandIn } from '../helpers/stand-in.ts';
import { bridgeAddress, clear, compose, run } from './docker.ts';
import { program } from './init.ts';
import { checkOut, snapshot } from './tree.ts';

// verify in real containers. The backend is Honeycomb's stand-in on the address that containers reach; the workspace is one
// that init has set up. Afterwards every container is as it was, whatever happened in between.

const source = fileURLToPath(new URL('workspaces/flask-exec', import.meta.url));
const PORT = '4288';
let honeycomb: HoneycombStandIn;
beforeAll(async () => {
  honeycomb = await honeycombStandIn(undefined, await bridgeAddress());
});
afterAll(() => honeycomb.close());
beforeEach(() => honeycomb.behave({}));

const environment = (folder: string): Record<string, string> => ({ XDG_STATE_HOME: `${folder}.state`, HONEYCOMB_API_ENDPOINT: honeycomb.us });
const otelSetup = (folder: string, ...words: string[]) => run([process.execPath, program, ...words], folder, environment(folder));

/** flask as PID 1 ignores SIGTERM: with SIGINT it ends at once, and its last spans are sent. */
const ENDS_AT_ONCE = '    stop_signal: SIGINT\n';
/** A workspace that init has set up, changed by `edit`, and running. */
async function running(name: string, edit: (folder: string) => void = () => {}, stop = ENDS_AT_ONCE): Promise<string> {
  const folder = checkOut(source, name);
  onTestFinished(() => clear(folder));
  const file = join(folder, 'docker-compose.yml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('4201', PORT).replace('    build: ./backend\n', `    build: ./backend\n${stop}`));
  const key = honeycomb.keys['configuration'] ?? '';
  const set = await run([process.execPath, program, 'init', '--yes'], folder, { ...environment(folder), HONEYCOMB_API_KEY: key });
  expect(set.code, set.err).toBe(0);
  edit(folder);
  await compose(folder, 'up', '-d', '--build', '--quiet-pull');
  return folder;
}

const at = (value: unknown, ...path: string[]): unknown => path.reduce<unknown>((inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined), value);
/** Compose writes an environment in another order each time. */
const sortedOf = (list: unknown): unknown => (Array.isArray(list) ? list.map(String).toSorted() : list);
/** Lines are wrapped. */
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

/** Of all containers of a workspace, what must not change: by service, with its state. */
async function containersOf(folder: string): Promise<unknown> {
  const ids = (await run(['docker', 'ps', '--all', '--quiet', '--filter', `label=com.docker.compose.project=${basename(folder).toLowerCase()}`], '.')).out.split('\n').filter((id) => id !== '');
  if (ids.length === 0) return [];
  const found: unknown = JSON.parse((await run(['docker', 'inspect', ...ids], '.')).out);
  if (!Array.isArray(found)) return [];
  return found.map((one: unknown) => ({
    name: at(one, 'Name'), running: at(one, 'State', 'Running'), image: at(one, 'Image'), env: sortedOf(at(one, 'Config', 'Env')), cmd: at(one, 'Config', 'Cmd'), path: at(one, 'Path'), args: at(one, 'Args'),
    hash: at(one, 'Config', 'Labels', 'com.docker.compose.config-hash'), files: at(one, 'Config', 'Labels', 'com.docker.compose.project.config_files'), ports: at(one, 'HostConfig', 'PortBindings'), mounts: at(one, 'HostConfig', 'Binds'),
  }));
}
const networksOf = async (folder: string): Promise<string> => (await run(['docker', 'network', 'ls', '--quiet', '--filter', `label=com.docker.compose.project=${basename(folder).toLowerCase()}`], '.')).out;

/** verify's note and override, wherever its journal lies. */
function leftovers(folder: string): string[] {
  return [join(folder, '.git'), `${folder}.state`].filter((place) => existsSync(place)).flatMap((place) => readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((name) => basename(name).startsWith('verify') || basename(name).startsWith('running')));
}

/** The lines of `verify --json`, each checked against the schema that the program prints. */
function linesOf(out: string): readonly Record<string, unknown>[] {
  return out.split('\n').filter((line) => line !== '').map((line) => ({ ...verifyLine.parse(JSON.parse(line)) }));
}

interface Seen {
  readonly name: string;
  readonly edit?: (folder: string) => void;
  readonly exit: number;
  readonly state: string;
  readonly says: RegExp;
}
const edited = (file: string, change: (text: string) => string) => (folder: string): void => writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')));

describe('three workspaces', () => {
  test.each<Seen>([
    { name: 'works', exit: 0, state: 'works', says: /✔ backend: seen, and accepted https:\/\/ui\.honeycomb\.io\/cruddur\/environments\/bootcamp\/trace\?trace_id=[0-9a-f]{32}/ },
    { name: 'silent', edit: edited('docker-compose.yml', (text) => text.replace('    ports:\n', '    command: python3 -m flask run --host=0.0.0.0 --port=4567\n    ports:\n')), exit: 1, state: 'silent', says: /✘ backend: silent: it answered our request, and sent nothing\. docker-compose\.yml .*opentelemetry.* Do: /i },
    { name: 'refused', edit: edited('.env', (text) => text.replace(/=.*/, `=${'TestUnknownUS'.padEnd(22, '0')}`)), exit: 1, state: 'refused', says: /✘ backend: refused: 401 Unauthorized: unknown API key .*So: the key that it sends is not known there.* Do: compare them/ },
  ])('$name', async ({ name, edit, exit, state, says }) => {
    const folder = await running(`verify-${name}`, edit);
    const [before, tree] = [await containersOf(folder), snapshot(folder)];
    const arrived = honeycomb.spans.length;

    const shown = await otelSetup(folder, 'verify', '--timeout', '12');
    expect({ code: shown.code, err: flat(shown.err) }).toEqual({ code: exit, err: expect.stringMatching(says) });
    expect(await containersOf(folder)).toEqual(before);

    const ran = await otelSetup(folder, 'verify', '--json', '--timeout', '12', '--request', 'GET /api/health');
    expect(ran.code, ran.err).toBe(exit);
    const lines = linesOf(ran.out);
    const report = lines.at(-1);
    expect(report).toMatchObject({ command: 'verify', exit, ok: exit === 0, verified: [{ name: 'backend', state }] });
    const request = lines.find(({ event }) => event === 'request');
    expect(request).toMatchObject({ service: 'backend', url: `http://localhost:${PORT}/api/health`, status: 200 });
    expect(lines.find(({ event }) => event === 'restored')).toEqual({ event: 'restored', problems: [] });
    if (state === 'works') {
      expect(lines).toContainEqual(expect.objectContaining({ event: 'way', is: 'open' }));
      // The trace that we chose is in the backend, with the service's own key and name.
      expect(honeycomb.spans.slice(arrived)).toContainEqual(expect.objectContaining({ dataset: 'backend', traceId: request?.['traceId'] }));
    } else {
      // The doctor, which is asked for a silent service's cause, sends one span of its own on the direct way.
      expect(honeycomb.spans.slice(arrived).filter((span) => span['name'] !== 'otel-setup doctor')).toEqual([]);
    }
    expect(await containersOf(folder)).toEqual(before);
    expect(snapshot(folder)).toEqual(tree);
    expect(leftovers(folder)).toEqual([]);
    // Nothing that was said holds the key.
    for (const text of [shown.out, shown.err, ran.out, ran.err]) for (const key of Object.values(honeycomb.keys)) expect(text).not.toContain(key);
  });
});

test('a process that does not hear SIGTERM: the user\'s container gets its ten seconds, ours the time until all is sent', async () => {
  const folder = await running('verify-deaf', () => {}, '');
  const [before, since] = [await containersOf(folder), Date.now()];
  const ran = await otelSetup(folder, 'verify', '--json');
  expect(ran.code, ran.err).toBe(0);
  const { out } = await run(['docker', 'events', '--since', String(since / 1000), '--until', String(Date.now() / 1000), '--filter', `label=com.docker.compose.project=${basename(folder).toLowerCase()}`, '--filter', 'event=kill', '--format', '{{.ID}} {{.TimeNano}} {{index .Actor.Attributes "signal"}}'], '.');
  const kills = out.trim().split('\n').map((line) => line.split(' '));
  const waits = [...new Set(kills.map(([id]) => id))].map((id) => kills.filter(([own]) => own === id).map(([, time]) => Number(time) / 1e9)).map(([asked = 0, killed = 0]) => Math.round(killed - asked));
  expect([waits.length, waits[0], waits[1]]).toEqual([2, 10, expect.toSatisfy((seconds: number) => seconds >= 1 && seconds <= 6)]);
  // Nothing that was asked for is lost: the last batch came as well.
  const asked = linesOf(ran.out).flatMap((line) => (line['event'] === 'request' ? [line['traceId']] : []));
  expect(honeycomb.spans.map((span) => span['traceId'])).toEqual(expect.arrayContaining(asked));
  expect([asked.length, await containersOf(folder), leftovers(folder)]).toEqual([3, before, []]);
});

test('services that did not run are removed again, and their network', async () => {
  const folder = await running('verify-absent');
  await compose(folder, 'down', '--timeout', '0');
  const ran = await otelSetup(folder, 'verify');
  expect(ran.code, ran.err).toBe(0);
  expect([await containersOf(folder), await networksOf(folder), leftovers(folder)]).toEqual([[], '', []]);
});

test('a port that is taken: the cause in Docker\'s words, and nothing is left', async () => {
  const folder = await running('verify-port');
  await compose(folder, 'down', '--timeout', '0');
  const other = createServer().listen(Number(PORT), '0.0.0.0');
  await once(other, 'listening');
  const ran = await otelSetup(folder, 'verify');
  other.close();
  expect({ code: ran.code, err: flat(ran.err) }).toEqual({ code: 1, err: expect.stringMatching(/address already in use Do: end what has that port/) });
  expect([await containersOf(folder), await networksOf(folder), leftovers(folder)]).toEqual([[], '', []]);
});

test('a container that is older than its files is left as it is, and said so', async () => {
  const folder = await running('verify-outdated');
  const before = await containersOf(folder);
  edited('docker-compose.yml', (text) => text.replace('FRONTEND_URL: "*"', 'FRONTEND_URL: "http://localhost"'))(folder);
  const ran = await otelSetup(folder, 'verify');
  expect({ code: ran.code, err: flat(ran.err) }).toEqual({ code: 1, err: expect.stringMatching(/✘ backend: outdated: .* Do: docker compose up -d --build backend/) });
  expect(await containersOf(folder)).toEqual(before);
});

test('init --run ends in the proof: accepted by Honeycomb, with the link, and containers made from the files alone', async () => {
  const folder = checkOut(source, 'verify-init');
  onTestFinished(() => clear(folder));
  edited('docker-compose.yml', (text) => text.replace('4201', PORT).replace('    build: ./backend\n', `    build: ./backend\n${ENDS_AT_ONCE}`))(folder);
  const ran = await run([process.execPath, program, 'init', '--yes', '--run'], folder, { ...environment(folder), HONEYCOMB_API_KEY: honeycomb.keys['configuration'] ?? '' });
  const link = String.raw`https://ui\.honeycomb\.io/cruddur/environments/bootcamp/trace\?trace_id=([0-9a-f]{32})`;
  expect({ code: ran.code, err: flat(ran.err) }).toEqual({ code: 0, err: expect.stringMatching(new RegExp(`GET http://localhost:${PORT}/ → 404 \\(fine.* ✔ backend · 1 span · accepted by Honeycomb ${link}`)) });
  expect(honeycomb.spans.map((span) => span['traceId'])).toContain(new RegExp(link).exec(ran.err)?.[1]);
  expect(JSON.stringify(await containersOf(folder))).toContain(`OTEL_EXPORTER_OTLP_ENDPOINT=${honeycomb.us}"`);
  expect(leftovers(folder)).toEqual([]);
});

/** verify, running; `said` gives its output up to now. */
function started(folder: string): { readonly child: ChildProcess; readonly ended: Promise<unknown[]>; said(): string; until(pattern: RegExp): Promise<void> } {
  const child = spawn(process.execPath, [program, 'verify', '--timeout', '60', '--no-traffic'], { cwd: folder, env: { ...process.env, ...environment(folder) }, stdio: ['ignore', 'ignore', 'pipe'] });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stderr ?? expect.unreachable('no stderr') }).on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const ended = once(child, 'close');
  return {
    child,
    ended,
    said: () => lines.join('\n'),
    until: (pattern) => Promise.race([
      new Promise<void>((done) => {
        const look = (): void => {
          if (!lines.some((line) => pattern.test(line))) return;
          waiting.delete(look);
          done();
        };
        waiting.add(look);
        look();
      }),
      ended.then(() => Promise.reject(new Error(`verify ended before ${String(pattern)}:\n${lines.join('\n')}`))),
    ]),
  };
}

/** As soon as the note is on the disk. */
async function noted(folder: string): Promise<void> {
  const place = join(`${folder}.state`, 'otel-setup', journalName(realpathSync(folder)));
  const isThere = (): boolean => existsSync(join(place, 'verify.override.json'));
  const watcher = watch(place);
  while (!isThere()) await once(watcher, 'change');
  watcher.close();
}

describe('cut off', () => {
  test('Ctrl-C: everything is put back', async () => {
    const folder = await running('verify-interrupted');
    const before = await containersOf(folder);
    const { child, ended, said, until } = started(folder);
    await until(/Use the application now/);
    expect(await containersOf(folder)).not.toEqual(before);
    // Meanwhile a second one leaves everything alone.
    expect(await otelSetup(folder, 'verify')).toMatchObject({ code: 4, err: expect.stringMatching(/Another otel-setup verify \(process \d+\) is at work/) });
    child.kill('SIGINT');
    expect([(await ended)[0], said()]).toEqual([130, expect.stringContaining('the services are as they were')]);
    expect([await containersOf(folder), leftovers(folder)]).toEqual([before, []]);
  });

  test('the terminal closes, which is said by the system and by the shell: everything is put back', async () => {
    const folder = await running('verify-hung-up');
    const before = await containersOf(folder);
    const { child, ended, said, until } = started(folder);
    await until(/Use the application now/);
    child.kill('SIGHUP');
    await until(/putting backend back/);
    child.kill('SIGHUP');
    expect([(await ended)[0], said()]).toEqual([130, expect.stringContaining('the services are as they were')]);
    expect([await containersOf(folder), leftovers(folder)]).toEqual([before, []]);
  });

  test('Ctrl-C while the services are started: no container is left that the engine was still stopping', async () => {
    const folder = await running('verify-starting');
    const before = await containersOf(folder);
    const { child, ended, said } = started(folder);
    const events = spawn('docker', ['events', '--filter', `label=com.docker.compose.project=${basename(folder).toLowerCase()}`, '--filter', 'event=kill'], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(events.stdout, 'data');
    events.kill();
    child.kill('SIGINT');
    expect([(await ended)[0], said()]).toEqual([130, expect.stringContaining('the services are as they were')]);
    expect([await containersOf(folder), leftovers(folder)]).toEqual([before, []]);
  });

  test('--json, and its reader goes away: everything is put back', async () => {
    const folder = await running('verify-unread');
    const before = await containersOf(folder);
    const child = spawn(process.execPath, [program, 'verify', '--json'], { cwd: folder, env: { ...process.env, ...environment(folder) }, stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect((await ended)[0]).toBe(130);
    expect([await containersOf(folder), leftovers(folder)]).toEqual([before, []]);
  });

  test('docker compose down meanwhile: what was taken away stays away', async () => {
    const folder = await running('verify-down');
    const { child, ended, said, until } = started(folder);
    await until(/Use the application now/);
    await compose(folder, 'down', '--timeout', '0');
    child.kill('SIGINT');
    await ended;
    expect([said(), await containersOf(folder), leftovers(folder)]).toEqual([expect.stringContaining('backend was removed meanwhile'), [], []]);
  });

  test.each<[string, readonly string[], (folder: string, verify: ReturnType<typeof started>) => Promise<unknown>]>([
    ['while the services are started', ['status'], (folder) => noted(folder)],
    ['while it watches', ['explain', 'export.unauthorized'], (_folder, verify) => verify.until(/Use the application now/)],
    ['while it puts them back', ['undo', '--dry-run'], async (_folder, verify) => {
      await verify.until(/Use the application now/);
      verify.child.kill('SIGINT');
      await verify.until(/putting backend back/);
    }],
  ])('kill -9 %s: the next command (%j) puts everything back', async (_moment, next, until) => {
    const folder = await running('verify-killed');
    const before = await containersOf(folder);
    const verify = started(folder);
    await until(folder, verify);
    verify.child.kill('SIGKILL');
    await verify.ended;
    expect(leftovers(folder)).not.toEqual([]);
    const ran = await otelSetup(folder, ...next);
    expect({ code: ran.code, err: ran.err }).toEqual({ code: 0, err: expect.stringContaining('An earlier verify was cut off') });
    expect(await containersOf(folder)).toEqual(before);
    expect(leftovers(folder).filter((name) => !basename(name).startsWith('running'))).toEqual([]);
    // Healed once: the next one has nothing to do.
    expect((await otelSetup(folder, 'status')).err).toBe('');
  });
});

describeWith('behind a Collector of the project, whose queue takes all', [COLLECTOR], () => {
  const IMAGE = 'otel/opentelemetry-collector:otel-setup-test';
  beforeAll(async () => {
    const context = mkdtempSync(join(tmpdir(), 'otelcol-'));
    copyFileSync(COLLECTOR.file, join(context, 'otelcol'));
    writeFileSync(join(context, 'Dockerfile'), 'FROM python:3.11-slim\nCOPY otelcol /otelcol\nENTRYPOINT ["/otelcol"]\n');
    const built = await run(['docker', 'build', '--quiet', '--tag', IMAGE, context], context);
    expect(built.code, built.err).toBe(0);
    rmSync(context, { recursive: true });
  });
  afterAll(async () => void (await run(['docker', 'rmi', '--force', IMAGE], '.')));

  /** The service sends to the Collector, and the Collector to Honeycomb's stand-in with the key of `.env`. */
  const throughCollector = (more: (folder: string) => void = () => {}) => (folder: string): void => {
    edited('docker-compose.yml', (text) => text.replace(honeycomb.us, 'http://otel-collector:4318').replace(/^services:\n/m, `services:\n  otel-collector:\n    image: ${IMAGE}\n    command: ["--config=/etc/otelcol.yaml"]\n    volumes: ["./otelcol.yaml:/etc/otelcol.yaml:ro"]\n    environment: ["HONEYCOMB_API_KEY"]\n`))(folder);
    writeFileSync(join(folder, 'otelcol.yaml'), `receivers: {otlp: {protocols: {http: {endpoint: "0.0.0.0:4318"}}}}\nexporters: {otlphttp: {endpoint: "${honeycomb.us}", headers: {x-honeycomb-team: "\${env:HONEYCOMB_API_KEY}"}}}\nservice:\n  telemetry: {metrics: {level: none}}\n  pipelines: {traces: {receivers: [otlp], exporters: [otlphttp]}}\n`);
    more(folder);
  };

  test('a good key: accepted, as far as the Collector says', async () => {
    const folder = await running('verify-collector', throughCollector());
    const ran = await otelSetup(folder, 'verify', '--services', 'backend', '--timeout', '12');
    expect({ code: ran.code, err: flat(ran.err) }).toEqual({ code: 0, err: expect.stringMatching(/✔ backend: seen, and accepted \(by the Collector otel-collector, which complains of nothing so far\)/) });
  });

  test('an unknown key: the Collector took the spans, and its log says what became of them', async () => {
    const folder = await running('verify-collector-refused', throughCollector(edited('.env', (text) => text.replace(/=.*/, `=${'TestUnknownUS'.padEnd(22, '0')}`))));
    const ran = await otelSetup(folder, 'verify', '--services', 'backend', '--timeout', '12');
    expect({ code: ran.code, err: flat(ran.err) }).toEqual({ code: 1, err: expect.stringMatching(/✘ refused .*✘ backend: refused: the Collector otel-collector took them, and did not get them on: .*key.* Do: docker compose logs --no-color otel-collector \| npx otel-setup explain/i) });
  });
});
