/**
 * compose text → parsed nodes, checked, with every alias led to what it stands for. Refuses what Compose refuses too
 * (broken YAML, duplicate keys) and what cannot be edited safely (templates, several documents).
 */
import { parseDocument, type YAMLParseError } from 'yaml';
import type { Model, Refusal } from '../../types.ts';
import { isRefusal, refuse } from '../refusal.ts';
import { meaningOf } from './meaning.ts';
import { asAlias, asMap, asScalar, asSeq, keyText, type AliasNode, type MapNode, type Node, type PairNode, type ValueNode } from './nodes.ts';

/** A compose text, read. */
export interface Read {
  readonly text: string;
  /** null = an empty file. */
  readonly root: Node | null;
  readonly model: Model;
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<AliasNode, Node>;
  /** Nodes that an alias stands for: a change there changes other places too. */
  readonly shared: ReadonlySet<Node>;
  lineAt(offset: number): number;
  /** The pair of a key that is written in this very map (not merged into it). */
  pair(map: MapNode, key: string): PairNode | undefined;
}

const MAX_DEPTH = 200;
const KEPT = 8;
const kept = new Map<string, Read | Refusal>();

/** The text, read; the last few are kept, since a file is asked about many times. */
export function readCompose(text: string): Read | Refusal {
  const known = kept.get(text);
  kept.delete(text);
  const read = known ?? readAnew(text);
  kept.set(text, read);
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
  return read;
}

function readAnew(text: string): Read | Refusal {
  const lineAt = lineFinder(text);
  const loneCr = /\r(?!\n)/.exec(text);
  if (loneCr !== null) return refuse('A line ends in a carriage return alone; save the file with LF or CRLF line ends.', lineAt(loneCr.index));
  const root = parseYaml(text, lineAt);
  if (root !== null && isRefusal(root)) return root;
  const aliases = followAliases(root, lineAt);
  if (isRefusal(aliases)) return aliases;
  const { targets, shared } = aliases;
  const meaning = meaningOf(root, targets, lineAt);
  if (isRefusal(meaning)) return meaning;
  const maps = new WeakMap<MapNode, ReadonlyMap<string, PairNode>>();
  const pair = (map: MapNode, key: string): PairNode | undefined => {
    const index = maps.get(map) ?? new Map(map.items.map((p) => [keyText(p) ?? '', p]));
    maps.set(map, index);
    return index.get(key);
  };
  return { text, root, model: meaning.model, targets, shared, lineAt, pair };
}

function parseYaml(text: string, lineAt: (offset: number) => number): Node | null | Refusal {
  try {
    // Duplicate keys are looked for below: the library's own check takes quadratic time. Aliases and `<<` are ours too.
    const document = parseDocument(text, { keepSourceTokens: true, uniqueKeys: false, prettyErrors: false, logLevel: 'error', resolveKnownTags: false });
    const [error] = document.errors;
    if (error !== undefined) return broken(error, text, lineAt);
    return document.contents;
  } catch (problem) {
    if (problem instanceof RangeError) return refuse('The file is nested too deeply to be read.');
    throw problem;
  }
}

function broken(error: YAMLParseError, text: string, lineAt: (offset: number) => number): Refusal {
  const template = /^[ \t]*\{\{/m.exec(text);
  if (template !== null) return refuse(TEMPLATE, lineAt(template.index));
  return refuse(sentence(error), lineAt(error.pos[0]));
}

function sentence(error: YAMLParseError): string {
  if (error.code === 'TAB_AS_INDENT') return 'This line is indented with a tab, which YAML does not allow; put spaces there.';
  if (error.code === 'MULTIPLE_DOCS') return 'The file holds several YAML documents (---); put each into a file of its own.';
  return `This is not valid YAML: ${error.message}.`;
}
const TEMPLATE = 'This is a template ({{ … }}), not yet a compose file; change the file that it makes, or the template by hand.';

interface Aliases {
  readonly targets: ReadonlyMap<AliasNode, Node>;
  readonly shared: ReadonlySet<Node>;
}

/** One walk in the order of the text: keys are texts and unique, every alias has an anchor before it. */
function followAliases(root: Node | null, lineAt: (offset: number) => number): Aliases | Refusal {
  const anchors = new Map<string, Node>();
  const targets = new Map<AliasNode, Node>();
  const walk = (node: ValueNode, depth: number): Refusal | undefined => {
    if (node === null || node === undefined) return undefined;
    if (depth > MAX_DEPTH) return refuse('The file is nested too deeply to be read.', lineAt(node.range[0]));
    const alias = asAlias(node);
    if (alias !== undefined) {
      const target = anchors.get(alias.source);
      if (target === undefined) return refuse(`*${alias.source} stands for &${alias.source}, which is not there above it.`, lineAt(node.range[0]));
      targets.set(alias, target);
      return undefined;
    }
    const anchor = (asMap(node) ?? asSeq(node) ?? asScalar(node))?.anchor;
    if (anchor !== undefined) anchors.set(anchor, node);
    for (const item of asSeq(node)?.items ?? []) {
      const refusal = walk(item, depth + 1);
      if (refusal !== undefined) return refusal;
    }
    const seen = new Set<string>();
    for (const pair of asMap(node)?.items ?? []) {
      const key = keyText(pair);
      const line = lineAt(pair.key.range[0]);
      if (key === undefined) return refuse(asMap(pair.key)?.flow === true ? TEMPLATE : 'A key must be a text here.', line);
      if (seen.has(key)) return refuse(`The key '${key}' is there twice in one map; Compose refuses that too. Take one of them away.`, line);
      seen.add(key);
      const refusal = walk(pair.key, depth + 1) ?? walk(pair.value, depth + 1);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  };
  return walk(root, 0) ?? { targets, shared: new Set(targets.values()) };
}

/** 1-based lines of offsets in logarithmic time. */
function lineFinder(text: string): (offset: number) => number {
  let starts: number[] | undefined;
  return (offset) => {
    if (starts === undefined) {
      starts = [0];
      for (let lf = text.indexOf('\n'); lf !== -1; lf = text.indexOf('\n', lf + 1)) starts.push(lf + 1);
    }
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
