import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Stop } from '../../src/stop.ts';
import type { Plan } from '../../src/types.ts';
import { path } from '../../src/workspace/path.ts';
import type { Disk } from '../../src/write/disk.ts';
import { borrow, leftLoan, type Lent } from '../../src/write/loan.ts';
import { recover } from '../../src/write/recover.ts';
import { undo } from '../../src/write/undo.ts';
import { realDisk, saveText } from '../../src/write/write.ts';
import { writePlan } from '../../src/write/write-plan.ts';
import { modesOf, treeOf, writeTree, type Tree } from '../helpers/tree.ts';
import { dyingDisk } from './dying-disk.ts';
import { quickTools, quickWorkspace } from './sample-run.ts';
import { BEFORE, planFor, SECRETS } from './sample.ts';

// The disk says no at any one call, or from one call on: a sentence, never a crash, and never half a tree.

class Fault extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}
/** Every question and every change, but for what is asked of the system itself. */
function faulty(k: number, code: string, on: boolean): Disk & { readonly calls: () => number } {
  let calls = 0;
  const guard = (name: unknown): void => {
    if (typeof name === 'string' && name.startsWith('/proc/')) return;
    calls += 1;
    if (calls === k || (on && calls > k)) throw new Fault(code);
  };
  const entries = Object.entries(realDisk).map(([name, act]) => [name, (...args: readonly unknown[]) => {
    guard(args[0]);
    return Reflect.apply(act, realDisk, args);
  }]);
  return { ...realDisk, ...Object.fromEntries(entries), calls: () => calls };
}

const FILES: Tree = { ...BEFORE, '.env': 'A=1\n' };
const FAST = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
function start() {
  const parent = mkdtempSync(join(FAST, 'otel-setup-test-'));
  const root = join(parent, 'workspace');
  writeTree(root, FILES);
  const unlock = (): void => {
    for (const name of readdirSync(parent, { recursive: true, encoding: 'utf8' })) if (/running\.[^/]*$/.test(name)) rmSync(join(parent, name));
  };
  return { parent, root, tools: quickTools(root), unlock, modes: modesOf(root), remove: () => rmSync(parent, { recursive: true, force: true }) };
}
type Where = ReturnType<typeof start>;

let plan: Plan;
let written: Tree;
beforeAll(async () => {
  const { root, tools, remove } = start();
  plan = await planFor(root, tools);
  await writePlan(quickWorkspace(root), plan, SECRETS, tools);
  written = treeOf(root);
  remove();
});

const LENT: Lent = { compose: [path('docker-compose.yml')], projectDir: path(''), services: [{ name: 'api', was: 'running', containers: 1, hash: '' }], networks: [], project: 'w' };
const write = (at: Where, disk: Disk) => writePlan(quickWorkspace(at.root), plan, SECRETS, at.tools, { disk });

const WORK: readonly { readonly name: string; before?(at: Where): Promise<unknown>; act(at: Where, disk: Disk): Promise<unknown> }[] = [
  { name: 'init', act: write },
  { name: 'undo', before: (at) => write(at, realDisk), act: (at, disk) => undo(at.root, at.tools, { disk }) },
  {
    name: 'healing',
    before: async (at) => {
      await write(at, dyingDisk(realDisk, 30, 'torn', () => {
        throw new Error('died');
      })).catch(() => {});
      at.unlock();
    },
    act: (at, disk) => recover(at.root, at.tools, disk),
  },
  {
    name: 'the note of verify',
    act: async (at, disk) => {
      const borrowed = await borrow(at.root, at.tools, LENT, '{}', disk);
      borrowed.working(process.pid);
      borrowed.over();
    },
  },
  {
    name: 'the note that a verify left',
    before: async (at) => (await borrow(at.root, at.tools, LENT, '{}')).leave(),
    act: async (at, disk) => {
      const left = await leftLoan(at.root, at.tools, disk);
      const taken = left?.take();
      left?.over();
      taken?.release();
    },
  },
  { name: '--out over a file', act: async (at, disk) => saveText(join(at.root, 'README.md'), 'new\n', disk, at.root) },
];

describe.each(WORK.map((work) => [work.name, work] as const))('%s', (_, { before, act }) => {
  test.each([['ENOSPC', false], ['EIO', false], ['EIO', true], ['EMFILE', true], ['ENAMETOOLONG', false]] as const)('%s, from there on: %s', async (code, on) => {
    for (let k = 1, through = false; !through; k += 1) {
      const at = start();
      await before?.(at);
      const disk = faulty(k, code, on);
      const error: unknown = await act(at, disk).then(() => undefined, (reason: unknown) => reason);
      through = disk.calls() < k;
      const says = `call ${k}: ${error instanceof Error ? error.stack : String(error)}`;
      if (error !== undefined) {
        expect(error, says).toBeInstanceOf(Stop);
        const { exit, message, hint } = error as Stop;
        expect({ exit, message, hint }, says).toEqual({ exit: 4, message: expect.stringContaining(code), hint: expect.stringMatching(/\S/) });
      }
      // The disk is well again.
      at.unlock();
      await recover(at.root, at.tools);
      const { 'README.md': readme, ...tree } = treeOf(at.root);
      const { 'README.md': __, ...all } = written;
      const { 'README.md': ___, ...none } = FILES;
      // A disk that never comes back keeps the temporary file of --out, too: nobody has a record of that one.
      const known = Object.fromEntries(Object.entries(tree).filter(([name]) => !(on && name.startsWith('.otel-setup-'))));
      expect([all, none], says).toContainEqual(known);
      expect(['mine\n', 'new\n'], says).toContain(readme);
      if (JSON.stringify(tree) === JSON.stringify(all)) await undo(at.root, at.tools);
      expect(modesOf(at.root), says).toMatchObject(at.modes);
      at.remove();
    }
  });
});

test('a name that leaves no room for another one beside it is refused before anything is written', async () => {
  const at = start();
  const long = `${'d'.repeat(240)}/`.repeat(16).slice(0, 4_060 - at.root.length);
  // A deep folder is only to be had step by step.
  const before = process.cwd();
  try {
    process.chdir(at.root);
    for (const part of long.split('/').filter((one) => one !== '')) {
      realDisk.makeFolder(part, 0o755);
      process.chdir(part);
    }
    writeFileSync('requirements.txt', 'flask\n');
  } finally {
    process.chdir(before);
  }
  const deep = path(`${long.replace(/\/$/, '')}/requirements.txt`);
  const files = quickWorkspace(at.root);
  const { patches, ...rest } = plan;
  const [model] = patches.filter((patch) => patch.path === 'api/requirements.txt');
  if (model === undefined) expect.unreachable();
  const { createHash } = await import('node:crypto');
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const patch = { ...model, path: deep, before: hash('flask\n'), after: hash('flask\nx\n'), splices: [{ at: 6, cut: '', put: 'x\n' }] };
  const error: unknown = await writePlan(files, { ...rest, ops: [], patches: [patch] }, SECRETS, at.tools).then(() => undefined, (reason: unknown) => reason);
  if (error !== undefined) expect(error).toMatchObject({ exit: 4, message: expect.stringMatching(/Nothing was written: .*too long/), hint: expect.stringMatching(/^Shorten/) });
  expect(await recover(at.root, at.tools)).toBeUndefined();
  at.remove();
});
