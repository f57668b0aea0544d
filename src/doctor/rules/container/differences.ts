/** What a running container has otherwise than the files would give it now, and whether that stops its spans. Pure. */
import type { Place, Workspace } from '../../../types.ts';
import { inCode } from '../../in-code.ts';
import { keyOf, sendingIn, settingsIn } from '../../keys.ts';
import { instrumentedBy } from '../../subjects.ts';
import type { Container, Reach, Subject } from '../../types.ts';

export interface Difference {
  /** A variable's name, or 'command'. */
  readonly name: string;
  /** In the container; undefined = not there. */
  readonly have?: string;
  /** As the files say; undefined = not there. */
  readonly want?: string;
  readonly where: Place;
  /** With what it has, no span arrives where the files say. */
  readonly stops: boolean;
  /** It comes from the Dockerfile: only a new image brings it. */
  readonly built: boolean;
}

const TOLD = /^(?:OTEL_|HONEYCOMB_)|^(?:NODE_OPTIONS|PYTHONPATH|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|RUBYOPT|DJANGO_SETTINGS_MODULE|DOTNET_STARTUP_HOOKS|CORECLR_\w+)$/;
/** Left over in a container, these alone stop spans or send them elsewhere. */
const LEFT_OVER = /^OTEL_(?:SDK_DISABLED|TRACES_EXPORTER|EXPORTER_OTLP_TRACES_(?:ENDPOINT|HEADERS|PROTOCOL)|CONFIG_FILE|EXPERIMENTAL_CONFIG_FILE)$/;

export function differences(subject: Subject, container: Container, workspace: Workspace): readonly Difference[] {
  const { service } = subject;
  const stops = stoppers(subject, container, workspace);
  const dockerfile = service.build?.dockerfile;
  const wanted = new Map(service.env.map((one) => [one.name, one]));
  const found: Difference[] = [];
  for (const { name, value, where } of wanted.values()) {
    const have = container.env[name];
    // A name that is only passed through and not set here: the shell that started it may have had it.
    if (!TOLD.test(name) || value === undefined || have === value || (value === '' && have === undefined)) continue;
    found.push({ name, want: value, where, stops: stops.has(name) && value.trim() !== '', built: typeof where !== 'string' && where.path === dockerfile, ...(have === undefined ? {} : { have }) });
  }
  if (subject.unsure.length === 0) {
    for (const [name, have] of Object.entries(container.env)) {
      if (!wanted.has(name) && LEFT_OVER.test(name) && stops.has(name)) found.push({ name, have, where: service.definedIn.at(-1) ?? 'container', stops: true, built: false });
    }
  }
  const { start } = service;
  if (start !== undefined && wrapped(start.argv) && !wrapped(container.argv)) {
    found.push({ name: 'command', have: container.argv.join(' '), want: start.argv.join(' '), where: start.where, stops: true, built: start.where.path === dockerfile });
  }
  return found;
}

const wrapped = (argv: readonly string[]): boolean => /opentelemetry-instrument\b|-javaagent:/.test(argv.join(' '));

/** Names of the variables by which the container's spans do not arrive where the files want them. */
function stoppers(subject: Subject, container: Container, workspace: Workspace): ReadonlySet<string> {
  const { sending: want, service } = subject;
  const have = sendingIn(subject, container, workspace);
  const names = new Set<string>();
  const add = (...more: readonly string[]): void => more.forEach((name) => names.add(name));
  if (have.disabled !== undefined && want.disabled === undefined) add('OTEL_SDK_DISABLED');
  if (have.exporter !== undefined && !sendsOtlp(have.exporter.value) && (want.exporter === undefined || sendsOtlp(want.exporter.value))) add('OTEL_TRACES_EXPORTER');
  if (have.endpoint.url !== want.endpoint.url && want.endpoint.from !== 'default') add('OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'HONEYCOMB_API_ENDPOINT', 'HONEYCOMB_TRACES_ENDPOINT');
  const [hasKey, wantsKey] = [keyOf(have)?.trim() ?? '', keyOf(want)?.trim() ?? ''];
  if (hasKey === '' && wantsKey !== '') add('OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'HONEYCOMB_API_KEY', 'HONEYCOMB_TRACES_APIKEY', 'HONEYCOMB_WRITEKEY');
  // Python's own default is gRPC: without that exporter among its packages nothing is set up.
  const libraries = Object.keys(service.app?.libraries ?? {});
  if (service.app?.language === 'python' && have.protocol.value === 'grpc' && want.protocol.value !== 'grpc' && libraries.includes('opentelemetry-exporter-otlp-proto-http') && !libraries.some((name) => /^opentelemetry-exporter-otlp(?:-proto-grpc)?$/.test(name))) add('OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL');
  const loads = subject.instrumented.by;
  if ((loads === 'preload' || loads === 'agent') && instrumentedBy(service, settingsIn(container.env), inCode(service, workspace.files)).by !== loads) add('NODE_OPTIONS', 'PYTHONPATH', 'RUBYOPT', 'JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', 'CORECLR_ENABLE_PROFILING');
  return names;
}

const sendsOtlp = (exporter: string): boolean => exporter.split(',').some((name) => /^(?:|otlp\S*)$/.test(name.trim()));

/** A request was sent from the container as its SDK would send it, and was accepted: then endpoint, header and protocol are well. */
export const accepted = (service: string, reach: readonly Reach[] = []): boolean => reach.some((one) => one.service === service && one.got.is === 'answered' && one.got.status >= 200 && one.got.status < 300);

/** What an accepted request proves. */
export const onTheWay = ({ name }: Difference): boolean => /ENDPOINT$|HEADERS$|PROTOCOL$|API_?KEY$|WRITEKEY$/.test(name);
