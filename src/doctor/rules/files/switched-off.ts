/** Settings by which an SDK keeps its spans to itself: opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables. */
import { lineAt, settingAt } from '../../evidence.ts';
import { mentioned } from '../../../workspace/mentions.ts';
import { rule } from '../../rule.ts';
import type { Rule, Setting, Subject } from '../../types.ts';
import { each } from './each.ts';
import { heedsEnvironment, readsOthersCode } from './heeds.ts';
import { removed, replaced } from './replaced.ts';

const SPEC = 'https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/';

/** Words that people write for "otlp"; no SDK knows them. */
const NEARLY = /^(?:otpl|oltp|optl|otlp[-_/]?https?|otlp[-_/]?grpc|otlphttp|otlpgrpc|otel|http|https|grpc|http\/protobuf|honeycomb|opentelemetry)$/i;
/** Exporters that went out of the SDKs; an app has them only with a package of their own. */
const GONE = /^jaeger(?:_thrift|_proto)?$/;

const exporterNone = rule({
  id: 'files.exporter-none',
  hop: 'files',
  title: 'OTEL_TRACES_EXPORTER sends the spans nowhere',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ['spans as JSON in the container\'s log, none in the backend', 'Unrecognized OTEL_TRACES_EXPORTER value: jaeger.', 'Unable to set up trace exporter(s) due to invalid exporter and/or protocol values.', "Requested component 'jaeger' not found in entry point 'opentelemetry_traces_exporter'", 'The jaeger exporter cannot be configured - please add …'],
    why: 'OTEL_TRACES_EXPORTER names where spans go: "otlp" is a backend, "console" the log, "none" nowhere. "jaeger" went out of the SDKs; Jaeger itself takes otlp.',
    check: ['docker compose exec SERVICE env | grep OTEL_TRACES_EXPORTER'],
    fix: ['OTEL_TRACES_EXPORTER: "otlp"', 'both: OTEL_TRACES_EXPORTER: "console,otlp"', 'or take the line away: otlp is the default'],
    links: [SPEC],
  },
  find: (facts) => each(facts, (subject) => {
    const { service, sending, settings } = subject;
    const setting = sending.exporter;
    const heeds = heedsEnvironment(subject, facts.workspace.files);
    if (setting === undefined || heeds === 'no') return [];
    const words = setting.value.split(',').map((word) => word.trim()).filter((word) => word !== '');
    if (words.length === 0 || words.some((word) => /^otlp(?:_proto_(?:grpc|http))?$/.test(word))) return [];
    const silent = words.every((word) => /^(?:none|console|logging|logging-otlp|otlp[-_]stdout)$/.test(word));
    const wrong = words.find((word) => NEARLY.test(word)) ?? words.find((word) => GONE.test(word) && !Object.keys(service.app?.libraries ?? {}).some((name) => name.includes('jaeger')));
    // Zipkin and what vendors add are places of their own, unless an OTLP endpoint says that another one is meant.
    const elsewhere = words.includes('zipkin') && settings.has('OTEL_EXPORTER_OTLP_ENDPOINT');
    if (!silent && wrong === undefined && !elsewhere) return [];
    const certain = heeds === 'yes' && !elsewhere;
    const value = words.includes('console') ? 'console,otlp' : 'otlp';
    const says = wrong !== undefined ? `no SDK has an exporter "${wrong.slice(0, 40)}": none is set up`
      : elsewhere ? 'spans go to Zipkin, not to the OTLP endpoint that is set'
      : words.includes('none') ? 'spans are thrown away' : 'spans go to the log alone';
    return [{
      ...(certain ? { of: setting } : { status: 'warn' as const }),
      says: `${setting.name} is "${setting.value.slice(0, 60)}": ${says}.`,
      because: [settingAt(facts.workspace.files, setting)],
      do: `${setting.name}: "${value}"`,
      ops: elsewhere ? [] : replaced(facts.workspace, service, setting, value),
      about: setting.name,
    }];
  }),
});

