/**
 * Compose files → services, each merged over all files, `include` and `extends`: compose-go's loader/loader.go,
 * include.go and extends.go, without validation of keys that otel-setup does not use.
 */
import { dirname, resolve as resolvePath } from 'node:path';
import { EXIT, Stop } from '../../stop.ts';
import type { Evidence, Files, Path, Where } from '../../types.ts';
import { nameOf, path as asPath } from '../path.ts';
import { canonicalService, items, leafText, withContext, type FileService } from './canonical.ts';
import { fillTree } from './fill.ts';
import { unknownKeys } from './known-keys.ts';
import { mergeServices, withoutDoubles, withoutPath } from './merge.ts';
import { lookupIn, mergeEnvFiles, type Env } from './project-env.ts';
import { invalid, readYaml, type Mapping, type Tree, type YamlDocument } from './tree.ts';

export interface LoadedService {
  readonly service: FileService;
  /** In load order. */
  readonly definedIn: readonly Where[];
}
export type Services = Map<string, LoadedService>;

/** `include` in `include`, and `extends` of `extends`: nobody goes this deep, a hostile repository might. */
const DEEPEST = 50;
/** Files that are taken in, each as often as it is named. */
const MOST_FILES = 1_000;

/** Reads the files of one project. One loader keeps what it parsed and what it was unsure of. */
export class Loader {
  readonly unsure: Evidence[] = [];
  /** Top-level `networks` of all files: name → its settings, later files over earlier ones. */
  readonly networks = new Map<string, Mapping | undefined>();
  readonly #files: Files;
  readonly #documents = new Map<Path, readonly YamlDocument[]>();
  #loaded = 0;

  constructor(files: Files) {
    this.#files = files;
  }

  /**
   * The files as `-f` takes them, later over earlier. `base` (absolute) is what relative paths start from. Throws Stop
   * where a file is absent (2), invalid (2), too large or outside (4).
   */
  load(paths: readonly Path[], base: string, env: Env, within: readonly Path[] = []): Services {
    const services: Services = new Map();
    for (const path of paths) {
      if (within.includes(path)) throw invalid(path, undefined, `these files include each other: ${[...within, path].join(' → ')}.`);
      if (within.length >= DEEPEST) throw new Stop(EXIT.refused, `${path}: more than ${DEEPEST} compose files include one another in a row: they are not read.`);
      this.#loaded += 1;
      if (this.#loaded > MOST_FILES) throw new Stop(EXIT.refused, `${path}: more than ${MOST_FILES} compose files are included: they are not read.`);
      for (const document of this.documents(path)) this.#addDocument(services, document, path, base, env, [...within, path]);
    }
    for (const [name, loaded] of services) services.set(name, { ...loaded, service: withContext(loaded.service, base) });
    return services;
  }

  /** The documents of one file, parsed once. */
  documents(path: Path): readonly YamlDocument[] {
    let found = this.#documents.get(path);
    if (found === undefined) {
      found = readYaml(this.#text(path), path);
      this.#documents.set(path, found);
    }
    return found;
  }

  #text(path: Path): string {
    const text = this.#files.text(path);
    if (text !== undefined) return text;
    const why = this.#files.why(path);
    if (why === undefined) throw new Stop(EXIT.usage, `There is no file ${path}.`, 'Name the compose file with --file.');
    const says: Readonly<Record<string, string>> = {
      'too-large': 'is larger than 8 MB: a compose file of that size is not read.',
      'not-text': 'is not text: its bytes are neither UTF-8 nor UTF-16.',
      outside: 'leads out of the workspace through a symbolic link: it is not read.',
      'not-a-file': 'is not a file.',
    };
    throw new Stop(why === 'not-a-file' ? EXIT.usage : EXIT.refused, `${path} ${says[why] ?? 'cannot be read.'}`);
  }

  #addDocument(services: Services, document: YamlDocument, path: Path, base: string, env: Env, within: readonly Path[]): void {
    const { own, order } = this.#ownServices(document.tree, path, base, env, within);
    const resets = document.resets.filter(each => each[0] === 'services').map(each => each.slice(1));
    reset(services, resets, document.resets);
    const done = new Map<string, FileService>();
    for (const [name, where] of order) {
      const service = withoutDoubles(this.#extended(name, { services: own, done, path, base, env, resets }, []));
      const there = services.get(name);
      services.set(name, {
        service: there === undefined ? service : mergeServices(there.service, service),
        definedIn: [...(there?.definedIn ?? []), ...where],
      });
    }
  }

  /** The services that the document has itself or includes, not extended yet. */
  #ownServices(tree: Tree, path: Path, base: string, env: Env, within: readonly Path[]) {
    const filled = fillTree(tree, lookupIn(env));
    if (filled.kind !== 'map') throw invalid(path, filled.where.line, 'a compose file is a mapping with `services:`.');
    for (const [name, value] of entriesOf(filled.entries.get('networks'))) this.networks.set(name, value.kind === 'map' ? { ...value, entries: new Map([...(this.networks.get(name)?.entries ?? []), ...value.entries]) } : this.networks.get(name));
    const own = new Map<string, FileService>();
    const order = new Map<string, readonly Where[]>();
    for (const [name, loaded] of this.#included(filled, path, base, env, within)) {
      own.set(name, loaded.service);
      order.set(name, loaded.definedIn);
    }
    const listed = filled.entries.get('services');
    if (listed !== undefined && listed.kind !== 'map' && items(listed).length > 0) throw invalid(path, listed.where.line, '`services` must be a mapping.');
    for (const [name, value] of listed?.kind === 'map' ? listed.entries : []) {
      const service = canonicalService(name, value, base);
      if (value.kind === 'map') this.unsure.push(...unknownKeys(name, value));
      const imported = own.get(name);
      if (imported !== undefined) this.unsure.push({ where: value.where, says: `the service ${name} is in an included file too: Compose before 2.41 refuses that` });
      own.set(name, imported === undefined ? service : mergeServices(imported, service));
      order.set(name, [...(order.get(name) ?? []), value.where]);
    }
    return { own, order };
  }

