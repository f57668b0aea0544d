/** The Go SDK, which logs through `otel.Handle` (standard log) unless the app says otherwise. */
import { inOrder, note, way, type Pattern } from './pattern.ts';

export const go: readonly Pattern[] = [
  way('files.header-colon', inOrder([/parse headers["']? /g, /missing '=/g])),
  way('files.endpoint-quoted', inOrder([/parse url["']? /g, /"input"=""/g])),
  way('files.endpoint-scheme', inOrder([/parse url["']? /g, /(?:first path segment in URL cannot contain colon|missing protocol scheme)/g])),
  note('files.propagator', /unknown propagator: /),
];
