import { inImage } from '../../workspace/image-sources.ts';
import { importsOf, logicalLines, type LogicalLine } from './source.ts';
import type { Files, Path, Service, Where } from '../../types.ts';

/** One Python file of a service. */
export interface PySource {
  readonly path: Path;
  /** 'lib.honeycomb': as the service's own code imports it. */
  readonly module: string;
  readonly lines: readonly LogicalLine[];
  /** Absolute names of what it imports, with the line; relative imports resolved. */
  readonly imports: readonly { readonly name: string; readonly line: number }[];
}

/** More files than a service's own code has: the rest is not looked at. */
const MOST_FILES = 600;
const LARGEST = 400_000;

const known = new WeakMap<Files, Map<Path, readonly PySource[]>>();

/** The Python files below a service's folder that its image can hold, tests left out. */
export function pySources(service: Service, files: Files): readonly PySource[] {
  return inImage(service, files, below(service, files));
}

/** Read once per Files and folder. */
function below(service: Service, files: Files): readonly PySource[] {
  const perFiles = known.get(files) ?? new Map<Path, readonly PySource[]>();
  known.set(files, perFiles);
  const before = perFiles.get(service.dir);
  if (before !== undefined) return before;
  const found = files
    .find(service.dir, /\.py$/, 6)
    .filter((file) => !/(?:^|\/)(?:tests?|testing|migrations|site-packages|docs)\//.test(inside(service.dir, file)) && !/(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$/.test(file))
    .slice(0, MOST_FILES)
    .flatMap((file) => read(files, service.dir, file) ?? []);
  perFiles.set(service.dir, found);
  return found;
}

function read(files: Files, dir: Path, file: Path): PySource | undefined {
  const text = files.text(file);
  if (text === undefined || text.length > LARGEST) return undefined;
  const lines = logicalLines(text);
  const dotted = inside(dir, file).replace(/\.py$/, '').replaceAll('/', '.');
  const isPackage = dotted.endsWith('.__init__') || dotted === '__init__';
  const module = dotted.replace(/(?:^|\.)__init__$/, '');
  const imports = lines.flatMap((line) => importsOf(line).map((name) => ({ name: absoluteName(name, module, isPackage), line: line.line })));
  return { path: file, module, lines, imports };
}

function inside(dir: Path, file: Path): string {
  return dir === '' ? file : file.slice(dir.length + 1);
}

/** '.honeycomb' in lib.app → lib.honeycomb; '..x' one package up. */
function absoluteName(name: string, module: string, isPackage: boolean): string {
  const dots = /^\.*/.exec(name)?.[0].length ?? 0;
  if (dots === 0) return name;
  const parts = module === '' ? [] : module.split('.');
  const base = parts.slice(0, Math.max(0, parts.length - dots + (isPackage ? 1 : 0)));
  return [...base, ...name.slice(dots).split('.')].filter((part) => part !== '').join('.');
}

/** The file of a module name ('app', 'mysite.wsgi', also below src/); undefined = not this service's. */
export function moduleSource(sources: readonly PySource[], module: string): PySource | undefined {
  return sources.find((source) => source.module === module) ?? sources.find((source) => source.module === `src.${module}`);
}

/** Whether a file's code can run at all: the command names it, its name is a usual entry, or other files of the service import it. */
export function isReached(sources: readonly PySource[], source: PySource, entry: PySource | undefined): boolean {
  if (source === entry || source.module === '' || /(?:^|\.)(?:settings|gunicorn\.conf|gunicorn_conf|sitecustomize|celery)$/.test(source.module)) return true;
  if (/(?:^|\.)(?:app|main|wsgi|asgi|manage|server|run|application|__main__)$/.test(source.module) && !isBeside(source, entry)) return true;
  const names = [source.module, source.module.replace(/^src\./, '')];
  return sources.some((other) => other !== source && other.imports.some(({ name }) => names.includes(name) || names.some((own) => name.startsWith(`${own}.`))));
}

/** In a folder beside the entry's, neither above nor below it: another program's entry. */
function isBeside({ path }: PySource, entry: PySource | undefined): boolean {
  if (entry === undefined) return false;
  const [own, other] = [path, entry.path].map((one) => one.slice(0, one.lastIndexOf('/') + 1));
  return own !== undefined && other !== undefined && !own.startsWith(other) && !other.startsWith(own);
}

/** A file and all that it imports of the service's own, directly or not. */
export function reachableFrom(sources: readonly PySource[], entry: PySource): readonly PySource[] {
  const reached = new Set([entry]);
  for (const source of reached) {
    for (const { name } of source.imports) {
      const found = moduleSource(sources, name);
      if (found !== undefined) reached.add(found);
      // 'import a.b.c' also runs a/__init__.py and a/b/__init__.py.
      for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
        const parent = moduleSource(sources, name.slice(0, dot));
        if (parent !== undefined) reached.add(parent);
      }
    }
  }
  return [...reached];
}

/** Where the service's code imports a top-level module first: entry file first, then the others. */
export function importedAt(sources: readonly PySource[], module: string, first?: PySource): Where | undefined {
  for (const source of first === undefined ? sources : [first, ...sources]) {
    const found = source.imports.find(({ name }) => name === module || name.startsWith(`${module}.`));
    if (found !== undefined) return { path: source.path, line: found.line };
  }
  return undefined;
}
