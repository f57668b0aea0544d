/** OpenTelemetry packages whose releases do not fit each other, or the runtime of the image. */
import { cluesOf } from '../../../languages/python/clues.ts';
import { pinSets as nodeSets } from '../../../languages/node/pins.ts';
import { findPackageJson } from '../../../languages/node/manifest.ts';
import { pinsFor } from '../../../languages/python/pins.ts';
import { compareVersions } from '../../../languages/python/requirement.ts';
import type { Evidence, Files, Op, Service, Workspace } from '../../../types.ts';
import { rule } from '../../rule.ts';
import type { Rule } from '../../types.ts';
import { each, type Draft } from './each.ts';
import { lockOf } from './locked.ts';
import { compareReleases, coreOf, imagePython, isContrib, pinsOf, repinned, shown, type Pinned, type Release } from './python-releases.ts';

interface Apart {
  readonly a: Pinned;
  readonly b: Pinned;
  readonly why: string;
}

/** From this release on every contrib package names the semantic conventions of its own release exactly, as the SDK does (their metadata on PyPI). */
const TIED: Release = [0, 50, 0];

/** Exporters require `sdk ~= own version` (their metadata): the same minor release, and the SDK's patch may be newer. */
const takes = (exporter: Release, sdk: Release): boolean => exporter[0] === sdk[0] && exporter[1] === sdk[1] && exporter[2] <= sdk[2];

/** Two pins that no resolver can take together: each requires something of its own release, exactly. */
function apart(pins: readonly Pinned[]): Apart | undefined {
  const contrib = pins.filter(({ name }) => isContrib(name));
  const [first] = contrib;
  const other = first === undefined ? undefined : contrib.find(({ version }) => version !== first.version);
  if (first !== undefined && other !== undefined) return { a: first, b: other, why: 'each of them requires opentelemetry-instrumentation of its own release' };
  const core = (...names: readonly string[]) => pins.filter(({ name }) => names.includes(name));
  const pair = core('opentelemetry-api', 'opentelemetry-sdk');
  const exporters = core('opentelemetry-exporter-otlp-proto-http', 'opentelemetry-exporter-otlp-proto-grpc', 'opentelemetry-exporter-otlp');
  for (const group of [pair, exporters]) {
    const [a, b] = group;
    const differs = group.find(({ version }) => version !== a?.version) ?? b;
    if (a !== undefined && differs !== undefined && a.version !== differs.version) return { a, b: differs, why: group === pair ? 'the SDK requires the API of its own release' : 'each exporter requires the common part of its own release' };
  }
  const [sdk] = core('opentelemetry-sdk', 'opentelemetry-api');
  const [exporter] = exporters;
  if (sdk !== undefined && exporter !== undefined && !takes(exporter.release, sdk.release)) return { a: exporter, b: sdk, why: 'an exporter requires the SDK of its own release' };
  if (first === undefined || compareReleases(first.release, TIED) < 0) return undefined;
  const fits = coreOf(first.release);
  if (sdk !== undefined && compareReleases(sdk.release, fits) !== 0) return { a: first, b: sdk, why: `${first.name} ${first.version} belongs to core ${shown(fits)}` };
  if (exporter !== undefined && !takes(exporter.release, fits)) return { a: first, b: exporter, why: `${first.name} ${first.version} belongs to core ${shown(fits)}` };
  return undefined;
}

const lineOf = (service: Service, workspace: Workspace, { name, version }: Pinned): Evidence => {
  const at = cluesOf(service, workspace.files).manifest?.lines[name];
  return { where: at ?? (service.app?.manifest === undefined ? 'image' : { path: service.app.manifest.path }), says: `${name}==${version}` };
};

