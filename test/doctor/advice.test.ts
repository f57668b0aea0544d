/** What is to be done about a container or an image, line by line: the advice is what people paste. */
import { expect, test } from 'vitest';

import { ruleCases } from './cases.ts';
import { consult } from './consult.ts';

test.each([
  ['container.none', 'nothing-runs', 'docker compose up -d --build backend-flask'],
  ['container.none', 'collector-not-started', 'docker compose up -d otel-collector'],
  ['container.exited', 'own-error', 'add the package that has psycopg to backend-flask/requirements.txt'],
  ['container.exited', 'stopped', 'docker compose up -d backend-flask'],
  ['container.exited', 'never-started', 'docker compose up -d --build clock'],
  ['container.exited', 'port-taken', 'docker ps   (and stop what has that port)'],
  ['container.exited', 'declared-not-installed', 'docker compose up -d --build api'],
  ['container.exited', 'paused', 'docker compose unpause clock'],
  ['container.exited', 'ended-over-telemetry', 'npx otel-setup explain files.propagator'],
  ['container.exited', 'module-kept-out', "printf '\\n%s\\n' '!tracing.py' >> api/.dockerignore"],
  ['container.exited', 'module-is-newer', 'docker compose up -d --build api'],
  ['files.windows-line-ends', 'entrypoint', "sed -i 's/\\r$//' api/entrypoint.sh"],
  ['files.urls-excluded', 'slash', 'take OTEL_PYTHON_FLASK_EXCLUDED_URLS away'],
  ['files.python-isolated', 'environment-ignored', 'write the command without it: opentelemetry-instrument python3 -u app.py'],
  ['files.node-options-quoted', 'list-form', 'NODE_OPTIONS=--require @opentelemetry/auto-instrumentations-node/register   (without the quotes around it)'],
  ['source.factory-app', 'gunicorn', 'write app:app instead of app:create_app()'],
  ['source.never-called', 'wsgi-beside-app', 'flask --app app:app run …   (serve the app that is instrumented)'],
  ['image.other-interpreter', 'venv-beside', 'in api/Dockerfile, where the packages are installed: RUN /venv/bin/python -m pip install -r requirements.txt'],
  ['container.restarting', 'crash-loop', 'mend backend-flask/app.py:12'],
  ['container.key-blank', 'made-before-the-key', 'docker compose up -d backend-flask'],
  ['container.not-recreated', 'only-restarted', 'docker compose up -d backend-flask'],
  ['container.old-image', 'built-not-started', 'docker compose up -d clock'],
  ['container.preload-not-active', 'wrapper-lost', 'put opentelemetry-instrument directly in front of the server’s command'],
  ['image.none', 'never-built', 'docker compose up -d --build clock'],
  ['image.package-missing', 'not-rebuilt', 'docker compose up -d --build clock'],
  ['image.package-hidden', 'stale-volume', 'docker compose up -d --build -V api'],
  ['image.older-than-edit', 'command-is-older', 'docker compose up -d --build clock'],
])('%s, %s: %s', async (rule, name, advice) => {
  const one = ruleCases.find((each) => each.rule === rule && each.name === name);
  if (one === undefined) throw new Error(`there is no case ${rule}/${name}`);
  expect((await consult(one)).findings.filter((line) => line.rule === rule).map((line) => line.do)).toEqual([advice]);
});
