/** GET routes without parameters that a service's source shows, for a little traffic. Pure over Files. */
import { nodeRoutes } from './node/routes.ts';
import { pythonRoutes } from './python/routes.ts';
import type { Files, Service } from '../types.ts';

/** Each begins with '/', once, in the order of the source; [] where nothing is known. */
export function routesOf(service: Service, files: Files): readonly string[] {
  const found = service.app?.language === 'python' ? pythonRoutes(service, files) : service.app?.language === 'node' ? nodeRoutes(service, files) : [];
  return [...new Set(found.map(tidy).filter((route) => /^\/[\w~.\-/]*$/.test(route)))];
}

const tidy = (route: string): string => `/${route}`.replaceAll(/\/{2,}/g, '/');
