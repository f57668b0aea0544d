/** The request that the doctor sends: one span, so that what takes it shows a trace of its own. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** The name under which people find it. */
export const SPAN_NAME = 'otel-setup doctor';

/** A service's name where none is set (the specification's default). */
const NAMELESS = 'unknown_service';

export interface Body {
  readonly type: 'application/x-protobuf' | 'application/json';
  readonly bytes: Uint8Array;
}

/** An ExportTraceServiceRequest (opentelemetry-proto 1.x, trace/v1) with one root span of a millisecond that ends at `now`. */
export function spanBody(encoding: 'protobuf' | 'json', service: string | undefined, traceId: string, now: number): Body {
  const name = service ?? NAMELESS;
  const spanId = traceId.slice(0, 16).replace(/^0{16}$/, '1'.padStart(16, '0'));
  const end = BigInt(now) * 1_000_000n;
  const start = end - 1_000_000n;
  if (encoding === 'json') {
    const span = { traceId, spanId, name: SPAN_NAME, kind: 1, startTimeUnixNano: String(start), endTimeUnixNano: String(end) };
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: name } }] };
    return { type: 'application/json', bytes: Buffer.from(JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'otel-setup' }, spans: [span] }] }] })) };
  }
  const { LengthDelimited: message, Varint, Bit64 } = WireType;
  const out = new BinaryWriter();
  out.tag(1, message).fork();
  out.tag(1, message).fork().tag(1, message).fork().tag(1, message).string('service.name').tag(2, message).fork().tag(1, message).string(name).join().join().join();
  out.tag(2, message).fork().tag(1, message).fork().tag(1, message).string('otel-setup').join();
  out.tag(2, message).fork().tag(1, message).bytes(Buffer.from(traceId, 'hex')).tag(2, message).bytes(Buffer.from(spanId, 'hex'));
  out.tag(5, message).string(SPAN_NAME).tag(6, Varint).int32(1).tag(7, Bit64).fixed64(start).tag(8, Bit64).fixed64(end).join().join().join();
  return { type: 'application/x-protobuf', bytes: out.finish() };
}
