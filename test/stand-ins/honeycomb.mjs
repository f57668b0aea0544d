#!/usr/bin/env node
// A stand-in for Honeycomb, as its documentation and its OTLP library (husky) describe it: GET /1/auth, GET /1/datasets,
// POST /v1/traces|metrics|logs, in two regions that do not know each other's keys.
//
//   node honeycomb.mjs [--tls CERT KEY] [--host ADDRESS]
//
// First line on standard output: {"us","eu","proxy","keys"}: the addresses, and the keys that it knows. With --tls there is
// a CONNECT proxy in front that takes api.honeycomb.io and api.eu1.honeycomb.io to the regions' own TLS ports, so that a
// program with HTTPS_PROXY and NODE_EXTRA_CA_CERTS speaks to the addresses that it would speak to in the world.
// Then one JSON line for every span received. POST /stand-in/behave {"status":429} | {"latency":ms} | {"drop":true} | {}
// changes what every other request gets from then on; {"silent":true} takes spans and lists no dataset of them.
// POST /stand-in/mark prints {"mark":true}: every span of what was answered before stands above it.
// Ends with its standard input or by a signal.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Unreadable, readSpans } from './otlp-spans.mjs';

const UNKNOWN = 'unknown API key - check your credentials, region, and API URL';
const all = { events: true, markers: true, triggers: false, boards: false, queries: false, columns: false, createDatasets: true, slos: false, recipients: false, privateBoards: false };
const named = (slug) => ({ name: slug, slug });
const key = (id, type, access, team, environment, more = {}) => ({ auth: { id, type, api_key_access: access, environment: named(environment), team: named(team) }, ...more });

/** Made up, and of the right shape: padded words. */
export const KEYS = {
  configuration: 'TestConfigurationUS'.padEnd(22, '0'),
  noSend: 'TestNoSendUS'.padEnd(22, '0'),
  noCreate: 'TestNoCreateUS'.padEnd(22, '0'),
  disabled: 'TestDisabledUS'.padEnd(22, '0'),
  expired: 'TestExpiredUS'.padEnd(22, '0'),
  euConfiguration: 'TestConfigurationEU'.padEnd(22, '0'),
  ingest: `hcaik_${'test'.padEnd(58, '0')}`,
  euIngest: `hcbik_${'test'.padEnd(58, '0')}`,
  oddIngest: `hczik_${'test'.padEnd(58, '0')}`,
  classic: 'c1a551c'.padEnd(32, '0'),
  classicIngest: `hcaic_${'test'.padEnd(58, '0')}`,
};
const known = {
  us: new Map([
    [KEYS.configuration, key('FL_test', 'configuration', all, 'cruddur', 'bootcamp')],
    [KEYS.noSend, key('FL_test', 'configuration', { ...all, events: false }, 'cruddur', 'bootcamp', { refuse: [401, 'API key does not have permission to send events'] })],
    [KEYS.noCreate, key('FL_test', 'configuration', { ...all, createDatasets: false }, 'cruddur', 'bootcamp')],
    [KEYS.disabled, { refuseAll: [401, 'attempted to use disabled API key'] }],
    [KEYS.expired, { ...key('FL_test', 'configuration', all, 'cruddur', 'bootcamp'), until: '2020-01-01T00:00:00Z' }],
    [KEYS.ingest, key(KEYS.ingest.slice(0, 32), 'ingest', { createDatasets: true }, 'cruddur', 'bootcamp')],
    [KEYS.classic, key('A3_test', 'configuration', all, 'cruddur', '')],
    [KEYS.classicIngest, key(KEYS.classicIngest.slice(0, 32), 'ingest', { createDatasets: true }, 'cruddur', '')],
  ]),
  eu: new Map([
    [KEYS.euConfiguration, key('FL_test', 'configuration', all, 'cruddur-eu', 'bootcamp')],
    [KEYS.euIngest, key(KEYS.euIngest.slice(0, 32), 'ingest', { createDatasets: true }, 'cruddur-eu', 'bootcamp')],
    [KEYS.oddIngest, key(KEYS.oddIngest.slice(0, 32), 'ingest', { createDatasets: true }, 'cruddur-eu', 'bootcamp')],
  ]),
};
const isClassic = (value) => /^[0-9a-f]{32}$/.test(value) || /^hc[a-z]ic_[0-9a-z]{58}$/.test(value);
const TYPES = ['application/protobuf', 'application/x-protobuf', 'application/json'];
const MAX = 20 * 1024 * 1024;

let behave = {};
const datasets = { us: new Map(), eu: new Map() };

function json(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
/** An error as google.rpc.Status in the request's own encoding; a message of protobuf is field 2. */
function otlpError(response, type, status, message) {
  if (status === 415) return response.writeHead(415, { 'content-type': 'text/plain' }).end(message);
  if (type === 'application/json') return json(response, status, { message });
  const text = Buffer.from(message);
  return response.writeHead(status, { 'content-type': type }).end(Buffer.concat([Buffer.from([0x12, text.length]), text]));
}
async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX) chunks.push(chunk);
  }
  return size > MAX ? undefined : Buffer.concat(chunks);
}
const datasetOf = (service) => {
  const name = typeof service === 'string' ? service.trim() : '';
  return name === '' || name.startsWith('unknown_service') ? 'unknown_service' : name;
};

