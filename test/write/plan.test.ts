import { describe, expect, test } from 'vitest';
import type { ExecResult, Judged, Op, Path, Plan, Verdict } from '../../src/types.ts';
import { referee } from '../../src/write/compose-referee.ts';
import { lockVersion } from '../../src/write/lock-versions.ts';
import { makePlan } from '../../src/write/plan.ts';
import { parsePlan, planJson, planJsonSchema, readPlanFile } from '../../src/write/plan-file.ts';
import { applySplices } from '../../src/formats/splices.ts';
import { saveText, realDisk } from '../../src/write/write.ts';
import { checkout, type Tree } from '../helpers/tree.ts';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BEFORE, gitTools, judgedAs, KEY, OPS, planFor, workspaceAt } from './sample.ts';

const need = { kind: 'env', name: 'X', value: 'x', by: 'test', why: 'test' } as const;
const set = (service: string, name: string, value: string): Op => ({ op: 'edit', path: 'docker-compose.yml' as Path, format: 'compose', change: { do: 'set', at: ['services', service, 'environment', name], value } });

/** A plan for a tree that exists only while it is made. */
async function planOf(tree: Tree, judged: readonly Judged[], exec?: Parameters<typeof gitTools>[1], options = {}): Promise<{ plan: Plan; ran: readonly (readonly string[])[] }> {
  const { folder, remove } = checkout(tree);
  try {
    const tools = gitTools(folder, exec);
    return { plan: await makePlan(workspaceAt(folder), judged, tools, options), ran: tools.ran };
  } finally {
    remove();
  }
}
const judged = (service: string, verdict: Verdict): Judged => ({ service, need, verdict });
const after = (plan: Plan, tree: Tree, path: string): string => applySplices(tree[path] ?? '', plan.patches.find((p) => p.path === path)?.splices ?? []);

const stuck = (text: string): Verdict => ({ is: 'stuck', stuck: 'No file.', paste: { into: 'requirements.txt', text } });

const THREE: Tree = {
  'docker-compose.yml': 'services:\n  a:\n    image: x\n  b:\n    image: x\n    environment:\n      - TAG=mine\n  c:\n    image: x\n',
};

describe('makePlan', () => {
  test('the same operation of two services is done once', async () => {
    const { plan } = await planOf(BEFORE, [...judgedAs(OPS, 'api'), ...judgedAs(OPS, 'worker')]);
    expect(plan.ops).toHaveLength(OPS.length);
    expect(plan.refused).toEqual([]);
  });

  test('a service that cannot be done is taken out whole, the others stay', async () => {
    const { plan } = await planOf(THREE, ['a', 'b', 'c'].flatMap((s) => judgedAs([set(s, 'TAG', s), { op: 'create', path: `${s}.cjs` as Path, template: 'node/otel.cjs' }], s)));
    expect(plan.refused).toMatchObject([{ service: 'b', why: expect.stringContaining('docker-compose.yml') as string, paste: { into: 'docker-compose.yml', text: expect.stringContaining('TAG: "b"') as string } }]);
    expect(plan.patches.map((p) => p.path)).toEqual(['docker-compose.yml', 'a.cjs', 'c.cjs']);
    expect(after(plan, THREE, 'docker-compose.yml')).toMatch(/TAG: "?a/);
    expect(JSON.stringify(plan.ops)).not.toContain('"b"');
  });

  test('of two services that contradict each other the first one stays', async () => {
    const { plan } = await planOf(THREE, [...judgedAs([set('a', 'TAG', '1')], 'a'), ...judgedAs([set('c', 'M', '1')], 'c'), ...judgedAs([set('a', 'TAG', '2')], 'd')]);
    expect(plan.refused.map((r) => r.service)).toEqual(['d']);
    expect(plan.ops).toHaveLength(2);
  });

  test('a stuck need takes its service out, with all that is to paste', async () => {
    const { plan } = await planOf(THREE, [judged('a', { is: 'absent', ops: [set('a', 'TAG', '1')] }), judged('a', stuck('one')), judged('a', stuck('two')), judged('c', { is: 'absent', ops: [set('c', 'TAG', '1')] })]);
    expect(plan.refused).toEqual([{ service: 'a', why: 'No file.', paste: { into: 'requirements.txt', text: 'one\ntwo' } }]);
    expect(plan.ops).toEqual([set('c', 'TAG', '1')]);
  });

  test('what differs is left by init and taken by a fix', async () => {
    const tree = { 'docker-compose.yml': 'services:\n  a:\n    image: x\n    environment:\n      N: old\n' };
    const replace: Op = { op: 'edit', path: 'docker-compose.yml' as Path, format: 'compose', change: { do: 'replace', at: ['services', 'a', 'environment', 'N'], was: 'old', value: 'new' } };
    const one = [judged('a', { is: 'differs', where: { path: 'docker-compose.yml' as Path, line: 5 }, found: 'old', ops: [replace] })];
    expect((await planOf(tree, one)).plan.patches).toEqual([]);
    expect(after((await planOf(tree, one, undefined, { differs: true })).plan, tree, 'docker-compose.yml')).toMatch(/N: "?new/);
  });

  test('met and nothing else: an empty plan', async () => {
    expect((await planOf(BEFORE, [judged('api', { is: 'met', where: 'shell' })])).plan).toMatchObject({ ops: [], patches: [], refused: [] });
  });

  test('the same input gives the same plan, and a thousand services are planned in one go', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => `s${i}`);
    const tree = { 'docker-compose.yml': `services:\n${names.map((n) => `  ${n}:\n    image: x\n`).join('')}` };
    const many = names.flatMap((n) => judgedAs([set(n, 'N', n)], n));
    const one = await planOf(tree, many);
    expect(one.plan.refused).toEqual([]);
    expect(planJson((await planOf(tree, many)).plan)).toBe(planJson(one.plan));
  });
});

