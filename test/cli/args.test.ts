import { describe, expect, test } from 'vitest';

import { commands, flags, flagsOf, helpText, parseArgs } from '../../src/args.ts';

test('a command line, read', async () => {
  const args = await parseArgs(['init', '-y', '--services', 'a, b', '--services', 'c', '-f', 'x,y.yml', '--file', 'z.yml', '--region', 'eu', '--patch', '--no-color']);
  expect(args).toMatchObject({ command: 'init', yes: true, services: ['a', 'b', 'c'], file: ['x,y.yml', 'z.yml'], region: 'eu', patch: '-', color: false, json: false, out: undefined, exclude: [] });
});
test.each([
  [['init', '--patch', 'a.diff'], { patch: 'a.diff' }],
  [['init', '--patch=a.diff'], { patch: 'a.diff' }],
  [['init', '--patch', '--json'], { patch: '-', json: true }],
  [['--json', 'status'], { command: 'status', json: true, color: true }],
  [['--cwd', 'x', 'status', '--no-color'], { cwd: 'x', color: false }],
  [['--no-color', 'status'], { color: false }],
  [['run', 'api', '--verbose', '--', 'flask', 'run', '--debug'], { operands: ['api'], rest: ['flask', 'run', '--debug'], verbose: true }],
  [['run'], { operands: [], rest: [] }],
  [['view', '--port', '0'], { port: '0' }],
])('%j', async (argv, expected) => expect(await parseArgs(argv)).toMatchObject(expected));

test.each([
  [['init', '--jsn'], "Unknown option '--jsn'.", 'did you mean --json?'],
  [['int'], "Unknown command 'int'.", 'did you mean init?'],
  [['init', '--nothing-like-it'], "Unknown option '--nothing-like-it'.", 'otel-setup init --help shows what there is'],
  [['init', '--cwd'], "Option '--cwd <value>' argument missing.", 'otel-setup init --help shows what there is'],
  [['init', 'extra'], 'Too many arguments for \'init\'. Expected 0 arguments but got 1.', 'otel-setup init --help shows what there is'],
  [['view', '--services', 'a'], "Unknown option '--services'.", 'otel-setup view --help shows what there is'],
  [['--json'], 'No command was given.', 'otel-setup --help'],
])('%j is a mistake', async (argv, message, hint) => {
  await expect(parseArgs(argv)).rejects.toMatchObject({ exit: 2, message, hint });
});

describe('help', () => {
  test.each([undefined, ...commands.map(({ name }) => name)])('of %s: every flag, 80 columns', (command) => {
    const text = helpText(command);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    for (const flag of command === undefined ? flags.filter((one) => one.of === undefined) : flagsOf(command)) expect(text).toContain(`--${flag.name}`);
  });
});
