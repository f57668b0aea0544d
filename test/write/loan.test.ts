import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { healLoan, putBack } from '../../src/commands/verify/put-back.ts';
import { Stop } from '../../src/stop.ts';
import type { ExecResult } from '../../src/types.ts';
import { path } from '../../src/workspace/path.ts';
import { borrow, leftLoan, type Lent, type Loan } from '../../src/write/loan.ts';
import { checkout } from '../helpers/tree.ts';
import { fakeTools, type Watched } from '../helpers/tools.ts';

const loan = (services: Loan['services'], more: Partial<Lent> = {}): Lent => ({ compose: [path('compose.yaml')], projectDir: path(''), services, networks: ['a'.repeat(64)], project: 'w', ...more });
const one = (name: string, was: Loan['services'][number]['was'] = 'running', containers = 1): Loan['services'][number] => ({ name, was, containers, hash: '' });

/** A workspace without git's program: its journal lies in the state folder. */
function workspace(exec: (argv: readonly string[]) => Partial<ExecResult> | undefined = () => undefined): { root: string; state: string; tools: Watched; warned: string[]; warn(text: string): void } {
  const { folder, remove } = checkout({ 'compose.yaml': 'services: {}\n' });
  onTestFinished(remove);
  const state = join(folder, '..', 'state');
  const tools = fakeTools({ env: { XDG_STATE_HOME: state }, now: Date.now(), exec: (argv) => (argv[0] === 'git' ? { code: 128 } : (exec(argv) ?? (argv[1] === 'info' ? { out: '20.10\n' } : argv.includes('ps') ? { out: 'abc\n' } : undefined))) });
  const warned: string[] = [];
  return { root: folder, state, tools, warned, warn: (text) => void warned.push(text) };
}
const filesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => basename(name)).filter((name) => name.includes('.json') || name.startsWith('running')).map((name) => name.replace(/^running\..*/, 'running')).toSorted() : []);
/** As if the run that wrote it had been killed: its process is gone. */
function kill(state: string, more: Partial<Loan> = {}): void {
  const note = join(state, readdirSync(state, { recursive: true, encoding: 'utf8' }).find((name) => basename(name) === 'verify.json') ?? '');
  for (const name of readdirSync(dirname(note))) if (name.startsWith('running')) rmSync(join(dirname(note), name));
  const left: Loan = { ...JSON.parse(readFileSync(note, 'utf8')), ...more };
  writeFileSync(note, JSON.stringify({ ...left, runner: { ...left.runner, since: 't0' } }));
}
/** What changes something. */
const composeCalls = ({ ran }: Watched): string[] => ran.filter((argv) => argv.slice(0, 3).join(' ') === 'docker compose -f' && argv[3]?.endsWith('/compose.yaml') === true && !argv.includes('ps')).map((argv) => argv.slice(4).join(' '));

describe('the note of what is borrowed', () => {
  test('note and override are there before they are used, for this user alone; nothing is left when it is over', async () => {
    const { root, state, tools } = workspace();
    const borrowed = await borrow(root, tools, loan([one('api')]), '{"services":{}}\n');
    expect(filesIn(state)).toEqual(['running', 'verify.json', 'verify.override.json']);
    expect([readFileSync(borrowed.override, 'utf8'), statSync(borrowed.override).mode & 0o777]).toEqual(['{"services":{}}\n', 0o600]);
    expect(existsSync(join(root, 'verify.override.json'))).toBe(false);
    borrowed.over();
    expect(filesIn(state)).toEqual([]);
  });
  test('two at once: the second is refused', async () => {
    const { root, tools } = workspace();
    const borrowed = await borrow(root, tools, loan([one('api')]), '');
    await expect(borrow(root, tools, loan([one('api')]), '')).rejects.toThrow(/at work in this workspace/);
    borrowed.over();
  });
  test('a note that cannot be read stops, and is named', async () => {
    const { root, state, tools } = workspace();
    await borrow(root, tools, loan([one('api')]), '');
    const note = join(state, readdirSync(state, { recursive: true, encoding: 'utf8' }).find((name) => basename(name) === 'verify.json') ?? '');
    writeFileSync(note, '{"schema":1');
    await expect(leftLoan(root, tools)).rejects.toThrow(Stop);
    await expect(leftLoan(root, tools)).rejects.toThrow(note);
  });
});

