/** A preload of Node.js that cannot be loaded, or that cannot do its work. */
import { findPackageJson, readPackageJson } from '../../../languages/node/manifest.ts';
import { pinsFor } from '../../../languages/node/pins.ts';
import { processOf } from '../../../languages/node/process.ts';
import { dockerIgnores } from '../../../workspace/docker-ignore.ts';
import type { Evidence, Files, Path, Service, Workspace } from '../../../types.ts';
import { absolutePath, containerDir, fromContainer } from '../../../workspace/container-path.ts';
import { folderOf, join } from '../../../workspace/path.ts';
import { rule } from '../../rule.ts';
import type { Rule } from '../../types.ts';
import { isOfficial } from './base-image.ts';
import { allWords, runsAt, shownWords } from './command.ts';
import { each } from './each.ts';
import { isOther, isPath, isRegister, isTelemetry, packageOf, preloadsOf, type Preload } from './preloads.ts';
import { replaced } from './replaced.ts';
import { fixOrInit, openOps } from './verdict-ops.ts';

const before = ({ from }: Preload): string => (from === 'command' ? 'The start command' : from.name);

/** Files that Node takes for a preload as it is written. */
const candidates = ({ flag, target }: Preload): readonly string[] => (flag === '--require' && !/\.[cm]?js$|\.json$|\.ts$/.test(target) ? ['', '.js', '.cjs', '.json', '/index.js'].map((end) => `${target}${end}`) : [target]);

interface Absent {
  readonly because: readonly Evidence[];
  readonly says: string;
}

/** Why a preload that is named by its path is not in the container; undefined = it is there, or nobody can know. */
function absentFile(workspace: Workspace, service: Service, preload: Preload): Absent | undefined {
  const { files } = workspace;
  const dir = service.origin === 'folder' ? undefined : containerDir(service);
  const target = preload.target.replace(/^file:(?:\/\/)?/, '');
  if (dir === undefined && !target.startsWith('/')) return undefined;
  const where = absolutePath(dir ?? '/', target);
  const shown = candidates(preload).map((one) => fromContainer(service, files, absolutePath(dir ?? '/', one.replace(/^file:(?:\/\/)?/, '')))).find((path) => path !== undefined);
  const mount = service.mounts.toSorted((a, b) => b.to.length - a.to.length).find(({ to }) => where.startsWith(`${to.replace(/\/$/, '')}/`));
  if (shown !== undefined) return mount === undefined ? ignored(workspace, service, shown) : undefined;
  if ((service.volumes ?? []).some(({ to }) => where.startsWith(`${to}/`)) || /node_modules/.test(where)) return undefined;
  if (mount !== undefined) {
    const missing = mount.from === undefined ? undefined : files.resolve(mount.from, where.slice(mount.to.replace(/\/$/, '').length + 1));
    // What git ignores is made by something, somewhere.
    if (mount.from === undefined || missing === undefined || files.ignored(missing) || builds(service, files)) return undefined;
    return { because: [preload.at], says: `${where} is not there: ${mount.from === '' ? 'the workspace' : mount.from} is mounted at ${mount.to} and has no such file` };
  }
  const stage = service.build?.stage;
  // A file of the image itself, of another image, or one that the build makes.
  if (stage === undefined || !isOfficial(service, 'node') || builds(service, files)) return undefined;
  if (stage.copies.some(({ stage: from, to }) => from !== undefined && `${where}/`.startsWith(to.endsWith('/') ? to : `${to}/`))) return undefined;
  if (stage.runs.some(({ text }) => text.includes(where.slice(where.lastIndexOf('/') + 1)) || /\b(?:curl|wget|git clone)\b/.test(text))) return undefined;
  return { because: [preload.at, { where: { path: service.build?.dockerfile ?? service.dir }, says: `no COPY brings ${where}` }], says: `no COPY of the Dockerfile brings ${where} into the image` };
}

function ignored({ files }: Workspace, { build }: Service, path: Path): Absent | undefined {
  if (build === undefined || !(build.context === '' || path.startsWith(`${build.context}/`))) return undefined;
  const file = dockerIgnores(files, build.context, build.dockerfile, build.context === '' ? path : path.slice(build.context.length + 1));
  return file === undefined ? undefined : { because: [{ where: { path: file }, says: `keeps ${path} out` }], says: `${file} keeps ${path} out of the image` };
}

