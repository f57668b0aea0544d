/**
 * The receiver of `view`, as a process of its own, under everything that a hostile sender on this machine can do at once:
 * it goes on, its memory stays within bounds, and a good sender beside it gets its answers. What it stands on is seeded.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { expect, onTestFinished, test } from 'vitest';
import { place, start } from './program.ts';

const SEED = 20_260_512;
/** MB at the worst moment, of which Node.js itself takes 80. The heap may have 512 (program.ts). */
const MOST_MEMORY = 700;
const MB = 1024 * 1024;

const PROTOBUF = 'application/x-protobuf';
const fixture = (name: string): Buffer => readFileSync(new URL(`../see/fixtures/${name}`, import.meta.url));

/** mulberry32: the same numbers in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
const below = random(SEED);
const id = (bytes: number): Buffer => Buffer.from(Array.from({ length: bytes }, () => 1 + below(255)));

/** Bytes changed, taken out or said twice. */
function damaged(body: Buffer): Buffer {
  const copy = Buffer.from(body);
  for (let change = below(8); change >= 0; change--) copy[below(copy.length)] = below(256);
  const at = below(copy.length);
  return [copy, copy.subarray(0, at), Buffer.concat([copy.subarray(0, at), copy.subarray(below(at + 1))])][below(3)] ?? copy;
}

type Part = (writer: BinaryWriter) => void;
const inside = (writer: BinaryWriter, number: number, part: Part): BinaryWriter => {
  writer.tag(number, 2).fork();
  part(writer);
  return writer.join();
};
const attribute = (number: number, key: string, value: Buffer): Part => (writer) => void inside(writer, number, (pair) => inside(pair.tag(1, 2).string(key), 2, (any) => any.tag(1, 2).bytes(value)));
/** A request of one span, whose parts the sender chooses. */
const span = (resource: Part, part: Part): Buffer =>
  Buffer.from(inside(new BinaryWriter(), 1, (group) => inside(inside(group, 1, resource), 2, (scoped) => inside(scoped, 2, (one) => part(one.tag(1, 2).bytes(id(16)).tag(2, 2).bytes(id(8)))))).finish());
const service = attribute(1, 'service.name', Buffer.from('hostile'));
const nothing: Part = () => {};
const huge = (bytes: number): Buffer => Buffer.alloc(bytes, 97 + below(26));
/** A log record or a metric's data point with 64 attributes of 8 kB each. */
const wordy = (parts: readonly number[]): Buffer => {
  const attributes: Part = (writer) => Array.from({ length: 64 }, (_, index) => attribute(parts.at(-1) ?? 0, `${index}${huge(4000).toString()}${below(1e9)}`, huge(4000))(writer));
  const nested = (rest: readonly number[]): Part => (writer) => {
    const [number, ...inner] = rest;
    if (number === undefined || inner.length === 0) attributes(writer);
    else if (inner.length === 1) for (let again = 0; again < 20; again++) inside(writer, number, inner[0] === 7 ? (point) => { attributes(point); point.tag(4, 1).double(1); } : attributes);
    else inside(writer, number, nested(inner));
  };
  const writer = new BinaryWriter();
  nested(parts)(writer);
  return Buffer.from(writer.finish());
};

interface Hostile {
  readonly path?: string;
  readonly type?: string;
  readonly encoding?: string;
  readonly body: Buffer;
}
const repeat = <Value>(times: number, make: () => Value): Value[] => Array.from({ length: times }, make);
/** Made when it is its turn: all of them at once would be the test's own bomb. */
function* requests(): Generator<Hostile> {
  const bodies = ['python-traces.bin', 'node-traces.bin'].map(fixture);
  const text = fixture('node-traces.json');
  for (let round = 0; round < 600; round++) yield { body: damaged(bodies[round % 2] ?? text) };
  for (let round = 0; round < 400; round++) yield { type: 'application/json', body: damaged(text) };
  for (const path of ['/v1/metrics', '/v1/logs']) for (let round = 0; round < 150; round++) yield { path, body: damaged(fixture(path === '/v1/logs' ? 'python-logs.bin' : 'python-metrics.bin')) };
  const bomb = gzipSync(Buffer.alloc(200 * MB), { level: 1 });
  for (let round = 0; round < 10; round++) yield { body: bomb, encoding: round % 2 === 0 ? 'gzip' : 'GZIP' };
  yield { body: gzipSync(gzipSync(Buffer.alloc(100 * MB))), encoding: 'gzip' };
  // Each within the limits, and each with something of 15 MB that is worth keeping.
  for (let round = 0; round < 4; round++) {
    yield { body: span(service, attribute(9, 'text', huge(15 * MB))) };
    yield { body: span(service, (one) => one.tag(5, 2).bytes(huge(15 * MB))) };
    yield { body: span(attribute(1, 'service.name', huge(15 * MB)), nothing) };
    yield { body: span((resource) => { service(resource); attribute(1, 'text', huge(15 * MB))(resource); }, nothing) };
    yield { body: span(service, (one) => void inside(one, 15, (status) => status.tag(2, 2).bytes(huge(15 * MB)).tag(3, 0).int32(2))) };
    yield { body: span(service, (one) => one.tag(99, 2).bytes(huge(15 * MB))) };
  }
  // A large resource in front of many scopes, and many resources: each with a span of one trace.
  const trace = id(16);
  const spanIn = (scoped: BinaryWriter): BinaryWriter => inside(scoped, 2, (writer) => void writer.tag(1, 2).bytes(trace).tag(2, 2).bytes(id(8)));
  yield { body: Buffer.from(inside(new BinaryWriter(), 1, (group) => {
    inside(group, 1, (resource) => { service(resource); attribute(1, 'text', huge(5 * MB))(resource); });
    for (let scope = 0; scope < 100_000; scope++) inside(group, 2, (scoped) => spanIn(inside(scoped, 1, (named) => void named.tag(1, 2).string(`s${scope}`))));
  }).finish()) };
  const resources = new BinaryWriter();
  for (let name = 0; name < 100_000; name++) inside(resources, 1, (group) => inside(inside(group, 1, attribute(1, 'service.name', Buffer.from(`s${name}`))), 2, spanIn));
  yield { body: Buffer.from(resources.finish()) };
  for (let round = 0; round < 15; round++) yield { path: '/v1/logs', body: wordy([1, 2, 2, 6]) };
  for (let round = 0; round < 15; round++) yield { path: '/v1/metrics', body: wordy([1, 2, 2, 5, 1, 7]) };
  yield { body: span(service, (one) => one.tag(5, 2).bytes(Buffer.from([0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80]))) };
  yield { type: 'application/json', body: Buffer.from([0x22, 0xff, 0x22]) };
  // Small in bytes, large in objects.
  for (const piece of ['[],', '{},', '{"a":{}},', '0,']) yield { type: 'application/json', body: Buffer.from(`{"resourceSpans":[${piece.repeat((19 * MB) / piece.length)}{}]}`) };
  yield { type: 'application/json', body: Buffer.from(`{${Array.from({ length: 1_500_000 }, (_, index) => `"k${index}":0`).join()}}`) };
  yield { type: 'application/json', body: Buffer.from('['.repeat(10 * MB)) };
  yield { type: 'application/json', body: Buffer.from('{"resourceSpans":['.repeat(MB)) };
  yield { body: Buffer.concat([Buffer.from([0x0a, ...varint(4 * MB + 5), 0x12, ...varint(4 * MB)]), Buffer.alloc(4 * MB, Buffer.from([0x12, 0]))]) };
  yield { body: Buffer.alloc(19 * MB, Buffer.from([0x0a, 0])) };
  yield { body: Buffer.alloc(19 * MB, 0x0b) };
}
const varint = (value: number): readonly number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);

