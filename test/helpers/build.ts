/** The bundle, built once for each run of the tests, in a folder of its own: another build must not pull it away. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type RolldownOptions } from 'rolldown';

const top = fileURLToPath(new URL('../..', import.meta.url));

declare module 'vitest' {
  interface ProvidedContext {
    /** Absolute path of the bundled program: run it with `process.execPath`. '' = it could not be built. */
    program: string;
  }
}

/** vitest's globalSetup. A build that fails is told, and fails only those tests that run the program. */
export async function setup({ provide }: { provide(key: 'program', value: string): void }): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'otel-setup-bundle-'));
  for (const beside of ['package.json', 'templates']) symlinkSync(join(top, beside), join(folder, beside));
  try {
    const { default: configs }: { default: RolldownOptions[] } = await import(new URL('../../.config/rolldown.config.mjs', import.meta.url).href);
    for (const config of configs) {
      const output = Array.isArray(config.output) ? config.output[0] : config.output;
      await build({ ...config, plugins: [], cwd: top, output: { ...output, dir: join(folder, 'dist'), cleanDir: false } });
    }
    provide('program', join(folder, 'dist', 'otel-setup.cjs'));
  } catch (error) {
    process.stderr.write(`The bundle could not be built: ${error instanceof Error ? error.message : String(error)}\n`);
    provide('program', '');
  }
  return () => rmSync(folder, { recursive: true, force: true });
}
