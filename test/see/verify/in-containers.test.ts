import { expect, test } from 'vitest';
import type { Context } from '../../../src/commands/context.ts';
import { lastLine } from '../../../src/commands/verify/containers.ts';
import { inContainers } from '../../../src/commands/verify/in-containers.ts';
import { subjectsOf } from '../../../src/doctor/subjects.ts';
import { watching } from '../../../src/see/verify/watching.ts';
import { fakeTools } from '../../helpers/tools.ts';
import { display } from '../../helpers/display.ts';
import { readTree } from './read.ts';

const never = () => Promise.reject(new Error('nobody is asked here'));
const context: Context = {
  cwd: '/w', env: {}, terminal: { interactive: false, live: false, color: false, columns: 80 }, tools: fakeTools({ env: { XDG_STATE_HOME: '/nowhere' } }), version: '1.0.0',
  prompts: { secret: never, select: never, confirm: never, text: never },
  print: () => {}, warn: () => {}, result: () => {}, display: display(), stdin: never, eachLine: async () => false, hide: () => {}, onInterrupt: () => () => {},
};

test.each<[string, string, string | undefined]>([
  ['a published port', '    ports: ["4311:4567"]\n', 'http://localhost:4311'],
  ['none', '    expose: ["4567"]\n', undefined],
  ["the machine's own network: what it listens on, and nothing is published", '    network_mode: host\n    ports: ["4311:4567"]\n', 'http://localhost:4567'],
  ["the machine's own network, no port said: that of its command", '    network_mode: host\n', 'http://localhost:5001'],
])('%s', async (_name, lines, base) => {
  const workspace = readTree({
    'compose.yaml': `services:\n  api:\n    build: .\n${lines}    environment:\n      OTEL_EXPORTER_OTLP_ENDPOINT: http://c:4318\n      OTEL_EXPORTER_OTLP_PROTOCOL: http/protobuf\n`,
    Dockerfile: 'FROM python:3.12-slim\nCOPY . .\nCMD ["flask", "run", "--port=5001"]\n', 'requirements.txt': 'flask\nopentelemetry-distro\n', 'app.py': 'from flask import Flask\napp = Flask(__name__)\n',
  });
  const [subject] = subjectsOf(workspace, []);
  const watched = subject === undefined ? undefined : watching(subject, workspace.files);
  if (subject === undefined || watched?.is !== 'watched') return expect.unreachable('it is watched');
  const ground = await inContainers({ workspace, names: ['api'], files: [], build: false, signal: new AbortController().signal }, context);
  expect(ground.base({ subject, watched })).toBe(base);
});

test('of a long complaint the end is kept, which says why; no id, and no quoted value', () => {
  const said = lastLine(`time="x" level=warning msg="y"\nError response from daemon: driver failed programming external connectivity on endpoint two-backend-1 (${'8a2389f6'.repeat(8)}): Error starting userland proxy for "TOKEN": listen tcp4 0.0.0.0:4311: bind: address already in use\n`);
  expect(said).toMatch(/endpoint two-backend-1: Error starting userland proxy for "…": listen tcp4 0\.0\.0\.0:4311: bind: address already in use$/);
  expect(lastLine(`${'x '.repeat(300)}the cause\n`)).toMatch(/^… .{190,200}the cause$/);
});
