import type { Files, Path, Service } from '../types.ts';

/** An absolute container path without '.', '..' and doubled slashes; `base` is what a relative one starts from. */
export function absolute(base: string, relative: string): string {
  const parts: string[] = [];
  for (const part of (relative.startsWith('/') ? relative : `${base}/${relative}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/**
 * The workspace file that an image or a mount shows at a container path, if there is one: the inverse of
 * workspace/container-path.ts, for paths that RUN lines name ('pip install -r requirements/prod.txt').
 */
export function fromContainer(service: Service, files: Files, where: string): Path | undefined {
  const stage = service.build?.stage;
  const wanted = absolute(stage?.workdir ?? '/', where);
  for (const mount of service.mounts) {
    const rest = below(wanted, mount.to);
    const found = rest === undefined || mount.from === undefined ? undefined : existing(files, mount.from, rest);
    if (found !== undefined) return found;
  }
  if (stage !== undefined && service.build !== undefined) {
    const context = service.build.context;
    for (const copy of stage.copies.toReversed()) {
      if (copy.stage !== undefined) continue;
      const found = copied(files, context, copy, wanted);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function copied(files: Files, context: Path, copy: { readonly from: string; readonly to: string }, wanted: string): Path | undefined {
  const to = absolute('/', copy.to);
  const rest = below(wanted, to);
  if (rest === undefined) return undefined;
  const last = wanted.slice(wanted.lastIndexOf('/') + 1);
  if (/[*?[]/.test(copy.from)) {
    const pattern = new RegExp(`^${copy.from.slice(copy.from.lastIndexOf('/') + 1).replaceAll(/[.+^${}()|\\]/g, String.raw`\$&`).replaceAll('*', '.*').replaceAll('?', '.')}$`);
    const folder = copy.from.includes('/') ? copy.from.slice(0, copy.from.lastIndexOf('/')) : '.';
    return pattern.test(last) && rest === last ? existing(files, context, `${folder}/${last}`) : undefined;
  }
  const source = files.resolve(context, copy.from.replace(/^\/+/, './'));
  if (source === undefined || !files.exists(source)) return undefined;
  if (files.isDir(source)) return existing(files, source, rest);
  if (rest === '') return source;
  return rest === last && source.slice(source.lastIndexOf('/') + 1) === last ? source : undefined;
}

/** What remains of `path` below `folder`: '' for the folder itself, undefined outside of it. */
function below(inside: string, folder: string): string | undefined {
  const base = folder === '/' ? '' : folder.replace(/\/+$/, '');
  if (inside === base) return '';
  return inside.startsWith(`${base}/`) ? inside.slice(base.length + 1) : undefined;
}

function existing(files: Files, from: Path, relative: string): Path | undefined {
  const found = relative === '' ? from : files.resolve(from, relative);
  return found !== undefined && files.exists(found) && !files.isDir(found) ? found : undefined;
}
