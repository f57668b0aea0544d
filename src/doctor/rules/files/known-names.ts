/**
 * Names of variables that some SDK, agent or distribution really reads: opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables
 * and protocol/exporter; the families of each language are its own documentation's. Whatever else looks like one of them
 * may be a slip of the pen.
 */

/** Those that decide whether and where traces arrive. */
export const DECISIVE: readonly string[] = [
  'OTEL_SERVICE_NAME', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_PROTOCOL',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
  'OTEL_TRACES_EXPORTER', 'OTEL_TRACES_SAMPLER', 'OTEL_RESOURCE_ATTRIBUTES', 'OTEL_PROPAGATORS',
];

const SIGNALS = ['', 'TRACES_', 'METRICS_', 'LOGS_', 'PROFILES_'];
const OTLP = ['ENDPOINT', 'HEADERS', 'PROTOCOL', 'TIMEOUT', 'COMPRESSION', 'CERTIFICATE', 'CLIENT_KEY', 'CLIENT_CERTIFICATE', 'INSECURE', 'MAX_EXPORT_BATCH_SIZE'];
const EXACT: ReadonlySet<string> = new Set([
  ...DECISIVE,
  ...SIGNALS.flatMap((signal) => OTLP.map((name) => `OTEL_EXPORTER_OTLP_${signal}${name}`)),
  'OTEL_EXPORTER_OTLP_SPAN_INSECURE', 'OTEL_EXPORTER_OTLP_METRIC_INSECURE', 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
  'OTEL_METRICS_EXPORTER', 'OTEL_LOGS_EXPORTER', 'OTEL_SDK_DISABLED', 'OTEL_TRACES_SAMPLER_ARG', 'OTEL_LOG_LEVEL', 'OTEL_CONFIG_FILE', 'OTEL_EXPERIMENTAL_CONFIG_FILE', 'OTEL_ENTITIES',
  'OTEL_SERVICE_VERSION', 'OTEL_SERVICE_NAMESPACE', 'OTEL_SERVICE_INSTANCE_ID', 'OTEL_ENABLED', 'OTEL_TRACES_ENABLED', 'OTEL_DENO', 'OTEL_COLLECTOR_NAME',
]);
const FAMILIES = /^OTEL_(?:PYTHON|NODE|NODEJS|JAVA|JAVAAGENT|JMX|DOTNET|GO|RUBY|PHP|RUST|ELIXIR|INSTRUMENTATION|BSP|BLRP|METRIC|METRICS_|ATTRIBUTE|SPAN|EVENT|LINK|LOGRECORD|LOGS_|SEMCONV|AWS|EXPORTER_(?:ZIPKIN|JAEGER|PROMETHEUS|CONSOLE)|EXPERIMENTAL|RESOURCE_(?:PROVIDERS|DETECTORS)|INJECTOR|EBPF|TRACES_SAMPLER_)/;

export const isKnownName = (name: string): boolean => EXACT.has(name) || FAMILIES.test(name);

/** Shortened names that people write from memory. No SDK reads them. */
const SHORTENED: Readonly<Record<string, string>> = {
  OTLP_ENDPOINT: 'OTEL_EXPORTER_OTLP_ENDPOINT', OTEL_ENDPOINT: 'OTEL_EXPORTER_OTLP_ENDPOINT', OTEL_OTLP_ENDPOINT: 'OTEL_EXPORTER_OTLP_ENDPOINT', OTEL_EXPORTER_ENDPOINT: 'OTEL_EXPORTER_OTLP_ENDPOINT', EXPORTER_OTLP_ENDPOINT: 'OTEL_EXPORTER_OTLP_ENDPOINT', OTEL_EXPORTER_OTLP: 'OTEL_EXPORTER_OTLP_ENDPOINT', OTEL_EXPORTER_OTLP_URL: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  OTLP_HEADERS: 'OTEL_EXPORTER_OTLP_HEADERS', OTEL_HEADERS: 'OTEL_EXPORTER_OTLP_HEADERS', OTEL_OTLP_HEADERS: 'OTEL_EXPORTER_OTLP_HEADERS', OTEL_EXPORTER_HEADERS: 'OTEL_EXPORTER_OTLP_HEADERS', EXPORTER_OTLP_HEADERS: 'OTEL_EXPORTER_OTLP_HEADERS',
  OTLP_PROTOCOL: 'OTEL_EXPORTER_OTLP_PROTOCOL', OTEL_PROTOCOL: 'OTEL_EXPORTER_OTLP_PROTOCOL', OTEL_OTLP_PROTOCOL: 'OTEL_EXPORTER_OTLP_PROTOCOL', OTEL_EXPORTER_PROTOCOL: 'OTEL_EXPORTER_OTLP_PROTOCOL',
  OTEL_SERVICE: 'OTEL_SERVICE_NAME', OTEL_SERVICENAME: 'OTEL_SERVICE_NAME', OTEL_NAME: 'OTEL_SERVICE_NAME', OPENTELEMETRY_SERVICE_NAME: 'OTEL_SERVICE_NAME', OTEL_EXPORTER_OTLP_SERVICE_NAME: 'OTEL_SERVICE_NAME',
  OTEL_EXPORTER: 'OTEL_TRACES_EXPORTER',
};

/** The decisive name that was probably meant; undefined = a name of its own. */
export function meantBy(name: string): string | undefined {
  if (isKnownName(name)) return undefined;
  const upper = name.toUpperCase().replaceAll('-', '_');
  if (DECISIVE.includes(upper)) return upper;
  if (SHORTENED[upper] !== undefined) return SHORTENED[upper];
  const near = DECISIVE.map((meant) => ({ meant, far: distance(upper, meant) })).toSorted((a, b) => a.far - b.far)[0];
  if (near !== undefined && near.far <= 2 && (near.meant.includes('OTLP') || mayBeOtel(upper))) return near.meant;
  // Blocks that changed places when a name was pasted into another: the same letters, in the same end.
  return SORTED.get(letters(upper));
}

/** Short names have neighbours with a meaning of their own: HOTEL_SERVICE_NAME, OTHER_SERVICE_NAME. */
function mayBeOtel(name: string): boolean {
  const [first = ''] = name.split('_');
  return first !== 'HOTEL' && first !== 'MOTEL' && distance(first, 'OTEL') <= 1;
}

const letters = (text: string): string => [...text].toSorted().join('');
const SORTED: ReadonlyMap<string, string> = new Map(DECISIVE.map((meant) => [letters(meant), meant]));

/** Letters to change, to leave out, to put in or to swap with their neighbour (optimal string alignment). */
export function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let [before, last]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((row[j - 1] ?? 0) + 1, (last?.[j] ?? 0) + 1, (last?.[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before?.[j - 2] ?? 0) + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last?.[b.length] ?? 3;
}
