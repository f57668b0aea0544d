/** What is read out of calls: over lines, by another name, by a constant, by a variable of the environment. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { inCode } from '../../src/doctor/in-code.ts';
import { readWorkspace } from '../../src/workspace/read.ts';
import { writeTree } from '../helpers/tree.ts';

function read(files: Readonly<Record<string, string>>): ReturnType<typeof inCode> {
  const folder = mkdtempSync(join(tmpdir(), 'otel-setup-in-code-'));
  try {
    writeTree(folder, { 'docker-compose.yml': 'services:\n  api:\n    build: .\n', ...files });
    const workspace = readWorkspace({ cwd: folder, env: {} });
    if ('ask' in workspace) throw new Error('no compose file');
    const [service] = workspace.services;
    if (service === undefined) throw new Error('no service');
    return inCode(service, workspace.files);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const python = (call: string, before = '', more: Readonly<Record<string, string>> = {}) => read({
  Dockerfile: 'FROM python:3.11\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["flask", "run"]\n',
  'requirements.txt': 'flask\n',
  'app.py': `import os\nfrom opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\n${before}\nexporter = ${call}\n`,
  ...more,
});
const node = (call: string, before = '') => read({
  Dockerfile: 'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm install\nCMD ["node", "index.js"]\n',
  'package.json': '{"name":"api","dependencies":{"express":"4"}}',
  'index.js': `const express = require('express');\nconst { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');\n${before}\nconst exporter = ${call};\n`,
});

describe('Python', () => {
  it.each([
    ['a text', 'OTLPSpanExporter(endpoint="http://a:4318/v1/traces")', '', { url: 'http://a:4318/v1/traces' }],
    ['by position, over lines', 'OTLPSpanExporter(\n  # where to\n  "http://a:4318/v1/traces",\n)', '', { url: 'http://a:4318/v1/traces' }],
    ['a constant', 'OTLPSpanExporter(endpoint=URL)', 'URL = "http://a"', { url: 'http://a' }],
    ['a constant that is set twice is not known', 'OTLPSpanExporter(endpoint=URL)', 'URL = "http://a"\nURL = "http://b"', {}],
    ['a variable', 'OTLPSpanExporter(endpoint=os.getenv("WHERE"))', '', { env: { env: 'WHERE' } }],
    ['a variable with another to stand in', 'OTLPSpanExporter(endpoint=os.environ.get("WHERE", "http://a"))', '', { env: { env: 'WHERE', fallback: 'http://a' } }],
    ['a variable and a path', 'OTLPSpanExporter(endpoint=f"{BASE}/v1/traces")', 'BASE = os.environ["WHERE"]', { env: { env: 'WHERE', then: '/v1/traces' } }],
    ['a sum', 'OTLPSpanExporter(endpoint=BASE + "/v1/traces")', 'BASE = os.getenv("WHERE") or "http://a"', { env: { env: 'WHERE', fallback: 'http://a', then: '/v1/traces' } }],
    ['what is computed is not known', 'OTLPSpanExporter(endpoint=where())', '', {}],
  ])('an address: %s', (_, call, before, wanted) => {
    const { endpoint } = python(call, before);
    const { at: __, ...rest } = endpoint ?? { at: undefined };
    expect(rest).toEqual(wanted);
    expect(endpoint).toBeDefined();
  });
  it('an address in another module', () => expect(python('OTLPSpanExporter(endpoint=URL)', 'from settings import URL', { 'settings.py': 'URL = "http://a"\n' }).endpoint?.url).toBe('http://a'));
  it('no address', () => expect(python('OTLPSpanExporter()').endpoint).toBeUndefined());
  it.each([
    ['a dictionary', 'OTLPSpanExporter(headers={"x-honeycomb-team": os.environ["KEY"], "X-Other": "b"})', '', [{ name: 'x-honeycomb-team', value: { env: 'KEY' } }, { name: 'x-other', value: { value: 'b' } }]],
    ['a constant', 'OTLPSpanExporter(headers=HEADERS)', 'HEADERS = {\n  "x-honeycomb-team": os.getenv("KEY"),\n}', [{ name: 'x-honeycomb-team', value: { env: 'KEY' } }]],
    ['a text', 'OTLPSpanExporter(headers=f"x-honeycomb-team={KEY}")', 'KEY = os.getenv("KEY")', [{ name: 'x-honeycomb-team', value: { env: 'KEY' } }]],
    ['tuples', 'OTLPSpanExporter(headers=(("x-honeycomb-team", os.getenv("KEY")),))', '', [{ name: 'x-honeycomb-team', value: { env: 'KEY' } }]],
    ['what a function gives', 'OTLPSpanExporter(headers=headers())', '', undefined],
  ])('headers: %s', (_, call, before, wanted) => {
    const code = python(call, before);
    expect(code.headers).toBeDefined();
    expect(code.headerPairs).toEqual(wanted);
  });
  it.each([
    ['http', 'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as E', 'E()'],
    ['grpc', 'from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as E', 'E(insecure=True)'],
  ])('which of the two, by another name: %s', (kind, line, call) => expect(python(call, line).exporters.map((one) => one.kind)).toEqual([kind]));
  it('is not read out of a comment, a text or a file that nothing imports', () =>
    expect(python('None', '# OTLPSpanExporter()\nTEXT = "OTLPSpanExporter()"', { 'scratch.py': 'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\nOTLPSpanExporter(endpoint="http://b")\n' }).exporters).toEqual([]));
});

describe('Node.js', () => {
  it.each([
    ['a text', "new OTLPTraceExporter({ url: 'http://a/v1/traces' })", '', { url: 'http://a/v1/traces' }],
    ['a constant', 'new OTLPTraceExporter({ url })', "const url = 'http://a';", { url: 'http://a' }],
    ['a variable', 'new OTLPTraceExporter({\n  url: process.env.WHERE,\n})', '', { env: { env: 'WHERE' } }],
    ['a variable, or else', "new OTLPTraceExporter({ url: process.env.WHERE ?? 'http://a' })", '', { env: { env: 'WHERE', fallback: 'http://a' } }],
    ['a variable and a path', 'new OTLPTraceExporter({ url: `${process.env.WHERE}/v1/traces` })', '', { env: { env: 'WHERE', then: '/v1/traces' } }],
    ['options that a constant holds', 'new OTLPTraceExporter(options)', "const options = { url: 'http://a', headers: {} };", { url: 'http://a' }],
    ['what is computed is not known', 'new OTLPTraceExporter({ url: where() })', '', {}],
  ])('an address: %s', (_, call, before, wanted) => {
    const { endpoint } = node(call, before);
    const { at: __, ...rest } = endpoint ?? { at: undefined };
    expect(rest).toEqual(wanted);
    expect(endpoint).toBeDefined();
  });
  it('headers from the environment', () => expect(node("new OTLPTraceExporter({ headers: { 'x-honeycomb-team': process.env.KEY } })").headerPairs).toEqual([{ name: 'x-honeycomb-team', value: { env: 'KEY' } }]));
});
