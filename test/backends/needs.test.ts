import { expect, test } from 'vitest';

import { backendOf, backends, endpointOf } from '../../src/backends/index.ts';
import { apiFromEnv } from '../../src/backends/honeycomb/regions.ts';
import type { Account, Backend, Choices, Need, Service } from '../../src/types.ts';
import { path } from '../../src/workspace/path.ts';

const service = (more: Partial<Service> = {}): Service => ({
  name: 'backend-flask', dir: path(''), origin: 'compose', definedIn: [], active: true, env: [], ports: [], mounts: [], extraHosts: [], unsure: [], ...more,
});
const choices = (more: Partial<Choices> = {}): Choices => ({ backend: 'honeycomb', region: 'us', services: [], stores: [], signals: ['traces'], ...more });
/** NAME=value lines, then secrets and hosts. */
const lines = (needs: readonly Need[]) => needs.map((need) => (need.kind === 'env' ? `${need.name}=${need.value}${need.accept === 'any' ? ' (any)' : ''}` : need.kind === 'host' ? `host ${need.name}:${need.address}` : need.kind === 'secret' ? `secret ${need.name}` : need.kind));
const of = (backend: Backend, more: Partial<Choices> = {}, about: Partial<Service> = {}) => lines(backend.needs(service(about), choices(more)));

const SILENT = ['OTEL_METRICS_EXPORTER=none (any)', 'OTEL_LOGS_EXPORTER=none (any)'];

test('Honeycomb: the endpoint of the region, the key by name only', () => {
  expect(of(backendOf('honeycomb'))).toEqual([
    'secret HONEYCOMB_API_KEY',
    'OTEL_SERVICE_NAME=backend-flask (any)',
    'OTEL_EXPORTER_OTLP_ENDPOINT=https://api.honeycomb.io',
    'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
    ...SILENT,
    'OTEL_EXPORTER_OTLP_HEADERS=x-honeycomb-team=${HONEYCOMB_API_KEY}',
  ]);
  expect(of(backendOf('honeycomb'), { region: 'eu' })).toContain('OTEL_EXPORTER_OTLP_ENDPOINT=https://api.eu1.honeycomb.io');
  expect(of(backendOf('honeycomb'), { endpoint: 'http://10.0.0.1:8080' })).toContain('OTEL_EXPORTER_OTLP_ENDPOINT=http://10.0.0.1:8080');
  expect(of(backendOf('honeycomb'), { classic: true })).toContain('OTEL_EXPORTER_OTLP_HEADERS=x-honeycomb-team=${HONEYCOMB_API_KEY},x-honeycomb-dataset=backend-flask');
});

test('signals that are asked for are not silenced', () => {
  const needs = of(backendOf('honeycomb'), { signals: ['traces', 'metrics'] });
  expect(needs).not.toContain('OTEL_METRICS_EXPORTER=none (any)');
  expect(needs).toContain('OTEL_LOGS_EXPORTER=none (any)');
});

const GATEWAY = ['OTEL_EXPORTER_OTLP_ENDPOINT=http://host.docker.internal:4318', 'host host.docker.internal:host-gateway'];
const HERE = ['OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318'];
test.each<[string, Partial<Choices>, Partial<Service>, string[]]>([
  ['a container reaches this machine by the gateway', {}, {}, GATEWAY],
  ['one on the host network by localhost', {}, { networkMode: 'host' }, HERE],
  ['a process by localhost', { local: true }, {}, HERE],
  ['a folder without compose is a process', {}, { origin: 'folder' }, HERE],
  ['--endpoint of the gateway needs its name', { endpoint: 'http://host.docker.internal:5000' }, {}, ['OTEL_EXPORTER_OTLP_ENDPOINT=http://host.docker.internal:5000', 'host host.docker.internal:host-gateway']],
  ['--endpoint elsewhere needs nothing', { endpoint: 'http://collector:4318' }, {}, ['OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318']],
])('local: %s', (_name, more, about, expected) => {
  const needs = of(backendOf('local'), { backend: 'local', ...more }, about);
  expect(needs.filter((line) => /ENDPOINT|host /.test(line))).toEqual(expected);
  expect(needs.join()).not.toMatch(/HEADERS|secret/);
});

test('otlp needs an address', () => {
  expect(of(backendOf('otlp'), { endpoint: 'http://collector:4318' })).toContain('OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318');
  expect(() => of(backendOf('otlp'))).toThrow(expect.objectContaining({ exit: 3, hint: expect.stringContaining('--endpoint') }));
  expect(() => backendOf('hunycomb')).toThrow(expect.objectContaining({ exit: 2, hint: `--backend is one of ${backends.map(({ id }) => id).join(', ')}` }));
});

test.each([
  ['http://collector:4318', 'http://collector:4318'],
  ['http://collector:4318/', 'http://collector:4318'],
  ['http://collector:4318/v1/traces', 'http://collector:4318'],
  ['https://otlp.test/base/v1/logs/', 'https://otlp.test/base'],
])('--endpoint %s is the base address %s', (given, expected) => expect(endpointOf(given)).toBe(expected));
test.each(['collector:4318', 'grpc://collector:4317', '', 'http//x'])('--endpoint %j is none', (given) => expect(() => endpointOf(given)).toThrow(expect.objectContaining({ exit: 2 })));

test.each([
  [undefined, undefined],
  ['', undefined],
  ['https://api.honeycomb.io', { api: 'https://api.honeycomb.io', region: 'us' }],
  ['https://api.honeycomb.io:443/', { api: 'https://api.honeycomb.io', region: 'us' }],
  ['api.eu1.honeycomb.io:443', { api: 'https://api.eu1.honeycomb.io', region: 'eu' }],
  ['http://127.0.0.1:8080', { api: 'http://127.0.0.1:8080', region: undefined }],
  ['https://proxy.test/honeycomb/v1/traces', { api: 'https://proxy.test/honeycomb', region: undefined }],
])('HONEYCOMB_API_ENDPOINT=%s', (value, expected) => expect(apiFromEnv({ HONEYCOMB_API_ENDPOINT: value })).toEqual(expected));

const account = (more: Partial<Account>): Account => ({ kind: 'ingest', team: 'cruddur', environment: 'bootcamp', region: 'us', maySend: true, mayCreate: true, says: '', ...more });
test.each([
  [account({}), 'https://ui.honeycomb.io/cruddur/environments/bootcamp/trace?trace_id=00ab'],
  [account({ region: 'eu' }), 'https://ui.eu1.honeycomb.io/cruddur/environments/bootcamp/trace?trace_id=00ab'],
  [account({ environment: '' }), 'https://ui.honeycomb.io/cruddur/datasets/my-service/trace?trace_id=00ab'],
])('the link to a trace', (whose, expected) => {
  expect(backendOf('honeycomb').traceUrl?.(whose, 'My Service', '00ab'.padStart(32, '0'))).toBe(expected.replace('00ab', '00ab'.padStart(32, '0')));
});
