import { containerDir, inContainer } from '../../workspace/container-path.ts';
import { folderOf, join } from '../../workspace/files.ts';
import { heedRivals, rivals } from '../rivals.ts';
import type { Clues } from './framework.ts';
import { frameworkOf } from './frameworks.ts';
import { modulesHome, modulesNotes } from './modules-home.ts';
import { modulesOf } from './modules.ts';
import { pinsFor, type PinSet } from './pins.ts';
import { sentrySampling, wiredIn } from './source.ts';
import type { App, Need, Paste, Stuck, Tracing } from '../../types.ts';

const BASE = ['@opentelemetry/api', '@opentelemetry/sdk-node', '@opentelemetry/auto-instrumentations-node'];
const ESM = ['@opentelemetry/instrumentation', 'import-in-the-middle'];

/** What a Node service needs to be traced without a change of its code, or why that cannot be done. */
export function traceClues(app: App, clues: Clues): Tracing | Stuck {
  const { process, manifest, service, files } = clues;
  const heeded = heedRivals(rivals(app, service, sentrySampling(clues.sources)));
  if (heeded.stuck !== undefined) return heeded.stuck;
  const delay = delayOf(process.lossy);
  const logLevel: Need = { kind: 'env', name: 'OTEL_LOG_LEVEL', value: 'error', accept: 'any', by: 'node', why: 'without it a failed export says nothing' };
  const wired = wiredIn(clues.sources);
  if (wired !== undefined) {
    return { needs: [logLevel, ...delay.needs], notes: [...heeded.notes, `OpenTelemetry is started in code (${whereText(wired)}): that is kept, nothing is preloaded.`, ...delay.notes] };
  }
  const set = pinsFor(app.runtime);
  if (set === undefined) return { stuck: `Node ${app.runtime ?? ''} is older than every release of OpenTelemetry that runs (14 and newer). Use a newer Node image, then run otel-setup again.` };
  if (process.runner === 'bun' || process.runner === 'deno') {
    return { stuck: process.runner === 'bun' ? 'Bun does not load preloads for its HTTP server, so nothing of it can be traced from outside. Run the service with Node, or trace it in code.' : 'Deno speaks OpenTelemetry itself: set OTEL_DENO=true and the OTEL_* variables for the service.' };
  }
  const found = frameworkOf(clues);
  const more = found?.framework.more?.(clues) ?? { notes: [] };
  if ('stuck' in more) return more;
  const modules = modulesOf(service, files, manifest, process);
  const esm = modules.kind === 'esm' && set.esm;
  const packages = [...new Set([...BASE, ...(esm ? ESM : []), ...(found?.framework.packages ?? [])])].flatMap((name) => packageNeed(clues, set, name));
  const conflict = otherRelease(clues, set, packages);
  if (conflict !== undefined) return conflict;
  const preload = preloadNeeds(clues, esm);
  if ('stuck' in preload) return preload;
  const without = (found?.framework.packages ?? []).filter((name) => set.version(name) === undefined);
  const notes = [
    ...(without.length > 0 ? [`${without.join(', ')} does not run on Node ${app.runtime ?? ''}: spans have the method as their name, without the route.`] : []),
    ...heeded.notes,
    ...more.notes,
    ...(modules.kind === 'esm' && !set.esm ? [`Node ${app.runtime ?? ''} is too old to trace ES modules fully: spans have no routes.`] : []),
    ...delay.notes,
    ...modulesNotes(modulesHome(service, files)),
  ];
  return { needs: [...packages, ...preload, logLevel, ...delay.needs], notes };
}

function packageNeed(clues: Clues, set: PinSet, name: string): readonly Need[] {
  const version = exact(clues.manifest.libraries[name]) ?? set.version(name);
  if (version === undefined) return [];
  const why = name.startsWith('@fastify/') ? 'spans of Fastify with their routes' : ESM.includes(name) ? 'hooks for ES modules and plugins; must be a direct dependency' : 'loaded by the preload';
  return [{ kind: 'package', name, version, by: 'node', why }];
}

function exact(spec: string | undefined): string | undefined {
  return spec === undefined ? undefined : /^\d+\.\d+\.\d+(?!\d)\S*$/.exec(spec)?.[0];
}

