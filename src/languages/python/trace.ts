import { heedRivals, rivals } from '../rivals.ts';
import { cluesOf, type Clues } from './clues.ts';
import { delayOf } from './delay.ts';
import { frameworkOf } from './frameworks.ts';
import { clientsOf, PROPAGATORS } from './libraries.ts';
import { packageNeeds, pastePackages, type Wanted } from './packages.ts';
import { pinsFor, type PinSet } from './pins.ts';
import { compareVersions } from './requirement.ts';
import { traceWired } from './trace-wired.ts';
import { wiredIn } from './wired.ts';
import type { App, Files, Need, Service, Stuck, Tracing } from '../../types.ts';

const DISTRO = 'opentelemetry-distro';
const EXPORTER = 'opentelemetry-exporter-otlp-proto-http';

/** What a Python service needs to be traced without a change of its code, or why that cannot be done. */
export function trace(app: App, service: Service, files: Files): Tracing | Stuck {
  const clues = cluesOf(service, files);
  const heeded = heedRivals(rivals(app, service));
  if (heeded.stuck !== undefined) return heeded.stuck;
  const set = pinsFor(lowest(app.runtime, clues.manifest?.floor));
  if (set === undefined) return { stuck: `Python ${app.runtime ?? ''} is older than every release of OpenTelemetry that can be installed (3.7 and newer). Use a newer Python image, then run otel-setup again.` };
  const wired = wiredIn(clues);
  const answer = wired === undefined ? traceUnwired(clues, set) : traceWired(clues, set, wired);
  if ('stuck' in answer) return answer;
  const notes = [...heeded.notes, ...answer.notes, ...(clues.manifest?.notes ?? [])];
  return { needs: answer.needs, notes: set.bestEffort ? [`Python ${app.runtime ?? ''} is at its end of life: the newest packages for it are old, and not every library is covered.`, ...notes] : notes };
}

/** The image's Python, or what the manifest must also resolve for (uv and poetry refuse a lock otherwise), whichever is lower. */
function lowest(runtime: string | undefined, floor: string | undefined): string | undefined {
  if (runtime === undefined || floor === undefined) return runtime ?? floor;
  return compareVersions(floor, runtime) < 0 ? floor : runtime;
}

function traceUnwired(clues: Clues, set: PinSet): Tracing | Stuck {
  const { process, manifest } = clues;
  const found = frameworkOf(clues);
  const clients = clientsOf(clues, set);
  const wanted: Wanted[] = [
    { name: DISTRO, why: 'the wrapper that starts OpenTelemetry before the app' },
    { name: EXPORTER, why: 'sends the spans' },
    ...(found?.framework.instrumentations(clues) ?? []).map((name) => ({ name: `opentelemetry-instrumentation-${name}`, why: `spans of ${found?.framework.id ?? name}` })),
    ...clients.names.map((name) => ({ name: `opentelemetry-instrumentation-${name}`, why: `spans of calls through ${name}` })),
    ...propagatorsOf(clues),
  ];
  // A job without a server still has the spans of what it calls.
  const callsOnly = found === undefined && process.server === 'python' && clients.names.length > 0;
  const stuck = cannot(clues, set, wanted, found !== undefined || callsOnly);
  if (stuck !== undefined) return stuck;
  const more = found?.framework.more?.(clues) ?? { needs: [], notes: [] };
  if ('stuck' in more) return more;
  if (manifest?.slot === undefined) {
    const why = manifest?.why ?? 'no file was found that the image installs its Python packages from';
    return { stuck: `The packages cannot be added: ${why}. Add the lines below where the packages come from, then run otel-setup again.`, paste: pastePackages(clues, set, wanted) };
  }
  const packages = packageNeeds(clues, set, unique(wanted));
  if ('stuck' in packages) return packages;
  const delay = delayOf(process, clues.service);
  const gevent: Need[] = process.gevent
    ? [{ kind: 'env', name: 'OTEL_PYTHON_AUTO_INSTRUMENTATION_EXPERIMENTAL_GEVENT_PATCH', value: 'patch_all', accept: 'any', by: 'python', why: 'without it gevent workers and the exporter break each other over https (RecursionError)' }]
    : [];
  return {
    needs: [...packages, { kind: 'wrap', argv: ['opentelemetry-instrument'], by: 'python', why: 'starts OpenTelemetry before the app' }, ...more.needs, ...gevent, ...delay.needs],
    notes: [...(callsOnly ? ['No web framework was recognised: there will be spans of its calls (databases, HTTP), none of requests.'] : []), ...more.notes, ...clients.notes, ...delay.notes],
  };
}

