import { template } from '../../templates.ts';
import { folderOf, join } from '../../workspace/files.ts';
import { withoutComments } from './source.ts';
import type { Clues, Framework } from './framework.ts';

/** `output: 'standalone'` in next.config.*: the image then holds only files that Next traced, so no preload's packages. */
function isStandalone(clues: Clues): boolean {
  const folder = folderOf(clues.manifest.path);
  return ['next.config.js', 'next.config.mjs', 'next.config.cjs', 'next.config.ts'].some((name) => {
    const text = clues.files.text(join(folder, name));
    return text !== undefined && /\boutput\s*:\s*["']standalone["']/.test(withoutComments(text));
  });
}

/** Next.js: `next start` works with a preload; a standalone build and the dev server want instrumentation.ts. */
export const next: Framework = {
  id: 'next',
  libraries: ['next'],
  more: (clues) => {
    const dev = clues.process.runner === 'next' && clues.process.words[1] !== 'start';
    if (!dev && !(isStandalone(clues) && clues.process.runner !== 'next')) return { notes: [] };
    return {
      stuck: `${dev ? "Next's development server runs the app in workers of its own" : "A standalone build of Next contains only the files that Next traced"}: tracing belongs into instrumentation.ts there. Add the file, and set the OTEL_* variables for the service.`,
      paste: { into: 'instrumentation.ts', text: template('next/instrumentation.txt').trimEnd() },
    };
  },
};
