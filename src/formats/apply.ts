/**
 * What a Change means, on plain data, for every format alike.
 */
import type { Change, Keys, Model, Refusal } from '../types.ts';
import { child, isMapModel, pathText, secretText, valueAt } from './model.ts';
import { isRefusal, refuse } from './refusal.ts';

export { PLACEHOLDER, secretText } from './model.ts';

/** How an added text reads in the model of a format; most keep it as it is. */
export type ReadItem = (value: string, at: Keys) => Model;
const asItIs: ReadItem = (value) => value;

/**
 * The model with one change made, or why it cannot be made. The model that is handed in stays as it was.
 * The answer is wrapped as parse()'s is, since a file may hold a key named `refused`.
 */
export function applyChange(model: Model, change: Change, readItem?: ReadItem): { readonly model: Model } | Refusal {
  return applyChanges(model, [change], readItem);
}

/**
 * The model with all of a file's changes made, or why one of them cannot be. Indices and offsets are those of the model
 * before the first change, whatever the order. Linear in the size of what is touched.
 */
export function applyChanges(model: Model, changes: readonly Change[], readItem: ReadItem = asItIs): { readonly model: Model } | Refusal {
  const draft = new Draft(model);
  for (const change of inOrder(changes)) {
    const refusal = make(draft, change, readItem);
    if (refusal !== undefined) return refusal;
  }
  return { model: draft.root };
}

/** The change's result is there already. */
export function isApplied(model: Model, change: Change, readItem: ReadItem = asItIs): boolean {
  const found = valueAt(model, change.do === 'add' || change.do === 'remove' ? listOf(change.at) : change.at);
  switch (change.do) {
    case 'set':
    case 'replace':
      return found === secretText(change.value);
    case 'remove':
      // Of a list only the value can be gone: its index is another item's by then.
      return found === undefined || (typeof change.at.at(-1) === 'number' && Array.isArray(found) && !found.includes(change.was));
    case 'add': {
      const item = JSON.stringify(readItem(change.value, change.at));
      return Array.isArray(found) && found.some((other) => JSON.stringify(other) === item);
    }
    case 'append': {
      const { sep, value } = change;
      return typeof found === 'string' && `${sep}${found}${sep}`.includes(`${sep}${value}${sep}`);
    }
    case 'prefix': {
      const from = change.from ?? 0;
      if (Array.isArray(found)) return change.words.every((word, i) => found[from + i] === word);
      return typeof found === 'string' && found.startsWith(`${change.words.join(' ')} `, from);
    }
  }
}

/** The change could be made now: what it needs is there, what it would make is not. */
export function holds(model: Model, change: Change): boolean {
  return !isRefusal(applyChange(model, change));
}

/**
 * The order in which changes do not disturb each other's indices and offsets: first those that move nothing, as given;
 * then those that move the items or characters after them, the last place first.
 */
export function inOrder(changes: readonly Change[]): Change[] {
  const still: Change[] = [];
  const moving: { readonly change: Change; readonly place: Keys }[] = [];
  for (const change of changes) {
    const place = placeOf(change);
    if (place === undefined) still.push(change);
    else moving.push({ change, place });
  }
  // Reversed after a stable sort: of two changes at one place the first given ends up in front.
  const backwards = moving.toSorted((a, b) => comparePlaces(a.place, b.place)).toReversed();
  return [...still, ...backwards.map((m) => m.change)];
}

function placeOf(change: Change): Keys | undefined {
  if (change.do === 'prefix') return [...change.at, change.from ?? 0];
  const indexed = typeof change.at.at(-1) === 'number';
  return indexed && (change.do === 'add' || change.do === 'remove') ? change.at : undefined;
}

function comparePlaces(a: Keys, b: Keys): number {
  for (let i = 0; i < a.length && i < b.length; i += 1) {
    const [x, y] = [a[i], b[i]];
    if (typeof x === 'number' && typeof y === 'number') {
      if (x !== y) return x - y;
    } else if (x !== y) return String(x) < String(y) ? -1 : 1;
  }
  return a.length - b.length;
}

function listOf(at: Keys): Keys {
  return typeof at.at(-1) === 'number' ? at.slice(0, -1) : at;
}

