import { baseName, runsOn } from './runs-on.ts';
import { findPackageJson } from './node/manifest.ts';
import type { Evidence, Files, Language, Service } from '../types.ts';

/** Commands that serve browser code: dev servers and plain file servers. */
const SERVES_BROWSER = /^(?:react-scripts|react-app-rewired|craco|vite|ng|vue-cli-service|parcel|webpack-dev-server|gatsby|serve|http-server|live-server|snowpack|browser-sync|lite-server|expo|quasar)$/;
const BROWSER_LIBRARIES: readonly (readonly [library: string, title: string])[] = [
  ['react-scripts', 'React'],
  ['@vue/cli-service', 'Vue'],
  ['@angular/core', 'Angular'],
  ['svelte', 'Svelte'],
  ['vue', 'Vue'],
  ['react', 'React'],
  ['vite', 'Vite'],
];
/** With one of these the package has a server of its own. */
const SERVERS = /^(?:express|fastify|koa|@nestjs\/core|@hapi\/hapi|hapi|restify|hono|next|nuxt|@remix-run\/node|@sveltejs\/adapter-node|polka|h3|@apollo\/server|apollo-server)$/;

function servesBrowser(words: readonly string[]): boolean {
  const names = words.map((word) => baseName(word));
  const at = names[0] === 'npx' || names[0] === 'node' ? 1 : 0;
  const first = (names[at] ?? '').replace(/\.(?:m|c)?js$/, '');
  if (first === 'webpack') return names.includes('serve');
  if (first === 'vite') return names[at + 1] !== 'build';
  return SERVES_BROWSER.test(first);
}

/** A browser frontend: a dev server, or static files behind a web server. OTEL_* does nothing for code that runs in the browser. */
export const browser: Language = {
  id: 'browser',
  title: 'Browser',
  docs: 'https://docs.honeycomb.io/send-data/javascript-browser/',
  recognise(service: Service, files: Files) {
    const on = runsOn(service);
    const image = service.build?.stage?.base ?? '';
    const staticServer = service.build !== undefined && /(?:^|\/)(?:nginx|nginx-unprivileged|caddy|httpd)(?::|@|$)/.test(image);
    if (on !== undefined && on.language !== 'node' && !staticServer) return undefined;
    const manifest = findPackageJson(service, files);
    const library = BROWSER_LIBRARIES.find(([name]) => manifest !== undefined && Object.hasOwn(manifest.libraries, name));
    const real = service.start?.real ?? [];
    const byCommand = servesBrowser(real);
    const hasServer = Object.keys(manifest?.libraries ?? {}).some((name) => SERVERS.test(name));
    // Without a readable command: a frontend's package that has no server library.
    const byLibrary = library !== undefined && !hasServer && (staticServer || real.length === 0 || on === undefined || /^(?:npm|yarn|pnpm|npx)$/.test(baseName(real[0] ?? '')));
    if (!byCommand && !byLibrary) return undefined;
    const title = library?.[1] ?? baseName(real[0] ?? 'frontend');
    const because: Evidence[] = [{ where: manifest === undefined ? (service.start?.realWhere ?? 'image') : { path: manifest.path }, says: title }];
    if (byCommand && service.start !== undefined) because.push({ where: service.start.realWhere, says: real.join(' ') });
    return { language: 'browser', libraries: manifest?.libraries ?? {}, traits: {}, because };
  },
  trace: () => ({ stuck: 'OTEL_* does nothing in the browser: the process here is a development or file server. Browser tracing is a library inside the page: https://docs.honeycomb.io/send-data/javascript-browser/' }),
};
