// Load for an OTLP/HTTP receiver: the same bytes again and again over keep-alive, with new ids in each request, so that
// no receiver can tell that it knows a span already. What counts is what the receiver answered with 200.
import { connect } from 'node:net';
import { once } from 'node:events';
import { BinaryWriter } from '@bufbuild/protobuf/wire';

/** Spans of one trace, and attributes of one span: those of an HTTP server's span by an SDK. */
const IN_TRACE = 10;
const attributes = (index) => [
  ['http.request.method', 'GET'], ['url.path', `/api/orders/${index}`], ['http.route', '/api/orders/{id}'], ['http.response.status_code', 200],
  ['server.address', 'shop.example.com'], ['user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101'], ['network.protocol.version', '1.1'], ['client.port', 40_000 + index],
];

/** A request of `spans` spans. `stamp` writes ids into it that were not used before. */
export function request(spans, encoding) {
  const rows = Array.from({ length: spans }, (_, index) => ({ traceId: mark(16, 1 + Math.floor(index / IN_TRACE)), spanId: mark(8, 1 + index), parentId: index % IN_TRACE === 0 ? undefined : mark(8, index - (index % IN_TRACE) + 1), name: `GET /api/orders/{id}`, start: 1_700_000_000_000_000_000n + BigInt(index) * 1000n, attributes: attributes(index) }));
  const body = encoding === 'json' ? Buffer.from(JSON.stringify(asJson(rows))) : Buffer.from(asProtobuf(rows));
  const places = [];
  const needle = encoding === 'json' ? Buffer.from(MARK.toString('hex')) : MARK;
  for (let at = body.indexOf(needle); at >= 0; at = body.indexOf(needle, at + 1)) places.push(at);
  const width = encoding === 'json' ? 8 : 4;
  return {
    spans,
    body,
    type: encoding === 'json' ? 'application/json' : 'application/x-protobuf',
    stamp(number) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(number);
      const text = encoding === 'json' ? Buffer.from(bytes.toString('hex')) : bytes;
      for (const at of places) text.copy(body, at, 0, width);
    },
  };
}
/** The first four bytes of each id are the request's, the last four the span's. */
const MARK = Buffer.from('fee1dead', 'hex');
function mark(length, number) {
  const id = Buffer.alloc(length, 0x11);
  MARK.copy(id);
  id.writeUInt32BE(number, length - 4);
  return id;
}

const value = (given) => (typeof given === 'number' ? { intValue: String(given) } : { stringValue: given });

function asJson(rows) {
  const spans = rows.map(({ traceId, spanId, parentId, name, start, attributes: list }) => ({ traceId: traceId.toString('hex'), spanId: spanId.toString('hex'), ...(parentId === undefined ? {} : { parentSpanId: parentId.toString('hex') }), name, kind: 2, startTimeUnixNano: String(start), endTimeUnixNano: String(start + 500_000n), attributes: list.map(([key, given]) => ({ key, value: value(given) })), status: {} }));
  return { resourceSpans: [{ resource: { attributes: [{ key: 'service.name', value: { stringValue: 'load' } }] }, scopeSpans: [{ scope: { name: 'bench' }, spans }] }] };
}

function asProtobuf(rows) {
  const writer = new BinaryWriter();
  const pair = (number, key, given) => {
    writer.tag(number, 2).fork().tag(1, 2).string(key).tag(2, 2).fork();
    if (typeof given === 'number') writer.tag(3, 0).int64(given);
    else writer.tag(1, 2).string(given);
    writer.join().join();
  };
  writer.tag(1, 2).fork();
  writer.tag(1, 2).fork();
  pair(1, 'service.name', 'load');
  writer.join().tag(2, 2).fork().tag(1, 2).fork().tag(1, 2).string('bench').join();
  for (const { traceId, spanId, parentId, name, start, attributes: list } of rows) {
    writer.tag(2, 2).fork().tag(1, 2).bytes(traceId).tag(2, 2).bytes(spanId);
    if (parentId !== undefined) writer.tag(4, 2).bytes(parentId);
    writer.tag(5, 2).string(name).tag(6, 0).int32(2).tag(7, 1).fixed64(start).tag(8, 1).fixed64(start + 500_000n);
    for (const [key, given] of list) pair(9, key, given);
    writer.tag(15, 2).fork().join().join();
  }
  return writer.join().join().finish();
}

let number = 0;
/** Sends for `ms` milliseconds over `connections` connections, one request after another on each. Gives what was answered with 200. */
export async function load(port, { body, type, stamp, spans }, connections, ms) {
  const head = Buffer.from(`POST /v1/traces HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`);
  const took = [];
  const end = performance.now() + ms;
  const began = performance.now();
  await Promise.all(Array.from({ length: connections }, async () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    while (performance.now() < end) {
      const sent = performance.now();
      stamp((number += 1));
      socket.write(Buffer.concat([head, body]));
      const [answer] = await once(socket, 'data');
      if (!answer.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(`answered ${answer.toString('latin1').slice(0, 200)}`);
      took.push(performance.now() - sent);
    }
    socket.destroy();
  }));
  const seconds = (performance.now() - began) / 1000;
  const sorted = took.toSorted((a, b) => a - b);
  return { spans: took.length * spans, spansPerSecond: (took.length * spans) / seconds, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0 };
}
