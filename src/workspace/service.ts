/** A resolved compose service → the Service that the rest of otel-setup works on. */
import { EXIT, Stop } from '../stop.ts';
import type { Build, Evidence, Files, Mount, Path, Port, Refusal, Service, Stage, Stuck } from '../types.ts';
import type { ResolvedBuild, ResolvedService } from './compose/resolve.ts';
import { dockerfilePath, insidePath } from './compose/service.ts';
import { absolutePath } from './container-path.ts';
import { otherCase, readStage } from './dockerfile.ts';
import { startOf } from './start.ts';

/** Reads each Dockerfile stage once, however many services share it. */
export type StageReader = (dockerfile: Path, o: { target?: string; args: Readonly<Record<string, string>>; context: Path }) => Stage | Refusal;

export function stageReader(files: Files): StageReader {
  const known = new Map<string, Stage | Refusal>();
  return (dockerfile, o) => {
    const key = JSON.stringify([dockerfile, o.target, o.args]);
    let stage = known.get(key);
    if (stage === undefined) {
      stage = readStage(files, dockerfile, o);
      known.set(key, stage);
    }
    return stage;
  };
}

/** Everything of the service but its app. */
export function composeService(resolved: ResolvedService, files: Files, projectDir: Path, read: StageReader): Service {
  const unsure: Evidence[] = [...resolved.unsure];
  const mounts = resolved.volumes.filter(volume => volume.type === 'bind').map(volume => mountOf(volume, files));
  const context = resolved.build === undefined ? undefined : contextOf(resolved.build, files, unsure);
  const build = resolved.build === undefined || context === undefined ? undefined : buildOf(resolved.build, context, files, read, unsure);
  const parts = {
    dir: context ?? sourceFolder(mounts, files, resolved.workingDir) ?? projectDir,
    mounts,
    ...(build === undefined ? {} : { build }),
    ...(resolved.workingDir === undefined ? {} : { workingDir: resolved.workingDir }),
  };
  const start = startOf({ ...parts, ...(resolved.command === undefined ? {} : { command: resolved.command }), ...(resolved.entrypoint === undefined ? {} : { entrypoint: resolved.entrypoint }) }, files);
  const unread = unreadOf(resolved, build, files, unsure);
  return {
    name: resolved.name,
    origin: 'compose',
    definedIn: resolved.definedIn,
    active: resolved.active,
    ...(resolved.image === undefined ? {} : { image: resolved.image }),
    env: [...(build?.stage?.env ?? []), ...resolved.env],
    ...(start === undefined ? {} : { start }),
    ports: resolved.ports.filter(port => port.protocol === 'tcp').map(portOf),
    ...parts,
    volumes: resolved.volumes.filter(volume => volume.type === 'volume').map(volumeOf),
    ...(unread === undefined ? {} : { unread }),
    ...(context !== undefined && build === undefined ? { unreadContext: context } : {}),
    ...(resolved.networkMode === undefined ? {} : { networkMode: resolved.networkMode }),
    networks: resolved.networks,
    ...(resolved.containerName === undefined ? {} : { containerName: resolved.containerName }),
    links: resolved.links,
    extraHosts: resolved.extraHosts.map(each => each.replace('=', ':')),
    unsure,
  };
}

function contextOf(build: ResolvedBuild, files: Files, unsure: Evidence[]): Path | undefined {
  if (/:\/\/|^(?:service:|github\.com\/|git@)/.test(build.context)) {
    unsure.push({ where: build.where, says: `the image is built from ${build.context}, which is not in this workspace` });
    return undefined;
  }
  const context = insidePath(files, build.context);
  if (context === undefined) unsure.push({ where: build.where, says: 'the build context lies outside of the workspace: it is not read' });
  return context;
}

function buildOf(build: ResolvedBuild, context: Path, files: Files, read: StageReader, unsure: Evidence[]): Build | undefined {
  if (build.inline) return undefined;
  const dockerfile = insidePath(files, dockerfilePath(build));
  if (dockerfile === undefined) {
    unsure.push({ where: build.where, says: `the Dockerfile ${build.dockerfile} lies outside of the workspace: it is not read` });
    return undefined;
  }
  const target = build.target === undefined ? {} : { target: build.target };
  const stage = readOrRefuse(read, dockerfile, { ...target, args: build.args, context });
  if ('refused' in stage) {
    unsure.push({ where: stage.line === undefined ? { path: dockerfile } : { path: dockerfile, line: stage.line }, says: stage.refused });
    return { context, dockerfile, ...target, args: build.args };
  }
  return { context, dockerfile, ...target, args: build.args, stage };
}

/** A Dockerfile whose stages nest too deeply is a refusal like any other. */
function readOrRefuse(read: StageReader, dockerfile: Path, o: Parameters<StageReader>[1]): Stage | Refusal {
  try {
    return read(dockerfile, o);
  } catch (error) {
    if (error instanceof RangeError) throw new Stop(EXIT.refused, `${dockerfile} is nested too deeply to be read.`);
    throw error;
  }
}

/** What stands in the way of knowing the image; the reason is the one that was noted as unsure. */
function unreadOf(resolved: ResolvedService, build: Build | undefined, files: Files, unsure: readonly Evidence[]): Stuck | undefined {
  const { name } = resolved;
  if (resolved.build === undefined || build?.stage !== undefined) return undefined;
  if (resolved.build.inline) return { stuck: `The Dockerfile of ${name} is written inside of the compose file (dockerfile_inline), where it is not read. Put it into a file of its own, then run init again.` };
  const near = build === undefined ? undefined : otherCase(files, build.dockerfile);
  const why = unsure.at(-1);
  const at = why === undefined || typeof why.where === 'string' || why.where.line === undefined || why.says.includes(why.where.path) ? '' : ` (${why.where.path}:${why.where.line})`;
  const stuck = `It is not known what ${name} installs and starts: ${why?.says ?? 'its Dockerfile is not read'}${at}.`;
  if (build !== undefined && near !== undefined) return { stuck: `${stuck} Rename it, then run init again.`, paste: { into: 'your shell', text: `git mv ${near} ${build.dockerfile}` } };
  return { stuck: `${stuck} ${build === undefined ? 'Run init where its Dockerfile is' : `Mend ${build.dockerfile}, then run init again`}.` };
}

function volumeOf(volume: { readonly source?: string; readonly target: string }): NonNullable<Service['volumes']>[number] {
  const to = absolutePath('/', volume.target);
  return volume.source === undefined || volume.source === '' ? { to } : { name: volume.source, to };
}

function mountOf(volume: { readonly source?: string; readonly target: string }, files: Files): Mount {
  const from = volume.source === undefined ? undefined : insidePath(files, volume.source);
  const to = absolutePath('/', volume.target);
  return from === undefined ? { to } : { from, to };
}

/** The one folder that is mounted; of several the one that the process starts in. */
function sourceFolder(mounts: readonly Mount[], files: Files, workingDir: string | undefined): Path | undefined {
  const folders = mounts.flatMap(mount => (mount.from !== undefined && files.isDir(mount.from) ? [{ from: mount.from, to: mount.to }] : []));
  const here = workingDir === undefined ? undefined : folders.find(({ to }) => to === absolutePath('/', workingDir) || absolutePath('/', workingDir).startsWith(`${to}/`));
  return here?.from ?? (folders.length === 1 ? folders[0]?.from : undefined);
}

function portOf(port: ResolvedService['ports'][number]): Port {
  const host = /^\d+$/.test(port.published ?? '') ? Number(port.published) : undefined;
  return host === undefined || host === 0 ? { container: port.target } : { host, container: port.target };
}
