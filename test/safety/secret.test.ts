/** The key is looked for wherever it must not be: outputs of every command and mode, git, the journal, plans, patches, temporary files. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { git } from '../helpers/tree.ts';
import { inTerminal, CTRL_C, ENTER } from '../helpers/pty.ts';
import { CANARY, FLASK, pathWith, place, run, type How, type Place } from './program.ts';

/** Every way in which a text may hold the key. */
const FORMS = [CANARY, Buffer.from(CANARY).toString('base64').replace(/=+$/, ''), Buffer.from(CANARY).toString('hex'), Buffer.from(CANARY, 'utf16le').toString('latin1')];
const holds = (text: string): boolean => FORMS.some((form) => text.includes(form));

/** Files below a folder that hold the key; git's objects are unpacked. */
function holders(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const file = join(folder, name);
    return existsSync(file) && statSync(file).isFile() && holds(readFileSync(file, 'latin1'));
  });
}
function gitHolds({ folder }: Place): boolean {
  git(folder, 'fsck', '--no-progress', '--unreachable');
  return holds(execFileSync('git', ['cat-file', '--batch', '--batch-all-objects'], { cwd: folder, encoding: 'latin1', maxBuffer: 64 * 1024 * 1024 }));
}

/** The four ways in. */
const ways: readonly (readonly [string, How, readonly string[]])[] = [
  ['the variable', { env: { HONEYCOMB_API_KEY: CANARY } }, []],
  ['standard input', { stdin: `${CANARY}\n` }, ['--key-stdin']],
  ['.env', {}, []],
];

describe.each(ways)('a key in %s', (way, how, flags) => {
  const OFF = ['--offline', ...flags];
  const all: readonly (readonly string[])[] = [
    ['init', '--dry-run', ...OFF], ['init', '--patch', '../a.patch', ...OFF], ['init', '--out', '../plan.json', ...OFF], ['init', '--check', '--json'],
    ['init', '--yes', '--json', '--verbose', ...flags], ['init', '--yes', '--region', 'eu', '--backend', 'nowhere', ...OFF],
    ['init', '--yes', '--verbose', ...OFF], ['status', '--verbose'], ['status', '--json'], ['init', '--yes', '--json', ...OFF],
    ['run', 'api', '--', 'sh', '-c', 'exit 3'], ['run', 'nothing', '--json'], ['view', '--port', 'x', '--json'], ['demo', '--help'], ['init', '--help'],
    ['init', '--apply', '../plan.json', '--json', ...OFF], ['init', '--yes', '--no-such-flag'], ['undo', '--dry-run'], ['undo', '--verbose', '--json'],
  ];
  // Standard input is read by init alone; how a key of .env is found does not change with the mode.
  const commands = way === 'the variable' ? all : all.filter(([name], i) => (way === '.env' || name === 'init') && i % 2 === 0);
  test('is in no output, no object of git, no journal, plan, patch or temporary file', async () => {
    const at = place(FLASK);
    const temporary = join(at.home, 'tmp');
    mkdirSync(temporary);
    if (way === '.env') {
      writeFileSync(join(at.folder, '.env'), `A=1\nHONEYCOMB_API_KEY="${CANARY}"\n`);
      writeFileSync(join(at.folder, '.gitignore'), '.env\n');
    }
    // No network: an address that nothing listens at.
    const env = { PATH: pathWith('git', 'sh'), TMPDIR: temporary, HONEYCOMB_API_ENDPOINT: 'http://127.0.0.1:9', ...how.env };
    const codes: (number | null)[] = [];
    for (const argv of commands) {
      const { code, out, err } = await run(at, argv, { ...how, env });
      codes.push(code);
      expect(holds(out), `standard output of ${argv.join(' ')}`).toBe(false);
      expect(holds(err), `standard error of ${argv.join(' ')}`).toBe(false);
      expect(holders(at.home).filter((name) => name !== join('workspace', '.env')), argv.join(' ')).toEqual([]);
    }
    git(at.folder, 'add', '-A');
    expect(gitHolds(at)).toBe(false);
    // The walk went through the modes and not past them.
    expect(codes).toEqual(expect.arrayContaining(way === 'the variable' ? [0, 1, 2, 5] : [0, 5]));
    expect(readdirSync(temporary)).toEqual([]);
  });
});

test('a key typed in a terminal is in nothing that is drawn', async () => {
  const at = place(FLASK);
  const env = { PATH: pathWith('git'), HOME: at.home, XDG_STATE_HOME: join(at.home, 'state') };
  const one = inTerminal([process.execPath, inject('program'), 'init', '--offline', '--verbose'], { cwd: at.folder, env });
  await one.sees(/\? Honeycomb API key/);
  one.types(CANARY + ENTER);
  await one.sees(/Write this\?/);
  one.types(CTRL_C);
  expect(await one.ended).toBe(130);
  // Not in pieces either: what is typed is drawn as dots.
  for (let i = 0; i + 4 <= CANARY.length; i += 1) expect(one.raw()).not.toContain(CANARY.slice(i, i + 4));
  expect(holders(at.home)).toEqual([]);
});

test('what looks is able to see: a key that is written is found', () => {
  const at = place({ ...FLASK, 'left.txt': `x-honeycomb-team=${CANARY}\n` });
  expect(holders(at.home)).toEqual([join('workspace', 'left.txt')]);
  expect(gitHolds(at)).toBe(true);
});
