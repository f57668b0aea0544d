import { createRequire } from 'node:module';

/** Version of this package: its package.json is one step above both `src/` and `dist/`. */
export function version(): string {
  const manifest: unknown = createRequire(import.meta.url)('../package.json');
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';
}
