/** The provider in a service's own Python: made, set, and given something that carries the spans away. */
import { nameForRegExp } from '../../../patterns.ts';
import type { Evidence, Files } from '../../../types.ts';
import { callsOf, nodeCode, propertiesOf, seenAt } from '../../code/node-code.ts';
import { seen } from '../../code/python-code.ts';
import { mentions, pythonWiring, type PythonWiring } from '../../code/python-wiring.ts';
import { rule } from '../../rule.ts';
import { mayStartInside } from '../../subjects.ts';
import type { Rule, Subject } from '../../types.ts';
import { each } from '../files/each.ts';

const SET_UP = 'https://opentelemetry.io/docs/languages/python/instrumentation/';

/** The wiring of a service that has nothing but its own code to start OpenTelemetry; undefined = something else may do it. */
export function ownWiring({ service, instrumented, settings }: Subject, files: Files): PythonWiring | undefined {
  if (service.app?.language !== 'python' || instrumented.by !== 'code' || mayStartInside(service.app)) return undefined;
  if (settings.has('OTEL_PYTHON_TRACER_PROVIDER') || settings.has('FASTAPI_OTEL_AUTO_CONFIGURE') || /auto_instrumentation/.test(settings.get('PYTHONPATH')?.value ?? '')) return undefined;
  const wiring = pythonWiring(service, files);
  // A function of a cloud is started by the cloud's own wrapper.
  if (wiring.code.statements.some(({ code }) => /^(?:async\s+)?def\s+(?:lambda_handler|handler)\s*\(\s*event\b/.test(code))) return undefined;
  return mentions(wiring.code, /\bauto_configure\b|\bconfigure_opentelemetry\b|\bauto_instrumentation\b|\b_load_instrumentors\b|\bOpenTelemetryDistro\b|\b_OTelSDKConfigurator\b/) ? undefined : wiring;
}

/** In its own code, or in a file of its own that the command loads; not by the SDK's own preload, which comes first. */
export const wiresItself = ({ service, instrumented }: Pick<Subject, 'service' | 'instrumented'>): boolean =>
  instrumented.by === 'code' || (instrumented.by === 'preload' && service.app?.wired !== undefined && ![...(service.start?.argv ?? []), ...service.env.map(({ value }) => value ?? '')].some((text) => /auto-instrumentations-node|otel\.[cm]js/.test(text)));

/** A provider reaches the API: it is set for all, or handed to what uses it. */
const HANDED = /\bset_tracer_provider\b|\b_set_tracer_provider\b|\btracer_provider\s*=|\bTRACER_PROVIDER\b/;

const neverSet = rule({
  id: 'source.provider-never-set',
  hop: 'source',
  title: 'No tracer provider is set, so spans are made for nobody',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['No spans, no message: the app runs as before.', 'span.is_recording() is False; the trace id is 0.'],
    why: 'An instrumentor asks the API for a tracer. As long as nobody sets a TracerProvider of the SDK, the API answers with one that does nothing, and says so nowhere.',
    check: ['grep -rn "set_tracer_provider\\|TracerProvider(" --include=*.py .'],
    fix: ['provider = TracerProvider()', 'provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))', 'trace.set_tracer_provider(provider)'],
    links: [SET_UP],
  },
  find: ({ workspace: { files }, subjects }) => each({ subjects }, (subject) => {
    const wiring = ownWiring(subject, files);
    if (wiring === undefined) return [];
    const { acts, live, code } = wiring;
    // What was set in a place that never runs is another rule's.
    if (mentions(code, HANDED) || acts.some(({ kind, runs }) => (kind === 'set-provider' || kind === 'start') && runs !== 'yes')) return [];
    const made = live.find(({ kind }) => kind === 'make-provider');
    const held = made === undefined ? undefined : /^(\w+)\s*=/.exec(made.at.code)?.[1];
    if (held !== undefined && mentions(code, new RegExp(`\\b${nameForRegExp(held)}\\.get_tracer\\b`))) return [];
    const makesSpans = live.filter(({ kind, name }) => kind === 'instrument' && name !== 'LoggingInstrumentor');
    const instrumentor = makesSpans.find(({ runs }) => runs === 'yes') ?? makesSpans[0];
    // Made and given away in one breath, or kept in an object: it is not followed. Spans may be handed to a processor without any tracer.
    if (made !== undefined && (held === undefined || mentions(code, /\.(?:on_end|on_start|export)\s*\(/) || (instrumentor === undefined && !mentions(code, /\btrace\.get_tracer\b|(?<![.\w])get_tracer\s*\(/)))) return [];
    const first = made ?? instrumentor;
    if (first === undefined || acts.some(({ kind }) => kind === 'make-provider') !== (made !== undefined)) return [];
    return [{
      says: made === undefined
        ? `${instrumentor?.name ?? 'An instrumentor'} is used, and no TracerProvider is made anywhere: the spans go nowhere.`
        : `A TracerProvider is made in ${first.at.source.path}, and set nowhere: the spans go nowhere.`,
      because: [seen(files, first.at), ...(made !== undefined && instrumentor !== undefined ? [seen(files, instrumentor.at)] : [])],
      do: made === undefined
        ? 'from opentelemetry import trace\nfrom opentelemetry.sdk.trace import TracerProvider\nfrom opentelemetry.sdk.trace.export import BatchSpanProcessor\nfrom opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\nprovider = TracerProvider()\nprovider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))\ntrace.set_tracer_provider(provider)'
        : `trace.set_tracer_provider(${held ?? 'provider'})   (below ${first.at.source.path}:${first.at.line}, with: from opentelemetry import trace)`,
      about: 'wiring',
    }];
  }),
});

/** Words of classes that take spans away; each that is not the console's may reach a backend. */
const CARRIERS = /\b\w*(?:Exporter|SpanProcessor|Processor)\b/g;
const NOT_AWAY = /^(?:ConsoleSpanExporter|InMemorySpanExporter|SimpleSpanProcessor|BatchSpanProcessor|SpanExporter|SpanProcessor|SynchronousMultiSpanProcessor|\w*(?:Metrics?|Logs?|LogRecord)(?:Exporter|Processor)|\w*Instrumentor)$/;

function carriers(wiring: PythonWiring): ReadonlySet<string> {
  const { code } = wiring;
  return new Set(code.statements.flatMap((one) => [...one.code.matchAll(CARRIERS)].map(([word]) => word)));
}

/** A provider of the SDK is set by this code, and everything that takes spans from it is in sight. */
function setInSight(wiring: PythonWiring): boolean {
  const { live, acts } = wiring;
  const set = live.find(({ kind }) => kind === 'set-provider');
  const made = live.filter(({ kind }) => kind === 'make-provider');
  return set !== undefined && made.length > 0 && made.every(({ args }) => args.every(({ name, text }) => name === 'resource' || name === 'sampler' || name === 'id_generator' || name === 'span_limits' || (name === undefined && /resource/i.test(text)))) && acts.every(({ kind, runs }) => kind !== 'add-processor' || runs === 'yes' || runs === 'maybe');
}

const noExporter = rule({
  id: 'source.no-exporter',
  hop: 'source',
  title: 'The provider has no exporter: spans are made and dropped',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['No spans, no message. Traces have ids in the log, and nothing arrives.'],
    why: 'A TracerProvider made in code exports nothing by itself, whatever the OTEL_* variables say: each exporter is added with add_span_processor.',
    check: ['grep -rn "add_span_processor" --include=*.py .'],
    fix: ['from opentelemetry.sdk.trace.export import BatchSpanProcessor', 'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter', 'provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))'],
    links: [SET_UP],
  },
  find: ({ workspace: { files }, subjects }) => each({ subjects }, (subject) => {
    const wiring = ownWiring(subject, files);
    if (wiring === undefined || !setInSight(wiring) || mentions(wiring.code, /add_span_processor|active_span_processor|add_processor/)) return [];
    const words = [...carriers(wiring)].filter((word) => !NOT_AWAY.test(word) && word !== 'OTLPSpanExporter');
    const made = wiring.live.find(({ kind }) => kind === 'make-provider');
    if (words.length > 0 || made === undefined) return [];
    const exporter = wiring.live.find(({ kind }) => kind === 'exporter');
    const held = /^(\w+)\s*=/.exec(made.at.code)?.[1] ?? 'provider';
    // Metrics or logs leave: the spans may be made for their ids alone.
    const sendsOthers = mentions(wiring.code, /\b(?:OTLPMetricExporter|OTLPLogExporter|PrometheusMetricReader)\b/);
    return [{
      ...(sendsOthers ? { status: 'warn' as const } : {}),
      says: exporter === undefined ? 'The TracerProvider has no exporter: the spans are made and dropped.' : 'An exporter is made and given to no provider: the spans are made and dropped.',
      because: [seen(files, made.at), ...(exporter === undefined ? [] : [seen(files, exporter.at)])],
      do: `from opentelemetry.sdk.trace.export import BatchSpanProcessor\nfrom opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\n${held}.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))`,
      about: 'exporter',
    }];
  }),
});

const consoleOnly = rule({
  id: 'source.console-only',
  hop: 'source',
  title: 'Spans are only printed',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['docker compose logs shows spans as JSON ("trace_id": "0x…"), and Honeycomb has none.'],
    why: 'ConsoleSpanExporter writes spans to the log of the container. It is there to look at them while you try things out; it sends nothing.',
    check: ['grep -rn "ConsoleSpanExporter\\|OTLP.*Exporter" --include=*.py --include=*.js --include=*.ts .'],
    fix: ['Python: provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))', 'Node.js: traceExporter: new OTLPTraceExporter()', 'The console exporter may stay beside it.'],
    links: [SET_UP],
  },
  find: ({ workspace: { files }, subjects }) => each({ subjects }, (subject) => {
    const found = onlyPrintedInPython(subject, files) ?? onlyPrintedInNode(subject, files);
    if (found === undefined) return [];
    const python = subject.service.app?.language === 'python';
    return [{
      says: 'The only exporter in the code prints spans to the log: nothing is sent.',
      because: [found],
      do: python
        ? 'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\nprovider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))'
        : "traceExporter: new OTLPTraceExporter(),   // const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto')",
      about: 'exporter',
    }];
  }),
});