const head = (length: number): string => `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: ${PROTOBUF}\r\nContent-Length: ${length}\r\n\r\n`;

test('a hostile crowd: bounded memory, and a good sender is answered all the time', async () => {
  const { child, ended } = start(place({}), ['view', '--host', '127.0.0.1', '--port', '0', '--max-spans', '20000']);
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  const port = await new Promise<number>((found) => child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    const at = /http:\/\/localhost:(\d+)/.exec(said)?.[1];
    if (at !== undefined) found(Number(at));
  }));
  // What it says last is worth more than that a connection was lost.
  const gone = ended.then(({ code, err }): never => {
    throw new Error(`view ended with ${code}: ${err.slice(0, 2000)}`);
  });
  const alive = <Result>(work: Promise<Result>): Promise<Result> => Promise.race([gone, work.catch(async (error: unknown) => {
    await Promise.race([gone, new Promise((later) => setTimeout(later, 3000))]);
    throw error;
  })]);
  const origin = `http://127.0.0.1:${port}`;
  const post = ({ path = '/v1/traces', type = PROTOBUF, encoding, body }: Hostile): Promise<Response> => alive(fetch(`${origin}${path}`, { method: 'POST', body: new Uint8Array(body), headers: { 'content-type': type, ...(encoding === undefined ? {} : { 'content-encoding': encoding }) } }));

  const over = new AbortController();
  const good = (async () => {
    const statuses: number[] = [];
    const body = fixture('python-traces.bin');
    while (!over.signal.aborted) {
      const response = await post({ body });
      await response.arrayBuffer();
      // An exporter tries again after 503, and so does this one.
      if (response.status !== 503) statuses.push(response.status);
      await new Promise((later) => setImmediate(later));
    }
    return statuses;
  })();

  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    return socket;
  };
  // Slow ones: they hold what they have sent, and send on a little with every hostile request.
  const slow = await Promise.all(repeat(200, open));
  for (const [index, socket] of slow.entries()) socket.write(index % 2 === 0 ? head(100_000) : 'POST /v1/traces HT');
  // Ten thousand connections that come and go, some in the middle of a request.
  const crowd = Promise.all(repeat(50, async () => {
    for (let round = 0; round < 200; round++) {
      const socket = await open();
      const last = round % 4 === 0 ? head(1000) : ['\0\x01\x02', 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'][round % 3] ?? '';
      if (socket.writable) await new Promise<void>((written) => void socket.write(last, () => written()));
      socket.destroy();
    }
  }));

  const list = requests();
  const tally = new Map<number, number>();
  await Promise.all(repeat(6, async () => {
    for (const hostile of list) {
      const { status } = await post(hostile).then(async (response) => {
        await response.arrayBuffer();
        return response;
      });
      tally.set(status, (tally.get(status) ?? 0) + 1);
      for (const socket of slow) if (socket.writable) socket.write('x');
    }
  }));
  await crowd;
  over.abort();
  const statuses = await good;
  for (const socket of slow) socket.destroy();

  const peak = Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024);
  expect([...tally.keys()].toSorted((a, b) => a - b).filter((status) => ![200, 400, 413, 503].includes(status))).toEqual([]);
  expect(tally.get(200)).toBeGreaterThan(100);
  expect(tally.get(400)).toBeGreaterThan(100);
  expect(tally.get(413)).toBeGreaterThanOrEqual(10);
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
  expect(statuses.length).toBeGreaterThan(20);
  expect(peak).toBeLessThan(MOST_MEMORY);
  for (const path of ['/', '/api/logs', '/api/metrics', '/api/map']) expect((await fetch(`${origin}${path}`)).status, path).toBe(200);
  child.kill('SIGINT');
  await gone.catch(() => {});
  expect((await ended).code).toBe(0);
});
