import { browser } from './browser.ts';
import { infrastructure } from './leave.ts';
import { node } from './node/index.ts';
import { python } from './python/index.ts';
import { recognised } from './recognised.ts';
import type { App, Files, Language, Service } from '../types.ts';

const SOURCE = /\.(?:py|[cm]?[jt]sx?|java|kt|jar|go|rb|php|cs|fs|dll|rs|exs?)$|^(?:package\.json|Procfile)$/;

/** In the order of asking: the browser before Node, whose dev servers look like servers. */
export const languages: readonly Language[] = [browser, python, node, ...recognised];

/**
 * What a service is: the first language that knows it. An image of a database or a broker is no app, whatever lies in its
 * folder; a web server's image may hold a browser frontend, nothing else.
 */
export function recognise(service: Service, files: Files): App | undefined {
  const image = service.build === undefined ? service.image : service.build.stage?.base;
  const kind = image === undefined ? undefined : infrastructure(image);
  if (kind !== undefined) return kind === 'a proxy' ? browser.recognise(service, files) : undefined;
  if (!hasSource(service, files)) return undefined;
  for (const language of languages) {
    const app = language.recognise(service, files);
    if (app !== undefined) return app;
  }
  return undefined;
}

/** The files that a language is told by must be the service's own: built from, or mounted; not those of a folder that it merely stands in. */
function hasSource(service: Service, files: Files): boolean {
  if (service.origin === 'folder' || service.build !== undefined || service.unread !== undefined) return true;
  return service.mounts.some(({ from }) => from !== undefined && (files.isDir(from) ? files.find(from, SOURCE, 4).length > 0 : SOURCE.test(from)));
}

/** The language of an App's `language`. */
export function languageOf(id: string): Language | undefined {
  return languages.find((language) => language.id === id);
}
