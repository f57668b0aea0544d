/** Which services the doctor looks at, and each of them read as its SDK will read it. Pure over Files. */
import { infrastructure, leave } from '../languages/leave.ts';
import type { App, Evidence, Service, Workspace } from '../types.ts';
import { nameOf } from '../workspace/path.ts';
import { inCode, type InCode } from './in-code.ts';
import { sendingOf } from './sending.ts';
import { settingsOf, unsureSettings } from './settings.ts';
import type { Setting, Subject } from './types.ts';

/**
 * All services of the workspace. Expected to send are those that are named; else those with a sign of OpenTelemetry; else,
 * where nothing has one, all that could be traced.
 * @param named service names of --services; [] = none were named.
 */
export function subjectsOf(workspace: Workspace, named: readonly string[]): readonly Subject[] {
  const read = workspace.services.map((service) => readOne(service, workspace));
  const anySign = read.some(({ signs, left }) => signs.length > 0 && left === undefined);
  return read.map(({ left, ...one }) => {
    const { service, signs } = one;
    const why =
      named.length > 0 ? (named.includes(service.name) ? undefined : 'not among --services')
      : left !== undefined ? left
      : !service.active ? 'its profile is not active in a bare `docker compose up`'
      : anySign && signs.length === 0 ? 'nothing says that it is meant to send traces'
      : undefined;
    return { ...one, expected: why === undefined, ...(why === undefined ? {} : { why }) };
  });
}

function readOne(service: Service, workspace: Workspace): Omit<Subject, 'expected' | 'why'> & { readonly left?: string } {
  const { files } = workspace;
  const settings = settingsOf(service, files);
  const code = inCode(service, files);
  const left = leave(service, service.app) ?? notAnApp(service);
  return {
    service,
    settings,
    unsure: unsureSettings(service, files),
    signs: signsOf(service, settings, code),
    sending: sendingOf(service, settings, code, workspace),
    instrumented: instrumentedBy(service, settings, code),
    ...(left === undefined ? {} : { left }),
  };
}

/** An image of tools that is built upon: a Collector with its configuration copied in is no app. */
function notAnApp({ build }: Service): string | undefined {
  const base = build?.stage?.base;
  const kind = base === undefined ? undefined : infrastructure(base);
  return kind === undefined ? undefined : `${kind} (image ${base ?? ''}): nothing to trace in it`;
}

/** Packages that do not mean that the service itself sends: the API alone is what libraries depend on. */
const NO_SIGN = /^(?:@opentelemetry\/(?:api|api-logs|semantic-conventions)|opentelemetry-(?:api|semantic-conventions))$/;
const TELEMETRY = /^(?:@opentelemetry\/|opentelemetry-|honeycomb-opentelemetry$|@honeycombio\/opentelemetry-node$|@vercel\/otel$)/;

function signsOf(service: Service, settings: ReadonlyMap<string, Setting>, code: InCode): readonly Evidence[] {
  const signs: Evidence[] = [];
  for (const { name, where } of settings.values()) {
    // What an image brings (Python's own OTEL_ defaults in a base image) is nobody's wish.
    if (name.startsWith('OTEL_') && where !== 'image') signs.push({ where, says: name });
  }
  const { app } = service;
  const library = Object.keys(app?.libraries ?? {}).find((name) => TELEMETRY.test(name) && !NO_SIGN.test(name));
  if (library !== undefined) signs.push({ where: app?.manifest === undefined ? 'image' : { path: app.manifest.path }, says: library });
  if (app?.wired !== undefined) signs.push(app.wired);
  for (const { at } of code.exporters) signs.push(at);
  if (code.distribution !== undefined) signs.push(code.distribution);
  const { by, at: seen } = instrumentedBy(service, settings, code);
  if ((by === 'wrapper' || by === 'preload' || by === 'agent') && seen !== undefined) signs.push(seen);
  return signs;
}

const at = (evidence: Evidence | undefined) => (evidence === undefined ? {} : { at: evidence });

