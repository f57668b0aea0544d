/**
 * Requests to POST /v1/traces, right ones and wrong ones, and what becomes of each. What husky, Honeycomb's own library, does
 * with it is the rule. Where another is to differ, its row says so, whole, and why.
 */
import { gzipSync } from 'node:zlib';
import { spanBody } from '../../src/doctor/probes/reach/span.ts';
import { traces } from '../../src/see/otlp-messages.ts';
import type { AttributeValue } from '../../src/see/span.ts';
import { reference } from '../helpers/otlp-reference.ts';
import { KEYS } from '../stand-ins/honeycomb.mjs';

/** A span as all three can tell it. */
export interface Seen {
  readonly dataset: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  readonly kind: string;
  readonly startNs: string;
  readonly durationMs: number;
  readonly error: boolean;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}
export interface Outcome {
  readonly status: number;
  /** What the answer is written in. */
  readonly type: string;
  /** Its sentence, as verify reads it; '' = none. */
  readonly says: string;
  /** Spans that it says it left out of what it took. */
  readonly rejected: number;
  readonly spans: readonly Seen[];
}
export interface Row {
  readonly name: string;
  readonly path?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly husky: Outcome;
  /** husky's newer reader of traces. */
  readonly direct?: Partial<Outcome> & { readonly why: string };
  /** The receiver of `view`. */
  readonly ours?: Partial<Outcome> & { readonly why: string };
}

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = { traceId: ID, spanId: '00f067aa0ba902b7', name: 'GET /', kind: 2, startTimeUnixNano: '1700000000000000001', endTimeUnixNano: '1700000000250000001' };
const SEEN: Seen = { dataset: 'api', traceId: ID, spanId: SPAN.spanId, parentId: '', name: 'GET /', kind: 'server', startNs: SPAN.startTimeUnixNano, durationMs: 250, error: false, attributes: {} };

const named = (service: unknown): unknown[] => [{ key: 'service.name', value: service }];
const of = (span: object, resource: unknown = named({ stringValue: 'api' })): unknown => ({ resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ scope: { name: 'by hand' }, spans: [{ ...SPAN, ...span }] }] }] });
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const protobuf = (value: unknown): Uint8Array => reference(traces, value);

const [PROTOBUF, JSON_TYPE, TEXT] = ['application/x-protobuf', 'application/json', 'text/plain'];
const KEY = { 'x-honeycomb-team': KEYS.configuration };
const asJson = { ...KEY, 'content-type': JSON_TYPE };
const asProtobuf = { ...KEY, 'content-type': PROTOBUF };

const took = (...spans: readonly Partial<Seen>[]): Pick<Outcome, 'status' | 'says' | 'spans'> => ({ status: 200, says: '', spans: spans.map((span) => ({ ...SEEN, ...span })) });
const refused = (status: number, says: string): Pick<Outcome, 'status' | 'says' | 'spans'> => ({ status, says, spans: [] });
const [UNREADABLE, UNSUPPORTED, UNKNOWN] = [refused(400, 'failed to parse OTLP request body'), refused(415, 'unsupported content-type, valid types are: application/protobuf, application/x-protobuf, application/json'), refused(401, 'unknown API key - check your credentials, region, and API URL')];

type Rest = Pick<Row, 'direct' | 'ours' | 'path'>;
/** A request with a key and a body in JSON. */
const inJson = (name: string, body: unknown, husky: Omit<Outcome, 'type' | 'rejected'>, rest: Rest = {}): Row => ({ name, headers: asJson, body: json(body), husky: { ...husky, type: JSON_TYPE, rejected: 0 }, ...rest });
const inProtobuf = (name: string, body: Uint8Array, husky: Omit<Outcome, 'type' | 'rejected'>, rest: Rest = {}): Row => ({ name, headers: asProtobuf, body, husky: { ...husky, type: PROTOBUF, rejected: 0 }, ...rest });
const other = (name: string, headers: Row['headers'], body: Uint8Array, husky: Omit<Outcome, 'rejected'>, rest: Rest = {}): Row => ({ name, headers, body, husky: { ...husky, rejected: 0 }, ...rest });

