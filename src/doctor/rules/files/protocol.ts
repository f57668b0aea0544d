/** The OTLP protocol: which words each SDK knows, which port takes which, and which exporter package speaks it. */
import { lineAt, settingAt } from '../../evidence.ts';
import { serviceNamed } from '../../indexed.ts';
import { rule } from '../../rule.ts';
import type { Rule, Setting, Subject } from '../../types.ts';
import { each } from './each.ts';
import { endpointSetting, heedsEnvironment, isTelemetryTool, readsOthersCode } from './heeds.ts';
import { landing } from './landing.ts';
import { standsElsewhere } from './plumbing.ts';
import { replaced } from './replaced.ts';

const PROTOCOL = 'OTEL_EXPORTER_OTLP_PROTOCOL';
const SPEC = 'https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specify-protocol';

/** What each SDK takes, and what it does with another word: its own sources (facts of the pages below). */
const TAKES: Readonly<Record<string, { readonly words: readonly string[]; readonly otherwise: 'stops' | 'default' }>> = {
  python: { words: ['grpc', 'http/protobuf'], otherwise: 'stops' },
  node: { words: ['grpc', 'http/protobuf', 'http/json'], otherwise: 'default' },
  ruby: { words: ['http/protobuf'], otherwise: 'stops' },
  java: { words: ['grpc', 'http/protobuf'], otherwise: 'stops' },
  php: { words: ['grpc', 'http/protobuf', 'http/json', 'http/ndjson'], otherwise: 'stops' },
};

/** The variable that says the protocol; undefined = the default, or code. */
function protocolSetting({ sending: { protocol } }: Subject): Setting | undefined {
  return typeof protocol.from === 'object' && protocol.from.name.endsWith('PROTOCOL') ? protocol.from : undefined;
}

const unknown = rule({
  id: 'files.protocol-unknown',
  hop: 'files',
  title: 'The SDK does not know that protocol',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ["Unsupported OTLP protocol 'http/json' is configured", 'Unsupported OTLP traces protocol: http. Using http/protobuf.', 'The grpc transport protocol is not supported by the OTLP exporter, spans will not be exported.', 'Failed to auto initialize OpenTelemetry'],
    why: 'The words are grpc, http/protobuf and http/json, in small letters; Python knows no http/json, Ruby http/protobuf alone. Another word ends the set-up of the SDK in most languages.',
    check: ['docker compose exec SERVICE env | grep PROTOCOL'],
    fix: ['OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf"'],
    links: [SPEC],
  },
  find: (facts) => each(facts, (subject) => {
    const setting = protocolSetting(subject);
    const takes = TAKES[subject.service.app?.language ?? ''];
    const heeds = heedsEnvironment(subject, facts.workspace.files);
    if (setting === undefined || takes === undefined || heeds === 'no') return [];
    const word = setting.value.trim();
    if (takes.words.includes(word)) return [];
    const stops = takes.otherwise === 'stops' && (heeds === 'yes' || subject.service.app?.language === 'ruby');
    return [{
      ...(stops ? { of: setting } : { status: 'warn' as const }),
      says: `"${word.slice(0, 40)}" is no protocol that ${subject.service.app?.language ?? ''}'s SDK knows (${takes.words.join(', ')})${takes.otherwise === 'stops' ? ': it exports nothing' : ': it goes on with http/protobuf'}.`,
      because: [settingAt(facts.workspace.files, setting)],
      do: `${setting.name}: "http/protobuf"`,
      ops: portOf(subject) === '4317' ? [] : replaced(facts.workspace, subject.service, setting, 'http/protobuf'),
      about: PROTOCOL,
    }];
  }),
});

function portOf({ sending: { endpoint } }: Subject): string | undefined {
  const text = endpoint.url?.trim() ?? '';
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  return endpoint.from === 'default' || !URL.canParse(full) ? undefined : new URL(full).port;
}

