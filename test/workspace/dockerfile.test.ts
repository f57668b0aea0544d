import { describe, expect, it } from 'vitest';
import { containerDir, fromContainer, inContainer } from '../../src/workspace/container-path.ts';
import { readStage } from '../../src/workspace/dockerfile.ts';
import { path } from '../../src/workspace/files.ts';
import { runtimeOf } from '../../src/workspace/image.ts';
import type { Stage } from '../../src/types.ts';
import { memory } from './memory.ts';

function stage(text: string, o: { target?: string; args?: Readonly<Record<string, string>> } = {}): Stage {
  const read = readStage(memory({ Dockerfile: text }), path('Dockerfile'), { args: {}, context: path(''), ...o });
  if ('refused' in read) throw new Error(read.refused);
  return read;
}

describe('readStage', () => {
  it('takes over everything from the stages below', () => {
    const read = stage(`ARG PY=3.10
FROM python:\${PY}-slim AS base
WORKDIR /srv
ENV A=1 B="x y"
EXPOSE 8000/tcp 53/udp
CMD ["flask", "run"]
FROM node:20 AS assets
RUN npm ci
FROM base AS dev
WORKDIR app
ENV C=$A-\${B}
USER app
RUN --mount=type=cache,target=/c pip install -r requirements.txt
FROM nginx AS last
`, { target: 'dev' });
    expect(read).toMatchObject({ index: 2, name: 'dev', base: 'python:3.10-slim', runtime: { language: 'python', version: '3.10' }, workdir: '/srv/app', user: 'app', expose: [8000] });
    expect(read.env.map(({ name, value, where }) => [name, value, where])).toEqual([
      ['A', '1', { path: 'Dockerfile', line: 4 }], ['B', 'x y', { path: 'Dockerfile', line: 4 }], ['C', '1-x y', { path: 'Dockerfile', line: 11 }],
    ]);
    expect(read.cmd).toMatchObject({ argv: ['flask', 'run'], slot: { at: ['stages', 0, 'instructions', 3, 'args'] } });
    expect(read.runs).toMatchObject([{ text: 'pip install -r requirements.txt', stage: 2, slot: { at: ['stages', 2, 'instructions', 3, 'args'] }, where: { line: 13 } }]);
  });

  it.each([
    ['the last stage', 'FROM a AS x\nFROM b AS y\n', {}, 'b'],
    ['a target by another case', 'FROM a AS Dev\nFROM b\n', { target: 'dev' }, 'a'],
    ['a target by number', 'FROM a\nFROM b\n', { target: '0' }, 'a'],
    ['a build argument over its default', 'ARG V=1\nFROM python:$V\n', { args: { V: '2' } }, 'python:2'],
    ['a build argument without default', 'ARG V\nFROM python:${V:-3.9}\n', {}, 'python:3.9'],
    ['an argument of an argument', 'ARG A=3\nARG B=$A.11\nFROM python:$B', {}, 'python:3.11'],
    ['a platform', 'FROM --platform=$BUILDPLATFORM golang:1 AS x\n', {}, 'golang:1'],
    ['a stage that is defined later is an image', 'FROM later\nFROM x AS later\n', { target: '0' }, 'later'],
  ])('builds on %s', (_, text, o, base) => {
    expect(stage(text, o).base).toBe(base);
  });

  it('drops the CMD of the stage below where ENTRYPOINT is set without one', () => {
    const text = 'FROM a AS base\nCMD ["x"]\nFROM base\nENTRYPOINT ["y"]\n';
    expect(stage(text).cmd).toBeUndefined();
    expect(stage(`${text}CMD ["z"]\n`).cmd?.argv).toEqual(['z']);
  });

  it('takes text that is no JSON list as shell form', () => {
    expect(stage('FROM a\nCMD ["npm", "start"]ß\n').cmd).toMatchObject({ shell: true, argv: ['/bin/sh', '-c', '["npm", "start"]ß'] });
    expect(stage("FROM a\nCMD ['npm']\n").cmd?.shell).toBe(true);
  });

  it('follows what other stages copied from the context', () => {
    const read = stage(`FROM python:3.12 AS build
WORKDIR /src
COPY requirements.txt setup.py ./
RUN pip install -r requirements.txt
COPY . .
FROM python:3.12-slim
COPY --from=build /venv /venv
COPY --from=build --chown=app /src /app
COPY --from=nginx:1 /etc/nginx /n
`);
    expect(read.copies.filter(copy => copy.stage === undefined).map(({ from, to }) => [from, to])).toEqual([['requirements.txt', '/app/'], ['setup.py', '/app/'], ['.', '/app/']]);
    expect(read.copies.filter(copy => copy.stage !== undefined).map(({ from, stage: of }) => [from, of])).toEqual([['/venv', 'build'], ['/src', 'build'], ['/etc/nginx', 'nginx:1']]);
    expect(read.runs).toMatchObject([{ text: 'pip install -r requirements.txt', stage: 0 }]);
  });

  it.each([
    ['', 'no FROM'],
    ['FROM a\nRUN cat <<EOF\n', 'no end'],
  ])('refuses %j', (text, says) => {
    expect(readStage(memory({ Dockerfile: text }), path('Dockerfile'), { args: {}, context: path('') })).toMatchObject({ refused: expect.stringContaining(says) });
  });

  it('refuses a stage or a file that is not there', () => {
    const files = memory({ Dockerfile: 'FROM a' });
    expect(readStage(files, path('Dockerfile'), { target: 'x', args: {}, context: path('') })).toEqual({ refused: 'Dockerfile has no stage "x"' });
    expect(readStage(files, path('b/Dockerfile'), { args: {}, context: path('') })).toEqual({ refused: 'there is no b/Dockerfile' });
  });
});

