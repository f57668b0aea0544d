import { defineConfig } from 'vitest/config';
import { reporters } from './reporters.ts';

// Real Docker, real Compose, real SDKs: one workspace after another.
export default defineConfig({
  test: {
    reporters: reporters(),
    root: new URL('..', import.meta.url).pathname,
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: ['test/helpers/build.ts'],
    exclude: ['test/e2e/workspaces/**', 'test/workspaces/**', '**/node_modules/**'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    bail: 0,
  },
});
