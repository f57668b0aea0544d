/** Secrets where people leave them, and the doctor with every flag: none of them is in what it says, saves or leaves behind. */
import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';

import { leaked, planted, type Planted } from './planted.ts';
import { pathWith, run } from './program.ts';

const LOOK = ['--offline', '--no-docker'];
/** In the order in which they run: the bundle is read by --replay, and --fix changes the workspace for those behind it. */
const COMMANDS: readonly (readonly string[])[] = [
  ['doctor', ...LOOK], ['doctor', ...LOOK, '--verbose'], ['doctor', ...LOOK, '--json'], ['doctor', ...LOOK, '--format', 'github'], ['doctor', ...LOOK, '--format', 'sarif'],
  ['doctor', ...LOOK, '--services', 'api,encoded,quoted', '--only', 'files', '--json'], ['doctor', '--no-docker', '--json'],
  ['doctor', ...LOOK, '--bundle', '../bundle.json'], ['doctor', '--replay', '../bundle.json', '--verbose'], ['doctor', '--replay', '../bundle.json', '--json'], ['doctor', '--replay', 'svc.env'],
  ['doctor', '--replay', '../bundle.json', '--format', 'sarif'], ['doctor', '--explain', 'stores.in-source'], ['doctor', '--list', '--json'], ['explain', 'key.unknown', '--json'],
  ['doctor', ...LOOK, '--fix', '--dry-run'], ['doctor', ...LOOK, '--fix', '--dry-run', '--json'], ['doctor', ...LOOK, '--fix', '--json'],
  ['status'], ['status', '--verbose'], ['status', '--json'], ['verify', '--json', '--timeout', '1'], ['verify', '--verbose', '--timeout', '1'], ['view', '--port', 'x', '--json'], ['init', '--dry-run', '--offline'],
  ['doctor', ...LOOK, '--fix', '--yes', '--verbose'], ['doctor', ...LOOK, '--json'], ['undo', '--dry-run'], ['undo', '--verbose'],
];

let given: Planted;
let env: Readonly<Record<string, string>>;
beforeAll(() => {
  given = planted();
  const { at, secrets } = given;
  const bin = join(at.home, 'bin');
  mkdirSync(bin);
  cpSync(fileURLToPath(new URL('../stand-ins/gp', import.meta.url)), join(bin, 'gp'));
  const temporary = join(at.home, 'tmp');
  mkdirSync(temporary);
  // gp's own store is no file of ours.
  env = { ...given.env, TMPDIR: temporary, PATH: [bin, pathWith('git', 'sh'), dirname(process.execPath)].join(':'), GITPOD_WORKSPACE_ID: 'x', GP_STAND_IN_STORE: join(at.home, '..', `${secrets.gp.slice(-6)}.json`), HONEYCOMB_API_ENDPOINT: 'http://127.0.0.1:9' };
});

/** Files beside the workspace and in git's folder that hold a secret; git's own objects are the user's commits. */
const holders = (home: string): readonly string[] =>
  readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => !/^workspace\/(?!\.git\/)|\/objects\//.test(name) && statSync(join(home, name)).isFile() && leaked(readFileSync(join(home, name), 'latin1'), given.secrets).length > 0);

describe('a secret in every place', () => {
  test('is in no output, no bundle, no journal, no temporary file', async () => {
    const { at, secrets } = given;
    await run(at, ['init', '--version'], { env });
    expect(await import('node:child_process').then(({ spawnSync }) => spawnSync(join(at.home, 'bin', 'gp'), ['env', `HONEYCOMB_API_KEY=${secrets.gp}`], { env }).status)).toBe(0);
    const codes: (number | null)[] = [];
    for (const argv of COMMANDS) {
      const { code, out, err } = await run(at, argv, { env });
      codes.push(code);
      expect(leaked(out, secrets), `standard output of ${argv.join(' ')}`).toEqual([]);
      expect(leaked(err, secrets), `standard error of ${argv.join(' ')}`).toEqual([]);
      expect(err, argv.join(' ')).not.toMatch(/does not know: |npm bugs|error of ours/);
      expect(holders(at.home), argv.join(' ')).toEqual([]);
    }
    // The walk went through the modes and not past them.
    expect([...new Set(codes)].toSorted()).toEqual([0, 1, 2, 3]);
    expect(readdirSync(join(at.home, 'tmp'))).toEqual([]);
  }, 240_000);

  test('the bundle has nothing of another tool', () => {
    const bundle = readFileSync(join(given.at.home, 'bundle.json'), 'utf8');
    expect(bundle).toContain('OTEL_SERVICE_NAME: api');
    for (const text of ['plain words of another tool', 'PRIVATE KEY', 'a row of data']) expect(bundle).not.toContain(text);
  });
});

test('what looks is able to see', () => {
  const { secrets, at } = given;
  expect(leaked(readFileSync(join(at.folder, 'docker-compose.yml'), 'utf8'), secrets)).toEqual(expect.arrayContaining(['compose', 'basic', 'pairs', 'url', 'buildArgument']));
});

test('a compose file that cannot be read is told of without its line', async () => {
  const broken = planted((secrets) => ({ 'docker-compose.yml': `services:\n  api:\n    environment:\n      OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${secrets.compose}" and: more: ${secrets.pairs}\n   x: [${secrets.otherTool}\n` }));
  for (const argv of [['doctor', '--json'], ['doctor', '--verbose'], ['doctor', '--format', 'github'], ['status'], ['verify']]) {
    const { out, err, code } = await run(broken.at, argv);
    expect(code).not.toBe(0);
    expect(leaked(out + err, broken.secrets), argv.join(' ')).toEqual([]);
  }
});

describe('a secret in a log line', () => {
  const lines: readonly (readonly [string, (key: string) => string])[] = [
    ['the header as Python shows it', (key) => `Header format invalid! Header values in environment variables must be URL encoded per the OpenTelemetry Protocol Exporter specification: x-honeycomb-team: ${key}`],
    ['the value alone', (key) => `Header format invalid! Header values in environment variables must be URL encoded per the OpenTelemetry Protocol Exporter specification: ${key}`],
    ['JSON in JSON', (key) => `{"msg":"Failed to export batch code: 401, {\\"x-honeycomb-team\\":\\"${key}\\"}"}`],
    ['an address', (key) => `Failed to export span batch: HTTPSConnectionPool: Max retries exceeded with url: https://me:${key}@api.honeycomb.io/v1/traces 401`],
    ['authorization', (key) => `Failed to export traces to /v1/traces: 401 {'authorization': 'Basic ${Buffer.from(`me:${key}`).toString('base64')}'}`],
    ['encoded for a URL', (key) => `Failed to export span batch code: 401 OTEL_EXPORTER_OTLP_HEADERS=x-honeycomb-team%3D${key}`],
    ['behind colours and a carriage return', (key) => `\u001b[31mapi-1  | \u001b[0mFailed to export span batch code: 401 x-honeycomb-team=\u001b[1m${key}\r`],
    ['at the edge of what is shown', (key) => `Failed to export span batch code: 401 ${'a '.repeat(60)}x-honeycomb-team=${key} ${'b '.repeat(200)} x-honeycomb-team=${key}`],
  ];
  test.each(lines)('%s', async (_, line) => {
    const { at, secrets } = given;
    const stdin = ['compose', 'source'].map((name) => `${line(secrets[name === 'compose' ? 'compose' : 'source'])}\n`).join('');
    for (const flags of [[], ['--json']]) {
      const { out, err, code } = await run(at, ['explain', ...flags], { stdin });
      expect(code).toBe(0);
      expect(leaked(out + err, secrets)).toEqual([]);
    }
  });
});
