/** opentelemetry-instrument at the wrong place, or beside an SDK that the code starts as well. */
import { installsIn } from '../../../languages/python/installs.ts';
import type { Evidence, Files, Service } from '../../../types.ts';
import { pythonWiring } from '../../code/python-wiring.ts';
import { rule } from '../../rule.ts';
import type { Rule, Subject } from '../../types.ts';
import { inCode } from '../../in-code.ts';
import { allWords, runsAt, shownWords, startsAt } from './command.ts';
import { each } from './each.ts';
import { isRegister, preloadsOf } from './preloads.ts';

const WRAPPER = 'opentelemetry-instrument';
const base = (word: string): string => word.slice(word.lastIndexOf('/') + 1);

/** The wrapper stands in a shell line, in front of another command than the server's: `opentelemetry-instrument migrate && gunicorn …`. */
function onAnotherCommand({ start }: Service): boolean {
  if (start === undefined || !start.through.includes('sh') || start.through.includes(WRAPPER) || start.real.some((word) => base(word) === WRAPPER)) return false;
  return start.argv.some((word) => /(?:^|[\s;&|(])opentelemetry-instrument\s/.test(word));
}

/** `opentelemetry-instrument uv run …`: the program lies in the environment that only the runner knows. */
function beforeRunner({ start, build }: Service): string | undefined {
  const at = start?.argv.findIndex((word) => base(word) === WRAPPER) ?? -1;
  const runner = base(start?.argv[at + 1] ?? '');
  if (at < 0 || !/^(?:uv|poetry|pipenv)$/.test(runner) || start?.argv[at + 2] !== 'run' || build?.stage === undefined) return undefined;
  const runs = build.stage.runs.map(({ text }) => text).join('\n');
  const own = /\buv sync\b|\bpoetry (?:[\w-]{1,40} ){0,6}(?:install|sync)\b|\bpipenv (?:install|sync)\b/.test(runs) && !/--system\b|virtualenvs\.create\s+false/.test(runs);
  const opened = build.stage.env.some(({ name, value }) => (name === 'PATH' && /venv/.test(value ?? '')) || /^(?:VIRTUAL_ENV|UV_PROJECT_ENVIRONMENT|UV_SYSTEM_PYTHON|POETRY_VIRTUALENVS_CREATE)$/.test(name));
  const shared = installsIn(runs).some((install) => install.tool === 'pip' && (install.files.length > 0 || install.words.some((word) => /^\.|opentelemetry/.test(word))));
  return own && !opened && !shared ? runner : undefined;
}

const misplaced = rule({
  id: 'files.wrapper-misplaced',
  hop: 'files',
  title: 'opentelemetry-instrument is in front of the wrong command',
  from: ['subjects'],
  page: {
    symptoms: ['No spans of requests, although `opentelemetry-instrument` is in the command.', 'exec: "opentelemetry-instrument": executable file not found in $PATH: unknown'],
    why: 'The wrapper instruments the command that follows it and what that starts. In `opentelemetry-instrument python manage.py migrate && gunicorn app` it is gone before gunicorn starts; in front of `uv run` (or `poetry run`) it is not found, because it lies in the environment that the runner opens.',
    check: ['docker compose exec SERVICE sh -c \'tr "\\0" "\\n" < /proc/1/environ | grep PYTHONPATH\''],
    fix: ['sh -c "python manage.py migrate && exec opentelemetry-instrument gunicorn app:app"', 'uv run opentelemetry-instrument flask run'],
  },
  find: ({ subjects }) => each({ subjects }, ({ service }) => {
    const { start, app, name } = service;
    // Code that starts the SDK itself needs no wrapper at all.
    if (start === undefined || app?.language !== 'python' || app.wired !== undefined) return [];
    if (onAnotherCommand(service)) {
      return [{
        says: `In ${name} opentelemetry-instrument is in front of another command than the server's, so the server makes no spans.`,
        because: [startsAt(start)],
        do: `move it in front of the server: opentelemetry-instrument ${shownWords(start.real)}`,
        about: 'set-up',
      }];
    }
    const runner = beforeRunner(service);
    if (runner === undefined) return [];
    return [{
      says: `opentelemetry-instrument stands in front of \`${runner} run\` and lies in the environment that only ${runner} opens: the container does not start.`,
      because: [startsAt(start)],
      do: `${runner} run opentelemetry-instrument ${shownWords(start.real)}`,
      about: 'set-up',
    }];
  }),
});

/** In a file that the entry does not import: a library of the repository that another program uses. Django and Celery name theirs in strings. */
function isNotLoaded({ service }: Subject, { where }: Evidence, files: Files): boolean {
  if (service.app?.language !== 'python' || typeof where === 'string') return false;
  const { code } = pythonWiring(service, files);
  const { libraries, process } = code.clues;
  return process.entry !== undefined && !/^(?:django|celery|gunicorn)$/.test(process.server) && !Object.hasOwn(libraries, 'django') && !code.reachable.some(({ path }) => path === where.path);
}

const twice = rule({
  id: 'files.wrapped-twice',
  hop: 'files',
  title: 'OpenTelemetry is started by a wrapper or preload, and in the code again',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['Overriding of current TracerProvider is not allowed', 'Attempting to instrument Flask app while already instrumented', 'Error: @opentelemetry/api: Attempted duplicate registration of API: trace'],
    why: 'The first provider wins: that of the wrapper or the preload. Spans are not doubled, but the exporter, the endpoint and the headers that the code gives to its own provider are never used.',
    check: ['docker compose logs SERVICE | grep -E "Overriding of current TracerProvider|duplicate registration"'],
    fix: ['Keep one of the two: take opentelemetry-instrument (or the preload) out of the start command, or the set-up out of the code.'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, (subject) => {
    const { service, settings, instrumented } = subject;
    const { app, start } = service;
    const wired = app?.wired;
    if (app === undefined || start === undefined || wired === undefined || instrumented.at === undefined) return [];
    // A preload of the user's own is the very file that the call stands in.
    const wrapped = app.language === 'python' ? instrumented.by === 'wrapper' : preloadsOf(subject, workspace.files).some(isRegister);
    if (!wrapped || /auto_instrumentation\.initialize/.test(wired.says) || isNotLoaded(subject, wired, workspace.files)) return [];
    const code = inCode(service, workspace.files);
    const told = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some((name) => (settings.get(name)?.value ?? '').trim() !== '');
    const lost = code.endpoint !== undefined && !told && subject.unsure.length === 0;
    return [{
      ...(lost ? {} : { status: 'warn' as const }),
      says: lost
        ? `OpenTelemetry is started by ${app.language === 'python' ? 'opentelemetry-instrument' : 'a preload'} and again in the code: the first one wins, so the endpoint in the code is never used, and no variable names one.`
        : `OpenTelemetry is started by ${app.language === 'python' ? 'opentelemetry-instrument' : 'a preload'} and again in the code: the first one wins, and what the code sets up is ignored.`,
      because: [instrumented.at, wired, ...(lost && code.endpoint !== undefined ? [code.endpoint.at] : [])],
      do: app.language === 'python' ? `take opentelemetry-instrument out of the start command: ${shownWords(start.real.filter((word) => base(word) !== WRAPPER))}` : 'take the preload out of NODE_OPTIONS or the start command',
      about: 'twice',
    }];
  }),
});

const uwsgi = rule({
  id: 'files.uwsgi-threads',
  hop: 'files',
  title: 'uWSGI runs without threads, so the exporter cannot send',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['Spans appear rarely, after a restart, or never; nothing in the log.', 'A worker that hangs at start.'],
    why: 'uWSGI switches Python\'s threads off unless it is told otherwise, and forks its workers after the app was loaded. The exporter sends from a thread.',
    check: ['grep -E "enable-threads|lazy-apps" *.ini'],
    fix: ['enable-threads = true', 'lazy-apps = true'],
    links: ['https://uwsgi-docs.readthedocs.io/en/latest/ThingsToKnow.html'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, ({ service, instrumented }) => {
    const { start, dir, name } = service;
    if (start === undefined || instrumented.by === 'no' || !start.real.some((word) => base(word) === 'uwsgi')) return [];
    const configuration = workspace.files.find(dir, /uwsgi.{0,200}\.(?:ini|ya?ml|xml|json)$|\.ini$/i, 3);
    const texts = [allWords(service), ...service.env.map((one) => one.name), ...configuration.map((path) => workspace.files.text(path) ?? '')].join('\n');
    if (/enable[-_]threads|UWSGI_ENABLE_THREADS|(?:^|[\s-])threads[\s=]+\d/im.test(texts)) return [];
    // Its settings are in a file that is not here.
    if (configuration.length === 0 && start.real.some((word) => /\.(?:ini|ya?ml|xml|json)$/.test(word))) return [];
    return [{
      status: 'warn' as const,
      says: `${name} runs uWSGI without enable-threads: the exporter's thread does not run in its workers.`,
      because: [runsAt(start)],
      do: 'add to uWSGI\'s settings: enable-threads = true and lazy-apps = true',
      about: 'uwsgi',
    }];
  }),
});

export const wrapper: readonly Rule[] = [misplaced, twice, uwsgi];
