import { formatOf } from '../../formats/index.ts';
import { isMapModel, valueAt } from '../../formats/model.ts';
import { fromContainer } from '../../workspace/container-path.ts';
import { folderOf, join } from '../../workspace/files.ts';
import { imageSources } from '../../workspace/image-sources.ts';
import { nameOf } from '../../workspace/path.ts';
import type { Files, Keys, Model, Path, Service, Where } from '../../types.ts';

/** The package.json that a service's image installs from. */
export interface PackageJson {
  readonly path: Path;
  readonly libraries: Readonly<Record<string, string>>;
  readonly devLibraries: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly esm: boolean;
  readonly main?: string;
  readonly engines?: string;
  readonly manager: string;
  /** Where a dependency is declared. */
  line(name: string): Where;
}

const LOCKS: readonly (readonly [lock: string, manager: string])[] = [
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
];

/** In the container's working folder, else where the start command was read, else in the service's folder. undefined = none. */
export function findPackageJson(service: Service, files: Files): PackageJson | undefined {
  const real = service.start?.realWhere.path;
  const guesses = [
    fromContainer(service, files, 'package.json'),
    real?.endsWith('package.json') === true ? real : undefined,
    copiedManifest(service, files),
    join(service.dir, 'package.json'),
  ];
  for (const guess of guesses) {
    const found = guess === undefined ? undefined : readPackageJson(files, guess);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The one package.json that a Dockerfile's COPY takes by name out of a context that many services share. */
function copiedManifest(service: Service, files: Files): Path | undefined {
  const named = [...new Set(imageSources(service, files))].filter((path) => nameOf(path) === 'package.json');
  return named.length === 1 ? named[0] : undefined;
}

const known = new WeakMap<Files, Map<Path, PackageJson | undefined>>();

/** Reads one package.json, once; undefined where it is absent or not JSON. */
export function readPackageJson(files: Files, file: Path): PackageJson | undefined {
  const ofFiles = known.get(files) ?? new Map<Path, PackageJson | undefined>();
  known.set(files, ofFiles);
  if (!ofFiles.has(file)) ofFiles.set(file, readOnce(files, file));
  return ofFiles.get(file);
}

function readOnce(files: Files, file: Path): PackageJson | undefined {
  const text = files.text(file);
  const parsed = text === undefined ? undefined : formatOf('package-json').parse(text);
  if (text === undefined || parsed === undefined || !('model' in parsed) || !isMapModel(parsed.model)) return undefined;
  const model = parsed.model;
  const main = textAt(model, ['main']);
  const engines = textAt(model, ['engines', 'node']);
  return {
    path: file,
    libraries: texts(valueAt(model, ['dependencies'])),
    devLibraries: texts(valueAt(model, ['devDependencies'])),
    scripts: texts(valueAt(model, ['scripts'])),
    esm: textAt(model, ['type']) === 'module',
    manager: managerOf(files, file, textAt(model, ['packageManager'])),
    ...(main === undefined ? {} : { main }),
    ...(engines === undefined ? {} : { engines }),
    line: (name) => {
      const number = formatOf('package-json').line(text, ['dependencies', name]);
      return number === undefined ? { path: file } : { path: file, line: number };
    },
  };
}

/** The project's own word, else the lock file beside it or above it (a monorepo's). */
function managerOf(files: Files, file: Path, named: string | undefined): string {
  const said = /^(npm|pnpm|yarn|bun)@/.exec(named ?? '')?.[1];
  if (said !== undefined) return said;
  for (let dir = folderOf(file); ; dir = folderOf(dir)) {
    const lock = LOCKS.find(([name]) => files.exists(join(dir, name)));
    if (lock !== undefined) return lock[1];
    if (dir === '') return 'npm';
  }
}

function textAt(model: Model, at: Keys): string | undefined {
  const value = valueAt(model, at);
  return typeof value === 'string' ? value : undefined;
}

function texts(model: Model | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(isMapModel(model) ? model : {}).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])));
}
