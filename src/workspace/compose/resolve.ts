/** A Compose project as `docker compose config` sees it, with the place of every value. */
import { resolve as resolvePath } from 'node:path';
import type { Evidence, Files, Path } from '../../types.ts';
import { nameOf } from '../path.ts';
import { interpolate } from './interpolate.ts';
import { Loader } from './load.ts';
import { lookupIn, withEnvFiles, type Env } from './project-env.ts';
import { resolveService, type ResolvedService } from './service.ts';

export type { ComposeWord, ComposeWords, ResolvedBuild, ResolvedService } from './service.ts';
export interface ResolvedProject {
  readonly services: readonly ResolvedService[];
  /** Compose's project name. */
  readonly name: string;
  readonly unsure: readonly Evidence[];
}

/**
 * `env` is the shell's environment (of the `.env` files only the one in `projectDir` is read here); `profiles` are those
 * that are on, COMPOSE_PROFILES if left out. Throws Stop on a file that Compose could not read (exit 2) or that otel-setup
 * does not read (exit 4).
 */
export function resolveCompose(files: Files, composePaths: readonly Path[], projectDir: Path, env: Env, profiles?: readonly string[]): ResolvedProject {
  const loader = new Loader(files);
  const below = withEnvFiles(files, env, projectDir);
  const name = projectName(loader, composePaths, files.root, projectDir, below.env);
  const project = { ...below.env, COMPOSE_PROJECT_NAME: name };
  const lookup = lookupIn(project);
  const on = profiles ?? (below.env['COMPOSE_PROFILES'] ?? '').split(',').map(each => each.trim());
  const services = loader.load(composePaths, resolvePath(files.root, projectDir), project);
  return {
    services: [...services].map(([each, loaded]) => resolveService(each, loaded, { files, lookup, profiles: on, networks: loader.networks })),
    name,
    unsure: [...below.unsure, ...loader.unsure],
  };
}

/** COMPOSE_PROJECT_NAME, else the last `name:` of the files, else the folder's name; lower case without odd characters. */
function projectName(loader: Loader, paths: readonly Path[], root: string, projectDir: Path, env: Env): string {
  const set = env['COMPOSE_PROJECT_NAME'];
  if (set !== undefined && set !== '') return set;
  const written = paths.flatMap(path => loader.documents(path)).flatMap(({ tree }) => {
    const name = tree.kind === 'map' ? tree.entries.get('name') : undefined;
    return name?.kind === 'leaf' && name.text !== null && name.text !== '' ? [name.text] : [];
  });
  const last = written.at(-1);
  const folder = nameOf(resolvePath(root, projectDir).replaceAll('\\', '/'));
  return plainName(last === undefined ? folder : interpolate(last, lookupIn(env)).value) || plainName(folder);
}

function plainName(text: string): string {
  return (text.toLowerCase().match(/[a-z0-9_-]/g) ?? []).join('').replace(/^[_-]+/, '');
}
