/** Every way to end, through the built program: its code, and with --json exactly one value of the documented shape. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { git, treeOf, type Tree } from '../helpers/tree.ts';
import { FLASK, KEY, place, run, start, type How, type Place } from './program.ts';

/** The schema as another program would read it: from --json-schema. */
const schemas = new Map<string, z.ZodType>();
beforeAll(async () => {
  for (const command of ['init', 'status', 'undo']) {
    const { out } = await run(place({}), [command, '--json-schema']);
    const schema: Parameters<typeof z.fromJSONSchema>[0] = JSON.parse(out);
    schemas.set(command, z.fromJSONSchema(schema));
  }
});

interface Case {
  readonly why: string;
  readonly exit: number;
  readonly argv: readonly string[];
  readonly tree?: Tree;
  readonly how?: How;
  readonly prepare?: (at: Place) => void;
}
const OFFLINE = ['init', '--yes', '--offline'];
const cases: readonly Case[] = [
  { why: 'done', exit: 0, argv: OFFLINE, how: KEY },
  { why: 'nothing to take back', exit: 0, argv: ['undo'] },
  { why: 'what is there', exit: 0, argv: ['status'], how: KEY },
  { why: 'a service is left to the user', exit: 1, argv: OFFLINE, tree: { ...FLASK, 'docker-compose.yml': 'services:\n  api:\n    image: python:3.12\n    command: python /app/app.py\n' }, how: KEY },
  { why: 'not set up', exit: 1, argv: ['init', '--check'] },
  { why: 'nothing to trace', exit: 1, argv: OFFLINE, tree: { 'compose.yaml': 'services:\n  db:\n    image: postgres\n' }, how: KEY },
  { why: 'a flag that does not exist', exit: 2, argv: ['init', '--no-such-flag'] },
  { why: 'a compose file that is none', exit: 2, argv: OFFLINE, tree: { 'compose.yaml': 'services: [\n' }, how: KEY },
  { why: 'no key', exit: 3, argv: ['init', '--yes'] },
  { why: 'nobody to say yes', exit: 3, argv: ['init', '--offline'], how: KEY },
  { why: 'the key would be committed', exit: 4, argv: OFFLINE, tree: { ...FLASK, '.env': 'A=1\n' }, how: KEY },
  { why: 'a plan for other files', exit: 4, argv: ['init', '--offline', '--apply', 'plan.json'], how: KEY, prepare: ({ folder }) => writeFileSync(join(folder, 'plan.json'), JSON.stringify({ schema: 1, judged: [], ops: [], refused: [], patches: [{ path: 'api/app.py', encoding: 'utf-8', before: '0'.repeat(64), after: '0'.repeat(64), splices: [], kind: 'edit' }] })) },
  { why: 'a key that is none', exit: 5, argv: ['init', '--yes'], how: { env: { HONEYCOMB_API_KEY: `hcaik_${'a'.repeat(26)}` } } },
  { why: 'nobody answers', exit: 5, argv: ['init', '--yes'], how: { env: { ...KEY.env, HONEYCOMB_API_ENDPOINT: 'http://127.0.0.1:9' } } },
];

describe.each(cases)('$exit: $why', ({ exit, argv, tree = FLASK, how = {}, prepare }) => {
  test('text and JSON', async () => {
    const at = place(tree);
    prepare?.(at);
    const { code, out } = await run(at, [...argv, '--json'], how);
    expect(code).toBe(exit);
    const report: unknown = JSON.parse(out);
    expect(report).toMatchObject({ schema: 1, command: argv[0], exit, ok: exit === 0 });
    expect(schemas.get(argv[0] ?? '')?.safeParse(report).error?.issues ?? []).toEqual([]);
    if (exit >= 2) {
      expect(git(at.folder, 'diff', '--stat')).toBe('');
      // The same without --json: the reason and one thing to do, and nothing on standard output.
      expect(await run(at, argv, how)).toEqual({ code: exit, out: '', err: expect.stringMatching(/\S[\s\S]*\n/) });
    }
  });
});

test('the schema says no to another shape', () => {
  expect(schemas.get('init')?.safeParse({ schema: 1, command: 'undo', exit: 0, ok: true, next: [] }).success).toBe(false);
  expect(schemas.get('init')?.safeParse({ schema: 1, command: 'init', exit: 'x', ok: true, next: [] }).success).toBe(false);
});

test.each(['SIGINT', 'SIGTERM'] as const)('130: %s while the backend is asked about the key, and nothing is written', async (signal) => {
  const at = place(FLASK);
  const before = treeOf(at.folder);
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  for (const json of [true, false]) {
    const { child, ended } = start(at, ['init', '--yes', ...(json ? ['--json'] : [])], { env: { ...KEY.env, HONEYCOMB_API_ENDPOINT: `http://127.0.0.1:${port}` } });
    const [socket]: Socket[] = await once(silent, 'connection');
    child.kill(signal);
    const { code, out } = await ended;
    socket?.destroy();
    expect(code).toBe(130);
    expect(json ? JSON.parse(out) : out).toEqual(json ? { schema: 1, command: 'init', exit: 130, ok: false, error: 'Interrupted.', next: [] } : '');
  }
  silent.close();
  expect(treeOf(at.folder)).toEqual(before);
});

describe('nobody at the terminal', () => {
  const ways: readonly (readonly [string, How])[] = [['CI=1', { env: { CI: '1' } }], ['standard input closed', {}], ['an open pipe', { stdin: 'open' }]];
  test.each(ways)('%s: no prompt is drawn, it ends', async (_, how) => {
    const at = place(FLASK);
    for (const [argv, code] of [[['init'], 3], [['undo'], 0], [['status'], 0]] as const) {
      const ran = await run(at, argv, how);
      expect(ran.code).toBe(code);
      // What a prompt is made of: a question mark at the start of a line, or a cursor that moves.
      expect(`${ran.out}${ran.err}`).not.toMatch(/^\s*[?✔] .*[›‣]|\p{Cc}\[/mu);
    }
  });
});
