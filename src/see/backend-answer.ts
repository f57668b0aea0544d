/** What a backend says to an OTLP request, in its own words. Pure. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { encodingOf } from './decode.ts';
import type { Signal } from './span.ts';

export interface BackendAnswer {
  readonly status: number;
  /** 2xx and nothing of it rejected. */
  readonly accepted: boolean;
  /** Spans, data points or log records that a 2xx rejected all the same (partial success). */
  readonly rejected: number;
  /** The backend's own sentence; '' where it said nothing. */
  readonly says: string;
}

const LONGEST = 300;
const REJECTED: Readonly<Record<Signal, string>> = { traces: 'rejectedSpans', metrics: 'rejectedDataPoints', logs: 'rejectedLogRecords' };

/**
 * Reads an answer: on success ExportTraceServiceResponse.partial_success (opentelemetry-proto, collector/trace/v1: 1 = rejected,
 * 2 = message), else google.rpc.Status (2 = message) as OTLP/HTTP has it, or whatever stands there instead: Honeycomb's
 * {"error": …}, a proxy's page. Never throws.
 * @param body unpacked.
 */
export function readAnswer(status: number, contentType: string | undefined, body: Uint8Array, signal: Signal): BackendAnswer {
  const encoding = encodingOf(contentType);
  const good = status >= 200 && status <= 299;
  const json = encoding === 'json' ? jsonOf(body) : undefined;
  if (good) {
    const { rejected, says } = encoding === 'protobuf' ? partialOf(body) : partialJson(json, signal);
    return { status, accepted: rejected === 0, rejected, says: shortened(says) };
  }
  const says = encoding === 'protobuf' ? statusMessage(body) : json === undefined ? textOf(body, contentType) : sentenceOf(json);
  return { status, accepted: false, rejected: 0, says: shortened(says) };
}

/** One line: '401 Unauthorized: unknown API key', '200'. */
export function answerText({ status, says, rejected }: BackendAnswer): string {
  const name = NAMES[status];
  const head = rejected > 0 ? `${status}, ${rejected} rejected` : name === undefined ? String(status) : `${status} ${name}`;
  return says === '' ? head : `${head}: ${says}`;
}
const NAMES: Readonly<Record<number, string>> = {
  200: 'OK', 301: 'Moved', 302: 'Found', 307: 'Moved', 308: 'Moved', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed',
  413: 'Too Large', 415: 'Unsupported Media Type', 429: 'Too Many Requests', 500: 'Internal Server Error', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout',
};

const shortened = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
};

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

const field = (value: unknown, name: string): unknown => (typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined);

function partialJson(json: unknown, signal: Signal): { readonly rejected: number; readonly says: string } {
  const partial = field(json, 'partialSuccess');
  const rejected = Number(field(partial, REJECTED[signal]) ?? 0);
  const says = field(partial, 'errorMessage');
  return { rejected: Number.isFinite(rejected) ? Math.max(0, rejected) : 0, says: typeof says === 'string' ? says : '' };
}

function sentenceOf(json: unknown): string {
  for (const name of ['message', 'error', 'detail', 'title']) {
    const found = field(json, name);
    if (typeof found === 'string') return found;
    const inner = field(found, 'message');
    if (typeof inner === 'string') return inner;
  }
  return typeof json === 'string' ? json : '';
}

/** A page of a proxy or web server says little: its title, else its first line. */
function textOf(body: Uint8Array, contentType: string | undefined): string {
  const text = new TextDecoder().decode(body.subarray(0, 16_384));
  if (/html/i.test(contentType ?? '') || /^\s*<(?:!doctype|html)/i.test(text)) return (/<title[^<>]*>([^<]*)</i.exec(text)?.[1] ?? '').trim();
  return /[^\x20-\x7e\s\u00a0-\uffff]/.test(text) ? '' : (text.trim().split('\n')[0] ?? '');
}

function partialOf(body: Uint8Array): { readonly rejected: number; readonly says: string } {
  let rejected = 0;
  let says = '';
  fieldsOf(body, (number, wire, reader) => {
    if (number !== 1 || wire !== WireType.LengthDelimited) return false;
    fieldsOf(reader.bytes(), (inner, kind, of) => {
      if (inner === 1 && kind === WireType.Varint) rejected = Math.max(0, Number(of.int64()));
      else if (inner === 2 && kind === WireType.LengthDelimited) says = of.string();
      else return false;
      return true;
    });
    return true;
  });
  return { rejected, says };
}

function statusMessage(body: Uint8Array): string {
  let says = '';
  fieldsOf(body, (number, wire, reader) => {
    if (number !== 2 || wire !== WireType.LengthDelimited) return false;
    says = reader.string();
    return true;
  });
  return says;
}

/** Each field of a message; `take` says whether it has read it. What is no protobuf ends it. */
function fieldsOf(body: Uint8Array, take: (number: number, wire: WireType, reader: BinaryReader) => boolean): void {
  try {
    const reader = new BinaryReader(body);
    while (reader.pos < reader.len) {
      const [number, wire] = reader.tag();
      if (!take(number, wire, reader)) reader.skip(wire, number);
    }
  } catch {
    // An answer that cannot be read has said nothing; its status stands.
  }
}
