import { describe, expect, test } from 'vitest';

import { stores } from '../../../src/doctor/probes/stores.ts';
import type { Kept } from '../../../src/doctor/types.ts';
import { CANARY } from '../../helpers/init.ts';
import { fakeTools } from '../../helpers/tools.ts';
import { flask, laid } from './workspace.ts';

const HEADER = 'x-honeycomb-team=${HONEYCOMB_API_KEY}';
const OTHER = 'TestConfigurationUS000';
const GITPOD = { GITPOD_WORKSPACE_ID: 'course-abc' };

async function kept(tree: Parameters<typeof laid>[0], env: Readonly<Record<string, string>> = {}, gp = ''): Promise<readonly Kept[]> {
  const tools = fakeTools({ env, exec: (argv) => (argv.join(' ') === 'gp env' ? { out: gp } : { code: 127 }) });
  const found = await stores.run(laid(tree, env).known, tools);
  if ('missing' in found) throw new Error(found.missing);
  return found;
}
const places = (all: readonly Kept[]) => all.map(({ name, store, where, value, wins }) => `${name} ${store} ${typeof where === 'string' ? where : `${where.path}:${where.line ?? ''}`} ${value === CANARY ? 'key' : value === OTHER ? 'other' : JSON.stringify(value)}${wins ? ' wins' : ''}`);

describe('which place Compose takes the key from', () => {
  const dotenv = { '.env': `# mine\nHONEYCOMB_API_KEY=${CANARY}\n`, '.gitignore': '.env\n' };
  test.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>, string, readonly string[]]>([
    ['.env alone', dotenv, {}, '', ['HONEYCOMB_API_KEY dotenv .env:2 key wins']],
    ['the shell beats it', dotenv, { HONEYCOMB_API_KEY: OTHER }, '', ['HONEYCOMB_API_KEY shell shell other wins', 'HONEYCOMB_API_KEY dotenv .env:2 key']],
    ['the shell beats it also when it is blank', dotenv, { HONEYCOMB_API_KEY: '' }, '', ['HONEYCOMB_API_KEY shell shell "" wins', 'HONEYCOMB_API_KEY dotenv .env:2 key']],
    ['gp env never does', dotenv, GITPOD, `HONEYCOMB_API_KEY=${OTHER}\n`, ['HONEYCOMB_API_KEY dotenv .env:2 key wins', 'HONEYCOMB_API_KEY gp-env backend other']],
    ['a .env in a service\'s folder never does', { 'api/.env': `HONEYCOMB_API_KEY=${CANARY}\n` }, {}, '', ['HONEYCOMB_API_KEY dotenv api/.env:1 key']],
    ['COMPOSE_ENV_FILES takes the place of .env', { ...dotenv, 'prod.env': `HONEYCOMB_API_KEY=${OTHER}\n` }, { COMPOSE_ENV_FILES: 'prod.env' }, '', ['HONEYCOMB_API_KEY dotenv prod.env:1 other wins', 'HONEYCOMB_API_KEY dotenv .env:2 key']],
    ['COMPOSE_DISABLE_ENV_FILE turns .env off', dotenv, { COMPOSE_DISABLE_ENV_FILE: '1' }, '', ['HONEYCOMB_API_KEY dotenv .env:2 key']],
    ['nothing anywhere', {}, {}, '', []],
  ])('%s', async (_, more, env, gp, expected) => {
    expect(places(await kept({ ...flask(HEADER), ...more }, env, gp))).toEqual(expected);
  });

  test('the variable that the header really names is looked for too, a dataset\'s is not', async () => {
    const tree = { ...flask('x-honeycomb-team=${HNY_KEY:-},x-honeycomb-dataset=${DATASET}'), '.env': `HNY_KEY=${CANARY}\nDATASET=api\n` };
    expect(places(await kept(tree))).toEqual(['HNY_KEY dotenv .env:1 key wins']);
  });

  test('an env_file gives its variables to the container and fills none in', async () => {
    const tree = flask(HEADER);
    const compose = tree['docker-compose.yml']?.replace('    environment:', '    env_file: [api/prod.env]\n    environment:') ?? '';
    expect(places(await kept({ ...tree, 'docker-compose.yml': compose, 'api/prod.env': `HONEYCOMB_API_KEY=${CANARY}\n` }))).toEqual(['HONEYCOMB_API_KEY env-file api/prod.env:1 key']);
  });
});

test('a value is that of Compose, beside what stands in the file', async () => {
  const [one] = await kept({ ...flask(HEADER), '.env': `export HONEYCOMB_API_KEY = "${CANARY}" # bootcamp\r\n` });
  expect(one).toMatchObject({ value: CANARY, raw: ` "${CANARY}" # bootcamp\r`, tracked: true });
});

test('gp is asked in Gitpod alone', async () => {
  const tools = fakeTools({ exec: () => ({ code: 127 }) });
  await stores.run(laid(flask(HEADER)).known, tools);
  expect(tools.ran).toEqual([]);
});
