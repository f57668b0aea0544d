/** Folders as data: what tests compare and copy. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Path → bytes as latin1 text, so that every byte counts and a difference can still be read. */
export type Tree = Readonly<Record<string, string>>;

/** Everything below a folder but `.git`. */
export function treeOf(folder: string, under = ''): Tree {
  const tree: Record<string, string> = {};
  for (const entry of readdirSync(join(folder, under), { withFileTypes: true })) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (entry.name === '.git') continue;
    if (entry.isDirectory()) Object.assign(tree, treeOf(folder, path));
    else tree[path] = readFileSync(join(folder, path), 'latin1');
  }
  return tree;
}
/** Path → permission bits. */
export const modesOf = (folder: string): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.keys(treeOf(folder)).map((path) => [path, statSync(join(folder, path)).mode & 0o777]));

export function writeTree(folder: string, tree: Tree): void {
  for (const [path, bytes] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes, 'latin1');
  }
}

/** A copy of a folder in a git repository of its own, everything in the index. */
export function checkout(source: string | Tree): { readonly folder: string; remove(): void } {
  const parent = mkdtempSync(join(tmpdir(), 'otel-setup-test-'));
  const folder = join(parent, 'workspace');
  if (typeof source === 'string') cpSync(source, folder, { recursive: true });
  else {
    mkdirSync(folder);
    writeTree(folder, source);
  }
  emptyRepository(folder);
  git(folder, 'add', '-A', '-f');
  return { folder, remove: () => rmSync(parent, { recursive: true, force: true }) };
}

/** What `git init` makes, without a process: there are hundreds of these. */
function emptyRepository(folder: string): void {
  for (const inner of ['objects', 'refs']) mkdirSync(join(folder, '.git', inner), { recursive: true });
  writeFileSync(join(folder, '.git/HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(join(folder, '.git/config'), '[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tfilemode = true\n');
}

export function git(folder: string, ...words: readonly string[]): string {
  return execFileSync('git', ['-c', 'core.autocrlf=false', '-c', 'core.safecrlf=false', ...words], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
