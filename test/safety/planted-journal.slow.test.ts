/** A repository brings a journal of its own: it is nobody's record, whichever command comes first. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { journalName } from '../../src/write/state-folder.ts';
import { treeOf } from '../helpers/tree.ts';
import { FLASK, KEY, pathWith, place, run, start, type Place } from './program.ts';

const bin = pathWith('git', 'sh');
symlinkSync(fileURLToPath(new URL('../stand-ins/engine/docker', import.meta.url)), join(bin, 'docker'));

const COMPOSE = FLASK['docker-compose.yml'] ?? '';
const MINE = 'not in any repository\n';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const goal = (path: string, more: object) => ({ path, bytes: base64('owned\n'), mode: 0o755, inPlace: false, encoding: 'utf-8', other: COMPOSE, ...more });
/** What every program of ours until now, and a new one, would carry out. */
function records({ home, folder }: Place): Readonly<Record<string, string>> {
  const old = { temp: '.victim', secrets: [] };
  const open = { id: '000001', way: 'back', folders: ['out'], next: { remove: [], keep: [] } };
  const evil = join(folder, 'evil');
  const loan = { services: [{ name: 'api', was: 'running', containers: 1, hash: '' }], networks: [], project: 'w' };
  return {
    '000001.open.json': JSON.stringify({ ...open, schema: 1, goals: [goal('docker-compose.yml', old), goal('out/owned', old), goal('out/victim', old), goal('../beside', old)] }),
    '000002.open.json': JSON.stringify({ ...open, id: '000002', schema: 2, mark: '0123456789abcdef', goals: [goal('docker-compose.yml', { out: [] }), goal('out/owned', { out: [] })] }),
    '000003.open.json': JSON.stringify({ ...open, id: '000003', schema: 2, mark: '../../victim', goals: [goal('docker-compose.yml', { out: [] })] }),
    'verify.json': JSON.stringify({ ...loan, schema: 1, runner: { pid: 1, host: '', booted: 0 }, compose: [evil], cwd: home }),
    'verify.override.json': JSON.stringify({ services: { api: { command: evil } } }),
    '.docker': '',
  };
}

interface Kind {
  readonly name: string;
  /** Puts a journal somewhere; gives variables of the run, if need be. */
  plant(at: Place, into: (folder: string, mode?: number) => void): Readonly<Record<string, string>> | undefined;
}
const name = (at: Place): string => journalName(realpathSync(at.folder));
const KINDS: readonly Kind[] = [
  { name: 'in .git/otel-setup', plant: (at, into) => void into(join(at.folder, '.git/otel-setup/root')) },
  { name: 'in .git/otel-setup, by a link', plant: (at, into) => {
    into(join(at.folder, 'journal/root'));
    symlinkSync('../journal', join(at.folder, '.git/otel-setup'));
    return undefined;
  } },
  { name: 'in .otel-setup of the repository', plant: (at, into) => {
    into(join(at.folder, '.otel-setup', name(at)));
    return { GITPOD_WORKSPACE_ID: 'x' };
  } },
  { name: 'in .local/state, and HOME is the workspace', plant: (at, into) => {
    into(join(at.folder, '.local/state/otel-setup', name(at)), 0o700);
    return { HOME: at.folder, XDG_STATE_HOME: '' };
  } },
  { name: 'in .local/state, and HOME leads to the workspace', plant: (at, into) => {
    into(join(at.folder, '.local/state/otel-setup', name(at)), 0o700);
    symlinkSync(at.folder, join(at.home, 'link'));
    return { HOME: join(at.home, 'link'), XDG_STATE_HOME: '' };
  } },
  { name: 'in the folder itself, and HOME is blank', plant: (at, into) => {
    for (const base of ['.local/state/otel-setup', 'otel-setup']) into(join(at.folder, base, name(at)), 0o700);
    return { HOME: '', XDG_STATE_HOME: '' };
  } },
  { name: 'in the folder itself, and XDG_STATE_HOME is relative', plant: (at, into) => {
    into(join(at.folder, 'state/otel-setup', name(at)), 0o700);
    return { XDG_STATE_HOME: 'state', HOME: '.' };
  } },
  { name: 'through a link in the state folder', plant: (at, into) => {
    into(join(at.folder, 'journal', name(at)), 0o700);
    mkdirSync(join(at.home, 'state'));
    symlinkSync(join(at.folder, 'journal'), join(at.home, 'state/otel-setup'));
    return undefined;
  } },
  { name: 'through a link of its own', plant: (at, into) => {
    into(join(at.folder, 'journal'), 0o700);
    mkdirSync(join(at.home, 'state/otel-setup'), { recursive: true, mode: 0o700 });
    symlinkSync(join(at.folder, 'journal'), join(at.home, 'state/otel-setup', name(at)));
    return undefined;
  } },
  ...(process.getuid?.() === 0 ? [{ name: 'by another user', plant: (at: Place, into: (folder: string) => void) => {
    const folder = join(at.home, 'state/otel-setup', name(at));
    into(folder);
    chownSync(folder, 12_345, 12_345);
    return undefined;
  } }] : []),
  { name: 'where others may write', plant: (at, into) => {
    into(join(at.home, 'state/otel-setup', name(at)), 0o777);
    return undefined;
  } },
];

