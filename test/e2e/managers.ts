import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Package managers that the workspaces' lock files belong to; the Dockerfiles install the same releases. */
const NPM = ['pnpm@10.34.8', 'yarn@1.22.22', '@yarnpkg/cli-dist@4.18.1'];
const PIP = ['uv==0.9.5', 'pip-tools==7.6.2'];

const root = fileURLToPath(new URL('../..', import.meta.url));
const key = createHash('sha256').update(JSON.stringify([NPM, PIP])).digest('hex').slice(0, 12);
const folder = join(root, '.cache', `managers-${key}`);

/**
 * A PATH in front of which the package managers stand. The first run installs them into .cache/ (about 15 s).
 * @param berry `yarn` is release 4 instead of 1.
 */
export function pathWithManagers(berry = false): string {
  if (!existsSync(join(folder, 'done'))) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const run = (program: string, ...words: string[]): Buffer => execFileSync(program, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    writeFileSync(join(folder, 'package.json'), '{"private": true}');
    run('npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', ...NPM);
    // Not in node_modules/.bin: that is no place for programs of the user's.
    const bins = [['bin', 'pnpm', 'pnpm/bin/pnpm.cjs'], ['bin', 'yarn', 'yarn/bin/yarn.js'], ['berry', 'yarn', '@yarnpkg/cli-dist/bin/yarn.js']] as const;
    for (const [into, name, script] of bins) {
      mkdirSync(join(folder, into), { recursive: true });
      writeFileSync(join(folder, into, name), `#!/bin/sh\nexec "${process.execPath}" "${join(folder, 'node_modules', script)}" "$@"\n`);
      chmodSync(join(folder, into, name), 0o755);
    }
    run('python3', '-m', 'venv', 'python');
    run(join('python', 'bin', 'pip'), 'install', '--quiet', '--disable-pip-version-check', ...PIP);
    writeFileSync(join(folder, 'done'), '');
  }
  return [...(berry ? [join(folder, 'berry')] : []), join(folder, 'bin'), join(folder, 'python', 'bin'), process.env['PATH'] ?? ''].join(delimiter);
}
