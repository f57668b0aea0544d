/**
 * Our receiver, and verify's relay in front of it, with what users really run: the exporters of Python (HTTP and gRPC), Node.js
 * (protobuf and JSON) and Java's agent, and a real Collector in front and behind. A sender whose language is not on this
 * machine is skipped.
 */
import { describe, expect, onTestFinished, test } from 'vitest';
import { startReceiver, type Receiver } from '../../src/see/receive.ts';
import type { SpanRow } from '../../src/see/span.ts';
import { startCollector } from '../helpers/collector.ts';
import { COLLECTOR, describeWith, PYTHON } from '../helpers/peers.ts';
import { relay } from '../helpers/relayed.ts';
import { PYTHON_GRPC, PYTHON_HTTP, send, SENDERS } from '../helpers/senders.ts';
import { spansIn } from '../helpers/taken.ts';

interface Got {
  readonly receiver: Receiver;
  readonly spans: readonly SpanRow[];
  readonly troubles: readonly string[];
}
async function receive(): Promise<Got> {
  const [spans, troubles]: [SpanRow[], string[]] = [[], []];
  const receiver = await startReceiver({ host: '127.0.0.1', port: 0, grpcPort: 0, onTaken: (arrived) => void spans.push(...spansIn(arrived)), onTrouble: (says) => troubles.push(says) });
  onTestFinished(() => receiver.close());
  return { receiver, spans, troubles };
}
const WORK = [expect.objectContaining({ service: 'sender', name: 'work', attributes: expect.objectContaining({ n: 7 }) as unknown })];

describe('exporters, through the relay', () => {
  for (const [title, there, argv, env] of SENDERS) {
    test.skipIf(!there)(title, async () => {
      const { receiver, spans, troubles } = await receive();
      const { url, passed } = await relay(`http://127.0.0.1:${receiver.port}`);
      const said = await send(await argv(), url, env);
      expect(spans, said).toEqual(WORK);
      expect(passed).toEqual([expect.objectContaining({ service: 'sender', items: 1, spans: WORK, got: { is: 'answered', answer: expect.objectContaining({ status: 200 }) } })]);
      expect(passed[0]?.unread).toBeUndefined();
      expect(troubles).toEqual([]);
    });
  }
});

test.skipIf(!PYTHON.there).each([{}, { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }])('Python over gRPC %j', async (env: Readonly<Record<string, string>>) => {
  const { receiver, spans, troubles } = await receive();
  const said = await send(await PYTHON_GRPC(), `http://127.0.0.1:${receiver.grpcPort}`, env);
  expect(spans, said).toEqual(WORK);
  expect(troubles).toEqual([]);
});

describeWith('a real Collector', [COLLECTOR, PYTHON], () => {
  test.each(['proto', 'json'])('in front of the receiver, sending %s', async (encoding) => {
    const { receiver, spans, troubles } = await receive();
    const { url } = await startCollector('otlphttp', `{endpoint: "http://127.0.0.1:${receiver.port}", encoding: ${encoding}, sending_queue: {enabled: false}}`);
    const said = await send(await PYTHON_HTTP(), url);
    expect(spans, said).toEqual(WORK);
    expect(troubles).toEqual([]);
  });

  test('behind the relay', async () => {
    const { url, passed } = await relay((await startCollector('nop', '{}')).url);
    const said = await send(await PYTHON_HTTP(), url);
    expect(passed, said).toEqual([expect.objectContaining({ items: 1, spans: WORK, got: { is: 'answered', answer: expect.objectContaining({ status: 200 }) } })]);
  });

  test('in front of a receiver that refuses: the sender meets the refusal', async () => {
    const { receiver } = await receive();
    const { url } = await startCollector('otlphttp', `{traces_endpoint: "http://127.0.0.1:${receiver.port}/v1/wrong", sending_queue: {enabled: false}}`);
    expect(await send(await PYTHON_HTTP(), url)).toContain('Failed to export');
  });
});
