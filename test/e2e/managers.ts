import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Package managers that the workspaces' lock files belong to; the Dockerfiles install the same releases. */
const NPM = ['pnpm@10.34.8'];
const PIP = ['uv==0.9.5'];

const root = fileURLToPath(new URL('../..', import.meta.url));
const key = createHash('sha256').update(JSON.stringify([NPM, PIP])).digest('hex').slice(0, 12);
const folder = join(root, '.cache', `managers-${key}`);

/** A PATH in front of which the package managers stand. The first run installs them into .cache/ (about 5 s). */
export function pathWithManagers(): string {
  if (!existsSync(join(folder, 'done'))) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const run = (program: string, ...words: string[]): Buffer => execFileSync(program, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    writeFileSync(join(folder, 'package.json'), '{"private": true}');
    run('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', ...NPM);
    run('python3', '-m', 'venv', 'python');
    run(join('python', 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', ...PIP);
    writeFileSync(join(folder, 'done'), '');
  }
  return [join(folder, 'node_modules', '.bin'), join(folder, 'python', 'bin'), process.env['PATH'] ?? ''].join(delimiter);
}
