/** What would be sent where, out of a process's environment; and what is left unknown rather than guessed. */
import { describe, expect, test } from 'vitest';

import { requestOf } from '../../../src/doctor/probes/reach/ask-of.ts';
import { parseEnvirons } from '../../../src/doctor/probes/reach/environment.ts';
import { saidIn } from '../../../src/doctor/probes/reach/answer.ts';
import { sendingIn, settingsIn } from '../../../src/doctor/keys.ts';
import { refused, accepted } from '../../../src/see/answers.ts';
import { flask, laid } from './workspace.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

function request(env: Readonly<Record<string, string>>, code = '', language = 'python') {
  const facts = laid({ ...flask('a=b'), ...(code === '' ? {} : { 'api/app.py': code }) }).known;
  const [subject] = facts.subjects;
  if (subject === undefined) throw new Error('no service');
  return requestOf({ language, sending: sendingIn(subject, { env }, facts.workspace), settings: settingsIn(env) }, TRACE, 1_700_000_000_000);
}
const HTTP = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' };
const HONEYCOMB = { ...HTTP, OTEL_EXPORTER_OTLP_ENDPOINT: 'https://api.honeycomb.io' };

describe('as the SDK reads its environment', () => {
  test.each<[string, Readonly<Record<string, string>>, object]>([
    ['the general endpoint gets the path', HONEYCOMB, { url: 'https://api.honeycomb.io/v1/traces', mode: 'http' }],
    ['the one of the signal is taken as it is', { ...HONEYCOMB, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/custom' }, { url: 'http://collector:4318/custom' }],
    ['so are its headers', { ...HONEYCOMB, OTEL_EXPORTER_OTLP_HEADERS: 'a=1', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=%202' }, { headers: expect.not.objectContaining({ a: '1' }) }],
    ['http/json', { ...HONEYCOMB, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, { headers: expect.objectContaining({ 'content-type': 'application/json' }) }],
    ['gRPC is Python\'s default', { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://api.honeycomb.io:443' }, { mode: 'tls', headers: {}, body: '' }],
    ['gRPC without TLS', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317' }, { mode: 'tcp' }],
    ['certificates to trust', { ...HONEYCOMB, OTEL_EXPORTER_OTLP_CERTIFICATE: '/etc/ca.pem', REQUESTS_CA_BUNDLE: '/etc/other.pem' }, { ca: '/etc/ca.pem', proxy: true }],
  ])('%s', (_, env, ask) => expect(request(env)).toMatchObject({ ask }));

  test('a key is in the headers, and not in the address that is shown', () => {
    expect(request({ ...HTTP, OTEL_EXPORTER_OTLP_ENDPOINT: 'https://user:secret@collector.example:4318' })).toMatchObject({ url: 'https://…@collector.example:4318/v1/traces' });
  });
});

describe('what is not known', () => {
  test.each<[string, Readonly<Record<string, string>>, string, string]>([
    ['no endpoint at all', HTTP, 'python', 'nothing names an endpoint'],
    ['a certificate that the exporter shows', { ...HONEYCOMB, OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: '/etc/me.pem' }, 'python', 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE'],
    ['gRPC through a proxy', { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://api.honeycomb.io', https_proxy: 'http://proxy:3128' }, 'python', 'https_proxy'],
    ['Java\'s own proxy', { ...HONEYCOMB, JAVA_TOOL_OPTIONS: '-javaagent:/otel.jar -Dhttps.proxyHost=proxy' }, 'java', 'JAVA_TOOL_OPTIONS'],
    ['a protocol of another name', { ...HONEYCOMB, OTEL_EXPORTER_OTLP_PROTOCOL: 'http' }, 'python', '"http"'],
  ])('%s', (_, env, language, says) => expect(request(env, '', language)).toMatchObject({ got: { is: 'unknown', says: expect.stringContaining(says) } }));

  test('an endpoint that only the code knows', () => {
    const code = 'import os\nfrom flask import Flask\nfrom opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\nexporter = OTLPSpanExporter(endpoint=secrets.where())\napp = Flask(__name__)\n';
    expect(request(HONEYCOMB, code)).toMatchObject({ got: { is: 'unknown', says: 'only its code knows where it sends' } });
  });
  test('headers that the code gives: an answer\'s status then says nothing', () => {
    const code = 'import os\nfrom flask import Flask\nfrom opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\nexporter = OTLPSpanExporter(headers=secrets.headers())\napp = Flask(__name__)\n';
    expect(request(HONEYCOMB, code)).toMatchObject({ keyless: expect.stringContaining('its code gives the headers') });
  });
  test('headers that the code fills in from the environment are known', () => {
    const code = 'import os\nfrom flask import Flask\nfrom opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\nexporter = OTLPSpanExporter(headers={"x-honeycomb-team": os.environ["HNY"]})\napp = Flask(__name__)\n';
    expect(request({ ...HONEYCOMB, HNY: 'TestConfigurationUS000' }, code)).toMatchObject({ ask: { headers: { 'x-honeycomb-team': 'TestConfigurationUS000' } } });
    expect(request({ ...HONEYCOMB, HNY: 'TestConfigurationUS000' }, code)).not.toHaveProperty('keyless');
  });
  test('an address that is none is a fault', () => {
    expect(request({ ...HTTP, OTEL_EXPORTER_OTLP_ENDPOINT: 'api.honeycomb.io:443' })).toMatchObject({ got: { is: 'failed', at: 'url' } });
  });
});

test('each process has an environment of its own', () => {
  expect(parseEnvirons('A=1\0B=x=y\0\0\0\0\0A=2\0\0\0')).toEqual([{ A: '1', B: 'x=y' }, { A: '2' }]);
  expect(parseEnvirons('')).toEqual([]);
});

const bytes = (body: Uint8Array | string) => (typeof body === 'string' ? Buffer.from(body) : body);

describe('an answer in the backend\'s words', () => {
  test.each([
    ['google.rpc.Status, protobuf', refused(401, 'unknown API key', 'protobuf'), 'unknown API key'],
    ['google.rpc.Status, JSON', refused(401, 'unknown API key', 'json'), 'unknown API key'],
    ['taken, protobuf', accepted('traces', 'protobuf', 0, ''), ''],
    ['taken, JSON', accepted('traces', 'json', 0, ''), ''],
    ['taken and thrown away, protobuf', accepted('traces', 'protobuf', 2, 'no room'), 'rejected 2 spans: no room'],
    ['taken and thrown away, JSON', accepted('traces', 'json', 1, ''), 'rejected 1 span'],
    ['Honeycomb\'s own', { status: 400, type: 'application/json', body: '{"error":"invalid OTLP endpoint"}' }, 'invalid OTLP endpoint'],
    ['a page', { status: 404, type: 'text/html', body: '<html><title>Nope</title>' }, 'Nope'],
    ['not what it says that it is', { status: 400, type: 'application/x-protobuf', body: '<html>' }, ''],
  ])('%s', (_, { status, type, body }, said) => expect(saidIn(bytes(body), type, status)).toBe(said));
});
