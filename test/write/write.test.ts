import { chmodSync, existsSync, linkSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Stop } from '../../src/stop.ts';
import type { Store } from '../../src/types.ts';
import type { Disk } from '../../src/write/disk.ts';
import { lockJournal } from '../../src/write/journal.ts';
import { recover } from '../../src/write/recover.ts';
import { realDisk } from '../../src/write/write.ts';
import { writePlan } from '../../src/write/write-plan.ts';
import { checkout, git, modesOf, treeOf, type Tree } from '../helpers/tree.ts';
import { BEFORE, gitTools, KEY, OPS, planFor, SECRETS, workspaceAt } from './sample.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function start(tree: Tree = BEFORE) {
  const { folder, remove } = checkout(tree);
  cleanups.push(remove);
  return { root: folder, tools: gitTools(folder) };
}

const stateOf = (root: string): string => join(root, '..', 'state');

class Failure extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** The real disk, but one kind of operation on matching files says no. */
function failing(operation: 'create' | 'overwrite' | 'rename' | 'chmod', file: RegExp, code: string, from = 0, to = Number.POSITIVE_INFINITY): Disk {
  let seen = 0;
  const guard = (name: string): void => {
    if (!file.test(name)) return;
    seen += 1;
    if (seen > from && seen <= to) throw new Failure(code);
  };
  return {
    ...realDisk,
    create: (name, bytes, mode) => {
      if (operation === 'create') guard(name);
      realDisk.create(name, bytes, mode);
    },
    overwrite: (name, bytes) => {
      if (operation === 'overwrite') guard(name);
      realDisk.overwrite(name, bytes);
    },
    rename: (a, b) => {
      if (operation === 'rename') guard(b);
      realDisk.rename(a, b);
    },
    chmod: (name, mode) => {
      if (operation === 'chmod') guard(name);
      realDisk.chmod(name, mode);
    },
  };
}

const vault = (id: string, put: NonNullable<Store['put']>): Store => ({ id, title: id, lasts: 'every new workspace', usable: () => true, get: async () => undefined, put });

async function stopOf(promise: Promise<unknown>): Promise<Stop> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(Stop);
  return error as Stop;
}

