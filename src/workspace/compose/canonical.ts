/**
 * One service of one file in the form that merging works on: environment and build.args as maps, ports and volumes in
 * long form, paths absolute. Keys that otel-setup has no use for are left out.
 */
import { isAbsolute, resolve as resolvePath } from 'node:path';
import type { Path, Where } from '../../types.ts';
import { shortPorts } from './ports.ts';
import { invalid, type Leaf, type List, type Mapping, type Tree } from './tree.ts';
import { shortVolume } from './volumes.ts';

/** Service of a file; `command` and `entrypoint` remember the service name under which their file has them. */
export interface FileService {
  readonly entries: ReadonlyMap<string, Tree>;
  readonly where: Where;
  /** The service under which each key stands in its own file: after `extends`, another name than the service's. */
  readonly owners: ReadonlyMap<string, string>;
}

const KEPT = new Set([
  'image', 'build', 'command', 'entrypoint', 'env_file', 'environment', 'ports', 'volumes', 'network_mode', 'extra_hosts',
  'profiles', 'extends', 'working_dir', 'provider', 'networks', 'container_name', 'links',
]);

/**
 * `name` is the service's in the file, `base` the folder (absolute) that its relative paths start from. Throws Stop
 * (exit 2) on a shape that Compose refuses.
 */
export function canonicalService(name: string, tree: Tree, base: string): FileService {
  if (tree.kind !== 'map') throw invalid(tree.where.path, tree.where.line, `the service "${name}" must be a mapping.`);
  const entries = new Map<string, Tree>();
  const owners = new Map<string, string>();
  for (const [key, value] of tree.entries) {
    if (!KEPT.has(key)) continue;
    owners.set(key, name);
    entries.set(key, value.kind === 'leaf' && value.type === 'null' ? value : canonicalKey(key, value, base));
  }
  return { entries, where: tree.where, owners };
}

function canonicalKey(key: string, value: Tree, base: string): Tree {
  switch (key) {
    case 'environment': return variables(value, 'environment');
    case 'env_file': return list(items(value).map(item => envFile(item, base)), value.where);
    case 'ports': return list(items(value).flatMap(ports), value.where);
    case 'volumes': return list(items(value).map(item => volume(item, base)), value.where);
    case 'extra_hosts': return list(hosts(value), value.where);
    case 'build': return build(value, base);
    case 'profiles': return list(items(value), value.where);
    case 'networks': return networks(value);
    case 'links': return list(items(value), value.where);
    default: return value;
  }
}

/** Map form, or `NAME=value` and bare `NAME` items; a bare name is a null. */
function variables(value: Tree, key: string): Mapping {
  const entries = new Map<string, Tree>();
  if (value.kind === 'map') {
    for (const [name, leaf] of value.entries) entries.set(name, leaf.kind === 'leaf' ? leaf : wrong(leaf, `${key}.${name} must be a single value`));
    return { kind: 'map', entries, where: value.where };
  }
  for (const item of items(value)) {
    if (item.kind !== 'leaf' || item.text === null) throw wrongError(item, `${key} takes NAME=value items`);
    const cut = item.text.indexOf('=');
    const name = cut < 0 ? item.text : item.text.slice(0, cut);
    if (/\s$/.test(name)) throw wrongError(item, `the name of "${name.trim()}" ends with a blank`);
    const rawCut = item.raw.indexOf('=');
    const parts: Leaf = cut < 0
      ? { kind: 'leaf', type: 'null', text: null, raw: '', where: item.where }
      : { ...item, type: 'string', text: item.text.slice(cut + 1), raw: item.raw.slice(rawCut + 1) };
    entries.set(name, parts);
  }
  return { kind: 'map', entries, where: value.where };
}

function envFile(item: Tree, base: string): Mapping {
  if (item.kind === 'leaf') return map(item.where, { path: absolute(item, base) });
  if (item.kind !== 'map') throw wrongError(item, 'env_file takes paths');
  const path = item.entries.get('path');
  if (path?.kind !== 'leaf') throw wrongError(item, 'an env_file entry needs `path`');
  return { ...item, entries: new Map([...item.entries, ['path', absolute(path, base)]]) };
}

function ports(item: Tree): Tree[] {
  if (item.kind === 'map') return [item];
  if (item.kind !== 'leaf') throw wrongError(item, 'ports takes texts and mappings');
  const found = shortPorts(item.text ?? '');
  if (found === undefined) throw wrongError(item, `"${item.text ?? ''}" is no port`);
  return found.map(port => map(item.where, {
    target: text(item.where, String(port.target)),
    ...(port.published === undefined ? {} : { published: text(item.where, port.published) }),
    ...(port.hostIp === undefined ? {} : { host_ip: text(item.where, port.hostIp) }),
    protocol: text(item.where, port.protocol),
  }));
}

