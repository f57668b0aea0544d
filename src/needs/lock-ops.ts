/**
 * Which lock file follows a manifest, and the command that brings it up to date without installing anything. Text edit
 * plus lock command gives what the tool's own `add` gives, byte for byte (measured with uv).
 */
import type { App, Files, Op, Path, Slot, Stuck } from '../types.ts';
import { folderOf, join, nameOf } from '../workspace/path.ts';
import { compiledFrom } from './compiled.ts';
import { isMapModel } from '../formats/model.ts';
import { modelOf, valueIn } from './models.ts';

type LockOp = Extract<Op, { op: 'lock' }>;

interface Tool {
  readonly lock: string;
  readonly argv: (text: string) => readonly string[];
  /** Settings that it reads beside the manifests. */
  readonly settings: readonly string[];
}

const NODE: readonly Tool[] = [
  { lock: 'npm-shrinkwrap.json', argv: npm, settings: ['.npmrc'] },
  { lock: 'package-lock.json', argv: npm, settings: ['.npmrc'] },
  { lock: 'pnpm-lock.yaml', argv: () => ['pnpm', 'install', '--lockfile-only', '--ignore-scripts', '--ignore-pnpmfile'], settings: ['.npmrc', 'pnpm-workspace.yaml'] },
  { lock: 'yarn.lock', argv: yarn, settings: ['.npmrc', '.yarnrc', '.yarnrc.yml'] },
  { lock: 'bun.lock', argv: () => ['bun', 'install', '--lockfile-only', '--ignore-scripts'], settings: ['.npmrc', 'bunfig.toml'] },
];
const UV: Tool = { lock: 'uv.lock', argv: () => ['uv', 'lock'], settings: ['uv.toml', '.python-version'] };
const PYTHON: readonly Tool[] = [
  UV,
  { lock: 'poetry.lock', argv: () => ['poetry', 'lock'], settings: ['poetry.toml'] },
  { lock: 'pdm.lock', argv: () => ['pdm', 'lock', '--update-reuse'], settings: ['pdm.toml'] },
];
const PIPENV: Tool = { lock: 'Pipfile.lock', argv: () => ['pipenv', 'lock'], settings: [] };

/** [] = no lock file follows this manifest. */
export function lockOps(files: Files, manifest: Slot, app: App): readonly LockOp[] | Stuck {
  if (manifest.format === 'package-json') return nodeLock(files, manifest.path);
  if (manifest.format === 'requirements-txt') return compiledFrom(files, manifest.path, app.runtime);
  if (manifest.format !== 'toml') return [];
  const folder = folderOf(manifest.path);
  if (nameOf(manifest.path) === 'Pipfile') return lockWith(files, PIPENV, folder, [manifest.path]);
  const workspace = uvWorkspace(files, folder);
  if (workspace.length > 0) return workspace;
  for (const tool of PYTHON) {
    const ops = lockWith(files, tool, folder, [manifest.path]);
    if (ops.length > 0) return ops;
  }
  return [];
}

/** A uv workspace has one lock file, at its root, of all its members. */
function uvWorkspace(files: Files, from: Path): readonly LockOp[] {
  for (let folder = from; ; folder = folderOf(folder)) {
    const root = join(folder, 'pyproject.toml');
    if (isMapModel(valueIn(files, root, 'toml', ['tool', 'uv', 'workspace']))) return lockWith(files, UV, folder, files.find(folder, /^pyproject\.toml$/));
    if (folder === '') return [];
  }
}

function lockWith(files: Files, tool: Tool, cwd: Path, manifests: readonly Path[]): LockOp[] {
  const lock = join(cwd, tool.lock);
  const text = files.text(lock);
  if (text === undefined) return [];
  const settings = tool.settings.map((name) => join(cwd, name)).filter((path) => files.text(path) !== undefined);
  return [{ op: 'lock', argv: tool.argv(text), cwd, reads: [...manifests, ...settings], writes: [lock] }];
}

/** Beside the manifest, or at the root of the monorepo that it is a part of. */
function nodeLock(files: Files, manifest: Path): readonly LockOp[] | Stuck {
  for (let folder = folderOf(manifest); ; folder = folderOf(folder)) {
    if (files.exists(join(folder, 'bun.lockb')) && !files.exists(join(folder, 'bun.lock'))) {
      return { stuck: `${join(folder, 'bun.lockb')} is binary and cannot be changed from here. Turn it into bun.lock, then run init again.`, paste: { into: 'your shell', text: `${folder === '' ? '' : `cd ${folder} && `}bun install --save-text-lockfile --lockfile-only` } };
    }
    const own = folder === folderOf(manifest);
    for (const tool of own || isMonorepo(files, folder) ? NODE : []) {
      const ops = lockWith(files, tool, folder, own && !isMonorepo(files, folder) ? [manifest] : files.find(folder, /^package\.json$/));
      if (ops.length > 0) return ops;
    }
    if (folder === '') return [];
  }
}

function isMonorepo(files: Files, folder: Path): boolean {
  if (files.exists(join(folder, 'pnpm-workspace.yaml'))) return true;
  const model = modelOf(files, join(folder, 'package.json'), 'package-json');
  return typeof model === 'object' && model !== null && !Array.isArray(model) && 'workspaces' in model;
}

/** Another npm would write another lockfileVersion, which older images cannot read. */
function npm(text: string): readonly string[] {
  const version = /"lockfileVersion":\s*([123])\b/.exec(text)?.[1];
  return ['npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', ...(version === undefined ? [] : [`--lockfile-version=${version}`])];
}

function yarn(text: string): readonly string[] {
  if (/^__metadata:/m.test(text)) return ['yarn', 'install', '--mode=update-lockfile'];
  return ['yarn', 'install', '--ignore-scripts', '--ignore-engines', '--non-interactive'];
}
