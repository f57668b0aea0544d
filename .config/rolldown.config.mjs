import { defineConfig } from 'rolldown';
import { notices } from './notices.mjs';

// Three entries: the gate (src/bin.ts says why it is CommonJS and for an old Node); the program, split so that a command
// loads only what it uses, with names kept: a stack trace must be readable; and the browser's part of
// `view`, one file as small as it gets (src/templates.ts reads it).
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
    plugins: [notices({ into: 'THIRD-PARTY-NOTICES.md', data: [{ title: 'gitleaks (MIT): templates/secrets/rules.json', licence: 'templates/secrets/LICENSE' }] })],
    output: { dir: 'dist', format: 'esm', chunkFileNames: '[name].js', minify: { compress: true, mangle: false, codegen: true } },
  },
  {
    input: { 'view-page': 'src/see/page/browser/main.ts' },
    platform: 'browser',
    tsconfig: 'src/see/page/browser/tsconfig.json',
    transform: { target: 'es2022' },
    output: { dir: 'dist', format: 'esm', entryFileNames: '[name].js', minify: true },
  },
]);
