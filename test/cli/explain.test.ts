import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';

import { inTerminal } from '../helpers/pty.ts';
import { CANARY } from '../helpers/init.ts';

const program = inject('program');
/** No workspace: explain needs none. */
const folder = mkdtempSync(join(tmpdir(), 'explain-'));
afterAll(() => rmSync(folder, { recursive: true }));

const start = (argv: readonly string[]): ChildProcessWithoutNullStreams => spawn(process.execPath, [program, 'explain', ...argv], { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder }, stdio: 'pipe' });
async function run(argv: readonly string[], input: string) {
  const child = start(argv);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => void (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (err += chunk.toString()));
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, out, err };
}
/** Until the child has written something that matches. */
const says = (child: ChildProcessWithoutNullStreams, wanted: RegExp) => new Promise<string>((done, failed) => {
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    if (wanted.test(out)) done(out);
  });
  child.once('close', () => failed(new Error(`it ended with ${out}`)));
});

const REFUSED = 'backend-1  | Failed to export spans batch code: 401, reason: Unauthorized\n';
const ORDINARY = 'backend-1  | 127.0.0.1 - - "GET / HTTP/1.1" 200 -\n';

describe('lines from a pipe', () => {
  test('the first line of each cause, what it means, what to do; a count at the end', async () => {
    const { code, out, err } = await run([], `${ORDINARY}${REFUSED}${ORDINARY}${REFUSED}db-1  | Queue is full, likely spans/logs will be dropped.\r\n`);
    expect(code).toBe(0);
    expect(out).toMatch(/^backend-1 {2}\| Failed to export spans batch code: 401, reason: Unauthorized\n {2}\S.*\n {2}Why: {2}\S/);
    expect(out.match(/^ {2}Do: {3}\S/gm)).toHaveLength(2);
    expect(out.match(/Failed to export/g)).toHaveLength(1);
    expect(out).toContain('More: otel-setup explain export.unauthorized  (docs/causes/export.unauthorized.md)');
    expect(err).toBe('5 lines read, 3 explained: export.unauthorized ×2, export.queue-full\n');
  });
  test('nothing that it knows: exit 1, and where to look instead', async () => {
    const { code, out, err } = await run([], ORDINARY.repeat(1200));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^1,200 lines read, none of them/);
    for (const hint of ['otel-setup doctor', '--tail 2000', 'OTEL_LOG_LEVEL=debug', 'OTEL_PYTHON_LOG_LEVEL']) expect(err).toContain(hint);
    expect((await run([], '')).code).toBe(1);
  });
  test('what only follows from a cause that is told is counted, not told', async () => {
    const after = 'Failed to export spans batch due to timeout, max retries or shutdown.';
    const { out, err } = await run([], `${REFUSED}backend-1  | ${after}\nworker-1   | ordinary\n`);
    expect(out).not.toContain(after);
    expect(err).toBe('3 lines read, 2 explained: export.unauthorized, export.logged\n');
    expect((await run([], `${REFUSED}worker-1   | ${after}\n`)).out).toContain(after);
    expect((await run([], `${after}\n`)).out).toContain(after);
    const both = await run([], `${REFUSED}backend-1  | ${after}\nworker-1   | ${after}\nworker-1   | ${after}\n`);
    expect(both.out).toContain(`worker-1   | ${after}`);
    expect(both.err).toContain('export.logged ×3');
  });
  test('a last line without its end, and a line that has none for a long time', async () => {
    expect((await run([], REFUSED.trimEnd())).code).toBe(0);
    const { code, err } = await run([], `${'x'.repeat(300_000)}\n${REFUSED}`);
    expect({ code, err }).toEqual({ code: 0, err: '2 lines read, 1 explained: export.unauthorized\n' });
  });
  test('--json: one value, also where nothing matched', async () => {
    const { code, out, err } = await run(['--json'], REFUSED + REFUSED);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ schema: 1, command: 'explain', exit: 0, ok: true, explained: [{ rule: 'export.unauthorized', count: 2, line: REFUSED.trim(), page: 'docs/causes/export.unauthorized.md', title: expect.any(String), why: expect.any(String), do: expect.any(String) }] });
    expect(err).toContain('2 explained');
    expect(JSON.parse((await run(['--json'], ORDINARY)).out)).toMatchObject({ exit: 1, ok: false, explained: [], next: [expect.stringContaining('doctor'), expect.anything(), expect.anything()] });
  });
  test('no key in what it shows, and nothing that steers a terminal', async () => {
    const lines = [`Header format invalid! Header values in environment variables must be URL encoded per the OpenTelemetry Protocol Exporter specification or a comma separated list of name=value occurrences: x-honeycomb-team:${CANARY}`, `\u001b]0;gotcha\u0007"msg"="parse headers" "error"="missing '=" "input"="${CANARY}"`, `Exporting failed. Dropping data. {"headers": {"x-honeycomb-team": "${CANARY}"}}`];
    for (const argv of [[], ['--json']]) {
      const { code, out, err } = await run(argv, lines.join('\n'));
      expect(code).toBe(0);
      expect(out + err).not.toContain(CANARY);
      expect(out + err).not.toContain(CANARY.slice(6, 24));
      for (const byte of ['\u001b', '\u0007']) expect(out).not.toContain(byte);
    }
  });
});

describe('a pipe that goes on', () => {
  test('says what it found at once, and ends well with Ctrl-C', async () => {
    const child = start([]);
    const closed = once(child, 'close');
    const said = says(child, /More: .*\n/);
    child.stdin.write(ORDINARY + REFUSED);
    expect(await said).toContain('401');
    child.kill('SIGINT');
    expect((await closed)[0]).toBe(0);
  });
  test('a reader that goes away ends it without a word', async () => {
    const child = spawn('sh', ['-c', 'yes "Overriding of current TracerProvider is not allowed" | head -n 50000 | "$0" "$1" explain | head -n 1', process.execPath, program], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => void (err += chunk.toString()));
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    expect(err).not.toMatch(/EPIPE|error that it does not know/);
  });
});

test('in a terminal without a pipe it says how it is used', async () => {
  const terminal = inTerminal([process.execPath, program, 'explain'], { cwd: folder, env: { PATH: process.env['PATH'] ?? '', HOME: folder } });
  await terminal.sees(/explain reads log lines from a pipe, and there is none\./);
  await terminal.sees(/Do: docker compose logs --no-color \| otel-setup explain/);
  expect(await terminal.ended).toBe(2);
});

describe('one cause by its name', () => {
  test('prints its page', async () => {
    const { code, out, err } = await run(['export.no-key'], '');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const part of ['The request reaches Honeycomb without a key', 'What you see', "missing 'x-honeycomb-team' header", 'Why', 'Check it by hand', 'What to do', 'docker compose up -d SERVICE', 'https://docs.honeycomb.io/']) expect(out).toContain(part);
    expect(JSON.parse((await run(['export.no-key', '--json'], '')).out)).toMatchObject({ ok: true, page: { rule: 'export.no-key', hop: 'export', symptoms: expect.any(Array), fix: expect.any(Array) } });
  });
  test.each([['export.nokey', 'otel-setup explain export.no-key'], ['queue-ful', 'otel-setup explain export.queue-full'], ['whatever-this-is', 'otel-setup doctor --list   # every cause in a line']])('an unknown one: %s', async (id, hint) => {
    expect(await run([id], '')).toEqual({ code: 2, out: '', err: `There is no cause "${id}".\n  Do: ${hint}\n` });
  });
});
