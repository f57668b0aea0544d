/** Which compose files count: compose-go's cli/options.go (WithConfigFileEnv, WithDefaultConfigPath). */
import { delimiter } from 'node:path';
import { EXIT, Stop } from '../../stop.ts';
import type { Files, Path } from '../../types.ts';
import { folderOf, join, nameOf, path as asPath } from '../path.ts';
import type { Env } from './project-env.ts';

/** In order of preference, as compose-go has them. */
const STANDARD = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const OVERRIDES = ['compose.override.yml', 'compose.override.yaml', 'docker-compose.override.yml', 'docker-compose.override.yaml'];
/** docker-compose-dev.yml, docker-compose.prod.yml, compose.dev.yaml, dev.docker-compose.yml. */
const LIKE_COMPOSE = /(?:^|[-_.])compose(?:[-_.].{0,200})?\.ya?ml$/i;

export interface Chosen {
  /** In load order; [] = there is none. */
  readonly compose: readonly Path[];
  /** Folder of the first file: what relative paths start from, where `.env` is read. */
  readonly projectDir: Path;
  /** Compose files of the folder that would not be loaded. */
  readonly alsoThere: readonly Path[];
}
/** Only compose files with names of their own were found. */
export interface Ask {
  readonly ask: readonly Path[];
}

/** The files that `docker compose up`, started in `cwd`, would load below the files' root. `named` are those of `-f`. */
export function chooseCompose(files: Files, cwd: Path, env: Env, named: readonly string[] = []): Chosen | Ask {
  const asked = named.length > 0 ? named : composeFileVariable(env);
  if (asked.length > 0) {
    const compose = asked.map(name => existing(files, cwd, name));
    const projectDir = folderOf(compose[0] ?? asPath(''));
    return { compose, projectDir, alsoThere: others(files, projectDir, compose) };
  }
  for (let dir = cwd; ; dir = folderOf(dir)) {
    const [first] = present(files, dir, STANDARD);
    if (first !== undefined) {
      const compose = [first, ...present(files, dir, OVERRIDES).slice(0, 1)];
      return { compose, projectDir: dir, alsoThere: others(files, dir, compose) };
    }
    if (dir === '') break;
  }
  const unusual = others(files, cwd, []);
  return unusual.length > 0 ? { ask: unusual } : { compose: [], projectDir: cwd, alsoThere: below(files, cwd) };
}

/** COMPOSE_FILE, split at COMPOSE_PATH_SEPARATOR, else at the system's separator of paths. */
export function composeFileVariable(env: Env): readonly string[] {
  const separator = env['COMPOSE_PATH_SEPARATOR'] ?? '';
  return (env['COMPOSE_FILE'] ?? '').split(separator === '' ? delimiter : separator).filter(name => name !== '');
}

/** Standard names in a folder, most wanted first. */
export function standardFiles(files: Files, dir: Path): readonly Path[] {
  return present(files, dir, STANDARD);
}

function present(files: Files, dir: Path, names: readonly string[]): readonly Path[] {
  return names.map(name => join(dir, name)).filter(file => files.exists(file) || files.why(file) !== undefined);
}

function existing(files: Files, cwd: Path, name: string): Path {
  const found = files.resolve(cwd, name);
  if (found === undefined) throw new Stop(EXIT.refused, `The compose file ${name} lies outside of the workspace ${files.root}: it is not read.`, 'Start otel-setup in the folder of that file.');
  if (!files.exists(found)) throw new Stop(EXIT.usage, `There is no compose file ${found}.`, 'Name one that is there with --file.');
  return found;
}

function others(files: Files, dir: Path, chosen: readonly Path[]): readonly Path[] {
  return files.find(dir, LIKE_COMPOSE, 1).filter(file => !chosen.includes(file));
}

/** One step further down, for the sentence "there is one in deploy/". */
function below(files: Files, dir: Path): readonly Path[] {
  return files.find(dir, LIKE_COMPOSE, 2).filter(file => STANDARD.includes(nameOf(file)));
}
