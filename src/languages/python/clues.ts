import { oncePerService } from '../once.ts';
import { findManifest, type Manifest } from './manifest.ts';
import { processOf, type Process } from './process.ts';
import { pySources, type PySource } from './sources.ts';
import type { Evidence, Files, Need, Service, Stuck } from '../../types.ts';

/** All that is known of one Python service: what frameworks are recognised by. */
export interface Clues {
  readonly service: Service;
  readonly files: Files;
  readonly manifest?: Manifest;
  readonly libraries: Readonly<Record<string, string>>;
  readonly sources: readonly PySource[];
  readonly process: Process;
}

/** One web framework or worker: how it is recognised and what it adds. */
export interface Framework {
  readonly id: string;
  /** Its distribution, as the manifest declares it. */
  readonly library: string;
  /** Its top-level module, as code imports it. */
  readonly module: string;
  /** Recognised by the command alone, before any library: 'celery worker', 'manage.py'. */
  commands?(clues: Clues): Evidence | undefined;
  /** Names in the set's table: 'flask' is opentelemetry-instrumentation-flask. */
  instrumentations(clues: Clues): readonly string[];
  /** Environment that it needs to work, and what the user should know. */
  more?(clues: Clues): { readonly needs: readonly Need[]; readonly notes: readonly string[] } | Stuck;
}

/** A service's Python clues, read once. */
export const cluesOf = oncePerService((service, files): Clues => {
  const manifest = findManifest(service, files);
  const libraries = manifest?.libraries ?? {};
  const sources = pySources(service, files);
  return { service, files, libraries, sources, process: processOf(service, files, sources, libraries), ...(manifest === undefined ? {} : { manifest }) };
});
