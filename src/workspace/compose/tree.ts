/**
 * A YAML file as Compose sees it, with the place of every value: aliases and `<<` followed, `!reset` and `!override`
 * collected. Aliased parts are shared, never copied, so an alias bomb costs nothing here.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type ParsedNode } from 'yaml';
import { EXIT, Stop } from '../../stop.ts';
import type { Path, Where } from '../../types.ts';
import type { Piece } from './interpolate.ts';
import { plainScalar, type ScalarType } from './scalar.ts';

export interface Leaf {
  readonly kind: 'leaf';
  readonly type: ScalarType;
  /** As Compose prints it; null for null. Filled in by interpolation, see `raw`. */
  readonly text: string | null;
  /** As written, variables included. */
  readonly raw: string;
  readonly where: Where;
  /** Set by interpolation where the text held a `$`. */
  readonly pieces?: readonly Piece[];
  readonly blank?: readonly string[];
  /** Compose stops at this value: a required variable that is not set. */
  readonly missing?: string;
}
export interface List {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly where: Where;
}
export interface Mapping {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Tree>;
  readonly where: Where;
}
export type Tree = Leaf | List | Mapping;

export interface YamlDocument {
  readonly tree: Tree;
  /** Paths of `!reset` and `!override`: what earlier files say there is dropped. */
  readonly resets: readonly (readonly string[])[];
}

/** An honest file stays far below; the bomb of 434 bytes goes far above. Counted with aliases expanded. */
const MOST_NODES = 5_000_000;

/**
 * All documents of a compose file. Throws Stop: exit 2 for a file that is no YAML or uses a key twice, exit 4 for one
 * whose aliases grow without bound.
 */
export function readYaml(text: string, path: Path): readonly YamlDocument[] {
  const lines = new LineCounter();
  try {
    // 'failsafe': every scalar stays text, its type is decided by plainScalar.
    const documents = parseAllDocuments(text, { schema: 'failsafe', lineCounter: lines, uniqueKeys: false, logLevel: 'error', prettyErrors: false });
    if (!Array.isArray(documents)) return [];
    return documents.flatMap(document => {
      const [error] = document.errors;
      if (error !== undefined && /call stack/.test(error.message)) throw tooDeep(path);
      if (error !== undefined) throw invalid(path, lines.linePos(error.pos[0]).line, sentence(error.message));
      if (document.contents === null) return [];
      const reader = new Reader(path, lines);
      const tree = reader.read(document.contents, [], undefined);
      return tree === undefined ? [] : [{ tree, resets: reader.resets }];
    });
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(path);
    throw error;
  }
}

const tooDeep = (path: Path): Stop => new Stop(EXIT.refused, `${path} is nested too deeply to be read.`);

/** The way a compose file that Compose would refuse is reported. */
export function invalid(path: Path, line: number | undefined, says: string): Stop {
  return new Stop(EXIT.usage, `${path}${line === undefined ? '' : `:${line}`}: ${says}`, 'Mend the file; `docker compose config --quiet` says whether Compose can read it.');
}

interface Anchor {
  /** undefined while its own content is being read. */
  readonly tree: Tree | undefined;
  readonly size: number;
  readonly resets: readonly (readonly string[])[];
}

class Reader {
  readonly resets: (readonly string[])[] = [];
  readonly #anchors = new Map<string, Anchor>();
  readonly #path: Path;
  readonly #lines: LineCounter;
  #size = 0;

  constructor(path: Path, lines: LineCounter) {
    this.#path = path;
    this.#lines = lines;
  }

