/** Packages that the manifest names, and that the image's install command does not bring all the same. */
import { findPackageJson } from '../../../languages/node/manifest.ts';
import { readRequirements } from '../../../languages/python/requirements-txt.ts';
import { lockOps } from '../../../needs/lock-ops.ts';
import { valueIn } from '../../../needs/models.ts';
import { isMapModel } from '../../../formats/model.ts';
import { either, inOrder, type Pattern } from '../../../patterns.ts';
import type { Evidence, Files, Op, Service, Where } from '../../../types.ts';
import { nameOf } from '../../../workspace/path.ts';
import { rule } from '../../rule.ts';
import type { Facts, Rule, Subject } from '../../types.ts';
import { each } from './each.ts';
import { lockedIn, lockOf } from './locked.ts';

const TELEMETRY = /^(?:@opentelemetry\/|opentelemetry-|honeycomb-opentelemetry$|@honeycombio\/opentelemetry-node$|@vercel\/otel$|@fastify\/otel$)/;

interface Frozen {
  readonly where: Where;
  readonly says: string;
  /** The build fails; false = it goes on with what the lock file has. */
  readonly fails: boolean;
}

/** No command goes on behind it. */
const BETWEEN = /[\n&;]/;
/** Install commands that take a lock file as it is. `locks`: the base names that each reads. */
const FROZEN: readonly { readonly command: Pattern; readonly locks: RegExp; readonly fails: boolean }[] = [
  { command: /\bnpm (?:ci|clean-install)\b/, locks: /^(?:package-lock|npm-shrinkwrap)\.json$/, fails: true },
  { command: inOrder([/\bpnpm\b/g, /\b(?:install|i)\b/g, /--frozen-lockfile(?!=false)\b/g], BETWEEN), locks: /^pnpm-lock\.yaml$/, fails: true },
  { command: inOrder([/\byarn\b/g, /--(?:frozen-lockfile|immutable)\b/g], BETWEEN), locks: /^yarn\.lock$/, fails: true },
  { command: either(inOrder([/\bbun (?:install|i|ci)\b/g, /--frozen-lockfile\b/g], BETWEEN), /\bbun ci\b/), locks: /^bun\.lock$/, fails: true },
  { command: inOrder([/\buv sync\b/g, /--locked\b/g], BETWEEN), locks: /^uv\.lock$/, fails: true },
  { command: either(inOrder([/\buv sync\b/g, /--frozen\b/g], BETWEEN), /UV_FROZEN=/), locks: /^uv\.lock$/, fails: false },
  { command: inOrder([/\bpoetry\b/g, /\b(?:install|sync)\b/g], BETWEEN), locks: /^poetry\.lock$/, fails: true },
  { command: inOrder([/\bpipenv install\b/g, /--deploy\b/g], BETWEEN), locks: /^Pipfile\.lock$/, fails: true },
  { command: /\bpipenv sync\b/, locks: /^Pipfile\.lock$/, fails: false },
];

function frozen({ build }: Service, lock: string): Frozen | undefined {
  for (const { text, where } of build?.stage?.runs ?? []) {
    const found = FROZEN.find(({ command, locks }) => locks.test(lock) && command.test(text));
    if (found !== undefined) return { where, says: `RUN ${text.replaceAll(/\s+/g, ' ').slice(0, 110)}`, fails: found.fails };
  }
  return undefined;
}

/** Lines of a requirements.in that the file compiled from it does not have. */
function notCompiled({ app }: Service, files: Files): readonly string[] {
  const path = app?.manifest?.path;
  if (app === undefined || path === undefined || !path.endsWith('.in')) return [];
  return Object.keys(readRequirements(files, path).libraries).filter((name) => TELEMETRY.test(name) && !Object.hasOwn(app.libraries, name));
}

const isThere = ({ inside }: Partial<Pick<Facts, 'inside'>>, service: string, name: string): boolean => (inside ?? []).some((one) => one.service === service && Object.hasOwn(one.packages, name));

