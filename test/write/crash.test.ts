import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../src/types.ts';
import { recover } from '../../src/write/recover.ts';
import { undo } from '../../src/write/undo.ts';
import { realDisk } from '../../src/write/write.ts';
import { writePlan } from '../../src/write/write-plan.ts';
import { modesOf, treeOf, writeTree, type Tree } from '../helpers/tree.ts';
import { dyingDisk } from './dying-disk.ts';
import { quickTools, quickWorkspace } from './sample-run.ts';
import { BEFORE, KEY, planFor, SECRETS } from './sample.ts';

class Died extends Error {}
const die = (): never => {
  throw new Died();
};

const FILES: Tree = { ...BEFORE, '.env': 'A=1\n' };

// Every write is synced; in memory that costs nothing, and what is tested is the order.
const FAST = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Without git: hundreds of starts, and the journal in the state folder beside the workspace. */
function start() {
  const parent = mkdtempSync(join(FAST, 'otel-setup-test-'));
  const root = join(parent, 'workspace');
  writeTree(root, FILES);
  chmodSync(join(root, 'api/requirements.txt'), 0o640);
  chmodSync(join(root, '.env'), 0o644);
  const state = join(parent, 'state');
  return { root, state, tools: quickTools(root), remove: () => rmSync(parent, { recursive: true, force: true }), tree: FILES, modes: modesOf(root) };
}

let plan: Plan;
beforeAll(async () => {
  const { root, tools, remove } = start();
  plan = await planFor(root, tools);
  remove();
});

const journalFolder = (state: string): string | undefined => {
  const name = realDisk.list(join(state, 'otel-setup'))[0];
  return name === undefined ? undefined : join(state, 'otel-setup', name);
};
/** Dead programs keep nobody out; this process, which plays the dead one, would. */
const unlock = (state: string): void => {
  const folder = journalFolder(state);
  for (const name of folder === undefined ? [] : realDisk.list(folder)) if (name.startsWith('running')) realDisk.remove(join(folder ?? '', name));
};
/** Records of the journal that must be gone after a recovery. */
const leftovers = (state: string): string[] => realDisk.list(journalFolder(state) ?? '').filter((name) => /open|new$/.test(name));

async function changesOf(what: 'write' | 'undo'): Promise<number> {
  const { root, tools, remove } = start();
  const disk = dyingDisk(realDisk, 0, 'before', die);
  await writePlan(quickWorkspace(root), plan, SECRETS, tools, what === 'write' ? { disk } : {});
  if (what === 'undo') await undo(root, tools, { disk });
  remove();
  return disk.changes();
}

describe('a run that ends at any change of the disk', () => {
  test.each(['torn', 'after'] as const)('an init, %s: the next run restores the exact tree', async (when) => {
    const changes = await changesOf('write');
    expect(changes).toBeGreaterThan(20);
    for (let n = 1; n <= changes; n += 1) {
      const { root, state, tools, remove, tree, modes } = start();
      const finished = await writePlan(quickWorkspace(root), plan, SECRETS, tools, { disk: dyingDisk(realDisk, n, when, die) }).then(() => true, () => false);
      unlock(state);
      await recover(root, tools);
      // Only the last steps (the record of a finished run is there, its lock goes) may leave a finished init.
      if (treeOf(root)['docker-compose.yml'] === tree['docker-compose.yml']) {
        expect(treeOf(root), `change ${n}`).toEqual(tree);
        expect(modesOf(root), `change ${n}`).toEqual(modes);
        expect(existsSync(join(root, 'api/lib')), `change ${n}`).toBe(false);
      } else {
        expect(n, `change ${n} of ${changes} left a changed tree`).toBeGreaterThan(changes - 4);
        expect(await undo(root, tools)).toMatchObject({ left: [] });
        expect(treeOf(root), `change ${n}`).toEqual(tree);
      }
      expect(finished).toBe(false);
      expect(leftovers(state), `change ${n}`).toEqual([]);
      remove();
    }
  });

  test.each(['torn', 'after'] as const)('an undo, %s: the next run ends with the tree from before the init', async (when) => {
    const changes = await changesOf('undo');
    for (let n = 1; n <= changes; n += 1) {
      const { root, state, tools, remove, tree, modes } = start();
      await writePlan(quickWorkspace(root), plan, SECRETS, tools);
      const written = treeOf(root);
      await undo(root, tools, { disk: dyingDisk(realDisk, n, when, die) }).catch(() => {});
      unlock(state);
      expect(JSON.stringify(treeOf(state))).not.toContain(KEY);
      await recover(root, tools);
      if (treeOf(root)['docker-compose.yml'] === written['docker-compose.yml']) {
        expect(treeOf(root), `change ${n}`).toEqual(written);
        expect(await undo(root, tools), `change ${n}`).toMatchObject({ left: [] });
      }
      expect(treeOf(root), `change ${n}`).toEqual(tree);
      expect(modesOf(root), `change ${n}`).toEqual(modes);
      expect(leftovers(state), `change ${n}`).toEqual([]);
      remove();
    }
  });

  test('a recovery that dies as well is taken up by the next one', async () => {
    const { root, state, tools, tree, remove } = start();
    await writePlan(quickWorkspace(root), plan, SECRETS, tools, { disk: dyingDisk(realDisk, 22, 'after', die) }).catch(() => {});
    for (let n = 1; n < 40; n += 1) {
      unlock(state);
      await recover(root, tools, dyingDisk(realDisk, n, 'torn', die)).catch(() => {});
    }
    unlock(state);
    await recover(root, tools);
    expect(treeOf(root)).toEqual(tree);
    remove();
  });
});

describe('a process that is killed with SIGKILL', () => {
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'otel-setup-test-'));
    const bundle = await rolldown({ input: new URL('kill-child.ts', import.meta.url).pathname, platform: 'node', resolve: { mainFields: ['module', 'main'] }, logLevel: 'silent' });
    // templates/ lies beside the program's folder, as in the package.
    symlinkSync(new URL('../../templates', import.meta.url).pathname, join(folder, 'templates'));
    await bundle.write({ file: join(folder, 'dist', 'child.mjs'), format: 'esm', codeSplitting: false });
    await bundle.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...words: readonly string[]) =>
    new Promise<NodeJS.Signals | number | null>((done, failed) => {
      spawn(process.execPath, [join(folder, 'dist', 'child.mjs'), ...words], { stdio: ['ignore', 'ignore', 'inherit'] }).on('error', failed).on('exit', (code, signal) => done(signal ?? code));
    });

  async function killed(n: number, when: 'before' | 'after'): Promise<void> {
    const { root, tools, remove, tree, modes } = start();
    writeFileSync(join(root, '../plan.json'), JSON.stringify(plan));
    expect(await run(root, join(root, '../plan.json'), String(n), when), `change ${n}`).toBe('SIGKILL');
    await recover(root, tools); // the lock's process is really gone: nothing to help along here
    if (treeOf(root)['docker-compose.yml'] !== tree['docker-compose.yml']) await undo(root, tools);
    expect(treeOf(root), `change ${n}, ${when}`).toEqual(tree);
    expect(modesOf(root), `change ${n}, ${when}`).toEqual(modes);
    remove();
  }

  test('at every change: the next run restores the exact tree', async () => {
    const changes = await changesOf('write');
    const points = Array.from({ length: changes }, (_, i) => i + 1);
    // Before the first change, then after each one: "after n" and "before n + 1" are the same moment.
    const queue = [() => killed(1, 'before'), ...points.map((n) => () => killed(n, 'after'))];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next();
    };
    await Promise.all([worker(), worker(), worker()]);
  }, 120_000);
});
