/** Backend, region, key and stores of one run: the only part of init that may ask for the key. */
import type { ParsedArgs } from '../../args.ts';
import { recogniseKey } from '../../backends/honeycomb/key.ts';
import { backendOf } from '../../backends/index.ts';
import { EXIT, Stop } from '../../stop.ts';
import { storesFor } from '../../stores/index.ts';
import type { Backend, Choices, Region, Workspace } from '../../types.ts';
import { found } from '../../ui/show.ts';
import type { Context } from '../context.ts';
import { endpointFor, regionOf, selectServices, sendsTo, signalsOf } from './choose.ts';
import { keptKeys, obtainKey, type Kept, type Key } from './key.ts';
import { prepare } from './prepare.ts';
import { keep, type Keeping } from './secret.ts';

export interface Setting {
  readonly backend: Backend;
  readonly choices: Choices;
  readonly key?: Key;
  readonly keeping?: Keeping;
  /** What was found is on the screen already. */
  readonly shown: boolean;
}

/** Backend, key, region and stores. Asks for the key, and for nothing else. */
export async function settle(workspace: Workspace, args: ParsedArgs, context: Context, looks: boolean, any: boolean): Promise<Setting> {
  const known = sendsTo(workspace);
  const said = args.backend ?? (context.env['OTEL_SETUP_BACKEND'] || undefined) ?? (args.endpoint === undefined ? undefined : 'otlp');
  const region = regionOf(args, context.env);
  const wizard = context.terminal.interactive && !args.yes && !looks;
  const named = backendOf(said ?? (wizard || args.keyStdin ? 'honeycomb' : known.backend ?? 'honeycomb'));
  const choicesFor = (backend: Backend, at: Region, classic = false): Choices => {
    const endpoint = endpointFor(backend.id, args, context.env);
    return { backend: backend.id, region: at, services: args.services, stores: args.store, signals: signalsOf(args.signals), ...(endpoint === undefined ? {} : { endpoint }), ...(classic ? { classic } : {}) };
  };
  const fallback = region ?? known.region ?? 'us';
  if (named.id === 'otlp' && args.endpoint === undefined) throw new Stop(EXIT.answerMissing, 'The backend "otlp" needs an address.', 'say it with --endpoint http://collector:4318');
  if (named.secret === undefined || !any) return { backend: named, choices: choicesFor(named, fallback), shown: false };

  const stores = args.check ? [] : storesFor(workspace.host, args.store);
  const kept: readonly Kept[] = args.check ? [] : await keptKeys(named.secret, stores, workspace, context);
  let key: Key | undefined;
  let shown = false;
  if (looks) {
    // Without a network question, the region is that of the key's own letter, the files, or US.
    const first = kept.find(({ value }) => value.trim() !== '');
    const shape = first === undefined ? undefined : recogniseKey(first.value);
    const usable = shape !== undefined && 'kind' in shape ? shape : undefined;
    if (first !== undefined && usable !== undefined) key = { value: usable.value, from: first.place };
    const choices = choicesFor(named, region ?? usable?.region ?? fallback, usable?.kind.startsWith('classic'));
    return { backend: named, choices, keeping: keep(named.secret, key, stores, kept, workspace), shown: false, ...(key === undefined ? {} : { key }) };
  }
  if (wizard) {
    const first = await prepare(workspace, selectServices(workspace, args, context.env), choicesFor(named, fallback), undefined, context.tools, { locks: 'follow' });
    for (const line of found(workspace, first.services, Math.min(80, context.terminal.columns))) context.print(line);
    shown = true;
  }
  key = await obtainKey({ backend: named, region, kept, mayDecline: said === undefined }, args, context);
  if (key === undefined) {
    const local = backendOf('local');
    return { backend: local, choices: choicesFor(local, fallback), shown };
  }
  const shape = recogniseKey(key.value);
  const classic = key.account === undefined ? 'kind' in shape && shape.kind.startsWith('classic') : key.account.environment === '';
  const at = region ?? key.account?.region ?? ('kind' in shape ? shape.region : undefined) ?? fallback;
  return { backend: named, choices: choicesFor(named, at, classic), key, keeping: keep(named.secret, key, stores, kept, workspace), shown };
}
