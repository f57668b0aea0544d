/**
 * Operations → proven patches, one for each file. Pure: the new content of every file is known before the first write.
 */
import { formatOf } from '../formats/index.ts';
import { prove } from '../formats/prove.ts';
import { isRefusal } from '../formats/refusal.ts';
import { template } from '../templates.ts';
import type { Change, Files, Op, Patch, Path, Refusal, Splice } from '../types.ts';
import { hashOfText } from './bytes.ts';
import { byRank, rankOf } from './order.ts';
import { secretsOf } from './placeholders.ts';

export interface FilePlan {
  readonly patch: Patch;
  readonly after: string;
}
/** Why a file cannot be changed as planned. */
export interface FileRefusal {
  readonly path: Path;
  readonly refused: string;
}

/** Plans one file: its edits together, or the template that it is created from. */
export function planFile(files: Files, path: Path, ops: readonly Op[]): FilePlan | FileRefusal {
  const there = files.exists(path);
  const why = there ? (files.isDir(path) ? 'it is a folder' : reason(files.why(path))) : undefined;
  if (why !== undefined) return { path, refused: `${path} cannot be changed: ${why}.` };
  const created = [...new Set(ops.flatMap((op) => (op.op === 'create' ? [op.template] : [])))];
  const edits = ops.flatMap((op) => (op.op === 'edit' ? [op] : []));
  if (created[0] !== undefined) {
    if (created.length > 1 || edits.length > 0) return { path, refused: `Two services need different files named ${path}.` };
    if (there) return { path, refused: `${path} is there already and is not ours.` };
    const text = template(created[0]);
    return { patch: patchOf(files, path, 'create', null, [{ at: 0, cut: '', put: text }], text), after: text };
  }
  const [first, ...others] = new Set(edits.map((e) => e.format));
  if (first === undefined) return { path, refused: `Nothing is planned for ${path}.` };
  if (others.length > 0) return { path, refused: `${path} would be read as ${first} and as ${others.join(', ')}.` };
  const before = files.text(path) ?? '';
  const proof = prove(formatOf(first), before, edits.map((e): Change => e.change));
  if (isRefusal(proof)) return { path, refused: `${path}${line(proof)}: ${proof.refused}` };
  return { patch: patchOf(files, path, 'edit', there ? before : null, proof.splices, proof.after), after: proof.after };
}

function line({ line: number }: Refusal): string {
  return number === undefined ? '' : `:${number}`;
}

function reason(why: string | undefined): string | undefined {
  if (why === undefined) return undefined;
  const says: Readonly<Record<string, string>> = {
    'too-large': 'it is larger than 8 MiB',
    'not-text': 'it is not text',
    outside: 'it is a link that leaves the workspace',
    'not-a-file': 'it is not a file',
    unreadable: 'it cannot be read',
  };
  return says[why] ?? why;
}

const PRIVATE = 0o600;

function patchOf(files: Files, path: Path, kind: Patch['kind'], before: string | null, splices: readonly Splice[], after: string): Patch {
  const encoding = before === null ? 'utf-8' : files.encoding(path);
  const patch: Patch = { path, encoding, before: before === null ? null : hashOfText(before, encoding), after: hashOfText(after, encoding), splices, kind };
  return before === null && secretsOf(patch).length > 0 ? { ...patch, mode: PRIVATE } : patch;
}

/** A lock file as a package manager left it. */
export function lockPatch(files: Files, path: Path, splices: readonly Splice[], after: string): Patch {
  return patchOf(files, path, 'lock', files.exists(path) ? (files.text(path) ?? '') : null, splices, after);
}

export interface FileOps {
  readonly path: Path;
  readonly rank: number;
  readonly ops: readonly Op[];
}

/** Operations by the file that they change, in the order of writing. */
export function byFile(ops: readonly Op[]): FileOps[] {
  const found = new Map<Path, { rank: number; path: Path; ops: Op[] }>();
  for (const op of ops) {
    if (op.op !== 'edit' && op.op !== 'create') continue;
    const file = found.get(op.path) ?? { rank: rankOf(op.op, op.op === 'edit' ? op.format : undefined), path: op.path, ops: [] };
    file.ops.push(op);
    found.set(op.path, file);
  }
  return [...found.values()].toSorted(byRank);
}

/** planFile() that remembers its last answer for each file: while services are taken out, most files stay as they were planned. */
export function rememberingPlanner(files: Files): (file: FileOps) => FilePlan | FileRefusal {
  const known = new Map<Path, { readonly ops: readonly Op[]; readonly plan: FilePlan | FileRefusal }>();
  return ({ path, ops }) => {
    const last = known.get(path);
    if (last !== undefined && last.ops.length === ops.length && last.ops.every((op, i) => op === ops[i])) return last.plan;
    const plan = planFile(files, path, ops);
    known.set(path, { ops, plan });
    return plan;
  };
}
