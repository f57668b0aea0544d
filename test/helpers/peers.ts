/**
 * Real programs of others that tests run against. A script in .ci/ brings each; where one is not here its tests are skipped,
 * and the name of what was skipped says which script brings it. With REQUIRE_PEERS=1 (.ci/run sets it) it fails instead.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';

export interface Peer {
  readonly file: string;
  readonly there: boolean;
  readonly script: string;
}

const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'otel-setup-peers');
const source = fileURLToPath(new URL('../peers/honeycomb/', import.meta.url));
/** As .ci/honeycomb.sh makes it: a binary of another source is not this peer. */
const digest = createHash('sha256').update(Buffer.concat(['main.go', 'go.mod', 'go.sum'].map((name) => readFileSync(join(source, name))))).digest('hex').slice(0, 12);

const built = (file: string, script: string): Peer => ({ file, there: existsSync(file), script });
export const HONEYCOMB = built(join(folder, `honeycomb-${digest}`), '.ci/honeycomb.sh');
export const COLLECTOR = built(process.env['OTELCOL'] ?? join(folder, 'otelcol'), '.ci/otelcol.sh');
export const PYTHON: Peer = { file: 'python3', there: spawnSync('python3', ['--version']).status === 0, script: '.ci/python.sh' };

/** `describe`, where all of `peers` are here. */
export function describeWith(title: string, peers: readonly Peer[], tests: () => void): void {
  const absent = peers.filter(({ there }) => !there).map(({ script }) => script);
  if (absent.length === 0) return void describe(title, tests);
  const says = `${title}: needs what ${absent.join(' and ')} brings`;
  if (process.env['REQUIRE_PEERS'] !== '1') return void test.skip(says, () => {});
  test(says, () => {
    throw new Error(`run ${absent.join(' and ')} first, or do without: REQUIRE_PEERS=0`);
  });
}
