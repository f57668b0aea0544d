/**
 * Names that people write when they set OpenTelemetry up in code, as the pinned releases have them: what a misspelled one
 * is held against. Of each module also those that lie within two letters of a listed one, so that a real name is never
 * taken for a misspelled one (held against dir() of each module of the newest set).
 */
export const PYTHON: Readonly<Record<string, readonly string[]>> = {
  opentelemetry: ['trace', 'metrics', 'context', 'baggage', 'propagate', '_logs', '_events', 'version', 'sdk', 'exporter', 'instrumentation', 'attributes', 'semconv', 'distro', 'util', 'proto', 'propagators', 'environment_variables'],
  'opentelemetry.trace': [
    'get_tracer', 'get_tracer_provider', 'set_tracer_provider', 'get_current_span', 'set_span_in_context', 'use_span', 'Status', 'StatusCode', 'SpanKind', 'Span', 'SpanContext', 'Tracer', 'TracerProvider', 'Link', 'NonRecordingSpan', 'ProxyTracer', 'ProxyTracerProvider', 'NoOpTracer', 'NoOpTracerProvider',
    'INVALID_SPAN', 'INVALID_SPAN_CONTEXT', 'INVALID_SPAN_ID', 'INVALID_TRACE_ID', 'TraceFlags', 'TraceState', 'format_span_id', 'format_trace_id', 'propagation', 'span', 'status', 'DEFAULT_TRACE_OPTIONS', 'DEFAULT_TRACE_STATE',
  ],
  'opentelemetry.sdk.trace': ['TracerProvider', 'Tracer', 'Span', 'ReadableSpan', 'SpanProcessor', 'SpanLimits', 'Event', 'Resource', 'SynchronousMultiSpanProcessor', 'ConcurrentMultiSpanProcessor', 'sampling', 'export', 'id_generator', 'EventBase', 'IdGenerator', 'RandomIdGenerator'],
  'opentelemetry.sdk.trace.export': ['BatchSpanProcessor', 'SimpleSpanProcessor', 'ConsoleSpanExporter', 'SpanExporter', 'SpanExportResult', 'SpanProcessor', 'ReadableSpan', 'BatchProcessor', 'in_memory_span_exporter'],
  'opentelemetry.sdk.resources': ['Resource', 'SERVICE_NAME', 'SERVICE_VERSION', 'SERVICE_NAMESPACE', 'SERVICE_INSTANCE_ID', 'DEPLOYMENT_ENVIRONMENT', 'ResourceDetector', 'OTELResourceDetector', 'ProcessResourceDetector', 'OsResourceDetector', 'get_aggregated_resources', 'ResourceAttributes', 'HOST_NAME', 'OTEL_SERVICE_NAME'],
  'opentelemetry.exporter.otlp.proto.http.trace_exporter': ['OTLPSpanExporter', 'Compression', 'SpanExporter', 'SpanExportResult'],
  'opentelemetry.exporter.otlp.proto.grpc.trace_exporter': ['OTLPSpanExporter', 'OTLPExporterMixin', 'Compression', 'SpanExporter', 'SpanExportResult'],
  'opentelemetry.instrumentation.flask': ['FlaskInstrumentor', 'get_default_span_name'],
  'opentelemetry.instrumentation.fastapi': ['FastAPIInstrumentor'],
  'opentelemetry.instrumentation.django': ['DjangoInstrumentor'],
  'opentelemetry.instrumentation.requests': ['RequestsInstrumentor', 'get_default_span_name'],
  'opentelemetry.instrumentation.starlette': ['StarletteInstrumentor'],
  'opentelemetry.instrumentation.sqlalchemy': ['SQLAlchemyInstrumentor'],
  'opentelemetry.instrumentation.psycopg2': ['Psycopg2Instrumentor'],
  'opentelemetry.instrumentation.psycopg': ['PsycopgInstrumentor'],
  'opentelemetry.instrumentation.redis': ['RedisInstrumentor'],
  'opentelemetry.instrumentation.celery': ['CeleryInstrumentor'],
  'opentelemetry.instrumentation.logging': ['LoggingInstrumentor'],
  'opentelemetry.instrumentation.httpx': ['HTTPXClientInstrumentor', 'HTTPX2ClientInstrumentor', 'AsyncOpenTelemetryTransport', 'SyncOpenTelemetryTransport'],
  'opentelemetry.instrumentation.botocore': ['BotocoreInstrumentor'],
};

/** Methods that are called on what these modules give, by which the near misses of attributes are told. */
export const METHODS = [
  'add_span_processor', 'set_tracer_provider', 'get_tracer_provider', 'get_current_span', 'start_as_current_span', 'instrument_app', 'uninstrument_app', 'get_default_span_name', 'instrument', 'uninstrument',
];

/** Names of earlier releases and of pages, and what is there instead. */
export const MOVED: readonly (readonly [module: RegExp, name: RegExp | undefined, now: string])[] = [
  [/^opentelemetry\.exporter\.otlp\.(?:proto\.)?http$/, /^OTLPSpanExporter$/, 'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter'],
  [/^opentelemetry\.exporter\.otlp\.(?:proto\.)?grpc$/, /^OTLPSpanExporter$/, 'from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter'],
  [/^opentelemetry\.exporter\.otlp\.http(?:\.|$)/, undefined, 'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter'],
  [/^opentelemetry\.exporter\.otlp\.(?:grpc(?:\.|$)|trace_exporter$)/, undefined, 'from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter'],
  [/^opentelemetry\.exporter\.otlp(?:\.proto)?$/, /^OTLPSpanExporter$/, 'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter'],
  [/^opentelemetry\.sdk\.trace\.export$/, /^BatchExportSpanProcessor$/, 'from opentelemetry.sdk.trace.export import BatchSpanProcessor'],
  [/^opentelemetry\.sdk\.trace\.export$/, /^SimpleExportSpanProcessor$/, 'from opentelemetry.sdk.trace.export import SimpleSpanProcessor'],
  [/^opentelemetry\.sdk\.trace\.exporter(?:\.|$)/, undefined, 'from opentelemetry.sdk.trace.export import BatchSpanProcessor'],
  [/^opentelemetry\.ext(?:\.|$)/, undefined, 'from opentelemetry.instrumentation.flask import FlaskInstrumentor'],
];

/** What JavaScript's packages have, of what people write. */
export const NODE: readonly (readonly [from: RegExp, names: readonly string[]])[] = [
  [/^@opentelemetry\/sdk-node$/, ['NodeSDK']],
  [/^@opentelemetry\/auto-instrumentations-node$/, ['getNodeAutoInstrumentations', 'getResourceDetectors']],
  [/^@opentelemetry\/exporter-trace-otlp-(?:http|proto|grpc)$/, ['OTLPTraceExporter']],
  [/^@opentelemetry\/sdk-trace-node$/, ['NodeTracerProvider', 'BatchSpanProcessor', 'SimpleSpanProcessor', 'ConsoleSpanExporter', 'BasicTracerProvider']],
  [/^@opentelemetry\/instrumentation$/, ['registerInstrumentations']],
];