function planted(kind: Kind) {
  const at = place({ ...FLASK, '.victim': MINE });
  const evil = join(at.folder, 'evil');
  writeFileSync(evil, `#!/bin/sh\necho "$@" >> ${join(at.home, 'ran')}\n`, { mode: 0o755 });
  mkdirSync(join(at.home, 'outside'));
  for (const file of ['outside/victim', 'outside/.victim', 'beside', 'victim']) writeFileSync(join(at.home, file), MINE);
  symlinkSync('../outside', join(at.folder, 'out'));
  const env = kind.plant(at, (folder, mode = 0o755) => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const [file, body] of Object.entries(records(at))) writeFileSync(join(folder, file), body, { mode: 0o600 });
    chmodSync(folder, mode);
  });
  return { at, env: { PATH: bin, DOCKER_STAND_IN_LOG: join(at.home, 'docker.log'), ...env } };
}

const COMMANDS: readonly (readonly string[])[] = [
  ['status'], ['doctor', '--offline'], ['undo'], ['undo', '--all', '--dry-run'], ['explain', 'export.unauthorized'], ['init', '--dry-run', '--yes', '--offline'], ['verify', '--yes'], ['run', 'api', '--dry-run'],
];
/** Everything below a folder but `.git`, links as links. */
function all(folder: string, under = ''): readonly string[] {
  return readdirSync(join(folder, under), { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1)).flatMap((entry) => {
    const path = join(under, entry.name);
    if (['.git', 'docker.log'].includes(entry.name)) return [];
    if (entry.isSymbolicLink()) return [`${path} -> ${readlinkSync(join(folder, path))}`];
    const { mode, uid } = statSync(join(folder, path));
    return entry.isDirectory() ? [`${path}/ ${mode} ${uid}`, ...all(folder, path)] : [`${path} ${mode} ${uid} ${readFileSync(join(folder, path), 'latin1')}`];
  });
}

