import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Encoding } from './decode.ts';
import type { Signal } from './span.ts';

/** What goes back to a sender. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is told of a request that was not taken: `code` is google.rpc.Code. */
const RPC_CODE: Readonly<Record<number, number>> = { 400: 3, 403: 7, 404: 5, 405: 12, 408: 4, 413: 8, 415: 3, 500: 13, 503: 14 };
const TYPE: Readonly<Record<Encoding, string>> = { protobuf: 'application/x-protobuf', json: 'application/json' };
const REJECTED: Readonly<Record<Signal, string>> = { traces: 'rejectedSpans', metrics: 'rejectedDataPoints', logs: 'rejectedLogRecords' };

/**
 * 200 in the request's encoding. OTLP 1.x: full success leaves `partial_success` unset; otherwise it says how many
 * were rejected and why, and the sender must not try again.
 */
export function accepted(signal: Signal, encoding: Encoding, rejected: number, why: string): Answer {
  if (encoding === 'json') {
    const answer = rejected === 0 ? {} : { partialSuccess: { [REJECTED[signal]]: String(rejected), errorMessage: why } };
    return { status: 200, type: TYPE.json, body: JSON.stringify(answer) };
  }
  return { status: 200, type: TYPE.protobuf, body: acceptedMessage(rejected, why) };
}

/** The same as an Export…ServiceResponse, which has one form for all signals. */
export function acceptedMessage(rejected: number, why: string): Uint8Array {
  const writer = new BinaryWriter();
  if (rejected > 0) writer.tag(1, 2).fork().tag(1, 0).int64(rejected).tag(2, 2).string(why).join();
  return writer.finish();
}

/** An error: google.rpc.Status in the request's encoding as OTLP wants it, plain text where the encoding is not known. */
export function refused(status: number, says: string, encoding: Encoding | undefined): Answer {
  const code = RPC_CODE[status] ?? 2;
  if (encoding === 'json') return { status, type: TYPE.json, body: JSON.stringify({ code, message: says }) };
  if (encoding === 'protobuf') return { status, type: TYPE.protobuf, body: new BinaryWriter().tag(1, 0).int32(code).tag(2, 2).string(says).finish() };
  return { status, type: 'text/plain; charset=utf-8', body: `${says}\n` };
}

/**
 * HTTP/2 frames for a client that began with the HTTP/2 preface, as gRPC does: an empty SETTINGS frame, then GOAWAY
 * with HTTP_1_1_REQUIRED (RFC 9113, 6.8 and 7) and a sentence as debug data, which gRPC libraries print.
 */
export function goAway(says: string): Buffer {
  const text = Buffer.from(says, 'utf8');
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  const head = Buffer.from([0, 0, 0, 7, 0, 0, 0, 0, 0, /* last stream */ 0, 0, 0, 0, /* error code */ 0, 0, 0, 0x0d]);
  head.writeUIntBE(8 + text.length, 0, 3);
  return Buffer.concat([settings, head, text]);
}
