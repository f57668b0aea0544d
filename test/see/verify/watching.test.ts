import { describe, expect, test } from 'vitest';
import { subjectsOf } from '../../../src/doctor/subjects.ts';
import { whereabouts, type Whereabouts } from '../../../src/see/verify/onward.ts';
import { noProxyOf, overrideText, variablesOf } from '../../../src/see/verify/override.ts';
import { watching, type Watching } from '../../../src/see/verify/watching.ts';
import { placeOf } from '../../../src/ui/show.ts';
import { readTree } from './read.ts';
import type { Service } from '../../../src/types.ts';
import type { Tree } from '../../helpers/tree.ts';

const compose = (environment: readonly string[], more: readonly string[] = []): string => ['services:', '  api:', '    build: ./api', ...more.map((line) => `    ${line}`), '    environment:', ...environment.map((line) => `      ${line}`), ''].join('\n');
const python = (environment: readonly string[], app = '', more: readonly string[] = []): Tree => ({
  'compose.yaml': compose(environment, more),
  'api/Dockerfile': 'FROM python:3.11-slim\nWORKDIR /app\nCOPY . .\nCMD ["opentelemetry-instrument", "flask", "run"]\n',
  'api/requirements.txt': 'flask\nopentelemetry-distro\n',
  'api/app.py': app,
});
const HTTP = ['OTEL_EXPORTER_OTLP_ENDPOINT: https://api.honeycomb.io', 'OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf'];
function watched(tree: Tree): Watching {
  const workspace = readTree(tree);
  const subject = subjectsOf(workspace, []).find(({ service }) => service.name === 'api') ?? expect.unreachable('no service api');
  return watching(subject, workspace.files);
}

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['a database', { 'compose.yaml': 'services:\n  api:\n    image: postgres:16\n' }, 'a database (image postgres:16): nothing to trace in it'],
  ['a browser app', { 'compose.yaml': 'services:\n  api:\n    build: ./api\n', 'api/Dockerfile': 'FROM node:20-slim\nCOPY . .\nCMD ["npm", "start"]\n', 'api/package.json': '{"dependencies":{"react":"18","react-scripts":"5"},"scripts":{"start":"react-scripts start"}}' }, 'runs in the browser'],
])('%s that was named says why nothing is expected of it', (_name, tree, why) => {
  expect(watched(tree)).toMatchObject({ is: 'not set up', why: expect.stringContaining(why), then: expect.stringContaining('leave it out') });
});

