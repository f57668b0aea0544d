import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Expect } from './expect.ts';
import { pathWithManagers } from './managers.ts';

/**
 * Copies a workspace to a folder of its own, as a git repository with one commit, the way a user has it.
 * @param lock makes a lock file that is not kept in the repository: it would name the registry that it was made with.
 */
export function checkOut(workspace: string, name: string, lock?: Expect['lock']): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `e2e-${name}-`)));
  cpSync(workspace, folder, { recursive: true, filter: (source) => !source.endsWith('expect.json') });
  const git = (...words: string[]): Buffer => execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'core.autocrlf=false', ...words], { cwd: folder });
  if (lock !== undefined) execFileSync(lock.command[0] ?? '', lock.command.slice(1), { cwd: join(folder, lock.in), stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, PATH: pathWithManagers() } });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', 'As it was');
  return folder;
}

/** Path → mode and bytes (base64) of every file, except git's own and what the running apps write. */
export function snapshot(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !/\/(\.git|__pycache__|node_modules)\//.test(file.slice(folder.length)))
      .toSorted()
      .map((file) => [file.slice(folder.length + 1), `${(statSync(file).mode & 0o777).toString(8)} ${readFileSync(file).toString('base64')}`]),
  );
}

/** Writes a file again with the bytes that it has: what an editor's "save" does. */
export function touch(file: string): void {
  writeFileSync(file, readFileSync(file));
}
