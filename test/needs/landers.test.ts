import { describe, expect, test } from 'vitest';
import { template } from '../../src/templates.ts';
import { ignores } from '../../src/needs/docker-ignore.ts';
import { judge } from '../../src/needs/judge.ts';
import { land as landSecret } from '../../src/needs/secret.ts';
import { isRefusal } from '../../src/formats/refusal.ts';
import { planFile } from '../../src/write/file-plans.ts';
import type { App, Build, Need, Path, Service, Slot, Store, Verdict, Workspace } from '../../src/types.ts';
import { at, folderService, serviceOf, stageOf, startAt, why, workspaceOf } from './service.ts';

const opsOf = (verdict: Verdict) => ('ops' in verdict ? verdict.ops : []);
const COMPOSE = 'services:\n  api:\n    build: ./api\n  worker:\n    build: ./api\n';

/** What a verdict's edits make of a file, by the real formats: an op that no format takes is no op. */
function madeOf(workspace: Workspace, verdict: Verdict, path: string): string {
  const ops = opsOf(verdict).filter((op) => op.op === 'edit' && op.path === path);
  const plan = planFile(workspace.files, path as Path, ops);
  if (isRefusal(plan)) throw new Error(plan.refused);
  return 'after' in plan ? plan.after : '';
}

describe('package', () => {
  const need = { ...why, kind: 'package', name: 'opentelemetry-distro', version: '0.66b1' } as const;
  const npm = { ...why, kind: 'package', name: '@opentelemetry/api', version: '1.10.0' } as const;
  const app = (slot: Slot | undefined, libraries: App['libraries'] = {}, more: Partial<App> = {}): App => ({ language: 'python', libraries, traits: {}, because: [], ...(slot === undefined ? {} : { manifest: slot }), ...more });
  const slot = (path: string, format: string, keys: Slot['at'] = [], from?: number): Slot => ({ path: path as Path, format, at: keys, ...(from === undefined ? {} : { from }) });

  test.each([
    ['requirements.txt', slot('requirements.txt', 'requirements-txt'), 'flask', 'flask\nopentelemetry-distro==0.66b1'],
    ['PEP 621', slot('pyproject.toml', 'toml', ['project', 'dependencies']), '[project]\ndependencies = ["flask"]\n', '[project]\ndependencies = ["flask", "opentelemetry-distro==0.66b1"]\n'],
    ['Poetry', slot('pyproject.toml', 'toml', ['tool', 'poetry', 'dependencies']), '[tool.poetry.dependencies]\npython = "^3.12"\n', '[tool.poetry.dependencies]\npython = "^3.12"\nopentelemetry-distro = "0.66b1"\n'],
    ['Pipfile', slot('Pipfile', 'toml', ['packages']), '[packages]\nflask = "*"\n', '[packages]\nflask = "*"\nopentelemetry-distro = "==0.66b1"\n'],
    ['a RUN line', slot('Dockerfile', 'dockerfile', ['stages', 0, 'instructions', 0, 'args'], 12), 'FROM x\nRUN pip install flask\n', 'FROM x\nRUN pip install opentelemetry-distro==0.66b1 flask\n'],
  ])('%s', (_, manifest, before, after) => {
    const workspace = workspaceOf({ [manifest.path]: before });
    expect(madeOf(workspace, judge(workspace, serviceOf({ app: app(manifest) }), need, []), manifest.path)).toBe(after);
  });

  test('package.json', () => {
    const workspace = workspaceOf({ 'package.json': '{\n  "dependencies": {\n    "express": "5"\n  }\n}\n' });
    const verdict = judge(workspace, serviceOf({ app: app(slot('package.json', 'package-json', ['dependencies']), {}, { language: 'node' }) }), npm, []);
    expect(JSON.parse(madeOf(workspace, verdict, 'package.json'))).toEqual({ dependencies: { '@opentelemetry/api': '1.10.0', express: '5' } });
    expect(opsOf(verdict)).toHaveLength(1);
  });

  test.each([
    ['named without a version', { 'opentelemetry-distro': '' }, 'met'],
    ['named in a range', { 'opentelemetry-distro': '>=0.60b0' }, 'met'],
    ['named in the same version', { 'opentelemetry-distro': '==0.66b1' }, 'met'],
    ['written with an underscore', { opentelemetry_distro: '' }, 'met'],
    ['pinned to another release', { 'opentelemetry-distro': '==0.50b0' }, 'differs'],
    ['another library', { opentelemetry: '' }, 'absent'],
  ])('%s', (_, libraries, is) => {
    const workspace = workspaceOf({ 'requirements.txt': 'flask\n' });
    expect(judge(workspace, serviceOf({ app: app(slot('requirements.txt', 'requirements-txt'), libraries) }), need, []).is).toBe(is);
  });

  test('a library of the app itself in any version is enough', () => {
    const other = { ...need, name: 'gunicorn' };
    expect(judge(workspaceOf({}), serviceOf({ app: app(undefined, { gunicorn: '==1.0' }) }), other, []).is).toBe('met');
  });

  test.each([['python', 'opentelemetry-distro==0.66b1'], ['node', '"opentelemetry-distro": "0.66b1"']])('no manifest (%s): stuck with the line', (language, text) => {
    expect(judge(workspaceOf({}), serviceOf({ app: app(undefined, {}, { language }) }), need, [])).toMatchObject({ is: 'stuck', paste: { text } });
  });

  const lockOf = (tree: Readonly<Record<string, string>>, manifest: Slot, more: Partial<App> = {}) =>
    opsOf(judge(workspaceOf(tree), serviceOf({ app: app(manifest, {}, more) }), manifest.format === 'package-json' ? npm : need, [])).filter((op) => op.op === 'lock');
  const json = slot('web/package.json', 'package-json', ['dependencies']);
  const toml = slot('pyproject.toml', 'toml', ['project', 'dependencies']);
  const inFile = slot('requirements.in', 'requirements-txt');
  const HEADER = (command: string) => `#\n# This file is autogenerated by pip-compile with Python 3.12\n# by the following command:\n#\n#    ${command}\n#\nflask==3\n`;

  test.each([
    ['npm, in the version of the lock', { 'web/package.json': '{}', 'web/package-lock.json': '{\n  "lockfileVersion": 2\n}' }, json, { argv: ['npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', '--lockfile-version=2'], cwd: 'web', reads: ['web/package.json'], writes: ['web/package-lock.json'] }],
    ['a shrinkwrap', { 'web/package.json': '{}', 'web/npm-shrinkwrap.json': '{"lockfileVersion": 3}', 'web/package-lock.json': '{}' }, json, { writes: ['web/npm-shrinkwrap.json'] }],
    ['pnpm', { 'web/package.json': '{}', 'web/pnpm-lock.yaml': "lockfileVersion: '9.0'\n", 'web/.npmrc': 'x=1\n' }, json, { argv: ['pnpm', 'install', '--lockfile-only', '--ignore-scripts', '--ignore-pnpmfile'], reads: ['web/package.json', 'web/.npmrc'] }],
    ['yarn 1', { 'web/package.json': '{}', 'web/yarn.lock': '# yarn lockfile v1\n' }, json, { argv: ['yarn', 'install', '--ignore-scripts', '--ignore-engines', '--non-interactive'] }],
    ['yarn 2 and later', { 'web/package.json': '{}', 'web/yarn.lock': '__metadata:\n  version: 8\n' }, json, { argv: ['yarn', 'install', '--mode=update-lockfile'] }],
    ['bun', { 'web/package.json': '{}', 'web/bun.lock': '{}' }, json, { argv: ['bun', 'install', '--lockfile-only', '--ignore-scripts'] }],
    ['the root of a monorepo', { 'package.json': '{"workspaces": ["web"]}', 'package-lock.json': '{"lockfileVersion": 3}', 'web/package.json': '{}' }, json, { cwd: '', reads: ['package.json', 'web/package.json'], writes: ['package-lock.json'] }],
    ['uv', { 'pyproject.toml': '[project]\ndependencies = []\n', 'uv.lock': 'version = 1\n' }, toml, { argv: ['uv', 'lock'], writes: ['uv.lock'] }],
    ['poetry', { 'pyproject.toml': '[project]\ndependencies = []\n', 'poetry.lock': '' }, toml, { argv: ['poetry', 'lock'] }],
    ['pipenv', { Pipfile: '[packages]\n', 'Pipfile.lock': '{}' }, slot('Pipfile', 'toml', ['packages']), { argv: ['pipenv', 'lock'] }],
    ['pip-compile, with the options of its header', { 'requirements.in': 'flask\n', 'requirements.txt': HEADER('pip-compile --generate-hashes --output-file=requirements.txt requirements.in') }, inFile, { argv: ['pip-compile', '--generate-hashes', '--output-file=requirements.txt', 'requirements.in'], writes: ['requirements.txt'] }],
    ['an output with hashes and no header', { 'requirements.in': 'flask\n', 'requirements.txt': 'flask==3 --hash=sha256:00\n' }, inFile, { argv: ['pip-compile', '--generate-hashes', '--output-file=requirements.txt', 'requirements.in'] }],
    ['uv pip compile, for the Python of the image', { 'requirements.in': 'flask\n', 'requirements.txt': HEADER('uv pip compile requirements.in -o requirements.txt') }, inFile, { argv: ['uv', 'pip', 'compile', '--python-version=3.11', '--output-file=requirements.txt', 'requirements.in'] }],
  ])('the lock file of %s', (_, tree, manifest, expected) => {
    expect(lockOf(tree, manifest, { runtime: '3.11' })).toMatchObject([expected]);
  });

  test.each([
    ['no lock file', { 'web/package.json': '{}' }, json],
    ['a lock file above that is not for it', { 'package.json': '{}', 'package-lock.json': '{}', 'web/package.json': '{}' }, json],
    ['plain requirements', { 'requirements.txt': 'flask\n' }, slot('requirements.txt', 'requirements-txt')],
  ])('%s: nothing is run', (_, tree, manifest) => expect(lockOf(tree, manifest)).toEqual([]));

  test.each([
    ['a binary lock', { 'web/package.json': '{}', 'web/bun.lockb': 'x' }, json, npm],
    ['a header with an unknown option', { 'requirements.in': 'flask\n', 'requirements.txt': HEADER('pip-compile --config=evil requirements.in') }, inFile, need],
    ['an .in file without its output', { 'requirements.in': 'flask\n' }, inFile, need],
  ])('%s is stuck with the command', (_, tree, manifest, wanted) => {
    expect(judge(workspaceOf(tree), serviceOf({ app: app(manifest) }), wanted, [])).toMatchObject({ is: 'stuck', paste: { into: 'your shell' } });
  });
});

