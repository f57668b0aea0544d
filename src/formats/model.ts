/**
 * Questions about a Model: what is at a key path, and are two models the same.
 */
import type { Keys, Model, SecretRef } from '../types.ts';

/** `{{secret:NAME}}`: what stands for a secret in models, splices, diffs and journals. */
export const PLACEHOLDER = /\{\{secret:([A-Za-z_][A-Za-z0-9_]*)\}\}/g;

/** The text of a change's value: a secret is its placeholder, never its value. */
export function secretText(value: SecretRef | string): string {
  return typeof value === 'string' ? value : `{{secret:${value.secret}}}`;
}

export type MapModel = { readonly [key: string]: Model };

export function isMapModel(model: Model | undefined): model is MapModel {
  return typeof model === 'object' && model !== null && !Array.isArray(model);
}

/** The value under one key: own keys of maps, existing indices of lists; undefined = not there. */
export function child(model: Model | undefined, key: string | number): Model | undefined {
  if (Array.isArray(model)) return typeof key === 'number' ? (model[key] as Model | undefined) : undefined;
  if (!isMapModel(model)) return undefined;
  return Object.hasOwn(model, key) ? model[key] : undefined;
}

/** The value at a key path; undefined = not there. */
export function valueAt(model: Model, at: Keys): Model | undefined {
  let here: Model | undefined = model;
  for (const key of at) here = child(here, key);
  return here;
}

/** Deep equality; the order of a map's keys does not count, that of a list's items does. */
export function sameModel(a: Model | undefined, b: Model | undefined): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item: Model, i) => sameModel(item, b[i] as Model));
  if (!isMapModel(a) || !isMapModel(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameModel(a[key], b[key]));
}

/** A key path for people: services.web.command[2]; the root is 'the file'. */
export function pathText(at: Keys): string {
  if (at.length === 0) return 'the file';
  return at.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${key}`)).join('');
}

/** The first key path where two models differ, for a message; undefined = they are the same. */
export function firstDifference(a: Model | undefined, b: Model | undefined, at: Keys = []): Keys | undefined {
  if (sameModel(a, b)) return undefined;
  const keys = new Set<string | number>();
  for (const side of [a, b]) {
    if (Array.isArray(side)) for (let i = 0; i < side.length; i += 1) keys.add(i);
    else if (isMapModel(side)) for (const key of Object.keys(side)) keys.add(key);
  }
  for (const key of keys) {
    if (!sameModel(child(a, key), child(b, key))) return firstDifference(child(a, key), child(b, key), [...at, key]);
  }
  return at;
}
