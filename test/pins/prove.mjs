// Proves every pin set of templates/ with the real resolvers, for each Python and Node that it claims. Needs the network.
// Usage: npm run pins [-- python|node]. Exit 1 when a set does not resolve.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { minVersion, satisfies } from 'semver';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (...parts) => readFileSync(join(root, 'templates', ...parts), 'utf8');
/** The Pythons that each set claims: the newest of an open range is the newest that is released. */
const PYTHONS = { '3.10': ['3.10', '3.11', '3.12', '3.13', '3.14'], 3.9: ['3.9'], 3.8: ['3.8'], 3.7: ['3.7'] };

const rows = [];
async function prove(what, by, task) {
  const begun = Date.now();
  let says;
  let ok = true;
  try {
    says = await task();
  } catch (error) {
    ok = false;
    says = String(error.stderr || error.message).trim().split('\n').slice(-6).join('\n      ');
  }
  rows.push(ok);
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${what.padEnd(24)} ${by.padEnd(5)} ${String(Math.round((Date.now() - begun) / 1000)).padStart(4)} s  ${says}`);
}

/** uv in a virtual environment of its own under .cache/: the second resolver beside pip. */
async function uv() {
  const home = join(root, '.cache', 'uv');
  const program = join(home, process.platform === 'win32' ? 'Scripts/uv.exe' : 'bin/uv');
  if (existsSync(program)) return program;
  mkdirSync(join(root, '.cache'), { recursive: true });
  await run('python3', ['-m', 'venv', home]);
  await run(join(home, process.platform === 'win32' ? 'Scripts/pip' : 'bin/pip'), ['install', '-q', '--disable-pip-version-check', 'uv']);
  return program;
}

async function provePython() {
  const program = await uv();
  const sets = JSON.parse(read('python', 'sets.json'));
  const seen = new Map();
  for (const set of sets) {
    const file = join(root, 'templates', 'python', set.folder, 'requirements.txt');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    const loose = lines.filter((line) => !/^[a-z0-9-]+==[\w.]+$/.test(line));
    const tables = Object.keys(JSON.parse(read('python', set.folder, 'libraries.json'))).filter((name) => !lines.some((line) => line.startsWith(`opentelemetry-instrumentation-${name}==`)));
    await prove(`python ${set.folder}: lines`, 'read', () => {
      if (loose.length + tables.length > 0) throw new Error(`not exact: ${loose.join(', ')}; in libraries.json only: ${tables.join(', ')}`);
      return `${lines.length} exact pins`;
    });
    for (const python of PYTHONS[set.folder] ?? []) {
      if (seen.has(python)) throw new Error(`Python ${python} is in two sets`);
      seen.set(python, set.folder);
      await prove(`python ${set.folder} on ${python}`, 'uv', async () => {
        const { stdout } = await run(program, ['pip', 'compile', '-q', '--no-header', '--no-annotate', '--python-version', python, '--only-binary', ':all:', file], { env: { ...process.env, UV_NATIVE_TLS: '1', UV_SYSTEM_CERTS: '1' } });
        return `${stdout.trim().split('\n').length} packages`;
      });
      await prove(`python ${set.folder} on ${python}`, 'pip', async () => {
        const target = mkdtempSync(join(tmpdir(), 'pins-'));
        try {
          const { stdout } = await run('python3', ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--dry-run', '--ignore-installed', '--no-cache-dir', '--report', '-', '--python-version', python, '--only-binary', ':all:', '--target', target, '-r', file], { maxBuffer: 1 << 28 });
          return `${JSON.parse(stdout).install.length} packages`;
        } finally {
          rmSync(target, { recursive: true, force: true });
        }
      });
    }
  }
}

/** Every package of the resolved tree must accept the lowest Node of the set, and there must be one copy of the SDK's parts. */
async function proveNode() {
  for (const set of JSON.parse(read('node', 'sets.json'))) {
    await prove(`node ${set.folder} (${set.node})`, 'npm', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'pins-'));
      try {
        writeFileSync(join(folder, 'package.json'), read('node', set.folder, 'package.json'));
        await run('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, shell: process.platform === 'win32' });
        const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
        const entries = Object.entries(packages).filter(([path]) => path !== '');
        const lowest = set.node.split('||').map((range) => minVersion(range));
        const tooNew = entries.filter(([, each]) => each.engines?.node && !lowest.every((version) => satisfies(version, each.engines.node))).map(([path, each]) => `${path.replace(/^.*node_modules\//, '')} wants Node ${each.engines.node}`);
        const copies = ['@opentelemetry/api', '@opentelemetry/sdk-node', '@opentelemetry/sdk-trace-base', '@opentelemetry/sdk-trace'].filter((name) => entries.filter(([path]) => path.endsWith(`node_modules/${name}`)).length > 1);
        if (tooNew.length + copies.length > 0) throw new Error([...tooNew, ...copies.map((name) => `${name}: more than one copy`)].join('\n'));
        return `${entries.length} packages`;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
}

const only = process.argv[2];
if (only !== 'node') await provePython();
if (only !== 'python') await proveNode();
console.log(`${rows.filter(Boolean).length} of ${rows.length} hold`);
process.exitCode = rows.every(Boolean) ? 0 : 1;
