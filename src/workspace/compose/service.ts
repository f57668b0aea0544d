/** A merged service → plain data with the place of every value. */
import { join as joinPath, resolve as resolvePath } from 'node:path';
import type { EnvVar, Evidence, Files, Path, ServiceNetwork, Slot, Where } from '../../types.ts';
import { path as asPath } from '../path.ts';
import { isNull, items, leafText } from './canonical.ts';
import { readEnvFile, readRawEnvFile } from './env-file.ts';
import { writtenAt, type Lookup } from './interpolate.ts';
import type { LoadedService } from './load.ts';
import type { ResolvedPort } from './ports.ts';
import type { Leaf, Mapping, Tree } from './tree.ts';
import type { ResolvedVolume } from './volumes.ts';
import { splitWords } from './words.ts';

export interface ResolvedService {
  readonly name: string;
  readonly definedIn: readonly Where[];
  readonly profiles: readonly string[];
  /** In a bare `docker compose up`, under the profiles that are on. */
  readonly active: boolean;
  readonly image?: string;
  readonly build?: ResolvedBuild;
  /** env_file entries, then environment; the last of a name wins. */
  readonly env: readonly EnvVar[];
  readonly command?: ComposeWords;
  readonly entrypoint?: ComposeWords;
  readonly ports: readonly ResolvedPort[];
  readonly volumes: readonly ResolvedVolume[];
  readonly workingDir?: string;
  readonly networkMode?: string;
  /** Those that it is in, 'default' where it names none; [] under `network_mode`. */
  readonly networks: readonly ServiceNetwork[];
  readonly containerName?: string;
  /** 'other:alias' as they stand. */
  readonly links: readonly string[];
  /** 'name=address', sorted as they stand. */
  readonly extraHosts: readonly string[];
  readonly unsure: readonly Evidence[];
}
export interface ResolvedBuild {
  /** Absolute folder, or a URL. */
  readonly context: string;
  readonly dockerfile: string;
  readonly inline: boolean;
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  readonly where: Where;
}
/** A `command` or `entrypoint`. */
export interface ComposeWords {
  readonly words: readonly ComposeWord[];
  readonly where: Where;
  /** The value itself; `from` of a word's place counts in it. */
  readonly slot: Slot;
}
export interface ComposeWord {
  readonly text: string;
  /** Where words can be put in front of this one; undefined = in the middle of a variable's value. */
  readonly slot?: Slot;
  /** Where words can be put in front of unit `index` of the text (for `sh -c`). */
  within(index: number): Slot | undefined;
}

/** `lookup` is the project's environment: pass-through variables and env files see it. */
export function resolveService(name: string, loaded: LoadedService, o: { files: Files; lookup: Lookup; profiles: readonly string[]; networks: ReadonlyMap<string, Mapping | undefined> }): ResolvedService {
  const { entries, owners } = loaded.service;
  const unsure: Evidence[] = [];
  for (const value of entries.values()) noteMissing(value, unsure);
  const profiles = texts(entries.get('profiles'));
  const volumes = listOf(entries.get('volumes')).map(item => ({
    type: fieldText(item, 'type') ?? 'volume',
    target: fieldText(item, 'target') ?? '',
    ...optional('source', atHome(fieldText(item, 'source'), o.lookup)),
  }));
  const words = (key: 'command' | 'entrypoint') => composeWords(entries.get(key), [ 'services', owners.get(key) ?? name, key ], unsure);
  const provider = entries.get('provider');
  if (provider !== undefined) unsure.push({ where: provider.where, says: 'a provider makes this service, not a container' });
  return {
    name,
    definedIn: loaded.definedIn,
    profiles,
    active: profiles.length === 0 || profiles.some(each => o.profiles.includes(each)) || o.profiles.includes('*'),
    ...optional('image', leafText(entries.get('image'))),
    ...optional('build', buildOf(entries.get('build'), o.lookup, unsure)),
    env: [...envFiles(entries.get('env_file'), environment(entries.get('environment'), o.lookup), o, unsure), ...environment(entries.get('environment'), o.lookup)],
    ...optional('command', words('command')),
    ...optional('entrypoint', words('entrypoint')),
    ports: listOf(entries.get('ports')).map(port),
    volumes,
    ...optional('workingDir', leafText(entries.get('working_dir'))),
    ...optional('networkMode', leafText(entries.get('network_mode'))),
    networks: leafText(entries.get('network_mode')) === undefined ? networksOf(entries.get('networks'), o.networks) : [],
    ...optional('containerName', leafText(entries.get('container_name'))),
    links: texts(entries.get('links')),
    extraHosts: texts(entries.get('extra_hosts')),
    unsure,
  };
}

