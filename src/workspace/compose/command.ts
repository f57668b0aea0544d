/** Command lines of Docker Compose for a workspace. */
import { join } from 'node:path';
import type { Files, Workspace } from '../../types.ts';

/** What a command line of Compose is made of: a workspace, or what `verify` wrote down of it. */
export type Composed = Pick<Workspace, 'compose' | 'projectDir'> & { readonly files: Pick<Files, 'root'> };

/** `docker compose`, with the files that were named to us (--file). */
export const composeWords = (named: readonly string[]): string[] => ['docker', 'compose', ...named.flatMap((file) => ['-f', file])];
export const projectFolder = (workspace: Omit<Composed, 'compose'>): string => join(workspace.files.root, workspace.projectDir);

/** For our own questions to Compose: exactly the files that were read, whatever folder and shell we were started in. */
export const composeOf = (workspace: Omit<Composed, 'projectDir'>): string[] => composeWords(workspace.compose.map((file) => join(workspace.files.root, file)));
