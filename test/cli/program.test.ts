import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';

import manifest from '../../package.json' with { type: 'json' };

const program = inject('program');
const folder = mkdtempSync(join(tmpdir(), 'cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Stdin = 'closed' | 'open pipe';
/** Runs the bundle with pipes. */
async function run(argv: readonly string[], { env = {}, stdin = 'closed' }: { env?: Readonly<Record<string, string>>; stdin?: Stdin } = {}) {
  const child = spawn(process.execPath, [program, ...argv], { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder, ...env }, stdio: [stdin === 'closed' ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => void (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => void (err += chunk.toString()));
  const [code] = await once(child, 'close');
  return { code, out, err };
}

test('--version and --help load no library and answer on standard output', async () => {
  expect(await run(['--version'])).toEqual({ code: 0, out: `${manifest.version}\n`, err: '' });
  const help = await run(['--help']);
  expect(help).toMatchObject({ code: 0, err: '' });
  expect(help.out).toMatch(/^ {2}init +set this workspace up/m);
  expect((await run(['init', '--help'])).out).toContain('--dry-run');
  expect((await run(['help', 'undo'])).out).toMatch(/^otel-setup undo$/m);
});

describe('usage: exit 2, what happened and one thing to do', () => {
  test.each([
    [['init', '--jsn'], "Unknown option '--jsn'.\n  Do: did you mean --json?\n"],
    [['int'], "Unknown command 'int'.\n  Do: did you mean init?\n"],
    [['status', '--cwd', 'nowhere'], `There is no folder ${join(folder, 'nowhere')}.\n  Do: name another one with --cwd\n`],
    [['init', '--backend', 'x'], 'There is no backend "x".\n  Do: --backend is one of honeycomb, local, otlp\n'],
    [['init', '--region', 'x', '--backend', 'local'], 'There is no region "x".\n  Do: --region is us or eu\n'],
    [['init', '--check', '--apply', 'x'], '--apply and --check do not go together.\n  Do: say one of them\n'],
  ])('%j', async (argv, err) => expect(await run(argv)).toEqual({ code: 2, out: '', err }));
  test('no command at all: the help, on standard error', async () => expect(await run([])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Usage:') }));
  test('with --json the same as one value', async () => {
    const { code, out } = await run(['status', '--cwd', 'nowhere', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ schema: 1, command: 'status', exit: 2, ok: false, error: expect.stringContaining('There is no folder'), next: ['name another one with --cwd'] });
  });
});

test.each(['init', 'status', 'undo', 'explain'])('%s --json-schema prints a JSON Schema', async (command) => {
  const { code, out } = await run([command, '--json-schema']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ $schema: expect.stringContaining('json-schema.org'), properties: { command: { const: command }, exit: expect.anything(), next: expect.anything() } });
});

test('a reader that goes away is no error', async () => {
  const child = spawn('sh', ['-c', `"$0" "$1" init --json-schema | head -c 1 >/dev/null`, process.execPath, program], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  child.stderr?.on('data', (chunk: Buffer) => void (err += chunk.toString()));
  await once(child, 'close');
  expect(err).toBe('');
});

test('Ctrl-C (SIGINT) ends with 130', async () => {
  const child = spawn(process.execPath, [program, 'init', '--yes', '--key-stdin', '--backend', 'honeycomb'], { cwd: folder, stdio: ['pipe', 'ignore', 'ignore'], env: { PATH: process.env['PATH'], HOME: folder } });
  await once(child, 'spawn');
  // The handler is there once the program reads; until then the default ends it by the signal.
  const timer = setInterval(() => child.kill('SIGINT'), 50);
  const [code, signal] = await once(child, 'exit');
  clearInterval(timer);
  expect(code === 130 || code === 1 || signal === 'SIGINT').toBe(true);
  expect(readdirSync(folder)).toEqual([]);
});
