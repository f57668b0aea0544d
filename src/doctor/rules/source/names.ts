/** Names that the installed packages do not have: misspelled, moved, or gone since. */
import { compareVersions, exactVersion, versionFits } from '../../../languages/python/requirement.ts';
import { nameForRegExp } from '../../../patterns.ts';
import type { Files, Service } from '../../../types.ts';
import { distance } from '../files/known-names.ts';
import { callsOf, importedFrom, nodeCode, seenAt } from '../../code/node-code.ts';
import { pythonCode, seen, type Binding, type PythonCode, type Statement } from '../../code/python-code.ts';
import { rule } from '../../rule.ts';
import type { Rule, Subject } from '../../types.ts';
import { each, type Draft } from '../files/each.ts';
import { lockedIn, lockOf } from '../files/locked.ts';
import { METHODS, MOVED, NODE, PYTHON } from './otel-names.ts';

/** What is private is not looked at: its names are near those of the public ones. */
const near = (name: string, known: readonly string[]): string | undefined => known.includes(name) || name.startsWith('_') ? undefined : known.find((one) => one.length > 4 && distance(name.toLowerCase(), one.toLowerCase()) <= Math.min(2, Math.floor(one.length / 4)));

interface Wrong {
  readonly at: Statement;
  readonly written: string;
  readonly meant: string;
  /** As it should be written. */
  readonly line: string;
}

function wrongImport({ module, name, at }: Binding): Omit<Wrong, 'at'> | undefined {
  if (!/^opentelemetry(?:\.|$)/.test(module)) return undefined;
  const moved = MOVED.find(([of, what]) => of.test(module) && (what === undefined || what.test(name ?? '')));
  if (moved !== undefined) return { written: name === undefined ? module : `${module}.${name}`, meant: moved[2], line: moved[2] };
  const known = PYTHON[module];
  const meant = known === undefined || name === undefined ? undefined : near(name, known);
  if (meant !== undefined && name !== undefined) return { written: name, meant, line: at.text.replace(new RegExp(`\\b${nameForRegExp(name)}\\b`), meant) };
  if (known !== undefined) return undefined;
  const other = near(module, Object.keys(PYTHON));
  // Only a part that is misspelled, never a neighbour that exists: psycopg and psycopg2, proto.http and proto.grpc.
  return other === undefined || isInstrumentation(module) ? undefined : { written: module, meant: other, line: at.text.replace(module, other) };
}

const isInstrumentation = (module: string): boolean => /^opentelemetry\.instrumentation\.\w+/.test(module);