/** Something writes files that are not in the workspace: a compiler or a bundler in the build or in the start script. */
function builds(service: Service, files: Files): boolean {
  const scripts = Object.values(findPackageJson(service, files)?.scripts ?? {}).join('\n');
  const runs = (service.build?.stage?.runs ?? []).map(({ text }) => text).join('\n');
  return /\b(?:tsc|tsup|esbuild|webpack|rollup|vite|swc|babel|nest|ncc|turbo|nx|unbuild)\b/.test(`${scripts}\n${runs}\n${allWords(service)}`) || /\brun build\b/.test(runs);
}

const unresolvable = rule({
  id: 'files.preload-unresolvable',
  hop: 'files',
  title: 'The preload of Node.js is not where its option says',
  from: ['workspace', 'subjects', 'judged'],
  page: {
    symptoms: ['Error: Cannot find module \'/app/otel.cjs\' … Require stack: - internal/preload', 'Error [ERR_MODULE_NOT_FOUND]: Cannot find module \'/app/otel.mjs\' imported from /app/', 'Every node process of the container ends at once, npm and health checks too.'],
    why: 'Node.js loads what NODE_OPTIONS names before anything else, and ends where it is not found. A path is one in the container, and a relative one counts from the folder that each process runs in.',
    check: ['docker compose run --rm --no-deps --entrypoint sh -e NODE_OPTIONS= SERVICE -c "ls -l /app"'],
    fix: ['Give the absolute path in the container: NODE_OPTIONS: --require /usr/src/app/otel.cjs', 'Bring the file into the image: COPY otel.cjs ./ , or take it out of .dockerignore.'],
  },
  find: ({ workspace, subjects, judged }) => each({ subjects }, (subject) => {
    const { service } = subject;
    for (const preload of preloadsOf(subject, workspace.files)) {
      const absent = isPath(preload) && !isOther(preload) ? absentFile(workspace, service, preload) : undefined;
      if (absent === undefined) continue;
      const ops = preload.from !== 'command' && isTelemetry(preload) ? openOps(judged, service.name, ({ kind }) => kind === 'file') : [];
      return [{
        says: `${before(preload)} of ${service.name} loads ${preload.target}, and ${absent.says}: every node process ends at start.`,
        because: absent.because[0] === preload.at ? absent.because : [preload.at, ...absent.because],
        do: ops.length > 0 ? fixOrInit(ops, service.name) : 'bring the file there, or name the path that it has in the container',
        ops,
        about: 'preload',
      }];
    }
    return [];
  }),
});

const BUNDLE = '@opentelemetry/auto-instrumentations-node';