describe('which variable leads a service to the relay', () => {
  test.each<[string, Tree, object]>([
    ['the general endpoint', python(HTTP), { variable: 'OTEL_EXPORTER_OTLP_ENDPOINT', to: 'https://api.honeycomb.io' }],
    ['that of traces wins', python([...HTTP, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: http://collector:4318/v1/traces']), { variable: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', to: 'http://collector:4318/v1/traces', signal: 'traces' }],
    ['a wrong path is taken as it is: the backend says what it thinks of it', python(['OTEL_EXPORTER_OTLP_ENDPOINT: https://api.honeycomb.io/v1/traces', 'OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf']), { to: 'https://api.honeycomb.io/v1/traces' }],
    ['code that makes an HTTP exporter beats a protocol', python(['OTEL_EXPORTER_OTLP_ENDPOINT: https://api.honeycomb.io'], 'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\nexporter = OTLPSpanExporter()\n'), { variable: 'OTEL_EXPORTER_OTLP_ENDPOINT' }],
    ['code that hands the variable on', python(HTTP, 'import os\nfrom opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\nexporter = OTLPSpanExporter(\n    endpoint=os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] + "/v1/traces",\n)\n'), { variable: 'OTEL_EXPORTER_OTLP_ENDPOINT' }],
  ])('%s', (_name, tree, expected) => {
    expect(watched(tree)).toMatchObject({ is: 'watched', ...expected });
  });

  test.each<[string, Tree, string, string | undefined]>([
    ['gRPC, said', python(['OTEL_EXPORTER_OTLP_ENDPOINT: https://api.honeycomb.io', 'OTEL_EXPORTER_OTLP_PROTOCOL: grpc']), 'OTEL_EXPORTER_OTLP_PROTOCOL=grpc', 'compose.yaml:6'],
    ['gRPC, the default of Python', python(['OTEL_EXPORTER_OTLP_ENDPOINT: https://api.honeycomb.io']), 'default of its SDK', undefined],
    ['gRPC, in code', python(HTTP, 'from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter\nexporter = OTLPSpanExporter()\n'), 'only speaks gRPC', undefined],
    ['gRPC, as an exporter', python([...HTTP, 'OTEL_TRACES_EXPORTER: otlp_proto_grpc']), 'only speaks gRPC', 'compose.yaml:7'],
    ['an endpoint in code', python(HTTP, 'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\nexporter = OTLPSpanExporter(endpoint="https://api.honeycomb.io/v1/traces")\n'), 'given in its code', 'api/app.py:2'],
    ['a file of configuration', python([...HTTP, 'OTEL_CONFIG_FILE: /otel.yaml']), 'OTEL_CONFIG_FILE', 'compose.yaml:7'],
    ['another exporter', python([...HTTP, 'OTEL_TRACES_EXPORTER: zipkin']), 'OTEL_TRACES_EXPORTER=zipkin', 'compose.yaml:7'],
    ['a password in the address', python(['OTEL_EXPORTER_OTLP_ENDPOINT: https://me:word@example.com', 'OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf']), 'user name or password', 'compose.yaml:5'],
    ['its own certificates', python([...HTTP, 'OTEL_EXPORTER_OTLP_CERTIFICATE: /ca.pem']), 'certificates of its own', 'compose.yaml:7'],
    ['no network', python(HTTP, '', ['network_mode: none']), 'no network', undefined],
    ['set in the start command', python(HTTP, '', ['command: env OTEL_EXPORTER_OTLP_ENDPOINT=http://other:4318 opentelemetry-instrument flask run']), 'start command', 'compose.yaml:4'],
  ])('not watchable, never silent: %s', (_name, tree, why, at) => {
    const found = watched(tree);
    expect(found).toMatchObject({ is: 'not watchable', why: expect.stringContaining(why) });
    if (found.is === 'not watchable') expect(found.at === undefined ? undefined : placeOf(found.at)).toBe(at);
  });

  test.each<[string, Tree, string]>([
    ['blank', python(['OTEL_EXPORTER_OTLP_ENDPOINT: ""', 'OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf']), 'OTEL_EXPORTER_OTLP_ENDPOINT is blank'],
    ['no address', python(['OTEL_EXPORTER_OTLP_ENDPOINT: api.honeycomb.io:443', 'OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf']), 'no address that begins with http'],
    ['nothing', python(['OTEL_SERVICE_NAME: api', 'OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf']), 'nothing says where its spans go'],
    ['nothing at all: not gRPC, although that is the default of Python', { ...python(['CURRENCY: EUR']), 'api/Dockerfile': 'FROM python:3.11-slim\nWORKDIR /app\nCOPY . .\nCMD ["flask", "run"]\n', 'api/requirements.txt': 'flask\n' }, 'nothing in it makes or sends spans'],
    ['the console', python([...HTTP, 'OTEL_TRACES_EXPORTER: console']), 'OTEL_TRACES_EXPORTER=console sends nothing'],
  ])('not set up: %s', (_name, tree, why) => {
    expect(watched(tree)).toMatchObject({ is: 'not set up', why: expect.stringContaining(why) });
  });
});

const project = () => readTree({ 'compose.yaml': 'services:\n  api:\n    image: a\n    extra_hosts: ["host.docker.internal:host-gateway", "sink=10.1.2.3"]\n  collector:\n    image: otel/opentelemetry-collector\n    ports: ["14318:4318"]\n  side:\n    image: b\n    network_mode: "service:collector"\n  open:\n    image: c\n    network_mode: host\n' });
describe('where the relay finds the endpoint', () => {
  test.each<[string, string, Whereabouts]>([
    ['api', 'https://api.honeycomb.io', { is: 'known' }],
    ['api', 'http://collector:4318', { is: 'service', name: 'collector', port: 4318, published: 14318 }],
    ['api', 'http://collector:4319/v1/traces', { is: 'service', name: 'collector', port: 4319 }],
    ['api', 'http://host.docker.internal:4318', { is: 'this machine', port: 4318 }],
    ['api', 'http://sink:4318', { is: 'address', host: '10.1.2.3' }],
    ['api', 'http://localhost:4318', { is: 'inside' }],
    ['side', 'http://localhost:4318', { is: 'service', name: 'collector', port: 4318, published: 14318 }],
    ['open', 'http://localhost:4318', { is: 'known' }],
  ])('%s: %s', (name, to, expected) => {
    const { services } = project();
    const service: Service = services.find((one) => one.name === name) ?? expect.unreachable('no such service');
    expect(whereabouts(to, service, services, false)).toEqual(expected);
  });
});

const settings = (env: Record<string, string>) => new Map(Object.entries(env).map(([name, value]) => [name, { value }]));
describe('the override', () => {
  const led = { service: 'api', relay: 'http://172.17.0.1:43117', nonce: 'abc' };
  test('sets one variable of the service and nothing else', () => {
    expect(JSON.parse(overrideText([{ ...led, watched: { is: 'watched', variable: 'OTEL_EXPORTER_OTLP_ENDPOINT', to: 'https://api.honeycomb.io' } }]))).toEqual({ services: { api: { environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://172.17.0.1:43117/abc/api' } } } });
  });
  test('the variable of traces, slashes at the end, a name with a dollar', () => {
    expect(variablesOf({ ...led, watched: { is: 'watched', variable: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', to: 'https://x/v1/traces', signal: 'traces' } })).toEqual({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://172.17.0.1:43117/abc/api/v1/traces' });
    expect(variablesOf({ ...led, watched: { is: 'watched', variable: 'OTEL_EXPORTER_OTLP_ENDPOINT', to: 'https://x/' } })).toEqual({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://172.17.0.1:43117/abc/api/' });
    expect(overrideText([{ ...led, noProxy: ['a$b'], watched: { is: 'watched', variable: 'OTEL_EXPORTER_OTLP_ENDPOINT', to: 'https://x' } }])).toContain('"NO_PROXY": "a$$b,172.17.0.1"');
  });
  test('a service behind a proxy does not ask it for the relay', () => {
    expect(noProxyOf(settings({}))).toBeUndefined();
    expect(noProxyOf(settings({ HTTPS_PROXY: 'http://proxy:3128' }))).toBeUndefined();
    expect(noProxyOf(settings({ HTTP_PROXY: 'http://proxy:3128', NO_PROXY: 'db, cache' }))).toEqual(['db', 'cache']);
  });
});
