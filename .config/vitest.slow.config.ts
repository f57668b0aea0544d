import { defineConfig } from 'vitest/config';
import { reporters } from './reporters.ts';

// Slow without Docker's containers: repositories that attack, real package managers, full disks, system calls. Some
// have a limit in seconds, so one runs after another.
/** Not seen whole on one tree yet: `npm run test:attacks`, until they are and .ci/run has them. */
const ATTACKS = [
  'test/safety/attacks.slow.test.ts',
  'test/safety/lock-files.slow.test.ts',
  'test/safety/long-lines.slow.test.ts',
  'test/safety/output.slow.test.ts',
  'test/safety/streams.slow.test.ts',
  'test/safety/secrets-time.slow.test.ts',
  'test/write/crash-edit.slow.test.ts',
  'test/write/faulty-disk.slow.test.ts',
];
const attacks = process.env['ATTACKS'] === '1';

export default defineConfig({
  test: {
    reporters: reporters(),
    root: new URL('..', import.meta.url).pathname,
    include: attacks ? ATTACKS : ['test/**/*.slow.test.ts'],
    globalSetup: ['test/helpers/build.ts'],
    exclude: ['test/e2e/**', 'test/workspaces/**', '**/node_modules/**', ...(attacks ? [] : ATTACKS)],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
});
