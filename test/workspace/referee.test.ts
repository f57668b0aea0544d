/** Our resolution of compose files against Docker Compose itself, case by case. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join as joinPath, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exec, execSync } from '../../src/io/exec.ts';
import { resolveCompose } from '../../src/workspace/compose/resolve.ts';
import { chooseCompose } from '../../src/workspace/compose/choose.ts';
import { withEnvFiles } from '../../src/workspace/compose/project-env.ts';
import { openFiles, path } from '../../src/workspace/files.ts';
import { dockerConfig } from '../helpers/docker-config.ts';
import { comparable, comparableConfig, type ComposeConfig } from './comparable.ts';

interface Case {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly cwd?: string;
  /** What Compose gives differently, and why: only these services are left out of the comparison. */
  readonly not?: readonly string[];
}

const HERE = joinPath(import.meta.dirname, 'compose');
const names = readdirSync(HERE).toSorted();
const there = execSync(['docker', 'compose', 'version'], { ms: 20_000 }).code === 0;
const required = process.env['REQUIRE_COMPOSE'] === '1';
if (!there && !required) console.warn('Docker Compose is not installed, so the comparison with it is skipped; the docker-compose-plugin package brings it.');

describe.skipIf(!there && !required)('our resolution equals docker compose config', () => {
  it('has at least forty cases', () => {
    expect(names.length).toBeGreaterThanOrEqual(40);
  });

  it.concurrent.each(names)('%s', async name => {
    const root = joinPath(HERE, name);
    const o = caseOf(root);
    const cwd = joinPath(root, o.cwd ?? '');
    const env = { HOME: root, ...o.env };
    const argv = ['docker', 'compose', ...(o.files ?? []).flatMap(file => ['-f', file]), 'config', '--format', 'json', '--no-consistency'];
    const config = await exec(argv, { cwd, env: { ...bare(), ...env, ...dockerConfig() }, ms: 60_000 });
    expect(config.code, config.err).toBe(0);
    const ours = resolved(root, cwd, o, env);
    const theirs = comparableConfig(JSON.parse(config.out) as ComposeConfig);
    expect(comparable(ours)).toEqual(theirs);
  });
});

function resolved(root: string, cwd: string, o: Case, env: Readonly<Record<string, string>>) {
  const files = openFiles(root);
  const from = path(relative(root, cwd));
  const own = o.files === undefined ? withEnvFiles(files, env, from).env : env;
  const chosen = chooseCompose(files, from, own, o.files);
  if ('ask' in chosen) throw new Error('no compose file with a standard name');
  return resolveCompose(files, chosen.compose, chosen.projectDir, own);
}

function caseOf(root: string): Case {
  const file = joinPath(root, 'case.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Case) : {};
}

/** No variable of the machine that runs the tests, apart from what finds and runs Docker. */
function bare(): Readonly<Record<string, undefined>> {
  return Object.fromEntries(Object.keys(process.env).filter(name => name !== 'PATH').map(name => [name, undefined]));
}
