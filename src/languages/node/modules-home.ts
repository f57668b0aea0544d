/**
 * Whose node_modules a container sees: what the image installed may lie behind a bind mount or in a volume that still has
 * what an older image put there. Then a rebuild alone brings no new package.
 */
import { absolutePath, inContainer } from '../../workspace/container-path.ts';
import { folderOf, join } from '../../workspace/files.ts';
import { findPackageJson } from './manifest.ts';
import type { Files, Path, Service } from '../../types.ts';

export type ModulesHome =
  | { readonly is: 'image' }
  /** Docker's volume without a name: `up -V` makes a new one from the new image. */
  | { readonly is: 'anonymous' }
  /** `install` is to be run in the container. */
  | { readonly is: 'named'; readonly name: string; readonly service: string; readonly install: readonly string[] }
  /** The folder on this machine, and the command that installs there. */
  | { readonly is: 'host'; readonly service: string; readonly folder: Path; readonly install: readonly string[] };

/** A package that every setup adds: where it is there, somebody installed already. */
const SIGN = 'node_modules/@opentelemetry/sdk-node/package.json';

/** Where a Node service's packages come from; 'image' also for a service that installs whenever it starts. */
export function modulesHome(service: Service, files: Files): ModulesHome {
  const manifest = service.origin === 'compose' ? findPackageJson(service, files) : undefined;
  if (manifest === undefined || installsAtStart(service)) return { is: 'image' };
  const folder = folderOf(manifest.path);
  const shown = inContainer(service, join(folder, 'node_modules'));
  const at = shown?.path ?? inside(inContainer(service, manifest.path)?.path);
  const volume = service.volumes?.find(({ to }) => to === at);
  if (volume !== undefined) return volume.name === undefined ? { is: 'anonymous' } : { is: 'named', name: volume.name, service: service.name, install: [manifest.manager, 'install'] };
  if (shown?.by !== 'mount' || files.exists(join(folder, SIGN))) return { is: 'image' };
  return { is: 'host', service: service.name, folder, install: installIn(manifest.manager, folder) };
}

function inside(manifest: string | undefined): string | undefined {
  return manifest === undefined ? undefined : absolutePath(manifest, '../node_modules');
}

/** `sh -c "npm install && npm start"`: it looks after itself. */
function installsAtStart(service: Service): boolean {
  return /\b(?:npm (?:i|ci|install)|pnpm (?:i|install)|yarn(?: install)?(?= *(?:&&|;))|bun (?:i|install))\b/.test(service.start?.argv.join(' ') ?? '');
}

/** One command for every shell, without `cd`. */
function installIn(manager: string, folder: Path): readonly string[] {
  if (folder === '') return [manager, 'install'];
  const flag: Readonly<Record<string, string>> = { npm: '--prefix', pnpm: '--dir', yarn: '--cwd', bun: '--cwd' };
  return [manager, flag[manager] ?? '--prefix', folder, 'install'];
}

/** What the user has to know of it, one sentence each. */
export function modulesNotes(home: ModulesHome): readonly string[] {
  switch (home.is) {
    case 'image':
      return [];
    case 'anonymous':
      return ['Its node_modules is an anonymous volume, which keeps the packages of the first build: rebuild with `up -d --build -V`, which renews it.'];
    case 'named':
      return [`Its node_modules is the volume ${home.name}, which keeps the packages of the first build: after the rebuild, run \`${home.install.join(' ')}\` in its container once and restart it.`];
    case 'host':
      return [`The container uses node_modules of this machine (${home.folder === '' ? 'the folder' : home.folder} is mounted over that of the image): run \`${home.install.join(' ')}\` here as well.`];
  }
}
