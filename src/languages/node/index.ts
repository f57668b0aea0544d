import { oncePerService } from '../once.ts';
import { runsOn } from '../runs-on.ts';
import type { Clues } from './framework.ts';
import { frameworkOf } from './frameworks.ts';
import { findPackageJson } from './manifest.ts';
import { modulesOf } from './modules.ts';
import { processOf } from './process.ts';
import { jsSources, wiredIn } from './source.ts';
import { traceClues } from './trace.ts';
import type { App, Evidence, Files, Language, Service, Stuck, Tracing } from '../../types.ts';

const cluesOf = oncePerService((service, files): Clues | undefined => {
  const manifest = findPackageJson(service, files);
  if (manifest === undefined) return undefined;
  return { service, files, manifest, process: processOf(service), sources: jsSources(files, manifest.path) };
});

/** Recognised by the image or the command; without both, by a package.json with a server library. */
function recognise(service: Service, files: Files): App | undefined {
  const on = runsOn(service);
  if (on !== undefined && on.language !== 'node') return undefined;
  const clues = cluesOf(service, files);
  const found = clues === undefined ? undefined : frameworkOf(clues);
  if (on === undefined && found === undefined) return undefined;
  const because: Evidence[] = [];
  if (found !== undefined) because.push(found.seen);
  if (on !== undefined) because.push({ where: on.where, says: on.says });
  const runtime = on?.version ?? /\d+(?:\.\d+)*/.exec(clues?.manifest.engines ?? '')?.[0];
  const wired = clues === undefined ? undefined : wiredIn(clues.sources);
  const modules = clues === undefined ? undefined : modulesOf(service, files, clues.manifest, clues.process);
  return {
    language: 'node',
    libraries: clues?.manifest.libraries ?? {},
    traits: modules === undefined ? {} : { modules: modules.kind },
    because,
    ...(found === undefined ? {} : { framework: found.framework.id }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(clues === undefined ? {} : { manifest: { path: clues.manifest.path, format: 'package-json', at: ['dependencies'] }, packageManager: clues.manifest.manager }),
    ...(wired === undefined ? {} : { wired }),
  };
}

function trace(app: App, service: Service, files: Files): Tracing | Stuck {
  const clues = cluesOf(service, files);
  if (clues === undefined) return { stuck: 'No package.json was found that the image installs from, so the packages cannot be added. Add one to the service, then run otel-setup again.' };
  return traceClues(app, clues);
}

export const node: Language = {
  id: 'node',
  title: 'Node.js',
  docs: 'https://opentelemetry.io/docs/zero-code/js/',
  recognise,
  trace,
};
