/** Which folder is the workspace: git's top level around the compose project, else the project's own folder. */
import { dirname, resolve as resolvePath } from 'node:path';
import { EXIT, Stop } from '../stop.ts';
import { repositoryAbove } from '../io/repository.ts';
import type { Files, Path } from '../types.ts';
import { composeFileVariable, standardFiles } from './compose/choose.ts';
import { withEnvFiles, type Env } from './compose/project-env.ts';
import { openFiles, path as asPath, realFolder } from './files.ts';

export interface Opened {
  readonly files: Files;
  /** The folder that was started in; the root where that lies outside. */
  readonly cwd: Path;
  /** Compose files that were named (`-f`, COMPOSE_FILE), absolute. */
  readonly named: readonly string[];
}

/** Opens the workspace around `cwd` (absolute). Throws Stop (exit 2) where there is no such folder. */
export function openWorkspace(cwd: string, composeFiles: readonly string[], env: Env): Opened {
  const start = realFolder(cwd);
  if (start === undefined) throw new Stop(EXIT.usage, `There is no folder ${cwd}.`);
  const written = composeFiles.length > 0 ? composeFiles : composeFileVariable(withEnvFiles(openFiles(start), env, asPath('')).env);
  const named = written.map(name => resolvePath(start, name));
  const [first] = named;
  const project = first === undefined ? projectAbove(start) : (realFolder(dirname(first)) ?? start);
  const files = openFiles(rootOf(project ?? start, start));
  return { files, cwd: files.resolve(asPath(''), start) ?? asPath(''), named };
}

/** Compose looks for its files in the folder and then in each one above. */
function projectAbove(start: string): string | undefined {
  for (let dir = start; ; dir = dirname(dir)) {
    if (standardFiles(openFiles(dir), asPath('')).length > 0) return dir;
    if (dirname(dir) === dir) return undefined;
  }
}

function rootOf(project: string, start: string): string {
  const top = repositoryAbove(project);
  if (top !== undefined) return top;
  return project.startsWith(start) ? start : project;
}
