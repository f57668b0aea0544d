import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

import { exec } from '../../src/io/exec.ts';
import { dotenv } from '../../src/stores/dotenv.ts';
import { gpEnv, gpVariables, parseGpEnv } from '../../src/stores/gp-env.ts';
import { storesFor } from '../../src/stores/index.ts';
import type { Files, Workspace } from '../../src/types.ts';
import { path } from '../../src/workspace/path.ts';
import { fakeTools } from '../helpers/tools.ts';

const KEY = 'HONEYCOMB_API_KEY';
/** A workspace of these files. */
function workspace(files: Readonly<Record<string, string>>, about: { tracked?: readonly string[]; untold?: string; ignored?: readonly string[]; why?: string; dir?: string } = {}): Workspace {
  const view: Pick<Files, 'text' | 'exists' | 'tracked' | 'ignored' | 'why'> = {
    text: (file) => files[file],
    exists: (file) => files[file] !== undefined,
    tracked: (file) => (about.untold === undefined ? { is: about.tracked?.includes(file) === true ? 'yes' : 'no' } : { is: 'unknown', why: about.untold, do: 'ask git' }),
    ignored: (file) => about.ignored?.includes(file) === true,
    why: () => about.why,
  };
  const rest: Omit<Files, keyof typeof view> = { root: '/w', encoding: () => 'utf-8', isDir: () => false, find: () => [], resolve: () => undefined };
  return { host: 'local', files: { ...view, ...rest }, projectDir: path(about.dir ?? ''), compose: [], alsoThere: [], services: [], unsure: [] };
}
/** Operations as lines: 'FILE do NAME'. */
function lines(found: ReturnType<NonNullable<typeof dotenv.ops>> | undefined): readonly string[] {
  if (found === undefined || 'stuck' in found) return [`stuck: ${found?.stuck ?? ''}`];
  return found.map((op) => (op.op === 'edit' ? `${op.path} ${op.change.do} ${JSON.stringify('value' in op.change ? op.change.value : '')}` : op.op));
}

test.each<[string, Workspace, readonly string[]]>([
  ['nothing there: the ignore line first', workspace({}), ['.gitignore add ".env"', `.env set {"secret":"${KEY}"}`]],
  ['ignored already', workspace({}, { ignored: ['.env'] }), [`.env set {"secret":"${KEY}"}`]],
  ['beside a compose file in a folder', workspace({}, { dir: 'app' }), ['app/.gitignore add ".env"', `app/.env set {"secret":"${KEY}"}`]],
  ['other variables are there', workspace({ '.env': 'A=1\n' }, { ignored: ['.env'] }), [`.env set {"secret":"${KEY}"}`]],
  ['the variable is blank', workspace({ '.env': `${KEY}=\n` }, { ignored: ['.env'] }), [`.env replace {"secret":"${KEY}"}`]],
  ['another key is there', workspace({ '.env': `A=1\n${KEY}=other\n` }, { ignored: ['.env'] }), [`stuck: .env:2 holds another ${KEY} already.`]],
  ['.env is in git', workspace({ '.env': 'A=1\n' }, { tracked: ['.env'] }), ['stuck: .env is in git: a key written there would be committed.']],
  ['git does not say whether .env is in it', workspace({ '.env': 'A=1\n' }, { untold: 'git is ill' }), ['stuck: Whether .env is in git is not known: git is ill. A key written there could be committed.']],
  ['.env leaves the workspace', workspace({ '.env': '' }, { why: 'outside' }), ['stuck: .env cannot hold the key: it leads out of the workspace.']],
])('.env: %s', (_name, here, expected) => expect(lines(dotenv.ops?.(KEY, here))).toEqual(expected));

test('.env: what is stuck never repeats the key that is there, and names the way out', () => {
  const found = dotenv.ops?.(KEY, workspace({ '.env': `${KEY}=canary\n` }, { tracked: ['.env'] }));
  expect(found).toMatchObject({ paste: { text: 'git rm --cached .env' } });
  expect(JSON.stringify(dotenv.ops?.(KEY, workspace({ '.env': `${KEY}=canary\n` })))).not.toContain('canary');
});

test.each([
  ['A=1\n', '1'],
  ["A='1'\n", '1'],
  ['A="1" # one\n', '1'],
  ['B=1\n', undefined],
])('.env: A in %j is %s', async (text, expected) => expect(await dotenv.get('A', workspace({ '.env': text }), fakeTools())).toBe(expected));

const ids = (host: Workspace['host'], named: readonly string[] = []) => storesFor(host, named).map(({ id }) => id);
test('which stores are used', () => {
  expect(ids('local')).toEqual(['dotenv']);
  expect(ids('gitpod')).toEqual(['dotenv', 'gp-env']);
  expect(ids('gitpod', ['gp-env'])).toEqual(['gp-env']);
  expect(() => ids('local', ['gp-env'])).toThrow(expect.objectContaining({ exit: 2 }));
  expect(() => ids('local', ['vault'])).toThrow(expect.objectContaining({ exit: 2, hint: '--store takes dotenv, gp-env' }));
});

test('gp env: lines as gp prints them', () => {
  expect([...parseGpEnv('A=1\nB=say \\"hi\\"\nC=two\nlines\nD=a=b\n')]).toEqual([['A', '1'], ['B', 'say "hi"'], ['C', 'two\nlines'], ['D', 'a=b']]);
});

const bin = fileURLToPath(new URL('../stand-ins', import.meta.url));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
/** Tools that run the stand-in for gp. */
function withGp(env: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'gp-'));
  folders.push(folder);
  const all = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, GP_STAND_IN_STORE: join(folder, 'store.json'), ...env };
  return { ...fakeTools(), exec: (argv: readonly string[]) => exec(argv, { env: all }) };
}
const here = workspace({});

test('gp env: put, then get; what gp repeats goes nowhere', async () => {
  const tools = withGp();
  expect(await gpEnv.get(KEY, here, tools)).toBeUndefined();
  expect(await gpEnv.put?.(KEY, 'canary-value', here, tools)).toBeUndefined();
  expect(await gpEnv.get(KEY, here, tools)).toBe('canary-value');
  expect([...(await gpVariables(tools)).keys()]).toEqual([KEY]);
});

test.each([
  [withGpFailure('failed connecting to supervisor'), /^gp env did not keep HONEYCOMB_API_KEY: failed connecting to supervisor\.$/],
  [withGpFailure('cannot set HONEYCOMB_API_KEY=canary-value'), /: cannot set HONEYCOMB_API_KEY=\[hidden\]\.$/],
  [() => fakeTools({ exec: () => ({ code: 127, err: 'gp: not found' }) }), /there is no gp here/],
  [() => fakeTools({ exec: () => ({ code: 124 }) }), /did not answer within a minute/],
])('gp env: a failure is told without the key', async (tools, says) => {
  const failure = await gpEnv.put?.(KEY, 'canary-value', here, tools()).catch((error: unknown) => error);
  expect(failure).toMatchObject({ exit: 1, message: expect.stringMatching(says), hint: expect.stringContaining('gitpod.io/user/variables') });
});
function withGpFailure(text: string) {
  return () => withGp({ GP_STAND_IN_FAIL: text });
}
