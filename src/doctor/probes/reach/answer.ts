/** What a sender reports, as a fact. Pure. */
import * as z from 'zod';

import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { oneLine, redact } from '../../../ui/redact.ts';
import type { Reach } from '../../types.ts';

/** What a sender says of itself: with one script for two programs, which of them it was. */
export const byWhom = z.object({ by: z.string() });
/** One JSON line of a sender's output. `body` is base64. */
export const reported = z.discriminatedUnion('is', [
  z.object({ is: z.literal('answered'), status: z.number(), type: z.string(), date: z.string().optional(), now: z.number().optional(), body: z.string() }),
  z.object({ is: z.literal('failed'), at: z.enum(['dns', 'connect', 'tls', 'timeout', 'http', 'url', 'header']), says: z.string() }),
  z.object({ is: z.literal('reached') }),
]);
export type Reported = z.infer<typeof reported>;

const LONGEST = 300;

/** @param secrets what must not come back in an answer's text: the header values that were sent. */
export function gotOf(report: Reported, secrets: readonly string[], reachedSays: string): Reach['got'] {
  const plain = (text: string) => redact(oneLine(text), secrets).trim().slice(0, LONGEST);
  switch (report.is) {
    case 'answered': {
      const clock = report.date === undefined || report.now === undefined ? Number.NaN : Date.parse(report.date) - report.now;
      const says = plain(saidIn(Buffer.from(report.body, 'base64'), report.type, report.status));
      return { is: 'answered', status: report.status, says, contentType: plain(report.type), ...(Number.isNaN(clock) ? {} : { clock }) };
    }
    case 'failed':
      return { is: 'failed', at: report.at, says: plain(report.says) };
    case 'reached':
      return { is: 'unknown', says: reachedSays };
  }
}

const spoken = z.object({
  message: z.string().optional(),
  error: z.union([z.string(), z.object({ message: z.string() })]).optional(),
  partialSuccess: z.object({ rejectedSpans: z.union([z.string(), z.number()]).optional(), errorMessage: z.string().optional() }).optional(),
});

/**
 * The sentence of an answer: google.rpc.Status (`message` is field 2) or ExportTraceServiceResponse (`partial_success`
 * is field 1) in protobuf or JSON, Honeycomb's {"error": …}, else the text. '' where it says nothing.
 */
export function saidIn(body: Uint8Array, type: string, status: number): string {
  if (body.length === 0) return '';
  if (/protobuf/.test(type)) return status === 200 ? partial(body) : (field(body, 2) ?? '');
  const text = Buffer.from(body).toString('utf8');
  const json = spoken.safeParse(jsonOf(text));
  if (!json.success) return /^\s*</.test(text) ? (/<(title|h1)>([^<]*)</i.exec(text)?.[2] ?? 'a page of HTML') : text;
  const { message, error, partialSuccess } = json.data;
  const rejected = Number(partialSuccess?.rejectedSpans ?? 0);
  if (rejected > 0) return rejectedText(rejected, partialSuccess?.errorMessage ?? '');
  return message ?? (typeof error === 'object' ? error.message : error) ?? (status === 200 ? '' : text);
}

/** Begins the text of an answer that took the request and not the span. */
export const REJECTED = 'rejected';
const rejectedText = (count: number, why: string) => `${REJECTED} ${count} span${count === 1 ? '' : 's'}${why === '' ? '' : `: ${why}`}`;

function partial(body: Uint8Array): string {
  try {
    const reader = new BinaryReader(body);
    while (reader.pos < reader.len) {
      const [number, wire] = reader.tag();
      if (number !== 1 || wire !== WireType.LengthDelimited) {
        reader.skip(wire, number);
        continue;
      }
      const inside = reader.bytes();
      const counter = new BinaryReader(inside);
      while (counter.pos < counter.len) {
        const [inner, innerWire] = counter.tag();
        if (inner === 1 && innerWire === WireType.Varint) {
          const count = Number(counter.int64());
          return count > 0 ? rejectedText(count, field(inside, 2) ?? '') : '';
        }
        counter.skip(innerWire, inner);
      }
    }
  } catch {
    // Not protobuf after all: it was taken, and that is what counts.
  }
  return '';
}

/** A string field of a protobuf message; undefined where there is none, or the body is not protobuf. */
function field(body: Uint8Array, wanted: number): string | undefined {
  try {
    const reader = new BinaryReader(body);
    while (reader.pos < reader.len) {
      const [number, wire] = reader.tag();
      if (number === wanted && wire === WireType.LengthDelimited) return reader.string();
      reader.skip(wire, number);
    }
  } catch {
    return undefined;
  }
  return undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
