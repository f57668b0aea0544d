/** Where a secret lands: in every store that is usable here and does not keep it yet. */
import { storesFor } from '../stores/index.ts';
import type { Need, Op, Store, StoreId, Verdict, Workspace } from '../types.ts';
import { valueIn } from './models.ts';
import { join } from '../workspace/path.ts';

type SecretNeed = Extract<Need, { kind: 'secret' }>;

export interface Keepers {
  readonly stores: readonly Store[];
  /** Those that keep the secret already; asking them takes time, so the caller does it. */
  readonly keeps: ReadonlySet<StoreId>;
}

/** Only names: no value is looked at or handed on. Met where every store keeps it. */
export function land(workspace: Workspace, need: SecretNeed, keepers: Keepers = byFiles(workspace, need)): Verdict {
  const ops: Op[] = [];
  for (const store of keepers.stores) {
    if (keepers.keeps.has(store.id)) continue;
    const found = store.ops === undefined ? [{ op: 'store', store: store.id, name: need.name } as const] : store.ops(need.name, workspace);
    if ('stuck' in found) return { is: 'stuck', ...found };
    ops.push(...found);
  }
  const home = envFile(workspace);
  return ops.length > 0 ? { is: 'absent', ops } : { is: 'met', where: keepers.keeps.has('dotenv') ? { path: home } : 'shell' };
}

/** What the files alone say: the stores of this host that are files, and which of them has the name with a value. */
function byFiles(workspace: Workspace, { name }: SecretNeed): Keepers {
  const value = valueIn(workspace.files, envFile(workspace), 'dotenv', [name]);
  const stores = storesFor(workspace.host, []).filter((store) => store.ops !== undefined);
  return { stores, keeps: new Set(typeof value === 'string' && value !== '' ? ['dotenv'] : []) };
}

const envFile = (workspace: Workspace) => join(workspace.projectDir, '.env');
