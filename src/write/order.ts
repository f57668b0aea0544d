/** The order of writing: the ignore line is there before the secret is, the start command names nothing that is not there. */
import type { FormatId, Op, Path } from '../types.ts';

const BY_FORMAT: Readonly<Record<FormatId, number>> = { 'ignore-file': 0, dotenv: 1, compose: 2, 'requirements-txt': 3, 'package-json': 3, toml: 3, dockerfile: 5, procfile: 5 };
const LOCK = 4;
const CREATE = 6;

/** Smaller is written earlier. */
export function rankOf(kind: 'edit' | 'create' | 'lock', format: FormatId | undefined): number {
  if (kind === 'lock') return LOCK;
  if (kind === 'create') return CREATE;
  return BY_FORMAT[format ?? ''] ?? 3;
}

/** Operations without doubles, in the order of writing; operations of one rank stay as they came. */
export function inOrder(ops: readonly Op[]): Op[] {
  const seen = new Set<string>();
  const once = ops.filter((op) => {
    const key = textOf(op);
    return !seen.has(key) && Boolean(seen.add(key));
  });
  return once.toSorted((a, b) => opRank(a) - opRank(b));
}

const texts = new WeakMap<Op, string>();

/** An operation as JSON; the same one is compared many times while services are taken out of a plan. */
function textOf(op: Op): string {
  const text = texts.get(op) ?? JSON.stringify(op);
  texts.set(op, text);
  return text;
}

function opRank(op: Op): number {
  if (op.op === 'store') return CREATE + 1;
  return op.op === 'edit' ? rankOf('edit', op.format) : rankOf(op.op, undefined);
}

/** Files of one rank are written in the order of their names. */
export function byRank(a: { readonly rank: number; readonly path: Path }, b: { readonly rank: number; readonly path: Path }): number {
  return a.rank - b.rank || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
}
