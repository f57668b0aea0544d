import { describe, expect, it } from 'vitest';
import { complaintIn } from '../../../src/commands/verify/complaint.ts';

const REFUSED = '2026-11-28T13:00:00.000Z\terror\tinternal/queue_sender.go:50\tExporting failed. Dropping data.\t{"resource": {}, "otelcol.component.id": "otlphttp", "error": "not retryable error: Permanent error: rpc error: code = Unauthenticated desc = error exporting items, request to http://api.honeycomb.io/v1/traces responded with HTTP Status Code 401, Message=unknown API key - check your credentials, region, and API URL, Details=[]", "dropped_items": 3}';

describe('what a Collector says of spans that it took', () => {
  it('is the first line about the way out', () => {
    expect(complaintIn(['', 'Everything is ready. Begin running and processing data.', REFUSED, REFUSED], 'look')).toEqual({ says: expect.stringMatching(/key/i) as unknown, then: 'look' });
  });
  it('is nothing where its log is as it should be', () => {
    expect(complaintIn(['', '2026-11-28T13:00:00.000Z\tinfo\totlpreceiver/otlp.go:179\tStarting HTTP server\t{"endpoint": "0.0.0.0:4318"}', 'Everything is ready. Begin running and processing data.'], 'look')).toBeUndefined();
  });
});
