/** The JavaScript SDK (its errors show with OTEL_LOG_LEVEL=error), Node.js itself where a preload is missing, and our preload. */
import { note, start, way, type Pattern } from './pattern.ts';

export const node: readonly Pattern[] = [
  way('files.header-quoted', /Header name must be a valid HTTP token \[\\*"(?:\\*["'])+x?-?[\w-]/),
  way('stores.quoted-or-spaced', /Header "[^"]*" has invalid value \(.*\) and will be ignored|Invalid character in header content \[\\*"x-honeycomb-team/),
  way('files.endpoint-quoted', /Configuration: .* URL: '["']/),
  way('files.endpoint-scheme', /Configuration: Could not parse (?:environment-provided export|user-provided export) URL|Configuration: Provided URL appended with .* is not a valid URL/),
  start('files.config-file', /Could not (?:load|create) OpenTelemetry (?:configuration|SDK from configuration), SDK will not be setup/),
  way('export.rejected', /Received Partial Success response:/),
  note('files.protocol-unknown', /Unsupported OTLP (?:traces|metrics|logs) protocol: .*Using http\/protobuf/),
  start('files.exporter-none', /Unrecognized OTEL_TRACES_EXPORTER value|Unable to set up trace exporter\(s\)|Exporter "[^"]*" requested through environment variable is unavailable|Could not instantiate JaegerExporter/),
  start('files.exporter-none', /OTEL_TRACES_EXPORTER contains "none"/),
  note('files.propagator', /Propagator "[^"]*" requested through environment variable is unavailable/),
  note('files.sampler-off', /OTEL_TRACES_SAMPLER value "[^"]*"?(?: invalid, defaulting|, using default)/),

  start('image.package-missing', /otel\.[cm]js: this process is not traced/),
  start('files.preload-unresolvable', /Cannot find (?:module|package) '@opentelemetry\/auto-instrumentations-node|(?:^|[\s"])- internal\/preload\b/),
  start('files.preload-deep-path', /Package subpath '\.\/build\/src\/register(?:\.js)?' is not defined by "exports"/),
  start('files.preload-unresolvable', /Cannot find module '[^']*otel\.[cm]js'/),
  note('image.package-missing', /Cannot find (?:module|package) '@(?:opentelemetry|honeycombio)\//),
  note('files.ts-node-import', /ERR_UNKNOWN_FILE_EXTENSION.*"\.tsx?"|ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX/),
  note('source.order', /Module \S+ has been loaded before @opentelemetry\/instrumentation-\S+ so it might not work/),
  note('files.two-tracers', /Attempted duplicate registration of API/),
  note('export.queue-full', /Dropped \d+ spans because maxQueueSize reached/),
];
