/** How one definition of a service goes on top of another: compose-go's override/merge.go and uncity.go. */
import { isNull, leafText, type FileService } from './canonical.ts';
import type { List, Mapping, Tree } from './tree.ts';

type Merge = (below: Tree, above: Tree) => Tree;

const BY_KEY: Readonly<Record<string, Merge>> = {
  // The whole value goes, also where the one above is null.
  command: (_, above) => above,
  entrypoint: (_, above) => above,
  environment: byName,
  env_file: lists(item => leafText(field(item, 'path')) ?? ''),
  ports: lists(portKey),
  volumes: lists(item => leafText(field(item, 'target')) ?? ''),
  extra_hosts: lists(item => leafText(item) ?? ''),
  profiles: lists(item => leafText(item) ?? ''),
  links: lists(item => leafText(item) ?? ''),
  build: (below, above) => maps(below, above, { args: byName }),
};

/** `above` on top of `below`: what a later file, or the service that extends, does to an earlier one. */
export function mergeServices(below: FileService, above: FileService): FileService {
  const entries = new Map(below.entries);
  const owners = new Map(below.owners);
  for (const [key, value] of above.entries) {
    const there = entries.get(key);
    const merged = there === undefined ? value : (BY_KEY[key] ?? plain)(there, value);
    entries.set(key, merged);
    if (merged !== there) owners.set(key, above.owners.get(key) ?? '');
  }
  return { entries, owners, where: above.where };
}

/** A list that names one thing twice keeps the place of the first and the value of the last. */
export function withoutDoubles(service: FileService): FileService {
  const entries = new Map(service.entries);
  for (const key of ['env_file', 'ports', 'volumes', 'profiles'] as const) {
    const value = entries.get(key);
    const merge = BY_KEY[key];
    if (value?.kind === 'list' && merge !== undefined) entries.set(key, merge({ ...value, items: [] }, value));
  }
  return { ...service, entries };
}

/** Drops what `!reset` or `!override` of a later file names; `path` starts below the service. */
export function withoutPath(service: FileService, path: readonly string[]): FileService | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return undefined;
  const value = service.entries.get(key);
  if (value === undefined) return service;
  const entries = new Map(service.entries);
  const left = dropped(value, rest);
  if (left === undefined) entries.delete(key);
  else entries.set(key, left);
  return { ...service, entries };
}

function dropped(tree: Tree, path: readonly string[]): Tree | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return undefined;
  if (tree.kind !== 'map') return tree;
  const value = tree.entries.get(key);
  if (value === undefined) return tree;
  const entries = new Map(tree.entries);
  const left = dropped(value, rest);
  if (left === undefined) entries.delete(key);
  else entries.set(key, left);
  return { ...tree, entries };
}

function plain(below: Tree, above: Tree): Tree {
  if (isNull(above)) return below;
  if (below.kind === 'map' && above.kind === 'map') return maps(below, above, {});
  if (below.kind === 'list' && above.kind === 'list') return { ...above, items: [...below.items, ...above.items] };
  return above;
}

function maps(below: Tree, above: Tree, special: Readonly<Record<string, Merge>>): Tree {
  if (above.kind !== 'map') return isNull(above) ? below : above;
  if (below.kind !== 'map') return above;
  const entries = new Map(below.entries);
  for (const [key, value] of above.entries) {
    const there = entries.get(key);
    entries.set(key, there === undefined ? value : (special[key] ?? plain)(there, value));
  }
  return { ...above, entries };
}

/** Name by name; the value above counts also where it is a bare name. */
function byName(below: Tree, above: Tree): Tree {
  if (isNull(above)) return below;
  if (below.kind !== 'map' || above.kind !== 'map') return above;
  return { ...above, entries: new Map([...below.entries, ...above.entries]) } satisfies Mapping;
}

function lists(keyOf: (item: Tree) => string): Merge {
  return (below, above) => {
    if (isNull(above)) return below;
    const kept = new Map<string, Tree>();
    for (const list of [below, above]) {
      if (list.kind === 'list') for (const item of list.items) kept.set(keyOf(item), item);
    }
    return { kind: 'list', items: [...kept.values()], where: above.where } satisfies List;
  };
}

function portKey(item: Tree): string {
  const part = (name: string, none: string): string => leafText(field(item, name)) ?? none;
  return `${part('host_ip', '0.0.0.0')}:${part('published', '')}:${part('target', '')}/${part('protocol', 'tcp')}`;
}

function field(item: Tree, name: string): Tree | undefined {
  return item.kind === 'map' ? item.entries.get(name) : undefined;
}
