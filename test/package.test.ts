import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type RolldownOptions } from 'rolldown';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

interface Notices {
  readonly WORDS: Readonly<Record<string, RegExp>>;
  licencesIn(expression: string): readonly string[];
  packageFolder(module: string): string | undefined;
}

/** What users get: the packed tarball, run through npx with nothing cached. `npm test` has built dist/ just before. */
const root = fileURLToPath(new URL('..', import.meta.url));
const MEGABYTE = 1_000_000;
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';

interface Packed {
  readonly filename: string;
  readonly version: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

let tmp = '';
let packed: Packed;
let tarball = '';
beforeAll(() => {
  tmp = mkdtempSync(join(tmpdir(), 'package-'));
  const ran = spawnSync(npm, ['pack', '--ignore-scripts', '--json', '--pack-destination', tmp], { cwd: root, encoding: 'utf8' });
  expect(ran.status, ran.stderr).toBe(0);
  packed = onlyOne(JSON.parse(ran.stdout));
  tarball = join(tmp, packed.filename);
});
afterAll(() => rmSync(tmp, { recursive: true, force: true }));

/** npm 11 prints a list, npm 12 an object by name. */
function onlyOne(json: unknown): Packed {
  const [first, ...others] = Object.values(json as Record<string, Packed>);
  if (first === undefined || others.length > 0) throw new Error('npm pack made something else than one package');
  return first;
}

const below = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/'));

/** A user's machine on its first day: no npm cache, no npm settings, nothing of ours in the environment. */
function cleanEnv(): NodeJS.ProcessEnv {
  const home = mkdtempSync(join(tmp, 'home-'));
  return { PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter), HOME: home, USERPROFILE: home, npm_config_cache: join(home, 'cache'), npm_config_update_notifier: 'false' };
}

describe('the packed tarball', () => {
  test('holds the program, the templates and the papers, nothing else', () => {
    const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'THIRD-PARTY-NOTICES.md', 'package.json'];
    expect(packed.files.map((file) => file.path).toSorted()).toEqual([...papers, ...below('dist'), ...below('templates')].toSorted());
  });

  test('is under a megabyte', () => {
    expect(statSync(tarball).size).toBeLessThan(MEGABYTE);
  });

  test('depends on nothing, and runs no script when it is installed', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, Record<string, string> | undefined>;
    for (const list of ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundledDependencies']) expect(manifest[list] ?? {}, list).toEqual({});
    for (const script of ['preinstall', 'install', 'postinstall']) expect(manifest['scripts']?.[script], script).toBeUndefined();
  });

  test('imports nothing but Node and itself', () => {
    const outside = below('dist').flatMap((path) => [...readFileSync(join(root, path), 'utf8').matchAll(/^(?:import|export)\b[^'"\n]*?from\s*["']([^"']+)["']|^import\s*["']([^"']+)["']|__require\(["']([^"']+)["']\)/gm)].map((match) => match[1] ?? match[2] ?? match[3] ?? ''));
    // node:sqlite is loaded only where there is one (undici's cache).
    expect(outside.filter((name) => !name.startsWith('./') && !name.startsWith('node:') && !isBuiltin(name))).toEqual([]);
    expect(outside.some(isBuiltin)).toBe(true);
  });

  test('has in its notices the whole licence of every package that is bundled', async () => {
    const [{ default: configs }, { WORDS, licencesIn, packageFolder }]: [{ default: RolldownOptions[] }, Notices] = await Promise.all([import(new URL('../.config/rolldown.config.mjs', import.meta.url).href), import(new URL('../.config/notices.mjs', import.meta.url).href)]);
    const bundles = await Promise.all(configs.map(({ output, ...config }) => build({ ...config, cwd: root, plugins: [], write: false, ...(output === undefined || Array.isArray(output) ? {} : { output }) })));
    const modules = bundles.flatMap(({ output }) => output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : [])));
    const folders = new Set(modules.flatMap((module) => packageFolder(module) ?? []));
    const sections = new Map(readFileSync(join(root, 'THIRD-PARTY-NOTICES.md'), 'utf8').split(/^## /m).slice(1).map((section) => [section.split(' (')[0] ?? '', section.replaceAll(/^> ?/gm, '').replaceAll(/\s+/g, ' ')]));
    for (const folder of folders) {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
      const section = sections.get(`${name ?? ''} ${version ?? ''}`);
      expect(section, `${name ?? folder} has a section`).toBeDefined();
      for (const id of licencesIn(license ?? '')) expect(section, `${name ?? ''}: the text of ${id}`).toMatch(WORDS[id] ?? /$^/);
      expect(section, `${name ?? ''}: whose copyright it is`).toMatch(/Copyright/i);
    }
    // Rules that came as a file are no module of the bundle.
    expect(sections.get('gitleaks')).toMatch(WORDS['MIT'] ?? /$^/);
    expect(sections.size).toBe(folders.size + 1);
    expect(folders.size).toBeGreaterThan(10);
  });

  test('runs through npx with an empty cache, and installs itself alone', () => {
    const env = cleanEnv();
    const ran = spawnSync(npx, ['--yes', `file:${tarball}`, '--version'], { cwd: tmp, env, encoding: 'utf8' });
    expect({ code: ran.status, out: ran.stdout.trim(), err: ran.stderr.trim() }).toEqual({ code: 0, out: packed.version, err: '' });
    const installed = join(env['npm_config_cache'] ?? '', '_npx');
    const modules = readdirSync(installed).flatMap((hash) => readdirSync(join(installed, hash, 'node_modules')));
    expect(modules.filter((name) => !name.startsWith('.'))).toEqual(['otel-setup']);
  });

  test.runIf(process.platform === 'linux')('ends on Node 16 with one sentence and exit 2', () => {
    const ran: SpawnSyncReturns<string> = spawnSync(node16(), [join(root, 'dist', 'otel-setup.cjs'), 'init'], { cwd: tmp, env: cleanEnv(), encoding: 'utf8' });
    expect({ code: ran.status, out: ran.stdout }).toEqual({ code: 2, out: '' });
    expect(ran.stderr).toMatch(/^otel-setup needs Node\.js \S+ or newer; this is 16\.\d+\.\d+\. [^\n]+\n$/);
  });
});

/** The real Node 16, from npm, kept under .cache/. */
function node16(): string {
  const folder = join(root, '.cache', 'node-16');
  const binary = join(folder, 'package', 'bin', 'node');
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    const pack = spawnSync(npm, ['pack', '--json', `node-linux-${process.arch}@16`], { cwd: folder, encoding: 'utf8' });
    expect(pack.status, `npm pack of Node 16: ${pack.stderr}`).toBe(0);
    const archive = readdirSync(folder).find((file) => file.endsWith('.tgz')) ?? '';
    const tar = spawnSync('tar', ['-xzf', archive, 'package/bin/node'], { cwd: folder, encoding: 'utf8' });
    expect(tar.status, tar.stderr).toBe(0);
    rmSync(join(folder, archive));
  }
  return binary;
}
