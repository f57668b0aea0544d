/** What Docker and Compose print, read: recorded outputs of several versions, and their complaints. */
import { describe, expect, test } from 'vitest';

import { chosen, hashesOf, wantedHash } from '../../../src/doctor/probes/containers.ts';
import { composeVersion, engine, noEngine } from '../../../src/doctor/probes/engine.ts';
import { factsOf } from '../../../src/doctor/know.ts';
import { inside } from '../../../src/doctor/probes/inside.ts';
import { readAnswer } from '../../../src/doctor/probes/inside/answer.ts';
import { lookups } from '../../../src/doctor/probes/inside/script.ts';
import { type Inspected, readInspect } from '../../../src/doctor/probes/inspected.ts';
import { kept } from '../../../src/doctor/probes/logs.ts';
import { lastWords, readLog } from '../../../src/doctor/probes/logs/read.ts';
import type { Facts } from '../../../src/doctor/types.ts';
import { exec } from '../../../src/io/exec.ts';
import type { Service } from '../../../src/types.ts';
import { path } from '../../../src/workspace/path.ts';
import { readWorkspace } from '../../../src/workspace/read.ts';
import { memoryFiles } from '../../helpers/memory-files.ts';
import { fakeTools } from '../../helpers/tools.ts';

const asked = async (old: string): Promise<Facts['engine'] | { readonly missing: string; readonly then?: string }> =>
  engine.run({} as Facts, fakeTools({ exec: (argv) => (argv[1] === 'version' && argv[0] === 'docker' ? { out: '27.1.1\n' } : argv[0] === 'docker-compose' ? (old === '' ? { code: 127 } : { out: old }) : { code: 1, err: "docker: 'compose' is not a docker command.\nSee 'docker --help'" }) }));
const raw = (more: object = {}, labels: object = {}) => ({
  Id: 'a'.repeat(64), Name: '/shop-api-1', Created: '2026-11-21T15:54:22.103456789Z', Path: 'docker-entrypoint.sh', Args: ['npm', 'start'], Image: 'sha256:b', RestartCount: 2,
  State: { Status: 'running', ExitCode: 0, Error: '', OOMKilled: false, StartedAt: '2026-11-21T15:54:22.407Z', Health: { Status: 'healthy' } },
  Config: { Env: ['A=b=c', 'EMPTY=', 'ALONE'], Labels: { 'com.docker.compose.service': 'api', 'com.docker.compose.config-hash': 'h', 'com.docker.compose.oneoff': 'False', ...labels } },
  NetworkSettings: { Networks: { shop_default: {}, back: {} } }, Mounts: [{ Type: 'bind', Source: '/home/u/api', Destination: '/app' }, { Type: 'volume', Name: 'x', Source: '/var/lib/x', Destination: '/data' }],
  ...more,
});
const dry = (out: string, code = 0) => ({ code, out: '', err: out });
const words = (...lines: readonly string[]) => lastWords(lines.map((line) => ({ line }))).map(({ line }) => line);
const rule = (line: string) => (/ a /.test(line) ? 'export.a' : line === 'b' ? 'export.b' : undefined);

