import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { parseArgs } from '../../src/args.ts';
import type { Context } from '../../src/commands/context.ts';
import { run } from '../../src/commands/run.ts';
import { fakeTools } from '../helpers/tools.ts';
import { filesOf } from './workspace.ts';
import { display } from '../helpers/display.ts';

const state = filesOf({ x: '' }).root;
afterAll(() => rmSync(state, { recursive: true, force: true }));

const KEY = 'c'.repeat(8) + 'anarykeycanarykey';
const compose = `services:
  web:
    image: busybox
    command: ["/bin/sh", "-c", 'test "$$OTEL_EXPORTER_OTLP_HEADERS" = "x-honeycomb-team=${KEY}" && test "$$ITEMS_URL" = http://localhost:9000 && exit 7']
    environment:
      OTEL_EXPORTER_OTLP_HEADERS: x-honeycomb-team=\${HONEYCOMB_API_KEY}
      ITEMS_URL: http://items:80
  items:
    image: busybox
    ports: ["9000:80"]
`;

const refuse = (): Promise<never> => Promise.reject(new Error('nobody is asked'));

async function start(words: readonly string[], files: Readonly<Record<string, string>>) {
  const told: string[] = [];
  const hidden: string[] = [];
  const env = { ...process.env, XDG_STATE_HOME: state };
  const say = (text: string): void => void told.push(text);
  const context: Context = {
    cwd: filesOf(files).root, env, version: '0', terminal: { interactive: false, live: false, color: false, columns: 80 },
    tools: fakeTools({ env, exec: () => ({ code: 1 }) }), prompts: { secret: refuse, select: refuse, confirm: refuse, text: refuse },
    print: say, warn: say, result: say, display: display(say, say), stdin: async () => '', eachLine: async () => false, hide: (value) => void hidden.push(value), onInterrupt: () => () => {},
  };
  const report = await run(await parseArgs(['run', ...words]), context);
  return { report, told, hidden };
}

describe.skipIf(process.platform === 'win32')('run', () => {
  it('starts the service with what Compose would give it; its exit code is ours', async () => {
    const { report, told, hidden } = await start(['web'], { 'compose.yaml': compose, '.env': `HONEYCOMB_API_KEY=${KEY}\n` });
    expect(report).toMatchObject({ command: 'run', exit: 7, ok: false });
    expect(told).toContain('  ITEMS_URL: items:80 → localhost:9000');
    expect(hidden).toContain(KEY);
  });
  it('starts another command with the same environment', async () => {
    const { report } = await start(['web', '--', 'sh', '-c', `test "$OTEL_EXPORTER_OTLP_HEADERS" = x-honeycomb-team=${KEY}`], { 'compose.yaml': compose, '.env': `HONEYCOMB_API_KEY=${KEY}\n` });
    expect(report).toMatchObject({ exit: 0, ok: true });
  });
  it('says which variable is blank', async () => {
    const { told } = await start(['web', '--', 'true'], { 'compose.yaml': compose });
    expect(told).toContain('  HONEYCOMB_API_KEY is blank: OTEL_EXPORTER_OTLP_HEADERS of web lacks it');
  });
  it('sends to this machine with --backend local, without the other backend\'s key', async () => {
    const { report } = await start(['web', '--backend', 'local', '--', 'sh', '-c', 'test "$OTEL_EXPORTER_OTLP_ENDPOINT" = http://localhost:4318 && test -z "$OTEL_EXPORTER_OTLP_HEADERS"'], { 'compose.yaml': compose, '.env': `HONEYCOMB_API_KEY=${KEY}\n` });
    expect(report.exit).toBe(0);
  });
  it.each([
    [['nobody'], 'There is no service "nobody".'],
    [[], 'run needs the name of a service.'],
  ])('%s: exit 2 with the names', async (words, message) => {
    await expect(start(words, { 'compose.yaml': compose })).rejects.toMatchObject({ exit: 2, message, hint: expect.stringContaining('web') });
  });
  it('a program that does not exist is said to be missing', async () => {
    const { report, told } = await start(['web', '--', 'otel-setup-no-such-program'], { 'compose.yaml': compose });
    expect(report.exit).toBe(127);
    expect(told.join('\n')).toContain('was not found');
  });
});
