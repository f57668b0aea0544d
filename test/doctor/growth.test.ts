/**
 * The static hops grow with the number of services, and no faster: counted are the entries of the facts' lists that
 * rules look at, and the questions and the text that they get from files. One more service costs what the last one did.
 */
import { describe, expect, it } from 'vitest';

import { diagnose } from '../../src/doctor/engine.ts';
import { factsOf } from '../../src/doctor/know.ts';
import { staticRules } from '../../src/doctor/rules/index.ts';
import type { Files } from '../../src/types.ts';
import { readWorkspace } from '../../src/workspace/read.ts';
import { memoryFiles } from '../helpers/memory-files.ts';
import type { Tree } from '../helpers/tree.ts';

interface Work {
  entries: number;
  questions: number;
  text: number;
}

/** A list that counts which entries are taken out of it. */
function counted<Entry>(list: readonly Entry[], work: Work): readonly Entry[] {
  return new Proxy(list, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) work.entries += 1;
      return Reflect.get(target, key) as unknown;
    },
  });
}

function countedFiles(files: Files, work: Work): Files {
  const asked = <Arguments extends readonly unknown[], Answer>(ask: (...of: Arguments) => Answer) => (...of: Arguments): Answer => {
    work.questions += 1;
    return ask(...of);
  };
  return {
    ...files,
    text: (path) => {
      const text = files.text(path);
      work.questions += 1;
      work.text += text?.length ?? 0;
      return text;
    },
    exists: asked(files.exists), isDir: asked(files.isDir), find: asked(files.find), resolve: asked(files.resolve), ignored: asked(files.ignored),
  };
}

function workOn(tree: Tree): Work & { readonly found: number } {
  const work: Work = { entries: 0, questions: 0, text: 0 };
  const files = countedFiles(memoryFiles(tree), work);
  const read = readWorkspace({ cwd: files.root, env: {}, files });
  if ('ask' in read) throw new Error('no compose file');
  Object.assign(work, { entries: 0, questions: 0, text: 0 });
  const workspace = { ...read, services: counted(read.services, work) };
  const { subjects, judged } = factsOf(workspace, []);
  const { lines } = diagnose({ workspace, refusals: [], subjects: counted(subjects, work), judged: counted(judged, work) }, staticRules);
  return { ...work, found: lines.filter(({ status }) => status === 'broken' || status === 'warn').length };
}

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `service-${100 + i}`);
const flask = (from: string): Tree => ({
  [`${from}Dockerfile`]: 'FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nCMD ["opentelemetry-instrument", "flask", "run", "--host=0.0.0.0"]\n',
  [`${from}requirements.txt`]: 'flask\nopentelemetry-distro\nopentelemetry-exporter-otlp-proto-http\nopentelemetry-instrumentation-flask\n',
  [`${from}app.py`]: 'from flask import Flask\n\napp = Flask(__name__)\n',
});
const express = (from: string): Tree => ({
  [`${from}Dockerfile`]: 'FROM node:22-slim\nWORKDIR /app\nCOPY package.json ./\nRUN npm install\nCOPY . .\nCMD ["node", "server.js"]\n',
  [`${from}package.json`]: '{"dependencies": {"express": "^4.21.2", "@opentelemetry/auto-instrumentations-node": "*", "@opentelemetry/api": "*"}}\n',
  [`${from}server.js`]: "const express = require('express');\nexpress().listen(3000);\n",
});
const service = (name: string, build: string, env: Readonly<Record<string, string>>): string => `  ${name}:\n    build: ${build}\n    environment:\n${Object.entries(env).map(([key, value]) => `      ${key}: "${value}"\n`).join('')}`;
const compose = (...services: readonly string[]): Tree => ({ 'compose.yaml': `services:\n${services.join('')}` });

type What = keyof Work;
const shapes: readonly (readonly [string, (count: number) => Tree, readonly What[]])[] = [
  ['each service has a folder of its own', (count) => Object.assign(
    compose(...names(count).map((name, i) => service(name, `./${name}`, { OTEL_SERVICE_NAME: name, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://192.0.2.1:4318', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf', ...(i % 2 === 0 ? {} : { NODE_OPTIONS: '--require @opentelemetry/auto-instrumentations-node/register' }) }))),
    ...names(count).map((name, i) => (i % 2 === 0 ? flask : express)(`${name}/`)),
  ), ['entries', 'questions', 'text']],
  ['all are made of one folder and send to one Collector', (count) => ({
    ...compose('  collector:\n    image: otel/opentelemetry-collector\n', ...names(count).map((name) => service(name, '.', { OTEL_SERVICE_NAME: name, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }))),
    ...flask(''),
  }), ['entries', 'questions', 'text']],
  // An edit is tried on the text of its whole file: of that there is more with each finding.
  ['all have the same mistakes', (count) => Object.assign(
    compose('  collector:\n    image: otel/opentelemetry-collector\n', ...names(count).map((name) => service(name, `./${name}`, { OTEL_SERVICE_NAM: name, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://colector:4317', OTEL_EXPORTER_OTLP_HEADERS: 'x-honeycomb-team: ${KEY}', OTEL_PROPAGATORS: '' }))),
    ...names(count).map((name) => flask(`${name}/`)),
  ), ['entries', 'questions']],
];

describe.each(shapes)('where %s', (_, shape, measures) => {
  const [few, some, many] = [workOn(shape(15)), workOn(shape(30)), workOn(shape(45))];
  it.each(measures)('%s grow with the services alone', (what) => {
    expect(some[what]).toBeGreaterThan(few[what]);
    expect(many[what] - some[what]).toBeLessThanOrEqual(1.05 * (some[what] - few[what]));
  });
  it('as many things are found in each', () => {
    expect(many.found - some.found).toBe(some.found - few.found);
  });
});
