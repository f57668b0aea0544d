// Our receiver (`view`, with the store and the page behind it) beside a real OpenTelemetry Collector whose exporter throws
// everything away, fed in turns by the same generator (load.mjs), which shares the machine with them. The Collector is
// the binary that OTELCOL names, else `otelcol` in PATH, else the one that .ci/otelcol.sh builds with Go.
//
// Where we are (2 cores): protobuf 1.5 times the Collector's spans a second in batches, 0.9 with single spans, JSON 0.5; 5 to 8
// times its memory. What limits us: one thread does everything, while the Collector uses all cores and keeps nothing. In
// processor time a span costs half of what it costs the Collector as protobuf, and a third to a half more as JSON. A
// default exporter sends 512 spans in 5 s: a thousand services would have to send at once before view falls behind.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { load, request } from './load.mjs';

/** Spans of a request, its encoding, connections. 512 is what SDKs send at most. */
const LOADS = [[1, 'protobuf', 8], [100, 'protobuf', 4], [512, 'protobuf', 4], [100, 'json', 4], [512, 'json', 4]];

/** The table. `bench` as in bench.mjs; rounds of a second or more for each receiver and load, in turn. */
export async function receivers({ program, tmp, env, median, ratio, table }, rounds, ms = 1500) {
  const rows = [];
  const collector = findCollector(env);
  for (const [spans, encoding, connections] of LOADS) {
    const started = { view: await view(program, tmp, env), ...(collector === undefined ? {} : { otelcol: await otelcol(collector, tmp, env) }) };
    const body = request(spans, encoding);
    const got = Object.fromEntries(Object.keys(started).map((name) => [name, []]));
    for (const { port } of Object.values(started)) await load(port, body, connections, ms); // warm
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, { port, child }] of Object.entries(started)) {
        const before = processorMs(child);
        const one = await load(port, body, connections, ms);
        got[name].push({ ...one, cost: ((processorMs(child) - before) * 1000) / one.spans });
      }
    }
    const of = (name, figure) => (got[name] === undefined ? undefined : median(got[name].map((one) => one[figure])));
    const [rate, theirs] = [of('view', 'spansPerSecond'), of('otelcol', 'spansPerSecond')];
    const [peak, theirPeak] = [peakOf(started.view), started.otelcol === undefined ? undefined : peakOf(started.otelcol)];
    const none = 'no Collector';
    rows.push([`${spans} ${encoding}`, String(connections), thousands(rate), theirs === undefined ? none : thousands(theirs), theirs === undefined ? '' : ratio(rate, theirs), of('view', 'p99').toFixed(1), theirs === undefined ? '' : of('otelcol', 'p99').toFixed(1), of('view', 'cost').toFixed(1), theirs === undefined ? '' : of('otelcol', 'cost').toFixed(1), `${peak} MB`, theirs === undefined ? '' : `${theirPeak} MB`, theirs === undefined ? '' : ratio(peak, theirPeak)]);
    for (const { child } of Object.values(started)) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  }
  table(`view beside a Collector with the nop exporter, median of ${rounds}`, ['spans a request', 'conns', 'view spans/s', 'Collector', 'ratio', 'p99 ms', 'Collector', 'processor µs a span', 'Collector', 'peak', 'Collector', 'ratio'], rows);
}

const thousands = (rate) => `${(rate / 1000).toFixed(rate < 10_000 ? 1 : 0)}k`;

/** Most memory that the process ever had, in MB. */
function peakOf({ child }) {
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024);
}

/** Processor time that a process has taken, in all threads and in the kernel for it: ticks of 10 ms (proc(5), stat, 14 and 15). */
function processorMs({ pid }) {
  const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user, kernel] = rest.split(' ').slice(11, 13).map(Number);
  return (user + kernel) * 10;
}

async function view(program, cwd, env) {
  const port = await freePort();
  const child = spawn(process.execPath, [program, 'view', '--host', '127.0.0.1', '--port', String(port)], { cwd, env, stdio: ['ignore', 'ignore', 'ignore'] });
  await answers(port, child);
  return { child, port };
}

async function otelcol(binary, cwd, env) {
  const port = await freePort();
  const config = join(cwd, 'otelcol.yaml');
  writeFileSync(config, `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}\nexporters: {nop: {}}\nservice:\n  telemetry: {metrics: {level: none}}\n  pipelines: {traces: {receivers: [otlp], exporters: [nop]}}\n`);
  const child = spawn(binary, ['--config', config], { cwd, env, stdio: ['ignore', 'ignore', 'ignore'] });
  await answers(port, child);
  return { child, port };
}

export function findCollector(env) {
  const cached = join(env.XDG_CACHE_HOME ?? join(env.HOME ?? '', '.cache'), 'otel-setup-peers', 'otelcol');
  return [env.OTELCOL, 'otelcol', cached].filter((one) => one !== undefined).find((one) => (one.includes('/') ? existsSync(one) : spawnSync(one, ['--version']).status === 0));
}

async function answers(port, child) {
  const gone = once(child, 'close').then(([code]) => Promise.reject(new Error(`a receiver ended with ${code}`)));
  gone.catch(() => {});
  for (;;) {
    const ok = await Promise.race([fetch(`http://127.0.0.1:${port}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"resourceSpans":[]}' }).then((response) => response.ok, () => false), gone]);
    if (ok) return;
    await new Promise((later) => setTimeout(later, 50));
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
