import { celery } from './celery.ts';
import { django } from './django.ts';
import { fastapi, starlette } from './fastapi.ts';
import { flask } from './flask.ts';
import { importedAt, reachableFrom } from './sources.ts';
import { plainWsgi, wsgi } from './wsgi.ts';
import type { Clues, Framework } from './clues.ts';
import type { Evidence } from '../../types.ts';

/** Servers whose instrumentation alone is enough. */
const plain = (id: string, library: string, module: string): Framework => ({ id, library, module, instrumentations: () => [id] });

/** In the order of recognition: what others are built on comes after them. */
export const frameworks: readonly Framework[] = [
  celery,
  django,
  fastapi,
  flask,
  plain('falcon', 'falcon', 'falcon'),
  plain('pyramid', 'pyramid', 'pyramid'),
  plain('tornado', 'tornado', 'tornado'),
  starlette,
  plain('aiohttp-server', 'aiohttp', 'aiohttp.web'),
];

/** The framework of a service and where it was seen: the command, then the entry file's imports, all imports, the manifest. */
export function frameworkOf(clues: Clues): { readonly framework: Framework; readonly seen: Evidence } | undefined {
  for (const framework of frameworks) {
    const seen = framework.commands?.(clues);
    if (seen !== undefined) return { framework, seen };
  }
  const { sources, process, manifest } = clues;
  // A library that a web service only uses (its task queue, aiohttp as a client) is not what serves.
  const servers = frameworks.filter((framework) => framework.id !== 'celery');
  const reached = process.entry === undefined ? [] : reachableFrom(sources, process.entry);
  // A script of its own (a job, a seed) is what it imports, not what else lies in the folder.
  const isScript = process.server === 'python' && process.entry !== undefined;
  for (const where of isScript ? [reached] : [reached, sources]) {
    for (const framework of servers) {
      const at = importedAt(where, framework.module);
      if (at !== undefined) return { framework, seen: { where: manifest?.lines[framework.library] ?? at, says: manifest?.lines[framework.library] === undefined ? `import ${framework.module}` : framework.library } };
    }
  }
  if (isScript) return undefined;
  for (const framework of servers) {
    const at = manifest?.lines[framework.library];
    if (at !== undefined && framework.id !== 'aiohttp-server') return { framework, seen: { where: at, says: framework.library } };
  }
  const plainly = plainWsgi(clues);
  return plainly === undefined ? undefined : { framework: wsgi, seen: plainly };
}
