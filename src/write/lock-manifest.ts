/** package.json for a package manager: written anew, with what decides the lock file and without what runs. */
import { isMapModel, type MapModel } from '../formats/model.ts';
import { refuse } from '../formats/refusal.ts';
import type { Model, Path, Refusal } from '../types.ts';
import { isPackageName, isRegistrySpec, staysBelow } from './lock-specs.ts';

const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const;
/** Plain data that is repeated in lock files, or decides about them. */
const PLAIN = [
  'name', 'version', 'private', 'license', 'engines', 'os', 'cpu', 'libc', 'bin', 'funding', 'type',
  'peerDependenciesMeta', 'dependenciesMeta', 'bundleDependencies', 'bundledDependencies', 'trustedDependencies',
];
/** npm notes in its lock file that there is such a script; which one it is makes no difference. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];
const NO_OP = 'true';
/** Of package.json's "pnpm"; the same names stand in pnpm-workspace.yaml. */
export const PNPM_PLAIN = [
  'peerDependencyRules', 'allowedDeprecatedVersions', 'ignoredOptionalDependencies', 'supportedArchitectures',
  'neverBuiltDependencies', 'onlyBuiltDependencies', 'ignoredBuiltDependencies', 'allowNonAppliedPatches',
];

/** JSON text → its value; undefined = it is none, or no map. */
export function jsonMap(text: string | undefined): MapModel | undefined {
  try {
    const model = JSON.parse((text ?? '').replace(/^\uFEFF/, '')) as Model;
    return isMapModel(model) ? model : undefined;
  } catch {
    return undefined;
  }
}

/** Why a package manager is not run where a dependency is no version of a registry. */
export const notFromRegistry = (path: string, name: string): Refusal =>
  refuse(`${path} takes "${name.slice(0, 80)}" from git, an archive, a folder or a program and not from a registry, which can run code.`);

/** The manifest's text as a package manager gets it, or why it gets none. */
export function cleanManifest(path: Path, text: string | undefined): { readonly text: string } | Refusal {
  const model = jsonMap(text);
  if (model === undefined) return refuse(`${path} is not JSON.`);
  const out: Record<string, Model> = pick(model, PLAIN);
  for (const field of DEPENDENCIES) {
    const all = model[field];
    if (all === undefined) continue;
    const bad = isMapModel(all) ? badDependency(all) : field;
    if (bad !== undefined) return notFromRegistry(path, bad);
    out[field] = all;
  }
  for (const field of ['overrides', 'resolutions', 'catalog', 'catalogs'] as const) {
    const bad = badOverride(model[field]);
    if (bad !== undefined) return notFromRegistry(path, bad);
    if (model[field] !== undefined) out[field] = model[field];
  }
  if (model['patchedDependencies'] !== undefined) return refuse(`${path} has patchedDependencies.`);
  const workspaces = workspacesOf(path, model['workspaces']);
  if (workspaces !== undefined && 'refused' in workspaces) return workspaces;
  if (workspaces !== undefined) out['workspaces'] = workspaces.value;
  const scripts = isMapModel(model['scripts']) ? model['scripts'] : {};
  const names = INSTALL_SCRIPTS.filter((name) => typeof scripts[name] === 'string' && scripts[name] !== '');
  if (names.length > 0) out['scripts'] = Object.fromEntries(names.map((name) => [name, NO_OP]));
  const pnpm = model['pnpm'];
  if (isMapModel(pnpm)) {
    const clean = pnpmSettings(path, pnpm);
    if ('refused' in clean) return clean;
    out['pnpm'] = clean.settings;
  }
  return { text: `${JSON.stringify(out, null, /^\{\r?\n([\t ]+)/.exec(text ?? '')?.[1] ?? 2)}\n` };
}

/** What pnpm may be told by package.json or pnpm-workspace.yaml: overrides and extensions whose versions are of a registry. */
export function pnpmSettings(path: Path, model: MapModel): { readonly settings: Record<string, Model> } | Refusal {
  for (const name of ['patchedDependencies', 'configDependencies', 'pnpmfile', 'pnpmfiles', 'globalPnpmfile', 'lockfileDir', 'gitBranchLockfile', 'namedRegistries']) {
    if (model[name] !== undefined && model[name] !== false) return refuse(`${path} has ${name}.`);
  }
  const settings = pick(model, PNPM_PLAIN);
  const bad = badOverride(model['overrides']) ?? badExtension(model['packageExtensions']);
  if (bad !== undefined) return notFromRegistry(path, bad);
  for (const name of ['overrides', 'packageExtensions']) if (model[name] !== undefined) settings[name] = model[name];
  return { settings };
}

/** Extensions of foreign manifests: only dependencies, of a registry. @returns the name that is none. */
export function badExtension(all: Model | undefined): string | undefined {
  if (all === undefined) return undefined;
  if (!isMapModel(all)) return 'packageExtensions';
  for (const extension of Object.values(all)) {
    if (!isMapModel(extension)) return 'packageExtensions';
    for (const [field, value] of Object.entries(extension)) {
      if (field.endsWith('Meta')) continue;
      const bad = isMapModel(value) ? badDependency(value) : field;
      if (bad !== undefined) return bad;
    }
  }
  return undefined;
}

/** The first name whose version is not a registry's. */
export const badDependency = (all: MapModel): string | undefined =>
  Object.entries(all).find(([name, spec]) => !isPackageName(name) || !isRegistrySpec(spec) || spec.startsWith('$'))?.[0];

/** The same of overrides, which nest. */
export function badOverride(all: Model | undefined, depth = 0): string | undefined {
  if (all === undefined) return undefined;
  if (!isMapModel(all) || depth > 20) return 'overrides';
  for (const [name, value] of Object.entries(all)) {
    const bad = isMapModel(value) ? badOverride(value, depth + 1) : isRegistrySpec(value) ? undefined : name;
    if (bad !== undefined) return bad;
  }
  return undefined;
}

/** Own keys that are plain data: no variable in a text. */
export function pick(model: MapModel, names: readonly string[]): Record<string, Model> {
  return Object.fromEntries(names.flatMap((name) => (Object.hasOwn(model, name) && isPlain(model[name]) ? [[name, model[name]]] : [])));
}

const isPlain = (value: Model | undefined): value is Model => value !== undefined && !JSON.stringify(value).includes('${');

function workspacesOf(path: Path, value: Model | undefined): { readonly value: Model } | Refusal | undefined {
  if (value === undefined) return undefined;
  const list = isMapModel(value) ? value['packages'] : value;
  if (list !== undefined && (!Array.isArray(list) || !list.every(staysBelow))) return refuse(`${path} has workspaces outside of its folder.`);
  if (!isMapModel(value)) return { value };
  const bad = badOverride(value['catalog']) ?? badOverride(value['catalogs']);
  return bad === undefined ? { value: pick(value, ['packages', 'nohoist', 'catalog', 'catalogs']) } : notFromRegistry(path, bad);
}
