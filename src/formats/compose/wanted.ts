/**
 * All the `set` and `add` changes of a file as one tree: what is wanted below which key.
 */
import type { Change, Refusal } from '../../types.ts';
import { pathText, secretText } from '../model.ts';
import { refuse } from '../refusal.ts';

export type Wanted =
  | { readonly kind: 'map'; readonly keys: Map<string, Wanted> }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'list'; readonly items: string[] };

/** The tree, with keys in the order in which the changes name them; a refusal where two changes want different things of one key. */
export function wantedBy(changes: readonly Extract<Change, { do: 'set' | 'add' }>[]): Map<string, Wanted> | Refusal {
  const root = new Map<string, Wanted>();
  for (const change of changes) {
    let keys = root;
    const last = change.at.length - 1;
    for (const [i, key] of change.at.entries()) {
      const name = String(key);
      const there = keys.get(name);
      if (i < last) {
        const below: Wanted = there ?? { kind: 'map', keys: new Map() };
        if (below.kind !== 'map') return conflict(change);
        keys.set(name, below);
        keys = below.keys;
      } else if (change.do === 'set') {
        if (there !== undefined) return conflict(change);
        keys.set(name, { kind: 'text', value: secretText(change.value) });
      } else {
        const list: Wanted = there ?? { kind: 'list', items: [] };
        if (list.kind !== 'list') return conflict(change);
        list.items.push(change.value);
        keys.set(name, list);
      }
    }
  }
  return root;
}

function conflict(change: Change): Refusal {
  return refuse(`Two changes want different things of ${pathText(change.at)}.`);
}
