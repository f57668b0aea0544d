/**
 * What to do by hand where a package manager could not be run: the whole of it, packages with their versions, so that
 * manifest and lock file are right afterwards and the next init finds nothing left to do there.
 */
import type { Op, Paste } from '../types.ts';

type LockOp = Extract<Op, { op: 'lock' }>;
type Add = (packages: readonly string[]) => string;

const commands: Readonly<Record<string, Add>> = {
  // Versions are exact: "==" (Python), "@" (npm's family).
  poetry: (packages) => `poetry add --lock ${packages.join(' ')}`,
  uv: (packages) => `uv add --no-sync ${packages.join(' ')}`,
  pdm: (packages) => `pdm add --no-sync ${packages.join(' ')}`,
  pipenv: (packages) => `pipenv install ${packages.join(' ')}`,
  npm: (packages) => `npm install --package-lock-only --ignore-scripts --save-exact ${packages.join(' ')}`,
  pnpm: (packages) => `pnpm add --lockfile-only --ignore-scripts --save-exact ${packages.join(' ')}`,
  yarn: (packages) => `yarn add --exact ${packages.join(' ')}`,
  bun: (packages) => `bun add --exact ${packages.join(' ')}`,
};

/** `ops` are those of the service: the packages that it adds to the manifests which the lock file follows. */
export function lockPaste(op: LockOp, ops: readonly Op[]): Paste {
  const [program = ''] = op.argv;
  const packages = [...new Set(ops.flatMap((other) => (other.op === 'edit' && op.reads.includes(other.path) ? packageOf(other) : [])))];
  const folder = op.cwd === '' ? [] : [`cd ${op.cwd}`];
  const compiles = program === 'pip-compile' || op.argv.includes('compile');
  const add = compiles ? undefined : commands[program];
  if (packages.length === 0 || (add === undefined && !compiles)) return { into: 'your shell', text: [...folder, op.argv.join(' ')].join('\n') };
  if (add !== undefined) return { into: 'your shell', text: [...folder, add(packages)].join('\n') };
  const source = op.reads[0] ?? '';
  return { into: `${source}, then run the last lines in your shell`, text: [...packages, '', ...folder, op.argv.join(' ')].join('\n') };
}

function packageOf({ format, change }: Extract<Op, { op: 'edit' }>): readonly string[] {
  if (change.do === 'add' && (format === 'requirements-txt' || format === 'toml')) return [change.value];
  if (change.do !== 'set' || typeof change.value !== 'string') return [];
  const name = String(change.at.at(-1));
  if (format === 'package-json') return [`${name}@${change.value}`];
  return format === 'toml' ? [`${name}==${change.value.replace(/^==/, '')}`] : [];
}
