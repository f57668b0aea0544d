/** Builds of a Node.js app that leave out, or wrap up, what tracing needs. */
import { findPackageJson } from '../../../languages/node/manifest.ts';
import { isStandalone, nextConfig } from '../../../languages/node/next.ts';
import type { Evidence } from '../../../types.ts';
import { folderOf, join } from '../../../workspace/path.ts';
import { rule } from '../../rule.ts';
import type { Rule } from '../../types.ts';
import { runsAt } from './command.ts';
import { each } from './each.ts';
import { isOther, isPath, isTelemetry, preloadsOf } from './preloads.ts';

const standalone = rule({
  id: 'files.next-standalone',
  hop: 'files',
  title: 'A preload in a standalone build of Next.js',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['Error: Cannot find module \'@opentelemetry/auto-instrumentations-node/register\' … Require stack: - internal/preload', 'It works with `next start` and not in the image.'],
    why: 'With `output: \'standalone\'` the image holds only the files that Next.js found by following imports. A preload is named in no import, so its packages are left behind.',
    check: ['docker compose run --rm --no-deps -e NODE_OPTIONS= SERVICE ls node_modules/@opentelemetry'],
    fix: ['Take the preload out and start OpenTelemetry in instrumentation.ts: import { registerOTel } from \'@vercel/otel\'; export function register() { registerOTel({ serviceName: process.env.OTEL_SERVICE_NAME }) }'],
    links: ['https://nextjs.org/docs/app/guides/open-telemetry', 'https://github.com/vercel/next.js/issues/68740'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, (subject) => {
    const { service } = subject;
    const { start, app, build } = service;
    const manifest = findPackageJson(service, workspace.files);
    if (app?.framework !== 'next' || start === undefined || manifest === undefined || !isStandalone(workspace.files, manifest.path)) return [];
    // `next start` runs from the whole node_modules.
    if (start.real.some((word) => /(?:^|\/)next$/.test(word)) || (build?.stage?.copies ?? []).some(({ from }) => /node_modules/.test(from)) || service.mounts.length > 0) return [];
    if ((build?.stage?.runs ?? []).some((run) => run.stage === build?.stage?.index && /\b(?:npm|pnpm|yarn)\b/.test(run.text))) return [];
    const preload = preloadsOf(subject, workspace.files).find((one) => !isOther(one) && !isPath(one) && isTelemetry(one));
    if (preload === undefined) return [];
    return [{
      says: `${service.name} is a standalone build of Next.js, which does not hold ${preload.target}: node ends at start.`,
      because: [preload.at, { where: { path: nextConfig(workspace.files, manifest.path) ?? manifest.path }, says: 'output: \'standalone\'' }],
      do: 'take the preload out, and start OpenTelemetry in instrumentation.ts with @vercel/otel',
      about: 'preload',
    }];
  }),
});

