/** The Java agent and SDK. */
import { inOrder, note, start, way, type Pattern } from './pattern.ts';

export const java: readonly Pattern[] = [
  start('files.java-agent', inOrder([/Error opening zip file or JAR manifest missing\s*:/g, /(?:otel|opentelemetry|javaagent|agent)/g])),
  start('files.java-agent', /agent library failed to init: instrument/),
  start('export.sdk-failed', /OpenTelemetry Javaagent failed to start/),
  way('files.protocol-port', /OTLP exporter endpoint port is likely incorrect for protocol version/),
  start('files.endpoint-path', /OTLP endpoint must not have a path/),
  start('files.endpoint-scheme', /OTLP endpoint must be a valid URL|OTLP endpoint scheme must be http or https/),
  start('files.header-colon', /Invalid map property: otel\.exporter\.otlp\.(?:\w+\.)?headers/),
  start('files.protocol-unknown', /Unsupported OTLP (?:traces|metrics|logs) protocol: /),
  start('files.exporter-none', /Unrecognized value for otel\.traces\.exporter/),
  start('files.propagator', /Unrecognized value for otel\.propagators/),
  start('files.sampler-off', /Unrecognized value for otel\.traces\.sampler/),
  note('export.queue-full', /BatchSpanProcessor dropped|[Dd]ropped \d+ spans because the queue is full/),
];
