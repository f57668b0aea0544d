/** A second tracer in the same process: spans twice, or two tools that patch the same libraries. */
import { rivals } from '../../../languages/rivals.ts';
import { jsSources, sentrySampling } from '../../../languages/node/source.ts';
import { cluesOf } from '../../../languages/python/clues.ts';
import { exactVersion } from '../../../languages/python/requirement.ts';
import { importedAt } from '../../../languages/python/sources.ts';
import type { Evidence, Files } from '../../../types.ts';
import { settingAt } from '../../evidence.ts';
import { rule } from '../../rule.ts';
import type { Rule, Subject } from '../../types.ts';
import { allWords, runsAt } from './command.ts';
import { each } from './each.ts';

const twice = rule({
  id: 'files.double-spans',
  hop: 'files',
  title: 'The framework sends its spans by itself, and the wrapper sends them again',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['This trace has multiple spans sharing the same non-null span ID', 'Every request is there twice.'],
    why: 'FastAPI 0.142 sends OpenTelemetry by itself as soon as OTEL_* is set; later releases do with FASTAPI_OTEL_AUTO_CONFIGURE=true. Sentry\'s SDK for Node.js is an OpenTelemetry SDK as soon as tracesSampleRate is set. With a wrapper or preload beside it each request makes its spans twice.',
    check: ['docker compose exec SERVICE pip show fastapi', 'grep -rn tracesSampleRate src'],
    fix: ['FastAPI: upgrade to 0.143 or newer, and take FASTAPI_OTEL_AUTO_CONFIGURE out; or keep that and take opentelemetry-instrument out.', 'Sentry: take tracesSampleRate out of Sentry.init (errors are reported all the same).'],
    links: ['https://docs.honeycomb.io/troubleshoot/common-issues/duplicate-spans/'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, (subject) => {
    const { service, instrumented, settings } = subject;
    const { app } = service;
    if (app === undefined || instrumented.at === undefined) return [];
    const seen: Evidence[] = [];
    let how = '';
    if (instrumented.by === 'wrapper' && app.framework === 'fastapi') {
      const own = settings.get('FASTAPI_OTEL_AUTO_CONFIGURE');
      const old = /^0\.142(?:\.|$)/.test(exactVersion(app.libraries['fastapi'] ?? '') ?? '');
      if (own !== undefined && /^(?:1|true|yes|on)$/i.test(own.value)) {
        seen.push(settingAt(workspace.files, own));
        how = 'take FASTAPI_OTEL_AUTO_CONFIGURE out';
      } else if (old) {
        seen.push({ where: cluesOf(service, workspace.files).manifest?.lines['fastapi'] ?? 'image', says: `fastapi${app.libraries['fastapi'] ?? ''}` });
        how = 'use fastapi 0.143 or newer';
      }
    }
    const sentry = Object.keys(app.libraries).find((name) => /^@sentry\/(?:node|nestjs|nextjs)$/.test(name));
    const sampling = instrumented.by === 'preload' && sentry !== undefined && app.manifest !== undefined ? sentrySampling(jsSources(workspace.files, app.manifest.path)) : undefined;
    if (sampling !== undefined) {
      seen.push(sampling);
      how = 'take tracesSampleRate out of Sentry.init';
    }
    if (seen.length === 0) return [];
    return [{
      status: 'warn' as const,
      says: `${service.name} makes the spans of its requests twice: ${sampling === undefined ? 'FastAPI sends its own' : 'Sentry traces it as well'} beside ${instrumented.by === 'wrapper' ? 'the wrapper' : 'the preload'}.`,
      because: [...seen, instrumented.at],
      do: how,
      about: 'twice',
    }];
  }),
});

/** Modules of other tracers, as code imports them. */
const MODULES: Readonly<Record<string, RegExp>> = {
  Datadog: /^(?:ddtrace|dd-trace)$/,
  'New Relic': /^newrelic$/,
  'Elastic APM': /^(?:elasticapm|elastic-apm-node)$/,
  AppDynamics: /^appd(?:ynamics)?$/,
  'Honeycomb Beeline': /^(?:beeline|honeycomb-beeline)$/,
};

/** It is not only installed but started: by the command, a variable that switches it on, or the code. */
function startedAt(tracer: string, { service, settings }: Subject, files: Files): Evidence | undefined {
  const { start, app } = service;
  if (start !== undefined && /ddtrace-run|dd-trace\/init|newrelic-admin|-r\s+newrelic|elastic-apm-node\/start|pyagent run/.test(`${allWords(service)} ${settings.get('NODE_OPTIONS')?.value ?? ''}`)) return runsAt(start);
  const module = MODULES[tracer];
  if (app === undefined || module === undefined) return undefined;
  if (app.language === 'python') {
    const { sources } = cluesOf(service, files);
    const found = sources.flatMap(({ imports }) => imports.map(({ name }) => name.split('.')[0] ?? '')).find((name) => module.test(name));
    const where = found === undefined ? undefined : importedAt(sources, found);
    return where === undefined || found === undefined ? undefined : { where, says: `import ${found}` };
  }
  for (const { path, code } of app.manifest === undefined ? [] : jsSources(files, app.manifest.path)) {
    const match = /(?:require\(\s*|from\s+|import\s+)["']([\w@-]+)(?:\/[^"']*)?["']/g;
    for (const one of code.matchAll(match)) if (module.test(one[1] ?? '')) return { where: { path, line: code.slice(0, one.index).split('\n').length }, says: one[0] };
  }
  return undefined;
}

const tracers = rule({
  id: 'files.two-tracers',
  hop: 'files',
  title: 'Another tracer runs in the same process',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['Some spans are missing, or have no parent; traces are split between two tools.'],
    why: 'Datadog, New Relic, Elastic APM and the Honeycomb Beelines patch the same libraries as OpenTelemetry. Which of the two sees a call depends on the order in which they were loaded.',
    check: ['docker compose exec SERVICE pip list | grep -iE "ddtrace|newrelic|elastic-apm|beeline"', 'docker compose exec SERVICE npm ls dd-trace newrelic elastic-apm-node honeycomb-beeline'],
    fix: ['Keep one tracer in each process: take the other out of the manifest and the start command.'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, (subject) => {
    const { service, instrumented } = subject;
    if (service.app === undefined || !/^(?:wrapper|preload|code)$/.test(instrumented.by) || instrumented.at === undefined) return [];
    for (const rival of rivals(service.app, service)) {
      if (rival.is !== 'stuck' || rival.tracer === undefined) continue;
      const at = startedAt(rival.tracer, subject, workspace.files);
      if (at === undefined) continue;
      return [{
        status: 'warn' as const,
        says: `${rival.tracer} traces ${service.name} as well: two tracers patch the same libraries, and each misses spans of the other.`,
        because: [at, instrumented.at],
        do: `keep one of them: take ${rival.tracer} out of the manifest and the start command`,
        about: 'tracers',
      }];
    }
    return [];
  }),
});

export const doubled: readonly Rule[] = [twice, tracers];
