/** A small workspace and a plan for it that touches every kind of file; shared by the tests of write/. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { ExecResult, Judged, Op, Path, Plan, Tools } from '../../src/types.ts';
import { makePlan } from '../../src/write/plan.ts';
import { fakeTools, type Watched } from '../helpers/tools.ts';
import type { Tree } from '../helpers/tree.ts';
import { workspaceAt } from './sample-run.ts';

export { KEY, SECRETS, workspaceAt } from './sample-run.ts';

export const BEFORE: Tree = {
  'docker-compose.yml': 'services:\n  api:\n    build: ./api\n    environment:\n      PORT: "4567"\n',
  'api/requirements.txt': 'flask\nflask-cors',
  'api/Dockerfile': 'FROM python:3.12\r\nWORKDIR /app\r\nCOPY . .\r\nCMD ["flask", "run"]\r\n',
  'README.md': 'mine\n',
};

const edit = (path: string, format: string, change: Extract<Op, { op: 'edit' }>['change']): Op => ({ op: 'edit', path: path as Path, format, change });

export const OPS: readonly Op[] = [
  edit('docker-compose.yml', 'compose', { do: 'set', at: ['services', 'api', 'environment', 'OTEL_SERVICE_NAME'], value: 'api' }),
  edit('docker-compose.yml', 'compose', { do: 'set', at: ['services', 'api', 'environment', 'OTEL_EXPORTER_OTLP_ENDPOINT'], value: 'https://api.honeycomb.io' }),
  edit('api/requirements.txt', 'requirements-txt', { do: 'add', at: [], value: 'opentelemetry-distro==0.66b1' }),
  edit('api/Dockerfile', 'dockerfile', { do: 'prefix', at: ['stages', 0, 'instructions', 2, 'args'], words: ['opentelemetry-instrument'] }),
  { op: 'create', path: 'api/lib/otel.cjs' as Path, template: 'node/otel.cjs' },
  edit('.env', 'dotenv', { do: 'set', at: ['HONEYCOMB_API_KEY'], value: { secret: 'HONEYCOMB_API_KEY' } }),
  edit('.gitignore', 'ignore-file', { do: 'add', at: [], value: '.env' }),
];

/** Tools whose only program is git; everything else is "not found". */
export function gitTools(root: string, exec: (argv: readonly string[]) => Partial<ExecResult> | undefined = () => undefined): Watched {
  return fakeTools({
    env: { HOME: join(root, '..'), XDG_STATE_HOME: join(root, '..', 'state') },
    now: Date.now(),
    exec: (argv) => {
      const own = exec(argv);
      if (own !== undefined) return own;
      if (argv[0] !== 'git') return { code: 127 };
      try {
        return { out: execFileSync('git', argv.slice(1), { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }) };
      } catch {
        return { code: 128 };
      }
    },
  });
}

export function judgedAs(ops: readonly Op[], service = 'api'): Judged[] {
  return [{ service, need: { kind: 'env', name: 'X', value: 'x', by: 'test', why: 'test' }, verdict: { is: 'absent', ops } }];
}

export function planFor(root: string, tools: Tools, ops: readonly Op[] = OPS): Promise<Plan> {
  return makePlan(workspaceAt(root), judgedAs(ops), tools);
}
