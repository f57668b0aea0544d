import { describe, expect, test } from 'vitest';
import { listed, sameSource } from '../../src/needs/env-values.ts';
import { judge } from '../../src/needs/judge.ts';
import type { EnvVar, Need, Service, Verdict } from '../../src/types.ts';
import { at, env, envVar, folderService, serviceOf, workspaceOf } from './service.ts';

const COMPOSE = 'services:\n  api:\n    build: ./api\n    environment:\n      PORT: "1"\n      NODE_OPTIONS: --max-old-space-size=512\n      OLD: ""\n';
const ENDPOINT = env('OTEL_EXPORTER_OTLP_ENDPOINT', 'https://api.honeycomb.io');
const HEADERS = env('OTEL_EXPORTER_OTLP_HEADERS', 'x-honeycomb-team=${HONEYCOMB_API_KEY}');
const NODE = env('NODE_OPTIONS', '--require /app/otel.cjs', { join: ' ' });

const verdictOf = (need: Need, vars: readonly EnvVar[] = [], service: Partial<Service> = {}, tree: Readonly<Record<string, string>> = { 'compose.yml': COMPOSE }): Verdict =>
  judge(workspaceOf(tree), serviceOf({ env: vars, ...service }), need, new Set(['api']));
const opsOf = (verdict: Verdict) => ('ops' in verdict ? verdict.ops : []);

describe('an environment variable that is not there', () => {
  test('is set in the compose file that has an environment for the service', () => {
    expect(verdictOf(ENDPOINT)).toEqual({
      is: 'absent',
      ops: [{ op: 'edit', path: 'compose.yml', format: 'compose', change: { do: 'set', at: ['services', 'api', 'environment', ENDPOINT.name], value: ENDPOINT.value } }],
    });
  });

  const BASE = 'services:\n  api:\n    build: ./api\n';
  test.each([
    ['the override has the environment', { 'compose.yml': BASE, 'compose.override.yml': 'services:\n  api:\n    environment:\n      A: "1"\n' }, 'compose.override.yml'],
    ['both have one: the last', { 'compose.yml': COMPOSE, 'compose.override.yml': 'services:\n  api:\n    environment:\n      A: "1"\n' }, 'compose.override.yml'],
    ['only the first has one', { 'compose.yml': COMPOSE, 'compose.override.yml': 'services:\n  api:\n    ports: ["1:1"]\n' }, 'compose.yml'],
    ['none has one: where it is built', { 'compose.yml': BASE, 'compose.override.yml': 'services:\n  api:\n    ports: ["1:1"]\n' }, 'compose.yml'],
  ])('of several files: %s', (_, tree, path) => {
    const definedIn = Object.keys(tree).map((file) => at(file));
    expect(opsOf(verdictOf(ENDPOINT, [], { definedIn }, tree))).toMatchObject([{ path }]);
  });

  test('in a file that is only included: stuck, with the line', () => {
    expect(verdictOf(ENDPOINT, [], { definedIn: [at('other/base.yml')] })).toMatchObject({ is: 'stuck', paste: { text: 'OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.honeycomb.io"' } });
  });

  test('of a folder: .env beside it', () => {
    const verdict = judge(workspaceOf({}), folderService(), ENDPOINT, new Set(['api']));
    expect(opsOf(verdict)).toEqual([{ op: 'edit', path: '.env', format: 'dotenv', change: { do: 'set', at: [ENDPOINT.name], value: ENDPOINT.value } }]);
  });
});

