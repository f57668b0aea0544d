import { describe, expect, test } from 'vitest';
import { python } from '../../src/languages/python/index.ts';
import { pinsFor } from '../../src/languages/python/pins.ts';
import type { App, Stuck, Tracing } from '../../src/types.ts';
import { packages, said } from './said.ts';
import { memoryFiles, sketch, type ServiceSketch } from './service.ts';

function look(files: Readonly<Record<string, string>>, o: ServiceSketch): { readonly app: App; readonly answer: Tracing | Stuck } {
  const [service, view] = [sketch(o), memoryFiles(files)];
  const app = python.recognise(service, view);
  if (app === undefined) throw new Error('not recognised as Python');
  return { app, answer: python.trace(app, service, view) };
}
const stuckText = (answer: Tracing | Stuck): string => ('stuck' in answer ? answer.stuck : 'not stuck');
const FLASK = 'from flask import Flask\napp = Flask(__name__)\n';

describe('which framework, and what it needs', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, ServiceSketch, { framework: string; packages: readonly string[]; env?: readonly string[] }])[] = [
    ['Flask with flask run', { 'requirements.txt': 'flask\nflask-cors', 'app.py': FLASK }, { from: 'python:3.10-slim-buster', cmd: 'python3 -m flask run --host=0.0.0.0' }, { framework: 'flask', packages: ['distro', 'exporter-otlp-proto-http', '-flask'] }],
    ['Flask with clients and a driver', { 'requirements.txt': 'Flask==3.1.0\nrequests>=2\nFlask_SQLAlchemy\npsycopg2-binary==2.9.9\n', 'app.py': FLASK }, { from: 'python:3.12', cmd: 'gunicorn -w 2 app:app' }, { framework: 'flask', packages: ['distro', 'exporter-otlp-proto-http', '-flask', '-psycopg2', '-requests', '-sqlalchemy'] }],
    ['Flask with a reloader', { 'requirements.txt': 'flask', 'app.py': FLASK }, { from: 'python:3.11', cmd: 'flask run --debug' }, { framework: 'flask', packages: ['distro', 'exporter-otlp-proto-http', '-flask'], env: ['env OTEL_BSP_SCHEDULE_DELAY=100'] }],
    ['FastAPI with uvicorn workers', { 'requirements.txt': 'fastapi[standard]==0.165.0\nhttpx', 'main.py': 'from fastapi import FastAPI\n' }, { from: 'python:3.12', cmd: 'uvicorn main:app --workers 4' }, { framework: 'fastapi', packages: ['distro', 'exporter-otlp-proto-http', '-fastapi', '-httpx'], env: ['env OTEL_BSP_SCHEDULE_DELAY=100'] }],
    ['plain uvicorn flushes by itself', { 'requirements.txt': 'fastapi', 'main.py': 'import fastapi\n' }, { from: 'python:3.12', cmd: 'uvicorn main:app' }, { framework: 'fastapi', packages: ['distro', 'exporter-otlp-proto-http', '-fastapi'] }],
    ['Starlette', { 'requirements.txt': 'starlette\nuvicorn', 'main.py': 'from starlette.applications import Starlette\n' }, { from: 'python:3.12', cmd: 'uvicorn main:app' }, { framework: 'starlette', packages: ['distro', 'exporter-otlp-proto-http', '-starlette'] }],
    [
      'Django with gunicorn',
      { 'requirements.txt': 'Django~=5.0\ngunicorn\npsycopg[binary]', 'manage.py': "import os\n# os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'old.settings')\nos.environ.setdefault(\n    'DJANGO_SETTINGS_MODULE',\n    'shop.settings')\n" },
      { from: 'python:3.12', cmd: 'gunicorn shop.wsgi:application' },
      { framework: 'django', packages: ['distro', 'exporter-otlp-proto-http', '-django', '-psycopg'], env: ['env DJANGO_SETTINGS_MODULE=shop.settings'] },
    ],
    [
      'Django under ASGI also needs -asgi',
      { 'requirements.txt': 'django\nuvicorn', 'shop/asgi.py': "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'shop.settings'\n", 'shop/settings.py': 'import django\n' },
      { from: 'python:3.12', cmd: 'uvicorn shop.asgi:application' },
      { framework: 'django', packages: ['distro', 'exporter-otlp-proto-http', '-django', '-asgi'], env: ['env DJANGO_SETTINGS_MODULE=shop.settings'] },
    ],
    ['FastAPI below uv run', { 'pyproject.toml': '[project]\nname = "a"\ndependencies = ["fastapi==0.121.0"]\n', 'uv.lock': '', 'main.py': 'from fastapi import FastAPI\n' }, { from: 'python:3.12', argv: ['uv', 'run', 'uvicorn', 'main:app'], cmd: 'uvicorn main:app', through: ['uv'] }, { framework: 'fastapi', packages: ['distro', 'exporter-otlp-proto-http', '-fastapi'], env: ['env OTEL_BSP_SCHEDULE_DELAY=100'] }],
    ['Django runserver', { 'requirements.txt': 'django', 'manage.py': 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")' }, { from: 'python:3.12', cmd: 'python manage.py runserver 0.0.0.0:8000' }, { framework: 'django', packages: ['distro', 'exporter-otlp-proto-http', '-django'], env: ['env DJANGO_SETTINGS_MODULE=mysite.settings', 'env OTEL_BSP_SCHEDULE_DELAY=100'] }],
    ['a Celery worker whose broker is Redis', { 'requirements.txt': 'flask\ncelery[redis]\nredis', 'tasks.py': 'from celery import Celery\n', 'app.py': FLASK }, { from: 'python:3.12', cmd: 'celery -A tasks worker' }, { framework: 'celery', packages: ['distro', 'exporter-otlp-proto-http', '-celery'], env: ['env OTEL_BSP_SCHEDULE_DELAY=100'] }],
    ['the same folder as a web service', { 'requirements.txt': 'flask\ncelery\nredis', 'app.py': `${FLASK}import redis\n` }, { from: 'python:3.12', cmd: 'gunicorn app:app' }, { framework: 'flask', packages: ['distro', 'exporter-otlp-proto-http', '-flask', '-celery', '-redis'] }],
    ['a plain WSGI callable under gunicorn', { 'requirements.txt': 'gunicorn', 'app.py': 'def application(environ, start_response): ...\n' }, { from: 'python:3.12', cmd: 'gunicorn app:application' }, { framework: 'wsgi', packages: ['distro', 'exporter-otlp-proto-http', '-wsgi'] }],
    ['gevent workers', { 'requirements.txt': 'flask\ngunicorn[gevent]', 'app.py': FLASK }, { from: 'python:3.12', cmd: 'gunicorn -k gevent app:app' }, { framework: 'flask', packages: ['distro', 'exporter-otlp-proto-http', '-flask'], env: ['env OTEL_PYTHON_AUTO_INSTRUMENTATION_EXPERIMENTAL_GEVENT_PATCH=patch_all'] }],
    ['a propagator that OTEL_PROPAGATORS names', { 'requirements.txt': 'flask', 'app.py': FLASK }, { from: 'python:3.12', cmd: 'flask run', env: { OTEL_PROPAGATORS: 'tracecontext,xray' } }, { framework: 'flask', packages: ['distro', 'exporter-otlp-proto-http', '-flask', 'propagator-aws-xray'] }],
    ['debug in app.run', { 'requirements.txt': 'flask', 'server.py': `${FLASK}if __name__ == "__main__":\n    app.run(debug=True, host="0.0.0.0")\n` }, { from: 'python:3.12', cmd: 'python server.py' }, { framework: 'flask', packages: ['distro', 'exporter-otlp-proto-http', '-flask'], env: ['env OTEL_BSP_SCHEDULE_DELAY=100'] }],
    ['aiohttp that serves', { 'requirements.txt': 'aiohttp', 'main.py': 'from aiohttp import web\n' }, { from: 'python:3.12', cmd: 'python main.py' }, { framework: 'aiohttp-server', packages: ['distro', 'exporter-otlp-proto-http', '-aiohttp-server', '-aiohttp-client'] }],
    ['a factory in a package, imported by the script that is run', { 'requirements.txt': 'flask\nfastapi', 'run.py': 'from shop import create_app\ncreate_app().run()\n', 'shop/__init__.py': 'from flask import Flask\n', 'other.py': 'import fastapi\n' }, { from: 'python:3.12', cmd: 'python run.py' }, { framework: 'flask', packages: ['distro', 'exporter-otlp-proto-http', '-flask'] }],
    ['a library outside of the range', { 'requirements.txt': 'flask\nSQLAlchemy==2.1.9\npsycopg2==2.9.9', 'app.py': FLASK }, { from: 'python:3.12', cmd: 'flask run' }, { framework: 'flask', packages: ['distro', 'exporter-otlp-proto-http', '-flask', '-psycopg2'] }],
  ];
  test.each(cases)('%s', (_title, files, o, expected) => {
    const { app, answer } = look(files, o);
    expect(app.framework).toBe(expected.framework);
    expect([...packages(answer)].toSorted()).toEqual([...expected.packages].toSorted());
    expect(said(answer).filter((line) => /^(?:env|wrap)/.test(line))).toEqual(['wrap opentelemetry-instrument', ...(expected.env ?? [])]);
  });

  test('a job beside a web service: its calls only', () => {
    const { app, answer } = look({ 'requirements.txt': 'fastapi\nasyncpg', 'main.py': 'import fastapi\n', 'seed.py': 'import asyncpg\n' }, { from: 'python:3.12', cmd: 'python seed.py' });
    expect(app.framework).toBeUndefined();
    expect(packages(answer)).toEqual(['distro', 'exporter-otlp-proto-http', '-asyncpg']);
    expect('stuck' in answer ? [] : answer.notes).toContainEqual(expect.stringContaining('No web framework'));
  });

  test('versions are those of the set for the image, and every package is of the set', () => {
    const { answer } = look({ 'requirements.txt': 'flask\nrequests', 'app.py': FLASK }, { from: 'python:3.9-alpine', cmd: 'flask run' });
    const set = pinsFor('3.9');
    const pinned = 'stuck' in answer ? [] : answer.needs.flatMap((need) => (need.kind === 'package' ? [[need.version, set?.version(need.name)]] : []));
    expect(pinned).toHaveLength(4);
    for (const [have, want] of pinned) expect(have).toBe(want);
    expect(pinsFor('3.9')?.version('opentelemetry-distro')).not.toBe(pinsFor('3.12')?.version('opentelemetry-distro'));
  });
});