const disabled = rule({
  id: 'files.sdk-disabled',
  hop: 'files',
  title: 'OTEL_SDK_DISABLED switches the SDK off',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ['no span, no message', 'Ruby: Environment variable OTEL_SDK_DISABLED is defined as true. SDK is disabled.'],
    why: 'OTEL_SDK_DISABLED=true makes every tracer a no-op. It is often left behind from tests.',
    check: ['docker compose exec SERVICE env | grep OTEL_SDK_DISABLED'],
    fix: ['take OTEL_SDK_DISABLED away, or set it to "false"'],
    links: [SPEC],
  },
  find: (facts) => each(facts, (subject) => {
    const setting = subject.sending.disabled;
    if (setting === undefined || subject.instrumented.by === 'no') return [];
    // Without any other word on telemetry it may be off on purpose: one service among others that is left out.
    const others = [...subject.settings.values()].some(({ name, where }) => name.startsWith('OTEL_') && name !== setting.name && where !== 'image');
    const certain = others && heeds(subject);
    return [{
      ...(certain ? { of: setting } : { status: 'warn' as const }),
      says: `${setting.name} is true: the SDK of ${subject.service.name} does nothing.`,
      because: [settingAt(facts.workspace.files, setting)],
      do: `take ${setting.name} away`,
      ops: certain ? removed(facts.workspace, subject.service, setting) : [],
      about: setting.name,
    }];
  }),
});

/** Python's SDK reads it also where code makes the provider; in Node.js NodeSDK does. */
const heeds = ({ instrumented, service }: Subject): boolean => !(instrumented.by === 'code' && readsOthersCode(service)) && (['wrapper', 'preload', 'agent'].includes(instrumented.by) || (instrumented.by === 'code' && (service.app?.language === 'python' || /NodeSDK/.test(service.app?.wired?.says ?? ''))));

const SAMPLERS = ['always_on', 'always_off', 'traceidratio', 'parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio', 'parentbased_jaeger_remote', 'jaeger_remote', 'xray', 'parentbased_xray'];
/** Below it, a few clicks show nothing. */
const FEW = 0.1;

const sampler = rule({
  id: 'files.sampler-off',
  hop: 'files',
  title: 'The sampler drops the spans',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ['no span, no message', "Couldn't recognize sampler …"],
    why: 'OTEL_TRACES_SAMPLER decides which traces are kept: always_off keeps none, traceidratio keeps the share that OTEL_TRACES_SAMPLER_ARG says. The default keeps all.',
    check: ['docker compose exec SERVICE env | grep OTEL_TRACES_SAMPLER'],
    fix: ['take OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG away', 'or OTEL_TRACES_SAMPLER: "parentbased_always_on"'],
    links: ['https://opentelemetry.io/docs/languages/sdk-configuration/general/#otel_traces_sampler'],
  },
  find: (facts) => each(facts, (subject) => {
    const setting = subject.settings.get('OTEL_TRACES_SAMPLER');
    const word = setting?.value.trim() ?? '';
    if (setting === undefined || word === '' || subject.instrumented.by === 'no' || mentioned(subject.service, facts.workspace.files, /\bsampler\s*[=:]/) !== undefined) return [];
    const arg = subject.settings.get('OTEL_TRACES_SAMPLER_ARG');
    const share = word.endsWith('traceidratio') && arg !== undefined && arg.value.trim() !== '' ? Number(arg.value) : undefined;
    const because = [settingAt(facts.workspace.files, setting), ...(share === undefined || arg === undefined ? [] : [settingAt(facts.workspace.files, arg)])];
    const off = word.endsWith('always_off') || share === 0;
    const common = { because, about: setting.name, do: `take ${setting.name}${share === undefined ? '' : ` and OTEL_TRACES_SAMPLER_ARG`} away: without it all traces are kept` };
    if (off) {
      return [{ ...common, ...(heeds(subject) ? { of: setting } : { status: 'warn' as const }), says: `${setting.name} is "${word}"${share === 0 ? ' with a share of 0' : ''}: every trace is dropped.`, ops: share === 0 && arg !== undefined ? offOps(facts.workspace, subject, [setting, arg]) : removed(facts.workspace, subject.service, setting) }];
    }
    if (share !== undefined && share > 0 && share < FEW) return [{ ...common, status: 'warn', says: `Only ${Number((share * 100).toPrecision(2))} of 100 traces are kept: a few requests by hand may well show nothing.` }];
    if (!SAMPLERS.includes(word) && ['python', 'node'].includes(subject.service.app?.language ?? '')) return [{ ...common, status: 'warn', says: `"${word.slice(0, 40)}" is no sampler that the SDK knows: it takes its default, which keeps all traces.`, do: `write one of ${SAMPLERS.slice(0, 6).join(', ')}` }];
    return [];
  }),
});

/** Both or none: half of it would say something else. */
function offOps(workspace: Parameters<typeof removed>[0], subject: Subject, settings: readonly Setting[]) {
  const ops = settings.map((setting) => removed(workspace, subject.service, setting));
  return ops.every((some) => some.length > 0) ? ops.flat() : [];
}

