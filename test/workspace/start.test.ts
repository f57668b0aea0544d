/** The command that really runs, and the place that decides it. One row = one service. */
import { describe, expect, it } from 'vitest';
import { resolveCompose } from '../../src/workspace/compose/resolve.ts';
import { path } from '../../src/workspace/files.ts';
import { composeService, stageReader } from '../../src/workspace/service.ts';
import type { Start } from '../../src/types.ts';
import { memory } from './memory.ts';

interface Row {
  readonly name: string;
  /** Dockerfile below `FROM python:3.12`, in the folder of the compose file. */
  readonly docker?: string;
  /** Keys of the service, as a YAML flow map's inside. */
  readonly compose?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly real: string;
  readonly through?: string;
  /** The text that stands behind the slot, up to the end of its value. */
  readonly slot?: string;
  readonly noSlot?: RegExp;
  readonly where?: string;
}

const COPY = 'WORKDIR /app\nCOPY . .\n';
const PACKAGE = JSON.stringify({ main: 'lib/main.js', scripts: { start: 'node server.js', dev: 'nodemon src/index.js', ts: 'cross-env A=1 tsx watch src/a.ts', deep: 'npm run dev', watch: 'node --watch x.js', both: 'tsc && node dist/a.js', bare: 'nodemon', exec: 'nodemon --exec "ts-node -T" src/a.ts', pipe: 'node a.js | pino-pretty' } }, undefined, 1);

