import { firstMatch } from './source.ts';
import type { Framework } from './framework.ts';

/** Frameworks that the bundle of instrumentations covers: nothing to add. */
export const express: readonly Framework[] = [
  { id: 'express', libraries: ['express'] },
  { id: 'hapi', libraries: ['@hapi/hapi'] },
  { id: 'restify', libraries: ['restify'] },
  {
    id: 'hono',
    libraries: ['hono', '@hono/node-server'],
    more: () => ({ notes: ['Hono has no instrumentation in the bundle: its spans are named by the method alone ("GET").'] }),
  },
];

export const koa: Framework = { id: 'koa', libraries: ['koa', '@koa/router'] };

/** Nest. From version 12 on it is made of ES modules and newer than its instrumentation (js-contrib: >=4 <12). */
export const nest: Framework = {
  id: 'nest',
  libraries: ['@nestjs/core'],
  more: (clues) => {
    const major = Number(/\d+/.exec(clues.manifest.libraries['@nestjs/core'] ?? '')?.[0] ?? 0);
    return { notes: major >= 12 ? ['Nest 12 is newer than its instrumentation: the spans are those of its HTTP server (Express), with routes.'] : [] };
  },
};

/** node:http and nothing else. */
export const plainHttp: Framework = {
  id: 'http',
  libraries: [],
  find: (clues) => firstMatch(clues.sources, /(?:require\(\s*|from\s+)["'](?:node:)?https?["']/),
};