const lockFile = rule({
  id: 'files.not-in-lock',
  hop: 'files',
  title: 'The packages are in the manifest and not in its lock file',
  from: ['workspace', 'subjects'],
  also: ['inside'],
  page: {
    symptoms: ['npm error code EUSAGE … Missing: @opentelemetry/api@… from lock file', 'ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is not up to date', 'YN0028: The lockfile would have been modified by this install, which is explicitly forbidden.', 'error Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.', 'pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock` to fix the lock file.', 'error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.', 'exec: "opentelemetry-instrument": executable file not found in $PATH: unknown'],
    why: '`npm ci`, `--frozen-lockfile`, `poetry install` and their like install what the lock file has. A manifest that was edited by hand is ahead of it: most of them end with an error, so the old image keeps running; `uv sync --frozen` and `pipenv sync` go on without the new packages.',
    check: ['docker compose build SERVICE'],
    fix: ['npm install --package-lock-only', 'pnpm install --lockfile-only', 'yarn install', 'uv lock', 'poetry lock', 'pipenv lock'],
  },
  find: (facts) => each(facts, ({ service }) => {
    const { files } = facts.workspace;
    const { app } = service;
    const stale = notCompiled(service, files).filter((name) => !isThere(facts, service.name, name));
    if (app?.manifest !== undefined && stale[0] !== undefined) {
      const source = app.manifest.path;
      const compile = lockOps(files, app.manifest, app);
      return [{
        says: `${stale.join(', ')} ${stale.length === 1 ? 'is' : 'are'} in ${source}, and not in the file that is compiled from it and installed: the image is built without.`,
        because: [{ where: { path: source }, says: stale[0] }],
        do: 'stuck' in compile || compile[0] === undefined ? `pip-compile ${source}` : `${compile[0].cwd === '' ? '' : `cd ${compile[0].cwd} && `}${compile[0].argv.join(' ')}`,
        ops: 'stuck' in compile ? [] : compile,
        about: `package:${stale[0]}`,
      }];
    }
    const lock = lockOf(service, files);
    const command = lock === undefined ? undefined : frozen(service, nameOf(lock));
    if (app?.manifest === undefined || lock === undefined || command === undefined) return [];
    const names = Object.keys(app.libraries).filter((name) => TELEMETRY.test(name) && lockedIn(service, files, name) === undefined && !isThere(facts, service.name, name));
    const [first] = names;
    if (first === undefined) return [];
    const locks = lockOps(files, app.manifest, app);
    const ops: readonly Op[] = 'stuck' in locks ? [] : locks;
    const [op] = ops;
    const line: Where = app.language === 'node' ? (findPackageJson(service, files)?.line(first) ?? { path: app.manifest.path }) : { path: app.manifest.path };
    return [{
      says: `${names.length === 1 ? first : `${first} and ${names.length - 1} more`} ${names.length === 1 ? 'is' : 'are'} in ${app.manifest.path} and not in ${lock}: ${command.fails ? 'the image does not build' : 'the image is built without'}.`,
      because: [{ where: line, says: first }, { where: command.where, says: command.says }],
      do: op?.op === 'lock' ? `${op.cwd === '' ? '' : `(cd ${op.cwd} && `}${op.argv.join(' ')}${op.cwd === '' ? '' : ')'}` : `bring ${lock} up to date`,
      ops,
      about: `package:${first}`,
    }];
  }),
});

interface DevOnly {
  readonly name: string;
  readonly at: Where;
  readonly version?: string;
}

/** Telemetry that is declared for development alone. */
function devOnly(service: Service, files: Files): readonly DevOnly[] {
  const { app } = service;
  const path = app?.manifest?.path;
  if (app === undefined || path === undefined) return [];
  if (app.language === 'node') {
    const manifest = findPackageJson(service, files);
    return Object.entries(manifest?.devLibraries ?? {}).flatMap(([name, version]) => {
      const line = (files.text(path) ?? '').split('\n').findIndex((text) => text.includes(`"${name}"`)) + 1;
      return TELEMETRY.test(name) && !Object.hasOwn(app.libraries, name) ? [{ name, version, at: line > 0 ? { path, line } : { path } }] : [];
    });
  }
  if (app.manifest?.format !== 'toml') return [];
  const groups = [valueIn(files, path, 'toml', ['tool', 'poetry', 'group', 'dev', 'dependencies']), valueIn(files, path, 'toml', ['tool', 'poetry', 'dev-dependencies']), valueIn(files, path, 'toml', ['dependency-groups', 'dev']), valueIn(files, path, 'toml', ['dev-packages'])];
  const names = groups.flatMap((group) => (isMapModel(group) ? Object.keys(group) : Array.isArray(group) ? group.flatMap((item) => (typeof item === 'string' ? [/^[\w.-]+/.exec(item)?.[0] ?? ''] : [])) : []));
  return names.filter((name) => TELEMETRY.test(name) && !Object.hasOwn(app.libraries, name)).map((name) => {
    const line = (files.text(path) ?? '').split('\n').findIndex((text) => text.includes(name)) + 1;
    return { name, at: line > 0 ? { path, line } : { path } };
  });
}

/** The image installs without what is for development: by a flag, by NODE_ENV, or takes it out again. */
function withoutDev({ app, build }: Service): Evidence | undefined {
  const stage = build?.stage;
  const own = (stage?.runs ?? []).filter((run) => run.stage === stage?.index);
  const flag = app?.language === 'node'
    ? either(inOrder([/\b(?:npm|pnpm|yarn|bun)\b/g, /(?:--omit[= ]dev\b|--production(?!=false)\b|--prod\b|--only[= ]prod(?:uction)?\b|-P\b)/g], BETWEEN), inOrder([/\bnpm prune\b/g, /(?:--production|--omit[= ]dev)/g], BETWEEN), inOrder([/\byarn workspaces focus\b/g, /--production/g], BETWEEN))
    : either(inOrder([/\bpoetry\b/g, /(?:--only[= ](?:main|default)\b|--without[= ]\S{0,100}dev\b|--no-dev\b)/g], BETWEEN), inOrder([/\buv sync\b/g, /(?:--no-dev\b|--no-default-groups\b|--no-group[= ]dev\b)/g], BETWEEN));
  const run = own.findLast(({ text }) => flag.test(text));
  if (run !== undefined) return { where: run.where, says: `RUN ${run.text.replaceAll(/\s+/g, ' ').slice(0, 110)}` };
  if (app?.packageManager === 'pipenv' && own.some(({ text }) => /\bpipenv (?:install|sync)\b/.test(text)) && !own.some(({ text }) => /--dev\b|-d\b/.test(text))) {
    const install = own.find(({ text }) => /\bpipenv (?:install|sync)\b/.test(text));
    if (install !== undefined) return { where: install.where, says: `RUN ${install.text.replaceAll(/\s+/g, ' ').slice(0, 110)}` };
  }
  const production = app?.language === 'node' ? stage?.env.find(({ name, value }) => name === 'NODE_ENV' && value === 'production') : undefined;
  const at = production?.where;
  const install = own.find(({ text }) => /\b(?:npm (?:ci|i|install)|yarn(?: install)?(?=\s*$|\s*&&)|pnpm (?:i|install))\b/.test(text) && !/--include[= ]dev|--production=false|--prod=false/.test(text));
  if (at === undefined || typeof at === 'string' || install === undefined || at.line === undefined || install.where.line === undefined) return undefined;
  // Yarn from 2 on installs everything whatever NODE_ENV says; so does Bun.
  return at.line < install.where.line && /^(?:npm|pnpm)$/.test(app?.packageManager ?? 'npm') ? { where: at, says: 'NODE_ENV=production' } : undefined;
}

function moved({ app }: Service, only: readonly DevOnly[], files: Files): readonly Op[] {
  const manifest = app?.manifest;
  if (app?.language !== 'node' || manifest === undefined) return [];
  const locks = lockOps(files, manifest, app);
  if ('stuck' in locks) return [];
  return [
    ...only.flatMap(({ name, version }): readonly Op[] => (version === undefined ? [] : [
      { op: 'edit', path: manifest.path, format: manifest.format, change: { do: 'remove', at: ['devDependencies', name], was: version } },
      { op: 'edit', path: manifest.path, format: manifest.format, change: { do: 'set', at: ['dependencies', name], value: version } },
    ])),
    ...locks,
  ];
}

/** Something starts OpenTelemetry in it, so that the packages are really loaded. */
const loads = ({ instrumented }: Subject): boolean => /^(?:wrapper|preload|code)$/.test(instrumented.by);

const dev = rule({
  id: 'files.dev-dependency',
  hop: 'files',
  title: 'The packages are for development only, and the image leaves those out',
  from: ['workspace', 'subjects'],
  also: ['inside'],
  page: {
    symptoms: ['Error: Cannot find module \'@opentelemetry/sdk-node\'', 'ModuleNotFoundError: No module named \'opentelemetry\'', 'It works on this machine and not in the container.'],
    why: '`npm ci --omit=dev`, NODE_ENV=production, `poetry install --only main` and `uv sync --no-dev` leave out devDependencies and development groups. Tracing runs with the app: it belongs among its dependencies.',
    check: ['docker compose run --rm --no-deps SERVICE npm ls @opentelemetry/sdk-node'],
    fix: ['npm install --save-prod @opentelemetry/sdk-node', 'poetry add opentelemetry-distro', 'docker compose up -d --build'],
  },
  find: (facts) => each(facts, (subject) => {
    const { service } = subject;
    const { files } = facts.workspace;
    const only = loads(subject) ? devOnly(service, files).filter(({ name }) => !isThere(facts, service.name, name)) : [];
    const [first] = only;
    const without = first === undefined ? undefined : withoutDev(service);
    if (first === undefined || without === undefined) return [];
    const ops = moved(service, only, files);
    return [{
      says: `${first.name} is declared for development only, and the image of ${service.name} is installed without that: it is missing there.`,
      because: [{ where: first.at, says: first.name }, without],
      do: service.app?.language === 'node' ? `move ${only.map(({ name }) => name).join(', ')} from "devDependencies" to "dependencies" of ${first.at.path}` : `move ${only.map(({ name }) => name).join(', ')} to the dependencies of ${first.at.path}`,
      ops,
      about: `package:${first.name}`,
    }];
  }),
});

export const locks: readonly Rule[] = [dev, lockFile];