const rows: readonly Row[] = [
  { name: 'exec CMD', docker: 'CMD ["gunicorn", "app:app"]', real: 'gunicorn app:app', slot: 'gunicorn app:app', where: 'Dockerfile:2' },
  { name: 'shell CMD', docker: 'CMD gunicorn app:app', real: 'gunicorn app:app', through: 'sh', slot: 'gunicorn app:app' },
  { name: 'shell CMD with exec and variables', docker: 'CMD A=1 exec flask run --port $PORT', real: 'flask run --port $PORT', through: 'sh', slot: 'flask run --port $PORT' },
  { name: 'the last of several', docker: 'CMD python manage.py migrate && \\\n    gunicorn shop.wsgi', real: 'gunicorn shop.wsgi', through: 'sh', slot: 'gunicorn shop.wsgi' },
  { name: 'sh -c in exec form', docker: 'CMD ["sh", "-c", "flask db upgrade; exec flask run"]', real: 'flask run', through: 'sh', slot: 'flask run' },
  { name: 'a pipe', docker: 'CMD python app.py | tee log', real: 'python app.py', through: 'sh', slot: 'python app.py | tee log' },
  { name: 'or', docker: 'CMD flask run || exit 1', real: 'flask run', through: 'sh', slot: 'flask run || exit 1' },
  { name: 'ENTRYPOINT with CMD as its argument', docker: 'ENTRYPOINT ["python"]\nCMD ["app.py"]', real: 'python app.py', slot: 'python', where: 'Dockerfile:2' },
  { name: 'ENTRYPOINT alone', docker: 'ENTRYPOINT ["python", "app.py"]', real: 'python app.py', slot: 'python app.py' },
  { name: 'an init', docker: 'ENTRYPOINT ["tini", "-g", "--"]\nCMD ["flask", "run"]', real: 'flask run', through: 'tini', slot: 'flask run', where: 'Dockerfile:3' },
  { name: 'compose over CMD', docker: 'CMD ["flask", "run"]', compose: 'command: flask run --debug', real: 'flask run --debug', slot: 'flask run --debug', where: 'compose.yaml:3' },
  { name: 'compose list', compose: 'command: [python, -m, flask, run]', real: 'python -m flask run', slot: 'python -m flask run' },
  { name: 'compose list with a shell', compose: 'command: [sh, -c, "pip install flask && flask run"]', real: 'flask run', through: 'sh', slot: 'flask run' },
  { name: 'compose string with a shell', compose: `command: sh -c "pip install -r requirements.txt && exec flask run"`, real: 'flask run', through: 'sh', slot: 'flask run"' },
  { name: 'bash options', compose: `command: bash -eu -o pipefail -c 'npm ci; node a.js'`, real: 'node a.js', through: 'sh', slot: "node a.js'" },
  { name: 'a variable in front', compose: 'command: "${RUN:-flask run} --debug"', real: 'flask run --debug', slot: '${RUN:-flask run} --debug' },
  { name: 'a variable inside', compose: `command: "sh -c '\${PRE:-a &&} flask run'"`, real: 'flask run', through: 'sh', slot: "flask run'" },
  { name: 'a command that is a variable', compose: `command: "sh -c '\${ALL:-a && flask run}'"`, real: 'flask run', through: 'sh', noSlot: /variable/ },
  { name: 'compose entrypoint drops CMD', docker: 'CMD ["flask", "run"]', compose: 'entrypoint: [python, worker.py]', real: 'python worker.py', slot: 'python worker.py' },
  { name: 'empty command clears CMD', docker: 'ENTRYPOINT ["python", "a.py"]\nCMD ["b"]', compose: 'command: []', real: 'python a.py', slot: 'python a.py' },
  { name: 'SHELL', docker: 'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nCMD flask run', real: 'flask run', through: 'sh', slot: 'flask run' },

  { name: 'entry script that hands over', docker: `${COPY}ENTRYPOINT ["/app/entry.sh"]\nCMD ["gunicorn", "a:a"]`, files: { 'entry.sh': '#!/bin/sh\nset -e\npython manage.py migrate\nexec "$@"\n' }, real: 'gunicorn a:a', through: 'script', slot: 'gunicorn a:a', where: 'Dockerfile:5' },
  { name: 'hands over through gosu', docker: `${COPY}ENTRYPOINT ["./entry.sh"]\nCMD ["gunicorn", "a:a"]`, files: { 'entry.sh': '#!/bin/bash\nexec gosu app "$@"\n' }, real: 'gunicorn a:a', through: 'script', slot: 'gunicorn a:a' },
  { name: 'hands over to python', docker: `${COPY}ENTRYPOINT ["./entry.sh"]\nCMD ["a.py"]`, files: { 'entry.sh': '#!/bin/sh\nexec python "$@"\n' }, real: 'python a.py', through: 'script', slot: './entry.sh', where: 'Dockerfile:4' },
  { name: 'looks at its first argument', docker: `${COPY}ENTRYPOINT ["./entry.sh"]\nCMD ["gunicorn", "a:a"]`, files: { 'entry.sh': '#!/bin/sh\nif [ "$1" = gunicorn ]; then migrate; fi\nexec "$@"\n' }, real: 'gunicorn a:a', through: 'script', slot: './entry.sh', where: 'Dockerfile:4' },
  { name: 'wrapper script', docker: `${COPY}CMD ["./run.sh"]`, files: { 'run.sh': '#!/usr/bin/env bash\ncd src\npython manage.py migrate\n# the server\nexec gunicorn \\\n  shop.wsgi\n' }, real: 'gunicorn shop.wsgi', through: 'script', slot: './run.sh', where: 'Dockerfile:4' },
  { name: 'wrapper script by its shell', docker: `${COPY}CMD ["bash", "run.sh"]`, files: { 'run.sh': 'flask run\r\n' }, real: 'flask run', through: 'script', slot: 'bash run.sh' },
  { name: 'script on PATH', docker: 'COPY docker/start /usr/local/bin/\nCMD ["start"]', files: { 'docker/start': '#!/bin/sh\nuvicorn a:a\n' }, real: 'uvicorn a:a', through: 'script', slot: 'start' },
  { name: 'mounted script', compose: 'command: /code/run.sh\n    volumes: ["./:/code"]', files: { 'run.sh': '#!/bin/sh\nflask run\n' }, real: 'flask run', through: 'script', slot: '/code/run.sh' },
  { name: 'case on the first argument', docker: `${COPY}ENTRYPOINT ["./entry.sh"]\nCMD ["worker"]`, files: { 'entry.sh': '#!/bin/sh\ncase "$1" in\n  web|server) gunicorn a:a ;;\n  worker)\n    celery -A a worker\n    ;;\n  *) echo usage; exit 1 ;;\nesac\n' }, real: 'celery -A a worker', through: 'script', slot: './entry.sh worker'.split(' ')[0] ?? '' },
  { name: 'script that waits', docker: `${COPY}CMD ["./wait-for-it.sh", "db:5432", "--", "python", "a.py"]`, files: { 'wait-for-it.sh': '#!/bin/bash\necho\n' }, real: 'python a.py', through: 'wait-for-it.sh', slot: 'python a.py' },
  { name: 'script of the base image', docker: 'ENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["node", "a.js"]', real: 'node a.js', through: 'script', slot: 'node a.js' },
  { name: 'here-document and functions', docker: `${COPY}CMD ["./run.sh"]`, files: { 'run.sh': '#!/bin/sh\nlog() { echo "$1"; }\ncat <<EOF > x\nuvicorn no:no\nEOF\npython a.py > out 2>&1\n' }, real: 'python a.py', through: 'script', slot: './run.sh' },
  { name: 'python script, not shell', docker: `${COPY}CMD ["./run.py"]`, files: { 'run.py': '#!/usr/bin/env python\n' }, real: './run.py', slot: './run.py' },

  { name: 'npm start', docker: `${COPY}CMD ["npm", "start"]`, files: { 'package.json': PACKAGE }, real: 'node server.js', through: 'npm', slot: 'npm start' },
  { name: 'npm run with arguments', docker: `${COPY}CMD npm run --silent start -- --port 3000`, files: { 'package.json': PACKAGE }, real: 'node server.js --port 3000', through: 'sh>npm', slot: 'npm run --silent start -- --port 3000' },
  { name: 'yarn dev and nodemon', docker: `${COPY}CMD ["yarn", "dev"]`, files: { 'package.json': PACKAGE }, real: 'node src/index.js', through: 'yarn>nodemon', slot: 'yarn dev' },
  { name: 'pnpm, script of a script', docker: `${COPY}CMD ["pnpm", "run", "deep"]`, files: { 'package.json': PACKAGE }, real: 'node src/index.js', through: 'pnpm>npm>nodemon', slot: 'pnpm run deep' },
  { name: 'tsx', docker: `${COPY}CMD ["npm", "run", "ts"]`, files: { 'package.json': PACKAGE }, real: 'tsx watch src/a.ts', through: 'npm>tsx', slot: 'npm run ts' },
  { name: 'node --watch', docker: `${COPY}CMD ["npm", "run", "watch"]`, files: { 'package.json': PACKAGE }, real: 'node --watch x.js', through: 'npm>node --watch', slot: 'npm run watch' },
  { name: 'build, then start', docker: `${COPY}CMD ["npm", "run", "both"]`, files: { 'package.json': PACKAGE }, real: 'node dist/a.js', through: 'npm', slot: 'npm run both' },
  { name: 'nodemon without a file', docker: `${COPY}CMD ["npm", "run", "bare"]`, files: { 'package.json': PACKAGE }, real: 'node lib/main.js', through: 'npm>nodemon', slot: 'npm run bare' },
  { name: 'nodemon --exec', docker: `${COPY}CMD ["npm", "run", "exec"]`, files: { 'package.json': PACKAGE }, real: 'ts-node -T src/a.ts', through: 'npm>nodemon>ts-node', slot: 'npm run exec' },
  { name: 'a pretty printer', docker: `${COPY}CMD ["npm", "run", "pipe"]`, files: { 'package.json': PACKAGE }, real: 'node a.js', through: 'npm', slot: 'npm run pipe' },
  { name: 'npm --prefix', docker: `${COPY}CMD ["npm", "--prefix", "web", "start"]`, files: { 'web/package.json': PACKAGE }, real: 'node server.js', through: 'npm', slot: 'npm --prefix web start' },
  { name: 'package.json that runs in circles', docker: `${COPY}CMD ["npm", "start"]`, files: { 'package.json': '{"scripts": {"start": "npm start"}}' }, real: 'npm start', slot: 'npm start' },
  { name: 'no package.json', docker: 'CMD ["npm", "run", "x"]', real: 'npm run x', through: 'npm', slot: 'npm run x' },

  { name: 'poetry', docker: 'CMD ["poetry", "run", "flask", "run"]', real: 'flask run', through: 'poetry', slot: 'flask run' },
  { name: 'uv with options', docker: 'CMD ["uv", "run", "--frozen", "--extra", "web", "uvicorn", "a:a"]', real: 'uvicorn a:a', through: 'uv', slot: 'uvicorn a:a' },
  { name: 'uv and a file', docker: 'CMD ["uv", "run", "app.py"]', real: 'python app.py', through: 'uv', noSlot: /uv run python app\.py/ },
  { name: 'pipenv in a shell', docker: 'CMD pipenv run gunicorn a:a', real: 'gunicorn a:a', through: 'sh>pipenv', slot: 'gunicorn a:a' },
  { name: 'conda', docker: 'CMD ["conda", "run", "--no-capture-output", "-n", "env", "python", "a.py"]', real: 'python a.py', through: 'conda', slot: 'python a.py' },
  { name: 'wrapped already', docker: 'CMD ["opentelemetry-instrument", "flask", "run"]', real: 'flask run', through: 'opentelemetry-instrument', slot: 'opentelemetry-instrument flask run' },
  { name: 'supervisor', docker: 'CMD ["/usr/bin/supervisord", "-c", "s.conf"]', real: '/usr/bin/supervisord -c s.conf', through: 'supervisord', noSlot: /configuration file/ },
  { name: 'env', docker: 'CMD ["env", "A=1", "python", "a.py"]', real: 'python a.py', slot: 'python a.py' },
];

