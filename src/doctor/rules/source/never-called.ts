/** OpenTelemetry is set up in code that never runs. */
import { nameForRegExp } from '../../../patterns.ts';
import type { Evidence, Files } from '../../../types.ts';
import { callsOf, isNamedElsewhere, nodeCode, seenAt } from '../../code/node-code.ts';
import { reachableFrom } from '../../../languages/python/sources.ts';
import { pythonCode, seen } from '../../code/python-code.ts';
import type { Act, PythonWiring } from '../../code/python-wiring.ts';
import { rule } from '../../rule.ts';
import { mayStartInside } from '../../subjects.ts';
import type { Rule, Subject } from '../../types.ts';
import { each, type Draft } from '../files/each.ts';
import { ownWiring, wiresItself } from './provider.ts';

const neverCalled = rule({
  id: 'source.never-called',
  hop: 'source',
  title: 'OpenTelemetry is set up in code that never runs',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['No spans, no message: the app runs as before, though the code sets up OpenTelemetry.'],
    why: 'Three ways: the set-up is under `if __name__ == "__main__":`, which `flask run`, gunicorn and uvicorn skip because they import the file; it is in a file that nothing imports; it is in a function that nothing calls, or the SDK is made and never started.',
    check: ['Put print("otel here") in front of the set-up, start the service, and look for it: docker compose logs SERVICE | grep "otel here"'],
    fix: ['Python: import the module at the top of the file that the server loads, and call its function there.', "Node.js: require('./tracing') as the first line of the entry file, or node --require ./tracing.js index.js; and sdk.start()."],
  },
  find: ({ workspace, subjects }) => each({ subjects }, (subject) => [...inPython(subject, subjects, workspace.files), ...inNode(subject, workspace.files)].slice(0, 1)),
});

const starts = ({ kind }: Act): boolean => kind === 'set-provider' || kind === 'start';

function inPython(subject: Subject, all: readonly Subject[], files: Files): readonly Draft[] {
  const wiring = ownWiring(subject, files);
  if (wiring === undefined) return [];
  const { acts, live, code } = wiring;
  if (live.some(starts) || live.some(({ kind, args }) => kind === 'instrument' && args.some(({ name }) => name === 'tracer_provider'))) return [];
  const dead = acts.find((act) => starts(act) && act.runs !== 'yes' && act.runs !== 'maybe');
  const { entry } = code.clues.process;
  if (dead === undefined || entry === undefined) return [];
  // Another service of the same folder may be the one that it is for.
  const others = all.filter(({ service }) => service.name !== subject.service.name && service.app?.language === 'python' && service.dir === subject.service.dir);
  if (others.some(({ service }) => { const own = pythonCode(service, files); const from = own.clues.process.entry; return from === undefined || reachableFrom(own.sources, from).some(({ path }) => path === dead.at.source.path); })) return [];
  const { source, line, within } = dead.at;
  const where = `${source.path}:${line}`;
  const wrong: Readonly<Record<string, readonly [says: string, mend: string]>> = {
    main: [`OpenTelemetry is set up at ${where} under \`if __name__ == "__main__":\`, which does not run when ${code.clues.process.server} imports the file.`, `move the set-up at ${where} out of the \`if __name__ == "__main__":\` block, to the left margin`],
    'not-imported': [`OpenTelemetry is set up in ${source.path}, which ${entry.path} does not import: it never runs.`, servesIt(dead, wiring) ?? `import ${source.module}   (as the first line of ${entry.path})`],
    'not-called': [`OpenTelemetry is set up in the function ${within?.name ?? ''} (${source.path}), which nothing calls.`, source === entry ? `${within?.name ?? ''}()   (in ${entry.path}, below the function)` : `from ${source.module} import ${within?.name ?? ''}\n${within?.name ?? ''}()   (in ${entry.path})`],
  };
  const [says, mend] = wrong[dead.runs] ?? ['', ''];
  return [{ says, because: [seen(files, dead.at), ...entryEvidence(subject)], do: mend, about: 'wiring' }];
}

/** The file that nothing imports has the app that it instruments: to import it would make a second app. It is the one to serve. */
function servesIt({ at }: Act, { acts, code }: PythonWiring): string | undefined {
  const app = acts.find((one) => one.method === 'instrument_app' && one.at.source === at.source && one.at.within === undefined)?.args[0]?.text ?? '';
  if (!/^\w+$/.test(app) || !code.statements.some((one) => one.source === at.source && new RegExp(`^${nameForRegExp(app)}\\s*=\\s*(?:\\w+\\.)?(?:Flask|FastAPI|Starlette)\\s*\\(`).test(one.code))) return undefined;
  const served = `${at.source.module}:${app}`;
  const { server } = code.clues.process;
  return server === 'flask' ? `flask --app ${served} run …   (serve the app that is instrumented)` : /^(?:gunicorn|uvicorn|hypercorn)$/.test(server) ? `${server} ${served} …   (serve the app that is instrumented)` : undefined;
}

const entryEvidence = ({ service: { start } }: Subject): readonly Evidence[] => (start === undefined ? [] : [{ where: start.realWhere, says: start.real.join(' ').slice(0, 120) }]);