describe('wrap', () => {
  const need: Need = { ...why, kind: 'wrap', argv: ['opentelemetry-instrument'] };
  const DOCKERFILE = 'FROM python:3.12\nWORKDIR /app\nCOPY . .\nCMD ["flask", "run"]\n';
  const build: Build = { context: 'api' as Path, dockerfile: 'api/Dockerfile' as Path, args: {}, stage: stageOf({ cmd: { argv: ['flask', 'run'], shell: false, where: at('api/Dockerfile', 4), slot: { path: 'api/Dockerfile' as Path, format: 'dockerfile', at: [] } } }) };
  const tree = { 'compose.yml': COMPOSE, 'api/Dockerfile': DOCKERFILE };
  const api = serviceOf({ build, start: startAt(['flask', 'run']) });
  const worker = serviceOf({ name: 'worker', build, start: startAt(['flask', 'run']) });
  const judged = (service: Service, others: readonly Service[] = [], chosen = ['api']) => judge(workspaceOf(tree, [service, ...others]), service, need, chosen);

  test('goes in front of the words at the slot', () => {
    const workspace = workspaceOf(tree, [api]);
    expect(madeOf(workspace, judge(workspace, api, need, ['api']), 'api/Dockerfile')).toContain('CMD ["opentelemetry-instrument", "flask", "run"]');
  });

  test.each([
    ['first', ['opentelemetry-instrument', 'flask', 'run'], ['flask', 'run']],
    ['by its path', ['/opt/bin/opentelemetry-instrument', 'flask'], ['flask']],
    ['behind a runner', ['poetry', 'run', 'opentelemetry-instrument', 'flask'], ['flask']],
    ['in a shell line', ['/bin/sh', '-c', 'migrate && exec opentelemetry-instrument flask run'], ['flask', 'run']],
    ['in an entry script', ['/entry.sh'], ['opentelemetry-instrument', 'gunicorn']],
  ])('met where the wrapper is there: %s', (_, argv, real) => {
    expect(judged({ ...api, start: startAt(argv, { real }) }).is).toBe('met');
  });

  test('a word that only looks like it is no wrapper', () => {
    expect(judged({ ...api, start: startAt(['sh', '-c', 'cat my-opentelemetry-instrument.txt'], { real: ['cat'] }) }).is).toBe('absent');
  });

  test('a script of the user: stuck where the command really is', () => {
    const { slot: _slot, ...start } = startAt(['/run.sh'], { real: ['gunicorn', 'app:app'], realWhere: at('api/run.sh', 7), noSlot: 'run.sh starts the server and takes no arguments.' });
    expect(judged({ ...api, start })).toEqual({ is: 'stuck', stuck: 'run.sh starts the server and takes no arguments.', paste: { into: 'api/run.sh:7', text: 'opentelemetry-instrument gunicorn app:app' } });
  });

  test('a start that only the base image knows is stuck; of a folder, run takes care', () => {
    expect(judged(serviceOf())).toMatchObject({ is: 'stuck' });
    expect(judge(workspaceOf({}), folderService(), need, ['api']).is).toBe('met');
  });

  test('a Dockerfile of two services: both chosen is fine, else the chosen one gets a command of its own', () => {
    expect(opsOf(judged(api, [worker], ['api', 'worker']))).toMatchObject([{ path: 'api/Dockerfile' }]);
    const workspace = workspaceOf(tree, [api, worker]);
    const verdict = judge(workspace, api, need, ['api']);
    expect(madeOf(workspace, verdict, 'compose.yml')).toMatch(/command: "?opentelemetry-instrument flask run/);
    expect(opsOf(verdict)).toHaveLength(1);
  });

  test('the other one with a command of its own does not count', () => {
    const other = { ...worker, start: startAt(['celery'], { slot: { path: 'compose.yml' as Path, format: 'compose', at: ['services', 'worker', 'command'] } }) };
    expect(opsOf(judged(api, [other]))).toMatchObject([{ path: 'api/Dockerfile' }]);
  });

  test.each([
    ['an ENTRYPOINT', { ...build, stage: stageOf({ ...build.stage, entrypoint: { argv: ['/e.sh'], shell: false, where: at('api/Dockerfile'), slot: { path: 'api/Dockerfile' as Path, format: 'dockerfile', at: [] } } }) }],
    ['a shell line', { ...build, stage: stageOf({ cmd: { argv: ['/bin/sh', '-c', 'flask run'], shell: true, where: at('api/Dockerfile'), slot: { path: 'api/Dockerfile' as Path, format: 'dockerfile', at: [] } } }) }],
  ])('shared with %s: stuck, never a silent edit of both', (_, shared) => {
    expect(judged({ ...api, build: shared }, [worker])).toMatchObject({ is: 'stuck', stuck: expect.stringContaining('worker') as string });
  });

  test('words of a compose command are quoted as Compose reads them', () => {
    const cmd = ['sh', 'it’s', "a'b", '$HOME', 'x y'];
    const stage = stageOf({ cmd: { argv: cmd, shell: false, where: at('api/Dockerfile'), slot: { path: 'api/Dockerfile' as Path, format: 'dockerfile', at: [] } } });
    const [op] = opsOf(judged({ ...api, build: { ...build, stage }, start: startAt(cmd) }, [worker]));
    expect(op).toMatchObject({ change: { do: 'set', value: `opentelemetry-instrument sh 'it’s' 'a'\\''b' '$$HOME' 'x y'` } });
  });
});

describe('file', () => {
  const need: Need = { ...why, kind: 'file', template: 'node/otel.cjs', to: 'otel.cjs' };
  const DOCKERFILE = 'FROM node:22\nWORKDIR /srv\nCOPY server.js ./\nUSER node\nCMD ["node", "server.js"]\n';
  const copies = (from: string) => [{ from, to: '/srv/', where: at('api/Dockerfile', 3) }];
  const build = (from: string): Build => ({ context: 'api' as Path, dockerfile: 'api/Dockerfile' as Path, args: {}, stage: stageOf({ workdir: '/srv', copies: copies(from) }) });
  const tree = { 'compose.yml': COMPOSE, 'api/Dockerfile': DOCKERFILE };
  const create = { op: 'create', path: 'api/otel.cjs', template: 'node/otel.cjs' };

  test('created beside the code; where the image copies the folder that is all', () => {
    expect(opsOf(judge(workspaceOf(tree), serviceOf({ build: build('.') }), need, []))).toEqual([create]);
  });

  test('else a COPY in front of the CMD brings it into the image', () => {
    const workspace = workspaceOf(tree);
    const verdict = judge(workspace, serviceOf({ build: build('server.js') }), need, []);
    expect(opsOf(verdict)[0]).toEqual(create);
    expect(madeOf(workspace, verdict, 'api/Dockerfile')).toBe(DOCKERFILE.replace('CMD', 'COPY otel.cjs /srv/\nCMD'));
  });

  test('met where it is there and gets in; another file of that name is the user’s', () => {
    const there = { ...tree, 'api/otel.cjs': template('node/otel.cjs') };
    expect(judge(workspaceOf(there), serviceOf({ build: build('.') }), need, [])).toEqual({ is: 'met', where: { path: 'api/otel.cjs' } });
    expect(opsOf(judge(workspaceOf(there), serviceOf({ build: build('server.js') }), need, []))).toHaveLength(1);
    expect(judge(workspaceOf({ ...tree, 'api/otel.cjs': '// mine\n' }), serviceOf({ build: build('.') }), need, [])).toMatchObject({ is: 'stuck', stuck: expect.stringContaining('another file') as string });
  });

  test('a bind mount brings it, whatever .dockerignore says', () => {
    const ignored = { ...tree, 'api/.dockerignore': '*.cjs\n' };
    expect(opsOf(judge(workspaceOf(ignored), serviceOf({ build: build('.'), mounts: [{ from: 'api' as Path, to: '/srv' }] }), need, []))).toEqual([create]);
    expect(judge(workspaceOf(ignored), serviceOf({ build: build('.') }), need, [])).toMatchObject({ is: 'stuck', paste: { into: 'api/.dockerignore', text: '!otel.cjs' } });
  });

  test('an image without a build has no way in; a folder needs none', () => {
    expect(judge(workspaceOf(tree), serviceOf({ image: 'x' }), need, [])).toMatchObject({ is: 'stuck' });
    expect(opsOf(judge(workspaceOf({}), folderService(), need, []))).toEqual([{ ...create, path: 'otel.cjs' }]);
  });

  // moby/patternmatcher's own cases.
  test.each([
    ['*', 'otel.cjs', true],
    ['*\n!otel.cjs', 'otel.cjs', false],
    ['*.cjs', 'lib/otel.cjs', false],
    ['**/*.cjs', 'lib/otel.cjs', true],
    ['**/*.cjs', 'otel.cjs', true],
    ['lib', 'lib/otel.cjs', true],
    ['/lib/', 'lib/otel.cjs', true],
    ['lib/**', 'lib/a/otel.cjs', true],
    ['lib\n!lib/otel.cjs', 'lib/otel.cjs', false],
    ['!otel.cjs\n*', 'otel.cjs', true],
    ['# otel.cjs', 'otel.cjs', false],
    ['otel.?js', 'otel.cjs', true],
    ['otel.[cm]js', 'otel.cjs', true],
    ['otel.[!c]js', 'otel.cjs', false],
    ['./x/../otel.cjs', 'otel.cjs', true],
    ['otelxcjs', 'otel.cjs', false],
    ['otel\\.cjs', 'otel.cjs', true],
  ])('.dockerignore %j keeps %s out: %s', (text, path, out) => expect(ignores(text, path)).toBe(out));
});

describe('host', () => {
  const need: Need = { ...why, kind: 'host', name: 'host.docker.internal', address: 'host-gateway' };
  const tree = { 'compose.yml': COMPOSE };
  test('added to extra_hosts', () => {
    const workspace = workspaceOf(tree);
    expect(madeOf(workspace, judge(workspace, serviceOf(), need, []), 'compose.yml')).toMatch(/extra_hosts:\n\s+- "?host\.docker\.internal:host-gateway"?\n/);
  });
  test.each([
    ['written with a colon', { extraHosts: ['host.docker.internal:host-gateway'] }, 'met'],
    ['written with an equals sign', { extraHosts: ['host.docker.internal=host-gateway'] }, 'met'],
    ['another address', { extraHosts: ['host.docker.internal=10.0.0.1'] }, 'differs'],
    ['a name that ends alike', { extraHosts: ['xhost.docker.internal=host-gateway'] }, 'absent'],
    ['the network of the host', { networkMode: 'host' }, 'met'],
    ['a folder', { origin: 'folder' }, 'met'],
  ] as const)('%s', (_, service, is) => expect(judge(workspaceOf(tree), serviceOf(service), need, []).is).toBe(is));
});

describe('secret', () => {
  const need = { ...why, kind: 'secret', name: 'HONEYCOMB_API_KEY' } as const;
  const vault: Store = { id: 'vault', title: 'vault', lasts: 'every new workspace', usable: () => true, get: async () => undefined, put: async () => {} };
  test('every store that does not keep it yet gets it', () => {
    const workspace = workspaceOf({ '.gitignore': '.env\n' });
    const verdict = judge(workspace, serviceOf(), need, []);
    expect(opsOf(verdict)).toEqual([{ op: 'edit', path: '.env', format: 'dotenv', change: { do: 'set', at: [need.name], value: { secret: need.name } } }]);
    expect(landSecret(workspace, need, { stores: [vault], keeps: new Set() })).toEqual({ is: 'absent', ops: [{ op: 'store', store: 'vault', name: need.name }] });
    expect(landSecret(workspace, need, { stores: [vault], keeps: new Set(['vault']) }).is).toBe('met');
  });
  test('met where .env has a value, absent where it is blank', () => {
    expect(judge(workspaceOf({ '.env': `${need.name}=abc\n` }), serviceOf(), need, [])).toEqual({ is: 'met', where: { path: '.env' } });
    expect(judge(workspaceOf({ '.env': `${need.name}=\n` }), serviceOf(), need, []).is).toBe('absent');
  });
  test('a store that cannot take it makes it stuck, with its reason', () => {
    const closed: Store = { ...vault, ops: () => ({ stuck: 'closed' }) };
    expect(landSecret(workspaceOf({}), need, { stores: [closed], keeps: new Set() })).toEqual({ is: 'stuck', stuck: 'closed' });
  });
});