describe('lock files', () => {
  const lock: Op = { op: 'lock', argv: ['npm', 'install', '--package-lock-only'], cwd: 'web' as Path, reads: ['web/package.json' as Path], writes: ['web/package-lock.json' as Path] };
  const add: Op = { op: 'edit', path: 'web/package.json' as Path, format: 'package-json', change: { do: 'set', at: ['dependencies', 'b'], value: '1.0.0' } };
  const tree: Tree = { ...THREE, 'web/package.json': '{\n  "dependencies": {\n    "a": "1.0.0"\n  }\n}\n', 'web/package-lock.json': '{\n  "lockfileVersion": 3,\n  "packages": {\n    "node_modules/a": {}\n  }\n}\n' };
  const all = [...judgedAs([add, lock], 'web'), ...judgedAs([set('a', 'TAG', '1')], 'a')];

  async function withManager(manage: (folder: string) => Partial<ExecResult>, options = {}) {
    let cwd = '';
    const { folder, remove } = checkout(tree);
    const base = gitTools(folder);
    const tools = {
      ...base,
      exec: async (argv: readonly string[], o?: { readonly cwd?: string }) => {
        if (argv[0] !== 'npm') return base.exec(argv);
        cwd = o?.cwd ?? '';
        return { code: 0, out: '', err: '', ...manage(cwd) };
      },
    };
    const plan = await makePlan(workspaceAt(folder), all, tools, options);
    const unchanged = readFileSync(join(folder, 'web/package-lock.json'), 'utf8') === tree['web/package-lock.json'];
    remove();
    expect(unchanged).toBe(true);
    expect(cwd === '' || !existsSync(cwd)).toBe(true);
    return plan;
  }

  test('the package manager sees the planned manifest in a copy; its result becomes a patch', async () => {
    const plan = await withManager((folder) => {
      expect(readFileSync(join(folder, 'package.json'), 'utf8')).toContain('"b": "1.0.0"');
      writeFileSync(join(folder, 'package-lock.json'), (tree['web/package-lock.json'] ?? '').replace('/a": {}\n', '/a": {},\n    "node_modules/b": {}\n'));
      return {};
    });
    expect(plan.refused).toEqual([]);
    expect(plan.patches.map((p) => [p.path, p.kind])).toEqual([['docker-compose.yml', 'edit'], ['web/package.json', 'edit'], ['web/package-lock.json', 'lock']]);
    expect(after(plan, tree, 'web/package-lock.json')).toContain('"node_modules/b": {}\n');
  });

  test.each([
    ['is not installed', () => ({ code: 127 }), /npm is not installed here/],
    ['does not end', () => ({ code: 124 }), /did not finish/],
    ['fails', () => ({ code: 1, err: 'npm notice x\nnpm error code E404\nnpm error 404 Not Found\n' }), /404 Not Found/],
    ['writes another format', (folder: string) => {
      writeFileSync(join(folder, 'package-lock.json'), '{ "lockfileVersion": 2 }');
      return {};
    }, /another version \(2\) than the one that is there \(3\)/],
  ] as const)('a package manager that %s: its service is refused with the command, the others stay', async (_, manage, says) => {
    const plan = await withManager(manage);
    expect(plan.refused).toEqual([{ service: 'web', why: expect.stringMatching(says) as string, paste: { into: 'your shell', text: 'cd web\nnpm install --package-lock-only --ignore-scripts --save-exact b@1.0.0' } }]);
    expect(plan.patches.map((p) => p.path)).toEqual(['docker-compose.yml']);
  });

  test('without locks: nothing is run, nothing is refused', async () => {
    const plan = await withManager(() => expect.unreachable('npm was run'), { locks: 'follow' });
    expect(plan.refused).toEqual([]);
    expect(plan.patches.map((p) => p.kind)).not.toContain('lock');
  });

  test.each([
    ['package-lock.json', '"lockfileVersion": 3', '3'],
    ['a/pnpm-lock.yaml', "lockfileVersion: '9.0'\n", '9.0'],
    ['yarn.lock', '# THIS IS AN AUTOGENERATED FILE.\n# yarn lockfile v1\n', 'yarn lockfile v1'],
    ['yarn.lock', '__metadata:\n  version: 8\n', '8'],
    ['uv.lock', 'version = 1\nrevision = 3\n', '1'],
    ['poetry.lock', '[metadata]\nlock-version = "2.1"\n', '2.1'],
    ['requirements.txt', '# This file is autogenerated by pip-compile with Python 3.12\n', 'Python 3.12'],
    ['requirements.txt', 'flask\n', undefined],
  ])('the version that %s names', (path, text, version) => expect(lockVersion(path, text)).toBe(version));
});

