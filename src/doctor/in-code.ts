/**
 * What the service's own code says about exporting: exporters that are made, and the endpoint, headers and name that they
 * are given; where a variable of the environment decides, which one. Pure over Files.
 */
import { oncePerService } from '../languages/once.ts';
import type { JsSource } from '../languages/node/source.ts';
import { nameForRegExp } from '../patterns.ts';
import type { Evidence, Files, Service } from '../types.ts';
import { callsOf, importedFrom, isNamedElsewhere, jsSaid, nodeCode, propertiesOf, seenAt, type JsCall } from './code/node-code.ts';
import { said, seen, splitAt, type Argument, type PythonCode, type Said, type Statement } from './code/python-code.ts';
import { pythonWiring } from './code/python-wiring.ts';

export interface InCode {
  /** OTLP exporters for spans that the code makes. */
  readonly exporters: readonly { readonly kind: 'http' | 'grpc'; readonly at: Evidence }[];
  /** The address that an exporter is given. It is requested as it stands: nothing is appended to it. */
  readonly endpoint?: {
    /** Where the code writes it out. */
    readonly url?: string;
    /** Where a variable decides: its name, what stands in for it, what is put behind it. */
    readonly env?: Extract<Said, { readonly env: string }>;
    readonly at: Evidence;
  };
  readonly headers?: Evidence;
  /** The headers that the code gives, names in small letters; undefined value = not known. Missing = they could not be read. */
  readonly headerPairs?: readonly { readonly name: string; readonly value?: Said }[];
  /** `wins`: over OTEL_SERVICE_NAME (Python's Resource.create, Node's NodeSDK({serviceName}); measured). */
  readonly serviceName?: { readonly value?: string; readonly at: Evidence; readonly wins?: true };
  /** A distribution that sends to Honeycomb by itself, with HONEYCOMB_API_KEY: HoneycombSDK, configure_opentelemetry. */
  readonly distribution?: Evidence;
  /** Someone began to wire OpenTelemetry here, whether it works or not: an instrumentor, a provider, an SDK. */
  readonly attempt?: Evidence;
}

const NOTHING: InCode = { exporters: [] };

export const inCode = oncePerService((service: Service, files: Files): InCode => {
  if (service.app?.language === 'python') return python(service, files);
  return service.app?.language === 'node' ? node(service, files) : NOTHING;
});

