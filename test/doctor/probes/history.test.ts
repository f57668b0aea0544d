import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { history, holdsKey } from '../../../src/doctor/probes/history.ts';
import type { Facts } from '../../../src/doctor/types.ts';
import { exec } from '../../../src/io/exec.ts';
import type { Tools } from '../../../src/types.ts';
import { git, writeTree } from '../../helpers/tree.ts';
import { fakeTools } from '../../helpers/tools.ts';
import { flask, laid, type Laid } from './workspace.ts';

const KEY = 'TestConfigurationUS000';
const INGEST = `hcaik_${'test'.padEnd(58, '0')}`;
const HEADER = 'x-honeycomb-team=${HONEYCOMB_API_KEY}';

const tools: Tools = { ...fakeTools(), exec };
async function look({ known }: Laid): Promise<Facts['history']> {
  const found = await history.run(known, tools);
  if ('missing' in found) throw new Error(found.missing);
  return found;
}
function commit(folder: string, message: string): void {
  git(folder, 'add', '-A');
  git(folder, '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-q', '-m', message);
}

describe('a line that holds a key', () => {
  test.each([
    `OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${KEY}"`,
    `headers={"x-honeycomb-team": "${KEY}"}`,
    `'x-honeycomb-team': '${KEY}',`,
    `HONEYCOMB_API_KEY=${KEY}`,
    `export HONEYCOMB_API_KEY="${KEY}"`,
    `REACT_APP_HONEYCOMB_API_KEY: ${KEY}`,
    `gp env HONEYCOMB_API_KEY="${KEY}"`,
    `HONEYCOMB_WRITEKEY: 'c1a551c0000000000000000000abcdef'`,
    `key = "${INGEST}"`,
  ])('%s', (line) => expect(holdsKey(line)).toBe(true));
  test.each([
    'OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${HONEYCOMB_API_KEY}"',
    '"x-honeycomb-team": honeycombApiKeyFromEnv,',
    'headers={"x-honeycomb-team": os.environ["HONEYCOMB_API_KEY"]}',
    "headers: { 'x-honeycomb-team': process.env.HONEYCOMB_API_KEY0abcdef }",
    'HONEYCOMB_API_KEY=xxxxxxxxxxxxxxxxxxxxxx',
    'HONEYCOMB_API_KEY=YOUR_HONEYCOMB_API_KEY1',
    'HONEYCOMB_API_KEY=<your key of 22 characters 00>',
    'sha = "c1a551c0000000000000000000abcdef"',
  ])('not: %s', (line) => expect(holdsKey(line)).toBe(false));
});

test('a key in a tracked file is found where it stands, and not where git does not look', async () => {
  const one = laid({ ...flask(`x-honeycomb-team=${KEY}`), '.env': `HONEYCOMB_API_KEY=${KEY}\n`, '.gitignore': '.env\n', 'notes/a b.txt': `first\nHONEYCOMB_API_KEY=${KEY}\n` });
  expect([...(await look(one))].toSorted((a, b) => a.path.localeCompare(b.path))).toEqual([
    { commit: '', path: 'docker-compose.yml', line: 9 },
    { commit: '', path: 'notes/a b.txt', line: 2 },
  ]);
  expect(JSON.stringify(await look(one))).not.toContain(KEY);
});

test('a key of the past is found in its commit, on every branch, and told once', async () => {
  const one = laid({ ...flask(HEADER), 'api/app.py': `x = 1\nheaders = {"x-honeycomb-team": "${KEY}"}\n` });
  commit(one.folder, 'with the key');
  writeTree(one.folder, { 'api/app.py': 'x = 1\n' });
  commit(one.folder, 'without it');
  git(one.folder, 'checkout', '-q', '-b', 'other');
  writeTree(one.folder, { 'script.sh': `export HONEYCOMB_API_KEY=${INGEST}\n` });
  commit(one.folder, 'on another branch');
  git(one.folder, 'checkout', '-q', '-');
  const found = await look(one);
  expect([...found].toSorted((a, b) => a.path.localeCompare(b.path))).toEqual([
    { commit: expect.stringMatching(/^[0-9a-f]{7,}$/), path: 'api/app.py', line: 2 },
    { commit: expect.stringMatching(/^[0-9a-f]{7,}$/), path: 'script.sh', line: 1 },
  ]);
});

test('a key that was committed and still stands there is the one that stands there', async () => {
  const one = laid(flask(`x-honeycomb-team=${KEY}`));
  commit(one.folder, 'with the key');
  expect(await look(one)).toEqual([{ commit: '', path: 'docker-compose.yml', line: 9 }]);
});

test('without git nothing was given away', async () => {
  const one = laid(flask(`x-honeycomb-team=${KEY}`));
  rmSync(join(one.folder, '.git'), { recursive: true });
  expect(await look(one)).toEqual([]);
});

test('a repository\'s settings start no program', async () => {
  const one = laid(flask(`x-honeycomb-team=${KEY}`));
  commit(one.folder, 'with the key');
  writeTree(one.folder, { '.gitattributes': '*.yml diff=evil\n' });
  for (const [name, value] of [['diff.external', 'touch ran'], ['diff.evil.command', 'touch ran'], ['diff.evil.textconv', 'touch ran; cat'], ['core.pager', 'touch ran'], ['core.fsmonitor', 'touch ran'], ['gpg.program', 'touch'], ['log.showSignature', 'true']] as const) git(one.folder, 'config', name, value);
  expect(await look(one)).toEqual([{ commit: '', path: 'docker-compose.yml', line: 9 }]);
  expect(readdirSync(one.folder)).not.toContain('ran');
});

test('a history that takes too long is not known', async () => {
  const { known } = laid(flask(HEADER));
  const slow = { ...tools, exec: async (argv: readonly string[], options?: Parameters<Tools['exec']>[1]) => (argv.includes('log') ? { code: 124, out: '', err: '' } : exec(argv, options)) };
  expect(await history.run(known, slow)).toMatchObject({ missing: expect.stringContaining('git has more to search') });
});
