/** PHP: the SDK's messages go to error_log or standard error ('OpenTelemetry: [error] …'). */
import { start, type Pattern } from './pattern.ts';

export const php: readonly Pattern[] = [
  start('export.php-extension', /The \w+ extension must be loaded in order to autoload the .*auto-instrumentation/),
  start('files.header-colon', /Key-Value pair ".*" does not contain separator "="/),
  start('files.exporter-none', /(?:Span|Trace)? ?[Ee]xporter factory not defined for: /),
  start('files.protocol-unknown', /Transport factory not defined for (?:content type|protocol)|Unsupported OTLP protocol/),
  start('export.sdk-failed', /Error during [Oo]pen[Tt]elemetry initialization/),
];
