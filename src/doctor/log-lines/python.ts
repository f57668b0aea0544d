/** The Python SDK, its distribution, the wrapper, and what Python says where they are not there. */
import { either, inOrder, note, start, way, type Pattern } from './pattern.ts';

const HEADER = /Header (?:format invalid!|doesn't match the format:?)/g;

export const python: readonly Pattern[] = [
  way('files.header-quoted', inOrder([HEADER, /(?:occurrences|specification|format): ?["'][\w-]+\s*=/g])),
  way('files.header-colon', inOrder([HEADER, /(?:occurrences|specification|format): ?["']?[\w-]+\s*:/g])),
  way('files.header-name', inOrder([HEADER])),

  start('files.protocol-exporter', /Requested component 'otlp\w*' not found in entry point/),
  note('files.sampler-off', /Requested component '[^']*' not found in entry point 'opentelemetry_traces_sampler'|Couldn't recognize sampler /),
  start('files.exporter-none', /Requested component '[^']*' not found in entry point 'opentelemetry_traces_exporter'/),
  start('export.sdk-failed', /Requested component '[^']*' not found in entry point 'opentelemetry_/),
  start('files.protocol-unknown', /Unsupported OTLP protocol '[^']*' is configured/),
  start('files.propagator', /Propagator \S+ not found\. It is either misspelled or not installed/),
  start('files.config-file', /OTEL_CONFIG_FILE is set but|No module named 'opentelemetry\.configuration'/),
  start('export.sdk-failed', /Configuration of \w{0,60}configurator\w* failed|Distribution \w+ configuration failed/),
  // The provider may stand by then, and some libraries be instrumented.
  note('export.half-started', /Failed to auto initialize [Oo]pen[Tt]elemetry|Instrumenting of \w+ failed|Error in sitecustomize; set PYTHONVERBOSE/),
  start('files.wrapper-misplaced', /execv: path should be string, bytes or os\.PathLike, not NoneType/),
  start('files.wrapper-misplaced', /No module named opentelemetry\.instrumentation\.auto_instrumentation\.__main__/),

  note('files.django-settings', /module 'django\.conf\.global_settings' has no attribute 'ROOT_URLCONF'/),
  note('files.django-settings', /You must set settings\.ALLOWED_HOSTS if DEBUG is False/),
  start('source.removed-api', /'(?:Flask|Blueprint)' object has no attribute '(?:before_first_request|before_app_first_request)'/),
  note('source.wrong-name', /cannot import name '?\w+'? from '(?:opentelemetry|honeycomb)[\w.]*'/),
  note('image.package-missing', /gunicorn\.conf\.py: requests are not traced/),
  // A process that ends of it is seen by its end; another one may have caught it.
  note('image.package-missing', /No module named '?(?:opentelemetry|honeycomb\.opentelemetry)\b/),

  way('files.gevent', either(inOrder([/[Ff]ailed to export /g, /maximum recursion depth exceeded/g]), inOrder([/Exception while exporting /g, /maximum recursion depth exceeded/g]))),
  note('files.gevent', /Failed to monkey patch with gevent|EXPERIMENTAL_GEVENT_PATCH value must be/),
  way('export.rejected', /Dropping (?:span|log|metric)s? batch: serialized size/),
  way('files.endpoint-quoted', /No connection adapters were found for ["']["'\\]*["']?https?:/),
  way('files.endpoint-scheme', either(inOrder([/(?:Failed to export|while exporting)/g, /No scheme supplied/g]), /No connection adapters were found for/)),
  way('files.endpoint-scheme', /Invalid URL '[^']*\/v1\/(?:traces|metrics|logs)': No (?:scheme|host) supplied/),

  note('export.library-skipped', /falls outside of that range, so nothing can be instrumented/),
  note('export.library-skipped', /Importing of \S+ failed, skipping it/),
  note('export.library-skipped', inOrder([/DependencyConflict: requested: "/g, /" but found: "(?!None)[^"]+"/g])),
  note('files.two-tracers', /Overriding of current (?:Tracer|Meter|Logger)Provider is not allowed/),
  note('files.wrapped-twice', /Attempting to instrument (?:\S+ ){0,3}while already instrumented/),
  note('export.queue-full', /Queue is full, likely spans\/logs will be dropped|Queue full, dropping (?:[Ss]pan|[Ll]og)/),
  note('export.after-shutdown', /Already shutdown, dropping span|Exporter already shutdown, ignoring (?:batch|call)/),
];
