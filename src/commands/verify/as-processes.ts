/** Services as processes of this machine, as `run` starts them, with their endpoint at the relay. */
import { startChild, stopChild, type Child } from '../../io/child.ts';
import { listeningPort } from '../../local/port.ts';
import { prepare } from '../../local/prepare.ts';
import { freePort } from '../../see/ports.ts';
import { variablesOf } from '../../see/verify/override.ts';
import { EXIT, Stop } from '../../stop.ts';
import type { Workspace } from '../../types.ts';
import { oneLine } from '../../ui/redact.ts';
import type { Context } from '../context.ts';
import type { Ground } from './ground.ts';

const LAST_LINES = 10;

export function asProcesses(workspace: Workspace, context: Context): Ground {
  const { tools } = context;
  const children = new Map<string, Child>();
  const logs = new Map<string, string[]>();
  return {
    how: 'as processes on this machine',
    listen: ['127.0.0.1'],
    left: new Map(),
    runs: new Set(),
    // What `run` rewrites for a process (host.docker.internal, a service's name) is found on this machine's own ports.
    onward: async ({ watched }) => {
      const { hostname, port } = new URL(watched.to);
      const other = workspace.services.find(({ name }) => name === hostname);
      if (hostname !== 'host.docker.internal' && other === undefined) return {};
      const published = other?.ports.find(({ container }) => String(container) === port)?.host;
      return { at: { host: '127.0.0.1', ...(published === undefined ? {} : { port: published }) } };
    },
    async start(led, port, nonce) {
      for (const { subject: { service }, watched } of led) {
        const wanted = listeningPort(service, workspace.files);
        const taken = wanted !== undefined && (await freePort(wanted)) !== wanted ? wanted : undefined;
        if (taken !== undefined) throw new Stop(EXIT.notDone, `${oneLine(service.name)} listens on port ${taken}, and that is taken on this machine.`, 'end the program that has it, then run otel-setup verify again');
        const prepared = await prepare(workspace, service, tools, [], variablesOf({ service: service.name, watched, relay: `http://127.0.0.1:${port}`, nonce }));
        for (const sentence of prepared.said) context.print(`  ${oneLine(service.name)}: ${sentence}`);
        const lines: string[] = [];
        logs.set(service.name, lines);
        const child = await startChild(prepared.argv, {
          cwd: prepared.cwd,
          env: prepared.env,
          ofWorkspace: true,
          output(line) {
            lines.push(line);
            if (lines.length > LAST_LINES) lines.shift();
          },
        });
        children.set(service.name, child);
        void child.ended.then((code) => {
          if (children.delete(service.name)) context.warn(`  ! ${oneLine(service.name)} ended by itself (exit code ${code}): ${oneLine(lines.at(-1) ?? 'it said nothing')}`);
        });
      }
    },
    base: ({ subject: { service } }) => {
      const port = listeningPort(service, workspace.files);
      return port === undefined ? undefined : `http://localhost:${port}`;
    },
    // The relay runs where the service runs: what it reached, the service reaches.
    way: async () => ({ is: 'open', says: 'the service runs on this machine, as the relay does' }),
    reachesRelay: async () => true,
    // Collectors are not started here.
    logSince: async () => [],
    ownerOf: async () => undefined,
    async stop() {
      const all = [...children.values()];
      children.clear();
      await Promise.all(all.map((child) => stopChild(child, 5_000)));
      return [];
    },
    different: async () => [],
  };
}
