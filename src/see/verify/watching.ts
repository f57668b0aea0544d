/** Whether a service's export can be watched from outside, and by which variable. Pure over what the doctor reads of a service. */
import { leave } from '../../languages/leave.ts';
import type { Sending, Setting, Subject } from '../../doctor/types.ts';
import type { Evidence, Files, Place } from '../../types.ts';

/** Where a service sends, and the one variable that says so: the override sets that one and no other. */
export interface Watched {
  readonly is: 'watched';
  readonly variable: string;
  /** The service's own value. */
  readonly to: string;
  /** The variable is of one signal and names its whole URL. */
  readonly signal?: 'traces';
}
export type Watching =
  | Watched
  /** It may well send, but not by a way that can be led through a relay. */
  | { readonly is: 'not watchable'; readonly why: string; readonly at?: Place }
  /** Nothing that is there can send: no endpoint, or one that is none. */
  | { readonly is: 'not set up'; readonly why: string; readonly at?: Place; readonly then?: string };

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];

export function watching({ service, settings, sending, unsure, instrumented }: Pick<Subject, 'service' | 'settings' | 'sending' | 'unsure' | 'instrumented'>, files: Files): Watching {
  const set = (name: string): Setting | undefined => (settings.get(name)?.value.trim() ? settings.get(name) : undefined);
  const config = set('OTEL_CONFIG_FILE') ?? set('OTEL_EXPERIMENTAL_CONFIG_FILE');
  if (config !== undefined) return { is: 'not watchable', why: `${config.name} is set: a file decides where it sends, and the other variables do not count`, at: config.where };
  if (service.networkMode === 'none') return { is: 'not watchable', why: 'it has no network (network_mode: none)' };
  const exporter = exporterOf(sending);
  if (exporter !== undefined) return exporter;
  const { from } = sending.endpoint;
  if (from === 'default') {
    const [way] = unsure;
    if (way !== undefined) return { is: 'not watchable', why: `where it sends may be set in a way that is not followed: ${way.says}`, at: way.where };
    const blank = ENDPOINTS.map((name) => settings.get(name)).find((one) => one !== undefined);
    if (blank !== undefined) return { is: 'not set up', why: `${blank.name} is blank`, at: blank.where };
    const left = leave(service, service.app)?.replace(/, left alone$/, '');
    if (left !== undefined) return { is: 'not set up', why: left, then: 'leave it out of --services: nothing is missing' };
    return { is: 'not set up', why: instrumented.by === 'no' ? 'nothing in it makes or sends spans' : 'nothing says where its spans go (no OTEL_EXPORTER_OTLP_ENDPOINT)' };
  }
  const grpc = grpcOf(sending);
  if (grpc !== undefined) return grpc;
  const variable = 'name' in from ? from : namedInCode(from, settings, files);
  if (variable === undefined) return { is: 'not watchable', why: 'the endpoint is given in its code', at: from.where };
  return address(variable, [...(service.start?.argv ?? []), ...(service.start?.real ?? [])], settings);
}

function address(variable: Setting, words: readonly string[], settings: Subject['settings']): Watching {
  const at = variable.where;
  if (!ENDPOINTS.includes(variable.name)) return { is: 'not watchable', why: `it takes its endpoint from ${variable.name}, as a distribution of its own does`, at };
  if (words.includes(`${variable.name}=${variable.value}`)) return { is: 'not watchable', why: `${variable.name} is set in its start command, which beats the environment`, at };
  const to = variable.value.trim();
  if (!URL.canParse(to) || !/^https?:$/.test(new URL(to).protocol)) return { is: 'not set up', why: `${variable.name} is no address that begins with http:// or https://`, at };
  const url = new URL(to);
  if (url.username !== '' || url.password !== '') return { is: 'not watchable', why: `${variable.name} holds a user name or password, which the relay must not hold`, at };
  const own = ['OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CERTIFICATE', 'OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE'].map((name) => settings.get(name)).find((one) => one !== undefined && one.value.trim() !== '');
  if (url.protocol === 'https:' && own !== undefined) return { is: 'not watchable', why: `it has certificates of its own for the way there (${own.name})`, at: own.where };
  return { is: 'watched', variable: variable.name, to, ...(variable.name === 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' ? { signal: 'traces' } : {}) };
}

/** OTEL_TRACES_EXPORTER where it is something else than OTLP over HTTP. */
function exporterOf({ exporter }: Sending): Watching | undefined {
  const names = exporter?.value.split(',').map((name) => name.trim()) ?? [];
  if (exporter === undefined || names.some((name) => name === 'otlp' || name === 'otlp_proto_http')) return undefined;
  const at = exporter.where;
  if (names.includes('otlp_proto_grpc')) return { is: 'not watchable', why: 'it only speaks gRPC (OTEL_TRACES_EXPORTER=otlp_proto_grpc)', at };
  return names.every((name) => name === 'none' || name === 'console' || name === 'logging')
    ? { is: 'not set up', why: `OTEL_TRACES_EXPORTER=${exporter.value.trim()} sends nothing`, at }
    : { is: 'not watchable', why: `it does not send OTLP (OTEL_TRACES_EXPORTER=${exporter.value.trim()})`, at };
}

function grpcOf({ protocol }: Sending): Watching | undefined {
  if (protocol.value !== 'grpc') return undefined;
  if (protocol.from === 'code') return { is: 'not watchable', why: 'its code makes an exporter that only speaks gRPC' };
  if (protocol.from === 'default') return { is: 'not watchable', why: 'it speaks gRPC, the default of its SDK where OTEL_EXPORTER_OTLP_PROTOCOL is not set' };
  return { is: 'not watchable', why: `it only speaks gRPC (${protocol.from.name}=grpc)`, at: protocol.from.where };
}

/** `endpoint=os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"]`: code that hands on what the variable says. */
function namedInCode(at: Evidence, settings: Subject['settings'], files: Files): Setting | undefined {
  const { where } = at;
  if (typeof where === 'string' || where.line === undefined) return undefined;
  const lines = (files.text(where.path) ?? '').split('\n').slice(where.line - 1, where.line + 5).join('\n');
  const name = /\bOTEL_EXPORTER_OTLP_(?:TRACES_)?ENDPOINT\b/.exec(lines)?.[0];
  const found = name === undefined ? undefined : settings.get(name);
  return found === undefined || found.value.trim() === '' ? undefined : found;
}
