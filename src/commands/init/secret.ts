/** Where the key gets kept: which store has it already, which gets it, and what the running shell does to it. */
import { EXIT, Stop } from '../../stop.ts';
import type { EditReport, Op, Store, Verdict, Workspace } from '../../types.ts';
import { shellOf, unsetLine } from '../../ui/shell-lines.ts';
import type { Kept, Key } from './key.ts';

export interface Keeping {
  readonly verdict: Verdict;
  readonly edits: readonly EditReport[];
}

/**
 * The secret need, judged against the stores.
 * @param key undefined = not known in this run (--dry-run without a key): every store without one gets it.
 * @throws Stop (exit 4) where a file cannot take the key safely (in git, or another key is in it).
 */
export function keep(name: string, key: Key | undefined, stores: readonly Store[], kept: readonly Kept[], workspace: Workspace): Keeping {
  const value = key?.value;
  const ops: Op[] = [];
  const edits: EditReport[] = [];
  for (const store of stores) {
    const there = kept.find(({ place }) => place === store.id)?.value ?? '';
    const edit = { path: store.title, kind: 'store' } as const;
    if (there !== '' && (value === undefined || there === value)) {
      edits.push({ ...edit, status: 'unchanged', why: `${name} is kept there` });
      continue;
    }
    if (there !== '' && key?.from === 'shell') {
      // The shell's may be the older one; it wins here in any case.
      edits.push({ ...edit, status: 'unchanged', why: `another ${name} is kept there; the one of this shell wins here` });
      continue;
    }
    if (store.ops === undefined) {
      ops.push({ op: 'store', store: store.id, name });
      edits.push({ ...edit, status: 'changed', why: `${name}, for ${store.lasts === 'here' ? 'this workspace' : store.lasts}` });
    } else {
      // A file: the plan's patch says it.
      const found = store.ops(name, workspace);
      if ('stuck' in found) throw new Stop(EXIT.refused, `${found.stuck} Nothing was written.`, found.paste?.text);
      ops.push(...found);
    }
  }
  return { verdict: ops.length === 0 ? { is: 'met', where: stores.length === 0 ? 'shell' : 'container' } : { is: 'absent', ops }, edits };
}

/** What the running shell does: its value, also a blank one, beats `.env` in Compose, and no child can change it. */
export function shellAdvice(name: string, value: string | undefined, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const shell = env[name];
  if (shell === undefined || value === undefined || shell === value) return undefined;
  const what = shell.trim() === '' ? 'is set but blank in this shell, and that beats .env' : 'has another value in this shell, and that beats .env';
  return `${name} ${what}. Paste: ${unsetLine(name, shellOf(env))}`;
}
