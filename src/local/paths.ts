/** Container paths → paths on this machine, for a service that runs here as a process. Pure over Files. */
import { join, posix } from 'node:path';
import { withoutEnd } from '../patterns.ts';
import type { Files, Service } from '../types.ts';

export interface Mapping {
  /** Absolute, in the container, without a slash at the end. */
  readonly container: string;
  /** Absolute, on this machine. */
  readonly local: string;
}

/**
 * What of the container is a file or folder of the workspace: bind mounts, then COPY and ADD from the build context.
 * The longest container path first; a mount hides a copy to the same place.
 */
export function mappings(service: Service, files: Files): readonly Mapping[] {
  const found = new Map<string, string>();
  const add = (container: string, local: string): void => {
    const at = container === '/' ? '' : withoutEnd(container, '/');
    if (at !== '' && !found.has(at)) found.set(at, local);
  };
  for (const { from, to } of service.mounts) if (from !== undefined) add(to, join(files.root, from));
  const { build } = service;
  for (const { from, to, stage } of build?.stage?.copies.toReversed() ?? []) {
    const source = stage === undefined && build !== undefined ? files.resolve(build.context, from) : undefined;
    if (source === undefined || !files.exists(source)) continue;
    const local = join(files.root, source);
    if (files.isDir(source)) add(to, local);
    // `COPY app.py .`: the destination is a folder, written with or without a slash at its end.
    else add(posix.basename(to) === posix.basename(from) ? to : posix.join(to, posix.basename(from)), local);
  }
  return [...found].map(([container, local]) => ({ container, local })).toSorted((a, b) => b.container.length - a.container.length);
}

/** The folder that the container's process starts in; undefined = only the image knows. */
export const containerFolder = (service: Service): string | undefined => service.workingDir ?? service.build?.stage?.workdir;

/** The folder that the process starts in: the container's working folder where that is one of the workspace's, else the service's. */
export function workingFolder(service: Service, files: Files, maps: readonly Mapping[]): string {
  const workdir = containerFolder(service);
  const own = join(files.root, service.dir);
  if (workdir === undefined || workdir === '/') return own;
  const local = toLocal(workdir, maps);
  return local === workdir ? own : local;
}

/** One container path on this machine; unchanged where it is none of the workspace's. */
export function toLocal(path: string, maps: readonly Mapping[]): string {
  for (const { container, local } of maps) {
    if (path === container || path === `${container}/`) return local;
    if (path.startsWith(`${container}/`)) return join(local, path.slice(container.length + 1));
  }
  return path;
}

/** The same for every container path inside a longer text: PYTHONPATH=/app:/app/lib, `cd /app && ./run.sh`. */
export function textToLocal(text: string, maps: readonly Mapping[]): string {
  return text.replaceAll(/(^|[\s"'=:;,(])(\/[\w.@+/-]*)/g, (_all, before: string, path: string) => before + toLocal(path, maps));
}
