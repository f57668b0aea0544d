import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { localCommand } from '../../src/local/command.ts';
import { mappings, textToLocal, workingFolder } from '../../src/local/paths.ts';
import { built, filesOf, path, service, stage, starts } from './workspace.ts';

const files = filesOf({
  'api/app.py': '', 'api/entry.sh': '#!/bin/sh\nexec "$@"\n', 'api/go.sh': '#!/usr/bin/env bash\n', 'api/src/main.js': '', 'shared/x.py': '',
});
const local = (name: string): string => join(files.root, name);

describe('paths of the container', () => {
  it.each([
    ['COPY . .', service({ ...built(stage('/app', { '.': '/app' })) }), '/app/src/main.js', 'api/src/main.js'],
    ['COPY of one file into a folder', service({ ...built(stage('/app', { 'app.py': '/app/' })) }), '/app/app.py', 'api/app.py'],
    ['COPY of one file into a folder without a slash', service({ ...built(stage('/app', { 'app.py': '/app' })) }), '/app/app.py', 'api/app.py'],
    ['COPY of one file to a name', service({ ...built(stage('/app', { 'app.py': '/srv/app.py' })) }), '/srv/app.py', 'api/app.py'],
    ['a mount', service({ mounts: [{ from: path('shared'), to: '/data' }] }), '/data/x.py', 'shared/x.py'],
    ['a mount over a copy', service({ ...built(stage('/app', { '.': '/app' })), mounts: [{ from: path('shared'), to: '/app/' }] }), '/app/x.py', 'shared/x.py'],
    ['a mount inside a copy', service({ ...built(stage('/app', { '.': '/app' })), mounts: [{ from: path('shared'), to: '/app/lib' }] }), '/app/lib/x.py', 'shared/x.py'],
  ])('%s', (_title, one, container, expected) => {
    expect(textToLocal(container, mappings(one, files))).toBe(local(expected));
  });

  it('leaves alone what is not of the workspace', () => {
    const maps = mappings(service({ ...built(stage('/app', { '.': '/app', 'gone.txt': '/gone.txt' })) }), files);
    for (const text of ['/apple/x', '/usr/bin/env', 'app/app.py', 'http://host/app/x', '/gone.txt']) expect(textToLocal(text, maps)).toBe(text);
    expect(textToLocal('PYTHONPATH=/app:/app/src:/usr/lib', maps)).toBe(`PYTHONPATH=${local('api')}:${local('api/src')}:/usr/lib`);
  });

  it.each([
    ['WORKDIR', service(built(stage('/app', { '.': '/app' }))), 'api'],
    ['a folder below it', service(built(stage('/app/src', { '.': '/app' }))), 'api/src'],
    ['working_dir before WORKDIR', service({ ...built(stage('/app', { '.': '/app' })), workingDir: '/app/src' }), 'api/src'],
    ['no WORKDIR', service(built(stage('/', { '.': '/' }))), 'api'],
    ['one that is not of the workspace', service(built(stage('/srv'))), 'api'],
    ['an image only', service({ mounts: [{ from: path('shared'), to: '/code' }], workingDir: '/code' }), 'shared'],
  ])('starts in: %s', (_title, one, expected) => {
    expect(workingFolder(one, files, mappings(one, files))).toBe(local(expected));
  });
});

describe('the command', () => {
  const app = built(stage('/app', { '.': '/app' }));
  it.each([
    ['words', ['python', '-m', 'flask', 'run'], ['python', '-m', 'flask', 'run']],
    ['a program of the image', ['/usr/local/bin/python', '/app/app.py'], ['python', local('api/app.py')]],
    ['a shell line', ['/bin/sh', '-c', 'cd /app && python app.py'], ['sh', '-c', `cd ${local('api')} && python app.py`]],
    ['a start script', ['/app/entry.sh', 'flask', 'run'], ['sh', local('api/entry.sh'), 'flask', 'run']],
    ['a start script, relative, through env', ['./go.sh'], ['bash', local('api/go.sh')]],
    ['an option with a path', ['node', '--require=/app/src/main.js', 'x.js'], ['node', `--require=${local('api/src/main.js')}`, 'x.js']],
  ])('%s', (_title, argv, expected) => {
    const one = service({ ...app, ...starts(...argv) });
    expect(localCommand(one, files, mappings(one, files), 'linux')).toEqual(expected);
  });
  it('is refused where only the image knows it', () => {
    expect(localCommand(service(), files, [])).toEqual({ refused: 'Only the image of api knows what it runs. Name the command yourself: otel-setup run api -- COMMAND' });
  });
  it.each([[['/bin/sh', '-c', 'x']], [['/app/entry.sh']]])('is refused on Windows where it needs a Unix shell: %s', (argv) => {
    const one = service({ ...app, ...starts(...argv) });
    expect(localCommand(one, files, mappings(one, files), 'win32')).toMatchObject({ refused: expect.stringContaining('Windows') });
  });
});
