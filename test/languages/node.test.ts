import { describe, expect, test } from 'vitest';
import { node } from '../../src/languages/node/index.ts';
import { pinsFor } from '../../src/languages/node/pins.ts';
import type { App, Path, Stuck, Tracing } from '../../src/types.ts';
import { said } from './said.ts';
import { memoryFiles, sketch, type ServiceSketch } from './service.ts';

function look(files: Readonly<Record<string, string>>, o: ServiceSketch): { readonly app: App; readonly answer: Tracing | Stuck } {
  const [service, view] = [sketch({ run: ['npm ci'], ...o }), memoryFiles(files)];
  const app = node.recognise(service, view);
  if (app === undefined) throw new Error('not recognised as Node');
  return { app, answer: node.trace(app, service, view) };
}
const manifest = (o: Readonly<Record<string, unknown>>): string => JSON.stringify({ name: 'api', version: '1.0.0', ...o }, undefined, 2);
const express = manifest({ dependencies: { express: '^5.1.0' } });
const BASE = ['package @opentelemetry/api', 'package @opentelemetry/sdk-node', 'package @opentelemetry/auto-instrumentations-node'];
const HOOKS = ['package @opentelemetry/instrumentation'];
const preload = (kind: 'cjs' | 'mjs', at: string): readonly string[] => [`file node/otel.${kind} → otel.${kind}`, `env NODE_OPTIONS=${kind === 'cjs' ? '--require' : '--import'} ${at}/otel.${kind}`, 'env OTEL_LOG_LEVEL=error'];

const version = (image: string): string | undefined => {
  const { answer } = look({ 'package.json': express }, { from: image, cmd: 'node server.js' });
  return 'stuck' in answer ? undefined : answer.needs.flatMap((need) => (need.kind === 'package' && need.name === '@opentelemetry/sdk-node' ? [need.version] : []))[0];
};
const sdk = (name: string): string | undefined => pinsFor(name)?.version('@opentelemetry/sdk-node');

