import { jsSources } from './source.ts';
import type { Files, Service } from '../../types.ts';

/** `app.get('/x', …)` of Express, Fastify and Koa's router; the receiver's name tells them from `map.get('x')` and `axios.get('/x')`. */
const CALLED = /\b(\w+)\s*\.\s*get\s*\(\s*(["'`])(\/[^"'`]*)\2\s*,/gi;
const SERVES = /app|server|route|fastify|api/i;
/** Mounted below a prefix: `app.use('/api', items)`, `fastify.register(items, { prefix: '/api' })`. */
const USED = /\.use\s*\(\s*(["'`])(\/[^"'`]*)\1\s*,[^;]{0,300}?\b(\w+)\s*\)/g;
/** Nest: `@Controller('items')`, `@Get('all')`. */
const CONTROLLER = /@Controller\s*\(\s*(?:(["'`])([^"'`]*)\1\s*)?\)/;
const GET = /@Get\s*\(\s*(?:(["'`])([^"'`]*)\1\s*)?\)/g;
const IMPORTED = /(?:import\s+(\w+)\s+from\s*|(?:const|let|var)\s+(\w+)\s*=\s*require\s*\(\s*)(["'])(\.[^"']*)\3/g;

export function nodeRoutes(service: Service, files: Files): readonly string[] {
  const manifest = service.app?.manifest;
  if (manifest === undefined) return [];
  const sources = jsSources(files, manifest.path);
  const prefixes = new Map<string, string>();
  for (const { code } of sources) {
    const from = new Map([...code.matchAll(IMPORTED)].map((match) => [match[1] ?? match[2] ?? '', nameOf(match[4] ?? '')]));
    for (const match of code.matchAll(USED)) {
      const file = from.get(match[3] ?? '');
      if (file !== undefined && match[2] !== undefined) prefixes.set(file, match[2]);
    }
  }
  return sources.flatMap(({ path, code }) => {
    const before = prefixes.get(nameOf(path)) ?? prefixes.get(nameOf(path.replace(/\/index\.\w+$/, ''))) ?? '';
    const called = [...code.matchAll(CALLED)].filter((match) => SERVES.test(match[1] ?? '')).map((match) => `${before}${match[3] ?? ''}`);
    const controller = CONTROLLER.exec(code);
    const nest = controller === null ? [] : [...code.matchAll(GET)].map((match) => `/${controller[2] ?? ''}/${match[2] ?? ''}`);
    return [...called, ...nest].filter((route) => !/[:*{}$()]/.test(route)).map((route) => (route.length > 1 ? route.replace(/\/$/, '') : route));
  });
}

/** './routes/items.js' → 'items'. */
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/\.[cm]?[jt]sx?$/, '');
