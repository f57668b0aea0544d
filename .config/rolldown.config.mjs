import { defineConfig } from 'rolldown';
import { notices } from './notices.mjs';

// Two entries: the plain-syntax gate that an old Node can still read, and the program, split so that
// `--help` loads no library. Names are kept and whitespace stays: a stack trace must be readable.
export default defineConfig([
  {
    input: { 'otel-setup': 'src/bin.ts' },
    platform: 'node',
    external: ['./cli.js'],
    output: { dir: 'dist', format: 'esm', cleanDir: true },
  },
  {
    input: { cli: 'src/cli.ts' },
    platform: 'node',
    resolve: { mainFields: ['module', 'main'] },
    plugins: [notices({ into: 'THIRD-PARTY-NOTICES.md' })],
    output: { dir: 'dist', format: 'esm', chunkFileNames: '[name].js', minify: { compress: true, mangle: false, codegen: false } },
  },
]);
