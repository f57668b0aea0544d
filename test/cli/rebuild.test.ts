import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';

import { backendOf } from '../../src/backends/index.ts';
import type { Context } from '../../src/commands/context.ts';
import { rebuild } from '../../src/commands/init/rebuild.ts';
import { nextLines } from '../../src/commands/init/next.ts';
import { fetchWith } from '../../src/io/http.ts';
import type { Account, Choices, Service, Workspace } from '../../src/types.ts';
import { path } from '../../src/workspace/path.ts';
import { fakeTools } from '../helpers/tools.ts';
import { display } from '../helpers/display.ts';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

/** A service that answers with `status` and keeps the traceparent that it got. */
async function application(status: number) {
  const got: string[] = [];
  const server = createServer((request, response) => {
    got.push(String(request.headers['traceparent']));
    response.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  const address = server.address();
  return { got, port: typeof address === 'object' && address !== null ? address.port : 0 };
}
const service = (more: Partial<Service>): Service => ({ name: 'api', dir: path(''), origin: 'compose', definedIn: [], active: true, env: [], ports: [], mounts: [], extraHosts: [], unsure: [], ...more });
const files: Workspace['files'] = { root: '/w', text: () => undefined, why: () => undefined, encoding: () => 'utf-8', exists: () => false, isDir: () => false, find: () => [], tracked: () => ({ is: 'no' }), ignored: () => false, resolve: () => undefined };
const workspace: Workspace = { host: 'local', files, projectDir: path('sub'), compose: [path('sub/compose.yaml')], alsoThere: [], services: [service({})], unsure: [] };
const choices: Choices = { backend: 'honeycomb', region: 'us', services: [], stores: [], signals: ['traces'] };
const account: Account = { kind: 'ingest', team: 't', environment: 'e', region: 'us', maySend: true, mayCreate: true, says: '' };

const never = () => Promise.reject(new Error('nobody is asked here'));

function context(up: number, build = 0) {
  const said: string[] = [];
  const tools = { ...fakeTools({ exec: (argv) => ({ code: argv.includes('up') ? up : argv.includes('build') ? build : 0 }) }), fetch: fetchWith({}) };
  const given: Context = {
    cwd: '/w', env: {}, terminal: { interactive: false, live: false, color: false, columns: 80 }, tools, version: '1.0.0',
    prompts: { secret: never, select: never, confirm: never, text: never },
    print: (text) => void said.push(text), warn: (text) => void said.push(text), result: () => {}, display: display(), stdin: never, eachLine: async () => false, hide: () => {}, onInterrupt: () => () => {},
  };
  return { given, said, ran: tools.ran };
}
const honeycomb = { workspace, backend: backendOf('honeycomb'), choices, account, files: [] };

describe('rebuild', () => {
  test('builds exactly those services, sends one GET with a trace id of ours, and gives its link', async () => {
    const app = await application(404);
    const { given, said, ran } = context(0);
    const done = await rebuild({ ...honeycomb, services: [service({ ports: [{ host: app.port, container: 4567 }] })] }, given);
    expect(ran).toContainEqual(['docker', 'compose', 'up', '-d', '--build', 'api']);
    const [, traceId] = /^00-([0-9a-f]{32})-[0-9a-f]{16}-01$/.exec(app.got[0] ?? '') ?? [];
    expect(app.got).toHaveLength(1);
    expect(done).toEqual({ ok: true, next: [`https://ui.honeycomb.io/t/environments/e/trace?trace_id=${traceId ?? ''}`] });
    expect(said.join('\n')).toContain(traceId);
  });
  test('a build that fails is not called done, and the command is there to repeat', async () => {
    const { given, said } = context(17);
    expect(await rebuild({ ...honeycomb, files: ['odd.yml'], services: [service({})] }, given)).toEqual({ ok: false, next: ['docker compose -f odd.yml up -d --build api'] });
    expect(said.join('\n')).toMatch(/failed.*ended with 17/);
  });
  test('packages in an anonymous volume: it is renewed, and only there', async () => {
    const { given, ran } = context(0);
    await rebuild({ ...honeycomb, services: [service({ volumes: [{ to: '/app/node_modules' }] }), service({ name: 'web', volumes: [{ name: 'web-modules', to: '/app/node_modules' }] }), service({ name: 'uploads', volumes: [{ to: '/app/uploads' }] })] }, given);
    expect(ran.filter((argv) => argv.includes('up'))).toEqual([['docker', 'compose', 'up', '-d', '--build', '-V', 'api'], ['docker', 'compose', 'up', '-d', '--build', 'web', 'uploads']]);
  });
  test('where the spans can be watched, that is the proof: no second start, no second GET, its link, and its failure is ours', async () => {
    const app = await application(200);
    const { given, ran } = context(0);
    const asked: (readonly string[])[] = [];
    const services = [service({ ports: [{ host: app.port, container: 1 }] }), service({ name: 'grpc', ports: [{ host: app.port, container: 1 }] }), service({ name: 'inner' })];
    const prove = async (names: readonly string[]) => {
      asked.push(names);
      expect(ran.at(-1)).toEqual(['docker', 'compose', 'build', 'api', 'grpc']);
      return new Map([['api', { ok: false, next: ['npx otel-setup status'] }]]);
    };
    const done = await rebuild({ ...honeycomb, services, prove }, given);
    expect(asked).toEqual([['api', 'grpc']]);
    expect(ran.filter((argv) => argv.includes('up'))).toEqual([['docker', 'compose', 'up', '-d', '--build', 'inner'], ['docker', 'compose', 'up', '-d', '--build', 'grpc']]);
    // Only the one that could not be watched got a GET from here.
    expect(app.got).toHaveLength(1);
    expect(done).toEqual({ ok: false, next: ['npx otel-setup status', expect.stringMatching(/trace_id=[0-9a-f]{32}$/)] });
  });
  test('an image that cannot be built: nothing is started, and nothing watched', async () => {
    const { given, said, ran } = context(0, 17);
    expect(await rebuild({ ...honeycomb, services: [service({ ports: [{ host: 4567, container: 1 }] })], prove: never }, given)).toEqual({ ok: false, next: ['docker compose up -d --build api'] });
    expect([said.at(-1), ran]).toEqual([expect.stringMatching(/docker compose build api ended with 17/), [['docker', 'compose', 'build', 'api']]]);
  });
  test('a service without a published port gets nothing', async () => {
    const { given, said } = context(0);
    expect(await rebuild({ ...honeycomb, services: [service({})] }, given)).toEqual({ ok: true, next: [] });
    expect(said.join('\n')).toContain('publishes no port');
  });
});

test.each<[string, Partial<Parameters<typeof nextLines>[0]>, readonly string[]]>([
  ['Honeycomb', {}, ['rebuild and restart: docker compose up -d --build api', 'look: https://ui.honeycomb.io/t/environments/e', 'in CI: with HONEYCOMB_API_KEY set: npx otel-setup@1.0.0 init --yes']],
  ['the local backend, rebuilt already', { choices: { ...choices, backend: 'local' }, rebuilt: true }, ['see the traces: npx otel-setup view (port 4318)', 'in CI: npx otel-setup@1.0.0 init --yes --backend local']],
  ['a folder', { workspace: { ...workspace, compose: [] }, services: ['my app'] }, ["start it: npx otel-setup run 'my app'", 'look: https://ui.honeycomb.io/t/environments/e', 'in CI: with HONEYCOMB_API_KEY set: npx otel-setup@1.0.0 init --yes']],
])('what next: %s', (_name, more, expected) => {
  expect(nextLines({ workspace, choices, account, services: ['api'], files: [], rebuilt: false, shell: 'sh', version: '1.0.0', ...more })).toEqual(expected);
});
