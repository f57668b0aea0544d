// The doctor's figures: files alone beside `docker compose config`, and all of it on a workspace that runs.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { generate } from './workspace.mjs';

/**
 * Files alone (`--only files,source`), on workspaces as init leaves them.
 * @param bench what bench.mjs measures and prints with.
 */
export function staticHops({ program, tmp, interleaved, must, median, least, ms, ratio, table }, counts, runs) {
  const rows = counts.map((services) => {
    const folder = join(tmp, `doctor-${services}`);
    generate(folder, services);
    must([process.execPath, program, 'init', '--yes', '--backend', 'otlp', '--endpoint', 'http://192.0.2.1:4318', '--quiet'], folder);
    const doctor = [process.execPath, program, 'doctor', '--only', 'files,source', '--offline', '--no-docker', '--json'];
    const { lines, exit } = JSON.parse(must(doctor, folder).stdout);
    if (exit !== 0) throw new Error(`the doctor is not silent after init: ${JSON.stringify(lines[0])}`);
    const commands = { doctor, compose: ['docker', 'compose', 'config', '--quiet'] };
    if (spawnSync('docker', ['compose', 'version']).status !== 0) delete commands.compose;
    const times = interleaved(commands, runs, folder);
    return [String(services), ...[median, least].flatMap((of) => {
      const own = of(times.doctor);
      const compose = times.compose === undefined ? undefined : of(times.compose);
      return [ms(own), ms(own / services), compose === undefined ? 'no docker' : ms(compose), compose === undefined ? '' : ratio(own, compose)];
    })];
  });
  table(`doctor --only files,source --json and docker compose config --quiet, median and least of ${runs}`, ['services', 'doctor ms', 'each', 'compose ms', 'ratio', 'least doctor ms', 'each', 'compose ms', 'ratio'], rows);
}

/** All hops on a running workspace of two services (Express, one calls the other): each probe, and the whole beside the slowest. */
export function running({ root, program, tmp, must, median, ms, table, env }, runs) {
  if (spawnSync('docker', ['info']).status !== 0) {
    console.log('\nThe doctor on a running workspace: no Docker engine answers here, so it was not measured.');
    return;
  }
  const folder = join(tmp, 'doctorbench');
  mkdirSync(folder);
  cpSync(join(root, 'test/e2e/workspaces/express-cjs-calls-esm'), folder, { recursive: true });
  const compose = (...words) => must(['docker', 'compose', ...words], folder);
  try {
    must([process.execPath, program, 'init', '--yes', '--backend', 'local', '--quiet'], folder);
    compose('up', '-d', '--build', '--quiet-pull');
    const walls = [];
    const probes = new Map();
    for (let run = 0; run < runs; run += 1) {
      const start = performance.now();
      const ran = spawnSync(process.execPath, [program, 'doctor', '--json'], { cwd: folder, env, encoding: 'utf8' });
      walls.push(performance.now() - start);
      for (const { fact, ms: took } of JSON.parse(ran.stdout).probes) probes.set(fact, [...(probes.get(fact) ?? []), took]);
    }
    const rows = [...probes].map(([fact, all]) => [fact, median(all)]).toSorted((a, b) => b[1] - a[1]);
    table(`doctor on a running workspace, median of ${runs}`, ['probe', 'ms'], [...rows.map(([fact, took]) => [fact, ms(took)]), ['all probes, one after the other', ms(rows.reduce((sum, [, took]) => sum + took, 0))], ['the whole command', ms(median(walls))]]);
  } finally {
    spawnSync('docker', ['compose', 'down', '-v', '--remove-orphans', '--rmi', 'local', '-t', '1'], { cwd: folder });
  }
}