type Differs = NonNullable<Row['ours']>;
// Why ours differs.
const words = (says: string, status = 400, why = 'its own sentence, which names what is wrong'): Differs => ({ ...refused(status, says), why });
const KEYLESS: Differs = { ...took({}), why: 'it is local and needs no key' };
const TOLERANT: Differs = { ...took({}), why: 'the specification has receivers ignore what they do not know' };
const NO_ID = 'no valid trace id (16 bytes, not all zero) or span id (8 bytes, not all zero).';
const PARTIAL: Differs = { ...took(), rejected: 1, says: `1 span has ${NO_ID}`, why: 'the specification calls such a span invalid, and whoever sends it should hear of it' };
const HEX = words('"traceId" must be hex digits (OTLP/JSON writes ids in hex, not in base64).', 400, 'the specification has ids in hex, and a Collector refuses others too');
// Why husky's newer reader differs.
const LAX = { ...took({}), why: 'it passes over what it does not know' };

const valued = (value: unknown): unknown => of({ attributes: [{ key: 'a', value }] });
const took1 = (a: AttributeValue): Pick<Outcome, 'status' | 'says' | 'spans'> => took({ attributes: { a } });
const MAP = { kvlistValue: { values: [{ key: 'b', value: { stringValue: 'c' } }, { key: 'd', value: { kvlistValue: { values: [{ key: 'e', value: { intValue: '1' } }] } } }] } };

const doctors = (encoding: 'json' | 'protobuf'): Uint8Array => spanBody(encoding, 'api', ID, 1_700_000_000_250).bytes;
const DOCTORS: Partial<Seen> = { spanId: ID.slice(0, 16), name: 'otel-setup doctor', kind: 'internal', startNs: '1700000000249000000', durationMs: 1 };