describe('the next command', () => {
  test('nothing to heal: Docker is not asked', async () => {
    const { root, tools, warned, warn } = workspace();
    await healLoan(root, { tools, warn });
    expect([tools.ran.filter(([program]) => program === 'docker'), warned]).toEqual([[], []]);
  });
  test('a verify that is at work is left alone', async () => {
    const { root, state, tools, warned, warn } = workspace();
    const borrowed = await borrow(root, tools, loan([one('api')]), '');
    await healLoan(root, { tools, warn });
    expect([composeCalls(tools), warned, filesIn(state)]).toEqual([[], [], ['running', 'verify.json', 'verify.override.json']]);
    borrowed.over();
  });
  test('a killed one is put back from the files alone, once', async () => {
    const { root, state, tools, warned, warn } = workspace();
    await borrow(root, tools, loan([one('api'), one('web', 'stopped', 0)]), '');
    kill(state);
    await healLoan(root, { tools, warn });
    expect(composeCalls(tools)).toEqual(['--ansi=never up --detach --no-deps --no-build --pull never api', '--ansi=never stop web', '--ansi=never up --no-start --no-deps --no-build --pull never web']);
    expect(warned).toEqual([expect.stringContaining('An earlier verify was cut off; putting api, web back')]);
    expect(filesIn(state).filter((name) => name !== 'running')).toEqual([]);
    await healLoan(root, { tools, warn });
    expect(warned).toHaveLength(1);
  });
  test('without Docker it says so, and the note stays for the next time', async () => {
    const { root, state, tools, warned, warn } = workspace((argv) => (argv[1] === 'info' ? { code: 1 } : undefined));
    await borrow(root, tools, loan([one('api')]), '');
    kill(state);
    await healLoan(root, { tools, warn });
    expect(warned.join('\n')).toMatch(/Docker does not answer.*\n.*Do: start Docker/);
    expect(filesIn(state)).toContain('verify.json');
    expect(composeCalls(tools)).toEqual([]);
  });
  test('where Compose refuses, its words and the command to repeat are said, and the note stays', async () => {
    const { root, state, tools, warned, warn } = workspace((argv) => (argv.includes('up') ? { code: 1, err: 'time="x" level=warning msg="y"\nError: bind for "0.0.0.0" failed: port is already allocated\n' } : undefined));
    await borrow(root, tools, loan([one('api')]), '');
    kill(state);
    await healLoan(root, { tools, warn });
    expect(warned.join('\n')).toMatch(/ended with 1: Error: bind for "…" failed: port is already allocated\n {4}Do: docker compose -f \S+\/compose\.yaml up -d api  \(or, where that is of no use any more: rm \S+\/verify\.json\)/);
    expect(filesIn(state)).toContain('verify.json');
  });
  test('a shell without a variable of then: what became another container is said', async () => {
    const { root, state, tools, warned, warn } = workspace((argv) => (argv.includes('ps') ? { out: 'abc\n' } : argv[1] === 'inspect' ? { out: 'api other\n' } : undefined));
    await borrow(root, tools, loan([{ ...one('api'), hash: 'b0' }]), '');
    kill(state);
    await healLoan(root, { tools, warn });
    expect(warned.at(-1)).toMatch(/api was made from its files as they are now/);
  });
});

describe('put back', () => {
  test('as many containers as before; what was not there is removed with its own network, others stay', async () => {
    const ours = 'b'.repeat(64);
    const tools = fakeTools({ exec: (argv) => (argv.includes('network') && argv.includes('ls') ? { out: `${'a'.repeat(64)}\n${ours}\n` } : argv.includes('ps') ? { out: 'abc\n' } : undefined) });
    const said: string[] = [];
    expect(await putBack('/w', loan([one('api', 'running', 3), one('web'), one('job', 'absent', 0)]), tools, (text) => said.push(text))).toEqual([]);
    expect(composeCalls(tools)).toEqual(['--ansi=never rm --stop --force --volumes job', '--ansi=never up --detach --no-deps --no-build --pull never --scale api=3 api web']);
    expect(tools.ran.filter((argv) => argv.includes('network') && argv.includes('rm'))).toEqual([['docker', 'network', 'rm', ours]]);
    expect(said).toEqual([]);
  });
  test('what somebody else removed meanwhile stays removed, and is named', async () => {
    const tools = fakeTools({ exec: (argv) => (argv.includes('ps') && argv.at(-1) === 'api' ? { out: 'abc\n' } : undefined) });
    const said: string[] = [];
    expect(await putBack('/w', loan([one('api'), one('web'), one('job', 'stopped', 0)]), tools, (text) => said.push(text))).toEqual([]);
    expect(composeCalls(tools)).toEqual(['--ansi=never up --detach --no-deps --no-build --pull never api']);
    expect(said).toEqual([expect.stringContaining('web was removed meanwhile'), expect.stringContaining('job was removed meanwhile')]);
  });
  test('where Compose cannot be asked, nothing counts as removed', async () => {
    const tools = fakeTools({ exec: (argv) => (argv.includes('ps') || argv.includes('up') ? { code: 1, err: 'Cannot connect to the Docker daemon' } : undefined) });
    expect(await putBack('/w', loan([one('api')]), tools, () => expect.unreachable())).toEqual(['docker compose up ended with 1: Cannot connect to the Docker daemon']);
  });
});