describe('an environment variable that is there', () => {
  const any = env('OTEL_LOG_LEVEL', 'error', { accept: 'any' });
  const name = env('OTEL_SERVICE_NAME', 'api');
  test.each([
    ['the same value', ENDPOINT, envVar(ENDPOINT.name, ENDPOINT.value), 'met'],
    ['a slash at the end', ENDPOINT, envVar(ENDPOINT.name, `${ENDPOINT.value}/`), 'met'],
    ['the same value by a variable', ENDPOINT, envVar(ENDPOINT.name, '${E}', ENDPOINT.value), 'met'],
    ['the same value from an env_file', ENDPOINT, envVar(ENDPOINT.name, ENDPOINT.value, ENDPOINT.value, at('api.env', 1)), 'met'],
    ['the same value from the image', ENDPOINT, envVar(ENDPOINT.name, ENDPOINT.value, ENDPOINT.value, at('api/Dockerfile', 3)), 'met'],
    ['the same variable, written in another way', HEADERS, envVar(HEADERS.name, 'x-honeycomb-team=$HONEYCOMB_API_KEY', 'x-honeycomb-team=k'), 'met'],
    ['with a message for when it is missing', HEADERS, envVar(HEADERS.name, 'x-honeycomb-team=${HONEYCOMB_API_KEY:?no key}', 'x-honeycomb-team=k'), 'met'],
    ['another header beside ours', HEADERS, envVar(HEADERS.name, 'a=b,x-honeycomb-team=${HONEYCOMB_API_KEY}', 'a=b,x-honeycomb-team=k'), 'met'],
    ['another value', ENDPOINT, envVar(ENDPOINT.name, 'http://collector:4318'), 'differs'],
    ['a blank value', ENDPOINT, envVar(ENDPOINT.name, ''), 'differs'],
    ['a variable that is blank', ENDPOINT, envVar(ENDPOINT.name, '${E}', ''), 'differs'],
    ['any value where any will do', any, envVar(any.name, 'debug'), 'met'],
    ['a blank value where any will do', any, envVar(any.name, ''), 'differs'],
    ['a service name of the user', name, envVar(name.name, 'mine'), 'met'],
    ['a blank service name', name, envVar(name.name, '${NAME}', ''), 'differs'],
    ['passed on and set in the shell', ENDPOINT, envVar(ENDPOINT.name, null, ENDPOINT.value, 'shell'), 'met'],
    ['passed on and not set', ENDPOINT, { ...envVar(ENDPOINT.name, null), value: undefined }, 'differs'],
  ] as const)('%s: %s', (_, need, there, is) => {
    const verdict = verdictOf(need, [there]);
    expect(verdict.is).toBe(is);
    if ('where' in verdict) expect(verdict.where).toEqual(there.where);
  });

  test('the last one of a name counts', () => {
    expect(verdictOf(ENDPOINT, [envVar(ENDPOINT.name, 'http://old'), envVar(ENDPOINT.name, ENDPOINT.value)]).is).toBe('met');
  });

  test('what differs carries what was there, to be replaced in the place that it is written in', () => {
    const port = env('PORT', '2');
    expect(opsOf(verdictOf(port, [envVar('PORT', '1')]))).toEqual([{ op: 'edit', path: 'compose.yml', format: 'compose', change: { do: 'replace', at: ['services', 'api', 'environment', 'PORT'], was: '1', value: '2' } }]);
    // From an env_file: compose's own entry wins over it.
    expect(opsOf(verdictOf(env('X', '2'), [envVar('X', '1', '1', at('api.env', 1))]))).toMatchObject([{ path: 'compose.yml', change: { do: 'set', value: '2' } }]);
    const dotenv = judge(workspaceOf({ '.env': 'X=1\n' }), folderService({ env: [envVar('X', '1', '1', at('.env', 1))] }), env('X', '2'), new Set());
    expect(opsOf(dotenv)).toMatchObject([{ path: '.env', change: { do: 'replace', was: '1', value: '2' } }]);
  });

  test('a key that is written out is never repeated', () => {
    const verdict = verdictOf(HEADERS, [envVar(HEADERS.name, 'x-honeycomb-team=hcaik_canary')]);
    expect(verdict.is).toBe('differs');
    expect(JSON.stringify(verdict)).not.toContain('canary');
  });
});

describe('a value that is joined', () => {
  test.each([
    ['it is among them', envVar('NODE_OPTIONS', '--require /app/otel.cjs --x'), 'met', []],
    ['in compose: appended', envVar('NODE_OPTIONS', '--max-old-space-size=512'), 'absent', [{ path: 'compose.yml', change: { do: 'append', sep: ' ', value: NODE.value } }]],
    ['from the image: repeated in compose', envVar('NODE_OPTIONS', '--x $$y', '--x $y', at('api/Dockerfile', 2)), 'absent', [{ path: 'compose.yml', change: { do: 'set', value: '--x $$y --require /app/otel.cjs' } }]],
    ['from the shell: stuck with the line', envVar('NODE_OPTIONS', null, '--x', 'shell'), 'stuck', []],
    ['a longer word is another one', envVar('NODE_OPTIONS', '--require /app/otel.cjs2'), 'absent', [{ change: { do: 'append' } }]],
  ] as const)('%s', (_, there, is, ops) => {
    const verdict = verdictOf(NODE, [there]);
    expect(verdict.is).toBe(is);
    expect(opsOf(verdict)).toMatchObject(ops);
  });

  test('to a blank value nothing is put between', () => {
    expect(opsOf(verdictOf(env('OLD', 'a', { join: ',' }), [envVar('OLD', '')]))).toMatchObject([{ change: { do: 'append', sep: '', value: 'a' } }]);
  });
});

test.each([
  ['${A}', '${A:-}', true],
  ['$A', '${A-}', true],
  ['${A}', '${B}', false],
  ['${A:-other}', '${A}', false],
  ['a=b', 'a=c', false],
  ['http/protobuf', 'grpc', false],
  [' x = y ', 'x=y', true],
])('sameSource(%s, %s) is %s', (there, wanted, same) => expect(sameSource(there, wanted)).toBe(same));

test.each([
  ['a b c', 'b', ' ', true],
  ['a  b', 'a b', ' ', true],
  ['ab', 'a', ' ', false],
  ['x,y', 'y', ',', true],
])('listed(%s, %s) is %s', (value, wanted, sep, is) => expect(listed(value, wanted, sep)).toBe(is));
