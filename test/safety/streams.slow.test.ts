/** Streams and folders that fail: a full disk, a reader that goes away, what is closed, a folder that was deleted; and keys in the command line. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { CANARY, FLASK, KEY, place, run, type Place } from './program.ts';

/** Through a shell, for its redirections. `$OTEL` is the program. */
async function shell({ folder, home }: Place, line: string, env: Readonly<Record<string, string>> = {}) {
  const child = spawn('bash', ['-c', `set -o pipefail; OTEL() { "$NODE" "$PROGRAM" "$@"; }; ${line}`], { cwd: folder, env: { PATH: process.env['PATH'], HOME: home, XDG_STATE_HOME: join(home, 'state'), NODE: process.execPath, PROGRAM: inject('program'), HONEYCOMB_API_ENDPOINT: 'http://127.0.0.1:9', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => void (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (err += chunk.toString()));
  const [code] = await once(child, 'close');
  expect(err, line).not.toMatch(/node:|\n\s+at |does not know|throw /);
  return { code, out, err };
}
const RESULTS: readonly (readonly [string, number])[] = [
  ['--version', 0], ['--help', 0], ['status', 0], ['status --json', 0], ['undo --json', 0], ['init --json-schema', 0], ['init --dry-run --offline --backend local', 0], ['init --dry-run --offline --backend local --patch', 0],
  ['init --yes --offline --backend local --json', 0], ['init --check', 1], ['doctor --list', 0], ['doctor --offline --no-docker --json', 1], ['doctor --offline --no-docker --format github', 1], ['status --cwd nowhere --json', 2], ['verify --json', 1], ['run nothing --json', 2],
];

describe.skipIf(!existsSync('/dev/full'))('a full disk', () => {
  test.each(RESULTS)('%s > /dev/full', async (words, code) => {
    const ran = await shell(place(FLASK), `OTEL ${words} > /dev/full`);
    expect(ran.code).toBe(code === 0 ? 1 : code);
    expect(ran.err).toMatch(/^Standard output could not be written: no space left\./m);
  });
  test('what was asked for is done all the same, and nothing of it is lost', async () => {
    const at = place(FLASK);
    expect(await shell(at, 'OTEL init --yes --offline --backend local --json > /dev/full')).toMatchObject({ code: 1, err: expect.stringContaining('went on to its end') });
    expect(await shell(at, 'OTEL init --check --backend local')).toMatchObject({ code: 0 });
  });
  test('view, which would go on for ever, ends', async () => {
    const ran = await shell(place(FLASK), `OTEL view --port 0 --host 127.0.0.1 --json 2> view.err > /dev/full & pid=$!
      until url=$(grep -o 'http://[0-9.a-z]*:[0-9]*' view.err | head -1) && [ -n "$url" ]; do kill -0 $pid || exit 99; sleep 0.05; done
      "$NODE" -e 'fetch(process.argv[1].replace("localhost", "127.0.0.1") + "/v1/traces", {method: "POST", headers: {"content-type": "application/json"}, body: JSON.stringify({resourceSpans: [{scopeSpans: [{spans: [{traceId: "1".repeat(32), spanId: "1".repeat(16), name: "x", startTimeUnixNano: "1", endTimeUnixNano: "2"}]}]}]})}).catch(() => {})' "$url"
      wait $pid; code=$?; cat view.err >&2; exit $code`);
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('could not be written: no space left') });
  });
  test.each(['status', 'status --json', 'nope', 'init --check'])('%s 2> /dev/full: the words are lost, the code is not', async (words) => {
    const at = place(FLASK);
    const heard = await shell(at, `OTEL ${words}`);
    expect(await shell(at, `OTEL ${words} 2> /dev/full`)).toEqual({ ...heard, err: '' });
  });
});

test.each(RESULTS)('%s | head -c 1: quiet, with the code of the work', async (words, code) => {
  const at = place(FLASK);
  const ran = await shell(at, `{ OTEL ${words}; echo "code $?" >&2; } | head -c 1`);
  expect(ran.err).toContain(`code ${code}`);
  expect(ran.err).not.toContain('could not be written');
});

test('a reader that goes away does not cut the work off', async () => {
  const at = place(FLASK);
  const ran = await shell(at, '{ OTEL init --yes --offline --backend local --verbose 2>&1; echo "code $?" >&2; } | (exec <&-; sleep 0)');
  expect(ran.err).toContain('code 0');
  expect(await shell(at, 'OTEL init --check --backend local')).toMatchObject({ code: 0 });
});

test.each([['status >&-', 0], ['status 2>&-', 0], ['status <&-', 0], ['status >&- 2>&- <&-', 0], ['nope 2>&-', 2], ['init --yes --key-stdin <&-', 3], ['--version >&-', 0]])('%s: what is closed takes nothing, and that is all', async (words, code) => {
  expect(await shell(place(FLASK), `OTEL ${words}`)).toMatchObject({ code });
});

test.each([['status 1< /dev/null', 1, /could not be written: it is closed, or not open for writing/], ['init --yes --key-stdin < /', 3, /held no key|cannot be read/]])('%s', async (words, code, says) => {
  expect(await shell(place(FLASK), `OTEL ${words}`)).toMatchObject({ code, err: expect.stringMatching(says) });
});

describe('a folder that was deleted', () => {
  test.each(['init --yes', 'doctor --offline', 'verify', 'undo', 'status', 'status --json', 'run api', 'view --port 0', 'status --cwd .', 'demo'])('%s', async (words) => {
    const ran = await shell(place(FLASK), `mkdir gone; cd gone; rmdir ../gone; OTEL ${words}`);
    expect(ran).toMatchObject({ code: 2, err: expect.stringMatching(/^The folder that this was started in is not there any more.*\n {2}Do: .*--cwd/) });
    expect(ran.out === '' || JSON.parse(ran.out).exit === 2).toBe(true);
  });
  test.each(['--version', '--help', 'init --help', 'status --cwd "$WHERE"', 'init --dry-run --offline --backend local --cwd "$WHERE"', 'doctor --no-docker --offline --list --cwd "$WHERE"'])('%s works', async (words) => {
    const at = place(FLASK);
    expect(await shell(at, `mkdir gone; cd gone; rmdir ../gone; OTEL ${words}`, { WHERE: at.folder })).toMatchObject({ code: 0, out: expect.stringMatching(/./) });
  });
});

describe('a key in the command line is not repeated', () => {
  const typed = 'hcaik_01abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnop12345678';
  test.each<[readonly string[], string]>([
    [['init', `--key=${typed}`], '--key'], [['init', '--key', typed], '--key'], [['--api-key', 'abc', 'init'], '--api-key'], [['init', '--honeycomb-api-key=abc'], '--honeycomb-api-key'], [['init', '--token', CANARY], '--token'],
    [['init', '--team=x1'], '--team'], [['init', `--key-stdin=${CANARY}`], '--key-stdin'], [[typed], ''], [['init', typed], ''], [['run', typed], ''], [['explain', typed], ''], [['doctor', '--explain', typed], ''], [['init', '--backend', typed], ''],
    [['init', `HONEYCOMB_API_KEY=${CANARY}`], ''], [['init', '--yes', '1A3456789abcdefghijklm'], ''], [[`-k${typed}`], ''],
  ])('%j', async (argv, flag) => {
    const at = place(FLASK);
    for (const json of [false, true]) {
      const { code, out, err } = await run(at, [...argv, ...(json ? ['--json'] : [])]);
      expect(code).toBe(2);
      for (const value of [typed, CANARY, 'abc', '1A3456789abcdefghijklm']) if (argv.some((word) => word.includes(value))) expect(`${out}${err}`).not.toContain(value);
      expect(err).toContain(flag);
      expect(err).toMatch(/never taken from the command line\. The one that was given stands in the history of this shell now/);
      expect(err).toMatch(/ {2}Do: set HONEYCOMB_API_KEY, or give it to --key-stdin/);
    }
  });
  test('a typing mistake in a flag is still told as one', async () => {
    expect(await run(place(FLASK), ['init', '--key-stdn'])).toMatchObject({ code: 2, err: "Unknown option '--key-stdn'.\n  Do: did you mean --key-stdin?\n" });
    expect(await run(place(FLASK), ['init', '--jsn'])).toMatchObject({ code: 2, err: expect.stringContaining("'--jsn'") });
  });
});

describe('the password of --endpoint is in the file that was asked for, and is shown nowhere', () => {
  test.each(['pw', 'pa55word', 'p%40ssw%3Ard'])('%s', async (password) => {
    const at = place(FLASK);
    const endpoint = ['--backend', 'otlp', '--endpoint', `https://someone:${password}@collector.example/`];
    const shows = (text: string): boolean => [`:${password}@`, ...(password.length > 5 ? [password, decodeURIComponent(password)] : [])].some((form) => text.includes(form));
    for (const argv of [['init', '--dry-run'], ['init', '--dry-run', '--json'], ['init', '--patch'], ['init', '--yes', '--verbose'], ['init', '--yes', '--json'], ['init', '--check', '--json'], ['status'], ['status', '--json'], ['doctor', '--offline', '--no-docker', '--verbose'], ['doctor', '--offline', '--no-docker', '--json'], ['undo', '--dry-run', '--json'], ['undo', '--dry-run'], ['undo', '--json']]) {
      const { code, out, err } = await run(at, [...argv, ...(argv[0] === 'init' ? endpoint : [])], KEY);
      expect(shows(out + err), argv.join(' ')).toBe(argv.includes('--patch') && code === 0);
    }
  });
});
