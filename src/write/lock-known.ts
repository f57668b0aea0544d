/** A lock file that is there, of npm's family: which manifests it is of, and whether all of it comes from registries. */
import { parse as parseJsonc, type ParseError } from 'jsonc-parser';
import { isMapModel } from '../formats/model.ts';
import { refuse } from '../formats/refusal.ts';
import type { Model, Path, Refusal } from '../types.ts';
import { jsonMap, notFromRegistry } from './lock-manifest.ts';
import { yamlMap } from './lock-settings.ts';
import { isRegistrySpec, staysBelow } from './lock-specs.ts';

export interface Known {
  /** As the package manager gets it. */
  readonly text: string;
  /** Folders of the manifests that it is of, '' for its own; undefined = it does not say. */
  readonly members?: ReadonlySet<string>;
}

const ARCHIVE_URL = /^https?:\/\/[a-z0-9][a-z0-9.-]*(?::\d{1,5})?\/[^\s@]*(?:@[^\s]*)?$/i;
/** An address of an archive; a scope's "@" may stand in its path, not in front of its host. */
const isArchive = (url: Model | undefined): boolean => typeof url === 'string' && ARCHIVE_URL.test(url) && !url.includes('${');

/** @param path of the lock file: its name says what it is. */
export function knownLock(path: Path, text: string): Known | Refusal {
  const name = path.split('/').at(-1) ?? '';
  if (name === 'pnpm-lock.yaml') return pnpmLock(path, text);
  if (name === 'bun.lock') return bunLock(path, text);
  if (name === 'yarn.lock') return /^__metadata:/m.test(text) ? berryLock(path, text) : classicLock(path, text);
  return npmLock(path, text);
}

function npmLock(path: Path, text: string): Known | Refusal {
  const model = jsonMap(text);
  if (model === undefined) return refuse(`${path} is not JSON.`);
  const packages = isMapModel(model['packages']) ? model['packages'] : undefined;
  const members = new Set<string>(['']);
  for (const [at, one] of Object.entries(packages ?? {})) {
    if (!isMapModel(one) || !staysBelow(at)) return refuse(`${path} has a package that is not understood.`);
    const { resolved } = one;
    if (!`/${at}`.includes('/node_modules/')) members.add(at);
    else if (one['link'] === true ? !staysBelow(resolved) : resolved !== undefined && !isArchive(resolved)) return notFromRegistry(path, at);
  }
  for (const { name, one } of oldTree(model['dependencies'])) {
    // Since lock version 2 the same stands in "packages", and links in here are of workspaces.
    const own = packages !== undefined && typeof one['version'] === 'string' && staysBelow(one['version'].replace(/^file:/, ''));
    if (!own && (!isRegistrySpec(one['version'] ?? '') || (one['resolved'] !== undefined && !isArchive(one['resolved'])))) return notFromRegistry(path, name);
  }
  // npm keeps the indentation that it finds. JSON has one meaning only, so the text can stay.
  return { text, ...(packages === undefined ? {} : { members }) };
}

function* oldTree(all: Model | undefined, depth = 0): Generator<{ readonly name: string; readonly one: { readonly [key: string]: Model } }> {
  if (!isMapModel(all) || depth > 100) return;
  for (const [name, one] of Object.entries(all)) {
    if (!isMapModel(one)) continue;
    yield { name, one };
    yield* oldTree(one['dependencies'], depth + 1);
  }
}

function pnpmLock(path: Path, text: string): Known | Refusal {
  const model = yamlMap(text);
  if (model === undefined) return refuse(`${path} is not read as YAML.`);
  for (const name of ['patchedDependencies', 'pnpmfileChecksum', 'configDependencies']) if (model[name] !== undefined) return refuse(`${path} has ${name}.`);
  for (const [name, one] of Object.entries(isMapModel(model['packages']) ? model['packages'] : {})) {
    const resolution = isMapModel(one) ? one['resolution'] : undefined;
    if (!isMapModel(resolution)) return refuse(`${path} has a package that is not understood.`);
    const { type, tarball, ...others } = resolution;
    const plain = Object.keys(others).every((key) => key === 'integrity');
    if (type !== undefined || !plain || (tarball !== undefined && !isArchive(tarball))) return notFromRegistry(path, name);
  }
  const importers = isMapModel(model['importers']) ? Object.keys(model['importers']) : undefined;
  if (importers?.every(staysBelow) === false) return refuse(`${path} is of folders outside of its own.`);
  // As JSON, which is YAML: so it is read as we read it. pnpm writes it anew.
  return { text: JSON.stringify(model), ...(importers === undefined ? {} : { members: new Set(importers.map((at) => (at === '.' ? '' : at))) }) };
}

