/** Why a backend did not accept what it was sent, and the one thing to do. Pure. */

export interface Cause {
  readonly says: string;
  readonly then: string;
}

/** Answers as they were met: husky's and Honeycomb's texts, the Collector's, proxies' statuses. */
const KNOWN: readonly (readonly [answer: RegExp, says: string, then: string])[] = [
  [/missing 'x-honeycomb-team' header/i, 'no key came along', 'give it one: npx otel-setup init, or look where it is lost: npx otel-setup status'],
  [/missing 'x-honeycomb-dataset' header/i, 'the key is of Honeycomb Classic, which wants a dataset too', 'add it to OTEL_EXPORTER_OTLP_HEADERS: ,x-honeycomb-dataset=NAME'],
  [/unknown API key/i, 'the key that it sends is not known there: a wrong one, an old one, or one of the other region', 'compare them: npx otel-setup status'],
  [/disabled API key|expired/i, 'the key that it sends is switched off', 'make a new one (ui.honeycomb.io → your environment → API keys), then: npx otel-setup init'],
  [/permission|not allowed to send/i, 'the key that it sends may not send events', 'make one with "Send Events" (ui.honeycomb.io → your environment → API keys), then: npx otel-setup init'],
  [/^(?:400|404)\b.*invalid OTLP endpoint|^404\b|^405\b/i, 'the address is not one that takes traces', 'OTEL_EXPORTER_OTLP_ENDPOINT is the address without a path; SDKs add /v1/traces themselves'],
  [/^(?:401|403)\b/, 'it does not accept who sends: the key or token in OTEL_EXPORTER_OTLP_HEADERS', 'compare them: npx otel-setup status'],
  [/^407\b/, 'a proxy on the way wants a login', 'set HTTPS_PROXY with the login for this shell'],
  [/^413\b/, 'a batch is too large for it', 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE=128'],
  [/^415\b/, 'it does not take this encoding', 'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf'],
  [/^429\b/, 'it is asked too often just now', 'wait a minute, then: npx otel-setup verify'],
  [/rejected/i, 'it took the request and left spans out', 'see its own words above'],
  [/^not reached: nothing listens/i, 'nothing listens there', 'start what should receive there, then: npx otel-setup verify'],
  [/^not reached:/i, 'it was not reached from this machine', 'check the network, the proxy and the address: npx otel-setup status'],
  [/^5\d\d\b/, 'it has trouble of its own', 'try again in a minute: npx otel-setup verify'],
];

/** @param answer as the tally has it: '401 Unauthorized: unknown API key'. */
export function causeOf(answer: string): Cause {
  const found = KNOWN.find(([pattern]) => pattern.test(answer));
  return found === undefined ? { says: 'it did not accept them', then: 'npx otel-setup doctor' } : { says: found[1], then: found[2] };
}
