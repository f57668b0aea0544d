/** The link of a trace, where the backend has accounts and its key is known here. */
import { honeycomb, KEY } from '../../backends/honeycomb/index.ts';
import { storesFor } from '../../stores/index.ts';
import type { Account, Workspace } from '../../types.ts';
import type { Context } from '../context.ts';
import { keptKeys } from '../init/key.ts';
import type { Led } from './ground.ts';

/** @returns a function from service and trace id to its link; undefined where it cannot be known. Never throws. */
export async function accountsOf(workspace: Workspace, led: readonly Led[], context: Context): Promise<(service: string, traceId: string) => string | undefined> {
  const there = led.filter(({ subject }) => subject.sending.to.backend === 'honeycomb' || subject.sending.headers.pairs.some(({ name }) => name === 'x-honeycomb-team'));
  if (there.length === 0 || honeycomb.account === undefined) return () => undefined;
  const key = (await keptKeys(KEY, storesFor(workspace.host, []), workspace, context)).find(({ value }) => value.trim() !== '')?.value.trim();
  if (key === undefined) return () => undefined;
  const answer = await honeycomb.account(key, context.tools);
  const account: Account | undefined = answer.is === 'ok' ? answer.account : undefined;
  const names = new Map(there.map(({ subject }) => [subject.service.name, subject.sending.serviceName?.value ?? subject.service.name]));
  return (service, traceId) => {
    const name = names.get(service);
    return account === undefined || name === undefined ? undefined : honeycomb.traceUrl?.(account, name, traceId);
  };
}