describe('the engine', () => {
  test.each([
    ['not installed', { code: 127, out: '', err: 'docker: not found' }, /not installed/, /docs\.docker\.com/],
    ['stopped', { code: 1, out: '', err: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?' }, /^Docker does not answer at unix:\/\/\/var\/run\/docker\.sock$/, /start Docker/],
    ['socket of root', { code: 1, out: '', err: 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.24/version": dial unix /var/run/docker.sock: connect: permission denied' }, /you may not use its socket at unix:\/\/\/var\/run\/docker\.sock$/, /usermod -aG docker/],
    ['socket of root, newer words', { code: 1, out: '', err: 'permission denied while trying to connect to the docker API at unix:///var/run/docker.sock' }, /you may not use its socket at unix:\/\/\/var\/run\/docker\.sock/, /usermod/],
    ['a context that is gone', { code: 1, out: '', err: 'Current context "desktop-linux" is not found on the file system, please check your config file at /home/u/.docker/config.json' }, /context desktop-linux does not exist/, /docker context use default/],
    ['Docker Desktop not started', { code: 1, out: '', err: 'error during connect: this error may indicate that the docker daemon is not running: Get "http://%2F%2F.%2Fpipe%2Fdocker_engine/v1.24/version": open //./pipe/docker_engine: The system cannot find the file specified.' }, /^Docker does not answer/, /Docker Desktop/],
    ['podman behind docker', { code: 125, out: '', err: 'Emulate Docker CLI using podman.\nCannot connect to Podman. Please verify your connection to the Linux system using `podman system connection list`, or try `podman machine init` and `podman machine start`' }, /does not answer/, /podman machine start/],
    ['too slow', { code: 124, out: '', err: '' }, /in time/, /start Docker again/],
  ])('%s', (_title, result, missing, then) => {
    expect(noEngine(result)).toEqual({ missing: expect.stringMatching(missing), then: expect.stringMatching(then) });
  });

  test.each([['2.40.3-3\n', '2.40.3'], ['v2.2.3\n', '2.2.3'], ['Docker Compose version v5.0.0', '5.0.0'], ['2.24.7', '2.24.7'], ['1.29.2', undefined], ['', undefined]])('the version of Compose in %j', (out, version) => {
    expect(composeVersion({ code: 0, out })).toBe(version);
  });

  test('only Compose 1', async () => expect(await asked('1.29.2')).toMatchObject({ missing: expect.stringContaining('only the old docker-compose'), then: expect.stringContaining('Compose plugin') }));
  test('docker-compose of today, which docker does not know', async () => expect(await asked('v2.24.0')).toMatchObject({ then: expect.stringContaining('cli-plugins') }));
  test('no Compose at all', async () => expect(await asked('')).toEqual({ missing: 'docker has no compose command', then: expect.stringContaining('install the Compose plugin') }));
});

describe('containers', () => {
  test('docker inspect', () => {
    expect(readInspect(JSON.stringify([raw()]))).toEqual([{
      service: 'api', id: 'a'.repeat(64), name: 'shop-api-1', state: 'running', exitCode: 0, error: '', oomKilled: false, restarts: 2, health: 'healthy',
      created: Date.parse('2026-11-21T15:54:22.103Z'), started: Date.parse('2026-11-21T15:54:22.407Z'), env: { A: 'b=c', EMPTY: '', ALONE: '' }, argv: ['docker-entrypoint.sh', 'npm', 'start'],
      image: 'sha256:b', configHash: 'h', networks: ['shop_default', 'back'], mounts: [{ type: 'bind', from: '/home/u/api', to: '/app' }, { type: 'volume', name: 'x', from: '/var/lib/x', to: '/data' }],
    }]);
  });
  test.each([
    ['never started', raw({ State: { Status: 'created', StartedAt: '0001-01-01T00:00:00Z' } }), [{ state: 'created', started: 0 }]],
    ['made by docker compose run', raw({}, { 'com.docker.compose.oneoff': 'True' }), []],
    ['not of Compose', raw({ Config: { Labels: null, Env: null } }), []],
    ['without anything but labels', { Id: 'c', Config: { Labels: { 'com.docker.compose.service': 'db' } } }, [{ service: 'db', state: 'dead', env: {}, argv: [], mounts: [] }]],
  ])('%s', (_title, one, expected) => expect(readInspect(JSON.stringify([one]))).toMatchObject(expected));
  test.each(['', 'Error: No such object', '{}', '[null, 3, "x"]'])('%j is no container', (out) => expect(readInspect(out)).toEqual([]));

  const container = (service: string, more: Partial<Inspected> = {}): Inspected => ({ ...(readInspect(JSON.stringify([raw({}, { 'com.docker.compose.service': service })]))[0] as Inspected), ...more });
  const services = ['api', 'db'].map((name): Service => ({ name, dir: path(''), origin: 'compose', definedIn: [], active: true, env: [], ports: [], mounts: [], extraHosts: [], unsure: [] }));
  test.each([
    ['the project of the files before another one', [container('api', { id: 'other' }), container('api', { id: 'ours', state: 'exited' })], ['ours'], ['ours']],
    ['what runs before what does not', [container('api', { id: 'one', state: 'exited' }), container('api', { id: 'two' })], ['one', 'two'], ['two']],
    ['the newest of several that ended', [container('api', { id: 'old', state: 'exited', created: 1 }), container('api', { id: 'new', state: 'exited', created: 2 })], ['old', 'new'], ['new']],
    ['services that the files do not have', [container('gone', { id: 'gone' })], ['gone'], []],
  ])('of several: %s', (_title, found, ours, ids) => expect(chosen(found, ours, { services }).map(({ id }) => id)).toEqual(ids));

  const [own, other] = ['1'.repeat(64), '2'.repeat(64)];
  test.each([
    ['the same', own, dry(''), own],
    ['another, and up would make it new', other, dry(' DRY-RUN MODE -  Container shop-api-1  Recreate\n DRY-RUN MODE -  Container shop-api-1  Recreated\n'), other],
    ['another, and up would keep it (env_file)', other, dry(' DRY-RUN MODE -  Container shop-api-1  Running\n'), own],
    ['another service is made new', other, dry(' DRY-RUN MODE -  Container shop-api-10  Recreate\n DRY-RUN MODE -  Container shop-api-1  Running\n'), own],
    ['an old Compose without --dry-run', other, dry('unknown flag: --dry-run', 16), ''],
    ['a missing env_file', other, dry('env file /w/nope.env not found', 14), ''],
    ['another project: not spoken of', other, dry(' DRY-RUN MODE -  Container web-api-1  Creating\n'), ''],
    ['no hash at all', undefined, dry(' DRY-RUN MODE -  Container shop-api-1  Recreate\n'), ''],
  ])('the wanted hash: %s', (_title, hash, said, expected) => {
    expect(wantedHash({ name: 'shop-api-1', service: 'api', configHash: own }, new Map(hash === undefined ? [] : [['api', hash]]), said)).toBe(expected);
  });
  test('config --hash', () => {
    expect([...hashesOf({ code: 0, out: `api ${own}\ndb  ${other}\r\n\nwarning: something\n` })]).toEqual([['api', own], ['db', other]]);
    expect([...hashesOf({ code: 14, out: `api ${own}` })]).toEqual([]);
  });
});

describe('inside', () => {
  test('what the scripts print', () => {
    const out = ['T 1795276462', 'W /app', 'P 1 0', 'A sh', 'A -c', 'A exec a\u0001b', 'E OTEL_SERVICE_NAME=api=b', 'P 7 1000', 'A python', 'U', 'R python 3.11.7', 'K flask 3.1.3', 'R python 3.12.0', 'K flask 2.0.0', 'K Jinja2 3', 'N opentelemetry-instrument', 'F abc 2 /app/my app.py', 'noise', 'Z done', ''].join('\n');
    expect(readAnswer(out)).toEqual({
      whole: true, time: 1795276462, runtime: 'python 3.11.7', packages: new Map([['flask', '3.1.3'], ['Jinja2', '3']]), absent: ['opentelemetry-instrument'], sums: [{ path: '/app/my app.py', sum: 'abc', telemetry: true }],
      processes: [{ pid: 1, uid: '0', argv: ['sh', '-c', 'exec a\nb'], env: { OTEL_SERVICE_NAME: 'api=b' }, unread: false }, { pid: 7, uid: '1000', argv: ['python'], env: {}, unread: true }],
    });
  });
  test('a throw-away container that outlives its time is removed by its name', async () => {
    const ran: string[][] = [];
    const tools = fakeTools({ exec: (argv) => (ran.push([...argv]), argv[1] === 'run' ? { code: 124 } : { code: 0 }) });
    const files = memoryFiles({ 'docker-compose.yml': 'services:\n  api:\n    image: python:3.12\n    environment:\n      OTEL_SERVICE_NAME: api\n' });
    const workspace = readWorkspace({ cwd: files.root, env: {}, files });
    if ('ask' in workspace) throw new Error('asked');
    await inside.run({ ...factsOf(workspace, ['api']), containers: [], images: [{ service: 'api', id: 'sha256:b', created: 0 }] } as unknown as Facts, tools);
    const name = ran.find(([, word]) => word === 'run')?.[4];
    expect(name).toMatch(/^otel-setup-look-[0-9a-f]{12}$/);
    expect(ran).toContainEqual(['docker', 'rm', '--force', name]);
  });
  test('an answer that was cut off is not whole, and packages that lie elsewhere are not known', () => {
    expect(readAnswer('T 1\nP 1 0\n').whole).toBe(false);
    expect(readAnswer('R node 20.1.0\nH pnp\nZ done\n').packages).toBeUndefined();
    expect(readAnswer('Z done\n').packages).toBeUndefined();
  });
  test.each(["it's", '$(touch /tmp/pwned)', '`id`', 'a b; rm -rf /', '"; exit 3; "', '-n'])('a name from the repository is one word: %j', async (name) => {
    const { code, out, err } = await exec(['sh', '-s'], { input: `${lookups({ programs: [name], files: [`/nowhere/${name}`] })}\necho Z done\n`, ms: 20_000 });
    expect(code).toBe(0);
    expect(readAnswer(out)).toMatchObject({ whole: true, absent: [name, `/nowhere/${name}`] });
    expect(err).toBe('');
  });
});

describe('logs', () => {
  test('both streams in the order of time', () => {
    expect(readLog('2026-11-21T15:54:22.100000001Z one\n2026-11-21T15:54:24.000Z three\r\n', '2026-11-21T15:54:23.999999999+00:00 \u001b[31mtwo\u001b[0m\nno time\n')).toEqual([
      { line: 'no time' }, { at: Date.parse('2026-11-21T15:54:22.100Z'), line: 'one' }, { at: Date.parse('2026-11-21T15:54:23.999Z'), line: 'two' }, { at: Date.parse('2026-11-21T15:54:24.000Z'), line: 'three' },
    ]);
  });

  test.each([
    ['Python', ['Traceback (most recent call last):', '  File "/usr/local/lib/python3.11/site-packages/flask/cli.py", line 245, in locate_app', '  File "/app/app.py", line 3, in <module>', '    import psycopg', "ModuleNotFoundError: No module named 'psycopg'"], ['  File "/app/app.py", line 3, in <module>', "ModuleNotFoundError: No module named 'psycopg'"]],
    ['Python, a syntax error', ['  File "/app/app.py", line 11', '    def broken(:', '               ^', 'SyntaxError: invalid syntax'], ['  File "/app/app.py", line 11', 'SyntaxError: invalid syntax']],
    ['Node.js', ['/app/index.js:3', 'const x = ;', '          ^', '', 'SyntaxError: Unexpected token \';\'', '    at wrapSafe (node:internal/modules/cjs/loader:1469:18)', 'Node.js v20.20.2'], ['/app/index.js:3', "SyntaxError: Unexpected token ';'"]],
    ['Node.js, a module', ['node:internal/modules/cjs/loader:1210', '  throw err;', "Error: Cannot find module 'express'", 'Require stack:', '- /app/index.js', '    at Object.<anonymous> (/app/index.js:1:17)', 'Node.js v20.20.2'], ['    at Object.<anonymous> (/app/index.js:1:17)', "Error: Cannot find module 'express'"]],
    ['a shell', ['./start.sh: 3: gunicorn: not found'], ['./start.sh: 3: gunicorn: not found']],
    ['exporter noise behind the error', ['  File "/app/app.py", line 1, in <module>', 'ValueError: bad', 'Failed to export span batch code: 401, reason: Unauthorized'], ['  File "/app/app.py", line 1, in <module>', 'ValueError: bad']],
    ['no error at all', ['one', 'two', 'three', '', 'four'], ['two', 'three', 'four']],
    ['nothing', [], []],
  ])('how it ended: %s', (_title, lines, expected) => expect(words(...lines)).toEqual(expected));

  test('the latest line of each rule; last words of what ended; nothing secret', () => {
    const key = 'TestKeyOfALog000000000';
    const entries = [{ at: 1, line: `old a ${key}` }, { at: 2, line: `new a ${key}` }, { at: 3, line: 'b' }, { at: 4, line: `ValueError: ${key}` }];
    const shown = (state: 'running' | 'exited') => kept({ service: 'api', state, env: { OTEL_EXPORTER_OTLP_HEADERS: `x-honeycomb-team=${key}` } }, entries, rule);
    expect(shown('running').map(({ at, rule: led }) => [at, led])).toEqual([[2, 'export.a'], [3, 'export.b']]);
    expect(shown('exited').map(({ at, rule: led }) => [at, led])).toEqual([[2, 'export.a'], [3, 'export.b'], [4, undefined]]);
    expect(JSON.stringify(shown('exited'))).not.toContain(key);
  });
});
