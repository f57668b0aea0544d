// npm run bench: how long the built program takes, beside something that everybody has. Figures are medians, and the
// least of all runs beside them, which a busy machine changes less; the commands of a table run in turn, so that it slows
// them alike. Prints tables, judges nothing.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { running, staticHops } from './doctor.mjs';
import { scrolling } from './page.mjs';
import { receivers } from './receive.mjs';
import { generate } from './workspace.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'dist', 'otel-setup.cjs');
const tmp = mkdtempSync(join(tmpdir(), 'bench-'));
// Reading extra certificates takes every Node process a while, where it is set; it is no part of the program.
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

const rounds = (otherwise) => Number(process.env.BENCH_RUNS ?? otherwise);
const bench = { root, program, tmp, env, interleaved, must, median, least, ms, ratio, table };
const parts = {
  start: () => startUp(rounds(21)),
  size: () => sizes(),
  init: () => workspaces([10, 100, 1000], rounds(5)),
  doctor: () => staticHops(bench, [10, 100, 1000], rounds(5)),
  running: () => running(bench, rounds(5)),
  receive: () => receivers(bench, rounds(3)),
  page: () => scrolling(bench, rounds(3)),
};

try {
  // All of them, or those that are named: npm run bench -- page
  for (const part of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts)) await parts[part]();
} finally {
  rmSync(tmp, { recursive: true, force: true });
}

function startUp(runs) {
  const commands = {
    'node -e 0': [process.execPath, '-e', '0'],
    'otel-setup --version': [process.execPath, program, '--version'],
    'otel-setup --help': [process.execPath, program, '--help'],
  };
  const times = interleaved(commands, runs, tmp);
  const base = times['node -e 0'];
  table(
    `Start-up, median and least of ${runs}`,
    ['command', 'ms', 'ratio', 'least ms', 'ratio', 'goal'],
    Object.entries(times).map(([name, all]) => [name, ms(median(all)), ratio(median(all), median(base)), ms(least(all)), ratio(least(all), least(base)), { 'otel-setup --version': '1.3', 'otel-setup --help': '1.5' }[name] ?? '']),
  );
}

function sizes() {
  const packed = JSON.parse(must(['npm', 'pack', '--dry-run', '--ignore-scripts', '--json'], root).stdout);
  const { size, unpackedSize, entryCount } = Object.values(packed)[0];
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const dist = readdirSync(join(root, 'dist')).map((file) => [file, statSync(join(root, 'dist', file)).size]);
  table('Size', ['what', 'value', 'goal'], [
    ['packed tarball', kb(size), 'under 1000 kB'],
    ['installed', kb(unpackedSize), ''],
    ['files', String(entryCount), ''],
    ['run-time dependencies', String(Object.keys(dependencies).length), '0'],
    ...dist.toSorted((a, b) => b[1] - a[1]).slice(0, 5).map(([file, bytes]) => [`dist/${file}`, kb(bytes), '']),
  ]);
}

function workspaces(counts, runs) {
  const rows = counts.map((services) => {
    const folder = join(tmp, String(services));
    generate(folder, services);
    const commands = {
      init: [process.execPath, program, 'init', '--dry-run', '--json', '--yes', '--offline', '--backend', 'otlp', '--endpoint', 'http://192.0.2.1:4318'],
      compose: ['docker', 'compose', 'config', '--quiet'],
    };
    const planned = JSON.parse(must(commands.init, folder).stdout).services.filter((service) => service.action === 'instrument').length;
    if (planned !== services) throw new Error(`init would set up ${planned} of ${services} services: not worth measuring`);
    if (spawnSync('docker', ['compose', 'version']).status !== 0) delete commands.compose;
    const times = interleaved(commands, runs, folder);
    return [String(services), ...[median, least].flatMap((of) => {
      const init = of(times.init);
      const compose = times.compose === undefined ? undefined : of(times.compose);
      return [ms(init), ms(init / services), compose === undefined ? 'no docker' : ms(compose), compose === undefined ? '' : ratio(init, compose)];
    })];
  });
  table(`init --dry-run --json and docker compose config --quiet, median and least of ${runs}`, ['services', 'init ms', 'each', 'compose ms', 'ratio', 'least init ms', 'each', 'compose ms', 'ratio'], rows);
}

/** Name → milliseconds of each run; the commands take turns. */
function interleaved(commands, runs, cwd) {
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const [name, argv] of Object.entries(commands)) {
      const start = performance.now();
      must(argv, cwd);
      times[name].push(performance.now() - start);
    }
  }
  return times;
}

function must(argv, cwd) {
  const ran = spawnSync(argv[0], argv.slice(1), { cwd, env, encoding: 'utf8', maxBuffer: 1 << 30 });
  if (ran.status !== 0) throw new Error(`${argv.join(' ')} ended with ${ran.status}: ${ran.stderr}`);
  return ran;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function least(values) {
  return Math.min(...values);
}

function ratio(value, base) {
  return (value / base).toFixed(2);
}

function ms(value) {
  return value.toFixed(value < 10 ? 2 : 0);
}

function kb(bytes) {
  return `${(bytes / 1000).toFixed(0)} kB`;
}

function table(title, head, rows) {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column].length)));
  const line = (cells) => cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  ').trimEnd();
  console.log(`\n${title}\n\n${line(head)}\n${line(widths.map((width) => '-'.repeat(width)))}\n${rows.map(line).join('\n')}`);
}
