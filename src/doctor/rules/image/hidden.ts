/** Does the container see what its image installed, or something that is mounted over it? */
import { modulesHome } from '../../../languages/node/modules-home.ts';
import type { Service, Workspace } from '../../../types.ts';
import { containerDir } from '../../../workspace/container-path.ts';
import { join } from '../../../workspace/path.ts';
import { rule } from '../../rule.ts';
import type { Container, Finding, Rule, Subject } from '../../types.ts';
import { few, lacking } from './lacking.ts';
import { both, telemetryOf } from './packages.ts';

const hidden = rule({
  id: 'image.package-hidden',
  hop: 'image',
  title: 'The image has the packages, but a mount or a volume hides them',
  from: ['workspace', 'subjects', 'containers'],
  also: ['inside'],
  page: {
    symptoms: ["Error: Cannot find module '@opentelemetry/sdk-node'", "ModuleNotFoundError: No module named 'opentelemetry'", 'I rebuilt the image and the package is still not there'],
    why: 'What the image installed lies in a folder over which the container has something else: the folder of your machine (`.:/app` over /app/node_modules or /app/.venv), or a volume that still holds what the first image had there. An anonymous volume is kept by `up` and by `up --build`; only `-V` renews it.',
    check: ['docker compose exec SERVICE ls node_modules/@opentelemetry', 'docker compose run --rm --no-deps --entrypoint ls SERVICE node_modules/@opentelemetry', "docker inspect --format '{{json .Mounts}}' $(docker compose ps -q SERVICE)"],
    fix: ['an anonymous volume: docker compose up -d --build -V SERVICE', 'a named volume: docker compose run --rm --no-deps SERVICE npm install', 'a folder of this machine: npm install in it, or an anonymous volume over node_modules (- /app/node_modules)'],
    links: ['https://docs.docker.com/reference/cli/docker/compose/up/', 'https://github.com/docker/compose/issues/4337'],
  },
  find: ({ workspace, subjects, containers, inside = [] }) => subjects.filter(({ expected }) => expected).flatMap((subject): readonly Finding[] => {
    const { name } = subject.service;
    const container = containers.find((one) => one.service === name);
    const [there, image] = both(name, inside);
    if (container === undefined || container.mounts.length === 0) return [];
    if (there === undefined) return underFolder(subject, workspace, container);
    if (image === undefined) return [];
    const inImage = new Set(lacking(subject, image).map((one) => one.name));
    const gone = telemetryOf(subject).filter((one) => there.missing.includes(one) && image.packages[one] !== undefined && !inImage.has(one));
    // With another image the container is only older: that is a rule of its own.
    if (gone.length === 0 || (container.image !== '' && !hides(container, subject.service))) return [];
    return [{
      service: name,
      status: 'broken',
      says: `${few(gone)} ${gone.length === 1 ? 'is' : 'are'} in the image of ${name}, but its container does not see ${gone.length === 1 ? 'it' : 'them'}: something is mounted over the folder.`,
      because: container.mounts.filter(({ type }) => type === 'bind' || type === 'volume').slice(0, 3).map((mount) => ({ where: 'container' as const, says: `${mount.to} is ${mount.type === 'bind' ? `the folder ${shownFrom(mount.from, workspace)} of this machine` : mount.name === undefined || /^[0-9a-f]{64}$/.test(mount.name) ? 'a volume without a name' : `the volume ${mount.name}`}` })),
      about: 'packages',
      ...mend(subject, workspace, container),
    }];
  }),
});

export const hiddenPackages: readonly Rule[] = [hidden];

/** The container could not be looked into: a Node service that sees this machine's folder, in which nobody installed. */
function underFolder(subject: Subject, workspace: Workspace, container: Container): readonly Finding[] {
  const { service } = subject;
  const { app } = service;
  if (app?.language !== 'node' || !/^(?:preload|code)$/.test(subject.instrumented.by) || container.mounts.every(({ type }) => type !== 'bind')) return [];
  const home = modulesHome(service, workspace.files);
  const own = Object.keys(app.libraries).find((name) => /^@opentelemetry\/(?:sdk|auto)/.test(name)) ?? Object.keys(app.libraries).find((name) => name.startsWith('@opentelemetry/'));
  if (home.is !== 'host' || own === undefined) return [];
  const modules = join(home.folder, 'node_modules');
  if (workspace.files.exists(join(modules, own, 'package.json'))) return [];
  const bind = service.mounts.find(({ from }) => from !== undefined && (from === '' || `${home.folder}/`.startsWith(`${from}/`)));
  return [{
    service: service.name,
    status: 'broken',
    says: `${service.name} sees ${modules} of this machine instead of what its image installed, and ${own} is not in it.`,
    because: [{ where: service.definedIn.at(-1) ?? 'container', says: `${bind?.from === '' ? '.' : (bind?.from ?? home.folder)}:${bind?.to ?? ''}` }, { where: { path: app.manifest?.path ?? home.folder }, says: own }],
    about: 'packages',
    ...mend(subject, workspace, container),
  }];
}

/** Packages live in folders of these names, or below the app's own folder where that is mounted whole. */
const PACKAGES = /(?:^|\/)(?:node_modules|\.?v?env|virtualenvs?|(?:site|dist)-packages|\.local|lib|python[\d.]*)(?:\/|$)/;

/** Something is mounted where packages may be; a folder of certificates or data hides none. */
export function hides({ mounts }: Container, service: Service): boolean {
  const dir = containerDir(service);
  const over = (to: string): boolean => dir === undefined || `${dir}/`.startsWith(`${to.replace(/\/$/, '')}/`) || PACKAGES.test(to);
  return mounts.some(({ type, to }) => (type === 'bind' || type === 'volume') && over(to));
}

const shownFrom = (from: string, { files }: Workspace): string => (from.startsWith(`${files.root}/`) ? from.slice(files.root.length + 1) : from === files.root ? '.' : from);

function mend({ service }: Subject, { files }: Workspace, container: Container): Pick<Finding, 'do' | 'then'> {
  const home = service.app?.language === 'node' ? modulesHome(service, files) : undefined;
  const { name } = service;
  if (home?.is === 'host') return { do: home.install.join(' '), then: `docker compose restart ${name}` };
  if (home?.is === 'named') return { do: `docker compose run --rm --no-deps ${name} ${home.install.join(' ')}`, then: `docker compose restart ${name}` };
  const nameless = container.mounts.some((mount) => mount.type === 'volume' && (mount.name === undefined || /^[0-9a-f]{64}$/.test(mount.name)));
  if (home?.is === 'anonymous' || nameless) return { do: `docker compose up -d --build -V ${name}`, then: 'send it a request, then look again: npx otel-setup doctor' };
  const folder = service.app?.language === 'node' ? 'node_modules' : '.venv';
  return { do: `under volumes: of ${name}, add a volume for the packages:  - ${container.mounts.find(({ type }) => type === 'bind')?.to ?? '/app'}/${folder}`, then: `docker compose up -d --build -V ${name}` };
}
