import { openFiles, path } from './workspace/files.ts';
import { fileURLToPath } from 'node:url';
import type { Files } from './types.ts';

// `templates/` lies beside `src/` in the repository and beside `dist/` in the package: one step up in both.
let folder: Files | undefined;

/**
 * The text of templates/<name>, byte for byte what a workspace gets: `template('node/otel.cjs')`.
 * Throws where the package was installed without its templates: a broken installation, not a user's mistake.
 */
export function template(name: string): string {
  folder ??= openFiles(fileURLToPath(new URL('../templates', import.meta.url)));
  const text = folder.text(path(name));
  if (text === undefined) throw new Error(`otel-setup is not installed completely: templates/${name} is missing. Install it again.`);
  return text;
}

let built: Files | undefined;
/** A file that the build made for a browser: `builtFor('view-page.js')`. `dist/` lies as templates/ does. Throws as above. */
export function builtFor(name: string): string {
  built ??= openFiles(fileURLToPath(new URL('../dist', import.meta.url)));
  const text = built.text(path(name));
  if (text === undefined) throw new Error(`otel-setup is not installed completely: dist/${name} is missing. Install it again.`);
  return text;
}