describe('the manifest that the image installs from', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, ServiceSketch, { path: string; at?: readonly (string | number)[]; from?: number; manager: string }])[] = [
    ['copied under another name', { 'requirements/prod.txt': '-r base.txt\ngunicorn', 'requirements/base.txt': 'flask', 'requirements.txt': 'old' }, { from: 'python:3.12', cmd: 'gunicorn app:app', copy: { 'requirements/prod.txt': '/app/reqs.txt' }, run: ['pip install --no-cache-dir -r reqs.txt'] }, { path: 'requirements/prod.txt', manager: 'pip' }],
    ['of two files the one that is not for tests', { 'requirements.txt': 'flask', 'requirements-dev.txt': 'pytest' }, { from: 'python:3.12', cmd: 'flask run', run: ['pip install -r requirements-dev.txt -r requirements.txt'] }, { path: 'requirements.txt', manager: 'pip' }],
    ['words in a RUN line', { 'app.py': FLASK }, { from: 'python:3.12', cmd: 'gunicorn app:app', run: ['apt-get update', 'pip install --no-cache-dir -i https://pypi.example flask gunicorn'] }, { path: 'Dockerfile', at: ['stages', 0, 'instructions', 3, 'args'], from: 51, manager: 'pip' }],
    ['pip itself is upgraded first', { 'app.py': FLASK }, { from: 'python:3.12', cmd: 'flask run', run: ['pip install --upgrade pip && pip install "flask>=2"'] }, { path: 'Dockerfile', at: ['stages', 0, 'instructions', 2, 'args'], from: 41, manager: 'pip' }],
    [
      'words in a compose command',
      { 'api/app.py': FLASK, 'compose.yaml': 'services:\n  api:\n    image: python:3.11-slim\n    command: ["sh", "-c", "pip install --quiet flask requests && exec flask run"]\n' },
      { dir: 'api', image: 'python:3.11-slim', cmd: 'flask run', slot: { path: 'compose.yaml' as never, format: 'compose', at: ['services', 'api', 'command', 2], from: 45 } },
      { path: 'compose.yaml', at: ['services', 'api', 'command', 2], from: 20, manager: 'pip' },
    ],
    ['PEP 621', { 'pyproject.toml': '[project]\nname = "x"\nrequires-python = ">=3.11"\ndependencies = ["flask>=3"]\n' }, { from: 'python:3.12', cmd: 'flask run', run: ['pip install .'] }, { path: 'pyproject.toml', at: ['project', 'dependencies'], manager: 'pip' }],
    ['uv', { 'pyproject.toml': '[project]\nname = "x"\ndependencies = ["flask"]\n', 'uv.lock': '' }, { from: 'python:3.12', cmd: 'uv run flask run', run: ['uv sync --frozen'] }, { path: 'pyproject.toml', at: ['project', 'dependencies'], manager: 'uv' }],
    ['Poetry', { 'pyproject.toml': '[tool.poetry.dependencies]\npython = "^3.10"\nflask = "^3.0"\n', 'poetry.lock': '' }, { from: 'python:3.12', cmd: 'poetry run flask run', run: ['pip install poetry', 'poetry config virtualenvs.create false && poetry install --no-root'] }, { path: 'pyproject.toml', at: ['tool', 'poetry', 'dependencies'], manager: 'poetry' }],
    ['Pipenv', { Pipfile: '[packages]\nflask = "*"\n' }, { from: 'python:3.12', cmd: 'pipenv run flask run', run: ['pip install pipenv', 'pipenv install --deploy --system'] }, { path: 'Pipfile', at: ['packages'], manager: 'pipenv' }],
    ['a compiled file leads to its source', { 'requirements.txt': '#\n# This file is autogenerated by pip-compile with Python 3.12\n#    pip-compile --generate-hashes requirements.in\n#\nflask==3.1.0 \\\n    --hash=sha256:00\n', 'requirements.in': 'flask\n' }, { from: 'python:3.12', cmd: 'flask run' }, { path: 'requirements.in', manager: 'pip-tools' }],
    ['a folder without Docker', { 'requirements.txt': 'flask', 'app.py': FLASK, 'runtime.txt': 'python-3.12.4' }, { origin: 'folder', cmd: 'gunicorn app:app' }, { path: 'requirements.txt', manager: 'pip' }],
  ];
  test.each(cases)('%s', (_title, files, o, expected) => {
    const { app } = look(files, o);
    expect(app.framework).toBe('flask');
    expect(app.manifest?.path).toBe(expected.path);
    expect(app.packageManager).toBe(expected.manager);
    expect(app.manifest?.at).toEqual(expected.at ?? []);
    expect(app.manifest?.from).toBe(expected.from);
  });
});

