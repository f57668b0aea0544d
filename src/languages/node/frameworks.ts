import { express, koa, nest, plainHttp } from './simple-frameworks.ts';
import { fastify } from './fastify.ts';
import { next } from './next.ts';
import type { PackageJson } from './manifest.ts';
import type { Process } from './process.ts';
import type { JsSource } from './source.ts';
import type { Evidence, Files, Service, Stuck } from '../../types.ts';

/** All that is known of one Node service. */
export interface Clues {
  readonly service: Service;
  readonly files: Files;
  readonly manifest: PackageJson;
  readonly process: Process;
  readonly sources: readonly JsSource[];
}

/** One server framework: how it is recognised and what it adds. */
export interface Framework {
  readonly id: string;
  /** Declared under one of these names; [] = recognised by `find` alone. */
  readonly libraries: readonly string[];
  find?(clues: Clues): Evidence | undefined;
  /** Packages beside the base set. */
  readonly packages?: readonly string[];
  /** What the user should know, or why it cannot be done. */
  more?(clues: Clues): { readonly notes: readonly string[] } | Stuck;
}

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