/** .NET loads one profiler: with an id that is not OpenTelemetry's it is another tracer's (Datadog, New Relic). */
function hasOtherProfiler(settings: ReadonlyMap<string, Setting>): boolean {
  const id = settings.get('CORECLR_PROFILER')?.value ?? '';
  return id !== '' && !DOTNET_PROFILER.test(id);
}
/** The class id of OpenTelemetry's profiler for .NET: the same in every release. */
export const DOTNET_PROFILER = /918728DD-259F-4A6A-AC2B-B85E1B658318/i;

/** Libraries that may start OpenTelemetry inside of themselves. */
const MAY_START = /otel|telemetry|tracing|observab|honeycomb|instrument|logfire|lightstep|uptrace|signoz|sentry|ddtrace|dd-trace|newrelic|elastic-apm|azure-monitor|applicationinsights|splunk|traceloop|langfuse|arize|phoenix/i;

/** @returns 'no' only for Python and Node.js services of which every usual way was looked at. */
export function instrumentedBy(service: Service, settings: ReadonlyMap<string, Setting>, code: InCode): Subject['instrumented'] {
  const { start, app } = service;
  const words = [...(start?.argv ?? []), ...(start?.real ?? [])];
  const line = words.join(' ');
  const started: Evidence | undefined = start === undefined ? undefined : { where: start.realWhere, says: start.real.join(' ').slice(0, 120) };
  if (words.some((word) => nameOf(word) === 'opentelemetry-instrument') || start?.through.includes('opentelemetry-instrument') === true || /(?:^|[\s;&|/(])opentelemetry-instrument\s|opentelemetry\.instrumentation\.auto_instrumentation/.test(line)) return { by: 'wrapper', ...at(started) };
  for (const name of ['NODE_OPTIONS', 'PYTHONPATH', 'RUBYOPT'] as const) {
    const set = settings.get(name);
    if (set !== undefined && /otel|opentelemetry|tracing|instrumentation/i.test(set.value)) return { by: 'preload', at: { where: set.where, says: name } };
  }
  const agent = [...settings.values()].find(({ name, value }) => (/^(?:JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|JAVA_OPTS|CATALINA_OPTS)$/.test(name) && /-javaagent:\S{0,300}(?:opentelemetry|otel|honeycomb)/i.test(value)) || (name === 'CORECLR_ENABLE_PROFILING' && value === '1' && !hasOtherProfiler(settings)) || (name === 'OTEL_PHP_AUTOLOAD_ENABLED' && value === 'true'));
  if (agent !== undefined) return { by: 'agent', at: { where: agent.where, says: agent.name } };
  if (/-javaagent:\S{0,300}(?:opentelemetry|otel|honeycomb)/i.test(line)) return { by: 'agent', ...at(started) };
  if (/(?:--require|--import|-r)[\s=]{1,8}\S{0,300}(?:otel|opentelemetry|tracing|instrumentation|telemetry)/i.test(line)) return { by: 'preload', ...at(started) };
  if (app?.wired !== undefined) return { by: 'code', at: app.wired };
  if (code.distribution !== undefined) return { by: 'code', at: code.distribution };
  const [exporter] = code.exporters;
  if (exporter !== undefined) return { by: 'code', at: exporter.at };
  // Begun in code: whether it works is what the rules of the hop "source" say.
  if (code.attempt !== undefined) return { by: 'code', at: code.attempt };
  if (app === undefined || (app.language !== 'python' && app.language !== 'node')) return { by: 'unknown' };
  if (mayStartInside(app)) return { by: 'unknown' };
  return service.unsure.length > 0 || service.start === undefined ? { by: 'unknown' } : { by: 'no' };
}

/** A library of the workspace's own, or somebody's distribution, may start OpenTelemetry where nobody looked. */
export function mayStartInside(app: App): boolean {
  return Object.entries(app.libraries).some(([name, spec]) => (MAY_START.test(name) && !TELEMETRY.test(name)) || /^(?:workspace|file|link):|^\.{1,2}\//.test(spec));
}
