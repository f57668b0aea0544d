/** Log lines of an SDK that did not start: the app runs, and nothing of it is ever sent. */
import type { Rule } from '../../types.ts';
import { heard } from './heard.ts';

const sdkFailed = heard({
  id: 'export.sdk-failed',
  title: 'OpenTelemetry could not start in this process',
  page: {
    symptoms: [
      'Configuration of configurator failed',
      'OpenTelemetry Javaagent failed to start',
      'OpenTelemetry error: unexpected configuration error due to …',
      'OpenTelemetry: [error] Error during opentelemetry initialization',
    ],
    why: 'The SDK met an error while it was set up, said so once, and stepped aside. The app goes on without it, so everything looks fine and not one span is sent. The line that follows (in Python the last line of the traceback) names the setting or the package that it stumbled over.',
    check: ['docker compose logs --no-color SERVICE | grep -i -A 20 opentelemetry | head -60', 'Read the first error after the start of the container, not the last one.'],
    fix: ['Mend what the lines right after it name; explain knows most of them:', 'docker compose logs --no-color SERVICE | npx otel-setup explain', 'docker compose up -d --build SERVICE'],
    links: ['https://opentelemetry.io/docs/languages/sdk-configuration/'],
  },
  says: () => 'OpenTelemetry gave up while it started: the app runs, and nothing of it is sent.',
  do: (service) => `docker compose logs --no-color ${service} | npx otel-setup explain`,
});

const exporterTwice = heard({
  id: 'export.exporter-twice',
  title: '.NET: the OTLP exporter is registered twice',
  page: {
    symptoms: [
      'System.NotSupportedException: Multiple calls to UseOtlpExporter on the same IServiceCollection are not supported.',
      'System.NotSupportedException: Signal-specific AddOtlpExporter methods and the cross-cutting UseOtlpExporter method being invoked on the same IServiceCollection is not supported.',
    ],
    why: '`UseOtlpExporter()` registers the exporter for all signals and may be called once; with a second call, or with `AddOtlpExporter()` beside it, the host refuses to start. .NET Aspire\'s ServiceDefaults calls it already.',
    check: ['grep -rn "UseOtlpExporter\\|AddOtlpExporter" --include=*.cs .'],
    fix: ['Keep one `UseOtlpExporter()` and take every `AddOtlpExporter()` out.', 'docker compose up -d --build SERVICE'],
    links: ['https://opentelemetry.io/docs/languages/dotnet/exporters/'],
  },
  says: () => 'The app stops at its start because the OTLP exporter is registered more than once.',
  do: () => 'keep one UseOtlpExporter() in the code, and no AddOtlpExporter() beside it',
});

const phpExtension = heard({
  id: 'export.php-extension',
  title: 'PHP: the opentelemetry extension is not loaded',
  page: {
    symptoms: ['Warning: The opentelemetry extension must be loaded in order to autoload the OpenTelemetry Laravel auto-instrumentation'],
    why: 'The auto-instrumentation packages of Composer hook into functions through the `opentelemetry` extension of PHP. Without the extension they do nothing.',
    check: ['docker compose exec SERVICE php -m | grep opentelemetry'],
    fix: ['Add the extension in the Dockerfile:', 'COPY --from=mlocati/php-extension-installer /usr/bin/install-php-extensions /usr/local/bin/', 'RUN install-php-extensions opentelemetry', 'docker compose up -d --build SERVICE'],
    links: ['https://opentelemetry.io/docs/zero-code/php/'],
  },
  says: () => 'The opentelemetry extension of PHP is not loaded, so nothing is instrumented.',
  do: () => 'RUN install-php-extensions opentelemetry   # in the Dockerfile',
});

const halfStarted = heard({
  id: 'export.half-started',
  title: 'Python: the automatic instrumentation stopped half-way',
  page: {
    symptoms: ['Failed to auto initialize OpenTelemetry', 'Instrumenting of flask failed', 'Error in sitecustomize; set PYTHONVERBOSE for traceback:'],
    why: 'opentelemetry-instrument sets the exporter up first and then one library after the other. It met an error on the way: what came before works, everything behind it is not instrumented, and the app goes on. The last line of the traceback names the reason.',
    check: ['docker compose logs --no-color SERVICE | grep -i -A 30 "auto initialize" | head -60'],
    fix: ['Mend what the last line of the traceback names; explain knows most of them:', 'docker compose logs --no-color SERVICE | npx otel-setup explain', 'Or leave the library out that cannot be instrumented:', 'OTEL_PYTHON_DISABLED_INSTRUMENTATIONS: "name-of-the-library"', 'docker compose up -d SERVICE'],
    links: ['https://opentelemetry.io/docs/zero-code/python/troubleshooting/'],
  },
  says: () => 'The automatic instrumentation stopped half-way: what comes after its error is not traced, perhaps nothing is.',
  do: (service) => `docker compose logs --no-color ${service} | npx otel-setup explain`,
});

export const started: readonly Rule[] = [exporterTwice, phpExtension, sdkFailed, halfStarted];
