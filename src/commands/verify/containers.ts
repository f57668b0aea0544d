/** What Docker and Compose say of the services that are to be watched. Looks only. */
import { readInspect, type Inspected } from '../../doctor/probes/inspected.ts';
import { EXIT, Stop } from '../../stop.ts';
import type { Tools, Workspace } from '../../types.ts';
import { oneLine } from '../../ui/redact.ts';
import { composeOf, projectFolder } from '../../workspace/compose/command.ts';

const LIMIT_MS = 20_000;
const LONGEST = 200;

export interface Looked {
  /** Service → its containers, those of `docker compose run` left out. */
  readonly containers: ReadonlyMap<string, readonly Inspected[]>;
  readonly project: string;
}

/** The project's containers. @throws Stop (1) where Docker or Compose refuses, with its words, or where another project name runs them. */
export async function look(workspace: Workspace, names: readonly string[], tools: Tools): Promise<Looked> {
  const [listed, labelled, config] = await Promise.all([
    tools.exec([...composeOf(workspace), 'ps', '--all', '--quiet'], { cwd: projectFolder(workspace), ms: LIMIT_MS }),
    tools.exec(['docker', 'ps', '--all', '--quiet', '--no-trunc', '--filter', `label=com.docker.compose.project.working_dir=${projectFolder(workspace)}`], { ms: LIMIT_MS }),
    // `--no-interpolate`: no value of a variable is in the answer.
    tools.exec([...composeOf(workspace), 'config', '--no-interpolate', '--format', 'json'], { cwd: projectFolder(workspace), ms: LIMIT_MS }),
  ]);
  if (listed.code !== 0) throw new Stop(EXIT.notDone, `docker compose could not list the services: ${lastLine(listed.err)}`, 'mend that, then run otel-setup verify again');
  const ours = idsIn(listed.out);
  const all = [...new Set([...ours, ...idsIn(labelled.out)])];
  const found = all.length === 0 ? [] : readInspect((await tools.exec(['docker', 'inspect', '--type', 'container', ...all], { ms: LIMIT_MS })).out);
  const isOurs = ({ id }: Inspected): boolean => ours.some((one) => id.startsWith(one));
  const other = found.find((one) => !isOurs(one) && names.includes(one.service) && one.state === 'running');
  if (other !== undefined && !found.some((one) => isOurs(one) && one.service === other.service)) {
    const project = oneLine((await tools.exec(['docker', 'inspect', '--format', '{{index .Config.Labels "com.docker.compose.project"}}', other.id], { ms: LIMIT_MS })).out.trim());
    throw new Stop(EXIT.notDone, `${oneLine(other.service)} runs in a Compose project of another name (${project}).`, `COMPOSE_PROJECT_NAME=${project} npx otel-setup verify`);
  }
  const mine = found.filter(isOurs);
  return { containers: new Map(names.map((name) => [name, mine.filter(({ service }) => service === name)])), project: /^\{\s*"name":\s*"([^"\\]+)"/.exec(config.out)?.[1] ?? '' };
}

/**
 * Services that `up` would make new containers for, because their files, their image or a variable of this shell are not
 * what the containers were made with. What is put back would then not be what was there.
 */
export async function outdated(workspace: Workspace, { containers }: Looked, tools: Tools): Promise<readonly string[]> {
  const running = [...containers].filter(([, list]) => list.length > 0).map(([name]) => name);
  if (running.length === 0) return [];
  const { code, out, err } = await tools.exec([...composeOf(workspace), '--ansi=never', '--dry-run', 'up', '--detach', '--no-deps', '--no-build', '--pull', 'never', ...running], { cwd: projectFolder(workspace), ms: LIMIT_MS });
  // An old Compose has no dry run: then nothing is known, and what was put back is compared afterwards.
  if (code !== 0) return [];
  const again = new Set([...`${out}\n${err}`.matchAll(/Container (\S+)\s+Recreate\b/g)].map(([, name]) => name));
  return [...containers].filter(([, list]) => list.some(({ name }) => again.has(name))).map(([name]) => name);
}

/** Ids of all networks there are. */
export async function networkIds(tools: Pick<Tools, 'exec'>, project?: string): Promise<readonly string[]> {
  const filter = project === undefined ? [] : ['--filter', `label=com.docker.compose.project=${project}`];
  return idsIn((await tools.exec(['docker', 'network', 'ls', '--quiet', '--no-trunc', ...filter], { ms: LIMIT_MS })).out);
}

/** Where a container is found from this machine: its address in the first network that has one. */
export async function addressOf(id: string, tools: Tools): Promise<string | undefined> {
  const { out } = await tools.exec(['docker', 'inspect', '--type', 'container', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}', id], { ms: LIMIT_MS });
  return out.split(/\s+/).find((text) => text !== '');
}

/** What makes one container like another: image, words, environment, published ports are in Compose's hash. */
export const likeness = ({ image, argv, env }: Inspected): string => JSON.stringify([image, argv, Object.entries(env).toSorted(([a], [b]) => (a < b ? -1 : 1))]);

const idsIn = (text: string): readonly string[] => text.split(/\s+/).filter((id) => /^[0-9a-f]{12,64}$/.test(id));
/** What Compose complains of, without its warnings and ids; a quoted value is left out, it may be a secret. Of a long line the end says why. */
export function lastLine(text: string): string {
  const line = text.trim().split('\n').findLast((one) => one.trim() !== '' && !/level=warning/.test(one)) ?? 'it said nothing';
  const plain = oneLine(line).replaceAll(/"[^"]*"/g, '"…"').replaceAll(/(?<!\s)\s*\(?\b[0-9a-f]{64}\b\)?/g, '').trim();
  return plain.length <= LONGEST ? plain : `… ${plain.slice(-LONGEST)}`;
}
