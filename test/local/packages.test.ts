import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installCommand, missingPackages, nodeModules } from '../../src/local/node-modules.ts';
import { findPython, installable, virtualEnvironment } from '../../src/local/venv.ts';
import type { App } from '../../src/types.ts';
import { fakeTools } from '../helpers/tools.ts';
import { filesOf, path, service } from './workspace.ts';

const app = (more: Partial<App>): { app: App } => ({ app: { language: 'python', libraries: {}, traits: {}, because: [], ...more } });
const manifest = (name: string, format: string): Pick<App, 'manifest'> => ({ manifest: { path: path(name), format, at: [] } });

describe('node_modules', () => {
  it('names what is missing', () => {
    expect(missingPackages('{"dependencies":{"a":"1","b":"2"},"devDependencies":{"c":"3"}}', (name) => name === 'a')).toEqual(['b']);
    expect(missingPackages('{}', () => false)).toEqual([]);
    expect(missingPackages('{', () => false)).toBeUndefined();
  });
  it.each([
    ['npm', true, false, 'npm ci --no-audit --no-fund'],
    ['npm', true, true, 'npm install --no-audit --no-fund'],
    ['npm', false, false, 'npm install --no-audit --no-fund'],
    ['pnpm', true, false, 'pnpm install --frozen-lockfile'],
    ['yarn', true, true, 'yarn install'],
  ])('%s, lock file %s, folder %s: %s', (manager, lock, there, words) => expect(installCommand(manager, lock, there).join(' ')).toBe(words));
  it('installs where something is missing, and not again', async () => {
    const files = filesOf({ 'api/package.json': '{"dependencies":{"express":"5"}}' });
    const one = service(app({ language: 'node', ...manifest('api/package.json', 'package-json') }));
    const tools = fakeTools({ exec: () => (mkdirSync(join(files.root, 'api/node_modules/express'), { recursive: true }), {}) });
    await nodeModules(one, files, tools);
    expect(await nodeModules(one, files, tools)).toMatchObject({ programs: join(files.root, 'api/node_modules/.bin') });
    expect(tools.ran).toEqual([['npm', 'install', '--no-audit', '--no-fund']]);
  });
  it('says what the package manager said', async () => {
    const files = filesOf({ 'api/package.json': '{"dependencies":{"express":"5"}}' });
    await expect(nodeModules(service(app({ language: 'node' })), files, fakeTools({ exec: () => ({ code: 1, err: 'npm ERR! 404 no such package\nnpm notice x\n' }) }))).rejects.toMatchObject({ exit: 1, message: expect.stringContaining('404 no such package') });
  });
});

describe('what pip installs from', () => {
  it.each([
    ['requirements.txt', 'requirements-txt', 'flask\n', ['-r', 'requirements.txt']],
    ['pyproject.toml', 'toml', '[project]\nname = "x"\ndependencies = ["flask==3.1.3", "requests"]\n', ['flask==3.1.3', 'requests']],
  ])('%s', (name, format, text, words) => {
    expect(installable(service(app(manifest(`api/${name}`, format))), filesOf({ [`api/${name}`]: text }))).toMatchObject({ words, dir: 'api' });
  });
  it('leaves a poetry project to poetry', () => {
    const files = filesOf({ 'pyproject.toml': '[tool.poetry.dependencies]\nflask = "3"\n' });
    expect(() => installable(service(app({ ...manifest('pyproject.toml', 'toml'), packageManager: 'poetry' })), files)).toThrow(/not this one/);
  });
});

/** A machine with these programs. */
const have = (versions: Readonly<Record<string, string>>) => fakeTools({ exec: ([program = '']) => (versions[program] === undefined ? { code: 127 } : { out: `${versions[program]}\n` }) });

describe('the Python of this machine', () => {
  it.each([
    ['the image\'s version', '3.10', { 'python3.10': '3.10.4', python3: '3.12.1' }, '3.10.4'],
    ['another one', '3.10', { python3: '3.12.1' }, '3.12.1'],
    ['python where there is no python3', undefined, { python3: '2.7.18', python: '3.9.1' }, '3.9.1'],
  ])('takes %s', async (_title, runtime, versions, version) => expect((await findPython(runtime, have(versions))).version).toBe(version));
  it('says that there is none', async () => expect(findPython('3.10', have({}))).rejects.toMatchObject({ exit: 1, message: 'There is no Python 3 on this machine.' }));
});

describe('a virtual environment', () => {
  let cache = '';
  beforeAll(() => void (cache = mkdtempSync(join(tmpdir(), 'otel-setup-test-'))));
  afterAll(() => rmSync(cache, { recursive: true, force: true }));
  const one = service(app({ ...manifest('api/requirements.txt', 'requirements-txt'), runtime: '3.10' }));
  const python = (fails?: string) => fakeTools({
    env: { XDG_CACHE_HOME: cache },
    exec(argv) {
      if (argv.includes('-c')) return { out: '3.12.1\n' };
      if (fails !== undefined && argv.includes(fails)) return { code: 1, err: 'ERROR: No matching distribution found for x\nnotice\n' };
      if (argv.includes('venv')) mkdirSync(join(argv.at(-1) ?? '', 'bin'), { recursive: true });
      return {};
    },
  });
  const made = (): string[] => readdirSync(join(cache, 'otel-setup', 'venv'));

  it('is made once for the same text, wherever the folder is; another text makes another one', async () => {
    const tools = python();
    const first = await virtualEnvironment(one, filesOf({ 'api/requirements.txt': 'flask\n' }), tools);
    const runs = tools.ran.length;
    const second = await virtualEnvironment(one, filesOf({ 'api/requirements.txt': 'flask\n' }), tools);
    expect(second).toEqual(first);
    expect(tools.ran.slice(runs).every((argv) => argv.includes('-c'))).toBe(true);
    expect(first.said).toEqual(['Python 3.12.1 of this machine stands in for the image\'s 3.10']);
    expect((await virtualEnvironment(one, filesOf({ 'api/requirements.txt': 'flask\nrequests\n' }), tools)).programs).not.toBe(first.programs);
    expect(made()).toHaveLength(2);
  });
  it('leaves nothing behind where pip fails, and says what pip said', async () => {
    const before = made();
    await expect(virtualEnvironment(one, filesOf({ 'api/requirements.txt': 'x\n' }), python('pip'))).rejects.toMatchObject({ exit: 1, message: expect.stringContaining('ERROR: No matching distribution found for x') });
    expect(made()).toEqual(before);
  });
  it('is made beside one that another run is making', async () => {
    const files = filesOf({ 'api/requirements.txt': 'django\n' });
    const first = await virtualEnvironment(one, files, python());
    const folder = join(first.programs, '..');
    rmSync(join(folder, 'otel-setup-finished'));
    writeFileSync(`${folder}.making`, String(process.ppid));
    const second = await virtualEnvironment(one, files, python());
    expect(second.programs).toBe(join(`${folder}-${process.pid}`, 'bin'));
    expect(existsSync(folder)).toBe(true);
  });
});
