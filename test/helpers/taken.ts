import { spansOf } from '../../src/see/decode.ts';
import type { Arrived } from '../../src/see/page/arrivals.ts';
import type { SpanRow } from '../../src/see/span.ts';

/** The spans of what a receiver took; none of metrics and logs. */
export const spansIn = (arrived: Arrived): readonly SpanRow[] => (arrived.signal === 'traces' ? spansOf(arrived) : []);
