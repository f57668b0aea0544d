import type { SpanRow } from '../../src/see/span.ts';

/** A span for tests: short ids are fine, nothing here checks them. */
export const span = (traceId: string, spanId: string, more: Partial<SpanRow> = {}): SpanRow => ({
  traceId, spanId, parentId: '', service: 'api', name: 'work', kind: 'internal', startNs: 0n, endNs: 1_000_000n, error: false, message: '', scope: 'test', attributes: {}, ...more,
});
