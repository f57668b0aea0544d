/** The fixture workspaces: test/workspaces/<name>/{case.json,in,out,report.txt}. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Outside } from './init.ts';
import { CANARY } from './init.ts';

export interface WorkspaceCase {
  readonly name: string;
  readonly folder: string;
  /** One sentence: what this workspace is here for. */
  readonly shows: string;
  readonly args: readonly string[];
  /** Where the command is started, below the workspace. */
  readonly cwd: string;
  readonly outside: Outside;
}

const top = fileURLToPath(new URL('../workspaces/', import.meta.url));

/** Like `gp env` on an account without variables. */
const gp: NonNullable<Outside['stand']> = (argv) => (argv[0] === 'gp' ? { code: 0, out: argv.length > 2 ? `${argv.at(-1) ?? ''}\n` : '', err: '' } : undefined);

export const workspaceCases: readonly WorkspaceCase[] = readdirSync(top).toSorted().map((name) => {
  const given: { shows: string; args?: string[]; env?: Record<string, string>; gp?: boolean; cwd?: string } = JSON.parse(readFileSync(`${top}${name}/case.json`, 'utf8'));
  return {
    name,
    folder: `${top}${name}`,
    shows: given.shows,
    args: given.args ?? [],
    cwd: given.cwd ?? '',
    outside: { env: { HONEYCOMB_API_KEY: CANARY, ...given.env }, ...(given.gp === true ? { stand: gp } : {}) },
  };
});
