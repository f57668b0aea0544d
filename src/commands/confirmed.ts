/** "Write this?": the last question before a file is changed. */
import { EXIT, Stop } from '../stop.ts';
import type { Plan, Workspace } from '../types.ts';
import { ask, selectOf } from '../ui/ask.ts';
import { withoutSecrets } from '../ui/secret-shapes.ts';
import { diffText } from '../write/diff.ts';
import type { ParsedArgs } from '../args.ts';
import type { Context } from './context.ts';

/** @throws Stop: 3 where nobody can be asked, 1 for "no", 130. */
export async function confirmed(workspace: Workspace, plan: Plan, { yes, command }: Pick<ParsedArgs, 'yes' | 'command'>, context: Context): Promise<void> {
  const asker = { prompts: context.prompts, interactive: context.terminal.interactive, yes };
  for (;;) {
    const answer = await ask<'yes' | 'diff' | 'no'>({
      flag: '--yes (or look first with --dry-run)',
      question: 'Write this?',
      given: yes ? 'yes' : undefined,
      ask: selectOf('Write this?', [{ name: 'yes', message: 'Yes' }, { name: 'diff', message: 'Show the diff' }, { name: 'no', message: 'No' }]),
    }, asker);
    if (answer === 'yes') return;
    if (answer === 'no') throw new Stop(EXIT.notDone, 'Nothing was written, as you said.', `npx otel-setup ${command === 'doctor' ? 'doctor --fix' : command} asks again`);
    context.print(withoutSecrets(diffText(workspace, plan)));
  }
}
