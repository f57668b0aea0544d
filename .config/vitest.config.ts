import { defineConfig } from 'vitest/config';
import { reporters } from './reporters.ts';

export default defineConfig({
  test: {
    reporters: reporters(),
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/helpers/build.ts'],
    exclude: ['test/e2e/**', 'test/page/**', '**/*.slow.test.ts', 'test/workspaces/**', '**/node_modules/**'],
    // Only what hangs takes as long: what computes takes a multiple of its time on a machine under load.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
