import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { demoFolder, SERVICES, type DemoFolder, type Variant } from '../../src/commands/demo/folder.ts';
import { asProcesses, whyNoDocker, withCompose } from '../../src/commands/demo/services.ts';
import { readWorkspace } from '../../src/workspace/read.ts';
import type { Workspace } from '../../src/types.ts';
import { fakeTools } from '../helpers/tools.ts';
import { path, service, starts } from '../local/workspace.ts';

const templates = (variant: Variant): string => fileURLToPath(new URL(`../../templates/demo/${variant}`, import.meta.url));
const filesBelow = (folder: string): string[] => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).toSorted();
const noPorts = (text: string): string => text.replaceAll(/\b\d{4,5}\b/g, 'PORT');

let folder: DemoFolder | undefined;
afterEach(() => {
  if (folder !== undefined) rmSync(folder.all, { recursive: true, force: true });
  folder = undefined;
});

describe('the demo\'s workspace', () => {
  it.each(['python', 'node'] as const)('%s: every file of the template is there, ports apart byte for byte', async (variant) => {
    folder = await demoFolder(variant);
    expect(filesBelow(folder.path)).toEqual(filesBelow(templates(variant)));
    for (const name of filesBelow(folder.path)) expect(noPorts(readFileSync(join(folder.path, name), 'utf8'))).toBe(noPorts(readFileSync(join(templates(variant), name), 'utf8')));
  });

  it.each(['python', 'node'] as const)('%s: is read as two services that can be traced', async (variant) => {
    folder = await demoFolder(variant);
    const workspace = readWorkspace({ cwd: folder.path, env: {} });
    if ('ask' in workspace) throw new Error('no compose file');
    expect(workspace.services.map(({ name, app }) => [name, app?.language, app?.framework])).toEqual(SERVICES.map((name) => [name, variant, variant === 'python' ? 'flask' : 'express']));
    expect(workspace.unsure).toEqual([]);
  });

  it('takes other ports, everywhere in the copy, where its own are taken', async () => {
    const server = createServer().listen(4567);
    // Somebody else may have it: then it is taken just the same.
    await new Promise<unknown>((done) => server.once('listening', done).once('error', done));
    folder = await demoFolder('python');
    for (const name of filesBelow(folder.path)) expect(readFileSync(join(folder.path, name), 'utf8')).not.toMatch(/\b4567\b/);
    const port = new URL(folder.url).port;
    expect(readFileSync(join(folder.path, 'docker-compose.yml'), 'utf8')).toContain(`"${port}:${port}"`);
    expect(readFileSync(join(folder.path, 'api/Dockerfile'), 'utf8')).toContain(`--port=${port}`);
    server.close();
  });
});

describe('with Compose', () => {
  it.each([
    ['no docker', { 'docker compose': 127 }, 'there is no docker command'],
    ['no compose', { 'docker compose': 1 }, 'docker has no compose command'],
    ['no engine', { 'docker info': 1 }, 'no Docker engine answers'],
    ['all there', {}, undefined],
  ])('%s', async (_title, codes: Readonly<Record<string, number>>, expected) => {
    expect(await whyNoDocker(fakeTools({ exec: (argv) => ({ code: codes[argv.slice(0, 2).join(' ')] ?? 0, out: '1\n' }) }))).toBe(expected);
  });
  it('leaves nothing behind where an image cannot be had', async () => {
    const tools = fakeTools({ exec: (argv) => (argv.includes('build') ? { code: 1, err: 'ERROR: failed to solve: python:3.12-slim: not found\nx\n' } : {}) });
    const cleaning = fakeTools();
    expect(await withCompose('.', 'p', tools, cleaning)).toEqual({ refused: 'docker compose build failed: ERROR: failed to solve: python:3.12-slim: not found' });
    expect(cleaning.ran.map((argv) => argv.slice(2, 5).join(' '))).toEqual(['--project-name p kill', '--project-name p down']);
  });
});

/** The demo's folder with one service that runs these words. */
const workspace = (argv: readonly string[]): Workspace => {
  if (folder === undefined) throw new Error('no folder');
  const read = readWorkspace({ cwd: folder.path, env: {} });
  if ('ask' in read) throw new Error('no compose file');
  return { ...read, services: [service({ name: 'api', dir: path('api'), ...starts(...argv) })] };
};

describe('as processes', () => {
  it('says that one ended by itself, with its last words', async () => {
    folder = await demoFolder('node');
    const running = await asProcesses(workspace([process.execPath, '-e', 'console.log("no module flask"); process.exit(3)']), ['api'], fakeTools({ env: process.env }), () => {});
    expect(await running.broken).toBe('api ended by itself (exit code 3).');
    expect(await running.logs()).toEqual(['api | no module flask']);
  });
  it('stops what it started', async () => {
    folder = await demoFolder('node');
    const mark = join(folder.all, 'stopped');
    const running = await asProcesses(workspace([process.execPath, '-e', `process.on('SIGINT', () => { require('node:fs').writeFileSync(${JSON.stringify(mark)}, ''); process.exit(); }); setInterval(() => {}, 1000); console.log('ready')`]), ['api'], fakeTools({ env: process.env }), () => {});
    await expect.poll(() => running.logs()).toEqual(['api | ready']);
    await running.stop();
    expect(existsSync(mark)).toBe(true);
  });
});

describe('the services of the template', () => {
  it.each(['api', 'items'])('node/%s has no syntax error', async (name) => {
    await promisify(execFile)(process.execPath, ['--check', join(templates('node'), name, 'server.js')]);
  });
});
