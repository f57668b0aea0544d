/**
 * Settings of npm, pnpm, yarn and bun in a repository: read as data. What is known to be harmless goes into a file of
 * our own making; what changes the lock file and cannot be passed on is a reason not to run.
 */
import { parse as parseIni } from 'ini';
import { parse as parseYaml } from 'yaml';
import { isMapModel, type MapModel } from '../formats/model.ts';
import { isRefusal, refuse } from '../formats/refusal.ts';
import { formats } from '../formats/index.ts';
import type { Files, Model, Path, Refusal } from '../types.ts';
import { badExtension, badOverride, notFromRegistry, pick, pnpmSettings } from './lock-manifest.ts';
import { isPlainHost, staysBelow } from './lock-specs.ts';

export interface Settings {
  /** Name in the folder → text. */
  readonly files: ReadonlyMap<string, string>;
  /** The repository says where packages come from. */
  readonly hosts: boolean;
  /** Settings that were not passed on, for the message when the run fails. */
  readonly left: readonly string[];
}
class Collected {
  readonly npmrc: string[] = [];
  readonly files = new Map<string, string>();
  readonly left: string[] = [];
  hosts = false;
}

const SWITCHES: ReadonlySet<string> = new Set([
  'legacy-peer-deps', 'strict-peer-deps', 'prefer-dedupe', 'omit-lockfile-registry-resolved', 'legacy-bundling', 'global-style', 'force',
  'auto-install-peers', 'dedupe-peer-dependents', 'dedupe-direct-deps', 'dedupe-injected-deps', 'strict-peer-dependencies',
  'exclude-links-from-lockfile', 'shared-workspace-lockfile', 'prefer-workspace-packages', 'inject-workspace-packages',
  'resolve-peers-from-workspace-root', 'ignore-workspace-root-check', 'lockfile-include-tarball-url',
]);
const WORDS: ReadonlySet<string> = new Set([
  'install-strategy', 'replace-registry-host', 'before', 'min-release-age', 'minimum-release-age', 'tag', 'link-workspace-packages',
  'resolution-mode', 'node-linker', 'peers-suffix-max-length', 'registry-supports-time-field',
]);
const WORD = /^[\w.:+-]{1,64}$/;
/** What a registry or a network needs and a repository may not say; lines about one host begin with `//`. */
const CREDENTIALS = /^(?:\/\/|_auth|_password$|username$|email$|always-auth$|cert$|key$|certfile$|keyfile$|ca$|cafile$|strict-ssl$|proxy$|https-proxy$|noproxy$|http-proxy$)/;

const camel = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** @param folder where the tool runs, and finds its settings. */
export function nodeSettings(program: string, files: Files, folder: Path): Settings | Refusal {
  const to = new Collected();
  const at = (name: string): Path => (folder === '' ? name : `${folder}/${name}`) as Path;
  const readers: readonly (readonly [string, Path, Reader])[] = [
    [program, at('.npmrc'), readNpmrc],
    ['pnpm', at('pnpm-workspace.yaml'), readPnpmWorkspace],
    ['yarn', at('.yarnrc'), readYarnrc],
    ['yarn', at('.yarnrc.yml'), readYarnrcYml],
    ['bun', at('bunfig.toml'), readBunfig],
  ];
  if (program === 'pnpm') for (const name of ['.pnpmfile.cjs', '.pnpmfile.mjs', 'pnpmfile.js']) if (files.exists(at(name))) return refuse(`${at(name)} is a program that decides about the lock file.`);
  for (const [of, path, reader] of readers) {
    const text = of === program ? files.text(path) : undefined;
    const refused = text === undefined ? undefined : reader(path, text, to);
    if (refused !== undefined) return refused;
  }
  if (to.npmrc.length > 0) to.files.set('.npmrc', `${to.npmrc.join('\n')}\n`);
  return { files: to.files, hosts: to.hosts, left: to.left };
}

