import { describe, expect, test } from 'vitest';
import type { Passed } from '../../../src/see/relay.ts';
import type { SpanRow } from '../../../src/see/span.ts';
import { causeOf } from '../../../src/see/verify/cause.ts';
import { missingLinks, remarksOn, type Arrived, type Ours } from '../../../src/see/verify/quality.ts';
import { verifyTable } from '../../../src/see/verify/table.ts';
import { isSettled, stateOf, Tallies, type Tally, type Way } from '../../../src/see/verify/tally.ts';
import { columnsOf } from '../../../src/see/width.ts';

const TRACE = 'a'.repeat(32);
let count = 0;
function span(more: Partial<SpanRow> = {}): SpanRow {
  count += 1;
  return { traceId: TRACE, spanId: count.toString(16).padStart(16, '0'), parentId: '', service: 'api', name: 'GET /items', kind: 'server', startNs: 0n, endNs: 1n, error: false, message: '', scope: '', attributes: {}, ...more };
}
const passed = (more: Partial<Passed> = {}): Passed => ({ service: 'api', signal: 'traces', spans: [span()], items: 1, got: { is: 'answered', answer: { status: 200, accepted: true, rejected: 0, says: '' } }, ...more });
const answered = (status: number, says = '', rejected = 0): Passed['got'] => ({ is: 'answered', answer: { status, accepted: status === 200 && rejected === 0, rejected, says } });
function tallyOf(...all: readonly Passed[]): Tally {
  const tallies = new Tallies();
  all.forEach((one, i) => tallies.add(one, i * 1000));
  return tallies.of('api');
}
const OPEN: Way = { is: 'open', says: '' };
const CLOSED: Way = { is: 'closed', says: 'dns' };
const UNKNOWN: Way = { is: 'unknown', says: 'nothing in the image could try' };

describe('seen is: the relay saw it, the backend accepted it, the direct way is open', () => {
  test.each<[string, readonly Passed[], Way | undefined, boolean, string]>([
    ['nothing yet', [], undefined, false, 'waiting'],
    ['nothing at the end', [], undefined, true, 'silent'],
    ['metrics are no spans', [passed({ signal: 'metrics', spans: [], items: 5 })], OPEN, true, 'silent'],
    ['accepted, the way not tried yet', [passed()], undefined, false, 'waiting'],
    ['accepted, the way open', [passed()], OPEN, false, 'works'],
    ['accepted, the way could not be tried', [passed()], UNKNOWN, true, 'works'],
    ['accepted by us, closed for the service', [passed()], CLOSED, true, 'way closed'],
    ['refused', [passed({ got: answered(401, 'unknown API key') })], OPEN, true, 'refused'],
    ['partly rejected', [passed({ got: answered(200, 'too old', 1) })], OPEN, true, 'refused'],
    ['the backend not reached', [passed({ got: { is: 'failed', says: 'nothing listens there (ECONNREFUSED)' } })], OPEN, true, 'refused'],
    ['throttled, then accepted', [passed({ got: answered(429) }), passed()], OPEN, true, 'works'],
    ['an empty request that was accepted', [passed({ spans: [], items: 0 })], OPEN, true, 'silent'],
  ])('%s', (_name, all, way, over, state) => {
    expect(stateOf(tallyOf(...all), way, over)).toBe(state);
  });

  test.each<[string, readonly Passed[], Way | undefined, boolean]>([
    ['accepted and tried', [passed()], OPEN, true],
    ['accepted, not tried', [passed()], undefined, false],
    ['a key that is refused is refused again', [passed({ got: answered(401, 'no') })], undefined, true],
    ['too many requests may pass', [passed({ got: answered(429) })], OPEN, false],
    ['nothing', [], OPEN, false],
  ])('waiting any longer: %s', (_name, all, way, settled) => {
    expect(isSettled(tallyOf(...all), way)).toBe(settled);
  });

  test('spans that an exporter sends again after a refusal are the same spans', () => {
    const sent = [span(), span()];
    const tally = tallyOf(passed({ spans: sent, items: 2, got: answered(503) }), passed({ spans: sent, items: 2 }), passed());
    expect([tally.spans, tally.accepted, tally.kept.length]).toEqual([3, 3, 3]);
  });

  test('counts, the last operation, the first span, the last words', () => {
    const tally = tallyOf(passed({ spans: [span({ name: 'SELECT', kind: 'client' })] }), passed({ spans: [span({ name: 'GET /b' }), span({ name: 'render', kind: 'internal' })], items: 2 }), passed({ got: answered(401, 'unknown API key') }));
    expect(tally).toMatchObject({ spans: 4, accepted: 3, last: 'GET /items', after: 0, answer: '401 Unauthorized: unknown API key', refusal: '401 Unauthorized: unknown API key' });
  });
});

