/** Services in their containers: made again with an override that leads them to the relay, and put back afterwards. */
import { readInspect, type Inspected } from '../../doctor/probes/inspected.ts';
import { environmentOf } from '../../doctor/probes/reach/environment.ts';
import { execThrough, execUntil } from '../../io/child.ts';
import { listeningPort } from '../../local/port.ts';
import { either, inOrder } from '../../patterns.ts';
import { listenAddresses } from '../../see/address.ts';
import { whereabouts } from '../../see/verify/onward.ts';
import { noProxyOf, overrideText } from '../../see/verify/override.ts';
import { EXIT, Stop } from '../../stop.ts';
import type { ExecResult, Workspace } from '../../types.ts';
import { oneLine } from '../../ui/redact.ts';
import { commandLine, shellOf } from '../../ui/shell-lines.ts';
import { composeOf, composeWords, projectFolder } from '../../workspace/compose/command.ts';
import { borrow, leftLoan, type Borrowing, type Lent } from '../../write/loan.ts';
import type { Context } from '../context.ts';
import { hidesPackages } from '../init/compose.ts';
import { addressOf, lastLine, likeness, look, networkIds, outdated, type Looked } from './containers.ts';
import type { Ground, Led } from './ground.ts';
import { putBack } from './put-back.ts';
import { endDeaf } from './end-deaf.ts';
import { directWay, reaches } from './way.ts';

const UP_MS = 15 * 60_000;

export interface InContainers {
  readonly workspace: Workspace;
  readonly names: readonly string[];
  /** Compose files that were named, for the lines that are shown. */
  readonly files: readonly string[];
  readonly build: boolean;
  /** Whatever they are now, afterwards they run as their files say, and what they depend on runs too: init was told to start them. */
  readonly fresh?: boolean;
  /** Aborted by Ctrl-C: what is being started is given up. */
  readonly signal: AbortSignal;
}