  /** undefined = `!reset`. `key` is where the key of this value stands, if it has one. */
  read(node: ParsedNode | null, at: readonly string[], key: Where | undefined): Tree | undefined {
    this.#grow(1);
    if (node === null) return { kind: 'leaf', type: 'null', text: null, raw: '', where: key ?? { path: this.#path } };
    if (isAlias(node)) return this.#alias(node.source, at, key ?? this.#where(node));
    if (node.tag === '!reset') {
      this.resets.push(at);
      return undefined;
    }
    if (node.tag === '!override') this.resets.push(at);
    const { anchor } = node;
    const before = { size: this.#size, resets: this.resets.length };
    if (anchor !== undefined) this.#anchors.set(anchor, { tree: undefined, size: 0, resets: [] });
    const tree = this.#content(node, at, key ?? this.#where(node));
    if (anchor !== undefined) {
      const resets = this.resets.slice(before.resets).map(path => path.slice(at.length));
      if (node.tag === '!override') resets.push([]);
      this.#anchors.set(anchor, { tree, size: this.#size - before.size, resets });
    }
    return tree;
  }

  #content(node: Exclude<ParsedNode, { source: string; resolve: unknown }>, at: readonly string[], where: Where): Tree {
    if (isMap(node)) return this.#map(node.items, at, where);
    if (isSeq(node)) {
      const items = node.items.flatMap((item, index) => this.read(item as ParsedNode, [...at, String(index)], undefined) ?? []);
      return { kind: 'list', items, where };
    }
    if (!isScalar(node)) throw this.#invalid(where, 'this is no value that Compose knows.');
    const raw = String(node.value ?? '');
    const tag = node.tag?.replace('tag:yaml.org,2002:', '!!');
    const plain = node.type === 'PLAIN' && (tag === undefined || ['!!int', '!!float', '!!bool', '!!null'].includes(tag));
    return { kind: 'leaf', ...(plain ? plainScalar(raw) : { type: 'string', text: raw }), raw, where };
  }

  #map(items: readonly { key: unknown; value: unknown }[], at: readonly string[], where: Where): Mapping {
    const entries = new Map<string, Tree>();
    const lines = new Map<string, number>();
    const merged: Tree[] = [];
    for (const pair of items) {
      const key = pair.key as ParsedNode | null;
      const keyWhere = key === null ? where : this.#where(key);
      const name = this.#keyName(key, keyWhere);
      const first = lines.get(name);
      if (first !== undefined) throw this.#invalid(keyWhere, `"${name}" is there already, in line ${first}.`);
      lines.set(name, keyWhere.line ?? 0);
      const isMerge = name === '<<' && isScalar(key) && key.type === 'PLAIN';
      const value = this.read(pair.value as ParsedNode | null, isMerge ? at : [...at, name], keyWhere);
      if (value === undefined) continue;
      if (isMerge) merged.push(...(value.kind === 'list' ? value.items : [value]));
      else entries.set(name, value);
    }
    for (const source of merged) {
      if (source.kind !== 'map') throw this.#invalid(source.where, 'what `<<` merges must be a mapping.');
      for (const [name, value] of source.entries) if (!entries.has(name)) entries.set(name, value);
      this.#grow(source.entries.size);
    }
    return { kind: 'map', entries, where };
  }

  #keyName(key: ParsedNode | null, where: Where): string {
    if (isScalar(key)) return String(key.value ?? '');
    if (isAlias(key)) {
      const tree = this.#anchors.get(key.source)?.tree;
      if (tree?.kind === 'leaf') return tree.raw;
    }
    throw this.#invalid(where, 'a key must be plain text.');
  }

  #alias(name: string, at: readonly string[], where: Where): Tree {
    const anchor = this.#anchors.get(name);
    if (anchor === undefined) throw this.#invalid(where, `there is no anchor &${name} above *${name}.`);
    if (anchor.tree === undefined) throw this.#invalid(where, `*${name} stands inside of its own anchor &${name}.`);
    this.#grow(anchor.size);
    for (const path of anchor.resets) this.resets.push([...at, ...path]);
    // The alias is where this value is said to be; what lies below keeps the lines of the anchor.
    return { ...anchor.tree, where };
  }

  #grow(by: number): void {
    this.#size += by;
    if (this.#size > MOST_NODES) throw new Stop(EXIT.refused, `The aliases in ${this.#path} expand to more than ${MOST_NODES} values: it is not read.`);
  }

  #where(node: ParsedNode): Where {
    return { path: this.#path, line: this.#lines.linePos(node.range[0]).line };
  }

  #invalid(where: Where, says: string): Stop {
    return invalid(this.#path, where.line, says);
  }
}

function sentence(message: string): string {
  const first = message.split('\n')[0] ?? '';
  return first.endsWith('.') ? first : `${first}.`;
}