type Reader = (path: Path, text: string, to: Collected) => Refusal | undefined;

const readNpmrc: Reader = (path, text, to) => {
  for (const [name, value] of Object.entries(parseIni(text.replace(/^\uFEFF/, '')))) {
    const said = typeof value === 'string' || typeof value === 'boolean' ? String(value) : '';
    if (name === 'registry' || /^@[\w.-]+:registry$/.test(name)) {
      const refused = registry(path, name, said, to);
      if (refused !== undefined) return refused;
    } else if (CREDENTIALS.test(name)) to.left.push(`${path}: ${name.startsWith('//') ? 'a credential' : name}`);
    else if (name.endsWith('pnpmfile')) return refuse(`${path} names a pnpmfile, which is a program.`);
    else if ((SWITCHES.has(name) && /^(?:true|false)$/.test(said)) || (WORDS.has(name) && WORD.test(said))) to.npmrc.push(`${name}=${said}`);
    else if (SWITCHES.has(name) || WORDS.has(name)) return refuse(`${path}: "${name}" has a value that is not passed on.`);
  }
  return undefined;
};

function registry(path: Path, name: string, url: unknown, to: Collected): Refusal | undefined {
  if (!isPlainHost(url)) return refuse(`${path}: "${name}" is no plain address: with a variable, a password or a query in it, it is not passed on.`);
  to.hosts = true;
  to.npmrc.push(`${name}=${url}`);
  return undefined;
}

const readYarnrc: Reader = (path, text, to) => {
  for (const line of text.split(/\r?\n/)) {
    const blank = line.trim().indexOf(' ');
    const [name, value] = [line.trim().slice(0, blank), line.trim().slice(blank + 1)].map((word) => word.trim().replaceAll('"', ''));
    if (name === undefined || blank === -1) continue;
    if (name === 'yarn-offline-mirror') return refuse(`${path} has a yarn-offline-mirror.`);
    if (name !== 'registry' && !/^@[\w.-]+:registry$/.test(name)) continue;
    const refused = registry(path, name, value, to);
    if (refused !== undefined) return refused;
    to.files.set('.yarnrc', `${to.files.get('.yarnrc') ?? ''}"${name}" "${value ?? ''}"\n`);
  }
  return undefined;
};

const PNPM_NAMES = [...SWITCHES, ...WORDS].map(camel);

const readPnpmWorkspace: Reader = (path, text, to) => {
  const model = yamlMap(text);
  if (model === undefined) return refuse(`${path} is not read as YAML.`);
  const own = pnpmSettings(path, model);
  if (isRefusal(own)) return own;
  const bad = badOverride(model['catalog']) ?? badOverride(model['catalogs']);
  if (bad !== undefined) return notFromRegistry(path, bad);
  const packages = model['packages'] ?? [];
  if (!Array.isArray(packages) || !packages.every(staysBelow)) return refuse(`${path} has packages outside of its folder.`);
  const { registries } = model;
  if (registries !== undefined) {
    if (!isMapModel(registries)) return refuse(`${path}: registries is no map.`);
    for (const [name, url] of Object.entries(registries)) {
      const refused = name === 'default' ? registry(path, 'registry', url, to) : registry(path, `${name}:registry`, url, to);
      if (refused !== undefined) return refused;
    }
  }
  const settings = { ...own.settings, ...pick(model, ['packages', 'catalog', 'catalogs', 'minimumReleaseAgeExclude', ...PNPM_NAMES]) };
  to.files.set('pnpm-workspace.yaml', `${JSON.stringify(settings, null, 2)}\n`);
  return undefined;
};