function python(service: Service, files: Files): InCode {
  const { code, live } = pythonWiring(service, files);
  const found = new Found();
  for (const { kind, name, at, args } of live) {
    if (kind === 'start' && code.bindings(at.source).some(({ module }) => module.startsWith('honeycomb'))) found.distribution ??= seen(files, at);
    if (kind !== 'exporter') found.attempt ??= seen(files, at);
    if (kind !== 'exporter' || !/^OTLPSpanExporter$/.test(name)) continue;
    const where = seen(files, at);
    found.exporters.push({ kind: pythonKind(at, code), at: where });
    const of = (wanted: string): Argument | undefined => args.find((arg) => arg.name === wanted);
    const endpoint = of('endpoint') ?? (args[0]?.name === undefined ? args[0] : undefined);
    if (endpoint !== undefined && endpoint.text !== 'None' && !endpoint.text.startsWith('*')) found.endpoint(said(endpoint.text, at.source, code), where);
    const headers = of('headers');
    if (headers !== undefined && headers.text !== 'None') found.header(where, pythonHeaders(headers.text, at, code));
  }
  for (const one of code.statements) {
    if (!/\bResource\b/.test(one.code) || !code.reachable.includes(one.source)) continue;
    const match = /(?:\bSERVICE_NAME\b|["']service\.name["'])\s*:\s*/.exec(one.text);
    if (match !== null) found.name(said(splitAt(`(${one.text.slice(match.index + match[0].length)}`, 0)[0]?.replace(/\}[\s\S]*$/, '').trimEnd() ?? '', one.source, code), seen(files, one), true);
  }
  return found.all();
}

/** gRPC or HTTP by the module that the class of this very file is from. */
function pythonKind(at: Statement, code: PythonCode): 'http' | 'grpc' {
  const used = code.bindings(at.source).filter(({ local, name }) => (name === 'OTLPSpanExporter' || name === undefined) && new RegExp(`\\b${nameForRegExp(local)}\\b`).test(at.code));
  const from = used.find(({ module }) => module.startsWith('opentelemetry.exporter.otlp.proto'))?.module ?? at.source.imports.find(({ name }) => name.startsWith('opentelemetry.exporter.otlp.proto'))?.name ?? '';
  return from.includes('.grpc') ? 'grpc' : 'http';
}

function pythonHeaders(expression: string, at: Statement, code: PythonCode): InCode['headerPairs'] {
  const text = expression.startsWith('{') || !/^\w+$/.test(expression) ? expression : (at.source.lines.find((line) => new RegExp(`^${nameForRegExp(expression)}\\s*(?::[^=]+)?=\\s*[{"'(]`).test(line.text))?.text.replace(/^[^=]*=\s*/, '') ?? expression);
  if (text.startsWith('{')) {
    return splitAt(text, 0).flatMap((part) => {
      const named = /^(["'])([\w-]+)\1\s*:\s*([\s\S]+)$/.exec(part);
      return named?.[2] === undefined || named[3] === undefined ? [] : [pair(named[2], said(named[3], at.source, code))];
    });
  }
  // A string 'a=b,c=d', or gRPC's tuples.
  const whole = said(text, at.source, code);
  if (whole !== undefined && 'value' in whole) return whole.value.split(',').flatMap((one) => (one.includes('=') ? [pair(one.slice(0, one.indexOf('=')).trim(), { value: one.slice(one.indexOf('=') + 1).trim() })] : []));
  const prefixed = /^f?(["'])([\w-]+)=\{?([\s\S]*?)\}?\1$/.exec(text);
  if (prefixed?.[2] !== undefined && prefixed[3] !== undefined) return [pair(prefixed[2], said(prefixed[3], at.source, code))];
  const tuples = Array.from(text.matchAll(/\(\s*(["'])([\w-]+)\1\s*,([^)]{1,300}\)?)\s*\)/g));
  return tuples.length === 0 ? undefined : tuples.map((match) => pair(match[2] ?? '', said(match[3] ?? '', at.source, code)));
}

const pair = (name: string, value: Said | undefined) => ({ name: name.toLowerCase(), ...(value === undefined ? {} : { value }) });

function node(service: Service, files: Files): InCode {
  const code = nodeCode(service, files);
  if (code === undefined) return NOTHING;
  const found = new Found();
  const runs = code.exact ? code.sources.filter((source) => code.reached.includes(source) || isNamedElsewhere(service, files, source, code)) : code.sources;
  for (const source of runs) {
    // The same package may hold a browser's page: its exporters are not the server's.
    if (/sdk-trace-web|@honeycombio\/opentelemetry-web|auto-instrumentations-web/.test(source.code)) continue;
    for (const call of callsOf(source, /\bnew\s+(?:\w+\.)?(?:OTLPTraceExporter|HoneycombSDK|NodeSDK|NodeTracerProvider|BasicTracerProvider)\s*\(/g)) nodeCall(call, found, files);
    for (const call of callsOf(source, /\b(?:registerOTel|registerInstrumentations)\s*\(/g)) found.attempt ??= seenAt(files, source, call.index);
    const named = /(?:["']service\.name["']|\[\s*(?:SEMRESATTRS|ATTR)_SERVICE_NAME\s*\]|SemanticResourceAttributes\.SERVICE_NAME\s*\])\s*:\s*([^,}\n]+)/.exec(source.code);
    if (named?.[1] !== undefined && /opentelemetry|otel/i.test(source.code)) found.name(jsSaid(named[1], source), seenAt(files, source, named.index), false);
  }
  return found.all();
}

function nodeCall({ source, index, args }: JsCall, found: Found, files: Files): void {
  const at = seenAt(files, source, index);
  const name = /\bnew\s+(?:\w+\.)?(\w+)/.exec(source.code.slice(index))?.[1] ?? '';
  const properties = propertiesOf(objectOf(args[0] ?? '', source));
  const of = (wanted: string): string | undefined => properties.find((one) => one.name === wanted)?.text;
  if (name === 'HoneycombSDK') {
    found.distribution ??= at;
    found.attempt ??= at;
  } else if (name === 'OTLPTraceExporter') {
    const from = importedFrom(source, name)?.from ?? /["']@opentelemetry\/exporter-trace-otlp-\w+["']/.exec(source.code)?.[0] ?? '';
    found.exporters.push({ kind: from.includes('-grpc') ? 'grpc' : 'http', at });
    const url = of('url');
    if (url !== undefined && url !== 'undefined') found.endpoint(jsSaid(url, source), at);
    const headers = of('headers');
    if (headers !== undefined) found.header(at, jsHeaders(headers, source));
    else if (of('metadata') !== undefined || properties.some((one) => one.name === '')) found.header(at, undefined);
    else if (args[0] !== undefined && properties.length === 0 && !/^\{\s*\}$/.test(args[0])) {
      // An object that is made elsewhere: both may stand in it.
      found.endpoint(undefined, at);
      found.header(at, undefined);
    }
  } else found.attempt ??= at;
  const serviceName = of('serviceName');
  if (serviceName !== undefined && name !== 'OTLPTraceExporter') found.name(jsSaid(serviceName, source), at, true);
}

function jsHeaders(expression: string, source: JsSource): InCode['headerPairs'] {
  const text = objectOf(expression, source);
  if (!text.startsWith('{')) return undefined;
  const properties = propertiesOf(text);
  return properties.some(({ name }) => name === '') ? undefined : properties.map(({ name, text: value }) => pair(name, jsSaid(value, source)));
}

/** An object literal, or the one that a constant of the file holds. */
function objectOf(expression: string, { code }: JsSource): string {
  const text = expression.trim();
  if (!/^\w+$/.test(text)) return text;
  const match = new RegExp(`\\b(?:const|let|var)\\s+${nameForRegExp(text)}\\s*(?::[\\w<>,\\s]+)?=\\s*(?=\\{)`).exec(code);
  return match === null ? text : `{${splitAt(code, match.index + match[0].length).join(',')}}`;
}

class Found {
  readonly exporters: { readonly kind: 'http' | 'grpc'; readonly at: Evidence }[] = [];
  distribution: Evidence | undefined;
  attempt: Evidence | undefined;
  private headers: Pick<InCode, 'headers' | 'headerPairs'> | undefined;
  private to: InCode['endpoint'];
  private named: InCode['serviceName'];

  endpoint(text: Said | undefined, at: Evidence): void {
    this.to ??= text === undefined ? { at } : 'value' in text ? { at, url: text.value } : { at, env: text };
  }
  header(at: Evidence, pairs: InCode['headerPairs']): void {
    this.headers ??= { headers: at, ...(pairs === undefined ? {} : { headerPairs: pairs }) };
  }
  name(text: Said | undefined, at: Evidence, wins: boolean): void {
    // A variable that decides is as good as the variable: it is read there.
    if (text !== undefined && 'env' in text && /^OTEL_(?:SERVICE_NAME|RESOURCE_ATTRIBUTES)$/.test(text.env)) return;
    this.named ??= { at, ...(text !== undefined && 'value' in text ? { value: text.value } : {}), ...(wins ? { wins } : {}) };
  }
  all(): InCode {
    return {
      exporters: this.exporters,
      ...(this.to === undefined ? {} : { endpoint: this.to }),
      ...this.headers,
      ...(this.named === undefined ? {} : { serviceName: this.named }),
      ...(this.distribution === undefined ? {} : { distribution: this.distribution }),
      ...(this.attempt === undefined ? {} : { attempt: this.attempt }),
    };
  }
}