/** Declared for the service, or by a package.json above it whose node_modules Node looks into as well. */
function isDeclared(service: Service, files: Files, name: string): boolean {
  const manifest = findPackageJson(service, files);
  if (manifest === undefined) return true;
  // What the bundle brings lies beside it.
  if (name !== BUNDLE && Object.keys(manifest.libraries).some((library) => library === BUNDLE || library.startsWith('@opentelemetry/'))) return true;
  for (let folder = folderOf(manifest.path); ; folder = folderOf(folder)) {
    const found = readPackageJson(files, join(folder, 'package.json'));
    if (found !== undefined && (Object.hasOwn(found.libraries, name) || Object.hasOwn(found.devLibraries, name))) return true;
    if (folder === '') break;
  }
  // A library of the workspace's own, a git address: it may bring it.
  if (Object.values(manifest.libraries).some((spec) => /^(?:workspace|file|link|git|github|https?):|\//.test(spec))) return true;
  const runs = [...(service.build?.stage?.runs ?? []).map(({ text }) => text), allWords(service)].join('\n');
  return runs.includes(name) || /opentelemetry|npm (?:i|install) -g|npm install --global/.test(runs);
}

const packageMissing = rule({
  id: 'files.preload-package-missing',
  hop: 'files',
  title: 'The package that Node.js preloads is declared nowhere',
  from: ['workspace', 'subjects', 'judged'],
  also: ['inside'],
  page: {
    symptoms: ['Error: Cannot find module \'@opentelemetry/auto-instrumentations-node/register\' … Require stack: - internal/preload'],
    why: 'NODE_OPTIONS applies to every node process. Where the package is not found from the working folder, each of them ends: the app, npm, health checks.',
    check: ['docker compose run --rm --no-deps -e NODE_OPTIONS= SERVICE npm ls @opentelemetry/auto-instrumentations-node'],
    fix: ['npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node', 'docker compose up -d --build'],
  },
  find: ({ workspace, subjects, judged, inside }) => each({ subjects }, (subject) => {
    const { service } = subject;
    const { files } = workspace;
    if (!isOfficial(service, 'node')) return [];
    const preload = preloadsOf(subject, files).find((one) => !isPath(one) && !isOther(one) && isTelemetry(one) && !isDeclared(service, files, packageOf(one)));
    if (preload === undefined) return [];
    const name = packageOf(preload);
    if ((inside ?? []).some((one) => one.service === service.name && Object.hasOwn(one.packages, name))) return [];
    const ops = openOps(judged, service.name, ({ kind }) => kind === 'package');
    const manifest = service.app?.manifest?.path;
    return [{
      says: `${before(preload)} of ${service.name} loads ${preload.target}, and no package.json has ${name}: every node process ends at start.`,
      because: [preload.at, ...(manifest === undefined ? [] : [{ where: { path: manifest }, says: `no ${name} in it` }])],
      do: ops.some((op) => op.op === 'edit' && op.change.at.includes(name)) ? fixOrInit(ops, service.name) : `npm install ${name}`,
      ops: ops.some((op) => op.op === 'edit' && op.change.at.includes(name)) ? ops : [],
      about: `package:${name}`,
    }];
  }),
});

const deepPath = rule({
  id: 'files.preload-deep-path',
  hop: 'files',
  title: 'The preload names an inner path that newer releases no longer have',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['Error [ERR_PACKAGE_PATH_NOT_EXPORTED]: Package subpath \'./build/src/register\' is not defined by "exports"'],
    why: 'Older blog posts and operators load @opentelemetry/auto-instrumentations-node/build/src/register. From 0.82 on only …/register is there; it works in the older releases too.',
    check: ['docker compose run --rm --no-deps -e NODE_OPTIONS= SERVICE npm ls @opentelemetry/auto-instrumentations-node'],
    fix: ['NODE_OPTIONS: --require @opentelemetry/auto-instrumentations-node/register'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, (subject) => {
    const { service } = subject;
    const preload = preloadsOf(subject, workspace.files).find((one) => one.target.startsWith('@opentelemetry/auto-instrumentations-node/build/src/register'));
    const spec = service.app?.libraries['@opentelemetry/auto-instrumentations-node'];
    const minor = /^[~^]?0\.(\d+)\.\d/.exec(spec ?? '')?.[1];
    if (preload === undefined || minor === undefined || Number(minor) < 82) return [];
    const right = '@opentelemetry/auto-instrumentations-node/register';
    const ops = preload.from === 'command' || preload.from.raw === null ? [] : replaced(workspace, service, preload.from, preload.from.raw.replace(preload.target, right));
    return [{
      says: `${preload.target} is not there from release 0.82 on (${service.name} has ${spec ?? ''}): every node process ends at start.`,
      because: [preload.at],
      do: `NODE_OPTIONS: ${preload.flag} ${right}`,
      ops,
      about: 'preload',
    }];
  }),
});

const breaksInstall = rule({
  id: 'files.preload-breaks-install',
  hop: 'files',
  title: 'NODE_OPTIONS is set before the packages are installed that it loads',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['Error: Cannot find module \'@opentelemetry/auto-instrumentations-node/register\' … Require stack: - internal/preload … The command \'/bin/sh -c npm ci\' returned a non-zero code: 1'],
    why: 'npm is a node process too: it loads what NODE_OPTIONS names, and the package is what it was about to install.',
    check: ['docker compose build --no-cache SERVICE'],
    fix: ['Take ENV NODE_OPTIONS out of the Dockerfile and set it in the compose file, under environment.', 'Or empty it for the install: RUN NODE_OPTIONS= npm ci'],
    links: ['https://nodejs.org/api/cli.html#node_optionsoptions'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, ({ service }) => {
    const { start, build, app } = service;
    if (app?.language !== 'node') return [];
    const npm = /(?:^|[\s;&|])(?:npm|pnpm|yarn|npx|corepack|node)\s/;
    const stage = build?.stage;
    const set = stage?.env.find(({ name, value }) => name === 'NODE_OPTIONS' && /(?:--require|--import|-r)[\s=]+@opentelemetry\//.test(value ?? ''));
    const at = set?.where;
    const install = at === undefined || typeof at === 'string' || at.line === undefined ? undefined : stage?.runs.find(({ text, where }) => npm.test(` ${text} `) && /\b(?:ci|install|i|add)\b|^yarn\s*$/.test(text) && !/NODE_OPTIONS=/.test(text) && where.path === at.path && (where.line ?? 0) > (at.line ?? 0));
    const already = install === undefined || stage === undefined ? false : stage.runs.some(({ text, where }) => /\b(?:npm|pnpm|yarn)\b/.test(text) && (where.line ?? 0) < (typeof at === 'object' ? (at.line ?? 0) : 0));
    if (at !== undefined && install !== undefined && !already) {
      return [{
        says: `The Dockerfile of ${service.name} sets NODE_OPTIONS before it installs the package that it names: the install ends with an error, so the image does not build.`,
        because: [{ where: at, says: `NODE_OPTIONS=${set?.value ?? ''}` }, { where: install.where, says: `RUN ${install.text.slice(0, 110)}` }],
        do: 'take ENV NODE_OPTIONS out of the Dockerfile and set it in the compose file',
        about: 'preload',
      }];
    }
    // In the container: nothing is installed yet when npm starts.
    const options = service.env.findLast(({ name }) => name === 'NODE_OPTIONS');
    const installs = /\b(?:npm (?:i|ci|install)|pnpm (?:i|install)|yarn install)\b/.test(start?.argv.join(' ') ?? '') && !/NODE_OPTIONS=/.test(start?.argv.join(' ') ?? '');
    const inImage = (stage?.runs ?? []).some(({ text }) => /\b(?:npm (?:i|ci|install)|pnpm (?:i|install)|yarn)\b/.test(text)) && service.mounts.length === 0;
    const manifest = findPackageJson(service, workspace.files);
    const here = manifest !== undefined && workspace.files.exists(join(folderOf(manifest.path), 'node_modules/@opentelemetry/auto-instrumentations-node/package.json'));
    const volume = (service.volumes ?? []).some(({ to }) => to.endsWith('/node_modules'));
    if (start === undefined || !installs || inImage || here || volume || !/(?:--require|--import|-r)[\s=]+@opentelemetry\//.test(options?.value ?? '')) return [];
    return [{
      says: `${service.name} installs its packages when it starts, and NODE_OPTIONS loads one of them before: npm ends with "Cannot find module", and the app never starts.`,
      because: [{ where: start.where, says: shownWords(start.argv) }, { where: options?.where ?? 'container', says: `NODE_OPTIONS=${options?.value ?? ''}` }],
      do: `set it behind the install alone: command: sh -c "NODE_OPTIONS= npm install && exec ${shownWords(start.real)}"`,
      about: 'preload',
    }];
  }),
});

/** Does a preload of the user's own set up the hooks that ES modules need? */
function hasHooks(service: Service, files: Files, { target }: Preload): boolean | undefined {
  const path = fromContainer(service, files, target) ?? files.resolve(service.dir, target);
  const text = path === undefined ? undefined : files.text(path);
  return text === undefined ? undefined : /hook\.mjs|register-hooks|registerHooks|module\.register|\bregister\s*\(|import-in-the-middle|createAddHookMessageChannel/.test(text);
}

const esm = rule({
  id: 'files.esm-preload',
  hop: 'files',
  title: 'An app of ES modules with a preload for CommonJS',
  from: ['workspace', 'subjects', 'judged'],
  page: {
    symptoms: ['Spans are named `GET`, without http.route; there are none of Express, Fastify or the database.'],
    why: 'Libraries that are loaded by `import` are patched only where a hook for ES modules is registered. `…/auto-instrumentations-node/register` registers none, with --require and with --import alike.',
    check: ['grep \'"type"\' package.json'],
    fix: ['npx otel-setup init writes a preload with the hooks (otel.mjs).', 'node --import ./otel.mjs --experimental-loader=@opentelemetry/instrumentation/hook.mjs app.js'],
    links: ['https://github.com/open-telemetry/opentelemetry-js/blob/main/doc/esm-support.md'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, (subject) => {
    const { service } = subject;
    const { app } = service;
    // Next.js and its like bundle what they run.
    if (app?.traits['modules'] !== 'esm' || app.framework === 'next' || pinsFor(app.runtime)?.esm !== true || service.start === undefined) return [];
    const preloads = preloadsOf(subject, workspace.files);
    if (preloads.some(({ target, flag }) => /hook\.mjs|import-in-the-middle/.test(target) || flag === '--loader')) return [];
    const own = preloads.find((one) => isRegister(one) || (isPath(one) && isTelemetry(one)));
    if (own === undefined || (isPath(own) && hasHooks(service, workspace.files, own) !== false)) return [];
    if (preloads.some((one) => one !== own && isPath(one) && hasHooks(service, workspace.files, one) !== false)) return [];
    return [{
      status: 'warn' as const,
      says: `${service.name} is made of ES modules, and ${own.target} registers no hook for them: spans have neither routes nor database calls.`,
      because: [own.at, { where: app.manifest === undefined ? 'image' : { path: app.manifest.path }, says: '"type": "module"' }, runsAt(service.start)],
      do: `--import ./otel.mjs with the hooks: take ${own.target} out, then npx otel-setup init --services ${service.name}`,
      about: 'preload',
    }];
  }),
});

const tsNode = rule({
  id: 'files.ts-node-import',
  hop: 'files',
  title: 'ts-node with --import',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['TypeError [ERR_UNKNOWN_FILE_EXTENSION]: Unknown file extension ".ts"', 'SyntaxError [ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX]: TypeScript enum is not supported in strip-only mode'],
    why: 'Any --import, even of an empty file, sends the entry file through Node\'s loader for ES modules, where ts-node does not take part. With --require it does.',
    check: ['docker compose logs SERVICE | grep ERR_'],
    fix: ['NODE_OPTIONS: --require @opentelemetry/auto-instrumentations-node/register', 'or start with tsx, which takes both'],
  },
  find: ({ workspace, subjects }) => each({ subjects }, (subject) => {
    const { service } = subject;
    const { start, app } = service;
    if (app?.language !== 'node' || start === undefined || !processOf(service).tsNode || /ts-node\/esm|ts-node-esm|--esm\b/.test(allWords(service))) return [];
    const preload = preloadsOf(subject, workspace.files).find(({ flag, target }) => flag === '--import' && !/ts-node/.test(target));
    if (preload === undefined || app.traits['modules'] === 'esm') return [];
    // From 22 on Node strips plain types itself, so that some apps do run.
    const major = Number(/^\d+/.exec(app.runtime ?? '')?.[0] ?? Number.NaN);
    const ops = preload.from !== 'command' && preload.from.raw !== null && isRegister(preload) ? replaced(workspace, service, preload.from, preload.from.raw.replace(/--import(?=[\s=]+@opentelemetry\/auto)/, '--require')) : [];
    return [{
      ...(major < 22 ? {} : { status: 'warn' as const }),
      says: major < 22 ? `${service.name} runs with ts-node, and --import keeps it from its .ts files: the app ends at start.` : `${service.name} runs with ts-node, and --import keeps it from its .ts files: with enums or decorators the app ends at start.`,
      because: [preload.at, runsAt(start)],
      do: isRegister(preload) ? `NODE_OPTIONS: --require ${preload.target}` : `load it with --require instead of --import (a CommonJS file): take it out, then npx otel-setup init --services ${service.name}`,
      ops,
      about: 'preload',
    }];
  }),
});

export const nodePreload: readonly Rule[] = [deepPath, tsNode, breaksInstall, unresolvable, packageMissing, esm];
