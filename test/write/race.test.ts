import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Op, Path } from '../../src/types.ts';
import { undo } from '../../src/write/undo.ts';
import { stillAsRead, writePlan } from '../../src/write/write-plan.ts';
import { checkout, treeOf } from '../helpers/tree.ts';
import { BEFORE, gitTools, OPS, planFor, SECRETS, workspaceAt } from './sample.ts';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'otel-setup-test-'));
  const bundle = await rolldown({ input: new URL('contender.ts', import.meta.url).pathname, platform: 'node', resolve: { mainFields: ['module', 'main'] }, logLevel: 'silent' });
  await bundle.write({ file: join(folder, 'contender.mjs'), format: 'esm', codeSplitting: false });
  await bundle.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('processes that want one journal in the same moment: never two at once, and nothing of the dead is left', async () => {
  const journal = mkdtempSync(join(folder, 'journal-'));
  const children = Array.from({ length: 4 }, () => spawn(process.execPath, [join(folder, 'contender.mjs'), journal, '60'], { stdio: ['pipe', 'pipe', 'inherit'] }));
  const said = children.map((child) => {
    const chunks: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => void chunks.push(chunk.toString()));
    return chunks;
  });
  const ended = children.map((child) => once(child, 'close'));
  await Promise.all(children.map((child) => once(child.stdout, 'data')));
  // The barrier opens.
  for (const child of children) child.stdin.end();
  expect((await Promise.all(ended)).map(([code]) => code as unknown)).toEqual([0, 0, 0, 0]);
  const held = said.map((chunks) => Number(chunks.join('').split('\n')[1]));
  expect(held.reduce((a, b) => a + b)).toBeGreaterThan(0);
  expect(readdirSync(journal)).toEqual([]);
}, 60_000);

describe('an init whose workspace another run changes after it was read', () => {
  const more: Op = { op: 'edit', path: 'api/requirements.txt' as Path, format: 'requirements-txt', change: { do: 'add', at: [], value: 'opentelemetry-exporter-otlp==1' } };
  async function both() {
    const { folder: root, remove } = checkout(BEFORE);
    onTestFinished(remove);
    const tools = gitTools(root);
    await writePlan(workspaceAt(root), await planFor(root, tools, OPS.filter((op) => op.op === 'edit' && op.path !== 'api/requirements.txt')), SECRETS, tools);
    const workspace = workspaceAt(root);
    const plan = await planFor(root, tools, [more]);
    // What is met is known from these files.
    const met = ['docker-compose.yml', 'api/Dockerfile'].map((path) => ({ service: 'api', need: { kind: 'env' as const, name: 'X', value: 'x', by: 'test', why: 'test' }, verdict: { is: 'met' as const, where: { path: path as Path, line: 1 } } }));
    for (const path of ['docker-compose.yml', 'api/Dockerfile', 'api/requirements.txt']) workspace.files.text(path as Path);
    return { root, tools, workspace, plan: { ...plan, judged: [...plan.judged, ...met] } };
  }
  test('an undo came first: nothing is called written, and nothing is', async () => {
    const { root, tools, workspace, plan } = await both();
    await undo(root, tools);
    await expect(writePlan(workspace, plan, SECRETS, tools)).rejects.toThrow(/has changed since the plan was made\. Nothing was written/);
    expect(treeOf(root)).toEqual(BEFORE);
  });
  test('also where there was nothing to write', async () => {
    const { root, tools, workspace, plan } = await both();
    stillAsRead(workspace, { ...plan, patches: [] }, tools);
    await undo(root, tools);
    expect(() => stillAsRead(workspace, { ...plan, patches: [] }, tools)).toThrow(/has changed since the plan was made/);
  });
});
