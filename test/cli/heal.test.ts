import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, inject, test } from 'vitest';

import { commands } from '../../src/args.ts';
import type { Open } from '../../src/write/entry.ts';
import { mayBeLeft } from '../../src/write/left.ts';
import type { Loan } from '../../src/write/loan.ts';
import { thisRunner } from '../../src/write/one-run.ts';
import { journalName } from '../../src/write/state-folder.ts';
import { realDisk } from '../../src/write/write.ts';
import { path } from '../../src/workspace/path.ts';
import { programOnPath } from '../safety/program.ts';
import { git, writeTree } from '../helpers/tree.ts';

// What a killed run left is put right by whatever comes next: every command there is, also one that is added later.

const top = realpathSync(mkdtempSync(join(tmpdir(), 'heal-')));
afterAll(() => rmSync(top, { recursive: true, force: true }));
const BEFORE = 'services:\n  api:\n    image: none\n';
const HALF = 'services:\n  api:\n    image: none\n    environment:\n';

const bin = join(top, 'bin');
mkdirSync(bin);
symlinkSync(fileURLToPath(new URL('../stand-ins/engine/docker', import.meta.url)), join(bin, 'docker'));
for (const name of ['git', 'sh']) symlinkSync(programOnPath(name) ?? '', join(bin, name));
symlinkSync(process.execPath, join(bin, 'node'));

interface Place {
  readonly home: string;
  readonly folder: string;
  readonly journal: string;
}
let count = 0;
/** A workspace of a repository in which an init and a verify were killed. */
function broken(): Place {
  const home = join(top, `w${(count += 1)}`);
  const folder = join(home, 'workspace');
  mkdirSync(join(folder, 'api'), { recursive: true });
  git(folder, 'init', '-q');
  writeTree(folder, { 'compose.yaml': HALF });
  const journal = join(home, 'state', 'otel-setup', journalName(folder));
  mkdirSync(journal, { recursive: true, mode: 0o700 });
  const open: Open = {
    schema: 2, id: '000001', mark: '0123456789abcdef', way: 'back', folders: [], next: { remove: [], keep: [] },
    goals: [{ path: path('compose.yaml'), bytes: Buffer.from(BEFORE).toString('base64'), mode: 0o644, inPlace: false, encoding: 'utf-8', other: HALF, out: [] }],
  };
  // A process of before the last start of this machine runs no more.
  const loan: Loan = { schema: 2, runner: { pid: 1, host: thisRunner(realDisk, Date.now()).host, since: 't1' }, compose: [path('compose.yaml')], projectDir: path(''), services: [{ name: 'api', was: 'running', containers: 1, hash: '' }], networks: [], project: 'w' };
  writeFileSync(join(journal, '000001.open.json'), JSON.stringify(open));
  writeFileSync(join(journal, 'verify.json'), JSON.stringify(loan));
  writeFileSync(join(journal, 'verify.override.json'), '{}');
  return { home, folder, journal };
}
const isHealed = ({ journal }: Place): boolean => ['000001.open.json', 'verify.json', 'verify.override.json'].every((name) => !existsSync(join(journal, name)));

const env = (home: string) => ({ XDG_STATE_HOME: join(home, 'state') });

