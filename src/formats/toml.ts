/**
 * pyproject.toml, Pipfile and the like. Its meaning: the TOML value. Changes are insertions into what defines a table:
 * its header, its inline table, its dotted keys; a table that is not there is appended to the file.
 */
import type { AST } from 'toml-eslint-parser';
import type { Change, Format, Keys, Refusal, Splice } from '../types.ts';
import { BOM, lineAt, lineEnd, nextLine } from './lines.ts';
import { pathText, secretText, valueAt } from './model.ts';
import { isRefusal, refuse } from './refusal.ts';
import { itemSplices, keyText, lineBehind, lineHead, stringText } from './toml-text.ts';
import { dottedAt, entryAt, headerAt, readToml, type Entry, type TomlTree } from './toml-tree.ts';

export const toml: Format = {
  id: 'toml',

  parse(text) {
    const read = readToml(text);
    return isRefusal(read) ? read : { model: read.model };
  },

  line(text, at) {
    const read = readToml(text);
    if (isRefusal(read)) return undefined;
    const item = at.at(-1);
    const list = typeof item === 'number' ? entryAt(read.tree, at.slice(0, -1))?.pair.value : undefined;
    const element = list?.type === 'TOMLArray' ? list.elements[Number(item)] : undefined;
    const node = element ?? entryAt(read.tree, at)?.pair ?? headerAt(read.tree, at) ?? dottedAt(read.tree, at)?.pair;
    return node === undefined ? undefined : lineAt(text, node.range[0]);
  },

  splice(text, change) {
    const read = readToml(text);
    if (isRefusal(read)) return read;
    switch (change.do) {
      case 'set':
        if (valueAt(read.model, change.at) !== undefined) return refuse(`${pathText(change.at)} is there already.`, toml.line(text, change.at));
        return insert(text, read.tree, change.at, stringText(secretText(change.value)));
      case 'add':
        return add(text, read.tree, change);
      case 'replace':
      case 'remove':
        return exchange(text, read.tree, change);
      default:
        return refuse(`A TOML file is not changed by "${change.do}" here.`);
    }
  },
};

function add(text: string, tree: TomlTree, { at, value }: Change & { do: 'add' }): readonly Splice[] | Refusal {
  const key = at.at(-1);
  const path = typeof key === 'number' ? at.slice(0, -1) : at;
  const list = entryAt(tree, path)?.pair.value;
  if (list === undefined) {
    const dynamic = entryAt(tree, [...path.slice(0, -1), 'dynamic']);
    const names = dynamic?.pair.value.type === 'TOMLArray' ? dynamic.pair.value.elements : [];
    if (names.some(name => name.type === 'TOMLValue' && name.value === path.at(-1))) {
      return refuse(`${pathText(path)} is "dynamic": it is written in another file, which the build system names.`, lineAt(text, dynamic?.pair.range[0] ?? 0));
    }
    return insert(text, tree, path, `[${stringText(value)}]`);
  }
  if (list.type !== 'TOMLArray') return refuse(`${pathText(path)} is not an array.`, lineAt(text, list.range[0]));
  const index = typeof key === 'number' ? key : list.elements.length;
  if (index > list.elements.length) return refuse(`${pathText(path)} has no item ${index}.`, lineAt(text, list.range[0]));
  return itemSplices(text, tree.tokens, list, index, value);
}

/** A new `key = literal` at a path, by way of the nearest table above it that the file writes down. */
function insert(text: string, tree: TomlTree, path: Keys, literal: string): readonly Splice[] | Refusal {
  if (path.some(key => typeof key !== 'string')) return refuse(`${pathText(path)} is not a key of a TOML table.`);
  for (let depth = path.length - 1; depth >= 0; depth -= 1) {
    const above = path.slice(0, depth);
    const pair = entryAt(tree, above)?.pair;
    if (pair?.value.type === 'TOMLInlineTable') return [intoInline(text, pair.value, `${keyText(path.slice(depth))} = ${literal}`)];
    if (pair !== undefined) return refuse(`${pathText(above)} is not a table.`, lineAt(text, pair.range[0]));
    const dotted = dottedAt(tree, above);
    if (dotted !== undefined) return besideDotted(text, dotted, path, literal);
    if (depth !== path.length - 1) continue;
    const header = headerAt(tree, above);
    const last = (depth === 0 ? tree.top.body.findLast(node => node.type === 'TOMLKeyValue') : header?.body.at(-1)) ?? header;
    if (last !== undefined) return [lineBehind(text, last.range[1], `${lineHead(text, last.range[0])}${keyText(path.slice(-1))} = ${literal}`)];
  }
  return path.length === 1 ? refuse('A key outside of all tables cannot be added here.') : [newTable(text, path, literal)];
}

function besideDotted(text: string, { pair, holder }: Entry, path: Keys, literal: string): readonly Splice[] | Refusal {
  const key = keyText(path.slice(holder.length));
  if (pair.parent.type === 'TOMLInlineTable') return [intoInline(text, pair.parent, `${key} = ${literal}`)];
  return [lineBehind(text, pair.range[1], `${lineHead(text, pair.range[0])}${key} = ${literal}`)];
}

function intoInline(text: string, table: AST.TOMLInlineTable, entry: string): Splice {
  const last = table.body.at(-1);
  if (last !== undefined) return { at: last.range[1], cut: '', put: `, ${entry}` };
  const inside = text.slice(table.range[0] + 1, table.range[1] - 1);
  return { at: table.range[0] + 1, cut: '', put: inside === '' ? entry : ` ${entry}` };
}

/** At the end, an empty line before it; without a final line end if the file has none. */
function newTable(text: string, path: Keys, literal: string): Splice {
  const end = lineEnd(text);
  const table = `[${keyText(path.slice(0, -1))}]${end}${keyText(path.slice(-1))} = ${literal}`;
  if (text === '' || text === BOM) return { at: text.length, cut: '', put: table + end };
  return { at: text.length, cut: '', put: text.endsWith('\n') ? end + table + end : end + end + table };
}

function exchange(text: string, tree: TomlTree, change: Change & { do: 'replace' | 'remove' }): Splice[] | Refusal {
  const pair = entryAt(tree, change.at)?.pair;
  const value = pair?.value;
  if (pair === undefined || value === undefined) return refuse(`${pathText(change.at)} is not there.`);
  const line = lineAt(text, pair.range[0]);
  if (value.type !== 'TOMLValue' || value.kind !== 'string' || value.value !== change.was) return refuse(`${pathText(change.at)} is not "${change.was}".`, line);
  if (value.multiline) return refuse(`${pathText(change.at)} is written over several lines; change it by hand.`, line);
  const written = text.slice(value.range[0], value.range[1]);
  if (change.do === 'replace') return [{ at: value.range[0], cut: written, put: stringText(secretText(change.value), written) }];
  if (pair.parent.type === 'TOMLInlineTable') return refuse(`${pathText(change.at)} stands in an inline table; remove it by hand.`, line);
  const from = pair.range[0] - lineHead(text, pair.range[0]).length;
  return [{ at: from, cut: text.slice(from, nextLine(text, pair.range[1])), put: '' }];
}
