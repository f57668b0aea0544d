/** What a service's own Python does with OpenTelemetry, statement by statement, and whether each of them can run. Pure over Files. */
import { oncePerService } from '../../languages/once.ts';
import { reachableFrom, type PySource } from '../../languages/python/sources.ts';
import { nameForRegExp } from '../../patterns.ts';
import type { Files, Service } from '../../types.ts';
import { folderOf } from '../../workspace/path.ts';
import { argumentsOf, isUsed, pythonCode, type Argument, type PythonCode, type Statement } from './python-code.ts';

export type ActKind =
  /** TracerProvider(…) of the SDK */
  | 'make-provider'
  /** set_tracer_provider(…) */
  | 'set-provider'
  /** add_span_processor(…) */
  | 'add-processor'
  /** …Exporter(…) for spans; `name` is the class */
  | 'exporter'
  /** FlaskInstrumentor().instrument(…) or instrument_app(…); `name` is the instrumentor's class, `method` the call */
  | 'instrument'
  /** A distribution that does all of it: configure_opentelemetry(), auto_instrumentation.initialize() */
  | 'start';

export interface Act {
  readonly kind: ActKind;
  readonly at: Statement;
  readonly name: string;
  readonly method?: string;
  readonly args: readonly Argument[];
  /** 'yes' and 'maybe' do; the others say why not: only when the file itself is run, in a file that nothing imports, in a function that nothing calls. */
  readonly runs: 'yes' | 'maybe' | 'main' | 'not-imported' | 'not-called';
}
export interface PythonWiring {
  readonly code: PythonCode;
  readonly acts: readonly Act[];
  /** Those that can run. */
  readonly live: readonly Act[];
}

