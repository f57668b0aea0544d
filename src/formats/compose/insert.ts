/**
 * New keys and new list items. All of a file's are put in together, so that a map that several of them need is made once,
 * and new entries of one map come on consecutive lines, in the order given.
 */
import type { Keys, Refusal, Splice } from '../../types.ts';
import { lineEnd } from '../lines.ts';
import { pathText } from '../model.ts';
import { isRefusal, refuse } from '../refusal.ts';
import { isMergedInto, missing, notOurs, stepHere } from './find.ts';
import { afterComments, beforeOnLine, colonEnd, endOf, endOfPair, indentOf, nextLine, putLines } from './layout.ts';
import { asAlias, asMap, asScalar, asSeq, isBlank, isNull, keyText, nameAndText, readingOf, type MapNode, type PairNode, type Reading, type SeqNode, type ValueNode } from './nodes.ts';
import type { Read } from './read.ts';
import { styleIn, writeKey, writeText, type Style } from './scalar.ts';
import type { Wanted } from './wanted.ts';
import { wordsInList } from './words.ts';

/** Everything that is wanted below the root, as splices; a refusal where one of them has no safe place. */
export function spliceWanted(read: Read, wanted: ReadonlyMap<string, Wanted>): readonly Splice[] | Refusal {
  const root = asMap(read.root);
  const services = root === undefined ? undefined : read.pair(root, 'services');
  if (root === undefined || services === undefined || isNull(services.value)) return refuse('The file has no services; name the file that has them with --file.');
  for (const [key, below] of wanted) {
    const deep = below.kind === 'map' && [...below.keys.values()].every((service) => service.kind === 'map');
    if (key !== 'services' || !deep) return refuse('Only keys of a service can be set in a compose file.');
  }
  return new Inserter(read).intoMap(root, wanted, [], 'root');
}

type Answer = readonly Splice[] | Refusal;

class Inserter {
  readonly #read: Read;
  readonly #step: string;

  constructor(read: Read) {
    this.#read = read;
    this.#step = stepOf(read);
  }

