import { defineConfig } from 'vitest/config';
import { reporters } from './reporters.ts';

// The page of `view` in a real Chromium: CHROMIUM names it, else it is looked for in PATH.
export default defineConfig({
  test: {
    reporters: reporters(),
    root: new URL('..', import.meta.url).pathname,
    include: ['test/page/**/*.test.ts'],
    globalSetup: ['test/helpers/build.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
