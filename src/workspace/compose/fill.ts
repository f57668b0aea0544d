/** Variables of a whole tree. Shared parts are filled in once and stay shared. */
import { interpolate, type Lookup } from './interpolate.ts';
import { EXIT, Stop } from '../../stop.ts';
import { invalid, type Tree } from './tree.ts';

/** Of all values of a file together, in characters. */
const MOST_TEXT = 64 * 1024 * 1024;

/**
 * The tree with every `$` of its text values filled in. A required variable that is not set is noted at its value
 * (`missing`); throws Stop (exit 2) on a malformed `${`, as Compose does, and (exit 4) where the values grow without bound.
 */
export function fillTree(tree: Tree, lookup: Lookup): Tree {
  const known = new Map<Tree, Tree>();
  let length = 0;
  const fill = (node: Tree): Tree => {
    let filled = known.get(node);
    if (filled === undefined) {
      filled = fillOne(node);
      known.set(node, filled);
    }
    return filled;
  };
  const fillOne = (node: Tree): Tree => {
    if (node.kind === 'list') return { ...node, items: node.items.map(fill) };
    if (node.kind === 'map') return { ...node, entries: new Map([...node.entries].map(([key, value]) => [key, fill(value)])) };
    if (node.type !== 'string' || !node.raw.includes('$')) return node;
    const { value, blank, pieces, error } = interpolate(node.raw, lookup);
    if (error?.is === 'invalid') {
      throw invalid(node.where.path, node.where.line, `"${error.template}" is no valid use of $. A $ that is meant as such is written $$.`);
    }
    length += value.length;
    if (length > MOST_TEXT) throw new Stop(EXIT.refused, `The variables in ${node.where.path} expand to more than ${MOST_TEXT} characters: it is not read.`);
    const missing = error === undefined ? {} : { missing: error.message === '' ? error.name : `${error.name} (${error.message})` };
    return { ...node, text: value, blank, pieces, ...missing };
  };
  return fill(tree);
}
