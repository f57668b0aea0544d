/** The JavaScript SDK (its errors show with OTEL_LOG_LEVEL=error), Node.js itself where a preload is missing, and our preload. */
import { either, inOrder, note, start, way, type Pattern } from './pattern.ts';

export const node: readonly Pattern[] = [
  way('files.header-quoted', /Header name must be a valid HTTP token \[\\*"(?:\\*["'])+x?-?[\w-]/),
  way('stores.quoted-or-spaced', either(inOrder([/Header "[^"]*" has invalid value \(/g, /\) and will be ignored/g]), /Invalid character in header content \[\\*"x-honeycomb-team/)),
  way('files.endpoint-quoted', inOrder([/Configuration: /g, / URL: '["']/g])),
  way('files.endpoint-scheme', either(inOrder([/Configuration: Provided URL appended with /g, / is not a valid URL/g]), /Configuration: Could not parse (?:environment-provided export|user-provided export) URL/)),
  start('files.config-file', /Could not (?:load|create) OpenTelemetry (?:configuration|SDK from configuration), SDK will not be setup/),
  way('export.rejected', /Received Partial Success response:/),
  note('files.protocol-unknown', inOrder([/Unsupported OTLP (?:traces|metrics|logs) protocol: /g, /Using http\/protobuf/g])),
  start('files.exporter-none', /Unrecognized OTEL_TRACES_EXPORTER value|Unable to set up trace exporter\(s\)|Exporter "[^"]*" requested through environment variable is unavailable|Could not instantiate JaegerExporter/),
  start('files.exporter-none', /OTEL_TRACES_EXPORTER contains "none"/),
  note('files.propagator', /Propagator "[^"]*" requested through environment variable is unavailable/),
  note('files.sampler-off', /OTEL_TRACES_SAMPLER value "[^"]*"?(?: invalid, defaulting|, using default)/),

  start('image.package-missing', /otel\.[cm]js: this process is not traced/),
  start('files.preload-unresolvable', /Cannot find (?:module|package) '@opentelemetry\/auto-instrumentations-node|(?:^|[\s"])- internal\/preload\b/),
  start('files.preload-deep-path', /Package subpath '\.\/build\/src\/register(?:\.js)?' is not defined by "exports"/),
  start('files.preload-unresolvable', /Cannot find module '[^']*otel\.[cm]js'/),
  note('image.package-missing', /Cannot find (?:module|package) '@(?:opentelemetry|honeycombio)\//),
  note('files.ts-node-import', either(inOrder([/ERR_UNKNOWN_FILE_EXTENSION/g, /"\.tsx?"/g]), /ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX/)),
  note('source.order', /Module \S+ has been loaded before @opentelemetry\/instrumentation-\S+ so it might not work/),
  note('files.two-tracers', /Attempted duplicate registration of API/),
  note('export.queue-full', /Dropped \d+ spans because maxQueueSize reached/),
];
