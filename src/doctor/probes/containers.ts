/**
 * The project's containers as they really are, and whether `up` would make new ones. What Compose would do is asked of
 * Compose: `config --hash` reads neither env_file nor network_mode as `up` does (measured with 2.40: other hashes for a
 * container that `up` keeps), `create --dry-run` says it exactly and changes nothing.
 */
import { composeOf, projectFolder } from '../../workspace/compose/command.ts';
import type { ExecResult, Workspace } from '../../types.ts';
import type { Container, Facts, Missing, Probe } from '../types.ts';
import { type Inspected, readInspect } from './inspected.ts';

const LIMIT_MS = 15_000;

export const containers: Probe<'containers'> = {
  fact: 'containers',
  title: 'looking at the containers',
  from: ['engine', 'workspace'],
  touches: 'docker',
  ms: 25_000,
  async run({ workspace }, tools): Promise<Facts['containers'] | Missing> {
    if (workspace.compose.length === 0) return { missing: 'there is no compose file, so there are no containers of it' };
    const compose = (...words: string[]): Promise<ExecResult> => tools.exec([...composeOf(workspace), '--ansi=never', ...words], { cwd: projectFolder(workspace), ms: LIMIT_MS });
    const [listed, labelled, hashes, dry] = await Promise.all([
      compose('ps', '--all', '--quiet'),
      // Also those of another project name (-p, an editor's): the same files made them.
      tools.exec(['docker', 'ps', '--all', '--quiet', '--no-trunc', '--filter', `label=com.docker.compose.project.working_dir=${projectFolder(workspace)}`], { ms: LIMIT_MS }),
      compose('--profile', '*', 'config', '--hash', '*'),
      compose('create', '--dry-run', '--no-build', '--pull', 'never'),
    ]);
    if (listed.code !== 0 && labelled.code !== 0) return { missing: `Docker did not list the containers: ${lastLine(labelled.err)}` };
    const ours = ids(listed);
    const all = [...new Set([...ours, ...ids(labelled)])];
    if (all.length === 0) return [];
    const inspected = await tools.exec(['docker', 'inspect', '--type', 'container', ...all], { ms: LIMIT_MS });
    // One that was removed in the meantime makes the exit code 1; the others are in the answer.
    const found = readInspect(inspected.out);
    if (found.length === 0 && inspected.code !== 0) return { missing: `docker inspect ended with ${inspected.code}: ${lastLine(inspected.err)}` };
    return chosen(found, ours, workspace).map((container): Container => ({ ...container, wantedHash: wantedHash(container, hashesOf(hashes), dry) }));
  },
};

/** One container a service: those that a bare `docker compose` speaks of first, then what runs, then the newest. */
export function chosen(found: readonly Inspected[], ours: readonly string[], workspace: Pick<Workspace, 'services'>): readonly Inspected[] {
  const rank = (one: Inspected): number => (ours.some((id) => one.id.startsWith(id)) ? 0 : 4) + (one.state === 'running' ? 0 : one.state === 'restarting' ? 1 : 2);
  const order = found.toSorted((a, b) => rank(a) - rank(b) || b.created - a.created);
  return workspace.services.flatMap(({ name }) => order.find(({ service }) => service === name) ?? []);
}

/** 'service hash' a line. */
export function hashesOf({ code, out }: Pick<ExecResult, 'code' | 'out'>): ReadonlyMap<string, string> {
  const pairs = code === 0 ? out.split('\n').map((line) => line.trim().split(/\s+/)) : [];
  return new Map(pairs.flatMap(([service, hash]) => (service !== undefined && hash !== undefined && /^[0-9a-f]{32,}$/.test(hash) ? [[service, hash] as const] : [])));
}

/** The hash that `up` would have; the container's own where it would be kept; '' where Compose did not say (a missing env_file, an old Compose, another project). */
export function wantedHash(container: Pick<Container, 'name' | 'service' | 'configHash'>, hashes: ReadonlyMap<string, string>, dry: Pick<ExecResult, 'code' | 'out' | 'err'>): string {
  const hash = hashes.get(container.service);
  if (hash === container.configHash) return hash;
  if (hash === undefined || dry.code !== 0) return '';
  const said = [...`${dry.out}\n${dry.err}`.matchAll(/Container (\S+)\s+(Recreate|Running|Created|Exists)\b/g)].find(([, name]) => name === container.name)?.[2];
  return said === 'Recreate' ? hash : said === undefined ? '' : container.configHash;
}

const ids = ({ out }: ExecResult): readonly string[] => out.split(/\s+/).filter((id) => /^[0-9a-f]{12,64}$/.test(id));
const lastLine = (text: string): string => (text.trim().split('\n').at(-1) ?? '').slice(0, 160);