test.each([
  ["401 Unauthorized: missing 'x-honeycomb-team' header", /no key came along/],
  ['401 Unauthorized: unknown API key - check your credentials, region, and API URL', /not known there/],
  ["401 Unauthorized: missing 'x-honeycomb-dataset' header", /Classic/],
  ['401 Unauthorized: API key does not have permission to send events', /may not send/],
  ['401 Unauthorized: attempted to use disabled API key', /switched off/],
  ['400 Bad Request: invalid OTLP endpoint - should you be sending to /v1/traces?', /address/],
  ['404 Not Found', /address/],
  ['403 Forbidden', /does not accept who sends/],
  ['413 Too Large', /too large/],
  ['415 Unsupported Media Type: unsupported content-type', /encoding/],
  ['429 Too Many Requests', /too often/],
  ['200 OK, 2 rejected: too old', /left spans out/],
  ['not reached: nothing listens there (ECONNREFUSED)', /nothing listens/],
  ['not reached: the name collector is not known (ENOTFOUND)', /not reached/],
  ['503 Service Unavailable', /trouble of its own/],
  ['418', /did not accept/],
])('%s has a cause and one thing to do', (answer, says) => {
  const cause = causeOf(answer);
  expect(cause.says).toMatch(says);
  expect(cause.then).not.toBe('');
});

const ours: Ours = { traceId: TRACE, parents: new Set(['f'.repeat(16)]) };
const ROOT = { parentId: 'f'.repeat(16), attributes: { 'http.route': '/items', 'http.response.status_code': 200 } };
const other = (n: number): Partial<SpanRow> => ({ traceId: String(n).padStart(32, '0'), startNs: BigInt(n) * 10_000_000_000n });

