/** What the program asks the system for, call by call: the order of its writes, and the arguments of what it starts. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CANARY, FLASK, KEY, pathWith, place, programOnPath, run, type How, type Place } from './program.ts';

const strace = programOnPath('strace');
const works = (() => {
  try {
    execFileSync(strace ?? '', ['-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** Every call of these kinds, of the program and of all that it starts, one a line. */
async function calls(at: Place, argv: readonly string[], kinds: string, how: How = {}) {
  const log = join(at.home, 'calls');
  const ran = await run(at, argv, { ...how, under: [strace ?? '', '-f', '-qq', '-s', '9999', '-v', '-e', 'signal=none', '-e', `trace=${kinds}`, '-o', log] });
  return { ...ran, calls: readFileSync(log, 'utf8').split('\n') };
}

describe.skipIf(!works)('system calls (strace may not run here: skipped)', () => {
  test('the ignore line is on the disk before .env is made; its mode is 0600 from its first moment', async () => {
    const at = place(FLASK);
    const seen = await calls(at, ['init', '--yes', '--offline'], 'openat,rename,renameat,renameat2,link,unlink,fsync', KEY);
    expect(seen.code).toBe(0);
    const ok = seen.calls.filter((line) => !/ = -1 /.test(line));
    const made = ok.findIndex((line) => /openat\(.*\/workspace\/\.env", [^)]*O_CREAT/.test(line));
    const ignored = ok.findIndex((line) => /rename.*\/workspace\/\.gitignore"/.test(line));
    const synced = ok.findIndex((line, i) => i > ignored && line.includes('fsync('));
    expect(ignored).toBeGreaterThan(-1);
    expect(synced).toBeGreaterThan(ignored);
    expect(made).toBeGreaterThan(synced);
    expect(ok[made]).toMatch(/O_EXCL.*, 0600\)/);
    // The journal comes before the first byte of the workspace.
    const first = ok.findIndex((line) => /(openat\(.*O_CREAT|rename).*\/workspace\/(?!\.git\/)/.test(line));
    expect(ok.findIndex((line) => /rename.*\.open\.json"/.test(line))).toBeLessThan(first);
    expect(ok.findIndex((line) => /rename.*\.open\.json"/.test(line))).toBeGreaterThan(-1);
  });

  test('undo removes .env before the line that ignores it', async () => {
    const at = place(FLASK);
    await run(at, ['init', '--yes', '--offline'], KEY);
    const seen = await calls(at, ['undo'], 'rename,unlink');
    const gone = (name: string) => seen.calls.findIndex((line) => line.includes(`unlink("${join(at.folder, name)}")`) && line.endsWith(' = 0'));
    expect(gone('.env')).toBeGreaterThan(-1);
    expect(gone('.gitignore')).toBeGreaterThan(gone('.env'));
  });

  test.each<[string, readonly string[], How]>([
    ['init', ['init', '--yes', '--offline', '--verbose'], KEY],
    ['the key from standard input', ['init', '--yes', '--offline', '--key-stdin', '--json'], { stdin: `${CANARY}\n` }],
    ['a diff', ['init', '--dry-run'], KEY],
    ['status', ['status'], KEY],
    ['undo', ['undo'], KEY],
    ['run', ['run', 'api', '--', 'true'], KEY],
  ])('%s: the key is no argument of any program', async (_, argv, how) => {
    const at = place(FLASK);
    if (argv[0] !== 'init') await run(at, ['init', '--yes', '--offline'], KEY);
    const seen = await calls(at, argv, 'execve', { ...how, env: { ...how.env, PATH: pathWith('git', 'docker', 'true') } });
    // execve("/usr/bin/git", ["git", …], ["HOME=…", …]): the second list is the environment, where the key may be.
    const started = seen.calls.flatMap((line) => /execve\("[^"]*", \[(.*?)\], \[/.exec(line)?.[1] ?? []);
    expect(started.length).toBeGreaterThan(0);
    expect(started.filter((words) => words.includes(CANARY))).toEqual([]);
  });

  test('gp, and only gp, is given the key', async () => {
    const at = place(FLASK);
    const gp = fileURLToPath(new URL('../stand-ins/gp', import.meta.url));
    const bin = join(at.home, 'bin');
    mkdirSync(bin);
    cpSync(gp, join(bin, 'gp'));
    const PATH = [bin, dirname(process.execPath), pathWith('git')].join(':');
    const seen = await calls(at, ['init', '--yes', '--offline'], 'execve', { env: { ...KEY.env, PATH, GITPOD_WORKSPACE_ID: 'x', GP_STAND_IN_STORE: join(at.home, 'gp.json') } });
    const holders = seen.calls.flatMap((line) => /execve\("([^"]*)", \[(.*?)\], \[/.exec(line)?.slice(1, 3).join(' ') ?? []).filter((words) => words.includes(CANARY));
    expect(seen.code).toBe(0);
    expect(holders.length).toBeGreaterThan(0);
    // gp itself, and the interpreter that its first line names.
    for (const words of holders) expect(words).toContain(`"env", "HONEYCOMB_API_KEY=${CANARY}"`);
  });
});