test('an offset is that in the file, also where RUN has flags', () => {
  const dockerfile = 'FROM python:3.12\nRUN --mount=type=cache,target=/root/.cache pip install flask\n';
  const service = sketch({ from: 'python:3.12', cmd: 'flask run', run: [] });
  const run = { text: 'pip install flask', slot: { path: 'Dockerfile' as never, format: 'dockerfile', at: ['stages', 0, 'instructions', 0, 'args'] }, where: { path: 'Dockerfile' as never, line: 2 }, stage: 0 };
  const stage = service.build?.stage;
  if (service.build === undefined || stage === undefined) throw new Error('the sketch has no stage');
  const app = python.recognise({ ...service, build: { ...service.build, stage: { ...stage, runs: [run] } } }, memoryFiles({ Dockerfile: dockerfile }));
  const raw = '--mount=type=cache,target=/root/.cache pip install flask';
  expect(app?.manifest?.from).toBe(raw.indexOf('flask'));
});

describe('OpenTelemetry that is started in code', () => {
  const WIRED = 'from opentelemetry import trace\nfrom opentelemetry.instrumentation.flask import FlaskInstrumentor\nfrom opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\nfrom opentelemetry.sdk.trace import TracerProvider\nprovider = TracerProvider()\nprovider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))\ntrace.set_tracer_provider(provider)\n';

  test('is kept: no wrapper, only what its imports lack', () => {
    const { app, answer } = look({ 'requirements.txt': 'flask\nopentelemetry-api\nopentelemetry-sdk\nopentelemetry-instrumentation-flask', 'app.py': FLASK + WIRED }, { from: 'python:3.10', cmd: 'flask run' });
    expect(app.wired).toEqual({ where: { path: 'app.py', line: 9 }, says: 'trace.set_tracer_provider(provider)' });
    expect(said(answer)).toEqual(['package opentelemetry-exporter-otlp-proto-http']);
  });

  test('is found in a module that the app imports', () => {
    const { app, answer } = look({ 'requirements.txt': 'flask\nopentelemetry-sdk\nopentelemetry-exporter-otlp\nopentelemetry-instrumentation-flask', 'app.py': `${FLASK}from lib.honeycomb import init\n`, 'lib/honeycomb.py': `def init():\n  ${WIRED.replaceAll('\n', '\n  ')}` }, { from: 'python:3.10', cmd: 'flask run' });
    expect(app.wired?.where).toMatchObject({ path: 'lib/honeycomb.py' });
    expect(said(answer)).toEqual([]);
  });

  const not: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['commented out', { 'app.py': FLASK + WIRED.replace('trace.set', '# trace.set') }],
    ['inside a string', { 'app.py': `${FLASK}from opentelemetry import trace\nNOTE = """\ntrace.set_tracer_provider(provider)\n"""\n` }],
    ['in a module that nothing imports', { 'app.py': FLASK, 'lib/honeycomb.py': WIRED }],
    ['under __main__ of a file that a server imports', { 'app.py': `${FLASK}from opentelemetry import trace\nif __name__ == "__main__":\n    trace.set_tracer_provider(provider)\n    app.run()\n` }],
    ['in the tests', { 'app.py': FLASK, 'tests/conftest.py': WIRED }],
  ];
  test.each(not)('%s does not count', (_title, files) => {
    const { app, answer } = look({ 'requirements.txt': 'flask', ...files }, { from: 'python:3.10', cmd: 'flask run' });
    expect(app.wired).toBeUndefined();
    expect(said(answer)).toContain('wrap opentelemetry-instrument');
  });

  test('without an exporter that leaves the container: stuck, with the lines', () => {
    const { answer } = look({ 'requirements.txt': 'flask\nopentelemetry-sdk', 'app.py': `${FLASK}from opentelemetry import trace\nprovider = TracerProvider()\nprovider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter()))\ntrace.set_tracer_provider(provider)\n` }, { from: 'python:3.10', cmd: 'flask run' });
    expect(stuckText(answer)).toContain('without an exporter');
  });
});

