/** Why nothing arrives in `view`, from the files of the workspace that it was started in: no network, no Docker, nothing is written. */
import type { Known } from '../../doctor/types.ts';
import type { Cause } from '../../see/page/api.ts';
import { clean, oneLine } from '../../ui/redact.ts';
import { withoutSecrets } from '../../ui/secret-shapes.ts';
import { realFolder } from '../../workspace/files.ts';
import type { Context } from '../context.ts';
import { refusalsOf } from '../doctor/refused.ts';

export interface Listening {
  readonly ports: readonly number[];
  readonly addresses: readonly string[];
}

/** undefined: the files give no reason, there is no compose file, or it was not found out. Never throws. Loads the doctor when it is called. */
export async function causeIn({ cwd, env, tools }: Pick<Context, 'cwd' | 'env' | 'tools'>, listening: Listening): Promise<Cause | undefined> {
  const folder = realFolder(cwd);
  if (folder === undefined) return undefined;
  try {
    const [{ readWorkspace }, { factsOf }, { diagnose }, { rules }, { thenOf }, { whyNothing }, { journalsOf }, { realDisk }] = await Promise.all([
      import('../../workspace/read.ts'), import('../../doctor/know.ts'), import('../../doctor/engine.ts'), import('../../doctor/rules/index.ts'), import('../../doctor/then.ts'), import('../../doctor/here.ts'), import('../../write/journal.ts'), import('../../write/write.ts'),
    ]);
    const known = ((): Known | undefined => {
      try {
        const workspace = readWorkspace({ cwd: folder, env });
        return 'ask' in workspace || workspace.compose.length === 0 ? undefined : factsOf(workspace, []);
      } catch (error) {
        const refusals = refusalsOf(error, []);
        return refusals === undefined ? undefined : { refusals };
      }
    })();
    if (known === undefined) return undefined;
    const { lines } = diagnose(known, rules, { only: ['files', 'source'], then: thenOf(known, [], env) });
    const written = journalsOf(folder, tools, realDisk).some((journal) => journal.kept().length > 0);
    const cause = whyNothing(known, lines, { ...listening, written });
    return cause === undefined ? undefined : shown(cause);
  } catch {
    return undefined;
  }
}

/** The page has no other guard: as everything that is printed, without secrets and control characters. */
function shown({ says, place, do: todo, then }: Cause): Cause {
  return { says: withoutSecrets(oneLine(says)), ...(place === undefined ? {} : { place: oneLine(place) }), ...(todo === undefined ? {} : { do: withoutSecrets(clean(todo)) }), ...(then === undefined ? {} : { then: withoutSecrets(clean(then)) }) };
}
