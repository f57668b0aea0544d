import { folderOf, join } from '../../workspace/files.ts';
import { readPackageJson, type PackageJson } from './manifest.ts';
import type { Process } from './process.ts';
import type { Files, Path, Service } from '../../types.ts';

/** Which preload a process needs, and what told so. */
export interface Modules {
  readonly kind: 'cjs' | 'esm';
  readonly says: string;
}

/**
 * CommonJS or ES modules, as Node itself decides: the entry's extension, the nearest package.json's "type", for compiled
 * TypeScript the tsconfig's module, and import syntax where nothing else says (Node 20.19 and 22.7 on detect it).
 * ts-node is always 'cjs': it breaks under `--import`.
 */
export function modulesOf(service: Service, files: Files, manifest: PackageJson | undefined, process: Process): Modules {
  if (process.tsNode) return { kind: 'cjs', says: 'ts-node' };
  const entry = process.entry ?? manifest?.main;
  if (entry !== undefined && /\.m[jt]s$/.test(entry)) return { kind: 'esm', says: entry };
  if (entry !== undefined && /\.c[jt]s$/.test(entry)) return { kind: 'cjs', says: entry };
  const folder = manifest === undefined ? service.dir : folderOf(manifest.path);
  const file = entry === undefined || entry.startsWith('/') ? undefined : entryFile(files, folder, entry);
  const nearest = file === undefined ? manifest : (nearestPackageJson(files, file, folder) ?? manifest);
  if (nearest?.esm === true) return { kind: 'esm', says: `"type": "module" in ${nearest.path}` };
  const source = file === undefined ? undefined : files.text(file);
  if (source === undefined) {
    const module = compilerModule(files, folder);
    if (module !== undefined && /^es/i.test(module)) return { kind: 'esm', says: `"module": "${module}" in tsconfig.json` };
    return { kind: 'cjs', says: 'no "type": "module"' };
  }
  // tsx runs TypeScript by the package's "type", whatever its syntax.
  const typescript = /\.tsx?$/.test(file ?? '');
  if (!typescript && /^[ \t]*(?:import\s[^(]|import\{|export\s)/m.test(source) && !/\brequire\s*\(/.test(source)) return { kind: 'esm', says: `import syntax in ${file ?? ''}` };
  return { kind: 'cjs', says: 'no "type": "module"' };
}

function entryFile(files: Files, folder: Path, entry: string): Path | undefined {
  for (const name of [entry, `${entry}.js`, `${entry}/index.js`]) {
    const file = files.resolve(folder, name);
    if (file !== undefined && files.text(file) !== undefined) return file;
  }
  return undefined;
}

function nearestPackageJson(files: Files, file: Path, last: Path): PackageJson | undefined {
  for (let dir = folderOf(file); ; dir = folderOf(dir)) {
    const found = readPackageJson(files, join(dir, 'package.json'));
    if (found !== undefined || dir === last || dir === '') return found;
  }
}

function compilerModule(files: Files, folder: Path): string | undefined {
  const text = files.text(join(folder, 'tsconfig.json'));
  // tsconfig.json has comments and trailing commas: only this one word of it is needed.
  return text === undefined ? undefined : /^[^/\n\r\u2028\u2029"]*(?:"[^/\n\r\u2028\u2029"]*"[^/\n\r\u2028\u2029"]*)*"module"\s*:\s*"(\w+)"/m.exec(text)?.[1];
}
