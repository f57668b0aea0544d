/** Folders of our own outside of any workspace: temporary ones, and the cache of virtual environments. */
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** Where this system keeps what can be made again: XDG_CACHE_HOME, ~/Library/Caches or %LOCALAPPDATA%. */
export function cacheFolder(env: Env, platform: NodeJS.Platform = process.platform, home: string = homedir()): string {
  const base = env['XDG_CACHE_HOME'] || (platform === 'win32' ? env['LOCALAPPDATA'] : platform === 'darwin' ? join(home, 'Library', 'Caches') : undefined) || join(home, '.cache');
  return join(base, 'otel-setup');
}

/** A new, empty folder that only this user can enter; symlinks in its path are resolved. */
export const temporaryFolder = async (name: string): Promise<string> => realpath(await mkdtemp(join(tmpdir(), `${name}-`)));

/** Copies a folder with all that is in it; `to` is made. */
export const copyFolder = async (from: string, to: string): Promise<void> => cp(from, to, { recursive: true });

/** Removes a folder with all that is in it; gone already is fine. Windows lets go of a program's files a little later. */
export const removeFolder = async (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });

export const isThere = (path: string): boolean => existsSync(path);

/** Replaces words in a file of a folder of ours. */
export async function replaceIn(path: string, words: readonly (readonly [string, string])[]): Promise<void> {
  const before = await readFile(path, 'utf8');
  const after = words.reduce((text, [was, now]) => text.replaceAll(was, now), before);
  if (after !== before) await writeFile(path, after);
}

/** An empty file that says "this was finished"; its folder is made. */
export async function mark(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '');
}