describe('a plan as a file', () => {
  test('comes back as it was, holds no value, and fits its workspace until a file changes', async () => {
    const { folder, remove } = checkout(BEFORE);
    const plan = await planFor(folder, gitTools(folder));
    const file = join(folder, '../plan.json');
    saveText(file, planJson(plan));
    expect(readFileSync(file, 'utf8')).not.toContain(KEY);
    expect(readPlanFile(file, workspaceAt(folder))).toEqual(plan);
    writeFileSync(join(folder, 'api/requirements.txt'), 'other\n');
    expect(() => readPlanFile(file, workspaceAt(folder))).toThrow(/api\/requirements.txt has changed/);
    remove();
  });

  const minimal = { schema: 1, judged: [], ops: [], patches: [], refused: [] };
  const patch = { path: 'a', encoding: 'utf-8', before: null, after: '0'.repeat(64), splices: [], kind: 'edit' };
  test.each([
    ['no JSON', '{', /is not JSON/],
    ['another schema', JSON.stringify({ ...minimal, schema: 2 }), /schema/],
    ['a path that leaves the workspace', JSON.stringify({ ...minimal, patches: [{ ...patch, path: '../a' }] }), /patches\.0\.path leaves the workspace/],
    ['an absolute path', JSON.stringify({ ...minimal, patches: [{ ...patch, path: '/a' }] }), /relative/],
    ['a path in .git', JSON.stringify({ ...minimal, patches: [{ ...patch, path: '.git/config' }] }), /leaves/],
    ['a mode with setuid', JSON.stringify({ ...minimal, patches: [{ ...patch, mode: 0o4755 }] }), /mode/],
  ])('%s is refused with the place', (_, text, says) => expect(() => parsePlan(text, 'plan.json')).toThrow(says));

  test('an absent file is a usage error', () => expect(() => readPlanFile('absent.json')).toThrow(/cannot be read/));
  test('its JSON Schema names the parts of a plan', () => expect(planJsonSchema()).toMatchObject({ properties: { patches: {}, ops: {}, refused: {} } }));
});