  /** What is wanted below an entry that is there already. */
  intoPair(pair: PairNode, wanted: Wanted, at: Keys, reading: Reading): Answer {
    const { value } = pair;
    const line = this.#read.lineAt(pair.key.range[0]);
    if (wanted.kind === 'text') return refuse(`${pathText(at)} is there already.`, line);
    const alias = asAlias(value);
    const target = alias === undefined ? undefined : this.#read.targets.get(alias);
    if (alias !== undefined && reading === 'names' && wanted.kind === 'map' && asMap(target) !== undefined) return this.#besideAlias(pair, alias.range, wanted.keys, at);
    const refusal = notOurs(this.#read, value, at);
    if (refusal !== undefined) return refusal;
    if (isBlank(value)) return this.#belowBlank(pair, wanted, at);
    const map = asMap(value);
    if (map !== undefined && wanted.kind === 'map') return this.intoMap(map, wanted.keys, at, reading);
    if (map !== undefined && wanted.kind === 'list' && reading === 'hosts') return this.intoMap(map, new Map(wanted.items.map(hostEntry)), at, reading);
    const seq = asSeq(value);
    if (seq !== undefined && wanted.kind === 'list') return this.#intoList(seq, wanted.items, at);
    if (seq !== undefined && wanted.kind === 'map' && reading === 'names') return this.#intoNames(seq, wanted.keys, at);
    const found = isNull(value) ? `empty (${asScalar(value)?.source ?? ''})` : asScalar(value) === undefined ? 'of another form' : 'a text';
    return refuse(`${pathText(at)} is ${found}, so nothing can be put below it; write it as a map, then run again.`, line);
  }

  intoMap(map: MapNode, wanted: ReadonlyMap<string, Wanted>, at: Keys, reading: Reading): Answer {
    const splices: Splice[] = [];
    const fresh: [string, Wanted][] = [];
    for (const [key, below] of wanted) {
      const found = stepHere(this.#read, map, reading, key);
      const path = [...at, key];
      if (found?.pair !== undefined) {
        const inner = this.intoPair(found.pair, below, path, readingOf(reading, key));
        if (isRefusal(inner)) return inner;
        splices.push(...inner);
      } else if (isMergedInto(this.#read, map, key)) {
        return below.kind === 'text' ? refuse(`${pathText(path)} is there already, through a merge key (<<).`, this.#read.lineAt(map.range[0])) : missing(this.#read, map, path);
      } else if (reading === 'services') {
        return refuse(`There is no service '${key}' in this file.`, this.#read.lineAt(map.range[0]));
      } else fresh.push([key, below]);
    }
    if (fresh.length === 0) return splices;
    const own = map.flow === true ? this.#intoFlowMap(map, fresh, at) : this.#intoBlockMap(map, fresh, at, reading);
    return isRefusal(own) ? own : [...splices, ...own];
  }

  #intoBlockMap(map: MapNode, fresh: readonly [string, Wanted][], at: Keys, reading: Reading): Answer {
    const { text } = this.#read;
    const first = map.items[0];
    const indent = first === undefined ? undefined : indentOf(text, first.key.range[0]);
    if (indent === undefined) return refuse(`${pathText(at)} does not start on a line of its own; write each of its keys on one, then run again.`, this.#read.lineAt(map.range[0]));
    const names = reading === 'names' || reading === 'hosts';
    const style = names ? styleIn(map) : 'plain';
    // A comment as deep as the entries of an environment is one that was commented out; below a service's keys only deeper ones are.
    const column = indent.length + (names ? 0 : 1);
    const place = afterComments(text, nextLine(text, endOf(text, map)), column);
    return [putLines(text, place, fresh.flatMap(([key, below]) => this.#render(key, below, indent, style)))];
  }

  #intoFlowMap(map: MapNode, fresh: readonly [string, Wanted][], at: Keys): Answer {
    const { text } = this.#read;
    const entries: string[] = [];
    for (const [key, below] of fresh) {
      if (below.kind !== 'text' || at.length < 3) return refuse(`${pathText(at)} is written in one pair of braces; write its keys on lines of their own, then run again.`, this.#read.lineAt(map.range[0]));
      entries.push(`${writeKey(key)}: ${writeText(below.value, { style: 'double' })}`);
    }
    // Right behind the last value: in front of the brace there may be a comment or a trailing comma.
    const last = map.items.at(-1);
    return [{ at: last === undefined ? map.range[0] + 1 : endOfPair(text, last), cut: '', put: (last === undefined ? '' : ', ') + entries.join(', ') }];
  }

  #belowBlank(pair: PairNode, wanted: Wanted, at: Keys): Answer {
    const { text } = this.#read;
    const indent = indentOf(text, pair.key.range[0]);
    if (indent === undefined) return refuse(`${pathText(at)} does not start on a line of its own; write it on one, then run again.`, this.#read.lineAt(pair.key.range[0]));
    const place = afterComments(text, nextLine(text, endOfPair(text, pair)), indent.length + 1);
    return [putLines(text, place, this.#renderBelow(wanted, indent + this.#step, 'plain'))];
  }

  /** `environment: *common` becomes a map that merges what it was. */
  #besideAlias(pair: PairNode, alias: readonly [number, number, number], wanted: ReadonlyMap<string, Wanted>, at: Keys): Answer {
    const { text } = this.#read;
    const indent = indentOf(text, pair.key.range[0]);
    const colon = colonEnd(pair);
    if (indent === undefined || text.slice(colon, alias[0]).trim() !== '' || text.slice(colon, alias[0]).includes('\n')) {
      return refuse(`${pathText(at)} does not have its alias on its own line; write it as a map with '<<', then run again.`, this.#read.lineAt(alias[0]));
    }
    const deeper = indent + this.#step;
    const lines = [...wanted].flatMap(([key, below]) => this.#render(key, below, deeper, 'plain'));
    return [{ at: colon, cut: '', put: `${lineEnd(text, colon)}${deeper}<<:` }, putLines(text, nextLine(text, alias[1]), lines)];
  }

  /** `- NAME=value` items. */
  #intoNames(seq: SeqNode, wanted: ReadonlyMap<string, Wanted>, at: Keys): Answer {
    const have = new Set(seq.items.map((item) => nameAndText(String(asScalar(item)?.value ?? ''))[0]));
    const items: string[] = [];
    for (const [name, below] of wanted) {
      if (have.has(name)) return refuse(`${pathText([...at, name])} is there already.`, this.#read.lineAt(seq.range[0]));
      if (below.kind !== 'text') return refuse(`${pathText([...at, name])} must be a text.`, this.#read.lineAt(seq.range[0]));
      items.push(`${name}=${below.value}`);
    }
    return this.#intoList(seq, items, at);
  }

  #intoList(seq: SeqNode, items: readonly string[], at: Keys): Answer {
    const { text } = this.#read;
    if (seq.flow === true) return wordsInList(this.#read, at, seq, seq.items.length, items);
    const answer = wordsInList(this.#read, at, seq, seq.items.length, items);
    if (isRefusal(answer)) return answer;
    const dash = seq.range[0];
    // An item that was commented out belongs to the list; at the column of its own key it could be anything.
    const column = beforeOnLine(text, dash).length + (isAtKeyColumn(text, seq) ? 1 : 0);
    return answer.map((splice) => {
      const place = afterComments(text, splice.at, column);
      return place === splice.at ? splice : putLines(text, place, splice.put.trimEnd().split(/\r?\n/));
    });
  }

  #render(key: string, wanted: Wanted, indent: string, style: Style): string[] {
    if (wanted.kind === 'text') return [`${indent}${writeKey(key)}: ${writeText(wanted.value, { style })}`];
    return [`${indent}${writeKey(key)}:`, ...this.#renderBelow(wanted, indent + this.#step, 'plain')];
  }

  #renderBelow(wanted: Wanted, indent: string, style: Style): string[] {
    if (wanted.kind === 'list') return wanted.items.map((item) => `${indent}- ${writeText(item)}`);
    return wanted.kind === 'map' ? [...wanted.keys].flatMap(([key, below]) => this.#render(key, below, indent, style)) : [];
  }
}

function hostEntry(host: string): [string, Wanted] {
  const colon = host.indexOf(':');
  return [host.slice(0, colon), { kind: 'text', value: host.slice(colon + 1) }];
}

function isAtKeyColumn(text: string, seq: SeqNode): boolean {
  const above = text.slice(0, seq.range[0]).trimEnd();
  const line = above.slice(above.lastIndexOf('\n') + 1);
  return line.length - line.trimStart().length === beforeOnLine(text, seq.range[0]).length;
}

/** How much deeper this file writes the keys of a service than its name; two spaces where nothing says it. */
function stepOf(read: Read): string {
  const root = asMap(read.root);
  const services: ValueNode = root === undefined ? undefined : read.pair(root, 'services')?.value;
  for (const service of asMap(services)?.items ?? []) {
    const first = asMap(service.value)?.items[0];
    if (first === undefined || keyText(service) === undefined) continue;
    const [outer, inner] = [indentOf(read.text, service.key.range[0]), indentOf(read.text, first.key.range[0])];
    if (outer !== undefined && inner !== undefined && inner.length > outer.length) return inner.slice(outer.length);
  }
  return '  ';
}
