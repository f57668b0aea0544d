/** The OpenTelemetry Collector, and X-Ray's endpoint behind it. */
import { all, note, start, way, type Pattern } from './pattern.ts';

export const collector: readonly Pattern[] = [
  start('export.x-ray', /The OTLP API is supported with CloudWatch Logs as a Trace Segment Destination|extensions::sigv4auth: could not retrieve credential provider/),
  start('files.collector-config', /failed to get config: |collector server run finished with error|cannot unmarshal the configuration|invalid configuration: (?:exporters|receivers|processors|extensions|service)::/),
  start('files.collector-config', /the logging exporter has been deprecated, use the debug exporter instead/),
  start('files.collector-config', /open \/etc\/(?:otel|otelcol)[\w./-]*: (?:permission denied|no such file or directory)|read \/etc\/(?:otel|otelcol)[\w./-]*: is a directory/),
  way('files.collector-key', all(/Exporting failed\.|Permanent error/, /Unauthenticated|Status Code 401|code = Unauthenticated/)),
  note('export.queue-full', /sending queue is full|data refused due to high memory usage/),
];