const config = (environment: object, more = {}): string => JSON.stringify({ services: { api: { image: 'x', environment, ...more } } });
const list = (environment: Record<string, string>): string => config(Object.entries(environment).map(([name, value]) => `${name}=${value}`));
async function rule(answers: readonly Partial<ExecResult>[]) {
  const { folder, remove } = checkout(BEFORE);
  const left = [...answers];
  const inputs: string[] = [];
  const tools = gitTools(folder);
  const plan = await planFor(folder, tools);
  const ruling = await referee(workspaceAt(folder), plan, {
    ...tools,
    exec: async (argv, o) => {
      expect(argv).toContain('--no-interpolate');
      inputs.push(o?.input ?? '');
      return { code: 0, out: '', err: '', ...left.shift() };
    },
  });
  remove();
  return { ruling, inputs };
}

describe('the referee', () => {
  const good = { PORT: '4567', OTEL_SERVICE_NAME: 'api', OTEL_EXPORTER_OTLP_ENDPOINT: 'https://api.honeycomb.io' };

  test('agrees where Compose reads exactly the planned change, from standard input', async () => {
    const { ruling, inputs } = await rule([{ out: config({ PORT: '4567' }) }, { out: config(good) }]);
    expect(ruling).toEqual({ is: 'agrees' });
    expect(inputs[0]).toBe(BEFORE['docker-compose.yml']);
    expect(inputs[1]).toContain('OTEL_SERVICE_NAME');
  });

  test('reads an environment in list form, as Compose gives it back, by name', async () => {
    expect((await rule([{ out: list({ PORT: '4567' }) }, { out: list(good) }])).ruling).toEqual({ is: 'agrees' });
    expect((await rule([{ out: list({ PORT: '4567' }) }, { out: list({ ...good, OTEL_SERVICE_NAME: 'b' }) }])).ruling).toMatchObject({ is: 'disagrees' });
    expect((await rule([{ out: list({ PORT: '4567' }) }, { out: list({ ...good, PORT: '1' }) }])).ruling).toMatchObject({ is: 'disagrees' });
  });

  test.each([
    ['another value', [{ out: config({ PORT: '4567' }) }, { out: config({ ...good, OTEL_SERVICE_NAME: 'b' }) }], { is: 'disagrees', why: expect.stringContaining('OTEL_SERVICE_NAME') as string }],
    ['a change elsewhere', [{ out: config({ PORT: '4567' }) }, { out: config(good, { image: 'y' }) }], { is: 'disagrees', why: expect.stringContaining('more changes') as string }],
    ['a variable that is gone', [{ out: config({ PORT: '4567' }) }, { out: config({ ...good, PORT: undefined }) }], { is: 'disagrees' }],
    ['a refusal, whose quoted values are hidden', [{ out: config({ PORT: '4567' }) }, { code: 1, err: 'services.api: invalid "secret-value"\n' }], { is: 'disagrees', why: expect.not.stringContaining('secret-value') as string }],
    ['a file that was broken before', [{ code: 1, err: 'env file missing' }], { is: 'skipped', why: 'env file missing' }],
    ['no answer in time about the changed file', [{ out: config({ PORT: '4567' }) }, { code: 124 }], { is: 'skipped', why: 'docker compose did not answer in time' }],
    ['no docker', [{ code: 127 }], { is: 'skipped', why: 'docker is not installed here' }],
  ])('%s', async (_, answers, expected) => expect((await rule(answers)).ruling).toMatchObject(expected));
});

test('saveText says which file could not be written', () => {
  expect(() => saveText('plan.json', 'x', { ...realDisk, look: () => undefined, create: () => { throw Object.assign(new Error('full'), { code: 'ENOSPC' }); } })).toThrow('plan.json could not be written: the disk is full (ENOSPC).');
});
