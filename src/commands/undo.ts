/** undo: takes back what the last init wrote (--all: every init); what the user has changed since is kept and told. */
import { upCommands } from './init/compose.ts';
import { EXIT, Stop } from '../stop.ts';
import type { EditReport, Report } from '../types.ts';
import { withoutSecrets } from '../ui/secret-shapes.ts';
import { clean, oneLine } from '../ui/redact.ts';
import { commandLine, shellOf } from '../ui/shell-lines.ts';
import { recoveredLines } from '../write/recovered.ts';
import { undo, type Undone } from '../write/undo.ts';
import { folderOf, workspaceOf } from './workspace-of.ts';
import type { Context, Run } from './context.ts';
import type { ParsedArgs } from '../args.ts';

export const run: Run = async (args, context) => {
  const undone = await takenBack(args, context);
  if (undone === undefined) {
    context.print('  There is nothing to take back: no init of this folder by you is known on this machine.');
    context.print('  If you have moved or copied the folder, or another user wrote it: git diff shows what was written.');
    return report(EXIT.done, [], []);
  }
  if (undone.healed !== undefined) for (const line of recoveredLines(undone.healed)) context.warn(`  ${clean(line)}`);
  if (args.dryRun && !args.json) context.result(withoutSecrets(undone.diff));
  const edits = [
    ...undone.back.map(({ path, exact, removed }): EditReport => ({ path, kind: 'edit', status: 'changed', why: removed ? 'removed: it was not there before' : exact ? 'byte for byte as before' : 'as before, with your own edits kept' })),
    ...undone.left.map(({ path, why }): EditReport => ({ path, kind: 'edit', status: 'refused', why })),
    ...undone.stays.map(({ path, why }): EditReport => ({ path, kind: 'edit', status: 'unchanged', why })),
    ...undone.stores.map(({ store, name }): EditReport => ({ path: store, kind: 'store', status: 'unchanged', why: `${name} is still kept there` })),
  ];
  const say = args.dryRun ? 'would be' : 'is';
  for (const { path, status, why } of edits) context.print(`  ${status === 'changed' ? `✔ ${oneLine(path)} ${say} ${why.startsWith('removed') ? '' : 'back: '}${why}` : `! ${oneLine(path)}: ${why}`}`);
  for (const { lines } of undone.left) for (const line of lines) context.warn(`      ${oneLine(line)}`);
  const next = [
    ...undone.left.map(({ path }) => `take those lines out of ${path} by hand`),
    ...undone.stores.map(({ store, name }) => (store === 'gp-env' ? `gp env -u ${name}` : `remove ${name} from ${store}`)),
    ...upCommands(args.file, undone.services.map((name) => ({ name }))).map((words) => commandLine(words, shellOf(context.env))),
  ];
  for (const line of next) context.print(`  next: ${oneLine(line)}`);
  return report(undone.left.length === 0 ? EXIT.done : EXIT.notDone, edits, next);
};

const report = (exit: number, edits: readonly EditReport[], next: readonly string[]): Report => ({ schema: 1, command: 'undo', exit, ok: exit === EXIT.done, edits, next });

/** The folder's own journal; else that of the workspace that a compose file further up makes. */
async function takenBack(args: ParsedArgs, context: Context): Promise<Undone | undefined> {
  const options = { dryRun: args.dryRun, all: args.all, ignored: (sentence: string) => context.warn(`  ! ${oneLine(sentence)}`) };
  const here = await undo(folderOf(context), context.tools, options);
  if (here !== undefined) return here;
  try {
    return await undo((await workspaceOf(args, context)).files.root, context.tools, options);
  } catch (error) {
    // A workspace that cannot be read (any more) has nothing to do with what was written here: nothing was.
    if (error instanceof Stop && error.exit !== EXIT.refused) return undefined;
    throw error;
  }
}