function environment(tree: Tree | undefined, lookup: Lookup): EnvVar[] {
  if (tree?.kind !== 'map') return [];
  return [...tree.entries].flatMap(([name, leaf]) => {
    if (leaf.kind !== 'leaf') return [];
    const passed = leaf.text === null;
    return [{ name, raw: passed ? null : leaf.raw, value: passed ? lookup(name) : (leaf.text ?? ''), blank: leaf.blank ?? [], where: leaf.where }];
  });
}

function networksOf(tree: Tree | undefined, declared: ReadonlyMap<string, Mapping | undefined>): readonly ServiceNetwork[] {
  const own = entriesOf(tree);
  return (own.length === 0 ? [['default', undefined] as const] : own).map(([name, settings]) => {
    const is = (key: string): boolean => {
      const value = declared.get(name)?.entries.get(key);
      return value?.kind === 'map' || ['true', 'yes', 'on', 'y'].includes(leafText(value)?.toLowerCase() ?? '');
    };
    return {
      name,
      aliases: settings?.kind === 'map' ? texts(settings.entries.get('aliases')) : [],
      ...(is('internal') ? { internal: true as const } : {}),
      ...(is('external') ? { external: true as const } : {}),
    };
  });
}

function envFiles(tree: Tree | undefined, own: readonly EnvVar[], o: { files: Files; lookup: Lookup }, unsure: Evidence[]): EnvVar[] {
  const all: EnvVar[] = [];
  const set = new Map(own.flatMap(each => (each.value === undefined ? [] : [[each.name, each.value] as const])));
  // In an env file the project's variables come first, then the service's own (compose-go, types/project.go).
  const ownValues = new Map(set);
  const lookup: Lookup = name => o.lookup(name) ?? ownValues.get(name);
  for (const item of listOf(tree)) {
    const written = atHome(fieldText(item, 'path') ?? '', o.lookup);
    const file = o.files.resolve(asPath(''), written);
    const text = file === undefined ? undefined : o.files.text(file);
    if (file === undefined || text === undefined) {
      const absent = file !== undefined && o.files.why(file) === undefined;
      if (absent && ['false', 'no', 'off', 'n'].includes(fieldText(item, 'required')?.toLowerCase() ?? '')) continue;
      unsure.push({ where: item.where, says: absent ? `the env_file ${file} is not there: what it sets is not known (entries under environment win over it), and Compose does not start without it` : `the env_file ${file ?? written} cannot be read from here: what it sets is not known` });
      continue;
    }
    const format = fieldText(item, 'format') ?? '';
    const read = format === 'raw' ? readRawEnvFile(text, lookup) : readEnvFile(text, lookup, set);
    if (format !== '' && format !== 'raw') unsure.push({ where: item.where, says: `env_file format "${format}" is not known` });
    if (read.error !== undefined) unsure.push({ where: { path: file, line: read.error.line }, says: `${read.error.ours === true ? 'not read further' : 'Compose stops here'}: ${read.error.says}` });
    for (const each of read.vars) {
      set.set(each.name, each.value);
      all.push({ name: each.name, raw: each.raw, value: each.value, blank: each.blank, where: { path: file, line: each.line } });
    }
  }
  return all;
}

