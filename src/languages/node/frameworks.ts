import { express, koa, nest, plainHttp } from './simple-frameworks.ts';
import { fastify } from './fastify.ts';
import type { Clues, Framework } from './framework.ts';
import { next } from './next.ts';
import type { Evidence } from '../../types.ts';

/** In the order of recognition: what is built on others comes before them. */
export const frameworks: readonly Framework[] = [next, nest, fastify, ...express, koa, plainHttp];

/** The framework of a service and where it was seen. */
export function frameworkOf(clues: Clues): { readonly framework: Framework; readonly seen: Evidence } | undefined {
  for (const framework of frameworks) {
    const library = framework.libraries.find((name) => Object.hasOwn(clues.manifest.libraries, name));
    const seen = library === undefined ? framework.find?.(clues) : { where: clues.manifest.line(library), says: library };
    if (seen !== undefined) return { framework, seen };
  }
  return undefined;
}
