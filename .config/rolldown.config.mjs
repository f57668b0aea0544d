import { defineConfig } from 'rolldown';
import { notices } from './notices.mjs';

// Two entries: the gate (src/bin.ts says why it is CommonJS and for an old Node), and the program, split so that a
// command loads only what it uses. Names are kept and whitespace stays: a stack trace must be readable.
export default defineConfig([
  {
    input: { 'otel-setup': 'src/bin.ts' },
    platform: 'node',
    external: ['./cli.js'],
    transform: { target: 'node12.20' },
    output: { dir: 'dist', format: 'cjs', entryFileNames: '[name].cjs', cleanDir: true },
  },
  {
    input: { cli: 'src/cli.ts' },
    platform: 'node',
    resolve: { mainFields: ['module', 'main'] },
    plugins: [notices({ into: 'THIRD-PARTY-NOTICES.md' })],
    output: { dir: 'dist', format: 'esm', chunkFileNames: '[name].js', minify: { compress: true, mangle: false, codegen: false } },
  },
]);