export const REQUESTS: readonly Row[] = [
  // ── What exporters send
  inProtobuf('protobuf', protobuf(of({})), took({})),
  inJson('JSON', of({}), took({})),
  other('protobuf under its other name', { ...KEY, 'content-type': 'application/protobuf' }, protobuf(of({})), { ...took({}), type: 'application/protobuf' }, { ours: { type: PROTOBUF, why: 'the specification has one name for it' } }),
  other('protobuf, gzip', { ...asProtobuf, 'content-encoding': 'gzip' }, gzipSync(protobuf(of({}))), { ...took({}), type: PROTOBUF }),
  other('JSON, gzip', { ...asJson, 'content-encoding': 'gzip' }, gzipSync(json(of({}))), { ...took({}), type: JSON_TYPE }),
  inProtobuf('two services and three spans', Buffer.concat([protobuf(of({})), protobuf(of({ spanId: '00f067aa0ba902b8', parentSpanId: SPAN.spanId, kind: 3 }, named({ stringValue: 'db' }))), protobuf(of({ name: 'x' }))]), took({}, { dataset: 'db', spanId: '00f067aa0ba902b8', parentId: SPAN.spanId, kind: 'client' }, { name: 'x' })),
  inJson('flags, trace state, events, links, counts of what was dropped', of({ flags: 257, traceState: 'a=b', droppedAttributesCount: 1, droppedEventsCount: 2, droppedLinksCount: 3, events: [{ name: 'e', timeUnixNano: SPAN.startTimeUnixNano, attributes: [] }], links: [{ traceId: ID, spanId: SPAN.spanId, flags: 1 }] }), took({})),
  inJson('an error', of({ status: { code: 2, message: 'broken' } }), took({ error: true })),
  inProtobuf('the doctor\'s own span', doctors('protobuf'), took(DOCTORS)),
  inJson('the doctor\'s own span in JSON', JSON.parse(Buffer.from(doctors('json')).toString()), took(DOCTORS)),
  inProtobuf('no spans: an empty body', Buffer.alloc(0), took()),
  inJson('no spans: {}', {}, took()),

  // ── Attributes
  inProtobuf('a text, a number, a fraction, yes', protobuf(of({ attributes: [{ key: 'a', value: { stringValue: 'ä' } }, { key: 'b', value: { intValue: '-7' } }, { key: 'c', value: { doubleValue: 0.5 } }, { key: 'd', value: { boolValue: true } }] })), took({ attributes: { a: 'ä', b: -7, c: 0.5, d: true } })),
  inJson('an integer as text', valued({ intValue: '7' }), took1(7)),
  inJson('an integer as a number', valued({ intValue: 7 }), took1(7)),
  inJson('an integer with a fraction', valued({ intValue: 7.5 }), UNREADABLE, { direct: { ...took1(0), why: 'it makes 0 of what does not fit' }, ours: words('"intValue" must be a 64-bit integer, as a string or a number.') }),
  inJson('yes as text', valued({ boolValue: 'true' }), UNREADABLE, { direct: { ...took1(false), why: 'it makes no of what does not fit' }, ours: words('"boolValue" must be true or false.') }),
  inJson('a text that is a number', valued({ stringValue: 7 }), UNREADABLE, { direct: { ...took1(''), why: 'it makes an empty text of what does not fit' }, ours: words('"stringValue" must be a string.') }),
  inJson('a list', valued({ arrayValue: { values: [{ intValue: '1' }, { stringValue: '<b>' }] } }), took1('[1,"<b>"]\n'), { ours: { ...took1('[1,"<b>"]'), why: 'a line end would only disturb a table' } }),
  inJson('bytes', valued({ bytesValue: 'AQI=' }), took1('"AQI="\n'), { ours: { ...took1('(2 bytes)'), why: 'nobody reads base64' } }),
  inProtobuf('a map', protobuf(valued(MAP)), took({ attributes: { 'a.b': 'c', 'a.d.e': 1 } }), { ours: { ...took1('{"b":"c","d":"{\\"e\\":1}"}'), why: 'shown as the one attribute that it is' } }),
  inJson('no value', of({ attributes: [{ key: 'a' }, { key: 'b', value: {} }, { key: 'c', value: null }] }), took({}), { ours: { ...took({ attributes: { a: '', b: '', c: '' } }), why: 'that it is there is shown' } }),

  // ── Services
  inProtobuf('a service\'s name with blanks around it', protobuf(of({}, named({ stringValue: '  api ' }))), took({})),
  inProtobuf('a service\'s name with capital letters', protobuf(of({}, named({ stringValue: 'My Api' }))), took({ dataset: 'My Api' })),
  inProtobuf('a service without a name', protobuf(of({}, [])), took({ dataset: 'unknown_service' })),
  inProtobuf('a blank name', protobuf(of({}, named({ stringValue: ' ' }))), took({ dataset: 'unknown_service' })),
  inJson('a name that is a number', of({}, named({ intValue: '7' })), took({ dataset: 'unknown_service' }), { ours: { ...took({ dataset: '7' }), why: 'shown as it came' } }),
  inProtobuf('an SDK\'s own default name', protobuf(of({}, named({ stringValue: 'unknown_service:node' }))), took({ dataset: 'unknown_service' }), { ours: { ...took({ dataset: 'unknown_service:node' }), why: 'it tells the language, which helps to find the service' } }),

  // ── Ids
  inJson('ids in capital letters', of({ traceId: ID.toUpperCase() }), took({ traceId: ID.toUpperCase() }), { direct: { ...took({}), why: 'it reads hex' }, ours: { ...took({}), why: 'it reads hex, so that both encodings are one trace' } }),
  inJson('ids in base64', of({ traceId: 'S/kvNXezTaajzpKdDg5HNg==', spanId: 'APBnqgupArc=' }), took({}), { ours: HEX }),
  inJson('an id that is not hex', of({ traceId: 'zz' }), took({ traceId: 'cf' }), { direct: { ...UNREADABLE, why: 'it reads hex, or base64 with its padding' }, ours: HEX }),
  inJson('an id that is too short', of({ traceId: 'b7' }), took({ traceId: '6f' }), { direct: { ...took({ traceId: 'b7' }), why: 'it reads hex' }, ours: PARTIAL }),
  inProtobuf('a trace id of 64 bits, padded', protobuf(of({ traceId: `${'0'.repeat(16)}a3ce929d0e0e4736` })), took({ traceId: 'a3ce929d0e0e4736' }), { ours: { ...took({ traceId: `${'0'.repeat(16)}a3ce929d0e0e4736` }), why: 'shown as it came' } }),
  inProtobuf('ids that are all zero', protobuf(of({ traceId: '0'.repeat(32), spanId: '0'.repeat(16) })), took({ traceId: '0'.repeat(16), spanId: '0'.repeat(16) }), { ours: PARTIAL }),
  inJson('ids that are all zero, in JSON', of({ traceId: '0'.repeat(32), spanId: '0'.repeat(16) }), took({ traceId: '0'.repeat(32), spanId: '0'.repeat(16) }), { direct: { ...took({ traceId: '0'.repeat(16), spanId: '0'.repeat(16) }), why: 'it reads hex, and takes the padding off' }, ours: PARTIAL }),
  inProtobuf('no ids', protobuf(of({ traceId: '', spanId: '' })), took({ traceId: '', spanId: '' }), { ours: PARTIAL }),

  // ── The rest of JSON
  inJson('a field that is not known', { ...(of({}) as object), colour: 1 }, UNREADABLE, { direct: LAX, ours: TOLERANT }),
  inJson('a field of a span that is not known', of({ colour: 1 }), UNREADABLE, { direct: LAX, ours: TOLERANT }),
  inJson('a field of a status that is not known', of({ status: { colour: 1 } }), UNREADABLE, { direct: LAX, ours: TOLERANT }),
  inJson('spans as OTLP 0.15 wrote them', { resourceSpans: [{ instrumentationLibrarySpans: [] }] }, UNREADABLE, { direct: { ...took(), why: 'it passes over what it does not know' }, ours: { ...took(), why: 'the specification has receivers ignore what they do not know' } }),
  inJson('names in snake_case', { resource_spans: [{ resource: { attributes: named({ stringValue: 'api' }) }, scope_spans: [{ spans: [SPAN] }] }] }, took({}), { direct: { ...took(), why: 'it passes over what it does not know' } }),
  inJson('an enum as its name', of({ kind: 'SPAN_KIND_SERVER', status: { code: 'STATUS_CODE_ERROR' } }), took({ error: true })),
  inJson('an enum as a name that it has not', of({ kind: 'SERVER' }), UNREADABLE, { direct: { ...took({ kind: 'unspecified' }), why: 'it makes the default of what does not fit' }, ours: words('"kind" must be a number, or the name of one.') }),
  inJson('an enum as a number that it has not', of({ kind: 99 }), took({ kind: 'unspecified' })),
  inJson('times as numbers', of({ startTimeUnixNano: 1.7e18, endTimeUnixNano: 1.7e18 }), took({ startNs: '1700000000000000000', durationMs: 0 }), { direct: { ...UNREADABLE, why: 'it wants text' } }),
  inJson('a time that is none', of({ startTimeUnixNano: 'noon' }), UNREADABLE, { ours: words('"startTimeUnixNano" must be a 64-bit integer, as a string or a number.') }),
  inJson('null where a field may be absent', of({ name: null }), took({ name: '' })),
  inJson('an object where a list should be', { resourceSpans: {} }, UNREADABLE, { direct: { ...took(), why: 'it passes over what does not fit' }, ours: words('"resourceSpans" must be a JSON array.') }),
  inJson('a list at the top', [], UNREADABLE, { ours: words('The body must be a JSON object.') }),
  other('JSON that is cut off', asJson, json(of({})).subarray(0, -3), { ...UNREADABLE, type: JSON_TYPE }, { ours: words('The body is not JSON in UTF-8, or it was cut off.') }),
  other('an empty body as JSON', asJson, Buffer.alloc(0), { ...UNREADABLE, type: JSON_TYPE }, { ours: words('The body is not JSON in UTF-8, or it was cut off.') }),
  other('a byte order mark', asJson, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), json(of({}))]), { ...UNREADABLE, type: JSON_TYPE }, { ours: { ...took({}), why: 'the mark says what is so, and hides no span' } }),

  // ── The rest of protobuf
  inProtobuf('protobuf that is cut off', protobuf(of({})).subarray(0, -3), UNREADABLE, { ours: words('The body is not a protobuf message, or it was cut off.') }),
  inProtobuf('text as protobuf', Buffer.from('hello'), UNREADABLE, { ours: words('The body is not a protobuf message, or it was cut off.') }),
  inProtobuf('JSON as protobuf', json(of({})), UNREADABLE, { ours: words('The body is not a protobuf message, or it was cut off.') }),
  other('protobuf as JSON', asJson, protobuf(of({})), { ...UNREADABLE, type: JSON_TYPE }, { ours: words('The body is not JSON in UTF-8, or it was cut off.') }),

  // ── Keys
  other('no key', { 'content-type': PROTOBUF }, protobuf(of({})), { ...refused(401, 'missing \'x-honeycomb-team\' header'), type: PROTOBUF }, { ours: KEYLESS }),
  other('no key, in JSON', { 'content-type': JSON_TYPE }, json(of({})), { ...refused(401, 'missing \'x-honeycomb-team\' header'), type: JSON_TYPE }, { ours: KEYLESS }),
  other('an empty key', { ...asProtobuf, 'x-honeycomb-team': '' }, protobuf(of({})), { ...refused(401, 'missing \'x-honeycomb-team\' header'), type: PROTOBUF }, { ours: KEYLESS }),
  other('an unknown key', { ...asProtobuf, 'x-honeycomb-team': 'TestUnknownUS000000000' }, protobuf(of({})), { ...UNKNOWN, type: PROTOBUF }, { ours: KEYLESS }),
  other('an unknown key, in JSON', { ...asJson, 'x-honeycomb-team': 'TestUnknownUS000000000' }, json(of({})), { ...UNKNOWN, type: JSON_TYPE }, { ours: KEYLESS }),
  other('a disabled key', { ...asProtobuf, 'x-honeycomb-team': KEYS.disabled }, protobuf(of({})), { ...refused(401, 'attempted to use disabled API key'), type: PROTOBUF }, { ours: KEYLESS }),
  other('an unknown key and a body that is none', { ...asProtobuf, 'x-honeycomb-team': 'TestUnknownUS000000000' }, Buffer.from('hello'), { ...UNKNOWN, type: PROTOBUF }, { ours: words('The body is not a protobuf message, or it was cut off.') }),
  other('a Classic key without a dataset', { ...asProtobuf, 'x-honeycomb-team': KEYS.classic }, protobuf(of({})), { ...refused(401, 'missing \'x-honeycomb-dataset\' header'), type: PROTOBUF }, { ours: KEYLESS }),
  other('a Classic key with a dataset', { ...asProtobuf, 'x-honeycomb-team': KEYS.classic, 'x-honeycomb-dataset': 'mine' }, protobuf(of({})), { ...took({ dataset: 'mine' }), type: PROTOBUF }, { ours: { ...took({}), why: 'it has no datasets: it shows services' } }),

  // ── Content types and encodings
  other('a charset', { ...KEY, 'content-type': 'application/json; charset=utf-8' }, json(of({})), { ...UNSUPPORTED, type: TEXT }, { ours: { ...took({}), type: JSON_TYPE, why: 'clients add it, and it changes nothing' } }),
  other('a content type in capital letters', { ...KEY, 'content-type': 'Application/JSON' }, json(of({})), { ...UNSUPPORTED, type: TEXT }, { ours: { ...took({}), type: JSON_TYPE, why: 'HTTP makes no difference there' } }),
  other('another content type', { ...KEY, 'content-type': 'text/plain' }, json(of({})), { ...UNSUPPORTED, type: TEXT }, { ours: words('Content-Type must be application/x-protobuf or application/json.', 415) }),
  other('no content type', KEY, json(of({})), { ...UNSUPPORTED, type: TEXT }, { ours: words('Content-Type must be application/x-protobuf or application/json.', 415) }),
  other('another content type, and no key', { 'content-type': 'text/plain' }, json(of({})), { ...UNSUPPORTED, type: TEXT }, { ours: words('Content-Type must be application/x-protobuf or application/json.', 415) }),
  other('gzip that is none', { ...asProtobuf, 'content-encoding': 'gzip' }, protobuf(of({})), { ...UNREADABLE, type: PROTOBUF }, { ours: words('The body is not gzip, or it was cut off.') }),
  other('gzip that is cut off', { ...asProtobuf, 'content-encoding': 'gzip' }, gzipSync(protobuf(of({}))).subarray(0, -9), { ...UNREADABLE, type: PROTOBUF }, { ours: words('The body is not gzip, or it was cut off.') }),
  other('an encoding that is not taken', { ...asJson, 'content-encoding': 'br' }, json(of({})), { ...took({}), type: JSON_TYPE }, { direct: { ...UNREADABLE, why: 'it knows gzip and zstd, and says no to others; the older one takes the body as it is' }, ours: words('Content-Encoding "br" is not understood here. Use gzip or none: OTEL_EXPORTER_OTLP_COMPRESSION=gzip.', 415, 'what is packed cannot be read as it is: a sender that packs it should hear of it') }),

  // ── Size and path
  inJson('more than 20 MiB', of({ name: 'x'.repeat(21 * 1024 * 1024) }), UNREADABLE, { ours: words('The body is larger than 20 MiB. Send smaller batches: OTEL_BSP_MAX_EXPORT_BATCH_SIZE.', 413) }),
  // Honeycomb's sentence is in reports of its users, not in husky.
  { ...inJson('the path twice', of({}), refused(400, 'invalid OTLP endpoint - should you be sending to /v1/traces?, see API docs https://docs.honeycomb.io/')), path: '/v1/traces/v1/traces', ours: words('/v1/traces/v1/traces is not a path of OTLP: OTEL_EXPORTER_OTLP_ENDPOINT must be the address without /v1/traces.', 404) },
];
