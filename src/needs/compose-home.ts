/** In which compose file a new key of a service goes. */
import type { Path, Service, Workspace } from '../types.ts';
import { valueIn } from './models.ts';

/**
 * The last of the loaded files that has `part` for the service already, else the one that says what it runs (build or
 * image), else the last that names it. undefined = none of the loaded files names it (it comes from `extends` or `include`).
 */
export function composeHome(workspace: Workspace, service: Service, part: string): Path | undefined {
  const files = service.definedIn.map((where) => where.path).filter((path, i, all) => workspace.compose.includes(path) && all.indexOf(path) === i);
  const has = (path: Path, key: string): boolean => valueIn(workspace.files, path, 'compose', ['services', service.name, key]) !== undefined;
  return files.findLast((path) => has(path, part)) ?? files.findLast((path) => has(path, 'build') || has(path, 'image')) ?? files.at(-1);
}

/** Why a service of compose has no home, and the way out. */
export const homeless = (service: Service): string =>
  `${service.name} is defined in a file that is only included or extended, which other services may share. Add the lines there by hand.`;