const bad = (service: string): Arrived => ({ service, spans: [span({ ...ROOT, service: 'unknown_service' }), span({ ...ROOT, service: 'unknown_service' })] });
describe('quality', () => {
  test.each<[string, readonly Arrived[], readonly string[]]>([
    ['all is well', [{ service: 'api', spans: [span(ROOT), span({ kind: 'client' })] }], []],
    ['no name', [{ service: 'api', spans: [span({ ...ROOT, service: 'unknown_service:python' })] }], ['api unnamed add to its environment: OTEL_SERVICE_NAME: api']],
    ['the same id twice', [{ service: 'api', spans: [span({ ...ROOT, spanId: '1'.repeat(16) }), span({ ...ROOT, spanId: '1'.repeat(16) })] }], ['api doubled two things trace it']],
    ['two server spans for one request', [{ service: 'api', spans: [span(ROOT), span(ROOT)] }], ['api doubled two things trace it']],
    ['two requests of one trace are not doubled', [{ service: 'api', spans: [span(ROOT), span({ ...ROOT, parentId: 'e'.repeat(16) })] }], ['api parents trace the service that calls it']],
    ['a caller that is not traced', [{ service: 'items', spans: [span({ ...ROOT, parentId: 'c'.repeat(16) })] }], ['items parents trace the service that calls it']],
    ['an inner span that is sent before its parent', [{ service: 'api', spans: [span(ROOT), span({ kind: 'internal', parentId: 'c'.repeat(16) })] }], []],
    ['a header that is lost on the way', [
      { service: 'api', spans: [span(ROOT), span({ kind: 'client', attributes: { 'server.address': 'items' } })] },
      { service: 'items', spans: [span({ ...other(7), attributes: { 'http.route': '/x', 'http.response.status_code': 200 } })] },
    ], ['items context the traceparent header is lost']],
    ['no route', [{ service: 'api', language: 'node', spans: [span({ ...ROOT, attributes: { 'http.status_code': 200 } })] }], ['api route OpenTelemetry is loaded after']],
    ['a 404 has no route', [{ service: 'api', spans: [span({ ...ROOT, attributes: { 'http.status_code': 404 } })] }], []],
    ['health checks', [{ service: 'api', spans: [span(ROOT), ...[1, 2, 3, 4].map((n) => span({ ...other(n), attributes: { 'url.path': '/api/health', 'http.route': '/api/health' } }))] }], ['api health leave them out: OTEL_PYTHON_EXCLUDED_URLS=api/health']],
    ['our own requests are no health checks', [{ service: 'api', spans: [1, 2, 3].map(() => span({ parentId: (count + 1).toString(16).padStart(16, 'f'), attributes: { 'http.route': '/health' } })) }], ['api parents trace the service that calls it']],
  ])('%s', (_name, arrived, expected) => {
    const remarks = remarksOn(arrived, [ours]);
    expect(remarks.map(({ service, about, then }) => `${service} ${about} ${then}`)).toEqual(expected.map((text) => expect.stringContaining(text)));
  });
  test('four health checks, ten seconds apart: so many a day', () => {
    const [remark] = remarksOn([{ service: 'api', spans: [1, 2, 3, 4].map((n) => span({ ...other(n), attributes: { 'http.route': '/health' } })) }], [ours]);
    expect(remark?.says).toContain('8,640 a day');
  });
  test('three lines at most', () => {
    expect(remarksOn(['a', 'b', 'c', 'd'].map(bad), [ours])).toHaveLength(3);
  });
  test('a service that was called within our trace and sent nothing is the missing link', () => {
    const api: Arrived = { service: 'api', spans: [span(ROOT), span({ kind: 'client', attributes: { 'http.url': 'http://items:4568/all' } }), span({ kind: 'client', attributes: { 'server.address': 'db' } })] };
    expect(missingLinks([api, { service: 'items', spans: [] }], [ours], ['api', 'items'])).toEqual([{ service: 'items', by: 'api' }]);
    expect(missingLinks([api, { service: 'items', spans: [span()] }], [ours], ['api', 'items'])).toEqual([]);
    const calling = (attributes: SpanRow['attributes']): readonly Arrived[] => [{ service: 'api', spans: [span({ kind: 'client', error: true, attributes: { 'server.address': 'items', ...attributes } })] }];
    expect(missingLinks(calling({}), [ours], ['api', 'items'])).toEqual([]);
    expect(missingLinks(calling({ 'http.response.status_code': 500 }), [ours], ['api', 'items'])).toEqual([{ service: 'items', by: 'api' }]);
  });
});

test('the table fits, and a name from a repository does not steer the terminal', () => {
  const row = { service: 'a-service-with-a-very-long-name', state: 'refused', spans: 12_345, last: 'GET /a/very/long/route/that/goes/on\u001b[31m', answer: '401 Unauthorized: unknown API key - check your credentials', seconds: 12.34 } as const;
  const lines = verifyTable([row, { ...row, service: 'web', state: 'not watchable', spans: 0, seconds: -1 }], 80);
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    expect(columnsOf(line)).toBeLessThanOrEqual(80);
    expect(line).not.toContain('\u001b');
  }
  expect(lines[1]).toContain('401 Unauthor');
});