/** Frameworks that load files by their place, or start what nobody imports. */
const LOADS_BY_PLACE = /^(?:next|nuxt|@sveltejs\/kit|@remix-run\/\w+|@adonisjs\/core|@strapi\/strapi|sails|meteor|@redwoodjs\/core|gatsby|@feathersjs\/feathers|@fastify\/autoload|fastify-autoload|moleculer|egg|@midwayjs\/core|@loopback\/boot|nitropack|serverless|@cloudflare\/workers-types)$/;

function inNode({ service, instrumented }: Subject, files: Files): readonly Draft[] {
  if (service.app?.language !== 'node' || !wiresItself({ service, instrumented }) || mayStartInside(service.app) || Object.keys(service.app.libraries).some((name) => LOADS_BY_PLACE.test(name))) return [];
  const code = nodeCode(service, files);
  if (code?.entry === undefined || !code.exact || /\bexports\.handler\b|export\s+(?:const|async\s+function|function)\s+handler\b/.test(code.entry.code)) return [];
  const started = /\bnew\s+(?:\w+\.)?(?:NodeSDK|NodeTracerProvider|BasicTracerProvider|HoneycombSDK)\s*\(/g;
  const wired = code.sources.flatMap((source) => callsOf(source, started).map((call) => ({ source, call })));
  const live = wired.filter(({ source }) => code.reached.includes(source) || isNamedElsewhere(service, files, source, code));
  const elsewhere = /\bregisterOTel\s*\(|\bstartNodeSDK\s*\(|auto-instrumentations-node\/register/;
  if (code.sources.some((source) => elsewhere.test(source.code) && (code.reached.includes(source) || isNamedElsewhere(service, files, source, code)))) return [];
  const [first] = wired;
  if (first === undefined) return [];
  if (live.length === 0) {
    // What the command loads is there or not: a rule of the files.
    if (instrumented.by !== 'code') return [];
    if (wired.some(({ source }) => code.sources.some((other) => !code.reached.includes(other) && code.loads(other).some(({ to }) => to === source)))) return [];
    const path = first.source.path;
    const from = code.entry.path;
    return [{
      says: `OpenTelemetry is set up in ${path}, which ${from} does not load: it never runs.`,
      because: [seenAt(files, first.source, first.call.index), ...(service.start === undefined ? [] : [{ where: service.start.realWhere, says: service.start.real.join(' ').slice(0, 120) }])],
      do: `${/^[ \t]*import\s/m.test(code.entry.code) ? `import '${relative(from, path)}'` : `require('${relative(from, path)}')`}   (as the first line of ${from})`,
      about: 'wiring',
    }];
  }
  const [only] = live;
  // It is made once, and the word `start` stands nowhere in the service's code.
  if (only !== undefined && live.length === 1 && /^new\s+(?:\w+\.)?(?:NodeSDK|HoneycombSDK)\b/.test(only.source.code.slice(only.call.index)) && !code.sources.some((source) => /\bstart\b/.test(source.code))) {
    const held = heldIn(only.source.code, only.call.index);
    const { path } = only.source;
    return [held === undefined
      ? { says: `An SDK is made in ${path} and never started: no span is made.`, because: [seenAt(files, only.source, only.call.index)], do: `const sdk = new NodeSDK(…);   (in ${path})\nsdk.start();`, about: 'wiring' }
      : neverStarted(path, seenAt(files, only.source, only.call.index), held, only.source.code.slice(only.call.index))];
  }
  // Made, held in a constant of the file, and neither started, registered, handed on nor exported.
  for (const { source, call } of live) {
    const held = heldIn(source.code, call.index);
    if (live.length > 1 || held === undefined) return [];
    const uses = [...source.code.matchAll(new RegExp(`(?<![\\w.])${nameForRegExp(held)}\\b(\\s*\\.\\s*(\\w+))?`, 'g'))].filter(({ index }) => index > call.index);
    if (uses.length > 0 && uses.every((use) => /^(?:shutdown|forceFlush)$/.test(use[2] ?? ''))) return [neverStarted(source.path, seenAt(files, source, call.index), held, source.code.slice(call.index))];
    if (uses.length === 0 && !new RegExp(`export\\s+(?:const|let|var)\\s+${nameForRegExp(held)}\\b`).test(source.code)) return [neverStarted(source.path, seenAt(files, source, call.index), held, source.code.slice(call.index))];
  }
  return [];
}

/** The name of the constant that what is made at `index` is held in. */
const heldIn = (code: string, index: number): string | undefined => /\b(?:const|let|var)\s+(\w+)(?:\s*:\s*\w+)?\s*=\s*$/.exec(code.slice(0, index))?.[1];

function neverStarted(path: string, at: Evidence, held: string, text: string): Draft {
  const call = /^new\s+(?:\w+\.)?\w*TracerProvider/.test(text) ? 'register' : 'start';
  return { says: `${held} is made in ${path} and never ${call === 'start' ? 'started' : 'registered'}: no span is made.`, because: [at], do: `${held}.${call}();   (in ${path}, below it)`, about: 'wiring' };
}

/** './tracing' as the entry would write it. */
function relative(from: string, to: string): string {
  const [own, other] = [from.split('/').slice(0, -1), to.replace(/\.[cm]?[jt]sx?$/, '').split('/')];
  while (own.length > 0 && own[0] === other[0]) {
    own.shift();
    other.shift();
  }
  return `${own.length === 0 ? './' : '../'.repeat(own.length)}${other.join('/')}`;
}

export const neverRun: readonly Rule[] = [neverCalled];
