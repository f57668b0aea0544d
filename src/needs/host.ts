/** Where a name that a container must resolve lands: compose `extra_hosts`. */
import type { Need, Service, Verdict, Workspace } from '../types.ts';
import { composeHome, homeless } from './compose-home.ts';

type HostNeed = Extract<Need, { kind: 'host' }>;

/** A process of this machine knows the machine's names; a container gets them by `extra_hosts`. */
export function land(workspace: Workspace, service: Service, need: HostNeed): Verdict {
  if (service.origin === 'folder' || service.networkMode === 'host') return { is: 'met', where: 'shell' };
  const entry = `${need.name}:${need.address}`;
  const there = service.extraHosts.find((host) => host.startsWith(`${need.name}:`) || host.startsWith(`${need.name}=`));
  const where = service.definedIn.at(-1) ?? 'container';
  if (there !== undefined) {
    const address = there.slice(need.name.length + 1).replace(/^\[(.*)\]$/, '$1');
    return address === need.address ? { is: 'met', where } : { is: 'differs', where, found: there, ops: [] };
  }
  const path = composeHome(workspace, service, 'extra_hosts');
  if (path === undefined) return { is: 'stuck', stuck: homeless(service), paste: { into: `${service.name}, extra_hosts`, text: `- "${entry}"` } };
  return { is: 'absent', ops: [{ op: 'edit', path, format: 'compose', change: { do: 'add', at: ['services', service.name, 'extra_hosts'], value: entry } }] };
}
