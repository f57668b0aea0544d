/** What a lock file says of a package: its version, or that it is not in it. Pure over Files. */
import { isMapModel } from '../../../formats/model.ts';
import { modelOf, valueIn } from '../../../needs/models.ts';
import { escapeForRegExp } from '../../../patterns.ts';
import type { Files, Model, Path, Service } from '../../../types.ts';
import { folderOf, join, nameOf } from '../../../workspace/path.ts';

export interface Locked {
  readonly path: Path;
  /** undefined = it is in the file, and its version was not read. */
  readonly version?: string;
}

const NODE = ['npm-shrinkwrap.json', 'package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock'];
const PYTHON = ['uv.lock', 'poetry.lock', 'pdm.lock'];

/** The lock file that follows a service's manifest: beside it, or for Node in a folder above it. */
export function lockOf({ app }: Service, files: Files): Path | undefined {
  const manifest = app?.manifest;
  if (app === undefined || manifest === undefined) return undefined;
  const names = app.language === 'node' ? NODE : nameOf(manifest.path) === 'Pipfile' ? ['Pipfile.lock'] : manifest.format === 'toml' ? PYTHON : [];
  for (let folder = folderOf(manifest.path); ; folder = folderOf(folder)) {
    const found = names.map((name) => join(folder, name)).find((path) => files.text(path) !== undefined);
    if (found !== undefined || folder === '' || app.language !== 'node') return found;
  }
}

/** undefined = there is no lock file, or it does not have the package (ask `lockOf` which). */
export function lockedIn(service: Service, files: Files, name: string): Locked | undefined {
  const path = lockOf(service, files);
  const text = path === undefined ? undefined : files.text(path);
  if (path === undefined || text === undefined) return undefined;
  const version = versionIn(nameOf(path), text, name, (at) => valueIn(files, path, 'package-json', at), () => modelOf(files, path, 'package-json'));
  return version === false ? undefined : { path, ...(version === '' ? {} : { version }) };
}

/** The version, '' where only the name is there, false where it is not. */
function versionIn(lock: string, text: string, name: string, value: (at: readonly string[]) => Model | undefined, whole: () => Model | undefined): string | false {
  switch (lock) {
    case 'npm-shrinkwrap.json':
    case 'package-lock.json': {
      // Not JSON: nothing can be said against it.
      if (!isMapModel(whole())) return '';
      const entry = value(['packages', `node_modules/${name}`]) ?? value(['dependencies', name]);
      const version = isMapModel(entry) ? entry['version'] : undefined;
      if (typeof version === 'string') return version;
      // In a monorepo it may lie below a package.
      return isMapModel(entry) || new RegExp(`/node_modules/${escapeForRegExp(name)}"\\s*:\\s*\\{`).test(text) ? '' : false;
    }
    case 'Pipfile.lock': {
      if (!isMapModel(whole())) return '';
      const entry = value(['default', name]);
      const version = isMapModel(entry) ? entry['version'] : undefined;
      return typeof version === 'string' ? version.replace(/^==/, '') : isMapModel(entry) ? '' : false;
    }
    case 'pnpm-lock.yaml':
      return new RegExp(`^[ \\t]+['"]?/?${escapeForRegExp(name)}(?:['"]?:|@|/\\d)`, 'm').test(text) ? '' : false;
    case 'yarn.lock':
      return new RegExp(`(?:^|,[ \\t]{0,8})"?${escapeForRegExp(name)}@`, 'm').test(text) ? '' : false;
    case 'bun.lock':
      return text.includes(`"${name}"`) ? '' : false;
    default: {
      const entry = new RegExp(`^name = "${escapeForRegExp(name)}"\\r?\\n(?:version = "([^"]+)")?`, 'm').exec(text);
      return entry === null ? false : (entry[1] ?? '');
    }
  }
}
