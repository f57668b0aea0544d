import { defineConfig } from 'vitest/config';
import { reporters } from './reporters.ts';

// Slow without Docker's containers: repositories that attack, real package managers, full disks, system calls. Times in
// them are processor time, so that two may run side by side.
export default defineConfig({
  test: {
    reporters: reporters(),
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.slow.test.ts'],
    globalSetup: ['test/helpers/build.ts'],
    exclude: ['test/e2e/**', 'test/workspaces/**', '**/node_modules/**'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
  },
});
