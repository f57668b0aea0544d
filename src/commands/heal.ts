/** The start of every command: what a killed run left in the folder is put right. Called by cli.ts, so that no command can forget it. */
import type { CommandName, ParsedArgs } from '../args.ts';
import { Stop } from '../stop.ts';
import { clean, oneLine } from '../ui/redact.ts';
import { realFolder } from '../workspace/files.ts';
import { mayBeLeft } from '../write/left.ts';
import type { Context } from './context.ts';

/** Commands that need nothing of the folder: they go on where something cannot be put right, and say so. */
const STAND_ALONE: readonly CommandName[] = ['explain', 'view', 'demo'];

/** @throws Stop (4) where something cannot be put right and the command works on it. */
export async function heal(args: Pick<ParsedArgs, 'command' | 'file'>, context: Context): Promise<void> {
  const here = realFolder(context.cwd);
  // The command itself says that there is no such folder.
  if (here === undefined || !mayBeLeft(here, context.env)) return;
  const [{ recover }, { recoveredLines }, { healLoan }] = await Promise.all([import('../write/recover.ts'), import('../write/recovered.ts'), import('./verify/put-back.ts')]);
  const { realDisk } = await import('../write/write.ts');
  const ignored = (sentence: string): void => context.warn(`  ! ${oneLine(sentence)}`);
  for (const root of new Set([here, await rootAround(here, args.file, context)])) {
    try {
      const found = await recover(root, context.tools, realDisk, ignored);
      if (found !== undefined) {
        const all = found.around.length === 0 && found.left.length === 0;
        context.warn(`  An earlier ${found.way === 'back' ? 'run' : 'undo'} was cut off while it wrote; ${all ? 'every file is as it was before that run.' : 'what it had written is taken back, as far as you have not changed it since.'}`);
        if (!all) for (const line of recoveredLines(found)) context.warn(`    ${clean(line)}`);
        if (found.left.some(({ lines }) => lines.length > 0)) context.warn('    Do: take those lines out by hand, or see git diff');
      }
      await healLoan(root, context);
    } catch (error) {
      if (!(error instanceof Stop) || !STAND_ALONE.includes(args.command)) throw error;
      context.warn(`  ! ${error.message}${error.hint === undefined ? '' : `\n    Do: ${error.hint}`}`);
    }
  }
}

/** The workspace's own folder may lie further up; where that cannot be told, the command will say why. */
async function rootAround(folder: string, named: readonly string[], { env }: Context): Promise<string> {
  const { openWorkspace } = await import('../workspace/root.ts');
  try {
    return openWorkspace(folder, named, env).files.root;
  } catch (error) {
    if (error instanceof Stop) return folder;
    throw error;
  }
}