/** yarn's own plugins that leave what an install resolves as it is. */
const IDLE_PLUGIN = /^@yarnpkg\/plugin-(?:interactive-tools|workspace-tools|typescript|version|constraints|stage|exec|essentials|compat)$/;
const YARN_NAMES = [
  'compressionLevel', 'defaultSemverRangePrefix', 'nodeLinker', 'supportedArchitectures', 'packageExtensions', 'enableTransparentWorkspaces',
  'catalog', 'catalogs', 'npmMinimalAgeGate', 'npmPreapprovedPackages', 'unsafeHttpWhitelist', 'preferReuse',
];
const YARN_LEFT = /^(?:npmAuth|npmAlwaysAuth|npmRegistries$|https?Proxy$|caFilePath$|https?[A-Z]|networkSettings$|enableStrictSsl$)/;

const readYarnrcYml: Reader = (path, text, to) => {
  const model = yamlMap(text);
  if (model === undefined) return refuse(`${path} is not read as YAML.`);
  const plugins = model['plugins'] ?? [];
  const foreign = Array.isArray(plugins) ? plugins.find((one) => !IDLE_PLUGIN.test(String(isMapModel(one) ? one['spec'] : ''))) : plugins;
  if (foreign !== undefined) return refuse(`${path} has plugins, which are programs.`);
  if (model['lockfileFilename'] !== undefined) return refuse(`${path} gives the lock file another name.`);
  if (model['defaultProtocol'] !== undefined && model['defaultProtocol'] !== 'npm:') return refuse(`${path} has a defaultProtocol.`);
  const bad = badExtension(model['packageExtensions']) ?? badOverride(model['catalog']) ?? badOverride(model['catalogs']);
  if (bad !== undefined) return notFromRegistry(path, bad);
  const settings: Record<string, Model> = pick(model, YARN_NAMES);
  const server = 'npmRegistryServer';
  if (model[server] !== undefined) {
    const refused = registry(path, server, model[server], to);
    if (refused !== undefined) return refused;
    settings[server] = model[server];
  }
  const scopes: Record<string, Model> = {};
  for (const [scope, one] of Object.entries(isMapModel(model['npmScopes']) ? model['npmScopes'] : {})) {
    if (!isMapModel(one)) continue;
    if (Object.keys(one).some((name) => YARN_LEFT.test(name))) to.left.push(`${path}: a credential`);
    if (one[server] === undefined) continue;
    const refused = registry(path, `npmScopes.${scope}.${server}`, one[server], to);
    if (refused !== undefined) return refused;
    scopes[scope] = { [server]: one[server] };
  }
  if (Object.keys(scopes).length > 0) settings['npmScopes'] = scopes;
  to.left.push(...Object.keys(model).filter((name) => YARN_LEFT.test(name)).map((name) => `${path}: ${name}`));
  // Its own names for registries; the lines in .npmrc are not its.
  to.npmrc.length = 0;
  to.files.set('.yarnrc.yml', `${JSON.stringify(settings, null, 2)}\n`);
  return undefined;
};

const readBunfig: Reader = (path, text, to) => {
  const read = formats['toml']?.parse(text);
  if (read === undefined || isRefusal(read)) return refuse(`${path} is not read as TOML.`);
  const install = isMapModel(read.model) && isMapModel(read.model['install']) ? read.model['install'] : {};
  const scopes = isMapModel(install['scopes']) ? install['scopes'] : {};
  const all = [['registry', install['registry']] as const, ...Object.entries(scopes).map(([name, one]) => [`@${name.replace(/^@/, '')}:registry`, one] as const)];
  for (const [name, one] of all) {
    if (one === undefined) continue;
    if (isMapModel(one) && Object.keys(one).some((key) => key !== 'url')) to.left.push(`${path}: a credential`);
    const refused = registry(path, name, isMapModel(one) ? one['url'] : one, to);
    if (refused !== undefined) return refused;
  }
  return undefined;
};

/** Aliases are few in settings: a bomb of them is no settings file. @returns undefined where it is no map. */
export function yamlMap(text: string): MapModel | undefined {
  try {
    const model = parseYaml(text, { maxAliasCount: 20, logLevel: 'silent' }) as Model;
    return isMapModel(model) ? model : model === null ? {} : undefined;
  } catch {
    return undefined;
  }
}
