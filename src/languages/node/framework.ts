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
