/** The Go SDK, which logs through `otel.Handle` (standard log) unless the app says otherwise. */
import { note, way, type Pattern } from './pattern.ts';

export const go: readonly Pattern[] = [
  way('files.header-colon', /parse headers["']? .*missing '=/),
  way('files.endpoint-quoted', /parse url["']? .*"input"=""/),
  way('files.endpoint-scheme', /parse url["']? .*(?:first path segment in URL cannot contain colon|missing protocol scheme)/),
  note('files.propagator', /unknown propagator: /),
];