/** Runs a command until it ends, or until all is healed: some of them stay. */
async function healedBy(place: Place, argv: readonly string[], cwd = place.folder) {
  const log = join(place.home, 'docker.log');
  const child = spawn(process.execPath, [inject('program'), ...argv], { cwd, env: { PATH: bin, HOME: place.home, ...env(place.home), DOCKER_STAND_IN_LOG: log }, stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => void (err += chunk.toString()));
  const ended = once(child, 'close');
  const over = new AbortController();
  void ended.then(() => over.abort());
  const watcher = watch(place.journal);
  while (!isHealed(place) && !over.signal.aborted) await once(watcher, 'change', { signal: over.signal }).catch(() => {});
  watcher.close();
  child.kill('SIGINT');
  await ended;
  return { err, asked: existsSync(log) ? readFileSync(log, 'utf8') : '' };
}

describe.skipIf(process.platform === 'win32')('a killed init and a killed verify', () => {
  test.each(commands.map(({ name }) => name))('%s puts both right', async (name) => {
    const place = broken();
    const { err, asked } = await healedBy(place, [name]);
    expect({ healed: isHealed(place), err }).toEqual({ healed: true, err: expect.stringMatching(/An earlier run was cut off while it wrote[\s\S]*An earlier verify was cut off; putting api back/) });
    expect(readFileSync(join(place.folder, 'compose.yaml'), 'utf8')).toBe(BEFORE);
    expect(asked).toContain(`${place.folder}: compose -f ${place.folder}/compose.yaml --ansi=never up --detach --no-deps --no-build --pull never api\n`);
  });
  test('also in a folder below, and with the page of one cause', async () => {
    const place = broken();
    const { err } = await healedBy(place, ['explain', 'export.unauthorized'], join(place.folder, 'api'));
    expect({ healed: isHealed(place), err }).toEqual({ healed: true, err: expect.stringContaining('An earlier verify was cut off') });
  });
  test('a note that cannot be read: explain says so and explains all the same, status does not go on', async () => {
    const place = broken();
    const note = join(place.journal, 'verify.json');
    writeFileSync(note, '{"schema":7}');
    const page = spawnSync(process.execPath, [inject('program'), 'explain', 'export.unauthorized'], { cwd: place.folder, env: { PATH: bin, HOME: place.home, ...env(place.home) }, encoding: 'utf8' });
    expect(page).toMatchObject({ status: 0, stdout: expect.stringContaining('export.unauthorized'), stderr: expect.stringContaining(`its note ${note} cannot be read`) });
    const status = spawnSync(process.execPath, [inject('program'), 'status'], { cwd: place.folder, env: { PATH: bin, HOME: place.home, ...env(place.home) }, encoding: 'utf8' });
    expect(status).toMatchObject({ status: 4, stdout: '', stderr: expect.stringContaining(`its note ${note} cannot be read`) });
  });
  test.each(['--help', '--version', '--json-schema'])('%s touches nothing', (flag) => {
    const place = broken();
    const { status, stderr } = spawnSync(process.execPath, [inject('program'), 'status', flag], { cwd: place.folder, env: { PATH: bin, HOME: place.home, ...env(place.home) }, encoding: 'utf8' });
    expect({ status, stderr, healed: isHealed(place) }).toEqual({ status: 0, stderr: '', healed: false });
    expect(readFileSync(join(place.folder, 'compose.yaml'), 'utf8')).toBe(HALF);
  });
});

describe('whether something may be left: names alone', () => {
  test('yes after a kill, from a folder below too; no once it is gone, and where only finished inits are kept', () => {
    const { home, folder, journal } = broken();
    expect([folder, join(folder, 'api')].map((at) => mayBeLeft(at, env(home)))).toEqual([true, true]);
    for (const name of ['verify.json', '000001.open.json']) rmSync(join(journal, name));
    writeFileSync(join(journal, '000001.kept.json'), '{}');
    expect(mayBeLeft(folder, env(home))).toBe(false);
    writeFileSync(join(journal, '000002.open.json.new'), '');
    expect(mayBeLeft(folder, env(home))).toBe(true);
  });
  test('without git it is the state folder', () => {
    const home = join(top, `w${(count += 1)}`);
    const folder = join(home, 'plain');
    mkdirSync(folder, { recursive: true });
    expect(mayBeLeft(folder, env(home))).toBe(false);
    mkdirSync(join(home, 'state', 'otel-setup', 'abc'), { recursive: true });
    writeFileSync(join(home, 'state', 'otel-setup', 'abc', 'verify.json'), '{}');
    expect(mayBeLeft(folder, env(home))).toBe(true);
  });
});
