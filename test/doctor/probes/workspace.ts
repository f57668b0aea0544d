/** A workspace on the disk for a probe's test, and what files alone say of it. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import { factsOf } from '../../../src/doctor/know.ts';
import { readWorkspace } from '../../../src/workspace/read.ts';
import type { Facts } from '../../../src/doctor/types.ts';
import { git, writeTree, type Tree } from '../../helpers/tree.ts';

export interface Laid {
  readonly folder: string;
  readonly known: Facts;
}

/** Gone when the test ends. In git, with everything that is not ignored added. */
export function laid(tree: Tree, env: Readonly<Record<string, string>> = {}): Laid {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'otel-setup-probe-')));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, 'workspace');
  writeTree(folder, tree);
  git(parent, 'init', '-q', 'workspace');
  git(folder, 'add', '-A');
  const workspace = readWorkspace({ cwd: folder, env });
  if ('ask' in workspace) throw new Error('no compose file of a standard name');
  // Of the facts that no probe has found out yet, none is there: a probe names what it starts from.
  return { folder, known: factsOf(workspace, []) as Facts };
}

/** One Flask service that sends to Honeycomb. */
export function flask(header: string, more: Readonly<Record<string, string>> = {}): Tree {
  const entries = { OTEL_SERVICE_NAME: 'api', OTEL_EXPORTER_OTLP_ENDPOINT: 'https://api.honeycomb.io', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf', OTEL_EXPORTER_OTLP_HEADERS: header, ...more };
  return {
    'docker-compose.yml': `services:\n  api:\n    build: ./api\n    ports: ["4567:4567"]\n    environment:\n${Object.entries(entries).map(([name, value]) => `      ${name}: "${value}"\n`).join('')}`,
    'api/Dockerfile': 'FROM python:3.11-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["opentelemetry-instrument", "flask", "run"]\n',
    'api/requirements.txt': 'flask\nopentelemetry-distro\nopentelemetry-exporter-otlp-proto-http\n',
    'api/app.py': 'from flask import Flask\napp = Flask(__name__)\n',
  };
}
