/** Honeycomb's own words. In a protobuf answer they follow a length byte (`!missing …`): no pattern looks at the start. */
import { way, type Pattern } from './pattern.ts';

export const honeycomb: readonly Pattern[] = [
  way('export.no-key', /missing 'x-honeycomb-team' header/),
  way('key.classic-dataset', /missing 'x-honeycomb-dataset' header/),
  way('key.unknown', /unknown API key - check your credentials|attempted to use disabled API key/),
  way('export.not-found', /invalid OTLP endpoint - should you be sending to/),
  way('export.throttled', /(?:Event|Request) dropped due to (?:administrative (?:throttling|denylist)|rate limiting)/),
  way('export.rejected', /failed to parse OTLP request body|unsupported content-type, valid types are:/),
];