/** A method or a class that is used under a name which nothing in the file has. */
function wrongUses(at: Statement, code: PythonCode): readonly Wrong[] {
  const bindings = code.bindings(at.source);
  if (/^(?:from|import|def|class|async def)\b/.test(at.code)) return [];
  const found: Wrong[] = [];
  for (const match of at.code.matchAll(/\.(\w{8,})\s*\(/g)) {
    const name = match[1] ?? '';
    const meant = near(name, METHODS);
    if (meant !== undefined && !code.statements.some((one) => new RegExp(`\\bdef\\s+${nameForRegExp(name)}\\b`).test(one.code))) found.push({ at, written: name, meant, line: at.text.replace(name, meant) });
  }
  if (bindings.some(({ name }) => name === '*')) return found;
  const ours = bindings.filter(({ module }) => module.startsWith('opentelemetry.')).map(({ local }) => local).filter((local) => /^[A-Z]\w{7,}/.test(local));
  for (const match of at.code.matchAll(/(?<![.\w])([A-Z]\w{6,})\s*\(/g)) {
    const name = match[1] ?? '';
    const meant = near(name, ours);
    const isThere = bindings.some(({ local }) => local === name) || at.source.lines.some((line) => new RegExp(`^(?:class|def)\\s+${nameForRegExp(name)}\\b|^${nameForRegExp(name)}\\s*[:=]`).test(line.code) || /^from\s+\S+\s+import\s+\*/.test(line.code));
    if (meant !== undefined && !isThere) found.push({ at, written: name, meant, line: at.text.replace(name, meant) });
  }
  return found;
}

/** In a file that the process loads, where an error ends it: not in a `try`, not in a function. */
const ends = (at: Statement, code: PythonCode): boolean => code.loaded.includes(at.source) && at.within === undefined && !at.guarded && !at.main;

const wrongName = rule({
  id: 'source.wrong-name',
  hop: 'source',
  title: 'The code uses a name that OpenTelemetry does not have',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ["ImportError: cannot import name 'TraceProvider' from 'opentelemetry.sdk.trace'", "ModuleNotFoundError: No module named 'opentelemetry.exporter.otlp.http'", "AttributeError: 'FlaskInstrumentor' object has no attribute 'instrusment_app'", "AttributeError: module 'opentelemetry.trace' has no attribute 'set_tacer_provider'", 'TypeError: NodeSdk is not a constructor'],
    why: 'A letter is missing, or the name is that of an earlier release: the import fails, and the service ends before it serves.',
    check: ['docker compose logs SERVICE | grep -E "ImportError|ModuleNotFoundError|AttributeError|NameError|is not a constructor"'],
    fix: ['from opentelemetry import trace', 'from opentelemetry.sdk.trace import TracerProvider', 'from opentelemetry.sdk.trace.export import BatchSpanProcessor', 'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter', 'from opentelemetry.instrumentation.flask import FlaskInstrumentor'],
    links: ['https://opentelemetry-python.readthedocs.io/en/latest/'],
  },
  find: ({ workspace: { files }, subjects }) => each({ subjects }, (subject) => [...wrongInPython(subject, files), ...wrongInNode(subject, files)].slice(0, 1)),
});

function wrongInPython({ service }: Subject, files: Files): readonly Draft[] {
  if (service.app?.language !== 'python') return [];
  const code = pythonCode(service, files);
  const speaking = new Set(code.sources.filter(({ imports }) => imports.some(({ name }) => /^opentelemetry(?:\.|$)/.test(name))));
  const wrong = code.statements.filter(({ source }) => speaking.has(source) && (code.loaded.includes(source) || code.reachable.includes(source))).flatMap((at): readonly Wrong[] => [
    ...code.bindings(at.source).filter((one) => one.at === at).flatMap((one) => wrongImport(one) ?? []).map((one) => ({ ...one, at })),
    ...wrongUses(at, code),
  ]).filter(({ at }) => !at.guarded);
  const first = wrong.find(({ at }) => ends(at, code)) ?? wrong[0];
  if (first === undefined) return [];
  return [{
    ...(ends(first.at, code) ? {} : { status: 'warn' as const }),
    says: first.line === first.meant ? `${first.written} is not in this release of OpenTelemetry: the import fails.` : `${first.written} is no name of OpenTelemetry; ${first.meant} is.`,
    because: [seen(files, first.at)],
    do: `${first.line.split('\n')[0] ?? first.meant}   (${first.at.source.path}:${first.at.line})`,
    about: `name:${first.written}`,
  }];
}

function wrongInNode({ service }: Subject, files: Files): readonly Draft[] {
  const code = service.app?.language === 'node' ? nodeCode(service, files) : undefined;
  if (code?.entry === undefined) return [];
  for (const source of code.reached) {
    for (const match of source.code.matchAll(/\bnew\s+(\w+)\s*\(|(?<![.\w])(get\w+Instrumentations?|register\w+)\s*\(/g)) {
      const local = match[1] ?? match[2] ?? '';
      const its = importedFrom(source, local);
      const meant = its === undefined ? undefined : near(its.name, NODE.find(([from]) => from.test(its.from))?.[1] ?? []) ?? NODE.find(([from]) => from.test(its.from))?.[1].find((one) => one !== its.name && one.toLowerCase() === its.name.toLowerCase());
      if (its === undefined || meant === undefined) continue;
      return [{ says: `${its.from} has no ${its.name}; ${meant} is its name.`, because: [seenAt(files, source, match.index)], do: `${meant}   (in ${source.path}, instead of ${its.name})`, about: `name:${its.name}` }];
    }
  }
  return [];
}

// ── what a newer release no longer has ──────────────────────────────────────

/** Flask: https://flask.palletsprojects.com/en/stable/changes/ (tried against 3.1). */
const FLASK: readonly (readonly [what: RegExp, name: string, since: string, instead: string])[] = [
  [/@\s*\w+\.before_first_request\b|\.before_first_request\s*\(/, 'before_first_request', '2.3', 'with app.app_context():\n    init()   (below app = Flask(__name__), instead of the decorator)'],
  [/@\s*\w+\.before_app_first_request\b/, 'before_app_first_request', '2.3', 'call the function once where the app is made, inside of `with app.app_context():`'],
  [/^from\s+flask\.json\s+import\s.*\bJSONEncoder\b/, 'flask.json.JSONEncoder', '2.3', 'from flask.json.provider import DefaultJSONProvider'],
  [/^from\s+flask\s+import\s.*\b_(?:request|app)_ctx_stack\b/, '_request_ctx_stack', '2.3', 'from flask import g'],
  [/^from\s+flask\s+import\s.*\bMarkup\b/, 'flask.Markup', '3.0', 'from markupsafe import Markup'],
  [/^from\s+flask\s+import\s.*\bescape\b/, 'flask.escape', '3.0', 'from markupsafe import escape'],
];

const removed = rule({
  id: 'source.removed-api',
  hop: 'source',
  title: 'The code uses what the installed release no longer has',
  from: ['workspace', 'subjects'],
  also: ['inside'],
  page: {
    symptoms: ["AttributeError: 'Flask' object has no attribute 'before_first_request'", "ImportError: cannot import name 'Markup' from 'flask'", 'TypeError: Resource is not a constructor', "SyntaxError: The requested module '@opentelemetry/resources' does not provide an export named 'Resource'", 'TypeError: provider.addSpanProcessor is not a function'],
    why: 'Without a version in the manifest, each build takes the newest release. Flask took before_first_request out in 2.3; OpenTelemetry for JavaScript took `new Resource` and `addSpanProcessor` out in 2.0. The app then ends at start, before any span.',
    check: ['docker compose exec SERVICE pip show flask', 'docker compose exec SERVICE npm ls @opentelemetry/resources', 'docker compose logs SERVICE | tail -20'],
    fix: ['Flask: call the function where the app is made, inside of `with app.app_context():`', "Node.js: resourceFromAttributes({ 'service.name': 'api' }) instead of new Resource(…); new NodeTracerProvider({ spanProcessors: […] }) instead of addSpanProcessor"],
    links: ['https://flask.palletsprojects.com/en/stable/changes/', 'https://github.com/open-telemetry/opentelemetry-js/blob/main/doc/upgrade-to-2.x.md'],
  },
  find: ({ workspace: { files }, subjects, inside }) => each({ subjects }, (subject) => {
    const installed = (name: string): string | undefined => (inside ?? []).find((one) => one.service === subject.service.name)?.packages[name];
    return [...flaskGone(subject, files, installed), ...nodeGone(subject, files, installed)].slice(0, 1);
  }),
});

type Installed = (name: string) => string | undefined;

function flaskGone({ service }: Subject, files: Files, installed: Installed): readonly Draft[] {
  const spec = service.app?.libraries['flask'];
  if (service.app?.language !== 'python' || spec === undefined) return [];
  const code = pythonCode(service, files);
  for (const at of code.statements.filter((one) => ends(one, code))) {
    const gone = FLASK.find(([what]) => what.test(at.code));
    if (gone === undefined) continue;
    const [, name, since, instead] = gone;
    const comes = comesWith(service, files, spec, since, installed('flask'));
    if (comes === undefined) continue;
    return [{
      ...(comes.now ? {} : { status: 'warn' as const }),
      says: comes.now ? `Flask has no ${name} since ${since}, so ${service.name} ends when it starts.` : `Flask has no ${name} since ${since}: with the next build ${service.name} would not start.`,
      because: [seen(files, at), ...(service.app.manifest === undefined ? [] : [{ where: { path: service.app.manifest.path }, says: `flask${spec === '' ? ' (any version: the newest is taken)' : spec}` }])],
      do: instead,
      about: `file:${at.source.path}`,
    }];
  }
  return [];
}

/** Whether the release that the image gets lacks it: what is installed, else what is locked, else the newest that the manifest lets in. */
function comesWith(service: Service, files: Files, spec: string, since: string, installed: string | undefined): { readonly now: boolean } | undefined {
  const locked = lockedIn(service, files, 'flask')?.version;
  if (locked === undefined && lockOf(service, files) !== undefined) return undefined;
  // Python 3.7 gets Flask 2.2 at most; an older werkzeug holds Flask back, too.
  const { app } = service;
  if (/^3\.[0-7](?:\.|$)|^2/.test(app?.runtime ?? '')) return undefined;
  const held = ['werkzeug', 'markupsafe', 'jinja2', 'itsdangerous'].some((name) => exactVersion(app?.libraries[name] ?? '') !== undefined || /</.test(app?.libraries[name] ?? ''));
  const version = locked ?? exactVersion(spec);
  const next = version === undefined ? !held && fits(spec, since) : compareVersions(version, since) >= 0;
  const now = installed === undefined ? next : compareVersions(installed, since) >= 0;
  return now ? { now } : next ? { now: false } : undefined;
}

/** A later release than `since` is let in, in every spelling of a range that is known. */
const fits = (spec: string, since: string): boolean => /^[\s\d.*<>=!~,]*$/.test(spec) && versionFits(since, spec) && !/<=?\s*2\.[0-2](?:\D|$)|<\s*2\.3(?:\D|$)|<\s*2(?:\.0)*\s*(?:,|$)/.test(spec);

const JS: readonly (readonly [call: RegExp, from: RegExp, name: string, instead: string])[] = [
  [/\bnew\s+Resource\s*\(/g, /^@opentelemetry\/resources$/, 'Resource', "resourceFromAttributes({ … })   (const { resourceFromAttributes } = require('@opentelemetry/resources'), instead of new Resource({ … }))"],
];

function nodeGone({ service }: Subject, files: Files, installed: Installed): readonly Draft[] {
  const code = service.app?.language === 'node' ? nodeCode(service, files) : undefined;
  if (code === undefined || service.app === undefined) return [];
  const major = (name: string): number | undefined => {
    const spec = code.manifest.libraries[name];
    const version = installed(name) ?? lockedIn(service, files, name)?.version ?? (lockOf(service, files) === undefined && spec !== undefined && /^[\^~=v]?\d/.test(spec) ? spec.replace(/^[\^~=v]+/, '') : undefined);
    return version === undefined ? undefined : Number(/^\d+/.exec(version)?.[0] ?? Number.NaN);
  };
  const runs = code.exact ? code.reached : [];
  for (const source of runs) {
    for (const [callee, from, name, instead] of JS) {
      const its = importedFrom(source, name);
      const [call] = callsOf(source, callee);
      if (its === undefined || call === undefined || !from.test(its.from) || (major(its.from) ?? 0) < 2) continue;
      return [{ says: `${its.from} has no class ${name} since 2.0: ${source.path} ends the process when it is loaded.`, because: [seenAt(files, source, call.index)], do: instead, about: `file:${source.path}` }];
    }
    const adds = /\b(\w*[pP]rovider)\.addSpanProcessor\s*\(/.exec(source.code);
    const provider = ['@opentelemetry/sdk-trace-node', '@opentelemetry/sdk-trace-base'].find((name) => source.code.includes(name));
    if (adds !== null && provider !== undefined && /\bnew\s+(?:NodeTracerProvider|BasicTracerProvider)\b/.test(source.code) && (major(provider) ?? 0) >= 2) {
      return [{ says: `${provider} has no addSpanProcessor since 2.0: ${source.path} ends the process when it is loaded.`, because: [seenAt(files, source, adds.index)], do: 'new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] })', about: `file:${source.path}` }];
    }
  }
  return [];
}

export const names: readonly Rule[] = [wrongName, removed];