describe('writePlan', () => {
  test('writes every file, keeps line ends and modes, the key only in .env', async () => {
    const { root, tools } = start();
    chmodSync(join(root, 'api/Dockerfile'), 0o755);
    const plan = await planFor(root, tools);
    expect(plan.refused).toEqual([]);
    await writePlan(workspaceAt(root), plan, SECRETS, tools);
    const tree = treeOf(root);
    expect(tree['.env']).toBe(`HONEYCOMB_API_KEY=${KEY}\n`);
    expect(statSync(join(root, '.env')).mode & 0o777).toBe(0o600);
    expect(tree['.gitignore']).toBe('.env\n');
    expect(tree['api/requirements.txt']).toBe('flask\nflask-cors\nopentelemetry-distro==0.66b1');
    expect(tree['api/Dockerfile']).toContain('CMD ["opentelemetry-instrument", "flask", "run"]\r\n');
    expect(statSync(join(root, 'api/Dockerfile')).mode & 0o777).toBe(0o755);
    expect(Object.keys(tree).filter((path) => tree[path]?.includes(KEY))).toEqual(['.env']);
    expect(Object.keys(treeOf(stateOf(root))).filter((name) => !name.endsWith('000001.kept.json'))).toEqual([]);
    expect(JSON.stringify(treeOf(stateOf(root)))).not.toContain(KEY);
  });

  test('writes in the order: ignore line, secret, compose, manifest, Dockerfile, new file', async () => {
    const { root, tools } = start();
    const plan = await planFor(root, tools);
    expect(plan.patches.map((p) => p.path)).toEqual(['.gitignore', '.env', 'docker-compose.yml', 'api/requirements.txt', 'api/Dockerfile', 'api/lib/otel.cjs']);
    const touched: string[] = [];
    const disk: Disk = {
      ...realDisk,
      create: (file, bytes, mode) => {
        if (file.startsWith(root)) touched.push(file.slice(root.length + 1));
        realDisk.create(file, bytes, mode);
      },
    };
    await writePlan(workspaceAt(root), plan, SECRETS, tools, { disk });
    expect(touched.findIndex((f) => f.startsWith('.otel-setup-'))).toBeLessThan(touched.indexOf('.env'));
    expect(touched.indexOf('.env')).toBe(1);
  });

  test('the journal is on the disk before the first byte of the workspace', async () => {
    const { root, tools } = start();
    const order: string[] = [];
    const disk: Disk = {
      ...realDisk,
      rename: (a, b) => {
        order.push(b.startsWith(root) ? 'workspace' : 'journal');
        realDisk.rename(a, b);
      },
      create: (file, bytes, mode) => {
        if (file.startsWith(root)) order.push('workspace');
        realDisk.create(file, bytes, mode);
      },
    };
    await writePlan(workspaceAt(root), await planFor(root, tools), SECRETS, tools, { disk });
    expect(order[0]).toBe('journal');
    expect(order).toContain('workspace');
  });

  test('the journal is this user’s alone, outside of the workspace and of its .git', async () => {
    const { root, tools } = start();
    await writePlan(workspaceAt(root), await planFor(root, tools), SECRETS, tools);
    expect(Object.keys(treeOf(stateOf(root))).map((file) => file.replace(/^otel-setup\/[0-9a-f]{16}\//, ''))).toEqual(['000001.kept.json']);
    expect(existsSync(join(root, '.git/otel-setup'))).toBe(false);
    const folders = readdirSync(stateOf(root), { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(stateOf(root), name)).mode & 0o777);
    expect(folders).toEqual([0o700, 0o700, 0o600]);
  });

  test('a second plan finds nothing it may set again', async () => {
    const { root, tools } = start();
    await writePlan(workspaceAt(root), await planFor(root, tools), SECRETS, tools);
    const again = await planFor(root, tools);
    expect(again.patches).toEqual([]);
    expect(again.refused[0]?.service).toBe('api');
  });

  test.each([
    ['a full disk', failing('create', /api\/\.otel-setup-/, 'ENOSPC'), /disk is full/],
    ['a full disk while writing the secret', failing('create', /\/\.env$/, 'ENOSPC'), /disk is full/],
    ['a folder that may not be written', failing('create', /api\/\.otel-setup-/, 'EACCES', 1, 2), /may not read or write/],
    ['a read-only file system', failing('rename', /docker-compose\.yml$/, 'EROFS'), /read-only/],
    ['a new file that cannot be placed', failing('rename', /otel\.cjs$/, 'EIO'), /EIO/],
    ['a journal that cannot be finished', failing('create', /kept\.json/, 'ENOSPC'), /disk is full/],
  ])('%s: every file is as it was, and the sentence says so', async (_, disk, says) => {
    const { root, tools } = start();
    const modes = modesOf(root);
    const plan = await planFor(root, tools);
    const stop = await stopOf(writePlan(workspaceAt(root), plan, SECRETS, tools, { disk }));
    expect(stop.exit).toBe(4);
    expect(stop.message).toMatch(says);
    expect(stop.message).toMatch(/Every file is as it was/);
    expect(treeOf(root)).toEqual(BEFORE);
    expect(modesOf(root)).toEqual(modes);
    expect(existsSync(join(root, 'api/lib'))).toBe(false);
    expect(await recover(root, tools)).toBeUndefined();
    await writePlan(workspaceAt(root), plan, SECRETS, tools);
    expect(treeOf(root)['.env']).toContain(KEY);
  });

  test('where even the way back fails, the journal stays and the next run finishes', async () => {
    const { root, tools } = start();
    const disk: Disk = { ...failing('create', /api\/\.otel-setup-/, 'ENOSPC'), remove: (file) => {
      if (file.endsWith('.env')) throw new Failure('EIO');
      realDisk.remove(file);
    } };
    const stop = await stopOf(writePlan(workspaceAt(root), await planFor(root, tools), SECRETS, tools, { disk }));
    expect(stop.message).toMatch(/\.env could not be brought back/);
    // While the key is there, the line that ignores it stays.
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('.env\n');
    expect((await recover(root, tools))?.files).toEqual(['.env', '.gitignore']);
    expect(treeOf(root)).toEqual(BEFORE);
  });

  test.each(['EBUSY', 'EXDEV', 'EPERM'])('a rename that says %s (a bind-mounted file): written in place', async (code) => {
    const { root, tools } = start();
    const inode = statSync(join(root, 'docker-compose.yml')).ino;
    await writePlan(workspaceAt(root), await planFor(root, tools), SECRETS, tools, { disk: failing('rename', /docker-compose\.yml$/, code) });
    expect(statSync(join(root, 'docker-compose.yml')).ino).toBe(inode);
    expect(treeOf(root)['docker-compose.yml']).toContain('OTEL_SERVICE_NAME');
    expect(Object.keys(treeOf(root)).filter((path) => path.includes('otel-setup-'))).toEqual([]);
  });

  test('a disk that fills up in the middle of a write in place', async () => {
    const { root, tools } = start();
    const torn: Disk = { ...failing('rename', /docker-compose\.yml$/, 'EBUSY'), overwrite: (file, bytes) => {
      if (bytes.length > 100) {
        realDisk.overwrite(file, Buffer.concat([bytes.slice(0, 60), realDisk.read(file).subarray(60)]));
        throw new Failure('ENOSPC');
      }
      realDisk.overwrite(file, bytes);
    } };
    await stopOf(writePlan(workspaceAt(root), await planFor(root, tools), SECRETS, tools, { disk: torn }));
    expect(treeOf(root)).toEqual(BEFORE);
  });

  test('a file with a second name is not written: nobody knows where that is', async () => {
    const { root, tools } = start();
    linkSync(join(root, 'api/requirements.txt'), `${root}.outside`);
    const before = treeOf(root);
    const stop = await stopOf(writePlan(workspaceAt(root), await planFor(root, tools), SECRETS, tools));
    expect([stop.exit, stop.message]).toEqual([4, expect.stringMatching(/requirements\.txt has a second name/)]);
    expect(treeOf(root)).toEqual(before);
    rmSync(`${root}.outside`);
  });

  test('a link inside the workspace stays a link', async () => {
    const { root, tools } = start({ ...BEFORE, 'config/env': 'A=1\n' });
    symlinkSync('config/env', join(root, '.env'));
    const stop = await stopOf(writePlan(workspaceAt(root), await planFor(root, tools), SECRETS, tools));
    expect(stop.message).toMatch(/config\/env is in git/);
    git(root, 'rm', '-q', '--cached', 'config/env');
    expect((await stopOf(writePlan(workspaceAt(root), await planFor(root, tools), SECRETS, tools))).message).toMatch(/link to config\/env, which git does not ignore/);
    mkdirSync(join(root, '.git/info'), { recursive: true });
    writeFileSync(join(root, '.git/info/exclude'), '/config/env\n');
    await writePlan(workspaceAt(root), await planFor(root, tools), SECRETS, tools);
    expect(lstatSync(join(root, '.env')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(root, 'config/env'), 'utf8')).toBe(`A=1\nHONEYCOMB_API_KEY=${KEY}\n`);
  });

  test.each([
    ['a .env that leads out of the workspace', (root: string) => {
      writeFileSync(join(root, '../outside.env'), 'A=1\n');
      symlinkSync('../outside.env', join(root, '.env'));
    }],
    ['a .env that leads nowhere', (root: string) => symlinkSync('../nowhere', join(root, '.env'))],
    ['a folder that leads out of the workspace', (root: string) => {
      mkdirSync(join(root, '../elsewhere'));
      symlinkSync('../../elsewhere', join(root, 'api/lib'));
    }],
  ])('%s is refused, by the plan or by the writer, and nothing is written', async (_, prepare) => {
    const { root, tools } = start();
    const plan = await planFor(root, tools);
    prepare(root);
    const stop = await stopOf(writePlan(workspaceAt(root), plan, SECRETS, tools));
    expect(stop.exit).toBe(4);
    expect(readFileSync(join(root, 'docker-compose.yml'), 'utf8')).toBe(BEFORE['docker-compose.yml']);
    expect(existsSync(join(root, '.gitignore'))).toBe(false);
    if (existsSync(join(root, '../outside.env'))) expect(readFileSync(join(root, '../outside.env'), 'utf8')).toBe('A=1\n');
  });

  test.each(['../x', '/etc/x', '.git/hooks/pre-commit', 'a/../../x', ''])('a path of a forged plan is refused: %s', async (path) => {
    const { root, tools } = start();
    const plan = await planFor(root, tools);
    const [first] = plan.patches;
    const forged = { ...plan, patches: [{ ...first, path }] } as unknown as typeof plan;
    expect((await stopOf(writePlan(workspaceAt(root), forged, SECRETS, tools))).exit).toBe(4);
    expect(treeOf(root)).toEqual(BEFORE);
  });

  test.each([
    ['changed', (root: string) => writeFileSync(join(root, 'api/requirements.txt'), 'django\n')],
    ['made', (root: string) => writeFileSync(join(root, '.env'), 'A=1\n')],
  ])('a file that was %s after the plan', async (_, between) => {
    const { root, tools } = start();
    const plan = await planFor(root, tools);
    between(root);
    const now = treeOf(root);
    const stop = await stopOf(writePlan(workspaceAt(root), plan, SECRETS, tools));
    expect([stop.exit, stop.message]).toEqual([4, expect.stringMatching(/has changed since the plan was made/)]);
    expect(treeOf(root)).toEqual(now);
  });

  test('two runs at once: the second ends with a sentence', async () => {
    const { root, tools } = start();
    const plan = await planFor(root, tools);
    const { release } = lockJournal(root, tools, realDisk);
    const stop = await stopOf(writePlan(workspaceAt(root), plan, SECRETS, tools));
    expect([stop.exit, stop.message]).toEqual([4, expect.stringMatching(/Another otel-setup .* is at work/)]);
    expect(treeOf(root)).toEqual(BEFORE);
    release();
    await writePlan(workspaceAt(root), plan, SECRETS, tools);
  });

  test.each([
    ['of a process that is gone', (mine: string) => mine.replace(/\.\d+\./, `.${2 ** 22 + 1}.`)],
    ['of a process whose number is used again', (mine: string) => mine.replace(/\.[tb]\d+\./, '.t1.')],
    ['from before a restart of the machine', (mine: string) => mine.replace(/\.[tb]\d+\./, '.b1.')],
    ['of an earlier version', () => 'running.4711'],
    ['of an earlier version that was never moved', () => 'running'],
  ])('a leftover %s keeps nobody out, and is swept', async (_, left) => {
    const { root, tools } = start();
    const { journal, release } = lockJournal(root, tools, realDisk);
    const running = (): string[] => readdirSync(journal.folder).filter((name) => name.startsWith('running'));
    const [mine = ''] = running();
    release();
    expect(running()).toEqual([]);
    writeFileSync(join(journal.folder, left(mine)), '');
    await writePlan(workspaceAt(root), await planFor(root, tools), SECRETS, tools);
    expect(running()).toEqual([]);
  });

  test('a .env that is in git is refused', async () => {
    const { root, tools } = start({ ...BEFORE, '.env': 'A=1\n' });
    const stop = await stopOf(writePlan(workspaceAt(root), await planFor(root, tools), SECRETS, tools));
    expect(stop.message).toMatch(/in git/);
    git(root, 'rm', '-q', '--cached', '.env');
    await writePlan(workspaceAt(root), await planFor(root, tools), SECRETS, tools);
    expect(treeOf(root)['.env']).toBe(`A=1\nHONEYCOMB_API_KEY=${KEY}\n`);
  });

  test.each([
    ['not known', new Map<string, string>(), /is not known here/],
    ['not fit for a file', new Map([['HONEYCOMB_API_KEY', 'a b\nEVIL=1']]), /cannot be written/],
  ])('a secret that is %s', async (_, secrets, says) => {
    const { root, tools } = start();
    const stop = await stopOf(writePlan(workspaceAt(root), await planFor(root, tools), secrets, tools));
    expect(stop.message).toMatch(says);
    expect(treeOf(root)).toEqual(BEFORE);
  });

  test('a text of the user that looks like a placeholder stays', async () => {
    const { root, tools } = start({ ...BEFORE, 'api/requirements.txt': '# {{secret:HONEYCOMB_API_KEY}}\nflask\n' });
    await writePlan(workspaceAt(root), await planFor(root, tools), SECRETS, tools);
    expect(treeOf(root)['api/requirements.txt']).toBe('# {{secret:HONEYCOMB_API_KEY}}\nflask\nopentelemetry-distro==0.66b1\n');
  });

  test('stores that are no file come last; one that fails is told', async () => {
    const { root, tools } = start();
    const plan = await planFor(root, tools, [...OPS, { op: 'store', store: 'vault', name: 'HONEYCOMB_API_KEY' }, { op: 'store', store: 'broken', name: 'HONEYCOMB_API_KEY' }]);
    const got: unknown[] = [];
    const stores = [
      vault('vault', async (name, value) => void got.push(name, value, existsSync(join(root, '.env')))),
      vault('broken', async () => {
        throw new Stop(1, 'it is closed');
      }),
    ];
    const written = await writePlan(workspaceAt(root), plan, SECRETS, tools, { stores });
    expect(got).toEqual(['HONEYCOMB_API_KEY', KEY, true]);
    expect(written.stored).toEqual([{ store: 'vault', name: 'HONEYCOMB_API_KEY' }, { store: 'broken', name: 'HONEYCOMB_API_KEY', problem: 'it is closed' }]);
  });
});
