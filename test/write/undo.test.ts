import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Op, Path } from '../../src/types.ts';
import { undo } from '../../src/write/undo.ts';
import { writePlan } from '../../src/write/write-plan.ts';
import { checkout, git, modesOf, treeOf, type Tree } from '../helpers/tree.ts';
import { BEFORE, gitTools, KEY, OPS, planFor, SECRETS, workspaceAt } from './sample.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function inited(tree: Tree = BEFORE, ops: readonly Op[] = OPS) {
  const { folder: root, remove } = checkout(tree);
  cleanups.push(remove);
  const tools = gitTools(root);
  const modes = modesOf(root);
  await writePlan(workspaceAt(root), await planFor(root, tools, ops), SECRETS, tools);
  const change = (path: string, edit: (text: string) => string): void => writeFileSync(join(root, path), edit(readFileSync(join(root, path), 'utf8')));
  return { root, tools, modes, change };
}

describe('undo', () => {
  test('an untouched init: byte for byte, and there is nothing left to take back', async () => {
    const { root, tools, modes } = await inited();
    const undone = await undo(root, tools);
    expect(undone?.left).toEqual([]);
    expect(undone?.back.every((file) => file.exact)).toBe(true);
    expect(treeOf(root)).toEqual(BEFORE);
    expect(modesOf(root)).toEqual(modes);
    expect(await undo(root, tools)).toBeUndefined();
  });

  test('the .env goes before the line that ignores it', async () => {
    const { root, tools } = await inited();
    expect((await undo(root, tools, { dryRun: true }))?.back.map((file) => file.path)).toEqual(['api/lib/otel.cjs', 'api/Dockerfile', 'api/requirements.txt', 'docker-compose.yml', '.env', '.gitignore']);
  });

  test('a dry run changes nothing and shows no value', async () => {
    const { root, tools } = await inited();
    const before = treeOf(root);
    const undone = await undo(root, tools, { dryRun: true });
    expect(treeOf(root)).toEqual(before);
    expect(undone?.diff).toContain('-HONEYCOMB_API_KEY={{secret:HONEYCOMB_API_KEY}}');
    expect(undone?.diff).not.toContain(KEY);
    expect(await undo(root, tools)).toMatchObject({ left: [] });
  });

  test('its patch is one that git takes', async () => {
    const { root, tools } = await inited();
    const diff = (await undo(root, tools, { dryRun: true }))?.diff ?? '';
    const masked = readFileSync(join(root, '.env'), 'utf8').replace(KEY, '{{secret:HONEYCOMB_API_KEY}}');
    writeFileSync(join(root, '.env'), masked);
    writeFileSync(join(root, '../undo.patch'), diff);
    git(root, 'apply', '../undo.patch');
    expect(treeOf(root)).toEqual(BEFORE);
  });

  const EDITS: readonly [string, string, (text: string) => string, (text: string) => string][] = [
    ['lines above', 'docker-compose.yml', (t) => `# mine\n${t}`, (t) => `# mine\n${t}`],
    ['lines below', 'docker-compose.yml', (t) => `${t}volumes: {}\n`, (t) => `${t}volumes: {}\n`],
    ['a line in the middle', 'docker-compose.yml', (t) => t.replace('PORT: "4567"', 'PORT: "80"'), (t) => t.replace('PORT: "4567"', 'PORT: "80"')],
    ['more packages behind ours', 'api/requirements.txt', (t) => `${t}\nredis\n`, (t) => `${t}\nredis\n`],
    ['another word in the command', 'api/Dockerfile', (t) => t.replace('"run"', '"run", "--debug"'), (t) => t.replace('"run"', '"run", "--debug"')],
    ['more ignored', '.gitignore', (t) => `${t}node_modules\n`, () => 'node_modules\n'],
    ['another variable behind the key', '.env', (t) => `${t}B=2\n`, () => 'B=2\n'],
    ['another variable in front of the key', '.env', (t) => `B=2\n${t}`, () => 'B=2\n'],
    ['a rotated key', '.env', (t) => `B=2\n${t.replace(KEY, 'other')}`, () => 'B=2\n'],
  ];
  test.each(EDITS)('keeps what the user wrote since: %s', async (_, path, edit, expected) => {
    const { root, tools, change } = await inited();
    change(path, edit);
    const undone = await undo(root, tools);
    expect(undone?.left).toEqual([]);
    expect(undone?.back.find((file) => file.path === path)?.exact).toBe(false);
    // A .env that is still there stays out of git.
    expect(treeOf(root)).toEqual({ ...BEFORE, [path]: expected(BEFORE[path] ?? ''), ...(path === '.env' ? { '.gitignore': '.env\n' } : {}) });
  });

  describe('the line that keeps .env out of git', () => {
    const STAYS = [{ path: '.gitignore', why: 'it goes on keeping .env out of git, which is still there with what you wrote into it' }];
    test.each<[string, (text: string) => string]>([
      ['the user has more in it', (t) => `${t}PASSWORD=1\n`],
      ['the user took the key out and wrote something else', () => 'PASSWORD=1\n'],
      ['the user emptied it', () => ''],
    ])('stays while .env does: %s', async (_, edit) => {
      const { root, tools, change } = await inited();
      change('.env', edit);
      expect(await undo(root, tools)).toMatchObject({ left: [], stays: STAYS });
      expect(treeOf(root)['.gitignore']).toBe('.env\n');
      expect(git(root, 'status', '--porcelain', '--untracked-files=all')).not.toContain('.env');
      expect(await undo(root, tools)).toBeUndefined();
    });

    test('stays for a .env that is somebody else’s', async () => {
      const { root, tools } = await inited(BEFORE, OPS.filter((op) => !('path' in op) || op.path !== '.env'));
      writeFileSync(join(root, '.env'), 'PASSWORD=1\n');
      expect(await undo(root, tools)).toMatchObject({ stays: STAYS });
      expect(treeOf(root)['.gitignore']).toBe('.env\n');
    });

    test('goes where .env is, byte for byte, what it was before the init', async () => {
      const { folder: root, remove } = checkout(BEFORE);
      cleanups.push(remove);
      writeFileSync(join(root, '.env'), 'A=1\n');
      const tools = gitTools(root);
      await writePlan(workspaceAt(root), await planFor(root, tools), SECRETS, tools);
      expect(await undo(root, tools)).toMatchObject({ left: [], stays: [] });
      expect(treeOf(root)).toEqual({ ...BEFORE, '.env': 'A=1\n' });
    });

    test('is not talked about where the user took it out already', async () => {
      const { root, tools, change } = await inited();
      change('.env', (t) => `${t}B=2\n`);
      rmSync(join(root, '.gitignore'));
      expect(await undo(root, tools)).toMatchObject({ left: [], stays: [] });
    });
  });

  test('lines of ours that were changed are told and left; the rest goes back, and the next undo takes the remainder', async () => {
    const { root, tools, change } = await inited();
    change('docker-compose.yml', (t) => t.replace('OTEL_SERVICE_NAME: "api"', 'OTEL_SERVICE_NAME: "mine"'));
    const now = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
    expect(now).toContain('mine');
    const undone = await undo(root, tools);
    expect(undone?.left.map((file) => file.path)).toEqual(['docker-compose.yml']);
    expect(undone?.left[0]?.lines.join('\n')).toContain('OTEL_SERVICE_NAME: "api"');
    expect(treeOf(root)).toEqual({ ...BEFORE, 'docker-compose.yml': now });
    change('docker-compose.yml', (t) => t.replace('OTEL_SERVICE_NAME: "mine"', 'OTEL_SERVICE_NAME: "api"'));
    expect((await undo(root, tools))?.left).toEqual([]);
    expect(treeOf(root)).toEqual(BEFORE);
  });

  test('a template that the user has changed stays', async () => {
    const { root, tools, change } = await inited();
    change('api/lib/otel.cjs', (t) => `${t}// mine\n`);
    const undone = await undo(root, tools);
    expect(undone?.left.map((file) => file.path)).toEqual(['api/lib/otel.cjs']);
    expect(treeOf(root)['api/lib/otel.cjs']).toContain('// mine');
  });

  test('what git or the user took back already is no problem', async () => {
    const { root, tools } = await inited();
    git(root, 'checkout', '-q', '--', 'docker-compose.yml', 'api/Dockerfile');
    rmSync(join(root, '.env'));
    const undone = await undo(root, tools);
    expect(undone?.left).toEqual([]);
    expect(undone?.back.map((file) => file.path)).toEqual(['api/lib/otel.cjs', 'api/requirements.txt', '.gitignore']);
    expect(treeOf(root)).toEqual(BEFORE);
  });

  test('text that stands there twice is left alone', async () => {
    const { root, tools, change } = await inited();
    change('api/requirements.txt', () => 'opentelemetry-distro==0.66b1\nflask\nflask-cors\nopentelemetry-distro==0.66b1');
    const undone = await undo(root, tools);
    expect(undone?.left.map((file) => file.path) ?? []).toEqual([]);
    // The line that stands behind the same neighbour as ours is ours; the other one is the user's.
    expect(treeOf(root)['api/requirements.txt']).toBe('opentelemetry-distro==0.66b1\nflask\nflask-cors');
  });

  const MORE: Op = { op: 'edit', path: 'docker-compose.yml' as Path, format: 'compose', change: { do: 'set', at: ['services', 'api', 'environment', 'OTEL_LOGS_EXPORTER'], value: 'none' } };

  test('two inits: one after the other, or both at once', async () => {
    const one = await inited();
    const first = treeOf(one.root);
    await writePlan(workspaceAt(one.root), await planFor(one.root, one.tools, [MORE]), SECRETS, one.tools);
    await undo(one.root, one.tools);
    expect(treeOf(one.root)).toEqual(first);
    await undo(one.root, one.tools);
    expect(treeOf(one.root)).toEqual(BEFORE);

    const two = await inited();
    await writePlan(workspaceAt(two.root), await planFor(two.root, two.tools, [MORE]), SECRETS, two.tools);
    expect(await undo(two.root, two.tools, { all: true })).toMatchObject({ left: [] });
    expect(treeOf(two.root)).toEqual(BEFORE);
  });

  test('UTF-16 and a BOM come back byte for byte', async () => {
    const utf16 = Buffer.from('\uFEFFflask\r\n', 'utf16le').toString('latin1');
    const before = { ...BEFORE, 'api/requirements.txt': utf16, 'docker-compose.yml': `\u00ef\u00bb\u00bf${BEFORE['docker-compose.yml'] ?? ''}` };
    const { root, tools } = await inited(before);
    expect(Buffer.from(treeOf(root)['api/requirements.txt'] ?? '', 'latin1').toString('utf16le')).toBe('\uFEFFflask\r\nopentelemetry-distro==0.66b1\r\n');
    expect(await undo(root, tools)).toMatchObject({ left: [] });
    expect(treeOf(root)).toEqual(before);
  });
});
