import { folderOf } from '../../workspace/files.ts';
import type { Evidence, Files, Path } from '../../types.ts';

const MOST_FILES = 400;
const LARGEST = 400_000;
/** Every template says who wrote it: a preload of ours is not the service's own way of starting OpenTelemetry. */
const OURS = 'Written by otel-setup.';

/** A JavaScript or TypeScript file with its comments blanked out, so that offsets and lines stay. */
export interface JsSource {
  readonly path: Path;
  readonly code: string;
}

const known = new WeakMap<Files, Map<Path, readonly JsSource[]>>();

/** The service's own sources (tests and built output left out), comments blanked; read once per Files and folder. */
export function jsSources(files: Files, manifest: Path): readonly JsSource[] {
  const folder = folderOf(manifest);
  const perFiles = known.get(files) ?? new Map<Path, readonly JsSource[]>();
  known.set(files, perFiles);
  const before = perFiles.get(folder);
  if (before !== undefined) return before;
  const found = files
    .find(folder, /\.(?:[cm]?js|[cm]?ts|tsx|jsx)$/, 5)
    .filter((file) => !/(?:^|\/)(?:tests?|__tests__|e2e|cypress|public|static)\/|\.(?:test|spec|d)\.[cm]?[jt]s$/.test(folder === '' ? file : file.slice(folder.length + 1)))
    .slice(0, MOST_FILES)
    .flatMap((file) => {
      const text = files.text(file);
      return text === undefined || text.length > LARGEST || text.includes(OURS) ? [] : [{ path: file, code: withoutComments(text) }];
    });
  perFiles.set(folder, found);
  return found;
}

/** Comments become blanks; strings and template literals are left as they are ("https://…" is no comment). */
export function withoutComments(text: string, depth = 0): string {
  return text.replaceAll(/("(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|`(?:\\.|[^`\\])*`?)|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?/g, (whole: string, kept: string | undefined) => {
    // What begins here has no end (a quote in a regular expression, an apostrophe): it begins nothing. Each level reads the text once more.
    const isClosed = kept === undefined ? whole.startsWith('//') || (whole.length > 3 && whole.endsWith('*/')) : isString(kept);
    if (!isClosed) return depth === MOST_UNCLOSED ? whole : whole.charAt(0) + withoutComments(whole.slice(1), depth + 1);
    return kept ?? whole.replaceAll(/[^\n]/g, ' ');
  });
}

const MOST_UNCLOSED = 8;
const isString = (text: string): boolean => text.length > 1 && text.endsWith(text.charAt(0)) && /(?<!\\)(?:\\\\)*$/.test(text.slice(0, -1));

/** The first place where a pattern occurs in the sources. */
export function firstMatch(sources: readonly JsSource[], pattern: RegExp): Evidence | undefined {
  for (const source of sources) {
    const match = pattern.exec(source.code);
    if (match === null) continue;
    const line = source.code.slice(0, match.index).split('\n').length;
    return { where: { path: source.path, line }, says: match[0].trim().slice(0, 80) };
  }
  return undefined;
}

/** Someone starts OpenTelemetry in code: the first SDK wins, so a second one must not be loaded. */
export function wiredIn(sources: readonly JsSource[]): Evidence | undefined {
  return firstMatch(sources, /\bnew\s+(?:opentelemetry\.)?(?:NodeSDK|NodeTracerProvider|HoneycombSDK)\s*\(|\bregisterOTel\s*\(|\bstartNodeSDK\s*\(/);
}

/** Sentry.init({ tracesSampleRate: … }): Sentry's own tracing is on. */
export function sentrySampling(sources: readonly JsSource[]): Evidence | undefined {
  return firstMatch(sources, /\btraces(?:SampleRate|Sampler)\s*:/);
}
