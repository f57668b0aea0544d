/** The workspace that a command works on. What a killed run left there is healed by then (heal.ts). */
import type { ParsedArgs } from '../args.ts';
import { EXIT, Stop } from '../stop.ts';
import type { Workspace } from '../types.ts';
import { ask, selectOf } from '../ui/ask.ts';
import { realFolder } from '../workspace/files.ts';
import { readWorkspace } from '../workspace/read.ts';
import type { Context } from './context.ts';

/** The folder that the command works in. @throws Stop (exit 2) where there is no such folder. */
export function folderOf({ cwd }: Pick<Context, 'cwd'>): string {
  const root = realFolder(cwd);
  if (root === undefined) throw new Stop(EXIT.usage, `There is no folder ${cwd}.`, 'name another one with --cwd');
  return root;
}

/** @throws Stop: exit 2 without such a folder or compose file, exit 3 where one of several odd compose files must be named. */
export async function workspaceOf(args: ParsedArgs, context: Context): Promise<Workspace> {
  const root = folderOf(context);
  const read = (composeFiles: readonly string[]) =>
    readWorkspace({ cwd: root, env: context.env, ...(composeFiles.length === 0 ? {} : { composeFiles: [...composeFiles] }) });
  const first = read(args.file);
  const workspace = 'ask' in first ? read([await whichCompose(first.ask, args, context)]) : first;
  if ('ask' in workspace) throw new Stop(EXIT.answerMissing, 'No compose file could be chosen.', 'name one with --file FILE');
  return workspace;
}

/** `docker compose up` would find none of these by itself. */
const whichCompose = (names: readonly string[], { yes }: ParsedArgs, { prompts, terminal }: Context): Promise<string> =>
  ask({
    flag: `--file ${names[0] ?? 'FILE'}`,
    env: 'COMPOSE_FILE',
    question: `Which compose file? There is none of the standard names, but ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}.`,
    ask: selectOf('Which compose file?', names.map((name) => ({ name, message: name }))),
  }, { prompts, interactive: terminal.interactive, yes });
