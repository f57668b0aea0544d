/** Folders of our own outside of any workspace: temporary ones, and the cache of virtual environments. */
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
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

/** Writes new files below a folder of ours: [relative path, text]; folders are made. */
export async function writeFiles(folder: string, files: readonly (readonly [string, string])[]): Promise<void> {
  for (const [path, text] of files) {
    const to = join(folder, path);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, text, { flag: 'wx' });
  }
}

/** Removes a folder with all that is in it; gone already is fine. Windows lets go of a program's files a little later. */
export const removeFolder = async (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });

export const isThere = (path: string): boolean => existsSync(path);

/** An empty file that says "this was finished"; its folder is made. */
export async function mark(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '');
}

/**
 * Claims a folder that is to be made, so that two runs do not make it at once. False: another process that is alive is
 * making it. A claim of a process that has gone is taken over.
 */
export async function claim(path: string): Promise<boolean> {
  const file = `${path}.making`;
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' });
  } catch {
    const owner = Number(await readFile(file, 'utf8').catch(() => ''));
    if (owner !== process.pid && isAlive(owner)) return false;
    await writeFile(file, String(process.pid));
  }
  return true;
}
export const unclaim = async (path: string): Promise<void> => rm(`${path}.making`, { force: true });

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