/** @throws Stop where Docker or Compose refuses to tell what is there. */
export async function inContainers({ workspace, names, files, build, fresh = false, signal }: InContainers, context: Context): Promise<Ground> {
  const { tools } = context;
  const other = await leftLoan(workspace.files.root, tools);
  if (other?.alive === true) throw new Stop(EXIT.refused, `Another otel-setup verify (process ${other.loan.runner.pid}) is at work with the services of this workspace.`, 'wait until it has ended');
  const before = await look(workspace, names, tools);
  const [gateway] = (await listenAddresses(tools)).slice(1);
  const upLine = (...words: readonly string[]): string => commandLine([...composeWords(files), 'up', '-d', ...words], shellOf(context.env));
  const left = new Map(build || fresh ? [] : (await outdated(workspace, before, tools)).map((name) => [name, { why: 'its container is not what its files and this shell say now, so it could not be put back as it is', then: `${upLine(...(isBuilt(workspace, name) ? ['--build'] : []), name)}  (or: npx otel-setup verify --build)` }] as const));
  const networks = await networkIds(tools);
  let borrowed: { readonly loan: Lent; readonly note: Borrowing } | undefined;
  let relayPort = 0;

  const addressFor = ({ subject }: Led, port: number): string =>
    subject.service.networkMode === 'host' ? `http://127.0.0.1:${port}` : `http://${gateway ?? 'host.docker.internal'}:${port}`;
  const idsOf = async (...services: string[]): Promise<readonly string[]> =>
    (await tools.exec([...composeOf(workspace), 'ps', '--quiet', ...services], { cwd: projectFolder(workspace), ms: 20_000 })).out.split(/\s+/).filter((id) => id !== '');
  /** The first container of a service, as it is now. */
  const now = async (name: string): Promise<Inspected | undefined> => {
    const ids = await idsOf(name);
    return ids.length === 0 ? undefined : readInspect((await tools.exec(['docker', 'inspect', '--type', 'container', ...ids], { ms: 20_000 })).out)[0];
  };

  return {
    how: 'in containers',
    fresh,
    listen: ['127.0.0.1', ...(gateway === undefined ? [] : [gateway])],
    left,
    runs: new Set(names.filter((name) => lent(name, before).was === 'running')),
    async onward({ subject, watched }) {
      const place = whereabouts(watched.to, subject.service, workspace.services, false);
      switch (place.is) {
        case 'known':
          return {};
        case 'this machine':
          return { at: { host: gateway ?? '127.0.0.1' } };
        case 'address':
          return { at: { host: place.host } };
        case 'inside':
          return { why: `${watched.variable} is localhost, and in a container that is the container itself` };
        case 'service': {
          if (place.published !== undefined) return { at: { host: '127.0.0.1', port: place.published } };
          const target = await now(place.name);
          const host = target?.state === 'running' ? await addressOf(target.id, tools) : undefined;
          return host === undefined ? { why: `it sends to the service ${place.name}, which does not run`, then: upLine(place.name) } : { at: { host } };
        }
      }
    },
    async start(led, port, nonce) {
      const chosen = led.map(({ subject }) => subject.service.name);
      relayPort = port;
      const override = overrideText(led.map((one) => {
        const noProxy = noProxyOf(one.subject.settings);
        return { service: one.subject.service.name, watched: one.watched, relay: addressFor(one, port), nonce, ...(noProxy === undefined ? {} : { noProxy }) };
      }));
      const loan: Lent = { compose: [...workspace.compose], projectDir: workspace.projectDir, project: before.project, networks: [...networks], services: chosen.map((name) => ({ ...lent(name, before), ...(fresh ? { was: 'running' as const, hash: '' } : {}) })) };
      const note = await borrow(workspace.files.root, tools, loan, override);
      borrowed = { loan, note };
      const options = fresh ? [] : ['--no-deps', ...(build ? [] : ['--no-build', '--pull', 'never'])];
      const renewed = fresh ? workspace.services.filter(({ name, volumes = [] }) => chosen.includes(name) && hidesPackages({ volumes })).map(({ name }) => name) : [];
      const env = { ...process.env, ...tools.env };
      // Cut off in the middle, Compose leaves containers that the engine is still stopping, and that nobody starts again.
      const exec = execThrough(env, note.working);
      const scales = (some: readonly string[]): readonly string[] => loan.services.filter(({ name, containers }) => some.includes(name) && containers > 1).flatMap(({ name, containers }) => ['--scale', `${name}=${containers}`]);
      const up = (some: readonly string[], ...more: string[]): Promise<ExecResult> =>
        exec([...composeOf(workspace), '-f', note.override, '--ansi=never', 'up', '--detach', ...options, ...more, ...scales(some), ...some], { cwd: projectFolder(workspace), ms: UP_MS });
      const wait = tools.working(`starting ${chosen.map(oneLine).join(', ')} with a way through the relay`);
      const stopping = (): void => wait.says('Docker Compose finishes, then all is put back');
      signal.addEventListener('abort', stopping, { once: true });
      const others = chosen.filter((name) => !renewed.includes(name));
      // What may take long and changes no container ends with Ctrl-C.
      const steps: readonly (() => Promise<ExecResult>)[] = [
        ...(build ? [() => execUntil(signal, env)([...composeOf(workspace), '--ansi=never', 'build', ...chosen], { cwd: projectFolder(workspace), ms: UP_MS })] : []),
        ...(renewed.length > 0 ? [() => up(renewed, '--renew-anon-volumes')] : []),
        ...(others.length > 0 ? [() => up(others)] : []),
      ];
      for (const step of steps) {
        if (signal.aborted) break;
        const { code, err } = await step();
        if (code === 0 || signal.aborted) continue;
        wait.failed(`could not start ${chosen.map(oneLine).join(', ')}`);
        const missing = either(/no such image|pull access denied|manifest unknown|unable to get image/i, inOrder([/image /gi, / not found/gi])).test(err);
        const taken = /address already in use|port is already allocated/i.test(err);
        throw new Stop(EXIT.notDone, `docker compose ended with ${code}: ${lastLine(err)}`, missing ? 'npx otel-setup verify --build' : taken ? 'end what has that port, then run otel-setup verify again' : upLine(...chosen));
      }
      signal.removeEventListener('abort', stopping);
      note.working(undefined);
      if (signal.aborted) wait.done('interrupted');
      else wait.done(`${chosen.map(oneLine).join(', ')} started with a way through the relay`);
    },
    base: ({ subject: { service } }) => {
      // In the machine's own network nothing is published: what it listens on is there.
      const port = service.networkMode === 'host' ? listeningPort(service, workspace.files) : service.ports.find(({ host }) => host !== undefined)?.host;
      return port === undefined ? undefined : `http://localhost:${port}`;
    },
    async way(led) {
      const container = await now(led.subject.service.name);
      if (container === undefined || container.state !== 'running') return { is: 'unknown', says: 'its container does not run' };
      return directWay(led, container.id, await environmentOf({ ...container, wantedHash: '' }, tools), workspace, tools);
    },
    async reachesRelay(led) {
      const { service } = led.subject;
      const container = await now(service.name);
      return container?.state === 'running' ? reaches(`${addressFor(led, relayPort)}/`, service.app?.language, container.id, tools) : undefined;
    },
    async logSince(name, since) {
      const { out, err } = await tools.exec([...composeOf(workspace), '--ansi=never', 'logs', '--no-color', '--no-log-prefix', '--since', new Date(since).toISOString(), name], { cwd: projectFolder(workspace), ms: 20_000 });
      return `${out}\n${err}`.split('\n');
    },
    async ownerOf(address) {
      for (const name of names) {
        const container = await now(name);
        if (container !== undefined && (await addressOf(container.id, tools)) === address) return name;
      }
      return undefined;
    },
    async stop(quiet) {
      if (borrowed === undefined) return [];
      const { loan, note } = borrowed;
      borrowed = undefined;
      const own = { exec: execThrough({ ...process.env, ...tools.env }, note.working) };
      if (quiet !== undefined && quiet.services.length > 0) await endDeaf(await idsOf(...quiet.services), quiet.sentAfterMs, own);
      const problems = await putBack(workspace.files.root, loan, own, (text) => context.print(`  ${text}`));
      if (problems.length === 0) note.over();
      else note.leave();
      return problems.map((problem) => `${problem} Do: mend that, then run any otel-setup command here: it puts the services back first.`);
    },
    async different() {
      // It was to become what its files say.
      if (build || fresh) return [];
      const after: Looked = await look(workspace, names, tools);
      return names.filter((name) => {
        const [was, is] = [before, after].map(({ containers }) => containers.get(name) ?? []);
        // Removed by somebody else meanwhile: that is told by now.
        if (is?.length === 0) return false;
        return JSON.stringify(was?.map(likeness).toSorted()) !== JSON.stringify(is?.map(likeness).toSorted()) || (was?.some(runs) === true && is?.some(runs) !== true);
      });
    },
  };
}

const runs = ({ state }: Inspected): boolean => state === 'running' || state === 'restarting';

function lent(name: string, { containers }: Looked): Lent['services'][number] {
  const list = containers.get(name) ?? [];
  const running = list.filter(({ state }) => state === 'running' || state === 'restarting' || state === 'paused');
  return { name, was: list.length === 0 ? 'absent' : running.length > 0 ? 'running' : 'stopped', containers: running.length, hash: list[0]?.configHash ?? '' };
}

const isBuilt = ({ services }: Workspace, name: string): boolean => services.find((service) => service.name === name)?.build !== undefined;
