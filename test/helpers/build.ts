/** The bundle, built once for all tests that run the program as people do. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const top = fileURLToPath(new URL('../..', import.meta.url));

/** vitest's globalSetup. */
export function setup(): void {
  execFileSync(process.execPath, ['node_modules/rolldown/bin/cli.mjs', '-c', '.config/rolldown.config.mjs'], { cwd: top, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** The program: run it with `process.execPath`. */
export const program = fileURLToPath(new URL('../../dist/otel-setup.js', import.meta.url));
