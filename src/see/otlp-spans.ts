/** The spans of a traces request (protobuf), grouped as they came. What is in a span: wire-span.ts. */
import { WireType } from '@bufbuild/protobuf/wire';
import { bufferOf } from './buffer-of.ts';
import { nameIn, serviceOf } from './attributes.ts';
import { interning } from './interned.ts';
import { Budget, Malformed, MOST_MESSAGES, tooMany } from './otlp-limits.ts';
import { CUT_OFF, Cursor } from './wire-cursor.ts';
import { WireSpan } from './wire-span.ts';

export interface SpanGroup {
  readonly service: string;
  /** Bytes of the messages Resource and InstrumentationScope, as texts of a unit a byte. */
  readonly resource: string;
  readonly scope: string;
  readonly spans: readonly WireSpan[];
}

/** Spans without valid ids are left out and counted. */
export interface Spans {
  readonly groups: readonly SpanGroup[];
  readonly rejected: number;
}

const ONE = (1 << 3) | WireType.LengthDelimited;
const TWO = (2 << 3) | WireType.LengthDelimited;

/** What is read of each is short, whatever is in it. */
const services = interning(serviceOf);
const scopeNames = interning(nameIn);

/** Reads a traces request. Throws Malformed on what is none. */
export function readSpans(request: Uint8Array): Spans {
  const whole = bufferOf(request);
  const budget = new Budget();
  return readable(() => {
    const cursor = new Cursor(whole);
    const view = viewOf(whole);
    const groups: SpanGroup[] = [];
    let rejected = 0;
    budget.spend(1);
    const [, grouped] = rangesOf(cursor, 0, whole.length, ONE);
    for (let index = 0; index < grouped.length; index += 3) {
      budget.spend(2);
      // Both may come after the spans that they belong to.
      const [resource, scopes] = rangesOf(cursor, grouped[index + 1] ?? 0, grouped[index + 2] ?? 0, TWO);
      const { key, value: service } = services(resource);
      for (let inner = 0; inner < scopes.length; inner += 3) {
        const { scope, spans } = spansIn(cursor, view, scopes[inner + 1] ?? 0, scopes[inner + 2] ?? 0, service, budget);
        const valid = spans.every((span) => span.valid) ? spans : spans.filter((span) => span.valid);
        rejected += spans.length - valid.length;
        groups.push({ service, resource: key, scope, spans: valid });
      }
    }
    return { groups, rejected };
  });
}

/** The spans among the fields of ScopeSpans. Throws Malformed on what is no such message. */
export function headsOf(scoped: Uint8Array, service = ''): readonly WireSpan[] {
  const whole = bufferOf(scoped);
  return readable(() => spansIn(new Cursor(whole), viewOf(whole), 0, whole.length, service, new Budget()).spans);
}

/** The span whose tag stands at `from` among the fields of ScopeSpans. Throws Malformed where there is none. */
export function headAt(scoped: Uint8Array, from: number, service: string): WireSpan {
  const whole = bufferOf(scoped);
  return readable(() => {
    const cursor = new Cursor(whole);
    cursor.at = from;
    cursor.tag();
    const end = cursor.end(whole.length);
    return new WireSpan({ bytes: whole, view: viewOf(whole), service, scope: '' }, cursor, from, cursor.at, end, new Budget());
  });
}

function spansIn(cursor: Cursor, view: DataView, start: number, end: number, service: string, budget: Budget): { readonly scope: string; readonly spans: readonly WireSpan[] } {
  budget.spend(3);
  const [scope, ranges] = rangesOf(cursor, start, end, TWO);
  const { key, value } = scopeNames(scope);
  const around = { bytes: cursor.bytes, view, service, scope: value };
  const spans: WireSpan[] = [];
  for (let index = 0; index < ranges.length; index += 3) spans.push(new WireSpan(around, cursor, ranges[index] ?? 0, ranges[index + 1] ?? 0, ranges[index + 2] ?? 0, budget));
  return { scope: key, spans };
}

/**
 * The last field 1 of a message (empty where there is none), and where the fields with the tag `wanted` are: three numbers
 * each, tag, start and end. In the three messages around a span there is nothing else to be read.
 */
function rangesOf(cursor: Cursor, start: number, end: number, wanted: number): readonly [first: Buffer, ranges: readonly number[]] {
  const ranges: number[] = [];
  let [firstAt, firstEnd] = [0, 0];
  cursor.at = start;
  while (cursor.at < end) {
    const from = cursor.at;
    const tag = cursor.tag();
    if (tag === wanted || tag === ONE) {
      const to = cursor.end(end);
      if (tag === wanted) {
        if (ranges.length >= 3 * MOST_MESSAGES) throw tooMany();
        ranges.push(from, cursor.at, to);
      } else {
        [firstAt, firstEnd] = [cursor.at, to];
      }
      cursor.at = to;
    } else {
      cursor.skip(tag, end);
    }
  }
  if (cursor.at !== end) throw new Malformed(CUT_OFF);
  return [cursor.bytes.subarray(firstAt, firstEnd), ranges];
}

function readable<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof Malformed) throw error;
    throw new Malformed(CUT_OFF, { cause: error });
  }
}

const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