const EXPORTER = /\b(\w*Exporter)\s*\(/g;
/** Exporters of metrics and logs, which carry no span. */
const NO_SPANS = /Metrics?Exporter$|Logs?Exporter$|LogRecordExporter$|^Exporter$|PrometheusExporter$/;

export const pythonWiring = oncePerService((service, files): PythonWiring => {
  const code = pythonCode(service, files);
  const acts = code.statements.flatMap((at) => (/^(?:from|import|def|async\s+def|class|@)\b/.test(at.code) ? [] : actsOf(at, code))).map((act): Act => ({ ...act, runs: runsOf(act.at, code, service, files) }));
  return { code, acts, live: acts.filter(({ runs }) => runs === 'yes' || runs === 'maybe') };
});

function actsOf(at: Statement, code: PythonCode): readonly Omit<Act, 'runs'>[] {
  const { code: text } = at;
  const bindings = code.bindings(at.source);
  const renamed = bindings.filter(({ name, local }) => name?.endsWith('Exporter') === true && !local.endsWith('Exporter')).map(({ local }) => local);
  if (!/[Pp]rovider|Exporter|add_span_processor|[Ii]nstrument|configure_opentelemetry|initialize/.test(text) && !renamed.some((local) => text.includes(local))) return [];
  const acts: Omit<Act, 'runs'>[] = [];
  const say = (kind: ActKind, name: string, callee: RegExp, method?: string): void => {
    acts.push({ kind, at, name, args: argumentsOf(at.text, callee) ?? [], ...(method === undefined ? {} : { method }) });
  };
  const provider = bindings.find(({ module, name }) => module === 'opentelemetry.sdk.trace' && name === 'TracerProvider')?.local;
  if (provider !== undefined && new RegExp(`(?<![.\\w])${nameForRegExp(provider)}\\s*\\(`).test(text)) say('make-provider', provider, new RegExp(`\\b${nameForRegExp(provider)}\\s*\\(`));
  if (/\bset_tracer_provider\s*\(/.test(text)) say('set-provider', 'set_tracer_provider', /\bset_tracer_provider\s*\(/);
  if (/\.add_span_processor\s*\(/.test(text)) say('add-processor', 'add_span_processor', /\.add_span_processor\s*\(/);
  for (const local of [...Array.from(text.matchAll(EXPORTER), (match) => match[1] ?? ''), ...renamed.filter((one) => new RegExp(`(?<![.\\w])${nameForRegExp(one)}\\s*\\(`).test(text))]) {
    const name = bindings.find((one) => one.local === local)?.name ?? local;
    if (!NO_SPANS.test(name)) say('exporter', name, new RegExp(`\\b${nameForRegExp(local)}\\s*\\(`));
  }
  const direct = /\b(\w+Instrumentor)\b\s*(?:\([^()]*\)\s*)?\.\s*(instrument(?:_app)?)\s*\(/.exec(text);
  const held = direct === null ? /\b(\w+)\.(instrument(?:_app)?)\s*\(/.exec(text) : null;
  const made = held === null ? undefined : new RegExp(`^${nameForRegExp(held[1] ?? '')}\\s*=\\s*(\\w+Instrumentor)\\s*\\(`);
  const holder = made === undefined ? undefined : code.statements.find((one) => one.source === at.source && made.test(one.code));
  const name = direct?.[1] ?? (holder === undefined ? undefined : made?.exec(holder.code)?.[1]);
  const method = direct?.[2] ?? held?.[2];
  if (name !== undefined && method !== undefined) say('instrument', name, new RegExp(`\\.\\s*${nameForRegExp(method)}\\s*\\(`), method);
  if (/\bconfigure_opentelemetry\s*\(|\bauto_instrumentation\.initialize\s*\(/.test(text) || (/^initialize\s*\(\s*\)$/.test(text) && bindings.some(({ module }) => module.includes('auto_instrumentation')))) say('start', /\b(\w+)\s*\(/.exec(text)?.[1] ?? '', /\b\w+\s*\(/);
  return acts;
}

function runsOf(at: Statement, code: PythonCode, service: Service, files: Files): Act['runs'] {
  const { entry, server } = code.clues.process;
  if (entry === undefined) return 'maybe';
  if (at.main && !(server === 'python' && at.source === entry)) return isMainCalled(at, code) ? 'maybe' : 'main';
  if (at.within !== undefined && !at.within.hooked && !isUsed(code, at.within.name)) return 'not-called';
  if (!code.reachable.includes(at.source)) return isLoadedElsewhere(at.source, entry, code, service, files) ? 'maybe' : 'not-imported';
  return at.within === undefined && code.loaded.includes(at.source) ? 'yes' : 'maybe';
}

/** A script of the workspace may run the file itself. */
function isMainCalled(at: Statement, code: PythonCode): boolean {
  return at.source !== code.clues.process.entry;
}

/**
 * Whether a file that the entry does not import may be loaded all the same: Django's and Celery's modules are named in
 * strings, a configuration or a command may name it, or it is not this service's at all.
 */
function isLoadedElsewhere(source: PySource, entry: PySource, code: PythonCode, service: Service, files: Files): boolean {
  if (/^(?:django|celery)$/.test(code.clues.process.server) || Object.hasOwn(code.clues.libraries, 'django') || Object.hasOwn(code.clues.libraries, 'celery')) return true;
  if (!isBelow(source.path, folderOf(entry.path))) return true;
  const name = source.module.slice(source.module.lastIndexOf('.') + 1);
  if (name === '' || source.module === '') return true;
  const word = new RegExp(`\\b${nameForRegExp(name)}\\b`);
  // The name in a string ("lib.tracing"), or of a package that imports its files by itself.
  if (code.statements.some((one) => one.source !== source && word.test(one.text) && !word.test(one.code))) return true;
  if (code.statements.some((one) => /\bimportlib\b|\b__import__\s*\(|pkgutil/.test(one.code))) return true;
  if (code.sources.some((one) => one !== source && one.imports.some(({ name: imported }) => imported === source.module || imported.endsWith(`.${name}`)))) {
    return code.sources.some((one) => one !== source && !code.reachable.includes(one) && reachableFrom(code.sources, one).includes(source));
  }
  const texts = [service.build?.dockerfile, ...files.find(service.dir, /\.(?:toml|ini|cfg|sh|ya?ml|json|conf|txt)$|^(?:Procfile|Makefile|Dockerfile.*)$/, 3)].flatMap((path) => (path === undefined ? [] : [files.text(path) ?? '']));
  return [...texts, ...(service.start?.argv ?? []), ...service.env.map(({ value }) => value ?? '')].some((text) => new RegExp(`\\b${nameForRegExp(name)}(?:\\.py)?\\b`).test(text) && new RegExp(`\\b${nameForRegExp(name)}\\.py\\b|-m\\s+[\\w.]{0,200}${nameForRegExp(name)}\\b|${nameForRegExp(name)}:\\w`).test(text));
}

const isBelow = (path: string, folder: string): boolean => folder === '' || path.startsWith(`${folder}/`);

/** Whether anything in the service's code has this word, in a place that can run or not. */
export function mentions(code: PythonCode, word: RegExp): boolean {
  return code.statements.some((one) => word.test(one.code));
}