function buildOf(tree: Tree | undefined, lookup: Lookup, unsure: Evidence[]): ResolvedBuild | undefined {
  if (tree?.kind !== 'map') return undefined;
  const args: Record<string, string> = {};
  for (const [name, leaf] of entriesOf(tree.entries.get('args'))) {
    const value = leafText(leaf) ?? lookup(name);
    if (value !== undefined) args[name] = value;
  }
  const extra = tree.entries.get('additional_contexts');
  if (extra !== undefined && !isNull(extra)) unsure.push({ where: extra.where, says: 'additional_contexts: an image name of the Dockerfile may mean something else' });
  const inline = tree.entries.get('dockerfile_inline');
  if (inline !== undefined) unsure.push({ where: inline.where, says: 'the Dockerfile is written inside of the compose file (dockerfile_inline): it is not read' });
  return {
    context: atHome(fieldText(tree, 'context') ?? '.', lookup),
    dockerfile: fieldText(tree, 'dockerfile') || 'Dockerfile',
    inline: inline !== undefined,
    ...optional('target', fieldText(tree, 'target')),
    args,
    where: tree.where,
  };
}

function composeWords(tree: Tree | undefined, at: readonly string[], unsure: Evidence[]): ComposeWords | undefined {
  if (tree === undefined || isNull(tree) || tree.kind === 'map') return undefined;
  const slot: Slot = { path: tree.where.path, format: 'compose', at };
  if (tree.kind === 'list') {
    const words = tree.items.flatMap((item, index) => {
      if (item.kind !== 'leaf' || item.text === null) return [];
      const inside = { ...slot, at: [...at, index] };
      return [{ text: item.text, slot: { ...slot, from: index }, within: (unit: number) => place(item, unit, inside) }];
    });
    return { words, where: tree.where, slot };
  }
  const split = splitWords(tree.text ?? '');
  if (split === undefined) unsure.push({ where: tree.where, says: `"${tree.text ?? ''}" has an open quote or parenthesis: Compose refuses it` });
  const words = (split ?? []).map(word => {
    const front = place(tree, word.start, slot);
    return { text: word.text, ...optional('slot', front), within: (unit: number) => place(tree, word.at[unit] ?? word.start, slot) };
  });
  return { words, where: tree.where, slot };
}

/** Unit `index` of what Compose reads → the place of it in what is written. */
function place(leaf: Leaf, index: number, slot: Slot): Slot | undefined {
  const from = leaf.pieces === undefined ? index : writtenAt(leaf.pieces, index);
  return from === undefined ? undefined : { ...slot, from };
}

function port(item: Tree): ResolvedPort {
  return {
    target: Number(fieldText(item, 'target') ?? 0),
    ...optional('published', fieldText(item, 'published')),
    ...optional('hostIp', fieldText(item, 'host_ip')),
    protocol: fieldText(item, 'protocol') ?? 'tcp',
  };
}

function noteMissing(tree: Tree, unsure: Evidence[]): void {
  if (tree.kind === 'leaf') {
    if (tree.missing !== undefined) unsure.push({ where: tree.where, says: `Compose stops here until this variable is set: ${tree.missing}` });
    return;
  }
  for (const each of tree.kind === 'list' ? tree.items : tree.entries.values()) noteMissing(each, unsure);
}

/** `~` is the home folder of whoever runs Compose (compose-go, paths/home.go); without one it stays as it is. */
function atHome<T extends string | undefined>(written: T, lookup: Lookup): T | string {
  const home = written?.startsWith('~') === true ? lookup('HOME') : undefined;
  return written === undefined || home === undefined ? written : joinPath(home, written.slice(1));
}

/** An absolute folder or file of the host → its path in the workspace; undefined = it lies outside. */
export function insidePath(files: Files, absolute: string): Path | undefined {
  return absolute.startsWith('~') ? undefined : files.resolve(asPath(''), absolute);
}

/** dockerfile is relative to the context (docker buildx, build/opt.go). */
export function dockerfilePath(build: ResolvedBuild): string {
  return resolvePath(build.context, build.dockerfile);
}

function listOf(tree: Tree | undefined): readonly Tree[] {
  return tree === undefined ? [] : items(tree);
}
function texts(tree: Tree | undefined): readonly string[] {
  return listOf(tree).flatMap(item => leafText(item) ?? []);
}
function entriesOf(tree: Tree | undefined): readonly (readonly [string, Tree])[] {
  return tree?.kind === 'map' ? [...tree.entries] : [];
}
function fieldText(tree: Tree, key: string): string | undefined {
  return tree.kind === 'map' ? leafText(tree.entries.get(key)) : undefined;
}
function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}
