import { browser } from './browser.ts';
import { infrastructure } from './leave.ts';
import { node } from './node/index.ts';
import { python } from './python/index.ts';
import { recognised } from './recognised.ts';
import type { App, Files, Language, Service } from '../types.ts';

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
  for (const language of languages) {
    const app = language.recognise(service, files);
    if (app !== undefined) return app;
  }
  return undefined;
}

/** The language of an App's `language`. */
export function languageOf(id: string): Language | undefined {
  return languages.find((language) => language.id === id);
}