function unique(wanted: readonly Wanted[]): readonly Wanted[] {
  return wanted.filter((each, i) => wanted.findIndex(({ name }) => name === each.name) === i);
}

function propagatorsOf(clues: Clues): readonly Wanted[] {
  const names = clues.service.env.find(({ name }) => name === 'OTEL_PROPAGATORS')?.value?.split(',') ?? [];
  return names.flatMap((name) => {
    const distribution = PROPAGATORS[name.trim()];
    return distribution === undefined ? [] : [{ name: distribution, why: `OTEL_PROPAGATORS names ${name.trim()}; without its package the app would not start` }];
  });
}

/** What stands in the way of the wrapper for this process. */
function cannot(clues: Clues, set: PinSet, wanted: readonly Wanted[], framework: boolean): Stuck | undefined {
  const { process, service } = clues;
  const command = process.words.join(' ');
  const into = service.start === undefined ? 'the start command' : `the start command (${service.start.realWhere.path}${service.start.realWhere.line === undefined ? '' : `:${service.start.realWhere.line}`})`;
  if (/^(?:supervisord|honcho|foreman)$/.test(process.server)) {
    return { stuck: `${process.server} starts several programs: put opentelemetry-instrument in front of the server's own line in its configuration, and add the packages below.`, paste: pastePackages(clues, set, wanted) };
  }
  if (process.server === 'uwsgi') {
    return { stuck: 'uWSGI forks without telling Python, so the wrapper is not reliable there. Start OpenTelemetry in each worker with the lines below.', paste: { into: 'the module that uWSGI loads, with enable-threads = true and lazy-apps = true in its ini file', text: 'from uwsgidecorators import postfork\n\n@postfork\ndef start_tracing():\n    from opentelemetry.instrumentation import auto_instrumentation\n    auto_instrumentation.initialize()' } };
  }
  const spawns = process.forked !== undefined && /^(?:uvicorn|fastapi|hypercorn|granian)/.test(process.forked);
  if (!set.reloader && (process.reloader !== undefined || spawns)) {
    const words = process.reloader ?? process.forked ?? '';
    return { stuck: `On Python ${set.python.replaceAll(/[<>=]/g, '').split(' ')[0] ?? ''} the newest packages that can be installed do not reach the process that a reloader or uvicorn's workers start (${words}): no span would arrive. Start without it, or use Python 3.10 or newer; then run otel-setup again.`, paste: { into, text: withoutReloader(command, process.reloader) } };
  }
  if (process.gevent && !set.gevent) {
    return { stuck: 'The packages for this Python do not work with gevent workers. Use Python 3.9 or newer, or another worker class (gthread); then run otel-setup again.', paste: { into, text: command.replace(/(-k|--worker-class)([= ])gevent\w*/, '$1$2gthread') } };
  }
  if (!framework && /^(?:gunicorn|uvicorn|hypercorn|daphne|granian|waitress-serve|python)$/.test(process.server)) {
    const asgi = process.asgi;
    const kind = asgi ? 'asgi' : 'wsgi';
    return {
      stuck: `No web framework with an instrumentation of its own was recognised (Flask, Django, FastAPI, …), so the ${kind.toUpperCase()} callable itself must be wrapped in code. Add the two lines, the packages opentelemetry-distro, opentelemetry-exporter-otlp-proto-http and opentelemetry-instrumentation-${kind} (${set.version(`opentelemetry-instrumentation-${kind}`) ?? ''}), and start with opentelemetry-instrument.`,
      paste: { into: process.entry?.path ?? 'the module of the application', text: `from opentelemetry.instrumentation.${kind} import OpenTelemetryMiddleware\n${asgi ? 'app = OpenTelemetryMiddleware(app)' : 'application = OpenTelemetryMiddleware(application)'}  # last line of the module` },
    };
  }
  return undefined;
}

function withoutReloader(command: string, reloader: string | undefined): string {
  if (reloader === 'runserver') return `${command} --noreload`;
  if (reloader === '--debug' || reloader?.startsWith('FLASK_') === true) return `${command} --no-reload`;
  if (reloader === '--reload') return command.replace(/\s--reload(?=\s|$)/, '');
  if (reloader === 'fastapi dev') return command.replace('fastapi dev', 'fastapi run').replace(/^dev/, 'run');
  if (reloader?.endsWith('(debug=True)') === true) return 'app.run(debug=True, use_reloader=False)';
  return command.replace(/\s(?:--workers[= ]\d+|-w ?\d+)/, '');
}