function onlyPrintedInPython(subject: Subject, files: Files): Evidence | undefined {
  const wiring = ownWiring(subject, files);
  if (wiring === undefined || !setInSight(wiring)) return undefined;
  const words = carriers(wiring);
  const printed = wiring.live.find(({ kind, name }) => kind === 'exporter' && name === 'ConsoleSpanExporter');
  const processors = wiring.live.filter(({ kind }) => kind === 'add-processor');
  if (printed === undefined || processors.length === 0 || ![...words].every((word) => NOT_AWAY.test(word))) return undefined;
  return seen(files, printed.at);
}

/** `new NodeSDK({ traceExporter: new ConsoleSpanExporter() })`, and no other exporter in any file. */
function onlyPrintedInNode({ service, instrumented }: Subject, files: Files): Evidence | undefined {
  const code = service.app?.language === 'node' && wiresItself({ service, instrumented }) ? nodeCode(service, files) : undefined;
  if (code === undefined || service.app === undefined || mayStartInside(service.app)) return undefined;
  const all = code.sources.map((source) => source.code).join('\n');
  if (/\w{0,80}(?:TraceExporter|Zipkin\w{0,80}Exporter|Jaeger\w{0,80}Exporter|SpanExporter)\b/.test(all.replaceAll(/ConsoleSpanExporter|InMemorySpanExporter/g, '')) || /registerOTel|HoneycombSDK/.test(all)) return undefined;
  for (const source of code.sources) {
    for (const call of callsOf(source, /\bnew\s+(?:\w+\.)?NodeSDK\s*\(/g)) {
      const given = propertiesOf(call.args[0] ?? '').filter(({ name }) => /^(?:traceExporter|spanProcessors?)$/.test(name));
      if (given.length > 0 && given.every(({ text }) => /ConsoleSpanExporter\s*\(/.test(text) && !/,\s*\w+\s*\]/.test(text))) return seenAt(files, source, call.index);
    }
  }
  return undefined;
}

const two = rule({
  id: 'source.two-providers',
  hop: 'source',
  title: 'Two tracer providers are set; only the first counts',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['Overriding of current TracerProvider is not allowed'],
    why: 'The provider can be set once in a process. What the second one was given (exporter, service name) is never used.',
    check: ['grep -rn "set_tracer_provider(" --include=*.py .', 'docker compose logs SERVICE | grep Overriding'],
    fix: ['Keep one of the two calls, and put all exporters on that provider.'],
    links: [SET_UP],
  },
  find: ({ workspace: { files }, subjects }) => each({ subjects }, (subject) => {
    if (subject.service.app?.language !== 'python') return [];
    const set = pythonWiring(subject.service, files).live.filter(({ kind, runs, at }) => kind === 'set-provider' && runs === 'yes' && !at.guarded);
    const [first, second] = set;
    if (first === undefined || second === undefined) return [];
    return [{
      status: 'warn' as const,
      says: `Two places set a TracerProvider (${set.map(({ at }) => `${at.source.path}:${at.line}`).join(', ')}): the first that runs wins, the other is ignored.`,
      because: set.slice(0, 3).map(({ at }) => seen(files, at)),
      do: `keep the one that has your exporter and take the other out, for example ${second.at.source.path}:${second.at.line}`,
      about: 'two-providers',
    }];
  }),
});

export const providers: readonly Rule[] = [neverSet, noExporter, consoleOnly, two];
