/** Command lines of Docker Compose for this workspace, to run and to show. */
import { join } from 'node:path';

import type { Tools, Workspace } from '../../types.ts';

/** `docker compose`, with the files that were named to us (--file). */
const composeWords = (named: readonly string[]): string[] => ['docker', 'compose', ...named.flatMap((file) => ['-f', file])];
export const projectFolder = (workspace: Workspace): string => join(workspace.files.root, workspace.projectDir);

/** Builds and starts exactly these services. */
export const upWords = (named: readonly string[], services: readonly string[]): string[] => [...composeWords(named), 'up', '-d', '--build', ...services];

/** Is there a Compose and an engine that answers? */
export async function composeAnswers(tools: Tools): Promise<boolean> {
  const [compose, engine] = await Promise.all([
    tools.exec(['docker', 'compose', 'version'], { ms: 10_000 }),
    tools.exec(['docker', 'info', '--format', '{{.ServerVersion}}'], { ms: 10_000 }),
  ]);
  return compose.code === 0 && engine.code === 0 && engine.out.trim() !== '';
}
