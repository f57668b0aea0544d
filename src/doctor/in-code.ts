/** What the service's own code says about exporting: exporters that are made, and the endpoint, headers and name that they are given. Pure over Files. */
import { cluesOf } from '../languages/python/clues.ts';
import { isReached } from '../languages/python/sources.ts';
import { jsSources } from '../languages/node/source.ts';
import type { Evidence, Files, Service } from '../types.ts';

export interface InCode {
  /** OTLP exporters for spans that the code makes. */
  readonly exporters: readonly { readonly kind: 'http' | 'grpc'; readonly at: Evidence }[];
  /** `url` where it is a plain string in the call. */
  readonly endpoint?: { readonly url?: string; readonly at: Evidence };
  readonly headers?: Evidence;
  readonly serviceName?: { readonly value?: string; readonly at: Evidence };
  /** A distribution that sends to Honeycomb by itself, with HONEYCOMB_API_KEY: HoneycombSDK, configure_opentelemetry. */
  readonly distribution?: Evidence;
}

const NOTHING: InCode = { exporters: [] };

export function inCode(service: Service, files: Files): InCode {
  if (service.app?.language === 'python') return python(service, files);
  return service.app?.language === 'node' ? node(service, files) : NOTHING;
}

function python(service: Service, files: Files): InCode {
  const clues = cluesOf(service, files);
  const found = new Found();
  for (const source of clues.sources.filter((one) => isReached(clues.sources, one, clues.process.entry))) {
    const names = source.imports.map(({ name }) => name);
    const grpc = names.some((name) => name.startsWith('opentelemetry.exporter.otlp.proto.grpc')) && !names.some((name) => name.startsWith('opentelemetry.exporter.otlp.proto.http'));
    for (const { text, code, line } of source.lines) {
      const at: Evidence = { where: { path: source.path, line }, says: first(text) };
      if (/\bOTLPSpanExporter\s*\(/.test(code)) {
        found.exporters.push({ kind: grpc ? 'grpc' : 'http', at });
        const args = text.slice(text.indexOf('OTLPSpanExporter'));
        found.endpoint(/\bendpoint\s*=\s*(?:f?(["'])(.*?)\1)?/.exec(args), at);
        if (/\bheaders\s*=/.test(args)) found.headers ??= at;
      }
      if (/\bconfigure_opentelemetry\s*\(/.test(code) && names.some((name) => name.startsWith('honeycomb'))) found.distribution ??= at;
      found.name(/(?:\bSERVICE_NAME\b|["']service\.name["'])\s*:\s*(?:(["'])(.*?)\1)?/.exec(text), at);
    }
  }
  return found.all();
}

function node(service: Service, files: Files): InCode {
  const manifest = service.app?.manifest;
  if (manifest === undefined) return NOTHING;
  const found = new Found();
  for (const { path, code } of jsSources(files, manifest.path)) {
    const grpc = /exporter-trace-otlp-grpc/.test(code);
    for (const match of code.matchAll(/\bnew\s+(?:\w+\.)?(OTLPTraceExporter|HoneycombSDK)\s*\(/g)) {
      const at: Evidence = { where: { path, line: code.slice(0, match.index).split('\n').length }, says: first(code.slice(match.index)) };
      const args = argumentsAt(code, match.index + match[0].length);
      if (match[1] === 'HoneycombSDK') {
        found.distribution ??= at;
        continue;
      }
      found.exporters.push({ kind: grpc ? 'grpc' : 'http', at });
      found.endpoint(/\burl\b\s*(?:[,}]|:\s*(?:(["'`])([^$]*?)\1)?)/.exec(args), at);
      if (/\bheaders\b\s*[:,}]|\bmetadata\b\s*[:,}]/.test(args)) found.headers ??= at;
    }
    const named = /(?:\bserviceName\b|["']service\.name["']|\[?\b(?:SEMRESATTRS|ATTR)_SERVICE_NAME\b\]?|SemanticResourceAttributes\.SERVICE_NAME\]?)\s*:\s*(?:(["'`])(.*?)\1)?/.exec(code);
    if (named !== null && /opentelemetry|otel/i.test(code)) found.name(named, { where: { path, line: code.slice(0, named.index).split('\n').length }, says: first(named[0]) });
  }
  return found.all();
}

class Found {
  readonly exporters: { readonly kind: 'http' | 'grpc'; readonly at: Evidence }[] = [];
  headers: Evidence | undefined;
  distribution: Evidence | undefined;
  private to: InCode['endpoint'];
  private named: InCode['serviceName'];

  endpoint(match: RegExpExecArray | null, at: Evidence): void {
    if (match !== null) this.to ??= { at, ...(match[2] === undefined || match[2].includes('{') ? {} : { url: match[2] }) };
  }
  name(match: RegExpExecArray | null, at: Evidence): void {
    if (match !== null) this.named ??= { at, ...(match[2] === undefined ? {} : { value: match[2] }) };
  }
  all(): InCode {
    return {
      exporters: this.exporters,
      ...(this.to === undefined ? {} : { endpoint: this.to }),
      ...(this.headers === undefined ? {} : { headers: this.headers }),
      ...(this.named === undefined ? {} : { serviceName: this.named }),
      ...(this.distribution === undefined ? {} : { distribution: this.distribution }),
    };
  }
}

const first = (text: string): string => (text.split('\n')[0] ?? '').trim().slice(0, 120);

/** The text of a call's arguments from just behind its opening parenthesis; strings with parentheses are rare enough here. */
function argumentsAt(code: string, from: number): string {
  let depth = 1;
  for (let i = from; i < code.length && i < from + 2000; i += 1) {
    if (code[i] === '(') depth += 1;
    else if (code[i] === ')') depth -= 1;
    if (depth === 0) return code.slice(from, i);
  }
  return code.slice(from, from + 2000);
}