describe('what a Node service needs', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, ServiceSketch, string, readonly string[]])[] = [
    ['Express, CommonJS', { 'package.json': express }, { from: 'node:20', cmd: 'node server.js' }, 'express', [...BASE, ...preload('cjs', '/app')]],
    ['Express, ES modules on Node 22', { 'package.json': manifest({ type: 'module', dependencies: { express: '5' } }) }, { from: 'node:22-alpine', workdir: '/srv', cmd: 'node src/index.js' }, 'express', [...BASE, ...HOOKS, 'package import-in-the-middle', ...preload('mjs', '/srv')]],
    ['ES modules on Node 20', { 'package.json': manifest({ type: 'module', dependencies: { koa: '3' } }) }, { from: 'node:20', cmd: 'node index.js' }, 'koa', [...BASE, ...HOOKS, ...preload('mjs', '/app')]],
    ['an .mjs entry of a CommonJS package', { 'package.json': express, 'index.mjs': 'import express from "express"' }, { from: 'node:20', cmd: 'node index.mjs' }, 'express', [...BASE, ...HOOKS, ...preload('mjs', '/app')]],
    ['a .cjs entry of an ES module package', { 'package.json': manifest({ type: 'module', dependencies: { express: '5' } }) }, { from: 'node:20', cmd: 'node server.cjs' }, 'express', [...BASE, ...preload('cjs', '/app')]],
    ['import syntax that Node detects', { 'package.json': express, 'server.js': "import express from 'express';\n" }, { from: 'node:22', cmd: 'node server.js' }, 'express', [...BASE, ...HOOKS, 'package import-in-the-middle', ...preload('mjs', '/app')]],
    ['Fastify with its plugin', { 'package.json': manifest({ dependencies: { fastify: '5' } }) }, { from: 'node:20', cmd: 'node server.js' }, 'fastify', [...BASE, 'package @fastify/otel', ...HOOKS, ...preload('cjs', '/app')]],
    ['Nest by ts-node, also where the package says module', { 'package.json': manifest({ type: 'module', dependencies: { '@nestjs/core': '11', '@nestjs/platform-express': '11' } }) }, { from: 'node:20', cmd: 'ts-node src/main.ts' }, 'nest', [...BASE, ...preload('cjs', '/app')]],
    ['nodemon that executes ts-node', { 'package.json': express }, { from: 'node:20', cmd: 'nodemon --exec ts-node src/main.ts' }, 'express', [...BASE, ...preload('cjs', '/app')]],
    ['TypeScript compiled to CommonJS', { 'package.json': express, 'tsconfig.json': '{"compilerOptions": {"module": "commonjs"}}' }, { from: 'node:20', cmd: 'node dist/main.js' }, 'express', [...BASE, ...preload('cjs', '/app')]],
    ['tsx with a module package', { 'package.json': manifest({ type: 'module', dependencies: { express: '5' } }), 'src/main.ts': "import express from 'express';\n" }, { from: 'node:20', cmd: 'tsx src/main.ts' }, 'express', [...BASE, ...HOOKS, ...preload('mjs', '/app')]],
    ['npm start loses the last batch', { 'package.json': express }, { from: 'node:20', argv: ['npm', 'start'], cmd: 'node server.js', through: ['npm'] }, 'express', [...BASE, ...preload('cjs', '/app'), 'env OTEL_BSP_SCHEDULE_DELAY=100']],
    ['Node 16', { 'package.json': express }, { from: 'node:16.18', cmd: 'node server.js' }, 'express', [...BASE, ...preload('cjs', '/app')]],
    ['nothing but node:http', { 'package.json': manifest({}), 'server.js': "const http = require('node:http');\n" }, { from: 'node:20', cmd: 'node server.js' }, 'http', [...BASE, ...preload('cjs', '/app')]],
    ['a folder without Docker', { 'package.json': express }, { origin: 'folder', cmd: 'node index.js' }, 'express', [...BASE, ...preload('cjs', '.')]],
    ['a mounted folder of a pulled image', { 'package.json': express }, { image: 'node:20-alpine', mounts: [{ from: '' as Path, to: '/usr/src/app' }], cmd: 'node server.js' }, 'express', [...BASE, ...preload('cjs', '/usr/src/app')]],
    ['only single files are copied', { 'package.json': express }, { from: 'node:20', copy: { 'package.json': '/app/', src: '/app/src' }, cmd: 'node src/server.js' }, 'express', [...BASE, ...preload('cjs', '/app')]],
    ['Next in production', { 'package.json': manifest({ dependencies: { next: '16' } }) }, { from: 'node:22', cmd: 'next start' }, 'next', [...BASE, ...preload('cjs', '/app')]],
  ];
  for (const [title, files, o, framework, expected] of cases) {
    test(title, () => {
      const { app, answer } = look(files, o);
      expect(app.framework).toBe(framework);
      expect([...said(answer)].toSorted()).toEqual([...expected].toSorted());
    });
  }

  test('versions are those of the set for the Node of the image', () => {
    expect(version('node:22')).toBe(sdk('24'));
    expect(version('node:22.14-slim')).toBe(sdk('20'));
    expect(version('node:20')).toBe(sdk('18'));
    expect(version('node:16.18')).toBe(sdk('14'));
    expect(version('node:lts')).toBe(sdk('26'));
    expect(new Set([sdk('16'), sdk('20'), sdk('24')]).size).toBe(3);
    expect(pinsFor('12')).toBeUndefined();
  });
});

