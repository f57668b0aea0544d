/** Which variables `${…}` sees: compose-go's cli/options.go and docker compose's toProjectOptions. The shell always wins. */
import { isAbsolute, resolve as resolvePath } from 'node:path';
import type { Evidence, Files, Path } from '../../types.ts';
import { readEnvFile } from './env-file.ts';
import type { Lookup } from './interpolate.ts';

export type Env = Readonly<Record<string, string | undefined>>;
export interface ProjectEnv {
  readonly env: Env;
  readonly unsure: readonly Evidence[];
}

/**
 * The shell's environment with the `.env` of `dir` below it, or with the files of COMPOSE_ENV_FILES (relative to `cwd`),
 * which take its place. COMPOSE_DISABLE_ENV_FILE turns the default off. A name that is set, even to nothing, stays.
 */
export function withEnvFiles(files: Files, shell: Env, dir: Path, cwd: Path = dir): ProjectEnv {
  const named = (shell['COMPOSE_ENV_FILES'] ?? '').split(',').filter(name => name !== '');
  if (named.length > 0) return mergeEnvFiles(files, shell, named.map(name => ({ from: cwd, name })));
  if (isOn(shell['COMPOSE_DISABLE_ENV_FILE'])) return { env: shell, unsure: [] };
  const standard = files.resolve(dir, '.env');
  const there = standard !== undefined && files.exists(standard) && !files.isDir(standard);
  return there ? mergeEnvFiles(files, shell, [{ from: dir, name: '.env' }]) : { env: shell, unsure: [] };
}

/** Files in order: a later one goes over an earlier one, the environment over all of them. */
export function mergeEnvFiles(files: Files, shell: Env, named: readonly { readonly from: Path; readonly name: string }[]): ProjectEnv {
  const unsure: Evidence[] = [];
  const values = new Map<string, string>();
  const lookup = lookupIn(shell);
  for (const { from, name } of named) {
    if (name === '/dev/null') continue;
    const file = files.resolve(from, name);
    const text = file === undefined ? undefined : files.text(file);
    if (file === undefined || text === undefined) {
      const why = file === undefined || files.why(file) === 'outside' ? 'lies outside of the workspace and was not read' : 'is not there: Compose stops at it';
      unsure.push({ where: file === undefined ? 'shell' : { path: file }, says: `the environment file ${name} ${why}` });
      continue;
    }
    const read = readEnvFile(text, lookup, values);
    for (const each of read.vars) values.set(each.name, each.value);
    if (read.error !== undefined) unsure.push({ where: { path: file, line: read.error.line }, says: `${read.error.ours === true ? 'not read further' : 'Compose stops here'}: ${read.error.says}` });
  }
  return { env: { ...Object.fromEntries(values), ...definedOf(shell) }, unsure };
}

/** How Compose looks a name up in an environment. */
export function lookupIn(env: Env): Lookup {
  return name => (Object.hasOwn(env, name) ? env[name] : undefined);
}

/** Go's strconv.ParseBool; what is no boolean counts as off. */
function isOn(text: string | undefined): boolean {
  return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text ?? '');
}

function definedOf(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}

/** An absolute path for text that may be relative to a folder of the workspace. */
export function absoluteFrom(files: Files, dir: Path, text: string): string {
  return isAbsolute(text) ? text : resolvePath(files.root, dir, text);
}