describe('what cannot be done is said', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, ServiceSketch, RegExp, string?])[] = [
    ['a reloader on Python 3.9', { 'requirements.txt': 'flask', 'app.py': FLASK }, { from: 'python:3.9', cmd: 'flask run --debug' }, /On Python 3\.9 .*\(--debug\): no span would arrive/, 'flask run --debug --no-reload'],
    ['uvicorn workers on Python 3.8', { 'requirements.txt': 'fastapi', 'main.py': 'import fastapi' }, { from: 'python:3.8', cmd: 'uvicorn main:app --workers 2' }, /On Python 3\.8/, 'uvicorn main:app'],
    ['FastAPI 0.142', { 'requirements.txt': 'fastapi==0.142.2', 'main.py': 'import fastapi' }, { from: 'python:3.12', cmd: 'uvicorn main:app' }, /twice/, 'fastapi>=0.143'],
    ['Django without its settings module', { 'requirements.txt': 'django' }, { from: 'python:3.12', cmd: 'gunicorn shop.wsgi' }, /settings module/],
    ['hashes without their source', { 'requirements.txt': 'flask==3.1.0 --hash=sha256:00\n' }, { from: 'python:3.12', cmd: 'flask run' }, /pins hashes/],
    ['no manifest', { 'app.py': FLASK }, { from: 'python:3.12', cmd: 'flask run', run: [] }, /no file was found/],
    ['Datadog', { 'requirements.txt': 'flask\nddtrace', 'app.py': FLASK }, { from: 'python:3.12', cmd: 'ddtrace-run flask run' }, /Datadog traces this service already/],
    ['pins of another release', { 'requirements.txt': 'flask\nopentelemetry-sdk==1.20.0', 'app.py': FLASK }, { from: 'python:3.12', cmd: 'flask run' }, /another release of OpenTelemetry \(opentelemetry-sdk==1\.20\.0\)/],
    ['uWSGI', { 'requirements.txt': 'flask', 'app.py': FLASK }, { from: 'python:3.12', cmd: 'uwsgi --ini app.ini' }, /uWSGI/],
    ['no framework, and a configuration of the user’s', { 'requirements.txt': 'gunicorn', 'gunicorn.conf.py': 'workers = 2\n', 'app.py': 'def application(environ, start_response): ...\n' }, { from: 'python:3.12', cmd: 'gunicorn app:application' }, /WSGI callable/, 'OpenTelemetryMiddleware(application)'],
    ['Python 2', { 'requirements.txt': 'flask', 'app.py': FLASK }, { from: 'python:2.7', cmd: 'flask run' }, /Python 2\.7 is older/],
    ['conda', { 'environment.yml': 'dependencies: [flask]', 'app.py': FLASK }, { image: 'x', from: 'python:3.12', cmd: 'flask run', run: ['conda env create -f environment.yml'] }, /conda/],
  ];
  for (const [title, files, o, reason, paste] of cases) {
    test(title, () => {
      const { answer } = look(files, o);
      expect(stuckText(answer)).toMatch(reason);
      if (paste !== undefined) expect(said(answer).at(-1)).toContain(paste);
    });
  }
});

test('a Node image with a requirements.txt beside it is not Python', () => {
  expect(python.recognise(sketch({ from: 'node:20', cmd: 'node server.js' }), memoryFiles({ 'requirements.txt': 'flask' }))).toBeUndefined();
});