function make(draft: Draft, change: Change, readItem: ReadItem): Refusal | undefined {
  const { at } = change;
  if (change.do === 'add') return add(draft, at, readItem(change.value, at));
  const key = at.at(-1);
  if (key === undefined && change.do !== 'prefix') return refuse('A change to a value must name its key.');
  const found = valueAt(draft.root, at);
  if (change.do === 'set') {
    if (found !== undefined) return refuse(`${pathText(at)} is there already.`);
    const map = draft.open(at.slice(0, -1), {});
    if (!isMapModel(map)) return refuse(`${pathText(at)} cannot be set: ${pathText(at.slice(0, -1))} is not a map.`);
    draft.put(at, secretText(change.value));
    return undefined;
  }
  if (found === undefined) return refuse(`${pathText(at)} is not there.`);
  switch (change.do) {
    case 'prefix':
      return prefix(draft, at, found, change.words, change.from ?? 0);
    case 'append':
      if (typeof found !== 'string') return refuse(`${pathText(at)} is not a text that can be added to.`);
      draft.put(at, found + change.sep + change.value);
      return undefined;
    case 'replace':
    case 'remove':
      if (found !== change.was) return refuse(`${pathText(at)} no longer has the value that this change was made for.`);
      if (change.do === 'replace') draft.put(at, secretText(change.value));
      else draft.drop(at);
      return undefined;
  }
}

function add(draft: Draft, at: Keys, item: Model): Refusal | undefined {
  const path = listOf(at);
  const list = draft.open(path, []);
  if (!Array.isArray(list)) return refuse(`${pathText(path)} is not a list.`);
  const index = at.length > path.length ? Number(at.at(-1)) : list.length;
  if (index > list.length || index < 0) return refuse(`${pathText(path)} has no item ${index}.`);
  draft.list(path).splice(index, 0, item);
  return undefined;
}

function prefix(draft: Draft, at: Keys, found: Model, words: readonly string[], from: number): Refusal | undefined {
  if (Array.isArray(found)) {
    if (from > found.length) return refuse(`${pathText(at)} has no item ${from}.`);
    draft.list(at).splice(from, 0, ...words);
    return undefined;
  }
  if (typeof found !== 'string') return refuse(`${pathText(at)} is neither a list nor a text.`);
  if (from > found.length) return refuse(`${pathText(at)} is shorter than ${from} characters.`);
  draft.put(at, `${found.slice(0, from)}${words.join(' ')} ${found.slice(from)}`);
  return undefined;
}

type Open = Model[] | { [key: string]: Model };

/** A model that is copied where it is changed, each map or list once, so that many changes stay linear. */
class Draft {
  root: Model;
  readonly #own = new WeakSet<object>();

  constructor(root: Model) {
    this.root = root;
  }

  /** The map or list at a path, ours to change; absent and null ones are made: maps on the way, `made` at the end. */
  open(at: Keys, made: Open): Model {
    let here = this.#copy(this.root ?? (at.length === 0 ? made : {}));
    this.root = here;
    at.forEach((key, i) => {
      if (typeof here !== 'object' || here === null) return;
      const next = child(here, key);
      if (next === undefined && Array.isArray(here)) {
        here = null;
        return;
      }
      const copy = this.#copy(next ?? (i === at.length - 1 ? made : {}));
      define(here as Open, key, copy);
      here = copy;
    });
    return here;
  }

  /** The list at a path that is known to hold one. */
  list(at: Keys): Model[] {
    const list = this.open(at, []);
    if (!Array.isArray(list)) throw new TypeError(`${pathText(at)} is not a list`);
    return list;
  }

  put(at: Keys, value: Model): void {
    define(this.open(at.slice(0, -1), {}) as Open, at.at(-1) ?? '', value);
  }

  drop(at: Keys): void {
    const parent = this.open(at.slice(0, -1), {}) as Open;
    const key = at.at(-1) ?? '';
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  }

  #copy(model: Model): Model {
    if (typeof model !== 'object' || model === null || this.#own.has(model)) return model;
    const copy: Open = isMapModel(model) ? { ...model } : Array.from(model);
    this.#own.add(copy);
    return copy;
  }
}

/** Assignment that also works for a key named `__proto__`. */
function define(to: Open, key: string | number, value: Model): void {
  if (key === '__proto__') Object.defineProperty(to, key, { value, writable: true, enumerable: true, configurable: true });
  else (to as Record<string | number, Model>)[key] = value;
}
