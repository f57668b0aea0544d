/** Log lines of spans that are lost although the way is open. */
import type { Rule } from '../../types.ts';
import { heard } from './heard.ts';

const librarySkipped = heard({
  id: 'export.library-skipped',
  title: 'A library is too new or too old for its instrumentation',
  page: {
    symptoms: [
      'sqlalchemy only instruments "sqlalchemy<2.1,>=1.0", but currently installed version ("sqlalchemy 2.1") falls outside of that range, so nothing can be instrumented.',
      'DependencyConflict: requested: "fastapi ~= 0.58" but found: "fastapi 0.44"',
    ],
    why: 'An instrumentation patches the inside of a library and is made for a range of its versions. Outside of that range it leaves the library alone: the app works, the spans of this library are missing.',
    check: ['docker compose exec SERVICE pip list | grep -i "opentelemetry\\|sqlalchemy\\|fastapi\\|flask"'],
    fix: ['Pin the library to a version in the range that the line names, or take a newer set of OpenTelemetry packages.', 'For a database also instrument the driver (psycopg2, pymysql …): its spans do not depend on the ORM.', 'docker compose up -d --build SERVICE'],
    links: ['https://github.com/open-telemetry/opentelemetry-python-contrib/tree/main/instrumentation#readme'],
  },
  says: () => 'One library is not traced: its version is outside of what the instrumentation knows.',
  do: () => 'pin the library to a version in the range that the line names',
});

const queueFull = heard({
  id: 'export.queue-full',
  title: 'Spans are dropped because the queue is full',
  page: {
    symptoms: ['Queue is full, likely spans/logs will be dropped.', 'Dropped 1000 spans because maxQueueSize reached', 'sending queue is full', 'data refused due to high memory usage'],
    why: 'Spans are made faster than they can be sent, or the other end is slow or gone, so the queue runs over. In a Collector the memory limiter refuses data for the same reason.',
    check: ['docker compose logs --no-color --since 10m SERVICE | npx otel-setup explain', 'If there is an export error as well, that is the reason: mend it first.'],
    fix: ['Let more spans wait, or make fewer:', 'OTEL_BSP_MAX_QUEUE_SIZE: "8192"', 'OTEL_TRACES_SAMPLER: parentbased_traceidratio', 'OTEL_TRACES_SAMPLER_ARG: "0.25"', 'Collector: a larger sending_queue.queue_size, or more memory than the limiter allows.'],
    links: ['https://opentelemetry.io/docs/languages/sdk-configuration/general/'],
  },
  says: () => 'Spans were dropped because the queue was full.',
  do: () => 'OTEL_BSP_MAX_QUEUE_SIZE: "8192"   # first mend any export error beside it',
});

const afterShutdown = heard({
  id: 'export.after-shutdown',
  title: 'Spans were made after OpenTelemetry was shut down',
  page: {
    symptoms: ['Already shutdown, dropping span.', 'Exporter already shutdown, ignoring batch'],
    why: 'The provider or the exporter was shut down while the app still worked: `shutdown()` is called too early (at the end of a request, in a fixture, by a parent process that forked), or one exporter is shared by two providers.',
    check: ['grep -rn "shutdown()" --include=*.py .'],
    fix: ['Call `shutdown()` once, when the process ends; after a fork make the provider in the child.'],
    links: ['https://opentelemetry.io/docs/specs/otel/trace/sdk/#shutdown'],
  },
  says: () => 'Spans were dropped because the exporter had been shut down already.',
  do: () => 'call shutdown() only where the process ends',
});

const metricsRefused = heard({
  id: 'export.metrics-refused',
  title: 'Metrics or logs are refused; traces may be fine',
  page: {
    symptoms: ['Failed to export metrics batch code: 400, reason: Bad Request', 'PeriodicExportingMetricReader: metrics export failed (error OTLPExporterError: Bad Request)', 'Failed to export logs batch code: 404, reason: Not Found'],
    why: 'SDKs send metrics and logs as well, unless they are told not to, and what takes traces need not take those. The complaint says nothing about traces.',
    check: ['docker compose logs --no-color --since 10m SERVICE | grep -iE "export.*(span|trace)"'],
    fix: ['Send traces only:', 'OTEL_METRICS_EXPORTER: "none"', 'OTEL_LOGS_EXPORTER: "none"', 'docker compose up -d SERVICE'],
    links: ['https://opentelemetry.io/docs/languages/sdk-configuration/general/'],
  },
  says: () => 'The backend refuses its metrics or logs; this says nothing about its traces.',
  do: () => 'OTEL_METRICS_EXPORTER: "none"   # for logs: OTEL_LOGS_EXPORTER: "none"',
});

export const losses: readonly Rule[] = [librarySkipped, queueFull, afterShutdown, metricsRefused];
