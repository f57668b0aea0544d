/**
 * Honeycomb's own ingest library decides what Honeycomb would make of a request. The stand-in that the other tests use must
 * answer and keep the same; so must our receiver, which users take for Honeycomb's place, but for what its rows say.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAnswer } from '../../src/see/backend-answer.ts';
import { startReceiver, type Receiver } from '../../src/see/receive.ts';
import type { AttributeValue, SpanRow } from '../../src/see/span.ts';
import { honeycombPeer, type HoneycombEvent, type HoneycombPeer } from '../helpers/honeycomb-peer.ts';
import { describeWith, HONEYCOMB } from '../helpers/peers.ts';
import { honeycombStandIn, type HoneycombStandIn } from '../helpers/stand-in.ts';
import { KEYS } from '../stand-ins/honeycomb.mjs';
import { REQUESTS, type Outcome, type Row, type Seen } from './honeycomb-requests.ts';
import { spansIn } from '../helpers/taken.ts';

let husky: HoneycombPeer;
let standIn: HoneycombStandIn;
let receiver: Receiver;
const received: SpanRow[] = [];

/** With the body as it came; JSON without its blanks, which Go's protobuf library strews at random so that nobody counts on them. */
type Answered = Omit<Outcome, 'spans'> & { readonly body: unknown };

async function post(base: string, { path = '/v1/traces', headers, body }: Row): Promise<Answered> {
  const response = await fetch(base + path, { method: 'POST', headers, body: Uint8Array.from(body) });
  const bytes = Buffer.from(await response.arrayBuffer());
  const [type = ''] = (response.headers.get('content-type') ?? '').split(';');
  const { status, says, rejected } = readAnswer(response.status, type, bytes, 'traces');
  return { status, type, says, rejected, body: type === 'application/json' ? JSON.parse(bytes.toString()) : bytes.toString('hex') };
}

// What husky adds to a span's own attributes.
const OWN = ['trace.trace_id', 'trace.span_id', 'trace.parent_id', 'trace.trace_state', 'type', 'span.kind', 'name', 'status_code', 'status_message', 'error', 'duration_ms', 'span.num_links', 'span.num_events', 'meta.signal_type', 'library.name', 'service.name'];
const nanoseconds = (time: string): string => {
  const [, seconds = '', fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(time) ?? [];
  return String(BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0')));
};
function seenByHusky({ dataset, time, data }: HoneycombEvent): Seen {
  const text = (name: string): string => String(data[name] ?? '');
  const attributes = Object.fromEntries(Object.entries(data).filter(([name]) => !OWN.includes(name))) as Record<string, AttributeValue>;
  return { dataset, traceId: text('trace.trace_id'), spanId: text('trace.span_id'), parentId: text('trace.parent_id'), name: text('name'), kind: text('span.kind'), startNs: nanoseconds(time), durationMs: Number(data['duration_ms']), error: data['error'] === true, attributes };
}
/** Honeycomb makes an event of its own of a span's events and links; spans are compared. */
const isSpan = ({ data }: HoneycombEvent): boolean => !('meta.annotation_type' in data);
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
function seenByStandIn({ region: _region, service: _service, kind, ...span }: Readonly<Record<string, unknown>>): unknown {
  return { ...span, kind: KINDS[Number(kind)] ?? 'unspecified' };
}
const seenByUs = ({ service, traceId, spanId, parentId, name, kind, startNs, endNs, error, attributes }: SpanRow): Seen => ({ dataset: service, traceId, spanId, parentId, name, kind, startNs: String(startNs), durationMs: Number(endNs - startNs) / 1e6, error, attributes });

const outcome = ({ status, type, says, rejected }: Answered, spans: readonly Seen[]): Outcome => ({ status, type, says, rejected, spans });
function but(rule: Outcome, { why: _why, ...differs }: NonNullable<Row['ours']> = { why: '' }): Outcome {
  return { ...rule, ...differs };
}

describeWith('requests, as Honeycomb\'s own library takes them', [HONEYCOMB], () => {
  beforeAll(async () => {
    husky = await honeycombPeer({ [KEYS.configuration]: {}, [KEYS.classic]: {}, [KEYS.disabled]: { refuse: 'attempted to use disabled API key' } });
    standIn = await honeycombStandIn();
    receiver = await startReceiver({ host: '127.0.0.1', port: 0, onTaken: (arrived) => void received.push(...spansIn(arrived)) });
  });
  afterAll(async () => {
    await Promise.all([husky.close(), standIn.close(), receiver.close()]);
  });

  test.each(REQUESTS.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    const judged = await post(husky.http, row);
    const kept = (await husky.events()).filter(isSpan).map(seenByHusky);
    expect(outcome(judged, kept), 'husky').toEqual(row.husky);

    const direct = await post(husky.direct, row);
    expect(outcome(direct, (await husky.events()).filter(isSpan).map(seenByHusky)), 'husky, direct').toEqual(but(row.husky, row.direct));

    const before = standIn.spans.length;
    const played = await post(standIn.us, row);
    await standIn.settled();
    expect({ ...played, spans: standIn.spans.slice(before).map(seenByStandIn) }, 'the stand-in').toEqual({ ...judged, spans: kept });

    received.length = 0;
    const ours = await post(`http://127.0.0.1:${receiver.port}`, row);
    expect(outcome(ours, received.map(seenByUs)), 'our receiver').toEqual(but(row.husky, row.ours));
  });
});

describe('the table', () => {
  test('says that someone differs only where someone does', () => {
    const idle = REQUESTS.filter(({ husky: rule, direct, ours }) => [direct, ours].some((differs) => differs !== undefined && Object.entries(differs).every(([name, value]) => name === 'why' || JSON.stringify(value) === JSON.stringify(rule[name as keyof Outcome]))));
    expect(idle.map(({ name }) => name)).toEqual([]);
  });
});
