/**
 * package.json. Its meaning: the JSON value. Strict JSON as npm reads it: comments and trailing commas are refused, a
 * BOM is not.
 */
import { findNodeAtLocation, parseTree, type Node, type ParseError } from 'jsonc-parser';
import type { Change, Format, Keys, Model, Refusal, Splice } from '../types.ts';
import { stringOffset } from './json-string.ts';
import { nameOf, nestedObject, propertySplice } from './json-style.ts';
import { BOM, lineAt } from './lines.ts';
import { pathText, secretText } from './model.ts';
import { once } from './once.ts';
import { isRefusal, refuse } from './refusal.ts';

export const packageJson: Format = {
  id: 'package-json',

  parse(text) {
    return readJson(text);
  },

  line(text, at) {
    const tree = treeOf(text);
    const node = isRefusal(tree) ? undefined : findNodeAtLocation(tree, [...at]);
    return node === undefined ? undefined : lineAt(text, node.offset);
  },

  splice(text, change) {
    const tree = treeOf(text);
    if (isRefusal(tree)) return tree;
    const double = doubleKey(tree, change.at);
    if (double !== undefined) return refuse(`The key ${pathText(change.at)} cannot be changed: "${nameOf(double)}" is there twice.`, lineAt(text, double.offset));
    if (change.do === 'set') return set(text, tree, change);
    if (change.do === 'add') return refuse('A list of package.json is not changed by this tool.');
    const node = findNodeAtLocation(tree, [...change.at]);
    if (node === undefined) return refuse(`package.json has no ${pathText(change.at)}.`);
    if (node.type !== 'string') return refuse(`${pathText(change.at)} is not a text.`, lineAt(text, node.offset));
    const value = String(node.value);
    switch (change.do) {
      case 'prefix': {
        const from = change.from ?? 0;
        if (from > value.length) return refuse(`${pathText(change.at)} is shorter than ${from} characters.`, lineAt(text, node.offset));
        return [{ at: stringOffset(text, node.offset, from), cut: '', put: inside(`${change.words.join(' ')} `) }];
      }
      case 'append':
        return [{ at: node.offset + node.length - 1, cut: '', put: inside(change.sep + change.value) }];
      case 'replace':
        return [{ at: node.offset + 1, cut: text.slice(node.offset + 1, node.offset + node.length - 1), put: inside(secretText(change.value)) }];
      case 'remove':
        return remove(text, node);
    }
  },
};

function readJson(text: string): { readonly model: Model } | Refusal {
  try {
    const model: Model = JSON.parse(text.startsWith(BOM) ? text.slice(1) : text);
    return { model };
  } catch {
    return refuse('This is not JSON as npm reads it: no comments, no trailing commas, every name in double quotes.', errorLine(text));
  }
}

/** The line of the first thing that is not strict JSON. */
function errorLine(text: string): number | undefined {
  const errors: ParseError[] = [];
  // Only the line is wanted here, and a text that is nested too deeply for the parser has none.
  try {
    parseTree(text.replace(BOM, ' '), errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    return undefined;
  }
  const [first] = errors;
  return first === undefined ? undefined : lineAt(text, first.offset);
}

/** The syntax tree, in offsets of `text`. */
const treeOf = once((text: string): Node | Refusal => {
  const read = readJson(text);
  if (isRefusal(read)) return read;
  try {
    // A BOM is one character of blank for the offsets of what follows.
    const tree = parseTree(text.startsWith(BOM) ? ` ${text.slice(1)}` : text);
    if (tree?.type === 'object') return tree;
    return refuse('package.json does not hold an object.');
  } catch (error) {
    if (error instanceof RangeError) return refuse('package.json is nested too deeply.');
    throw error;
  }
});

/** A key on the way to `at` that is written twice: JSON.parse takes the last, other readers the first. */
function doubleKey(tree: Node, at: Keys): Node | undefined {
  for (let depth = 0; depth < at.length; depth += 1) {
    const object = findNodeAtLocation(tree, at.slice(0, depth));
    const same = (object?.type === 'object' ? object.children ?? [] : []).filter(property => nameOf(property) === at[depth]);
    if (same.length > 1) return same[1];
  }
  return undefined;
}

function set(text: string, tree: Node, change: Change & { do: 'set' }): Splice[] | Refusal {
  const { at } = change;
  if (at.length === 0 || at.some(key => typeof key !== 'string')) return refuse(`${pathText(at)} is not a key of package.json.`);
  if (findNodeAtLocation(tree, [...at]) !== undefined) return refuse(`${pathText(at)} is there already.`);
  let depth = at.length - 1;
  while (findNodeAtLocation(tree, at.slice(0, depth)) === undefined) depth -= 1;
  const parent = findNodeAtLocation(tree, at.slice(0, depth));
  if (parent?.type !== 'object') return refuse(`${pathText(at.slice(0, depth))} is not an object.`, lineAt(text, parent?.offset ?? 0));
  let value = JSON.stringify(secretText(change.value));
  if (at.length - depth > 2) return refuse(`package.json has no ${pathText(at.slice(0, -1))}.`);
  if (at.length - depth === 2) value = nestedObject(text, parent, String(at.at(-1)), value);
  return [propertySplice(text, parent, String(at[depth]), value)];
}

function remove(text: string, node: Node): Splice[] | Refusal {
  const property = node.parent;
  const siblings = property?.parent?.children ?? [];
  const index = property === undefined ? -1 : siblings.indexOf(property);
  if (property?.type !== 'property' || index === -1) return refuse('Only a key of an object can be removed.');
  const end = property.offset + property.length;
  const before = siblings[index - 1];
  const after = siblings[index + 1];
  const from = before === undefined ? property.offset : before.offset + before.length;
  const to = before === undefined && after !== undefined ? after.offset : end;
  return [{ at: from, cut: text.slice(from, to), put: '' }];
}

/** Text as it stands between the quotes of a JSON string. */
function inside(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
