import { describe, expect, it } from 'vitest';
import { localEnvironment } from '../../src/local/environment.ts';
import { service, variables } from './workspace.ts';

const items = service({ name: 'items', ports: [{ host: 14568, container: 4568 }] });
const db = service({ name: 'db', ports: [{ container: 5432 }] });
const all = [items, db, service({ name: 'db-two' })];

describe('hosts of Compose\'s network', () => {
  it.each([
    ['a URL, with the published port', { ITEMS_URL: 'http://items:4568/x' }, 'http://localhost:14568/x', 'ITEMS_URL: items:4568 → localhost:14568'],
    ['a URL with a port that is not published', { DATABASE_URL: 'postgres://u:p@db:5432/x' }, 'postgres://u:p@localhost:5432/x', 'DATABASE_URL: db:5432 → localhost:5432'],
    ['host:port', { REDIS: 'db:6379' }, 'localhost:6379', 'REDIS: db:6379 → localhost:6379'],
    ['a URL without a port', { A: 'http://items/x' }, 'http://localhost/x', 'A: items → localhost'],
    ['a list', { BROKERS: 'items:1,db:2' }, 'localhost:1,localhost:2', 'BROKERS: items:1 → localhost:1'],
    ['a bare name in a …_HOST', { DB_HOST: 'db' }, 'localhost', 'DB_HOST: db → localhost'],
    ['the longer of two names', { DB_HOST: 'db-two' }, 'localhost', 'DB_HOST: db-two → localhost'],
    ['this machine', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://host.docker.internal:4318' }, 'http://localhost:4318', 'OTEL_EXPORTER_OTLP_ENDPOINT: host.docker.internal:4318 → localhost:4318'],
  ])('%s', (_title, values, expected, sentence) => {
    const { env, said } = localEnvironment(service(variables(values)), all, {}, []);
    expect(Object.values(env)).toEqual([expected]);
    expect(said[0]).toBe(sentence);
  });

  it.each([
    ['a service name', { OTEL_SERVICE_NAME: 'items' }],
    ['a header', { OTEL_EXPORTER_OTLP_HEADERS: 'x-honeycomb-team=db:5' }],
    ['resource attributes', { OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=x,items:4568' }],
    ['a bare name elsewhere', { DATABASE: 'db' }],
    ['a longer host', { A: 'http://items.example.com:4568', B: 'http://myitems:4568', C: 'http://items-x:4568' }],
    ['a path', { A: '/data/items', B: 'x/items:4568' }],
  ])('leaves alone: %s', (_title, values) => {
    expect(localEnvironment(service(variables(values)), all, {}, [])).toEqual({ env: values, said: [] });
  });

  it('says hosts only, never a password', () => {
    expect(localEnvironment(service(variables({ A: 'postgres://user:hunter2@db:5432/x' })), all, {}, []).said.join()).not.toContain('hunter2');
  });
});

describe('what comes from where', () => {
  const shell = { PATH: '/bin', HOME: '/h', LC_ALL: 'C', PIP_INDEX_URL: 'i', npm_config_x: 'y', OTEL_TRACES_EXPORTER: 'console', SECRET: 's', gone: undefined };
  it('a compose service gets the machine, not the shell', () => {
    expect(localEnvironment(service(), [], shell, []).env).toEqual({ PATH: '/bin', HOME: '/h', LC_ALL: 'C', PIP_INDEX_URL: 'i', npm_config_x: 'y' });
  });
  it('a folder service gets the shell', () => {
    expect(localEnvironment(service({ origin: 'folder' }), [], shell, []).env).toEqual({ PATH: '/bin', HOME: '/h', LC_ALL: 'C', PIP_INDEX_URL: 'i', npm_config_x: 'y', OTEL_TRACES_EXPORTER: 'console', SECRET: 's' });
  });
  it('leaves the image\'s own paths out, and takes its settings', () => {
    expect(localEnvironment(service(variables({ PATH: '/usr/local/bin', PYTHON_VERSION: '3', PYTHONUNBUFFERED: '1', HOME: '/x' }, 'image')), [], { HOME: '/h' }, []).env).toEqual({ HOME: '/h', PYTHONUNBUFFERED: '1' });
  });
  it('leaves out what is not set, keeps what is empty', () => {
    expect(localEnvironment(service(variables({ A: undefined, B: '' })), [], {}, []).env).toEqual({ B: '' });
  });
  it('turns container paths into this machine\'s', () => {
    expect(localEnvironment(service(variables({ PYTHONPATH: '/app:/app/lib', NODE_OPTIONS: '--import /app/otel.mjs' })), [], {}, [{ container: '/app', local: '/here/api' }]).env).toEqual({ PYTHONPATH: '/here/api:/here/api/lib', NODE_OPTIONS: '--import /here/api/otel.mjs' });
  });
  it('asks no proxy for this machine', () => {
    expect(localEnvironment(service(), [], { HTTP_PROXY: 'http://p:1', NO_PROXY: 'a.b, localhost' }, []).env).toEqual({ HTTP_PROXY: 'http://p:1', NO_PROXY: 'a.b,localhost,127.0.0.1', no_proxy: 'a.b,localhost,127.0.0.1' });
  });
});