/** OpenTelemetry packages of another release: two copies of the SDK would make spans that go nowhere. */
function otherRelease(clues: Clues, set: PinSet, needs: readonly Need[]): Stuck | undefined {
  const absent = needs.flatMap((need) => (need.kind === 'package' && !Object.hasOwn(clues.manifest.libraries, need.name) ? [need] : []));
  const lockstep = ['@opentelemetry/sdk-node', '@opentelemetry/auto-instrumentations-node'];
  const other = lockstep.filter((name) => Object.hasOwn(clues.manifest.libraries, name) && minor(clues.manifest.libraries[name]) !== minor(set.version(name)));
  if (other.length === 0 || absent.length === 0) return undefined;
  const text = [...other, ...absent.map((need) => need.name)].map((name) => `"${name}": "${set.version(name) ?? ''}"`).join(',\n');
  return { stuck: `${clues.manifest.path} has another release of OpenTelemetry (${other.map((name) => `${name} ${clues.manifest.libraries[name] ?? ''}`).join(', ')}): mixed releases load two copies of the SDK. Set the versions below, then run otel-setup again.`, paste: { into: `${clues.manifest.path}, "dependencies"`, text } };
}

function minor(spec: string | undefined): string | undefined {
  return /(?<!\d)(\d+\.\d+)/.exec(spec ?? '')?.[1];
}

/** The preload's file beside package.json, and NODE_OPTIONS with the path that it has where the process runs. */
function preloadNeeds(clues: Clues, esm: boolean): readonly Need[] | Stuck {
  const { service, manifest } = clues;
  const name = esm ? 'otel.mjs' : 'otel.cjs';
  const flag = esm ? '--import' : '--require';
  const folder = folderOf(manifest.path);
  const below = folder === service.dir ? name : folder.startsWith(service.dir === '' ? '' : `${service.dir}/`) ? join(folder, name).slice(service.dir === '' ? 0 : service.dir.length + 1) : undefined;
  if (below === undefined) return { stuck: `${manifest.path} lies outside of the service's folder, so the preload cannot be placed beside it. Add a preload by hand.`, paste: byHand(flag, name) };
  const place = service.origin === 'folder' ? `./${below}` : containerPlace(clues, below);
  if (place === undefined) return { stuck: `It could not be found out where ${name} would lie in the container (no COPY or mount of the service's folder was understood). Copy it there and set NODE_OPTIONS by hand.`, paste: byHand(flag, name) };
  return [
    { kind: 'file', template: `node/${name}`, to: below, by: 'node', why: 'starts OpenTelemetry before the app and sends the last spans at stop' },
    { kind: 'env', name: 'NODE_OPTIONS', value: `${flag} ${place}`, join: ' ', by: 'node', why: `loads ${name} into the app's process` },
  ];
}

function containerPlace(clues: Clues, below: string): string | undefined {
  const { service } = clues;
  const known = inContainer(service, join(service.dir, below));
  if (known !== undefined) return known.path;
  // Not copied yet: an instruction of our own puts it into the working folder.
  const dir = containerDir(service);
  return dir === undefined || below.includes('/') ? undefined : `${dir === '/' ? '' : dir}/${below}`;
}

function byHand(flag: string, name: string): Paste {
  return { into: "the service's environment, after the file was copied into the image", text: `NODE_OPTIONS=${flag} /absolute/path/in/the/container/${name}` };
}

/** npm dies at SIGTERM before the app has sent anything (measured: 0 of 6 spans, with every preload). */
function delayOf(lossy: string | undefined): Tracing {
  if (lossy === undefined) return { needs: [], notes: [] };
  const manager = lossy.split(' ')[0] ?? lossy;
  return {
    needs: [{ kind: 'env', name: 'OTEL_BSP_SCHEDULE_DELAY', value: '100', accept: 'any', by: 'node', why: `${manager} ends at stop before the app has sent its last spans: they must leave within 0.1 s` }],
    notes: [`${manager} starts the app and ends first at stop: spans of the last 0.1 s may be lost. Starting it with node directly loses none.`],
  };
}

function whereText(evidence: { readonly where: App['because'][number]['where'] }): string {
  if (typeof evidence.where === 'string') return evidence.where;
  return evidence.where.line === undefined ? evidence.where.path : `${evidence.where.path}:${evidence.where.line}`;
}
