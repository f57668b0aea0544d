/** OpenTelemetry is set up, and what it should have patched was loaded, or replaced, before or after. */
import { compareVersions, exactVersion } from '../../../languages/python/requirement.ts';
import { nameForRegExp } from '../../../patterns.ts';
import type { Evidence, Files } from '../../../types.ts';
import { nodeCode, seenAt, type Load, type NodeCode } from '../../code/node-code.ts';
import { seen, type Statement } from '../../code/python-code.ts';
import { mentions, type Act, type PythonWiring } from '../../code/python-wiring.ts';
import { rule } from '../../rule.ts';
import type { JsSource } from '../../../languages/node/source.ts';
import type { Rule, Subject } from '../../types.ts';
import { each, type Draft } from '../files/each.ts';
import { lockedIn } from '../files/locked.ts';
import { ownWiring } from './provider.ts';

/** Instrumentors that put a class of their own in the place of the framework's: what was imported before keeps the old one (measured). */
const REPLACE: Readonly<Record<string, { readonly module: string; readonly name: string; readonly library: string }>> = {
  FlaskInstrumentor: { module: 'flask', name: 'Flask', library: 'flask' },
  FastAPIInstrumentor: { module: 'fastapi', name: 'FastAPI', library: 'fastapi' },
};
/** From this release on FastAPI makes spans itself once a provider is set. */
const NATIVE = '0.142';

const order = rule({
  id: 'source.order',
  hop: 'source',
  title: 'The framework is loaded before OpenTelemetry can patch it',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['Spans of outgoing calls or of the database, and none of incoming requests.', 'Module express has been loaded before @opentelemetry/instrumentation-express so it might not work, please initialize it before requiring express', 'No spans, no message.'],
    why: 'Instrumentations change a library when it is loaded. Node.js: what was required before the SDK started stays as it was. Python: FlaskInstrumentor().instrument() puts another class in the place of flask.Flask, and `from flask import Flask` further up has taken the old one already.',
    check: ['Node.js: is the tracing file the first require or import of the entry file?', 'Python: does `from flask import Flask` stand above .instrument()?'],
    fix: ["Node.js: node --require ./tracing.js index.js, or require('./tracing') as the first line", 'Python: FlaskInstrumentor().instrument_app(app) below app = Flask(__name__): the order does not matter then'],
    links: ['https://opentelemetry.io/docs/languages/js/getting-started/nodejs/', 'https://opentelemetry-python-contrib.readthedocs.io/en/latest/instrumentation/flask/flask.html'],
  },
  find: ({ workspace: { files }, subjects }) => each({ subjects }, (subject) => [...orderInPython(subject, files), ...orderInNode(subject, files)].slice(0, 1)),
});

/** Something else makes spans all the same: another instrumentor, a span by hand. Then data arrives, only that of requests does not. */
export function othersSpeak({ live, code }: PythonWiring, name: string): boolean {
  return live.some((act) => act.kind === 'instrument' && act.name !== name) || mentions(code, /\bstart_(?:as_current_)?span\b/);
}

function orderInPython(subject: Subject, files: Files): readonly Draft[] {
  const wiring = ownWiring(subject, files);
  if (wiring === undefined) return [];
  const { live, code } = wiring;
  for (const act of live) {
    const replaced = act.kind === 'instrument' && act.method === 'instrument' && act.runs === 'yes' ? REPLACE[act.name] : undefined;
    if (replaced === undefined || live.some((other) => other.kind === 'instrument' && other.name === act.name && (other.method === 'instrument_app' || other.at !== act.at)) || mentions(code, /\binstrument_app\b|OpenTelemetryMiddleware/)) continue;
    if (replaced.library === 'fastapi' && !isOlder(subject, files, 'fastapi', NATIVE)) continue;
    const taken = takenBefore(act, wiring, replaced);
    if (taken === undefined) continue;
    return [{
      ...(othersSpeak(wiring, act.name) ? { status: 'warn' as const } : {}),
      says: `${act.name}().instrument() comes too late for ${taken.made ? 'an app that is made already' : `the ${replaced.name} that was imported above it`}: requests make no spans.`,
      because: [seen(files, taken.at), seen(files, act.at)],
      do: `${act.name}${act.name === 'FastAPIInstrumentor' ? '' : '()'}.instrument_app(${taken.app})   (in ${act.at.source.path}, below the line that makes ${taken.app}, instead of ${act.name}().instrument())`,
      about: 'order',
    }];
  }
  return [];
}

interface Taken {
  readonly at: Statement;
  readonly app: string;
  readonly made: boolean;
}

/** In the same file, above the call: the class that the app is made of, or the app itself. */
function takenBefore({ at }: Act, { code }: PythonWiring, { module, name }: { readonly module: string; readonly name: string }): Taken | undefined {
  const here = code.statements.filter(({ source }) => source === at.source);
  const bound = code.bindings(at.source).find((one) => one.module === module && one.name === name && one.at.within === undefined && one.at.line < at.line);
  const maker = bound === undefined ? new RegExp(`^(\\w+)\\s*=\\s*${nameForRegExp(module)}\\.${nameForRegExp(name)}\\s*\\(`) : new RegExp(`^(\\w+)\\s*=\\s*${nameForRegExp(bound.local)}\\s*\\(`);
  const app = here.find((one) => maker.test(one.code));
  if (app === undefined) return undefined;
  const held = maker.exec(app.code)?.[1] ?? 'app';
  if (bound !== undefined) return { at: bound.at, app: held, made: false };
  return app.within === undefined && app.line < at.line ? { at: app, app: held, made: true } : undefined;
}

function isOlder({ service }: Subject, files: Files, library: string, than: string): boolean {
  const version = lockedIn(service, files, library)?.version ?? exactVersion(service.app?.libraries[library] ?? '');
  return version !== undefined && compareVersions(version, than) < 0;
}

