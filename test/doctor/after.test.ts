/** init's last proof speaks where a plan alone is not enough. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

import { afterPlan } from '../../src/doctor/after.ts';
import { otelSetup, CANARY } from '../helpers/init.ts';
import { checkout, treeOf } from '../helpers/tree.ts';
import { readWorkspace } from '../../src/workspace/read.ts';
import type { Plan } from '../../src/types.ts';

const course = treeOf(join(fileURLToPath(new URL('../workspaces/course-flask-react/in', import.meta.url))));
const empty: Plan = { schema: 1, judged: [], ops: [], patches: [], refused: [] };

it('a misspelled variable that stands beside what init adds: said, and the exit code does not call it done', async () => {
  const compose = course['docker-compose.yml'] ?? '';
  const copy = checkout({ ...course, 'docker-compose.yml': compose.replace('    environment:\n', '    environment:\n      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-honeycomb-team: ${HONEYCOMB_API_KEY}"\n') });
  try {
    const { exit, err } = await otelSetup(copy.folder, ['init', '--yes', '--offline'], { env: { HONEYCOMB_API_KEY: CANARY } });
    expect(err).toContain('OTEL_EXPORTER_OTLP_TRACES_HEADERS is written with ":"');
    expect(err).toContain('[files.header-colon]');
    expect(exit).toBe(1);
  } finally {
    copy.remove();
  }
});

it('reads the plan’s result, not the disk', () => {
  const copy = checkout(course);
  try {
    const workspace = readWorkspace({ cwd: copy.folder, env: {} });
    if ('ask' in workspace) throw new Error('asked');
    const read = { cwd: copy.folder, env: {} };
    const at = (course['docker-compose.yml'] ?? '').indexOf('    environment:\n') + '    environment:\n'.length;
    const path = workspace.compose[0];
    if (path === undefined) throw new Error('no compose file');
    const broken: Plan = { ...empty, patches: [{ path, encoding: 'utf-8', before: '', after: '', kind: 'edit', splices: [{ at, cut: '', put: '      OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team: a"\n' }] }] };
    expect(afterPlan(workspace, broken, ['backend-flask'], read).map(({ rule }) => rule)).toContain('files.header-colon');
  } finally {
    copy.remove();
  }
});