describe('OpenTelemetry that is started in code', () => {
  test('is kept: environment only', () => {
    const { app, answer } = look({ 'package.json': express, 'tracing.js': "// new NodeSDK()\nconst sdk = new NodeSDK({});\n" }, { from: 'node:20', cmd: 'node -r ./tracing.js server.js' });
    expect(app.wired).toEqual({ where: { path: 'tracing.js', line: 2 }, says: 'new NodeSDK(' });
    expect(said(answer)).toEqual(['env OTEL_LOG_LEVEL=error']);
  });
  test('is found where the whole workspace lies below a folder named test', () => {
    const { app } = look({ 'test/api/package.json': express, 'test/api/tracing.js': 'new NodeSDK({})', 'test/api/test/x.js': '' }, { dir: 'test/api', from: 'node:20', cmd: 'node server.js' });
    expect(app.wired?.where).toEqual({ path: 'test/api/tracing.js', line: 1 });
  });
  test.each([['a comment', '/* new NodeSDK() */\n// registerOTel()\n'], ['a string that looks like a comment', 'const a = "http://x"; const b = 1;\n']])('%s does not count', (_title, text) => {
    expect(look({ 'package.json': express, 'server.js': text }, { from: 'node:20', cmd: 'node server.js' }).app.wired).toBeUndefined();
  });
});

describe('what cannot be done is said', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, ServiceSketch, RegExp, string?])[] = [
    ['Sentry with tracing', { 'package.json': manifest({ dependencies: { express: '5', '@sentry/node': '10' } }), 'server.js': 'Sentry.init({ tracesSampleRate: 1 })' }, { from: 'node:20', cmd: 'node server.js' }, /doubles every span/, 'openTelemetrySpanProcessors'],
    ['Datadog', { 'package.json': manifest({ dependencies: { express: '5', 'dd-trace': '5' } }) }, { from: 'node:20', cmd: 'node server.js' }, /Datadog/],
    ['Next standalone', { 'package.json': manifest({ dependencies: { next: '16' } }), 'next.config.mjs': "export default { output: 'standalone' }" }, { from: 'node:22', cmd: 'node server.js' }, /standalone build/, 'registerOTel'],
    ['the development server of Next', { 'package.json': manifest({ dependencies: { next: '16' } }) }, { from: 'node:22', cmd: 'next dev' }, /instrumentation\.ts/],
    ['another release of the SDK', { 'package.json': manifest({ dependencies: { express: '5', '@opentelemetry/sdk-node': '^0.52.0' } }) }, { from: 'node:20', cmd: 'node server.js' }, /another release/],
    ['a pulled image without a mount', { 'package.json': express }, { image: 'node:20', cmd: 'node server.js' }, /would lie in the container/, 'NODE_OPTIONS=--require'],
    ['Bun', { 'package.json': express }, { from: 'oven/bun:1', cmd: 'bun server.ts' }, /Bun/],
    ['no package.json', {}, { from: 'node:20', cmd: 'node server.js' }, /No package\.json/],
    ['Node 12', { 'package.json': express }, { from: 'node:12', cmd: 'node server.js' }, /Node 12 is older/],
  ];
  for (const [title, files, o, reason, paste] of cases) {
    test(title, () => {
      const { answer } = look(files, o);
      expect('stuck' in answer ? answer.stuck : 'not stuck').toMatch(reason);
      if (paste !== undefined) expect(said(answer).at(-1)).toContain(paste);
    });
  }
});

test('Sentry that reports errors only stays, with a note', () => {
  const { answer } = look({ 'package.json': manifest({ dependencies: { express: '5', '@sentry/node': '10' } }), 'server.js': 'Sentry.init({})' }, { from: 'node:20', cmd: 'node server.js' });
  expect('stuck' in answer ? [] : answer.notes).toContainEqual(expect.stringContaining('Sentry (@sentry/node) reports errors only'));
});

test.each([
  ['package-lock.json', {}, 'npm'],
  ['yarn.lock', {}, 'yarn'],
  ['pnpm-lock.yaml', {}, 'pnpm'],
  ['package-lock.json', { packageManager: 'pnpm@10.1.0' }, 'pnpm'],
])('the package manager: %s %o → %s', (lock, extra, manager) => {
  const { app } = look({ 'web/package.json': manifest({ dependencies: { express: '5' }, ...extra }), [lock]: '' }, { dir: 'web', from: 'node:20', cmd: 'node server.js' });
  expect(app.packageManager).toBe(manager);
});
