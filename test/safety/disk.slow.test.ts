/** The disk says no, somebody else is at work, or the program is killed: nothing is lost, and the sentence is clear. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git, modesOf, treeOf, writeTree } from '../helpers/tree.ts';
import { CANARY, FLASK, KEY, place, programOnPath, run, start } from './program.ts';

const OFFLINE = ['init', '--yes', '--offline'];

/** Mounts for as long as `use` runs; false where this user or this container may not mount (the test is skipped then). */
async function mounted(argv: readonly string[], at: string, use: () => Promise<void>): Promise<boolean> {
  try {
    execFileSync('mount', [...argv, at], { stdio: 'ignore' });
  } catch {
    return false;
  }
  try {
    await use();
  } finally {
    execFileSync('umount', ['-l', at], { stdio: 'ignore' });
  }
  return true;
}
const NO_MOUNT = 'mounting is not allowed here';

describe('the disk', () => {
  test('full: every file is as it was', async ({ skip }) => {
    const at = place({});
    const done = await mounted(['-t', 'tmpfs', '-o', 'size=64k', 'otel-setup-test'], at.folder, async () => {
      writeTree(at.folder, FLASK);
      // One page is left: enough for the ignore line, not for all of it.
      for (let n = 0; ; n += 1) {
        try {
          writeFileSync(join(at.folder, `filler${n}`), Buffer.alloc(4096));
        } catch {
          execFileSync('rm', ['-f', join(at.folder, `filler${n}`), join(at.folder, `filler${n - 1}`)]);
          break;
        }
      }
      const before = treeOf(at.folder);
      const ran = await run(at, OFFLINE, KEY);
      expect(ran).toMatchObject({ code: 4, err: expect.stringMatching(/could not be written: the disk is full \(ENOSPC\)\. Every file is as it was\.\n {2}Do: Free some space/) });
      expect(treeOf(at.folder)).toEqual(before);
    });
    if (!done) skip(NO_MOUNT);
  });

  test('read-only: nothing is written, and that is said', async ({ skip }) => {
    const at = place(FLASK);
    const done = await mounted(['--bind', at.folder], at.folder, async () => {
      execFileSync('mount', ['-o', 'remount,ro,bind', at.folder]);
      const ran = await run(at, OFFLINE, KEY);
      expect(ran).toMatchObject({ code: 4, err: expect.stringMatching(/read-only file system \(EROFS\)/) });
      expect(treeOf(at.folder)).toEqual(FLASK);
    });
    if (!done) skip(NO_MOUNT);
  });

  test('a file that is mounted by itself is written in place, and taken back', async ({ skip }) => {
    const at = place(FLASK);
    const source = join(at.home, 'compose.yml');
    writeFileSync(source, FLASK['docker-compose.yml'] ?? '');
    const done = await mounted(['--bind', source], join(at.folder, 'docker-compose.yml'), async () => {
      expect(await run(at, OFFLINE, KEY)).toMatchObject({ code: 0 });
      expect(readFileSync(source, 'utf8')).toContain('OTEL_SERVICE_NAME');
      expect(await run(at, ['undo'])).toMatchObject({ code: 0 });
      expect(readFileSync(source, 'utf8')).toBe(FLASK['docker-compose.yml']);
    });
    if (!done) skip(NO_MOUNT);
    expect(treeOf(at.folder)).toEqual(FLASK);
  });
});

test('two runs at once: one tree, as of one run; undo gives every byte back', async () => {
  const at = place(FLASK);
  const ran = await Promise.all([1, 2, 3].map(() => run(at, OFFLINE, KEY)));
  expect(ran.map(({ code }) => code)).toContain(0);
  for (const { code, err } of ran) if (code !== 0) expect({ code, err }).toEqual({ code: 4, err: expect.stringMatching(/is at work in this workspace|want this workspace at once|has changed since the plan was made|holds another/) });
  const alone = place(FLASK);
  await run(alone, OFFLINE, KEY);
  expect(treeOf(at.folder)).toEqual(treeOf(alone.folder));
  expect(await run(at, ['undo', '--all'])).toMatchObject({ code: 0 });
  expect(treeOf(at.folder)).toEqual(FLASK);
});

test('undo --all takes several runs back, undo one', async () => {
  const at = place(FLASK);
  await run(at, [...OFFLINE, '--signals', 'traces,metrics,logs'], KEY);
  const first = treeOf(at.folder);
  expect(await run(at, ['undo', '--all', '--dry-run'])).toMatchObject({ code: 0, out: expect.stringContaining('-HONEYCOMB_API_KEY={{secret:HONEYCOMB_API_KEY}}') });
  expect(treeOf(at.folder)).toEqual(first);
  expect(await run(at, ['undo', '--all'])).toMatchObject({ code: 0 });
  expect(treeOf(at.folder)).toEqual(FLASK);
  expect(await run(at, ['undo', '--all'])).toMatchObject({ code: 0, err: expect.stringContaining('nothing to take back') });
});

test('undo leaves a .env with lines of the user out of git, and says so', async () => {
  const at = place(FLASK);
  await run(at, OFFLINE, KEY);
  writeFileSync(join(at.folder, '.env'), `HONEYCOMB_API_KEY=${CANARY}\nPASSWORD=1\n`);
  expect(await run(at, ['undo'])).toMatchObject({ code: 0, err: expect.stringMatching(/\.gitignore: it goes on keeping \.env out of git/) });
  expect(treeOf(at.folder)).toEqual({ ...FLASK, '.env': 'PASSWORD=1\n', '.gitignore': '.env\n' });
});

describe('killed with SIGKILL', () => {
  /** The n-th system call that changes something is its last. */
  const CHANGES = 'rename,renameat,renameat2,unlink,unlinkat,link,linkat,fsync,chmod,fchmod';
  const strace = programOnPath('strace');
  const canTrace = (() => {
    try {
      execFileSync(strace ?? 'strace', ['-o', '/dev/null', '-e', 'inject=fsync:signal=KILL:when=1', 'true'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();
  test.each([1, 2, 4, 6, 8, 10, 12, 14])('at change %i: the next command restores every byte', async (n) => {
    const at = place(FLASK);
    const modes = modesOf(at.folder);
    const temporary = join(at.home, 'tmp');
    mkdirSync(temporary);
    const env = { ...KEY.env, TMPDIR: temporary };
    if (canTrace) {
      const killed = await run(at, OFFLINE, { env, under: [strace ?? '', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${CHANGES}`, '-e', `inject=${CHANGES}:signal=KILL:when=${n}`] });
      expect(killed.code).toBeNull();
    } else {
      // Without strace: the moment is what the machine makes of it.
      const { child, ended } = start(at, OFFLINE, { env });
      child.stderr?.on('data', () => child.kill('SIGKILL'));
      await ended;
    }
    const holders = readdirSync(temporary, { recursive: true, encoding: 'utf8' });
    expect(holders.filter((name) => readFileSync(join(temporary, name), 'utf8').includes(CANARY))).toEqual([]);
    expect(git(at.folder, 'status', '--porcelain', '--untracked-files=all')).not.toMatch(/\.env$/m);
    const ran = await run(at, ['status']);
    expect(ran.code).toBe(0);
    if (existsSync(join(at.folder, '.env'))) expect(await run(at, ['undo'])).toMatchObject({ code: 0 });
    expect(treeOf(at.folder)).toEqual(FLASK);
    expect(modesOf(at.folder)).toEqual(modes);
  });
});
