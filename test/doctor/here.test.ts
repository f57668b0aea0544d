/** Why nothing arrives at `view`: what is broken of that which should arrive there, else where it goes instead. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/doctor/engine.ts';
import { whyNothing } from '../../src/doctor/here.ts';
import { factsOf } from '../../src/doctor/know.ts';
import { rules } from '../../src/doctor/rules/index.ts';
import { readWorkspace } from '../../src/workspace/read.ts';
import { CANARY } from '../helpers/init.ts';
import { memoryFiles } from '../helpers/memory-files.ts';
import { treeOf, type Tree } from '../helpers/tree.ts';

const VIEW = { ports: [4318, 4317], addresses: ['127.0.0.1', '172.17.0.1'], written: false };
const folder = (name: string): Tree => treeOf(fileURLToPath(new URL(`../workspaces/${name}`, import.meta.url)));
/** One Express service as init leaves it for Honeycomb. */
const HONEYCOMB: Tree = Object.fromEntries(Object.entries(folder('express-commonjs/out')).map(([path, text]) => [path, text.replaceAll('{{the key}}', CANARY)]));
const COMPOSE = HONEYCOMB['docker-compose.yml'] ?? '';
const LOCAL = COMPOSE.replace('https://api.honeycomb.io', 'http://host.docker.internal:4318').replace(/.*OTLP_HEADERS.*\n/, '').replace('    ports:', '    extra_hosts: ["host.docker.internal:host-gateway"]\n    ports:');
const sendsTo = (url: string): string => LOCAL.replace('http://host.docker.internal:4318', url);

function why(tree: Tree, here: Partial<typeof VIEW> = {}): ReturnType<typeof whyNothing> {
  const files = memoryFiles(tree);
  const workspace = readWorkspace({ cwd: files.root, env: {}, files });
  if ('ask' in workspace) throw new Error('no compose file of a standard name');
  const known = factsOf(workspace, []);
  return whyNothing(known, diagnose(known, rules, { only: ['files', 'source'] }).lines, { ...VIEW, ...here });
}
const whyOf = (compose: string, here: Partial<typeof VIEW> = {}): ReturnType<typeof whyNothing> => why({ ...HONEYCOMB, 'docker-compose.yml': compose }, here);

describe('nothing arrives here because', () => {
  it('nothing is set up', () => {
    expect(why(folder('express-commonjs/in'))).toEqual({ says: 'No service has OTEL_* variables, OpenTelemetry packages or a call that starts it: nothing makes spans.', place: 'api/package.json:5', do: 'npx otel-setup init --backend local' });
  });

  it('all is well, and goes to Honeycomb', () => {
    const says = 'Nothing is sent here: api sends to Honeycomb (its traces are at https://ui.honeycomb.io).';
    expect(why(HONEYCOMB)).toEqual({ says, place: 'docker-compose.yml:9', do: 'npx otel-setup init --backend local' });
    expect(why(HONEYCOMB, { written: true })).toEqual({ says, place: 'docker-compose.yml:9', do: 'npx otel-setup undo', then: 'npx otel-setup init --backend local' });
  });

  it('it goes to Honeycomb, also where something is wrong on that way', () => {
    expect(whyOf(COMPOSE.replace('x-honeycomb-team=', 'x-honeycomb-team: '))?.says).toContain('api sends to Honeycomb');
  });

  it('something is broken on the way here', () => {
    expect(whyOf(LOCAL.replace(' --require /usr/src/app/otel.cjs', ''))).toMatchObject({ says: expect.stringMatching(/^api\b/), place: expect.stringMatching(/:\d+$/), do: expect.any(String) as unknown });
    expect(whyOf(sendsTo('http://localhost:4318'))?.do).toBe('OTEL_EXPORTER_OTLP_ENDPOINT: "http://host.docker.internal:4318"');
    expect(whyOf(LOCAL.replace(/.*extra_hosts.*\n/, ''))?.says).toContain('extra_hosts');
    expect(whyOf(sendsTo('http://host.docker.internal:4318/v1/traces'))?.place).toBe('docker-compose.yml:9');
  });

  it('view listens on another port', () => {
    expect(whyOf(LOCAL, { ports: [5000] })).toEqual({ says: 'Nothing is sent here: api sends to port 4318 of this machine, and this view has port 5000.', place: 'docker-compose.yml:9', do: 'npx otel-setup view' });
    expect(whyOf(sendsTo('http://host.docker.internal:5001'))?.do).toBe('npx otel-setup view --port 5001');
    expect(why(folder('express-commonjs/in'), { ports: [5000] })?.do).toBe('npx otel-setup init --backend local --endpoint http://host.docker.internal:5000');
  });

  it.each([
    ['another machine', sendsTo('http://collector.example:4318'), 'collector.example'],
    ['a service of its own', `${sendsTo('http://jaeger:4318')}  jaeger:\n    image: jaegertracing/jaeger:2.8.0\n`, 'jaeger, a service of this workspace'],
  ])('it goes to %s', (_, compose, to) => expect(whyOf(compose)).toEqual({ says: `Nothing is sent here: api sends to ${to}.`, place: 'docker-compose.yml:9', do: 'npx otel-setup init --backend local' }));

  it.each([
    [1, '; web does not send here either.'],
    [2, '; nor do 2 others send here.'],
  ])('it and %i more go elsewhere', (more, end) => {
    const copies = ['web', 'shop'].slice(0, more).map((name) => COMPOSE.slice(COMPOSE.indexOf('  api:')).replace('  api:', `  ${name}:`).replace('SERVICE_NAME: api', `SERVICE_NAME: ${name}`));
    expect(whyOf(COMPOSE + copies.join(''))?.says.endsWith(end)).toBe(true);
  });
});

describe('no reason is made up', () => {
  it('where all is well and sends here, by whatever name', () => {
    expect(whyOf(LOCAL)).toBeUndefined();
    expect(whyOf(sendsTo('http://172.17.0.1:4318'))).toBeUndefined();
  });
  it('where one service sends here and another one elsewhere', () => {
    expect(whyOf(LOCAL + COMPOSE.slice(COMPOSE.indexOf('  api:')).replace('  api:', '  web:').replace('SERVICE_NAME: api', 'SERVICE_NAME: web'))).toBeUndefined();
  });
  it('where a Collector stands between', () => {
    const tree = folder('hand-wired-to-a-collector/in');
    const files = memoryFiles(tree);
    const workspace = readWorkspace({ cwd: files.root, env: {}, files });
    expect('ask' in workspace ? undefined : whyNothing(factsOf(workspace, []), [], VIEW)).toBeUndefined();
  });
  it('where there is no service', () => {
    expect(why({ 'docker-compose.yml': 'services: {}\n' })).toBeUndefined();
  });
});
