import { fromContainer } from '../../workspace/container-path.ts';
import { baseName } from '../runs-on.ts';
import { compareVersions, exactVersion } from './requirement.ts';
import { moduleSource, type PySource } from './sources.ts';
import type { Files, Service } from '../../types.ts';

/** The process model of a Python server, as its command and its source show it. */
export interface Process {
  /** 'flask', 'django', 'gunicorn', 'uvicorn', 'fastapi', 'celery', 'uwsgi', 'python', 'other', ... */
  readonly server: string;
  readonly asgi: boolean;
  /** The words that switch a reloader on: '--debug', 'FLASK_DEBUG=1', 'app.run(debug=True)'; undefined = none. */
  readonly reloader?: string;
  /** Words that make workers which die without flushing (measured: uvicorn --workers, UvicornWorker, celery's prefork). */
  readonly forked?: string;
  readonly gevent: boolean;
  /** The file that is run or imported first, where it is known. */
  readonly entry?: PySource;
  readonly words: readonly string[];
}

const RUNNERS: readonly (readonly string[])[] = [['exec'], ['opentelemetry-instrument'], ['ddtrace-run'], ['newrelic-admin', 'run-program'], ['uv', 'run'], ['poetry', 'run'], ['pipenv', 'run'], ['env'], ['dumb-init'], ['tini'], ['--']];

/** The server's own words: without runners, wrappers, VAR=value and 'python -m'. */
export function serverWords(real: readonly string[]): readonly string[] {
  let words = real;
  for (;;) {
    const runner = RUNNERS.find((prefix) => prefix.every((word, i) => baseName(words[i] ?? '') === word));
    if (runner !== undefined) words = words.slice(runner.length);
    else if (/^[A-Za-z_]\w*=/.test(words[0] ?? '')) words = words.slice(1);
    else break;
  }
  const isPython = /^(?:python|pypy)[\d.]*$/.test(baseName(words[0] ?? ''));
  if (!isPython) return words;
  const at = words.findIndex((word, i) => i > 0 && (word === '-m' || !word.startsWith('-')));
  return at > 0 && words[at] === '-m' ? words.slice(at + 1) : words;
}