  #included(file: Mapping, path: Path, base: string, env: Env, within: readonly Path[]): Services {
    const all: Services = new Map();
    for (const entry of items(file.entries.get('include') ?? { kind: 'list', items: [], where: file.where })) {
      const field = (key: string): readonly string[] =>
        entry.kind === 'map' ? items(entry.entries.get(key) ?? { kind: 'list', items: [], where: entry.where }).flatMap(item => leafText(item) ?? []) : [];
      const written = entry.kind === 'leaf' ? [entry.text ?? ''] : field('path');
      if (written.some(each => isRemote(each))) {
        this.unsure.push({ where: entry.where, says: `include of ${written.join(', ')}: a remote file is not fetched` });
        continue;
      }
      const paths = written.map(each => this.#inside(resolvePath(base, each), entry.where, each));
      const [first] = paths;
      if (first === undefined) throw invalid(path, entry.where.line, 'an include needs a `path`.');
      const [project] = field('project_directory');
      const dir = project === undefined ? dirname(resolvePath(this.#files.root, first)) : resolvePath(base, project);
      const included = this.load(paths, dir, this.#includeEnv(field('env_file'), base, dir, env), within);
      for (const [name, loaded] of included) {
        const there = all.get(name);
        all.set(name, there === undefined ? loaded : { service: mergeServices(loaded.service, there.service), definedIn: [...loaded.definedIn, ...there.definedIn] });
      }
    }
    return all;
  }

  /** An included project has its own `.env`, below everything that is set already. */
  #includeEnv(named: readonly string[], base: string, dir: string, env: Env): Env {
    const from = asPath('');
    const standard = this.#files.resolve(from, resolvePath(dir, '.env'));
    const wanted = named.length > 0 ? named.map(name => ({ from, name: name === '/dev/null' ? name : resolvePath(base, name) }))
      : standard !== undefined && this.#files.exists(standard) && !this.#files.isDir(standard) ? [{ from, name: standard }] : [];
    const merged = mergeEnvFiles(this.#files, env, wanted);
    this.unsure.push(...merged.unsure);
    return merged.env;
  }

  #extended(name: string, file: OneFile, seen: readonly string[]): FileService {
    const known = file.done.get(name);
    if (known !== undefined) return known;
    const service = file.services.get(name);
    if (service === undefined) throw invalid(file.path, undefined, `there is no service "${name}" to extend.`);
    const extend = service.entries.get('extends');
    const merged = extend === undefined ? service : this.#onBase(name, service, extend, file, [...seen, `${file.path}: ${name}`]);
    file.done.set(name, merged);
    return merged;
  }

  #onBase(name: string, service: FileService, extend: Tree, file: OneFile, seen: readonly string[]): FileService {
    const ref = extend.kind === 'map' ? leafText(extend.entries.get('service')) : leafText(extend);
    const other = extend.kind === 'map' ? leafText(extend.entries.get('file')) : undefined;
    if (ref === undefined) throw invalid(file.path, extend.where.line, '`extends` needs a `service`.');
    if (other !== undefined && isRemote(other)) {
      this.unsure.push({ where: extend.where, says: `extends ${other}: a remote file is not fetched` });
      return service;
    }
    const from = other === undefined ? file : this.#fileOf(other, extend.where, file);
    if (!from.services.has(ref)) throw invalid(file.path, extend.where.line, `there is no service "${ref}" in ${from.path} to extend.`);
    if (seen.includes(`${from.path}: ${ref}`)) throw invalid(file.path, extend.where.line, `these services extend each other: ${[...seen, `${from.path}: ${ref}`].join(' → ')}.`);
    if (seen.length > DEEPEST) throw new Stop(EXIT.refused, `${file.path}:${extend.where.line ?? 1}: more than ${DEEPEST} services extend one another in a row: they are not read.`);
    let below: FileService | undefined = this.#extended(ref, from, seen);
    for (const [first, ...rest] of file.resets) if (first === name && rest.length > 0 && below !== undefined) below = withoutPath(below, rest);
    const merged = mergeServices(below ?? { entries: new Map(), owners: new Map(), where: service.where }, service);
    const entries = new Map(merged.entries);
    entries.delete('extends');
    return { ...merged, entries };
  }

  /** A file that is only extended from: its services as they stand, paths relative to its own folder. */
  #fileOf(written: string, where: Where, file: OneFile): OneFile {
    const path = this.#inside(resolvePath(file.base, written), where, written);
    const base = dirname(resolvePath(this.#files.root, path));
    const services = new Map<string, FileService>();
    for (const document of this.documents(path)) {
      const filled = fillTree(document.tree, lookupIn(file.env));
      const listed = filled.kind === 'map' ? filled.entries.get('services') : undefined;
      for (const [name, value] of listed?.kind === 'map' ? listed.entries : []) services.set(name, canonicalService(name, value, base));
    }
    return { services, done: new Map(), path, base, env: file.env, resets: [] };
  }

  #inside(absolute: string, where: Where, written: string): Path {
    const found = this.#files.resolve(asPath(''), absolute);
    if (found === undefined) throw new Stop(EXIT.refused, `${where.path}:${where.line ?? 1} names ${written}, which lies outside of the workspace: it is not read.`);
    if (!this.#files.exists(found)) throw invalid(where.path, where.line, `there is no file ${nameOf(written) === written ? written : found}.`);
    return found;
  }
}

function entriesOf(tree: Tree | undefined): Iterable<readonly [string, Tree]> {
  return tree?.kind === 'map' ? tree.entries : [];
}

interface OneFile {
  readonly services: ReadonlyMap<string, FileService>;
  readonly done: Map<string, FileService>;
  readonly path: Path;
  readonly base: string;
  readonly env: Env;
  readonly resets: readonly (readonly string[])[];
}

/** What earlier files say at a path that this one resets or overrides is dropped. */
function reset(services: Services, resets: readonly (readonly string[])[], all: readonly (readonly string[])[]): void {
  if (all.some(path => path.length === 1 && path[0] === 'services')) services.clear();
  for (const [name, ...rest] of resets) {
    const there = name === undefined ? undefined : services.get(name);
    if (name === undefined || there === undefined) continue;
    const left = withoutPath(there.service, rest);
    if (left === undefined) services.delete(name);
    else services.set(name, { ...there, service: left });
  }
}

/** What Compose fetches with git or from a registry (compose v2, pkg/remote). */
function isRemote(written: string): boolean {
  return /^(?:oci|git|ssh|https?|git\+ssh):\/\/|^git@|^github\.com\/|\.git(?:#|$)/.test(written);
}
