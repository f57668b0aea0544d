import { template } from '../../templates.ts';
import { folderOf, join } from '../../workspace/files.ts';
import { withoutComments } from './source.ts';
import type { Framework } from './framework.ts';
import type { Files, Path } from '../../types.ts';

/** The next.config.* beside a package.json. */
export function nextConfig(files: Files, manifest: Path): Path | undefined {
  return ['next.config.js', 'next.config.mjs', 'next.config.cjs', 'next.config.ts'].map((name) => join(folderOf(manifest), name)).find((path) => files.text(path) !== undefined);
}

/** `output: 'standalone'` in next.config.*: the image then holds only files that Next traced, so no preload's packages. */
export function isStandalone(files: Files, manifest: Path): boolean {
  const config = nextConfig(files, manifest);
  return config !== undefined && /\boutput\s*:\s*["']standalone["']/.test(withoutComments(files.text(config) ?? ''));
}

/** Next.js: `next start` works with a preload; a standalone build and the dev server want instrumentation.ts. */
export const next: Framework = {
  id: 'next',
  libraries: ['next'],
  more: (clues) => {
    const dev = clues.process.runner === 'next' && clues.process.words[1] !== 'start';
    if (!dev && !(isStandalone(clues.files, clues.manifest.path) && clues.process.runner !== 'next')) return { notes: [] };
    return {
      stuck: `${dev ? "Next's development server runs the app in workers of its own" : "A standalone build of Next contains only the files that Next traced"}: tracing belongs into instrumentation.ts there. Add the file, and set the OTEL_* variables for the service.`,
      paste: { into: 'instrumentation.ts', text: template('next/instrumentation.txt').trimEnd() },
    };
  },
};