/** How a service's process works; `libraries` tells Flask's age, which decides what FLASK_ENV means. */
export function processOf(service: Service, files: Files, sources: readonly PySource[], libraries: Readonly<Record<string, string>>): Process {
  const words = serverWords(service.start?.real ?? []);
  const first = baseName(words[0] ?? '');
  const env = new Map(service.env.map((each) => [each.name, each.value ?? '']));
  const has = (...flags: string[]): string | undefined => flags.find((flag) => words.some((word) => word === flag || word.startsWith(`${flag}=`)));
  const base = { asgi: false, gevent: false, words };
  const module = entries(service, files, sources);
  switch (first) {
    case 'flask': {
      const app = option(words, '--app', '-A') ?? env.get('FLASK_APP') ?? '';
      const entry = module(app.split(':')[0]?.replace(/\.py$/, '').replaceAll('/', '.') ?? '') ?? module('wsgi') ?? module('app');
      return { ...base, server: 'flask', ...flaskReloader(has, env, libraries), ...(entry === undefined ? {} : { entry }) };
    }
    case 'gunicorn':
      return gunicorn(service, files, sources, module, words, env);
    case 'uvicorn':
    case 'hypercorn':
    case 'granian':
    case 'daphne': {
      const reload = has('--reload');
      const workers = Number(option(words, '--workers', '-w') ?? (first === 'uvicorn' ? env.get('WEB_CONCURRENCY') : undefined) ?? 1) > 1 ? (has('--workers', '-w') ?? 'WEB_CONCURRENCY') : undefined;
      return { ...base, server: first, asgi: first !== 'granian' || option(words, '--interface') !== 'wsgi', ...appEntry(module, words), ...(reload === undefined ? {} : { reloader: reload }), ...(workers === undefined ? {} : { forked: `${first} ${workers}` }) };
    }
    case 'fastapi': {
      const dev = words[1] === 'dev' && has('--no-reload') === undefined;
      const file = words.find((word) => word.endsWith('.py'));
      const entry = module(file?.replace(/\.py$/, '').replaceAll('/', '.') ?? 'main');
      return { ...base, server: 'fastapi', asgi: true, ...(dev ? { reloader: 'fastapi dev' } : has('--reload') ? { reloader: '--reload' } : {}), ...(has('--workers') ? { forked: 'fastapi --workers' } : {}), ...(entry === undefined ? {} : { entry }) };
    }
    case 'celery':
      return celery(words, base, has, option);
    default:
      break;
  }
  if (/^(?:django-admin|manage\.py)$/.test(first) || words.some((word) => baseName(word) === 'manage.py') || words[0] === 'django') {
    const runs = words.includes('runserver') || words.includes('runserver_plus');
    const entry = module('manage');
    return { ...base, server: 'django', ...(runs && has('--noreload') === undefined ? { reloader: 'runserver' } : {}), ...(entry === undefined ? {} : { entry }) };
  }
  if (/^(?:python|pypy)[\d.]*$/.test(first) || first.endsWith('.py')) {
    const file = words.find((word) => word.endsWith('.py'));
    const entry = file === undefined ? undefined : module(file.replace(/^\.\//, '').replace(/\.py$/, '').replaceAll('/', '.')) ?? module(baseName(file).replace(/\.py$/, ''));
    return { ...base, server: 'python', ...(entry === undefined ? {} : { entry, ...selfRun(entry) }) };
  }
  return { ...base, server: first === '' ? 'unknown' : first };
}

type Find = (module: string) => PySource | undefined;

/** A module as the process imports it: from the folder that it starts in, where a context holds several programs; else from the service's folder. */
function entries(service: Service, files: Files, sources: readonly PySource[]): Find {
  return (name) => {
    const path = name === '' ? undefined : fromContainer(service, files, `${name.replaceAll('.', '/')}.py`);
    return (path === undefined ? undefined : sources.find((source) => source.path === path)) ?? moduleSource(sources, name);
  };
}

type Has = (...flags: string[]) => string | undefined;

function flaskReloader(has: Has, env: ReadonlyMap<string, string>, libraries: Readonly<Record<string, string>>): { readonly reloader?: string } {
  if (has('--no-reload') !== undefined) return {};
  const reload = has('--reload');
  if (reload !== undefined) return { reloader: reload };
  if (has('--no-debug') !== undefined) return {};
  if (has('--debug') !== undefined) return { reloader: '--debug' };
  const debug = env.get('FLASK_DEBUG');
  if (debug !== undefined && !/^(?:|0|false|no)$/i.test(debug)) return { reloader: `FLASK_DEBUG=${debug}` };
  const version = exactVersion(libraries['flask'] ?? '');
  const oldFlask = version !== undefined && compareVersions(version, '2.3') < 0;
  return oldFlask && debug === undefined && env.get('FLASK_ENV') === 'development' ? { reloader: 'FLASK_ENV=development' } : {};
}

function gunicorn(service: Service, files: Files, sources: readonly PySource[], module: Find, words: readonly string[], env: ReadonlyMap<string, string>): Process {
  const named = option(words, '-c', '--config')?.replace(/^(?:file:|python:)/, '');
  const config = files.resolve(service.dir, named === undefined ? 'gunicorn.conf.py' : baseName(named));
  const settings = (config === undefined ? undefined : sources.find((source) => source.path === config))?.lines.map((line) => line.text).join('\n') ?? '';
  const extra = (env.get('GUNICORN_CMD_ARGS') ?? '').split(/\s+/);
  const all = [...words, ...extra];
  const kind = option(all, '-k', '--worker-class') ?? /^worker_class\s*=\s*["']([\w.]+)["']/m.exec(settings)?.[1] ?? '';
  const uvicornWorker = /UvicornWorker|UvicornH11Worker/.test(kind);
  return { server: 'gunicorn', asgi: uvicornWorker, gevent: kind.includes('gevent'), words, ...appEntry(module, words), ...(uvicornWorker ? { forked: 'gunicorn with UvicornWorker' } : {}) };
}

function celery(words: readonly string[], base: Pick<Process, 'asgi' | 'gevent' | 'words'>, has: Has, read: typeof option): Process {
  const pool = read(words, '-P', '--pool') ?? 'prefork';
  const forked = words.includes('worker') && pool === 'prefork' && has('--help') === undefined;
  return { ...base, server: 'celery', gevent: pool === 'gevent', ...(forked ? { forked: 'celery with prefork workers' } : {}) };
}

/** `app.run(debug=True)` and `uvicorn.run(…, reload=True)` in the file that is run. */
function selfRun(entry: PySource): { readonly reloader?: string; readonly forked?: string; readonly asgi?: boolean } {
  for (const line of entry.lines) {
    const call = /\b(\w+)\.run\((.*)/.exec(line.code);
    if (call?.[1] === undefined || call[2]?.includes(')') !== true) continue;
    const args = call[2].slice(0, call[2].lastIndexOf(')'));
    if (call[1] === 'uvicorn') {
      const reload = /\breload\s*=\s*True\b/.test(args) ? { reloader: 'uvicorn.run(reload=True)' } : {};
      return { asgi: true, ...reload, ...(/\bworkers\s*=\s*(?:[2-9]|\d\d)/.test(args) ? { forked: 'uvicorn.run(workers=…)' } : {}) };
    }
    if (/\bdebug\s*=\s*True\b/.test(args) && !/\buse_reloader\s*=\s*False\b/.test(args)) return { reloader: `${call[1]}.run(debug=True)` };
  }
  return {};
}

/** The first word of the form 'module:attribute' or 'package.module' after the options. */
function appEntry(module: Find, words: readonly string[]): { readonly entry?: PySource } {
  for (const word of words.slice(1)) {
    const entry = /^[\w.]+(?::[\w.()]+)?$/.test(word) ? module(word.split(':')[0] ?? '') : undefined;
    if (entry !== undefined) return { entry };
  }
  return {};
}

/** The value of an option, in any of its spellings: '-k gevent', '--worker-class=gevent'. */
function option(words: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [i, word] of words.entries()) {
    for (const name of names) {
      if (word === name) return words[i + 1];
      if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
      if (/^-\w$/.test(name) && word.startsWith(name) && word.length > 2 && !word.startsWith('--')) return word.slice(2);
    }
  }
  return undefined;
}
