/** The Ruby SDK: one error in the exporter's constructor leaves the whole SDK unconfigured. */
import { either, inOrder, note, start, type Pattern } from './pattern.ts';

export const ruby: readonly Pattern[] = [
  start('files.header-blank', inOrder([/unexpected configuration error due to /g, /[Hh]eaders/g])),
  start('files.endpoint-scheme', /unexpected configuration error due to invalid url for OTLP/),
  start('files.package-missing', /unexpected configuration error due to uninitialized constant OpenTelemetry::Exporter/),
  start('export.sdk-failed', /unexpected configuration error due to /),
  start('files.protocol-unknown', /The \S+ transport protocol is not supported by the OTLP exporter|unknown \S+ transport protocol, spans will not be exported/),
  start('files.exporter-none', /The (?!otlp )\S+ exporter (?:is unknown and )?cannot be configured/),
  start('files.package-missing', /The otlp exporter cannot be configured - please add/),
  note('files.propagator', /The \S+ propagator (?:is unknown and )?cannot be configured/),
  start('files.sdk-disabled', either(inOrder([/OTEL_SDK_DISABLED/g, /SDK is disabled/g]), /Environment variable OTEL_SDK_DISABLED is defined as true/)),
  start('files.package-missing', /cannot load such file -- opentelemetry/),
];