const port = rule({
  id: 'files.protocol-port',
  hop: 'files',
  title: 'The port of one protocol, the exporter of the other',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ['14 UNAVAILABLE: No connection established. Last error: Protocol error', "('Connection aborted.', BadStatusLine", 'OTLP exporter endpoint port is likely incorrect for protocol version', 'Failed to export span batch due to timeout, max retries or shutdown.'],
    why: 'By convention 4317 takes gRPC and 4318 takes HTTP. Python sends gRPC where nothing names a protocol, the others HTTP.',
    check: ['docker compose exec SERVICE env | grep OTEL_EXPORTER_OTLP'],
    fix: ['HTTP: OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-collector:4318" with OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf"', 'gRPC: OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel-collector:4317" with OTEL_EXPORTER_OTLP_PROTOCOL: "grpc"'],
    links: ['https://opentelemetry.io/docs/specs/otlp/'],
  },
  find: (facts) => each(facts, (subject) => {
    const { service, sending } = subject;
    const { protocol } = sending;
    const setting = endpointSetting(subject);
    const grpc = protocol.value === 'grpc';
    const wrong = grpc ? '4318' : '4317';
    if (protocol.from === 'code' && readsOthersCode(service)) return [];
    if (portOf(subject) !== wrong || !(grpc || protocol.value.startsWith('http'))) return [];
    // What an SDK sends where nothing says it is known of two languages.
    if (protocol.from === 'default' && service.app?.language !== 'python' && service.app?.language !== 'node') return [];
    if (protocol.from === 'default' && heedsEnvironment(subject, facts.workspace.files) !== 'yes') return [];
    const to = serviceNamed(facts.workspace.services, sending.to.service);
    // Ports are a convention: certain for a tool of this project that takes both under their usual numbers.
    const usual = to !== undefined && isTelemetryTool(to) && to.build === undefined;
    // Elsewhere a request of ours from inside tells: nothing there spoke HTTP with it.
    const tried = facts.reach?.find((one) => one.service === service.name)?.got;
    const certain = usual || (!grpc && tried?.is === 'failed' && tried.at === 'http');
    const right = grpc ? '4317' : '4318';
    const because = [...(setting === undefined ? [] : [settingAt(facts.workspace.files, setting)]), ...(typeof protocol.from === 'object' ? [settingAt(facts.workspace.files, protocol.from)] : [])];
    const { from } = sending.endpoint;
    return [{
      ...(certain && setting !== undefined ? { of: setting } : certain ? {} : { status: 'warn' as const }),
      says: `Port ${wrong} takes ${grpc ? 'HTTP' : 'gRPC'}, but ${service.name} sends ${grpc ? 'gRPC' : 'HTTP'}${protocol.from === 'default' ? ', the default where no protocol is named' : protocol.from === 'code' ? ', as its code makes the exporter' : ''}.`,
      because: because.length > 0 || typeof from !== 'object' || !('says' in from) ? because : [lineAt(facts.workspace.files, from.where, from.says)],
      do: setting === undefined ? `send to port ${right}` : `${setting.name}: "${setting.value.trim().replace(`:${wrong}`, `:${right}`)}"`,
      ops: setting?.raw == null || !certain ? [] : replaced(facts.workspace, service, setting, setting.raw.replace(`:${wrong}`, `:${right}`)),
      about: setting?.name ?? 'OTEL_EXPORTER_OTLP_ENDPOINT',
    }];
  }),
});

const GRPC_EXPORTER = 'opentelemetry-exporter-otlp-proto-grpc';
const HTTP_EXPORTER = 'opentelemetry-exporter-otlp-proto-http';
/** Brings both. */
const BOTH = 'opentelemetry-exporter-otlp';

const exporter = rule({
  id: 'files.protocol-exporter',
  hop: 'files',
  title: "The installed exporter speaks the other protocol",
  from: ['workspace', 'subjects', 'judged'],
  also: ['containers', 'reach', 'inside'],
  page: {
    symptoms: ["RuntimeError: Requested component 'otlp_proto_grpc' not found in entry point 'opentelemetry_traces_exporter'", 'Failed to auto initialize OpenTelemetry'],
    why: 'opentelemetry-instrument takes gRPC where OTEL_EXPORTER_OTLP_PROTOCOL is not set. With opentelemetry-exporter-otlp-proto-http alone, the set-up ends there: the app runs, and nothing is traced.',
    check: ['docker compose exec SERVICE pip list | grep opentelemetry-exporter', 'docker compose exec SERVICE env | grep PROTOCOL'],
    fix: ['OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf"'],
    links: ['https://opentelemetry.io/docs/zero-code/python/configuration/'],
  },
  find: (facts) => each(facts, (subject) => {
    const { service, sending, instrumented, unsure } = subject;
    const { app } = service;
    if (app?.language !== 'python' || app.manifest === undefined || (instrumented.by !== 'wrapper' && instrumented.by !== 'preload') || unsure.length > 0) return [];
    const installed = new Set([...Object.keys(app.libraries), ...Object.keys(facts.inside?.find((one) => one.service === service.name)?.packages ?? {})]);
    const wants = sending.protocol.value === 'grpc' ? GRPC_EXPORTER : sending.protocol.value.startsWith('http/') ? HTTP_EXPORTER : undefined;
    const other = wants === GRPC_EXPORTER ? HTTP_EXPORTER : GRPC_EXPORTER;
    if ((sending.protocol.from === 'default' && standsElsewhere(facts.workspace, service, PROTOCOL)) || wants === undefined || installed.has(BOTH) || installed.has(wants) || !installed.has(other) || (sending.exporter !== undefined && !/\botlp/.test(sending.exporter.value))) return [];
    const setting = typeof sending.protocol.from === 'object' ? sending.protocol.from : undefined;
    const value = other === HTTP_EXPORTER ? 'http/protobuf' : 'grpc';
    const names = setting?.name.endsWith('PROTOCOL') === true;
    return [{
      of: setting ?? { name: PROTOCOL, value: '' },
      says: `${setting === undefined ? 'No protocol is named, so Python takes gRPC' : `${setting.name} asks for ${sending.protocol.value}`}, but only ${other} is installed: the SDK does not start, and nothing is traced.`,
      because: [{ where: { path: app.manifest.path }, says: other }, ...(setting === undefined ? [] : [settingAt(facts.workspace.files, setting)])],
      do: setting === undefined ? `add to the environment of ${service.name}: ${PROTOCOL}: "${value}"` : names ? `${setting.name}: "${value}"` : `take ${setting.name} away`,
      ops: setting === undefined ? (value === 'grpc' ? [] : landing(facts.judged, service.name, PROTOCOL)) : names && !(value === 'http/protobuf' && portOf(subject) === '4317') ? replaced(facts.workspace, service, setting, value) : [],
      about: PROTOCOL,
    }];
  }),
});

export const protocols: readonly Rule[] = [unknown, exporter, port];
