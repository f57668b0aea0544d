import type { App, Evidence, Service, Stuck } from '../types.ts';

/** Another tracer that is there already: what it means for ours. */
export type Rival = ({ readonly is: 'stuck'; /** 'Datadog': a tracer that is not OpenTelemetry's; undefined = a distribution of OpenTelemetry. */ readonly tracer?: string } & Stuck) | { readonly is: 'note'; readonly note: string };

interface Rule {
  readonly title: string;
  /** Declared libraries that bring it, lower case. */
  readonly libraries: readonly string[];
  /** Environment that switches it on without a library. */
  readonly env?: RegExp;
  readonly command?: RegExp;
  readonly says: (found: string) => Rival;
}

type Stuckness = Extract<Rival, { readonly is: 'stuck' }>;
/** A distribution of OpenTelemetry: no other tracer, but a second SDK. */
const secondSdk = (title: string, way: string) => (found: string): Stuckness => ({
  is: 'stuck',
  stuck: `${title} traces this service already (${found}): two tracers patch the same libraries, so nothing is added. ${way}`,
});
const twoTracers = (title: string, way: string) => (found: string): Stuckness => ({ ...secondSdk(title, way)(found), tracer: title });
const takeOut = (what: string): string => `To send to the chosen backend instead, take ${what} out of the manifest and the start command, then run otel-setup again.`;

const RULES: readonly Rule[] = [
  { title: 'Datadog', libraries: ['ddtrace', 'dd-trace'], env: /^DD_(?:TRACE_|SERVICE$|AGENT_HOST$)/, command: /^ddtrace-run$|dd-trace\/init|dd-java-agent/, says: twoTracers('Datadog', takeOut('ddtrace')) },
  { title: 'New Relic', libraries: ['newrelic'], command: /^newrelic-admin$|^newrelic$/, says: twoTracers('New Relic', takeOut('newrelic')) },
  { title: 'Elastic APM', libraries: ['elastic-apm', 'elastic-apm-node'], says: twoTracers('Elastic APM', 'Elastic APM can send OTLP itself; or take it out of the manifest, then run otel-setup again.') },
  { title: 'AppDynamics', libraries: ['appdynamics', 'appd'], says: twoTracers('AppDynamics', takeOut('the agent')) },
  { title: 'Honeycomb Beeline', libraries: ['honeycomb-beeline'], says: twoTracers('Honeycomb Beeline', 'The Beelines are no longer developed: take honeycomb-beeline out of the manifest and the code, then run otel-setup again (https://docs.honeycomb.io/send-data/beeline/).') },
  ...(
    [
      ['Azure Monitor', ['azure-monitor-opentelemetry', '@azure/monitor-opentelemetry', 'applicationinsights', '@microsoft/applicationinsights']],
      ['Logfire', ['logfire']],
      ['Splunk', ['splunk-opentelemetry', '@splunk/otel']],
      ['the AWS distribution of OpenTelemetry', ['aws-opentelemetry-distro', '@aws/aws-distro-opentelemetry-node-autoinstrumentation']],
    ] as const
  ).map(([title, libraries]): Rule => ({ title, libraries, says: secondSdk(title, 'It is OpenTelemetry itself: give it one more OTLP exporter, or take it out and run otel-setup again.') })),
  {
    title: 'AWS X-Ray',
    libraries: ['aws-xray-sdk', 'aws-xray-sdk-core', 'aws-xray-sdk-express'],
    says: (found) => ({ is: 'note', note: `The AWS X-Ray SDK (${found}) stays: it makes its own traces with ids of its own beside these.` }),
  },
  {
    title: 'Sentry',
    libraries: ['sentry-sdk'],
    says: (found) => ({ is: 'note', note: `Sentry (${found}) stays: its traces and these do not disturb each other.` }),
  },
];

/** Sentry's Node SDK is an OpenTelemetry SDK itself once tracing is on (measured: 30 server spans instead of 20). */
function sentryNode(app: App, sampling: Evidence | undefined): Rival | undefined {
  const name = Object.keys(app.libraries).find((library) => /^@sentry\/(?:node|nestjs|nextjs|sveltekit|remix|bun)$/.test(library));
  if (name === undefined) return undefined;
  if (sampling === undefined) return { is: 'note', note: `Sentry (${name}) reports errors only here and stays as it is.` };
  return {
    is: 'stuck',
    stuck: `${name} traces this service already (${sampling.says}): it is an OpenTelemetry SDK itself, and a second one doubles every span. Take tracesSampleRate out of Sentry.init and run otel-setup again, or give Sentry the exporter below.`,
    paste: {
      into: 'Sentry.init({ … })',
      text: "openTelemetrySpanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],  // from '@opentelemetry/sdk-trace-base' and '@opentelemetry/exporter-trace-otlp-proto'",
    },
  };
}

/**
 * The other tracers of a service, from its declared libraries, its environment and its command.
 * `sampling` is where the source switches Sentry's tracing on, if it does.
 */
export function rivals(app: App, service: Service, sampling?: Evidence): readonly Rival[] {
  const words = [...(service.start?.argv ?? []), ...(service.start?.real ?? [])];
  const found = RULES.flatMap((rule) => {
    const library = rule.libraries.find((name) => Object.hasOwn(app.libraries, name));
    const word = rule.command === undefined ? undefined : words.find((each) => rule.command?.test(each));
    const variable = library === undefined || rule.env === undefined ? undefined : service.env.find((each) => rule.env?.test(each.name))?.name;
    const seen = word ?? variable ?? library;
    return seen === undefined ? [] : [rule.says(library ?? seen)];
  });
  const sentry = sentryNode(app, sampling);
  return sentry === undefined ? found : [...found, sentry];
}

/** The first rival that forbids a second tracer, else undefined; and the notes of the others. */
export function heedRivals(all: readonly Rival[]): { readonly stuck?: Stuck; readonly notes: readonly string[] } {
  const notes = all.flatMap((rival) => (rival.is === 'note' ? [rival.note] : []));
  const first = all.find((rival) => rival.is === 'stuck');
  if (first === undefined) return { notes };
  return { stuck: first.paste === undefined ? { stuck: first.stuck } : { stuck: first.stuck, paste: first.paste }, notes };
}