const configFile = rule({
  id: 'files.config-file',
  hop: 'files',
  title: 'A configuration file takes the place of all OTEL_* variables',
  from: ['workspace', 'subjects'],
  also: ['inside'],
  page: {
    symptoms: ['RuntimeError: OTEL_CONFIG_FILE is set but opentelemetry-configuration is not installed', 'OTEL_* variables change nothing'],
    why: 'With OTEL_CONFIG_FILE (once OTEL_EXPERIMENTAL_CONFIG_FILE) an SDK reads that file and ignores every other OTEL_* variable, apart from those that the file itself names as ${NAME}. Python needs an extra package for it; without that, the app runs and nothing is traced.',
    check: ['docker compose exec SERVICE env | grep CONFIG_FILE'],
    fix: ['take OTEL_CONFIG_FILE away', 'Python: opentelemetry-sdk[file-configuration] in requirements.txt'],
    links: ['https://opentelemetry.io/docs/languages/sdk-configuration/declarative-configuration/'],
  },
  find: (facts) => each(facts, (subject) => {
    const { service, settings } = subject;
    const setting = ['OTEL_CONFIG_FILE', 'OTEL_EXPERIMENTAL_CONFIG_FILE'].map((name) => settings.get(name)).find((one) => one !== undefined && one.value.trim() !== '');
    const language = service.app?.language;
    if (setting === undefined || subject.instrumented.by === 'no' || subject.instrumented.by === 'unknown' || (subject.instrumented.by === 'code' && readsOthersCode(service))) return [];
    const common = { because: [settingAt(facts.workspace.files, setting)], about: setting.name, do: `take ${setting.name} away` };
    const packages = [...Object.entries(service.app?.libraries ?? {}).map(([name, spec]) => `${name} ${spec}`), ...Object.keys(facts.inside?.find((one) => one.service === service.name)?.packages ?? {})];
    if (language === 'python' && setting.name === 'OTEL_CONFIG_FILE' && subject.instrumented.by === 'wrapper' && service.app?.manifest !== undefined && !packages.some((one) => /opentelemetry-configuration|file-configuration/.test(one)) && mentioned(service, facts.workspace.files, /file-configuration/) === undefined) {
      return [{ ...common, of: setting, says: `${setting.name} is set, but the package that reads it is not installed: the SDK does not start.`, ops: removed(facts.workspace, service, setting) }];
    }
    const ignored = [...settings.keys()].filter((name) => /^OTEL_(?:EXPORTER_OTLP_|TRACES_)/.test(name));
    const file = lineAt(facts.workspace.files, setting.where, setting.value);
    return ignored.length === 0 || !['node', 'java', 'python', 'php'].includes(language ?? '') ? [] : [{ ...common, because: [file], status: 'warn', says: `With ${setting.name} the SDK ignores ${ignored.slice(0, 3).join(', ')}${ignored.length > 3 ? ' and more' : ''}, unless that file names them.`, do: `take ${setting.name} away, or name the variables in that file as \${NAME}` }];
  }),
});

const compression = rule({
  id: 'files.compression',
  hop: 'files',
  title: 'Honeycomb does not take this compression',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ['Failed to export span batch code: 415, reason: Unsupported Media Type', 'Failed to export span batch code: 400, reason: Bad Request'],
    why: 'Honeycomb takes OTLP without compression, with gzip and with zstd. Python can also write "deflate", which is refused.',
    check: ['docker compose exec SERVICE env | grep COMPRESSION'],
    fix: ['OTEL_EXPORTER_OTLP_COMPRESSION: "gzip"'],
    links: ['https://docs.honeycomb.io/send-data/opentelemetry/'],
  },
  find: (facts) => each(facts, (subject) => {
    const setting = ['OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'OTEL_EXPORTER_OTLP_COMPRESSION'].map((name) => subject.settings.get(name)).find((one) => one !== undefined && one.value.trim() !== '');
    if (setting?.value.trim().toLowerCase() !== 'deflate' || subject.sending.to.backend !== 'honeycomb') return [];
    const python = subject.service.app?.language === 'python' && subject.sending.protocol.value === 'http/protobuf';
    return [{
      ...(python ? { of: setting } : { status: 'warn' as const }),
      says: `${setting.name} is "deflate", which Honeycomb does not take.`,
      because: [settingAt(facts.workspace.files, setting)],
      do: `${setting.name}: "gzip"`,
      ops: replaced(facts.workspace, subject.service, setting, 'gzip'),
      about: setting.name,
    }];
  }),
});

export const switchedOff: readonly Rule[] = [disabled, exporterNone, sampler, configFile, compression];
