/** What is there, read once. */
import { resolve as resolvePath } from 'node:path';
import { EXIT, Stop } from '../stop.ts';
import { recognise } from '../languages/index.ts';
import type { Files, Service, Workspace } from '../types.ts';
import { chooseCompose } from './compose/choose.ts';
import { withEnvFiles, type Env } from './compose/project-env.ts';
import { resolveCompose } from './compose/resolve.ts';
import { path as asPath } from './files.ts';
import { folderService } from './folder.ts';
import { hostOf } from './host.ts';
import { openWorkspace, type Opened } from './root.ts';
import { composeService, stageReader } from './service.ts';

export interface ReadOptions {
  /** Absolute. */
  readonly cwd: string;
  /** Of `--file`, relative to cwd or absolute; they go before COMPOSE_FILE and the standard names. */
  readonly composeFiles?: readonly string[];
  /** The shell's environment. */
  readonly env: Env;
  /** Another view than the disk's, for instance a plan's result; its root is the workspace. */
  readonly files?: Files;
  /** Instead of COMPOSE_PROFILES. */
  readonly profiles?: readonly string[];
}

/**
 * Reads the workspace around `cwd`: what a bare `docker compose up` would load there, or the folder as one service.
 * `ask`: only compose files with names of their own are there, and one has to be named. Throws Stop, exit 2 for a file
 * that Compose could not read either, exit 4 for one that is refused (too large, outside, an alias bomb).
 */
export function readWorkspace(o: ReadOptions): Workspace | { readonly ask: readonly string[] } {
  const named = o.composeFiles ?? [];
  const { files, cwd, named: absolute } = o.files === undefined ? openWorkspace(o.cwd, named, o.env) : opened(o.files, o.cwd, named);
  const shell = absoluteEnvFiles(o.env, o.cwd);
  // With -f, `.env` is read beside the first file only; without, the folder that was started in comes first.
  const below = named.length > 0 ? { env: shell, unsure: [] } : withEnvFiles(files, shell, cwd);
  const chosen = chooseCompose(files, cwd, below.env, absolute);
  if ('ask' in chosen) return chosen;
  const base = { host: hostOf(o.env), files, projectDir: chosen.projectDir, compose: chosen.compose, alsoThere: chosen.alsoThere };
  if (chosen.compose.length === 0) {
    const folder = folderService(files, chosen.projectDir, o.env);
    return { ...base, services: folder === undefined ? [] : [withApp(folder, files)], unsure: [] };
  }
  const project = resolveCompose(files, chosen.compose, chosen.projectDir, below.env, o.profiles);
  const read = stageReader(files);
  const services = project.services.map(resolved => withApp(composeService(resolved, files, chosen.projectDir, read), files));
  return { ...base, services, unsure: project.unsure };
}

function opened(files: Files, cwd: string, named: readonly string[]): Opened {
  const here = files.resolve(asPath(''), cwd);
  if (here === undefined) throw new Stop(EXIT.usage, `${cwd} lies outside of the workspace ${files.root}.`);
  return { files, cwd: here, named: named.map(name => resolvePath(cwd, name)) };
}

/** COMPOSE_ENV_FILES is relative to the folder that was started in, wherever the project is. */
function absoluteEnvFiles(env: Env, cwd: string): Env {
  const names = env['COMPOSE_ENV_FILES'] ?? '';
  return names === '' ? env : { ...env, COMPOSE_ENV_FILES: names.split(',').map(name => (name === '' ? '' : resolvePath(cwd, name))).join(',') };
}

function withApp(service: Service, files: Files): Service {
  const app = recognise(service, files);
  return app === undefined ? service : { ...service, app };
}