async function ingest(region, signal, request, response) {
  const type = request.headers['content-type'] ?? '';
  const team = request.headers['x-honeycomb-team'] ?? '';
  const dataset = request.headers['x-honeycomb-dataset'] ?? '';
  const body = await bodyOf(request);
  // husky's order: content type, key, dataset, then the account, then the body.
  if (!TYPES.includes(type)) return otlpError(response, type, 415, `unsupported content-type, valid types are: ${TYPES.join(', ')}`);
  if (team === '') return otlpError(response, type, 401, "missing 'x-honeycomb-team' header");
  if (isClassic(team) && dataset === '' && signal !== 'logs') return otlpError(response, type, 401, "missing 'x-honeycomb-dataset' header");
  const account = known[region].get(team);
  if (account === undefined) return otlpError(response, type, 401, UNKNOWN);
  const refuse = account.refuseAll ?? account.refuse;
  if (refuse !== undefined) return otlpError(response, type, ...refuse);
  try {
    if (body === undefined) throw new Unreadable();
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body, { maxOutputLength: MAX }) : body;
    if (signal === 'traces') {
      for (const span of readSpans(plain, type === 'application/json')) {
        const into = isClassic(team) ? dataset : datasetOf(span.service);
        if (!behave.silent) datasets[region].set(into.toLowerCase(), { name: into, slug: into.toLowerCase().replace(/[^a-z0-9_~.-]/g, '-'), created_at: new Date(0).toISOString(), last_written_at: new Date().toISOString() });
        process.stdout.write(`${JSON.stringify({ region, dataset: into, ...span })}\n`);
      }
    }
  } catch {
    return otlpError(response, type, 400, 'failed to parse OTLP request body');
  }
  if (type === 'application/json') return json(response, 200, {});
  return response.writeHead(200, { 'content-type': type }).end();
}

async function answer(region, request, response) {
  const { pathname } = new URL(request.url, 'http://stand-in');
  if (pathname === '/stand-in/behave') {
    behave = JSON.parse((await bodyOf(request)).toString() || '{}');
    return json(response, 200, behave);
  }
  if (pathname === '/stand-in/mark') {
    process.stdout.write('{"mark":true}\n');
    return json(response, 200, {});
  }
  if (behave.drop) return request.socket.destroy();
  if (behave.latency) await new Promise((done) => setTimeout(done, behave.latency));
  if (behave.status === 429) return json(response, 429, { error: 'Rate Limited', status: 429, title: 'Rate Limited' }, { ratelimit: 'limit=100, remaining=0, reset=60', ratelimitpolicy: '100;w=60' });
  if (behave.status !== undefined) return json(response, behave.status, { error: behave.error ?? 'stand-in was told to' }, behave.headers);
  const account = known[region].get(request.headers['x-honeycomb-team'] ?? '');
  if (request.method === 'GET' && (pathname === '/1/auth' || pathname === '/1/datasets')) {
    if (account === undefined) return json(response, 401, { error: UNKNOWN });
    if (account.refuseAll) return json(response, account.refuseAll[0], { error: account.refuseAll[1] });
    if (pathname === '/1/auth') return json(response, 200, { ...account.auth, ...(account.until ? { time_to_live: account.until } : {}) });
    if (account.auth.type === 'ingest' || !account.auth.api_key_access.createDatasets) return json(response, 401, { error: UNKNOWN });
    return json(response, 200, [...datasets[region].values()]);
  }
  const signal = /^\/v1\/(traces|metrics|logs)$/.exec(pathname)?.[1];
  if (request.method === 'POST' && signal !== undefined) return ingest(region, signal, request, response);
  if (request.method === 'POST') return json(response, 400, { error: 'invalid OTLP endpoint - should you be sending to /v1/traces?, see API docs https://docs.honeycomb.io/' });
  return json(response, 404, { error: 'not found' });
}

/** Where a server listens: on this machine only, unless containers are to reach it. */
async function listening(server, host = '127.0.0.1') {
  server.listen(0, host);
  await once(server, 'listening');
  return server.address().port;
}

const serve = (region) => (request, response) => void answer(region, request, response).catch((error) => response.destroy(error));

async function main(argv) {
  const at = argv.indexOf('--tls');
  const tls = at < 0 ? undefined : { cert: readFileSync(argv[at + 1]), key: readFileSync(argv[at + 2]) };
  const asked = argv.indexOf('--host');
  const host = asked < 0 ? '127.0.0.1' : argv[asked + 1];
  const first = { us: `http://${host}:${await listening(createServer(serve('us')), host)}`, eu: `http://${host}:${await listening(createServer(serve('eu')), host)}`, keys: KEYS };
  if (tls !== undefined) {
    const ports = { 'api.honeycomb.io:443': await listening(createTlsServer(tls, serve('us'))), 'api.eu1.honeycomb.io:443': await listening(createTlsServer(tls, serve('eu'))) };
    const proxy = createServer((_request, response) => response.writeHead(405).end());
    proxy.on('connect', (request, socket) => {
      const port = ports[request.url];
      socket.on('error', () => {});
      if (port === undefined) return socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      const onward = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      return onward.on('error', () => socket.destroy());
    });
    first.proxy = `http://${host}:${await listening(proxy, host)}`;
  }
  process.stdout.write(`${JSON.stringify(first)}\n`);
  process.stdin.resume().on('end', () => process.exit(0));
}
if (process.argv[1]?.endsWith('honeycomb.mjs')) await main(process.argv.slice(2));
