/**
 * What a compose file says, as plain data: aliases and `<<` merged, environment in one form.
 */
import type { Model, Refusal } from '../../types.ts';
import { refuse } from '../refusal.ts';
import { asAlias, asMap, asScalar, asSeq, isMerge, isNull, keyText, nameAndText, readingOf, writtenText, type AliasNode, type MapNode, type Node, type Reading, type SeqNode, type ValueNode } from './nodes.ts';

/** How much aliases may add. The largest real file seen adds some thousand values; a 434-byte bomb adds billions. */
const MAX_EXPANDED = 1_000_000;

interface Meant {
  readonly model: Model;
  /** Number of values in it, everything behind aliases counted each time. */
  readonly size: number;
}

class TooMuch extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** The model of a whole file; a refusal where aliases are a bomb or stand for themselves, or `<<` merges no map. */
export function meaningOf(root: Node | null, targets: ReadonlyMap<AliasNode, Node>, lineAt: (offset: number) => number): { readonly model: Model } | Refusal {
  try {
    return { model: new Reader(targets).read(root, 'root').model };
  } catch (problem) {
    if (problem instanceof TooMuch) return refuse(problem.message, lineAt(problem.offset));
    throw problem;
  }
}

class Reader {
  readonly #targets: ReadonlyMap<AliasNode, Node>;
  readonly #known = new Map<Node, Map<Reading, Meant>>();
  readonly #open = new Set<Node>();
  #expanded = 0;

  constructor(targets: ReadonlyMap<AliasNode, Node>) {
    this.#targets = targets;
  }

  read(node: ValueNode, reading: Reading): Meant {
    const alias = asAlias(node);
    if (alias !== undefined) return this.#readAlias(alias, reading);
    if (node === null || node === undefined || isNull(node) || node.tag === '!reset') return { model: nothing(reading), size: 1 };
    const map = asMap(node);
    if (map !== undefined) return reading === 'hosts' ? this.#hostMap(map) : this.#map(map, reading);
    const seq = asSeq(node);
    if (seq !== undefined) return this.#seq(seq, reading);
    return { model: scalarModel(node, reading), size: 1 };
  }

  #readAlias(alias: AliasNode, reading: Reading): Meant {
    const target = this.#target(alias);
    const known = this.#known.get(target)?.get(reading);
    if (known !== undefined) {
      this.#charge(known.size, alias);
      return known;
    }
    if (this.#open.has(target)) throw new TooMuch(`*${alias.source} stands inside of what it stands for.`, alias.range[0]);
    this.#open.add(target);
    const meant = this.read(target, reading);
    this.#open.delete(target);
    const readings = this.#known.get(target) ?? new Map<Reading, Meant>();
    this.#known.set(target, readings.set(reading, meant));
    this.#charge(meant.size, alias);
    return meant;
  }

  #target(alias: AliasNode): Node {
    const target = this.#targets.get(alias);
    if (target === undefined) throw new TooMuch(`*${alias.source} stands for nothing.`, alias.range[0]);
    return target;
  }

  #charge(size: number, at: Node): void {
    this.#expanded += size;
    if (this.#expanded > MAX_EXPANDED) throw new TooMuch(`The aliases of this file stand for more than ${MAX_EXPANDED} values; it is not read.`, at.range[0]);
  }

  #map(map: MapNode, reading: Reading): Meant {
    const values = new Map<string, Model>();
    let size = 1;
    for (const pair of map.items) {
      if (isMerge(pair)) continue;
      const key = keyText(pair) ?? '';
      const written = reading === 'names' ? writtenText(this.#behind(pair.value)) : undefined;
      const meant = written === undefined ? this.read(pair.value, readingOf(reading, key)) : { model: written, size: 1 };
      values.set(key, meant.model);
      size += meant.size;
    }
    for (const pair of map.items) {
      if (!isMerge(pair)) continue;
      for (const source of this.#merged(pair.value)) {
        const { model } = this.read(source, reading);
        const entries = Object.entries(model as Record<string, Model>);
        this.#charge(entries.length, source);
        size += entries.length;
        for (const [key, value] of entries) if (!values.has(key)) values.set(key, value);
      }
    }
    return { model: Object.fromEntries(values), size };
  }

  /** The maps that a `<<` merges, the strongest first. */
  #merged(value: ValueNode): Node[] {
    const sources = asSeq(this.#behind(value))?.items ?? (value === null || value === undefined ? [] : [value]);
    for (const source of sources) {
      if (asMap(this.#behind(source)) === undefined) throw new TooMuch('`<<` can only merge maps.', source.range[0]);
    }
    return sources;
  }

  #seq(seq: SeqNode, reading: Reading): Meant {
    const named = reading === 'names' || reading === 'hosts';
    const texts = seq.items.map((item) => writtenText(this.#behind(item)));
    if (named && texts.every((text) => typeof text === 'string')) {
      const model = reading === 'names' ? Object.fromEntries(texts.map(nameAndText)) : texts.map(hostText);
      return { model, size: 1 + texts.length };
    }
    const items = seq.items.map((item) => this.read(item, 'plain'));
    return { model: items.map((item) => item.model), size: items.reduce((sum, item) => sum + item.size, 1) };
  }

  #behind(node: ValueNode): ValueNode {
    const alias = asAlias(node);
    return alias === undefined ? node : this.#target(alias);
  }

  #hostMap(map: MapNode): Meant {
    const { model, size } = this.#map(map, 'names');
    const hosts = Object.entries(model as Record<string, Model>).flatMap(([name, address]) =>
      Array.isArray(address) ? address.map((one: Model) => `${name}:${String(one)}`) : [`${name}:${String(address ?? '')}`],
    );
    return { model: hosts, size };
  }
}

/** What Compose makes of no value, and of anything with the tag `!reset`. An absent environment is an empty one, so that taking the last entry away says the same as an empty map. */
function nothing(reading: Reading): Model {
  if (reading === 'names') return {};
  return reading === 'hosts' ? [] : null;
}

function scalarModel(node: Node, reading: Reading): Model {
  const value = asScalar(node)?.value;
  if (reading === 'names' || reading === 'hosts') return writtenText(node) ?? null;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : (writtenText(node) ?? null);
}

/** compose-go takes `name=address` as well as `name:address`. */
function hostText(host: string): string {
  return host.replace(/^([^:=]+)=/, '$1:');
}