describe('startOf', () => {
  it.each(rows)('$name', row => {
    const { start, slotText } = read(row);
    expect(start?.real.join(' ')).toBe(row.real);
    if (row.name !== 'package.json that runs in circles') expect(start?.through.join('>')).toBe(row.through ?? '');
    expect(slotText).toBe(row.slot);
    if (row.noSlot === undefined) expect(start?.noSlot).toBeUndefined();
    else expect(start?.noSlot).toMatch(row.noSlot);
    if (row.where !== undefined) expect(`${start?.where.path}:${start?.where.line}`).toBe(row.where);
  });

  it('is undefined where only the base image knows', () => {
    expect(read({ name: '', docker: '', real: '' }).start).toBeUndefined();
  });

  it('names the line of the script and of the package script', () => {
    const script = read({ name: '', docker: `${COPY}CMD ["./run.sh"]`, files: { 'run.sh': '#!/bin/sh\n\n\\\n\nflask run\n' }, real: '' });
    expect(script.start?.realWhere).toEqual({ path: 'run.sh', line: 5 });
    const npm = read({ name: '', docker: `${COPY}CMD ["npm", "run", "dev"]`, files: { 'package.json': PACKAGE }, real: '' });
    expect(npm.start?.realWhere).toEqual({ path: 'package.json', line: 5 });
  });
});