const hook = rule({
  id: 'files.next-hook',
  hop: 'files',
  title: 'Next.js before 15 does not read instrumentation.ts by itself',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['No spans and no message: register() of instrumentation.ts is never called.'],
    why: 'Up to Next.js 14 the file is read only with experimental.instrumentationHook in next.config.js.',
    check: ['grep -n instrumentationHook next.config.*', 'npm ls next'],
    fix: ['module.exports = { experimental: { instrumentationHook: true } }'],
    links: ['https://nextjs.org/docs/14/pages/building-your-application/optimizing/instrumentation'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, ({ service, instrumented }) => {
    const { app } = service;
    const { files } = workspace;
    const manifest = findPackageJson(service, files);
    const major = Number(/^[~^]?(\d+)\./.exec(app?.libraries['next'] ?? '')?.[1] ?? Number.NaN);
    if (app?.framework !== 'next' || manifest === undefined || !(major < 15) || instrumented.by !== 'code' || instrumented.at === undefined) return [];
    const where = instrumented.at.where;
    const folder = folderOf(manifest.path);
    const file = ['instrumentation.ts', 'instrumentation.js', 'src/instrumentation.ts', 'src/instrumentation.js'].map((name) => join(folder, name)).find((path) => files.exists(path));
    if (file === undefined || typeof where === 'string' || !/instrumentation/.test(where.path)) return [];
    const config = nextConfig(files, manifest.path);
    if (config !== undefined && /instrumentationHook\s*:\s*(?!false)/.test(files.text(config) ?? '')) return [];
    // A configuration that is put together elsewhere; Sentry's withSentryConfig sets the switch itself.
    if (config !== undefined && /\brequire\(\s*["']\.|\bfrom\s+["']\.|\bwith[A-Z]\w*\s*\(/.test(files.text(config) ?? '')) return [];
    const seen: Evidence = { where: { path: manifest.path }, says: `"next": "${app.libraries['next'] ?? ''}"` };
    return [{
      says: `Next.js ${major} reads ${file} only with experimental.instrumentationHook, which ${config ?? 'next.config.js'} does not set: OpenTelemetry never starts.`,
      because: [instrumented.at, seen],
      do: `in ${config ?? join(folder, 'next.config.js')}: experimental: { instrumentationHook: true }`,
      about: 'set-up',
    }];
  }),
});

const bundled = rule({
  id: 'files.bundled-server',
  hop: 'files',
  title: 'The server is one bundled file, whose libraries cannot be patched',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['Only spans named `GET` and `POST`, without routes; none of Express or the database.'],
    why: 'Instrumentations patch a library when it is loaded by `require` or `import`. In a bundle (esbuild, ncc, webpack) it is part of the one file and is never loaded.',
    check: ['grep -n \'"build"\' package.json', 'wc -c dist/*.js'],
    fix: ['esbuild src/index.ts --bundle --platform=node --packages=external --outdir=dist', 'webpack: externals: [require(\'webpack-node-externals\')()]'],
    links: ['https://github.com/open-telemetry/opentelemetry-js/issues/3785'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, (subject) => {
    const { service, instrumented } = subject;
    const { start } = service;
    if (service.app?.language !== 'node' || start === undefined || !/^(?:preload|code)$/.test(instrumented.by)) return [];
    const entry = start.real.find((word) => /(?:^|\/)(?:dist|build|out|bundle)\//.test(word) && /\.[cm]?js$/.test(word));
    const manifest = findPackageJson(service, workspace.files);
    const script = Object.entries(manifest?.scripts ?? {}).find(([, text]) => text.split('\n').some(bundles));
    if (entry === undefined || manifest === undefined || script === undefined) return [];
    // A bundler of the client beside a plain server.
    const into = /--out(?:dir|file)[= ](\S+)|-o[= ](\S+)/.exec(script[1]);
    const to = (into?.[1] ?? into?.[2] ?? '').replace(/^\.\//, '');
    if (to !== '' && !entry.replace(/^\.\//, '').includes(to.split('/')[0] ?? '')) return [];
    return [{
      status: 'warn' as const,
      says: `${service.name} runs a bundle (${script[1].slice(0, 80)}): the libraries inside of it cannot be patched, so spans have neither routes nor database calls.`,
      because: [runsAt(start), { where: { path: manifest.path }, says: `"${script[0]}": "${script[1].slice(0, 100)}"` }],
      do: 'leave the packages out of the bundle: esbuild … --packages=external',
      about: 'bundle',
    }];
  }),
});

/** From this release on the bundle is known to come without Fastify's instrumentation (its list of contents). */
const WITHOUT_FASTIFY = 81;

const fastify = rule({
  id: 'files.fastify-routes',
  hop: 'files',
  title: 'Fastify without its own instrumentation',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['Spans named `GET` and `POST`, without http.route and without handlers.'],
    why: 'The bundle @opentelemetry/auto-instrumentations-node no longer contains Fastify: its makers publish the plugin @fastify/otel instead, which a preload must start.',
    check: ['npm ls @fastify/otel'],
    fix: ['npm install @fastify/otel @opentelemetry/instrumentation', 'new FastifyOtelInstrumentation({ registerOnInitialization: true })   (among the instrumentations of the SDK)'],
    links: ['https://github.com/fastify/otel'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, (subject) => {
    const { service, instrumented } = subject;
    const libraries = service.app?.libraries ?? {};
    const minor = Number(/^[~^]?0\.(\d+)\.\d/.exec(libraries['@opentelemetry/auto-instrumentations-node'] ?? '')?.[1] ?? Number.NaN);
    const manifest = findPackageJson(service, workspace.files);
    if (service.app?.framework !== 'fastify' || manifest === undefined || !(minor >= WITHOUT_FASTIFY) || !/^(?:preload|code)$/.test(instrumented.by) || instrumented.at === undefined) return [];
    if (['@fastify/otel', '@opentelemetry/instrumentation-fastify', '@fastify/opentelemetry', '@autotelic/fastify-opentelemetry'].some((name) => Object.hasOwn(libraries, name))) return [];
    return [{
      status: 'warn' as const,
      says: `${service.name} is made with Fastify, for which the bundle has no instrumentation any more: spans have no routes.`,
      because: [{ where: manifest.line('fastify'), says: 'fastify' }, instrumented.at],
      do: 'npm install @fastify/otel @opentelemetry/instrumentation',
      then: 'add new FastifyOtelInstrumentation({ registerOnInitialization: true }) to the instrumentations of your SDK (the preload that otel-setup writes does it by itself)',
      about: 'fastify',
    }];
  }),
});

/** A line of a script that makes one file of the libraries too. */
function bundles(line: string): boolean {
  const [, esbuild] = line.split(/\besbuild\b(.*)/);
  if (esbuild?.includes('--bundle') === true && !/--(?:packages=external|external)/.test(esbuild)) return true;
  const [, nest] = line.split(/\bnest build\b(.*)/);
  return /\bncc build\b/.test(line) || (nest !== undefined && /--webpack\b/.test(nest) && !nest.includes('--webpackPath'));
}

export const nodeBuild: readonly Rule[] = [standalone, hook, bundled, fastify];