// ── Node.js ─────────────────────────────────────────────────────────────────

/** What serves requests: loaded before the SDK, requests make no spans (measured with express: none at all). */
const SERVERS = /^(?:express|koa|@hapi\/hapi|restify|connect|@nestjs\/core)$/;
export const STARTS = /\.start\s*\(\s*\)|\.register\s*\(|\bregisterInstrumentations\s*\(/;
export const MAKES = /\bnew\s+(?:\w+\.)?(?:NodeSDK|NodeTracerProvider|BasicTracerProvider|HoneycombSDK)\b/;

function orderInNode(subject: Subject, files: Files): readonly Draft[] {
  const { service, instrumented } = subject;
  const code = service.app?.language === 'node' && instrumented.by === 'code' ? nodeCode(service, files) : undefined;
  if (code?.entry === undefined || !code.exact) return [];
  const wired = code.reached.filter((source) => MAKES.test(source.code) && STARTS.test(source.code));
  const [tracing] = wired;
  // Only a file of its own that starts the SDK where it is loaded; a second one, or a start by call, is not followed.
  if (tracing === undefined || wired.length > 1 || tracing === code.entry || /\b(?:export\s+(?:default\s+)?(?:async\s+)?function|module\.exports\s*=\s*(?:async\s*)?(?:function|\())/.test(tracing.code)) return [];
  const tooEarly = loadedBefore(code, code.entry, tracing);
  if (tooEarly === undefined) return [];
  const { load, source } = tooEarly;
  const its = code.loads(code.entry).find(({ to }) => to === tracing);
  return [{
    says: `${load.name} is loaded before ${tracing.path} starts OpenTelemetry, so it is not patched: incoming requests make no spans.`,
    because: [seenAt(files, source, load.at), ...(its === undefined ? [] : [seenAt(files, code.entry, its.at)])],
    do: its === undefined ? `load ${tracing.path} as the first line of ${code.entry.path}` : `${first(code.entry, its)}   (move it to the first line of ${code.entry.path})`,
    about: 'order',
  }];
}

const first = ({ code }: JsSource, { at }: Load): string => (code.slice(code.lastIndexOf('\n', at) + 1).split('\n')[0] ?? '').trim();

/** Walks what the entry loads in order, each file once, until the tracing file: a server's library that came before it. */
function loadedBefore(code: NodeCode, entry: JsSource, tracing: JsSource): { readonly load: Load; readonly source: JsSource } | undefined {
  const been = new Set<JsSource>();
  let early: { readonly load: Load; readonly source: JsSource } | undefined;
  const walk = (source: JsSource): 'reached' | 'not' | 'unsure' => {
    if (source === tracing) return 'reached';
    if (been.has(source)) return 'not';
    been.add(source);
    for (const load of code.loads(source)) {
      if (!load.top) {
        if (load.to !== undefined && reaches(code, load.to, tracing)) return 'unsure';
        continue;
      }
      if (SERVERS.test(load.name)) early ??= { load, source };
      const below = load.to === undefined ? 'not' : walk(load.to);
      if (below !== 'not') return below;
    }
    return 'not';
  };
  return walk(entry) === 'reached' ? early : undefined;
}

function reaches(code: NodeCode, from: JsSource, to: JsSource): boolean {
  const been = new Set([from]);
  for (const source of been) for (const load of code.loads(source)) if (load.to !== undefined) been.add(load.to);
  return been.has(to);
}

// ── the app that is served ──────────────────────────────────────────────────

const replaced = rule({
  id: 'source.app-replaced',
  hop: 'source',
  title: 'The app that is instrumented is not the one that serves',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['No spans of requests, no message.'],
    why: 'instrument_app(app) changes the object that app names at that moment. A second `app = Flask(__name__)` further down makes a new one, which nobody instruments; routes that were added before are gone, too.',
    check: ['grep -n "= Flask(\\|= FastAPI(\\|instrument_app" app.py'],
    fix: ['Keep one app = Flask(__name__), and call FlaskInstrumentor().instrument_app(app) below it.'],
  },
  find: ({ workspace: { files }, subjects }) => each({ subjects }, (subject) => {
    const wiring = ownWiring(subject, files);
    if (wiring === undefined) return [];
    const { live, code } = wiring;
    for (const act of live.filter(({ method, runs, at }) => method === 'instrument_app' && runs === 'yes' && !at.guarded)) {
      const name = act.args[0]?.text ?? '';
      if (!/^\w+$/.test(name)) continue;
      const maker = new RegExp(`^${nameForRegExp(name)}\\s*=\\s*(?:flask\\.|fastapi\\.)?(?:Flask|FastAPI)\\s*\\(`);
      const made = code.statements.filter((one) => one.source === act.at.source && maker.test(one.code) && one.within === undefined && !one.guarded && !one.main);
      const again = made.find(({ line }) => line > act.at.line);
      if (again === undefined || !made.some(({ line }) => line < act.at.line)) continue;
      if (live.some((other) => other.method === 'instrument_app' && (other.at.source !== act.at.source || other.at.line > again.line)) || live.some(({ method, name: of }) => method === 'instrument' && of === act.name)) continue;
      const because: readonly Evidence[] = [seen(files, act.at), seen(files, again)];
      return [{
        ...(othersSpeak(wiring, act.name) ? { status: 'warn' as const } : {}),
        says: `${again.source.path} makes ${name} again after it was instrumented: the app that serves makes no spans.`,
        because,
        do: `take ${again.source.path}:${again.line} out, or move ${act.name}().instrument_app(${name}) below it`,
        about: 'order',
      }];
    }
    return [];
  }),
});

export const ordering: readonly Rule[] = [order, replaced];
