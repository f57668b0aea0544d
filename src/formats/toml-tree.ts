/** Where a TOML file defines what stands at a key path: by a value, a header, dotted keys or only through something deeper. */
import { getStaticTOMLValue, ParseError, parseTOML, type AST } from 'toml-eslint-parser';
import type { Keys, Model, Refusal } from '../types.ts';
import { BOM } from './lines.ts';
import { once } from './once.ts';
import { refuse } from './refusal.ts';

export type Pair = AST.TOMLKeyValue;

/** A `key = value` with the path of what holds it and its own. */
export interface Entry {
  readonly pair: Pair;
  readonly holder: Keys;
  readonly path: Keys;
}
export interface TomlTree {
  readonly tokens: readonly AST.Token[];
  /** Every key = value, those of inline tables included, in the order of the file. */
  readonly entries: readonly Entry[];
  /** Every `[header]` and `[[header]]`; the path of the latter ends with its index. */
  readonly headers: readonly { readonly path: Keys; readonly node: AST.TOMLTable }[];
  readonly top: AST.TOMLTopLevelTable;
}

/** The tree in offsets of `text`; refuses what TOML 1.0 (Python's tomllib) does not read. */
export const readToml = once((text: string): { tree: TomlTree; model: Model } | Refusal => {
  let program: AST.TOMLProgram;
  try {
    // A blank in place of the BOM keeps the offsets.
    program = parseTOML(text.startsWith(BOM) ? ` ${text.slice(1)}` : text, { tomlVersion: '1.0' });
  } catch (error) {
    if (error instanceof ParseError) return refuse(`This is not TOML: ${error.message}.`, error.lineNumber);
    if (error instanceof RangeError) return refuse('This TOML file is nested too deeply.');
    throw error;
  }
  const [top] = program.body;
  const headers: { path: Keys; node: AST.TOMLTable }[] = [];
  const entries = entriesOf(top.body.filter(isPair), []);
  for (const node of top.body) {
    if (node.type !== 'TOMLTable') continue;
    headers.push({ path: node.resolvedKey, node });
    entries.push(...entriesOf(node.body, node.resolvedKey));
  }
  // An object's prototype must not be reached by way of a key.
  if ([...headers, ...entries].some(({ path }) => path.includes('__proto__'))) return refuse('The key "__proto__" is not read.');
  return { tree: { tokens: program.tokens, entries, headers, top }, model: plain(getStaticTOMLValue(program)) };
});

function entriesOf(pairs: readonly Pair[], holder: Keys): Entry[] {
  return pairs.flatMap(pair => {
    const path = [...holder, ...keysOf(pair)];
    const deeper = pair.value.type === 'TOMLInlineTable' ? entriesOf(pair.value.body, path) : [];
    return [{ pair, holder, path }, ...deeper];
  });
}

function keysOf(pair: Pair): string[] {
  return pair.key.keys.map(key => (key.type === 'TOMLBare' ? key.name : key.value));
}

function isPair(node: AST.TOMLKeyValue | AST.TOMLTable): node is Pair {
  return node.type === 'TOMLKeyValue';
}

/** Dates as their ISO text; everything else is JSON already. */
function plain(value: unknown): Model {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
}

export function samePath(a: Keys, b: Keys): boolean {
  return a.length === b.length && startsWith(a, b);
}

export function startsWith(path: Keys, head: Keys): boolean {
  return head.every((key, i) => path[i] === key);
}

/** The `key = value` at exactly this path. */
export function entryAt(tree: TomlTree, path: Keys): Entry | undefined {
  return tree.entries.find(entry => samePath(entry.path, path));
}

/** The header that opens exactly this table. */
export function headerAt(tree: TomlTree, path: Keys): AST.TOMLTable | undefined {
  return tree.headers.find(header => samePath(header.path, path))?.node;
}

/** The last `a.b.c = …` that makes a table out of `path` on its way: the table is open only to keys beside it. */
export function dottedAt(tree: TomlTree, path: Keys): Entry | undefined {
  return tree.entries.findLast(entry => entry.holder.length < path.length && path.length < entry.path.length && startsWith(entry.path, path));
}
