/**
 * What a package manager gets to see of a repository that nobody has read: nothing but files of our own making, with
 * the data that decides its lock file. Pure. Where something decides that cannot be passed on safely, it is not run.
 */
import { isRefusal, refuse } from '../formats/refusal.ts';
import type { Files, Op, Path, Refusal } from '../types.ts';
import { nameOf } from '../workspace/path.ts';
import { knownLock } from './lock-known.ts';
import { cleanManifest } from './lock-manifest.ts';
import { requirementsInput, uvProject, type PythonInput } from './lock-python.ts';
import { nodeSettings } from './lock-settings.ts';

type LockOp = Extract<Op, { op: 'lock' }>;

export interface LockInput {
  readonly argv: readonly string[];
  /** Path in the folder that it runs in → text. */
  readonly files: ReadonlyMap<string, string>;
  /** Beside what every package manager gets. */
  readonly env: Readonly<Record<string, string>>;
  /** The repository says which registry is asked. */
  readonly hosts: boolean;
  /** Settings of the repository that were not passed on. */
  readonly left: readonly string[];
}

/** @param planned the files as they will be. A refusal is one sentence: what is in the way. */
export function lockInput(op: LockOp, planned: Files): LockInput | Refusal {
  const [program = ''] = op.argv;
  const compiles = program === 'pip-compile' || op.argv.slice(0, 3).join(' ') === 'uv pip compile';
  if (compiles) return compileInput(op, planned);
  if (program === 'uv') return uvInput(op, planned);
  if (['npm', 'pnpm', 'yarn', 'bun'].includes(program)) return nodeInput(program, op, planned);
  return refuse(`${program} may build packages from their sources to lock them, which runs their code.`);
}

/** A path of the workspace inside the folder that the tool runs in. */
const within = (cwd: Path, path: Path): string => (cwd === '' ? path : path.slice(cwd.length + 1));
const isWithin = (cwd: Path, path: Path): boolean => cwd === '' || path.startsWith(`${cwd}/`);

function nodeInput(program: string, op: LockOp, planned: Files): LockInput | Refusal {
  const settings = nodeSettings(program, planned, op.cwd);
  if (isRefusal(settings)) return settings;
  const files = new Map(settings.files);
  let members: ReadonlySet<string> | undefined;
  for (const path of op.writes) {
    const known = knownLock(path, planned.text(path) ?? '');
    if (isRefusal(known)) return known;
    members = known.members;
    files.set(within(op.cwd, path), known.text);
  }
  for (const path of op.reads) {
    if (nameOf(path) !== 'package.json' || !isWithin(op.cwd, path)) continue;
    const at = within(op.cwd, path);
    const manifest = cleanManifest(path, planned.text(path));
    // Examples and fixtures beside the workspace's own packages are nobody's business.
    if (isRefusal(manifest) && members?.has(at.slice(0, Math.max(0, at.length - '/package.json'.length))) === false) continue;
    if (isRefusal(manifest)) return manifest;
    files.set(at, manifest.text);
  }
  return { argv: op.argv, files, env: {}, hosts: settings.hosts, left: settings.left };
}

const inFolder = (op: LockOp, { files }: PythonInput): ReadonlyMap<string, string> => new Map([...files].map(([path, text]) => [within(op.cwd, path), text]));

function uvInput(op: LockOp, planned: Files): LockInput | Refusal {
  const input = uvProject(op, planned);
  return isRefusal(input) ? input : { argv: [...op.argv, '--no-build'], files: inFolder(op, input), env: {}, hosts: input.hosts, left: [] };
}

function compileInput(op: LockOp, planned: Files): LockInput | Refusal {
  const uv = op.argv[0] === 'uv';
  if (!uv && op.argv.includes('--generate-hashes')) return refuse('pip-compile builds packages from their sources, which runs their code; told not to, it would leave out their hashes.');
  const input = requirementsInput(op, planned);
  if (isRefusal(input)) return input;
  // The command stands in the output's header: as it is to be run by hand.
  const env = uv ? { UV_CUSTOM_COMPILE_COMMAND: op.argv.join(' ') } : { PIP_ONLY_BINARY: ':all:' };
  return { argv: [...op.argv, uv ? '--no-build' : '--no-config'], files: inFolder(op, input), env, hosts: input.hosts, left: [] };
}