function volume(item: Tree, base: string): Mapping {
  if (item.kind === 'list') throw wrongError(item, 'volumes takes texts and mappings');
  const short = item.kind === 'leaf' ? shortVolume(item.text ?? '') : undefined;
  const given = (key: string): string | undefined => (item.kind === 'map' ? leafText(item.entries.get(key)) : undefined);
  const type = short?.type ?? given('type') ?? 'volume';
  const source = short === undefined ? given('source') : short.source;
  const target = short?.target ?? given('target');
  if (target === undefined || target === '') throw wrongError(item, 'a volume needs its place in the container');
  return map(item.where, {
    type: text(item.where, type),
    ...(source === undefined ? {} : { source: text(item.where, type === 'bind' ? fromBase(source, base) : source) }),
    target: text(item.where, target),
  });
}

/** Map or list form; 'name=address' items. */
function hosts(value: Tree): Tree[] {
  if (value.kind === 'map') {
    return [...value.entries].flatMap(([name, address]) => items(address).map(each => text(each.where, `${name}=${bare(leafText(each) ?? '')}`)));
  }
  return items(value).flatMap(item => {
    const written = leafText(item) ?? '';
    const cut = written.includes('=') ? written.indexOf('=') : written.indexOf(':');
    if (cut < 0) throw wrongError(item, `"${written}" names no address`);
    return written.slice(cut + 1).split(',').map(address => text(item.where, `${written.slice(0, cut)}=${bare(address)}`));
  });
}

/** Map or list form; a network without settings of its own is a null. */
function networks(value: Tree): Mapping {
  if (value.kind === 'map') return value;
  const entries = items(value).flatMap(item => {
    const name = leafText(item);
    return name === undefined ? [] : [[name, { kind: 'leaf', type: 'null', text: null, raw: '', where: item.where }] as const];
  });
  return { kind: 'map', entries: new Map(entries), where: value.where };
}

function bare(address: string): string {
  return address.replace(/^\[(.+)\]$/, '$1');
}

function build(value: Tree, base: string): Mapping {
  if (value.kind === 'list') throw wrongError(value, 'build takes a folder or a mapping');
  if (value.kind === 'leaf') return map(value.where, { context: context(value, base) });
  const entries = new Map(value.entries);
  const at = entries.get('context');
  if (at?.kind === 'leaf' && at.text !== null) entries.set('context', context(at, base));
  const args = entries.get('args');
  if (args !== undefined && !isNull(args)) entries.set('args', variables(args, 'build.args'));
  return { ...value, entries };
}

/** A build that names no context is built in the project's own folder. */
export function withContext(service: FileService, base: string): FileService {
  const value = service.entries.get('build');
  if (value?.kind !== 'map' || !isNull(value.entries.get('context'))) return service;
  const entries = new Map([...value.entries, ['context', text(value.where, base)]]);
  return { ...service, entries: new Map([...service.entries, ['build', { ...value, entries }]]) };
}

/** A folder is made absolute; a git URL, an image or another service (`service:base`) stays what it is. */
function context(leaf: Leaf, base: string): Leaf {
  const written = leaf.text ?? '';
  const remote = written.includes('://') || /^(?:service:|github\.com\/|git@)/.test(written);
  return remote || written === '' ? leaf : { ...leaf, text: fromBase(written, base) };
}

function absolute(leaf: Leaf, base: string): Leaf {
  return leaf.text === null || leaf.text === '' ? leaf : { ...leaf, text: fromBase(leaf.text, base) };
}

function fromBase(written: string, base: string): string {
  // `~` is the home folder: service.ts knows it.
  return written.startsWith('~') || isAbsolute(written) ? written : resolvePath(base, written);
}

/** A list's items; one value counts as a list of one; null as none. */
export function items(value: Tree): readonly Tree[] {
  if (value.kind === 'list') return value.items;
  return isNull(value) ? [] : [value];
}

export function isNull(tree: Tree | undefined): boolean {
  return tree === undefined || (tree.kind === 'leaf' && tree.type === 'null');
}

/** The text of a single value; undefined for null, lists and mappings. */
export function leafText(tree: Tree | undefined): string | undefined {
  return tree?.kind === 'leaf' ? (tree.text ?? undefined) : undefined;
}

function list(all: readonly Tree[], where: Where): List {
  return { kind: 'list', items: all, where };
}

function map(where: Where, entries: Readonly<Record<string, Tree>>): Mapping {
  return { kind: 'map', entries: new Map(Object.entries(entries)), where };
}

function text(where: Where, value: string): Leaf {
  return { kind: 'leaf', type: 'string', text: value, raw: value, where };
}

function wrongError(tree: Tree, says: string): Error {
  const path: Path = tree.where.path;
  return invalid(path, tree.where.line, `${says}.`);
}

function wrong(tree: Tree, says: string): never {
  throw wrongError(tree, says);
}
