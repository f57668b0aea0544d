/** Files of the workspace ↔ paths in the container: bind mounts first, then what the image copies. */
import type { Files, Path, Service, Stage } from '../types.ts';
import { isPattern, sourceGlob, type Glob } from './globs.ts';
import { nameOf, path as asPath } from './path.ts';

type Copies = Stage['copies'];
/** What of a service decides which files its container sees. */
export type Place = Pick<Service, 'mounts' | 'build' | 'workingDir'>;

/** A POSIX path without '.', '..' and doubled slashes, from `base` if it is relative. */
export function absolutePath(base: string, text: string): string {
  const parts: string[] = [];
  for (const part of (text.startsWith('/') ? text : `${base}/${text}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/**
 * Where a workspace file is in the service's container, and whether a mount or the image brings it there; undefined =
 * it does not get there. The file need not exist yet. What .dockerignore leaves out is not looked at.
 */
export function inContainer(service: Place, path: Path): { readonly path: string; readonly by: 'mount' | 'copy' } | undefined {
  const mounted = service.mounts
    .flatMap(mount => {
      const rest = mount.from === undefined ? undefined : below(path, mount.from);
      return rest === undefined ? [] : [{ depth: mount.to.length, at: absolutePath(mount.to, rest) }];
    })
    .find(({ at, depth }) => !service.mounts.some(other => other.to.length > depth && below(at.slice(1), other.to.slice(1)) !== undefined));
  if (mounted !== undefined) return { path: mounted.at, by: 'mount' };
  const { stage, context } = service.build ?? {};
  const inside = context === undefined ? undefined : below(path, context);
  if (stage === undefined || inside === undefined) return undefined;
  for (const copy of stage.copies.toReversed()) {
    const at = copy.stage === undefined ? destination(copy, inside, stage.workdir) : undefined;
    if (at !== undefined && !service.mounts.some(mount => below(at.slice(1), absolutePath('/', mount.to).slice(1)) !== undefined)) return { path: at, by: 'copy' };
  }
  return undefined;
}

/** The folder that the container's process starts in; undefined = only the base image knows. */
export function containerDir(service: Place): string | undefined {
  const { stage } = service.build ?? {};
  const dir = service.workingDir === undefined ? stage?.workdir : absolutePath(stage?.workdir ?? '/', service.workingDir);
  return dir === '/' && service.workingDir === undefined ? undefined : dir;
}

/** The workspace file that a container path shows, if there is one. */
export function fromContainer(service: Place, files: Files, where: string): Path | undefined {
  const wanted = absolutePath(containerDir(service) ?? '/', where);
  for (const mount of service.mounts.toSorted((a, b) => b.to.length - a.to.length)) {
    const rest = below(wanted.slice(1), absolutePath('/', mount.to).slice(1));
    if (rest === undefined) continue;
    const found = mount.from === undefined ? undefined : files.resolve(mount.from, rest === '' ? '.' : rest);
    return found !== undefined && files.exists(found) ? found : undefined;
  }
  const { stage, context } = service.build ?? {};
  if (stage === undefined || context === undefined) return undefined;
  for (const copy of stage.copies.toReversed()) {
    const source = copy.stage === undefined ? sourceOf(files, context, copy, wanted, stage.workdir) : undefined;
    if (source !== undefined) return source;
  }
  return undefined;
}

/**
 * `COPY --from=other folder to` said with the build context: which of the other stage's context copies lie in `folder`
 * (absolute there) and where they end up. `from` stays relative to the context.
 */
export function contextCopies(copies: Copies, folder: string, to: string): readonly Pick<Copies[number], 'from' | 'to' | 'excludes'>[] {
  return copies.flatMap(copy => {
    if (copy.stage !== undefined) return [];
    const there = absolutePath('/', copy.to);
    const within = below(there.slice(1), folder.slice(1));
    const excludes = copy.excludes === true ? { excludes: true as const } : {};
    if (within !== undefined) return [{ from: copy.from, to: absolutePath(to, within) + (copy.to.endsWith('/') ? '/' : ''), ...excludes }];
    const part = below(folder.slice(1), there.slice(1));
    if (part === undefined || isPattern(copy.from)) return [];
    return [{ from: `${copy.from.replace(/\/$/, '')}/${part}`, to, ...excludes }];
  });
}

/**
 * Does a COPY of the build context take the file `inside` (relative to the context) in? 'named': by its own name, so that
 * the build fails without it; 'perhaps': something is left out of what it takes (--exclude).
 */
export function takes(copy: Copies[number], inside: string): 'named' | 'among others' | 'perhaps' | undefined {
  if (copy.stage !== undefined || destination(copy, inside, '/') === undefined) return undefined;
  if (copy.excludes === true) return 'perhaps';
  return sourceText(copy.from) === inside ? 'named' : 'among others';
}

/** Where a COPY puts a file of the context (`inside`, relative to it); undefined = it is not among its sources. */
function destination(copy: Copies[number], inside: string, workdir: string): string | undefined {
  const source = sourceText(copy.from);
  if (isPattern(source)) return globbed(sourceGlob(source), copy.to, inside);
  const rest = below(inside, source);
  if (rest === undefined) return undefined;
  if (rest !== '') return absolutePath(copy.to, rest);
  const folder = copy.to.endsWith('/') || absolutePath('/', copy.to) === workdir;
  return folder ? absolutePath(copy.to, nameOf(inside)) : absolutePath('/', copy.to);
}

function sourceOf(files: Files, context: Path, copy: Copies[number], wanted: string, workdir: string): Path | undefined {
  const source = sourceText(copy.from);
  const rest = below(wanted.slice(1), absolutePath('/', copy.to).slice(1));
  if (rest === undefined) return undefined;
  const candidates = isPattern(source) ? [`${source.slice(0, source.lastIndexOf('/') + 1)}${nameOf(wanted)}`] : [`${source}/${rest}`, source];
  for (const candidate of candidates) {
    const found = files.resolve(context, candidate === '' || candidate === '/' ? '.' : candidate.replace(/^\//, ''));
    if (found === undefined || !files.exists(found) || files.isDir(found)) continue;
    const inside = below(found, context);
    if (inside !== undefined && destination(copy, inside, workdir) === wanted) return found;
  }
  return undefined;
}

/** A COPY source relative to the context: './src/' → 'src', '/' and '.' → ''. */
function sourceText(from: string): string {
  return absolutePath('/', from).slice(1);
}

/** A pattern takes the file itself, or a folder that it lies in: of a folder the contents are copied. */
function globbed(matches: Glob, to: string, inside: string): string | undefined {
  const parts = inside.split('/');
  const taken = parts.findIndex((_, i) => matches(parts.slice(0, i + 1).join('/')));
  if (taken < 0) return undefined;
  return absolutePath(to, taken === parts.length - 1 ? nameOf(inside) : parts.slice(taken + 1).join('/'));
}

/** What remains of `inner` below `outer`: '' for the same, undefined outside. Both relative, '' is the root. */
function below(inner: string, outer: string): string | undefined {
  const folder = outer.replace(/\/$/, '');
  if (inner === folder) return '';
  if (folder === '') return inner;
  return inner.startsWith(`${folder}/`) ? inner.slice(folder.length + 1) : undefined;
}

/** The root of the workspace as a path. */
export const ROOT: Path = asPath('');
