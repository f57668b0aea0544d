import { inOrder, type Pattern } from '../../patterns.ts';
import { isReached, type PySource } from './sources.ts';
import type { Clues } from './clues.ts';
import type { PinSet } from './pins.ts';
import type { Evidence } from '../../types.ts';

/** Someone starts OpenTelemetry in code: where, how it exports, and what its imports lack. */
export interface Wired {
  readonly at: Evidence;
  /** What carries the spans away: only 'http' and 'grpc' reach a backend, 'env' is decided by OTEL_*. */
  readonly exporter: 'http' | 'grpc' | 'env' | 'none';
}

/** Calls that start a provider for the whole process. */
const STARTS: readonly (readonly [call: Pattern, exporter: 'code' | 'env'])[] = [
  [/\bset_tracer_provider\s*\(/, 'code'],
  [inOrder([/\binstrument_app\s*\(/g, /\btracer_provider\s*=/g]), 'code'],
  [/\bconfigure_opentelemetry\s*\(/, 'env'],
  [/\bauto_instrumentation\.initialize\s*\(|^initialize\s*\(\s*\)$/, 'env'],
];

/**
 * The in-code wiring of a service, if it has one that can run: not in comments or strings, not in a file that nothing
 * imports, not under `if __name__ == "__main__"` of a file that is imported by a server.
 */
export function wiredIn(clues: Clues): Wired | undefined {
  const reached = reachedSources(clues);
  for (const source of reached) {
    const importsOpenTelemetry = source.imports.some(({ name }) => /^(?:opentelemetry|honeycomb)(?:\.|$)/.test(name));
    if (!importsOpenTelemetry) continue;
    for (const line of source.lines) {
      if (line.main && !(clues.process.server === 'python' && clues.process.entry === source)) continue;
      const start = STARTS.find(([call]) => call.test(line.code) && !/^(?:def|from|import)\b/.test(line.code));
      if (start === undefined) continue;
      const says = (line.text.split('\n')[0] ?? '').slice(0, 80);
      return { at: { where: { path: source.path, line: line.line }, says }, exporter: start[1] === 'env' ? 'env' : exporterOf(reached) };
    }
  }
  return undefined;
}

function reachedSources(clues: Clues): readonly PySource[] {
  return clues.sources.filter((source) => isReached(clues.sources, source, clues.process.entry));
}

function exporterOf(sources: readonly PySource[]): 'http' | 'grpc' | 'none' {
  const made = sources.filter((source) => source.lines.some((line) => /\bOTLPSpanExporter\s*\(/.test(line.code)));
  const names = (made.length === 0 ? sources : made).flatMap((source) => source.imports.map(({ name }) => name));
  if (made.length === 0) return 'none';
  if (names.some((name) => name.startsWith('opentelemetry.exporter.otlp.proto.http'))) return 'http';
  return names.some((name) => name.startsWith('opentelemetry.exporter.otlp.proto.grpc')) ? 'grpc' : 'http';
}

/** Module prefix → distribution, most exact first. Other `opentelemetry.instrumentation.x_y` are -instrumentation-x-y. */
const DISTRIBUTIONS: readonly (readonly [module: string, distribution: string])[] = [
  ['opentelemetry.exporter.otlp.proto.http', 'opentelemetry-exporter-otlp-proto-http'],
  ['opentelemetry.exporter.otlp.proto.grpc', 'opentelemetry-exporter-otlp-proto-grpc'],
  ['opentelemetry.sdk.extension.aws', 'opentelemetry-sdk-extension-aws'],
  ['opentelemetry.sdk', 'opentelemetry-sdk'],
  ['opentelemetry.propagators.aws', 'opentelemetry-propagator-aws-xray'],
  ['opentelemetry.propagators.b3', 'opentelemetry-propagator-b3'],
  ['opentelemetry.propagators.jaeger', 'opentelemetry-propagator-jaeger'],
  ['opentelemetry.instrumentation.auto_instrumentation', 'opentelemetry-distro'],
  ['opentelemetry.distro', 'opentelemetry-distro'],
  ['opentelemetry.trace', 'opentelemetry-api'],
  ['opentelemetry.context', 'opentelemetry-api'],
  ['opentelemetry.propagate', 'opentelemetry-api'],
  ['opentelemetry.baggage', 'opentelemetry-api'],
];

/** Distributions that come along with a declared one. */
export function broughtBy(name: string): readonly string[] {
  if (name === 'opentelemetry-exporter-otlp') return ['opentelemetry-exporter-otlp-proto-http', 'opentelemetry-exporter-otlp-proto-grpc', 'opentelemetry-sdk', 'opentelemetry-api'];
  if (name === 'honeycomb-opentelemetry') return ['opentelemetry-exporter-otlp-proto-http', 'opentelemetry-exporter-otlp-proto-grpc', 'opentelemetry-sdk', 'opentelemetry-api', 'opentelemetry-distro'];
  if (/^opentelemetry-(?:exporter|distro)/.test(name)) return ['opentelemetry-sdk', 'opentelemetry-api'];
  if (name === 'opentelemetry-instrumentation-fastapi' || name === 'opentelemetry-instrumentation-starlette') return ['opentelemetry-instrumentation-asgi', 'opentelemetry-api'];
  if (/^opentelemetry-instrumentation-(?:flask|django|pyramid|falcon)$/.test(name)) return ['opentelemetry-instrumentation-wsgi', 'opentelemetry-api'];
  return name.startsWith('opentelemetry-') ? ['opentelemetry-api'] : [];
}

/** Packages that wired code imports and that nothing declared brings; `unknown` are imports that no package of the set has. */
export function missingImports(clues: Clues, set: PinSet): { readonly missing: readonly { readonly name: string; readonly at: Evidence }[]; readonly unknown: readonly Evidence[] } {
  const have = new Set(Object.keys(clues.libraries).flatMap((name) => [name, ...broughtBy(name)]));
  const wanted = new Map<string, Evidence>();
  const unknown: Evidence[] = [];
  for (const source of reachedSources(clues)) {
    for (const { name, line } of source.imports) {
      const distribution = distributionOf(name);
      if (distribution === undefined || have.has(distribution)) continue;
      const at: Evidence = { where: { path: source.path, line }, says: `import ${name}` };
      if (set.version(distribution) === undefined) unknown.push(at);
      else if (!wanted.has(distribution)) wanted.set(distribution, at);
    }
  }
  const alongside = new Set(Array.from(wanted.keys(), broughtBy).flat());
  return { missing: Array.from(wanted, ([name, at]) => ({ name, at })).filter(({ name }) => !alongside.has(name)), unknown };
}

/** The distribution that holds a module; undefined for what is not OpenTelemetry's, and for names inside a module already counted. */
export function distributionOf(module: string): string | undefined {
  const known = DISTRIBUTIONS.find(([prefix]) => module === prefix || module.startsWith(`${prefix}.`));
  if (known !== undefined) return known[1];
  const instrumentation = /^opentelemetry\.instrumentation\.([a-z0-9_]+)/.exec(module)?.[1];
  if (instrumentation === undefined) return undefined;
  // Modules of the base package itself.
  if (/^(?:instrumentor|utils|dependencies|distro|environment_variables|propagators|sqlcommenter_utils|version|bootstrap)$/.test(instrumentation)) return undefined;
  const names: Readonly<Record<string, string>> = { pymemcache: 'pymemcache', kafka: 'kafka-python', tortoiseorm: 'tortoiseorm', boto3sqs: 'boto3sqs' };
  return `opentelemetry-instrumentation-${names[instrumentation] ?? instrumentation.replaceAll('_', '-')}`;
}