/** A pin holds for some Pythons or platforms only: `opentelemetry-sdk==…; python_version < "3.9"`. */
function isConditional(service: Service, files: Files): boolean {
  const lines = cluesOf(service, files).manifest?.lines ?? {};
  const paths = new Set(Object.values(lines).map(({ path }) => path));
  return [...paths].some((path) => /opentelemetry[^;\n#]{0,200};|opentelemetry[^\n]{0,200}markers?\s{0,8}=/i.test(files.text(path) ?? ''));
}

/** Pins in the manifest of a Python service that pip resolves as a whole. */
function pythonPins(service: Service, files: Files): readonly Pinned[] {
  const { app, build } = service;
  if (app?.language !== 'python' || app.manifest === undefined || isConditional(service, files) || (build?.stage?.runs ?? []).some(({ text }) => /--no-deps\b|legacy-resolver/.test(text))) return [];
  return pinsOf(Object.entries(app.libraries));
}

function repin(workspace: Workspace, service: Service): { readonly do: string; readonly ops: readonly Op[] } {
  const python = imagePython(service);
  const set = pinsFor(python);
  const ops = python === undefined ? [] : repinned(workspace, service, set);
  if (ops.length > 0) return { do: 'npx otel-setup doctor --fix', ops };
  const names = ['opentelemetry-distro', 'opentelemetry-exporter-otlp-proto-http'].map((name) => `${name}==${set?.version(name) ?? ''}`);
  return { do: `set all opentelemetry lines of ${service.app?.manifest?.path ?? 'the manifest'} to one release: ${names.join(', ')}, instrumentations as the first`, ops: [] };
}

const python = rule({
  id: 'files.versions-apart',
  hop: 'files',
  title: 'OpenTelemetry packages of different releases',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/en/latest/topics/dependency-resolution/#dealing-with-dependency-conflicts', 'ERROR: Cannot install -r requirements.txt because these package versions have conflicting dependencies.'],
    why: 'Each release comes as two numbers: core 1.x (api, sdk, exporters) and contrib 0.y (distro, instrumentations), with y = x + 21: 1.45 and 0.66. They name each other by exact version, so pip finds no answer for a mixture, the build fails, and the old image keeps running.',
    check: ['docker compose build SERVICE 2>&1 | grep -B5 ResolutionImpossible'],
    fix: ['Set all opentelemetry-* lines to one release.', 'npx otel-setup doctor --fix'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, ({ service }) => {
    const found = apart(pythonPins(service, workspace.files));
    if (found === undefined) return [];
    // A lock file that has both was resolved: the manifest was edited by hand since, or the tool overrides.
    if (lockOf(service, workspace.files) !== undefined) return [];
    return [{
      says: `${found.a.name} ${found.a.version} and ${found.b.name} ${found.b.version} cannot be installed together: ${found.why}. The image does not build.`,
      because: [lineOf(service, workspace, found.a), lineOf(service, workspace, found.b)],
      ...repin(workspace, service),
      about: 'versions',
    }];
  }),
});

/** The second beta of contrib's 66th: core and some instrumentations came out, distro and the others never did (PyPI, when this was written). */
const HALF: Release = [0, 66, 2];
const NEVER_CAME = /^opentelemetry-(?:distro|instrumentation-(?:flask|psycopg2?|sqlalchemy|pymongo|pymysql|mysql|jinja2|urllib|urllib3|sqlite3))$/;

const half = rule({
  id: 'files.release-incomplete',
  hop: 'files',
  title: 'A release of which this package was never published',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['ERROR: No matching distribution found for opentelemetry-distro==…', 'ERROR: Could not find a version that satisfies the requirement opentelemetry-distro==…'],
    why: 'The second beta of 0.66 was published in part: the core packages and some instrumentations are there, opentelemetry-distro and others are not. A pin on it cannot be installed.',
    check: ['pip index versions opentelemetry-distro'],
    fix: ['Set all opentelemetry lines to a complete release: npx otel-setup doctor --fix'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, ({ service }) => {
    const pin = pythonPins(service, workspace.files).find(({ name, release }) => compareReleases(release, HALF) === 0 && NEVER_CAME.test(name));
    if (pin === undefined) return [];
    return [{
      status: 'warn' as const,
      says: `${pin.name} ${pin.version} was not published when this otel-setup came out, though other packages of that release were: the image does not build unless it has come since.`,
      because: [lineOf(service, workspace, pin)],
      ...repin(workspace, service),
      about: 'versions',
    }];
  }),
});

/** requires-python by release of contrib (the tags of opentelemetry-python-contrib); core's minor is 21 less. */
const FLOORS: readonly (readonly [from: Release, python: string])[] = [
  [[0, 63, 0], '3.10'],
  [[0, 58, 0], '3.9'],
  [[0, 50, 0], '3.8'],
  [[0, 36, 0], '3.7'],
];

function floorOf({ name, release }: Pinned): string | undefined {
  return FLOORS.find(([from]) => compareReleases(release, isContrib(name) ? from : [1, from[1] - 21, 0]) >= 0)?.[1];
}

const runtime = rule({
  id: 'files.runtime-too-old',
  hop: 'files',
  title: 'The image\'s Python or Node.js is too old for the pinned release',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['ERROR: Could not find a version that satisfies the requirement opentelemetry-distro==…', 'ERROR: Ignored the following versions that require a different python version: …', 'error @opentelemetry/sdk-node@…: The engine "node" is incompatible with this module. Expected version ">=22.15…".'],
    why: 'Releases from 0.63 (core 1.42) on need Python 3.10, from 0.58 on 3.9, from 0.50 on 3.8. pip leaves out what the image\'s Python cannot run, and the build fails. Yarn 1 refuses packages whose engine does not fit; npm and pnpm only warn.',
    check: ['grep -n FROM Dockerfile', 'docker compose build SERVICE'],
    fix: ['Use a newer base image (FROM python:3.12-slim, FROM node:22-slim), or the release that fits this one: npx otel-setup doctor --fix'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, ({ service }): readonly Draft[] => {
    const base: Evidence = { where: service.build === undefined ? (service.definedIn.at(-1) ?? 'image') : { path: service.build.dockerfile }, says: service.build?.stage?.base ?? service.image ?? '' };
    if (service.app?.language === 'node') return yarnOne(service, workspace, base);
    const have = imagePython(service);
    if (have === undefined || !/^3\.\d+/.test(have)) return [];
    const pin = pythonPins(service, workspace.files).find((one) => compareVersions(have, floorOf(one) ?? '0') < 0);
    if (pin === undefined) return [];
    return [{
      says: `${pin.name} ${pin.version} needs Python ${floorOf(pin) ?? ''} or newer, and the image has ${have}: the image does not build.`,
      because: [lineOf(service, workspace, pin), base],
      ...repin(workspace, service),
      about: 'versions',
    }];
  }),
});

/** Yarn 1 checks "engines" and ends; the others warn, and the packages run (measured). */
function yarnOne(service: Service, workspace: Workspace, base: Evidence): readonly Draft[] {
  const { app, build } = service;
  const lock = lockOf(service, workspace.files);
  const isOne = lock?.endsWith('yarn.lock') === true && /^# yarn lockfile v1/m.test(workspace.files.text(lock) ?? '');
  const installs = (build?.stage?.runs ?? []).filter(({ text }) => /\byarn\b/.test(text));
  const major = Number(/^\d+/.exec(build?.stage?.runtime?.version ?? '')?.[0] ?? Number.NaN);
  if (app === undefined || !isOne || installs.length === 0 || installs.some(({ text }) => /ignore-engines/.test(text)) || !(major < 22)) return [];
  const newest = nodeSets()[0];
  const name = ['@opentelemetry/sdk-node', '@opentelemetry/auto-instrumentations-node'].find((one) => {
    const spec = /^[~^]?(\d+\.\d+)\./.exec(app.libraries[one] ?? '')?.[1];
    return spec !== undefined && newest?.version(one)?.startsWith(`${spec}.`) === true;
  });
  if (name === undefined) return [];
  const older = nodeSets().find((set) => set !== newest && set.version(name) !== undefined);
  return [{
    says: `${name} ${app.libraries[name] ?? ''} wants Node.js 22.15 or newer, the image has ${major}, and Yarn 1 then refuses to install: the image does not build.`,
    because: [{ where: findPackageJson(service, workspace.files)?.line(name) ?? { path: app.manifest?.path ?? service.dir }, says: `${name} ${app.libraries[name] ?? ''}` }, base],
    do: `use FROM node:22-slim, or in package.json "${name}": "${older?.version(name) ?? ''}", then yarn install`,
    about: 'versions',
  }];
}

/** '^0.300.1' → '0.300'; undefined for ranges and tags. */
const minor = (spec: string | undefined): string | undefined => /^[~^]?(\d+\.\d+)\.\d/.exec(spec ?? '')?.[1];

const nodeApart = rule({
  id: 'files.sdk-twice',
  hop: 'files',
  title: 'Two releases of the Node.js SDK side by side',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['node_modules has two copies of @opentelemetry/sdk-node or @opentelemetry/api.', 'Spans that the app makes itself are missing, or have no parent.'],
    why: 'The bundle of instrumentations brings an SDK of its own release. With another @opentelemetry/sdk-node beside it npm installs both, and what is registered with one is unknown to the other.',
    check: ['npm ls @opentelemetry/sdk-node @opentelemetry/api'],
    fix: ['Give both the versions of one release.'],
    links: ['https://github.com/open-telemetry/opentelemetry-js/issues/3792'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, ({ service }) => {
    const { app } = service;
    if (app?.language !== 'node') return [];
    const [sdk, bundle] = ['@opentelemetry/sdk-node', '@opentelemetry/auto-instrumentations-node'] as const;
    const have = { sdk: minor(app.libraries[sdk]), bundle: minor(app.libraries[bundle]) };
    const set = nodeSets().find((one) => minor(one.version(bundle)) === have.bundle);
    if (have.sdk === undefined || have.bundle === undefined || set === undefined || minor(set.version(sdk)) === have.sdk) return [];
    const line = (name: string): Evidence => ({ where: findPackageJson(service, workspace.files)?.line(name) ?? { path: app.manifest?.path ?? service.dir }, says: `"${name}": "${app.libraries[name] ?? ''}"` });
    return [{
      status: 'warn' as const,
      says: `${sdk} ${app.libraries[sdk] ?? ''} is not the release that ${bundle} ${app.libraries[bundle] ?? ''} brings: two copies of the SDK are loaded.`,
      because: [line(sdk), line(bundle)],
      do: `"${sdk}": "${set.version(sdk) ?? ''}"`,
      about: 'versions',
    }];
  }),
});

export const versions: readonly Rule[] = [half, python, runtime, nodeApart];
