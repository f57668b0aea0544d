/** A Node.js service's packages, installed in its own folder as every Node developer has them. */
import { join } from 'node:path';
import { EXIT, Stop } from '../stop.ts';
import type { Files, Path, Service, Tools } from '../types.ts';
import { isThere } from '../io/scratch.ts';

const MINUTES = 60_000;

/** Names in `dependencies` of a package.json that are not in node_modules; undefined where it is not JSON. */
export function missingPackages(text: string, isInstalled: (name: string) => boolean): readonly string[] | undefined {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
  const dependencies: unknown = typeof manifest === 'object' && manifest !== null && 'dependencies' in manifest ? manifest.dependencies : undefined;
  if (typeof dependencies !== 'object' || dependencies === null) return [];
  return Object.keys(dependencies).filter((name) => !isInstalled(name));
}

/** The words that install a folder's packages: what its lock file says where there is nothing yet, else what is missing. */
export function installCommand(manager: string, hasLock: boolean, hasModules: boolean): readonly string[] {
  if (manager === 'pnpm') return ['pnpm', 'install', ...(hasLock ? ['--frozen-lockfile'] : [])];
  if (manager === 'yarn') return ['yarn', 'install'];
  if (manager === 'bun') return ['bun', 'install'];
  return ['npm', hasLock && !hasModules ? 'ci' : 'install', '--no-audit', '--no-fund'];
}

/**
 * Installs the packages of a service where some are missing. Gives the folder of their programs.
 * Throws Stop with the package manager's own last words where it fails.
 */
export async function nodeModules(service: Service, files: Files, tools: Tools): Promise<{ readonly programs: string; readonly said: readonly string[] }> {
  const manifest = service.app?.manifest?.path ?? ((service.dir === '' ? 'package.json' : `${service.dir}/package.json`) as Path);
  const dir = join(files.root, manifest.slice(0, Math.max(0, manifest.lastIndexOf('/'))));
  const modules = join(dir, 'node_modules');
  const programs = join(modules, '.bin');
  const missing = missingPackages(files.text(manifest) ?? '{}', (name) => isThere(join(modules, name)));
  if (missing === undefined) throw new Stop(EXIT.notDone, `${manifest} is not JSON.`, 'Correct it, then run the same command again.');
  if (missing.length === 0) return { programs, said: [] };
  const manager = service.app?.packageManager ?? 'npm';
  const hasLock = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock'].some((name) => isThere(join(dir, name)));
  const argv = installCommand(manager, hasLock, isThere(modules));
  const work = tools.working(`${argv.slice(0, 2).join(' ')} for ${service.name}`);
  const installed = await tools.exec(argv, { cwd: dir, ms: 15 * MINUTES });
  if (installed.code !== 0) {
    work.failed();
    const lines = (installed.out + installed.err).split('\n').filter((line) => line.trim() !== '');
    throw new Stop(EXIT.notDone, `${argv.slice(0, 2).join(' ')} failed for ${service.name}: ${(lines.findLast((line) => /ERR|error/i.test(line)) ?? lines.at(-1) ?? 'it said nothing').trim().slice(0, 400)}`, `Run it in ${service.dir === '' ? 'the workspace' : service.dir} and read what it says.`);
  }
  work.done();
  return { programs, said: [] };
}