describe.each(KINDS.map((kind) => [kind.name, kind] as const))('a journal %s', (_, kind) => {
  test('no command carries it out', async () => {
    const { at, env } = planted(kind);
    const before = all(at.home);
    for (const argv of COMMANDS) {
      const ran = await run(at, argv, { env });
      expect(ran.err, argv.join(' ')).not.toMatch(/was cut off|does not know/);
      expect(existsSync(join(at.home, 'ran')), `${argv.join(' ')} ran a command of the repository`).toBe(false);
      expect(all(at.home), argv.join(' ')).toEqual(before);
    }
    // `view` stays: its first words are behind the healing.
    const { child, ended } = start(at, ['view', '--port', '0'], { env });
    child.stderr?.once('data', () => child.kill('SIGINT'));
    await ended;
    expect(all(at.home)).toEqual(before);
    const log = join(at.home, 'docker.log');
    expect(existsSync(log) ? readFileSync(log, 'utf8') : '').not.toMatch(/ up | rm |override/);
  });
  test('init and undo keep a journal of their own, or say why there can be none', async () => {
    const { at, env } = planted(kind);
    const before = all(at.folder);
    const { code, err } = await run(at, ['init', '--yes', '--offline', '--store', 'dotenv'], { env: { ...KEY.env, ...env } });
    if (code === 4) {
      expect(err).toMatch(/The journal would lie in \S+, and that (is a link|belongs to another user|can be written by others)\. Nothing was written\.\s+Do: /);
      expect(all(at.folder)).toEqual(before);
      return;
    }
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('written') });
    expect(await run(at, ['undo'], { env })).toMatchObject({ code: 0 });
    expect(all(at.folder)).toEqual(before);
  });
});

describe('in the right place, a record that is no file of ours', () => {
  const hostile: Readonly<Record<string, (file: string, at: Place) => void>> = {
    pipe: (file) => void execFileSync('mkfifo', [file]),
    'link to a record': (file, at) => {
      writeFileSync(join(at.folder, 'record'), records(at)['000002.open.json'] ?? '');
      symlinkSync(join(at.folder, 'record'), file);
    },
    'file of 200 MB': (file) => void execFileSync('truncate', ['-s', '200M', file]),
    'file that others may write': (file, at) => writeFileSync(file, records(at)['000002.open.json'] ?? '', { mode: 0o666, flag: 'wx' }),
    folder: (file) => void mkdirSync(file),
  };
  test.each(Object.keys(hostile).flatMap((kind) => [[kind, '000001.open.json'], [kind, 'verify.json'], [kind, '000001.kept.json']] as const))('a %s as %s', async (kind, file) => {
    const at = place(FLASK);
    const journal = join(at.home, 'state/otel-setup', name(at));
    mkdirSync(journal, { recursive: true, mode: 0o700 });
    hostile[kind]?.(join(journal, file), at);
    if (kind === 'file that others may write') chmodSync(join(journal, file), 0o666);
    const before = treeOf(at.folder);
    const { code, err } = await run(at, ['status'], { env: { PATH: bin } });
    if (file.includes('kept')) expect(code).toBe(0);
    else expect({ code, err }).toEqual({ code: 4, err: expect.stringMatching(new RegExp(`${file} cannot be read\\.\\s+Do: .*rm \\S+${file}`)) });
    expect(treeOf(at.folder)).toEqual(before);
    // The one thing to do works.
    execFileSync('rm', ['-rf', join(journal, file)]);
    expect((await run(at, ['status'], { env: { PATH: bin } })).code).toBe(0);
  });
});

test('in Gitpod the journal lies beside the repositories, which outlast a restart, and in no clone by its name', async () => {
  const at = place(FLASK);
  const env = { ...KEY.env, GITPOD_WORKSPACE_ID: 'x', PATH: bin };
  expect(await run(at, ['init', '--yes', '--offline', '--store', 'dotenv'], { env })).toMatchObject({ code: 0 });
  expect(existsSync(join(at.home, '.otel-setup', name(at), '000001.kept.json'))).toBe(true);
  expect(await run(at, ['undo'], { env: { ...env, HOME: join(at.home, 'another') } })).toMatchObject({ code: 0 });
  expect(treeOf(at.folder)).toEqual(FLASK);

  const clone = place(FLASK);
  mkdirSync(join(clone.home, '.otel-setup/.git'), { recursive: true });
  expect(await run(clone, ['init', '--yes', '--offline', '--store', 'dotenv'], { env })).toMatchObject({ code: 0 });
  expect(existsSync(join(clone.home, '.otel-setup', name(clone)))).toBe(false);
  expect(existsSync(join(clone.home, 'state/otel-setup', name(clone), '000001.kept.json'))).toBe(true);
  expect(dirname(clone.folder)).toBe(clone.home);
});
