/** PHP: the SDK's messages go to error_log or standard error ('OpenTelemetry: [error] …'). */
import { inOrder, start, type Pattern } from './pattern.ts';

export const php: readonly Pattern[] = [
  start('export.php-extension', inOrder([/The \w+ extension must be loaded in order to autoload the /g, /auto-instrumentation/g])),
  start('files.header-colon', inOrder([/Key-Value pair "/g, /" does not contain separator "="/g])),
  start('files.exporter-none', /(?:Span|Trace)? ?[Ee]xporter factory not defined for: /),
  start('files.protocol-unknown', /Transport factory not defined for (?:content type|protocol)|Unsupported OTLP protocol/),
  start('export.sdk-failed', /Error during [Oo]pen[Tt]elemetry initialization/),
];
