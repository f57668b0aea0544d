/**
 * The parsed YAML as the compose format sees it: nodes with offsets, keys by name, and what a key's value is read as.
 */
import { isAlias, isMap, isScalar, isSeq, type Alias, type Pair, type ParsedNode, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';

export type Node = ParsedNode;
export type MapNode = YAMLMap.Parsed;
export type SeqNode = YAMLSeq.Parsed;
export type ScalarNode = Scalar.Parsed;
export type AliasNode = Alias.Parsed;
export type PairNode = Pair<ParsedNode, ParsedNode | null>;
export type ValueNode = Node | null | undefined;

export const asMap = (node: ValueNode): MapNode | undefined => (isMap<ParsedNode, ParsedNode | null>(node) ? (node as MapNode) : undefined);
export const asSeq = (node: ValueNode): SeqNode | undefined => (isSeq<ParsedNode>(node) ? (node as SeqNode) : undefined);
export const asScalar = (node: ValueNode): ScalarNode | undefined => (isScalar(node) ? (node as ScalarNode) : undefined);
export const asAlias = (node: ValueNode): AliasNode | undefined => (isAlias(node) ? (node as AliasNode) : undefined);

/**
 * How a value is read: `names` (environment, labels, build.args) is a map from name to text in map or list form, `hosts`
 * (extra_hosts) a list of 'name:address' in either form; `plain` is what the YAML says.
 */
export type Reading = 'plain' | 'root' | 'services' | 'service' | 'build' | 'names' | 'hosts';

/** How the value of `key` is read in a map that is read as `reading`. */
export function readingOf(reading: Reading, key: string): Reading {
  if (reading === 'root') return key === 'services' ? 'services' : 'plain';
  if (reading === 'services') return 'service';
  if (reading === 'build') return key === 'args' || key === 'labels' ? 'names' : 'plain';
  if (reading !== 'service') return 'plain';
  if (key === 'environment' || key === 'labels') return 'names';
  if (key === 'extra_hosts') return 'hosts';
  return key === 'build' ? 'build' : 'plain';
}

/** A key as Compose sees it: text, also for `1:` or `true:`. undefined = a map, list or alias as a key. */
export function keyText(pair: PairNode): string | undefined {
  const key = asScalar(pair.key);
  if (key === undefined) return undefined;
  return typeof key.value === 'string' ? key.value : key.source;
}

/** The merge key `<<` (not a quoted one). */
export function isMerge(pair: PairNode): boolean {
  const key = asScalar(pair.key);
  return key?.value === '<<' && key.type === 'PLAIN';
}

/** No value, or `~` or `null` without quotes. */
export function isNull(node: ValueNode): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

/** Nothing is written at all, as in `environment:`. */
export function isBlank(node: ValueNode): boolean {
  return isNull(node) && (asScalar(node)?.source ?? '') === '';
}

/** A scalar as text, numbers and booleans as they are written; null for no value; undefined for a map, list or alias. */
export function writtenText(node: ValueNode): string | null | undefined {
  if (isNull(node)) return null;
  const scalar = asScalar(node);
  if (scalar === undefined) return undefined;
  return typeof scalar.value === 'string' ? scalar.value : scalar.source;
}

/** `A=1` → ['A', '1']; `A` → ['A', null]. */
export function nameAndText(item: string): [string, string | null] {
  const eq = item.indexOf('=');
  return eq === -1 ? [item, null] : [item.slice(0, eq), item.slice(eq + 1)];
}