describe('the runtime that an image names', () => {
  it.each([
    ['python:3.10-slim-buster', 'python 3.10'],
    ['python:3.12.0a5-slim', 'python 3.12'],
    ['python:alpine3.16', 'python'],
    ['python:3', 'python'],
    ['python', 'python'],
    ['123456789012.dkr.ecr.us-east-1.amazonaws.com/cruddur-python:3.10-slim-buster', 'python 3.10'],
    ['tiangolo/uvicorn-gunicorn-fastapi:python3.9-slim', 'python 3.9'],
    ['ghcr.io/astral-sh/uv:python3.12-bookworm-slim', 'python 3.12'],
    ['mcr.microsoft.com/devcontainers/python:1-3.11-bullseye', 'python 3.11'],
    ['gcr.io/distroless/python3-debian12', 'python 3.11'],
    ['localhost:5000/python@sha256:0123', 'python'],
    ['node:lts', 'node'],
    ['node:lts-alpine3.17', 'node'],
    ['node:20-alpine', 'node 20'],
    ['node:16.18', 'node 16.18'],
    ['node:14.17.3-alpine3.14', 'node 14.17.3'],
    ['node:gallium-slim', 'node 16'],
    ['node:lts-iron', 'node 20'],
    ['gcr.io/distroless/nodejs20-debian12', 'node 20'],
    ['mcr.microsoft.com/devcontainers/typescript-node:1-22-bookworm', 'node 22'],
    ['postgres:15', undefined],
    ['ubuntu:20.04', undefined],
    ['python:${V}', 'python'],
  ])('%s → %s', (image, expected) => {
    const found = runtimeOf(image);
    expect(found === undefined ? undefined : [found.language, found.version].filter(Boolean).join(' ')).toBe(expected);
  });

  it.each([
    ['ubuntu:20.04', 'apt-get update && apt-get install -y python3 python3-pip', 'python 3.8'],
    ['debian:bookworm-slim', 'apt-get install -y --no-install-recommends python3-venv', 'python 3.11'],
    ['ubuntu:22.04', 'apt-get install -y python3.9', 'python 3.9'],
    ['alpine:3.19', 'apk add --no-cache python3', 'python 3.11'],
    ['debian:12', 'curl -fsSL https://deb.nodesource.com/setup_20.x | bash - && apt-get install -y nodejs', 'node 20'],
    ['ubuntu', 'apt-get install -y python3', 'python'],
    ['debian:12', 'apt-get install -y curl', undefined],
  ])('%s with %s → %s', (image, run, expected) => {
    const found = runtimeOf(image, [run]);
    expect(found === undefined ? undefined : [found.language, found.version].filter(Boolean).join(' ')).toBe(expected);
  });
});

describe('files in the container', () => {
  const files = memory({ 'api/app.py': '', 'api/src/a.py': '', 'api/package.json': '', 'api/entry.sh': '', 'lib/x': '', 'api/Dockerfile': `FROM node:20
WORKDIR /app
COPY package*.json ./
COPY entry.sh /usr/local/bin/entry
COPY src ./code/
COPY app.py /app
` });
  const read = readStage(files, path('api/Dockerfile'), { args: {}, context: path('api') });
  const build = { context: path('api'), dockerfile: path('api/Dockerfile'), args: {}, ...('refused' in read ? {} : { stage: read }) };

  it.each([
    ['api/package.json', '/app/package.json'],
    ['api/package-lock.json', '/app/package-lock.json'],
    ['api/entry.sh', '/usr/local/bin/entry'],
    ['api/src/a.py', '/app/code/a.py'],
    ['api/src/new/b.py', '/app/code/new/b.py'],
    ['api/app.py', '/app/app.py'],
    ['api/other.py', undefined],
    ['lib/x', undefined],
  ])('the image holds %s at %s', (file, expected) => {
    const found = inContainer({ mounts: [], build }, path(file));
    expect(found?.path).toBe(expected);
    if (expected !== undefined && files.exists(path(file))) expect(fromContainer({ mounts: [], build }, files, expected)).toBe(file);
  });

  it('lets a mount go over the image', () => {
    const place = { mounts: [{ from: path('lib'), to: '/app' }], build };
    expect(inContainer(place, path('lib/x'))).toEqual({ path: '/app/x', by: 'mount' });
    expect(inContainer(place, path('api/package.json'))).toBeUndefined();
    expect(inContainer(place, path('api/entry.sh'))).toEqual({ path: '/usr/local/bin/entry', by: 'copy' });
    expect(fromContainer(place, files, 'x')).toBe('lib/x');
    const deeper = { mounts: [{ from: path('api'), to: '/app' }, { to: '/app/src' }] };
    expect(inContainer(deeper, path('api/app.py'))?.path).toBe('/app/app.py');
    expect(inContainer(deeper, path('api/src/a.py'))).toBeUndefined();
  });

  it('starts in working_dir, else in WORKDIR', () => {
    expect(containerDir({ mounts: [], build })).toBe('/app');
    expect(containerDir({ mounts: [], build, workingDir: 'x' })).toBe('/app/x');
    expect(containerDir({ mounts: [], workingDir: '/srv' })).toBe('/srv');
    expect(containerDir({ mounts: [] })).toBeUndefined();
  });
});
