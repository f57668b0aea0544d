import { runsOn } from '../runs-on.ts';
import { cluesOf, type Clues } from './clues.ts';
import { frameworkOf } from './frameworks.ts';
import { settingsModule } from './django.ts';
import { trace } from './trace.ts';
import { wiredIn } from './wired.ts';
import type { App, Evidence, Files, Language, Service } from '../../types.ts';

/** Recognised by the image or the command; without both, by a Python manifest or an entry file in the folder. */
function recognise(service: Service, files: Files): App | undefined {
  const on = runsOn(service);
  if (on !== undefined && on.language !== 'python') return undefined;
  const clues = cluesOf(service, files);
  const found = frameworkOf(clues);
  if (on === undefined && found === undefined && clues.manifest === undefined) return undefined;
  const version = runtimeOf(service, files, on?.version);
  const because: Evidence[] = [];
  if (found !== undefined) because.push(found.seen);
  if (on !== undefined) because.push({ where: on.where, says: on.says });
  else if (clues.manifest?.slot !== undefined) because.push({ where: { path: clues.manifest.slot.path }, says: clues.manifest.slot.path });
  const wired = wiredIn(clues);
  const runtime = version ?? clues.manifest?.floor;
  return {
    language: 'python',
    libraries: clues.libraries,
    traits: traitsOf(clues),
    because,
    ...(found === undefined ? {} : { framework: found.framework.id }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(clues.manifest?.slot === undefined ? {} : { manifest: clues.manifest.slot }),
    ...(clues.manifest === undefined ? {} : { packageManager: clues.manifest.manager }),
    ...(wired === undefined ? {} : { wired: wired.at }),
  };
}

/** The image's Python; a folder's own say (.python-version, Heroku's runtime.txt) where there is no image. */
function runtimeOf(service: Service, files: Files, version: string | undefined): string | undefined {
  if (version !== undefined) return version;
  if (service.build !== undefined || service.image !== undefined) return undefined;
  for (const name of ['.python-version', 'runtime.txt']) {
    const file = files.resolve(service.dir, name);
    const said = /(?<!\d)(\d+\.\d+(?:\.\d+)?)/.exec((file === undefined ? undefined : files.text(file)) ?? '')?.[1];
    if (said !== undefined) return said;
  }
  return undefined;
}

function traitsOf(clues: Clues): Readonly<Record<string, string>> {
  const { process } = clues;
  const settings = Object.hasOwn(clues.libraries, 'django') || process.server === 'django' ? settingsModule(clues) : undefined;
  return {
    server: process.server,
    ...(process.asgi ? { asgi: 'yes' } : {}),
    ...(process.reloader === undefined ? {} : { reloader: process.reloader }),
    ...(process.forked === undefined ? {} : { forked: process.forked }),
    ...(settings === undefined ? {} : { settings }),
  };
}

export const python: Language = {
  id: 'python',
  title: 'Python',
  docs: 'https://opentelemetry.io/docs/zero-code/python/',
  recognise,
  trace,
};