function read(row: Row): { readonly start: Start | undefined; readonly slotText: string | undefined } {
  const compose = `services:\n  web:\n    ${row.compose ?? ''}\n${row.docker === undefined ? '    image: python:3.12\n' : '    build: .\n'}`;
  const files = memory({ 'compose.yaml': compose, ...(row.docker === undefined ? {} : { Dockerfile: `FROM python:3.12\n${row.docker}\n` }), ...row.files });
  const [resolved] = resolveCompose(files, [path('compose.yaml')], path(''), {}).services;
  if (resolved === undefined) throw new Error('no service');
  const { start, build } = composeService(resolved, files, path(''), stageReader(files));
  return { start, slotText: start?.slot === undefined ? undefined : behind(start.slot, compose, [build?.stage?.cmd, build?.stage?.entrypoint]) };
}

/** What stands behind the slot in the value that it names. */
function behind(slot: NonNullable<Start['slot']>, compose: string, commands: readonly ({ readonly argv: readonly string[]; readonly shell: boolean; readonly slot: NonNullable<Start['slot']> } | undefined)[]): string {
  const from = slot.from ?? 0;
  if (slot.format === 'compose') {
    const line = /^ {4}(?:command|entrypoint): (.*)$/m.exec(compose)?.[1] ?? '';
    const listed = line.startsWith('[') ? line.slice(1, -1).split(/, */).map(item => item.replaceAll('"', '')) : undefined;
    if (listed !== undefined) return slot.at.length === 4 ? (listed[Number(slot.at[3])] ?? '').slice(from) : listed.slice(from).join(' ');
    return line.replace(/^"(.*)"$/, '$1').slice(from);
  }
  const command = commands.find(each => each?.slot.at.every((key, index) => key === slot.at[index]));
  if (command === undefined) throw new Error('no such command');
  if (slot.at.length > command.slot.at.length) return (command.argv[Number(slot.at.at(-1))] ?? '').slice(from);
  return command.shell ? (command.argv.at(-1) ?? '').slice(from) : command.argv.slice(from).join(' ');
}
