/** Command lines of Docker Compose for a workspace. */
import { join } from 'node:path';
import type { Workspace } from '../../types.ts';

/** `docker compose`, with the files that were named to us (--file). */
export const composeWords = (named: readonly string[]): string[] => ['docker', 'compose', ...named.flatMap((file) => ['-f', file])];
export const projectFolder = (workspace: Workspace): string => join(workspace.files.root, workspace.projectDir);

/** For our own questions to Compose: exactly the files that were read, whatever folder and shell we were started in. */
export const composeOf = (workspace: Workspace): string[] => composeWords(workspace.compose.map((file) => join(workspace.files.root, file)));