const BUILTIN = /^patch:([^#:]*)#(?:optional!|~)?builtin<[\w/]+>(?:::[\w=&%.-]*)?$/;

/** yarn patches three packages by itself, by rules of its own: 'patch:fsevents@npm%3A^2#optional!builtin<compat/fsevents>'. */
function isBuiltinPatch(spec: string): boolean {
  const source = BUILTIN.exec(spec)?.[1]?.replace('%3A', ':');
  return source !== undefined && isRegistrySpec(source.slice(source.indexOf('@', 1) + 1));
}

function berryLock(path: Path, text: string): Known | Refusal {
  const model = yamlMap(text);
  if (model === undefined) return refuse(`${path} is not read as YAML.`);
  const members = new Set<string>();
  for (const [key, one] of Object.entries(model)) {
    if (key === '__metadata') continue;
    const resolution = isMapModel(one) ? one['resolution'] : undefined;
    const needs = isMapModel(one) && isMapModel(one['dependencies']) ? one['dependencies'] : {};
    const bad = Object.entries(needs).find(([, spec]) => !isRegistrySpec(spec) && !(typeof spec === 'string' && isBuiltinPatch(spec)));
    if (bad !== undefined) return notFromRegistry(path, bad[0]);
    for (const descriptor of [...key.split(/,\s*/), String(resolution)]) {
      const spec = descriptor.slice(descriptor.indexOf('@', 1) + 1);
      const plain = spec.replace(/::locator=[^:]*$/, '');
      if (!isBuiltinPatch(spec) && !isRegistrySpec(plain)) return notFromRegistry(path, descriptor);
      if (descriptor === resolution && plain.startsWith('workspace:')) members.add(plain.slice(10) === '.' ? '' : plain.slice(10));
    }
  }
  return { text: `${JSON.stringify(model)}\n`, members };
}

/** Lines of yarn 1's own format: a comment, a property with its value, a list's head. */
const CLASSIC = /^(?:#.*| {2}(?:version|resolved|integrity|uid|dependencies|optionalDependencies|permissions)\b.*| {4}\S.*|)$/;
/** And a list of packages: `"a@^1", b@2:`. */
const isClassicHead = (line: string): boolean => line.endsWith(':') && line.slice(0, -1).split(', ').every((one) => /^(?:"[^\s"#][^"]*"|[^\s"#][^"]*)$/.test(one));

function classicLock(path: Path, text: string): Known | Refusal {
  for (const line of text.split(/\r?\n/)) {
    if (!CLASSIC.test(line) && !isClassicHead(line)) return refuse(`${path} has a line that is not understood.`);
    if (line === '' || line.startsWith('#')) continue;
    if (!line.startsWith(' ')) {
      for (const one of line.slice(0, -1).split(/,\s*/)) {
        const name = one.replaceAll('"', '');
        if (!isRegistrySpec(name.slice(name.indexOf('@', 1) + 1))) return notFromRegistry(path, name);
      }
    } else if (line.startsWith('  resolved ')) {
      const url = line.slice(11).replaceAll('"', '').replace(/#[\da-f]*$/, '');
      if (!isArchive(url)) return notFromRegistry(path, 'a package');
    } else if (line.startsWith('    ')) {
      const spec = line.trim().split(/\s+/).slice(1).join(' ').replaceAll('"', '');
      if (!isRegistrySpec(spec)) return notFromRegistry(path, line.trim());
    }
  }
  return { text };
}

function bunLock(path: Path, text: string): Known | Refusal {
  const errors: ParseError[] = [];
  const model = parseJsonc(text, errors, { allowTrailingComma: true }) as Model;
  if (!isMapModel(model) || errors.length > 0) return refuse(`${path} is not read as JSON.`);
  if (model['patchedDependencies'] !== undefined) return refuse(`${path} has patchedDependencies.`);
  for (const [name, one] of Object.entries(isMapModel(model['packages']) ? model['packages'] : {})) {
    const [id, from] = Array.isArray(one) ? one : [];
    const spec = typeof id === 'string' ? id.slice(id.indexOf('@', 1) + 1) : 'file:';
    if (!isRegistrySpec(spec) || (typeof from === 'string' && from !== '' && !isArchive(from))) return notFromRegistry(path, name);
  }
  const members = isMapModel(model['workspaces']) ? Object.keys(model['workspaces']) : undefined;
  if (members?.every(staysBelow) === false) return refuse(`${path} is of folders outside of its own.`);
  return { text: JSON.stringify(model), ...(members === undefined ? {} : { members: new Set(members) }) };
}
