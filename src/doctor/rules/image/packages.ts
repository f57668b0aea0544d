/** Are the packages that the manifest names really in the image, and does the container see them? */
import { modulesHome } from '../../../languages/node/modules-home.ts';
import type { Evidence, Workspace } from '../../../types.ts';
import { lineAt } from '../../evidence.ts';
import { rule } from '../../rule.ts';
import type { Container, Finding, Inside, Rule, Subject } from '../../types.ts';
import { few, lacking, type Lacking } from './lacking.ts';

const hidden = rule({
  id: 'image.package-hidden',
  hop: 'image',
  title: 'The image has the packages, but a mount or a volume hides them',
  from: ['workspace', 'subjects', 'containers', 'inside'],
  page: {
    symptoms: ["Error: Cannot find module '@opentelemetry/sdk-node'", "ModuleNotFoundError: No module named 'opentelemetry'", 'I rebuilt the image and the package is still not there'],
    why: 'What the image installed lies in a folder over which the container has something else: the folder of your machine (`.:/app` over /app/node_modules or /app/.venv), or a volume that still holds what the first image had there. An anonymous volume is kept by `up` and by `up --build`; only `-V` renews it.',
    check: ['docker compose exec SERVICE ls node_modules/@opentelemetry', 'docker compose run --rm --no-deps --entrypoint ls SERVICE node_modules/@opentelemetry', "docker inspect --format '{{json .Mounts}}' $(docker compose ps -q SERVICE)"],
    fix: ['an anonymous volume: docker compose up -d --build -V SERVICE', 'a named volume: docker compose run --rm --no-deps SERVICE npm install', 'a folder of this machine: npm install in it, or an anonymous volume over node_modules (- /app/node_modules)'],
    links: ['https://docs.docker.com/reference/cli/docker/compose/up/', 'https://github.com/docker/compose/issues/4337'],
  },
  find: ({ workspace, subjects, containers, inside }) => subjects.filter(({ expected }) => expected).flatMap((subject): readonly Finding[] => {
    const { name } = subject.service;
    const container = containers.find((one) => one.service === name);
    const [there, image] = both(name, inside);
    if (there === undefined || image === undefined || container === undefined || container.mounts.length === 0) return [];
    const inImage = new Set(lacking(subject, image).map((one) => one.name));
    const gone = telemetryOf(subject).filter((one) => there.missing.includes(one) && image.packages[one] !== undefined && !inImage.has(one));
    // With another image the container is only older: that is a rule of its own.
    if (gone.length === 0 || (container.image !== '' && !hides(container))) return [];
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

const missing = rule({
  id: 'image.package-missing',
  hop: 'image',
  title: 'A package of the manifest is not in the image',
  from: ['workspace', 'subjects', 'inside'],
  also: ['containers', 'images'],
  page: {
    symptoms: ["ModuleNotFoundError: No module named 'opentelemetry'", "Error: Cannot find module '@opentelemetry/sdk-node'", 'exec: "opentelemetry-instrument": executable file not found in $PATH: unknown', 'opentelemetry-instrument: not found', "otel.cjs: this process is not traced: Cannot find module '@opentelemetry/api'"],
    why: 'The manifest (requirements.txt, package.json) names the package, but the image was built before that, or it installs from another manifest. `docker compose up` uses an image that exists; only `--build` makes a new one.',
    check: ['docker compose exec SERVICE pip list | grep opentelemetry', 'docker compose exec SERVICE ls node_modules/@opentelemetry', 'docker compose images SERVICE   (when it was built)'],
    fix: ['docker compose up -d --build SERVICE', 'If it is still missing then: the Dockerfile installs from another file, or before the file is copied.'],
    links: ['https://docs.docker.com/reference/cli/docker/compose/up/'],
  },
  find: ({ workspace, subjects, inside, containers = [], images = [] }) => subjects.filter(({ expected }) => expected).flatMap((subject): readonly Finding[] => {
    const { name, app } = subject.service;
    const [there, image] = both(name, inside);
    const [last, first] = [image ?? there, there ?? image];
    if (last === undefined || first === undefined) return [];
    const tag = images.find(({ service }) => service === name)?.id ?? '';
    const container = containers.find(({ service }) => service === name);
    // The running one is older than the tag, and the tag's image was not looked into: a rule of the container.
    if (image === undefined && container !== undefined && tag !== '' && tag !== container.image) return [];
    const gone = lacking(subject, last).filter((one) => !conditional(one, subject, workspace));
    if (gone.length === 0) {
      const inThere = telemetryOf(subject).filter((one) => first.packages[one] !== undefined);
      return inThere.length === 0 ? [] : [{ service: name, status: 'ok', says: `has ${inThere.length} of ${inThere.length} telemetry packages`, because: [] }];
    }
    const stops = gone.some((one) => one.stops);
    const manifest = app?.manifest?.path;
    const older = manifest !== undefined && (last.stale ?? []).some(({ path }) => path === manifest);
    return [{
      service: name,
      status: stops ? 'broken' : 'warn',
      says: `${few(gone.map((one) => one.name))} ${gone.length === 1 ? 'is' : 'are'} not in the image of ${name}${older ? `: it was built before ${manifest} named ${gone.length === 1 ? 'it' : 'them'}` : ''}.`,
      because: [...gone.slice(0, 3).map((one) => declaredAt(one, subject, workspace)), { where: 'image', says: `${last.runtime ?? 'its interpreter'} has no ${gone.map((one) => one.name).slice(0, 3).join(', ')}` }],
      do: `docker compose up -d --build ${name}`,
      then: 'send it a request, then look again: npx otel-setup doctor',
      about: 'packages',
    }];
  }),
});

export const packages: readonly Rule[] = [hidden, missing];

const both = (name: string, inside: readonly Inside[]): readonly (Inside | undefined)[] => (['container', 'image'] as const).map((from) => inside.find((one) => one.service === name && one.from === from));
const telemetryOf = ({ service }: Subject): readonly string[] => Object.keys(service.app?.libraries ?? {}).filter((name) => /^(?:@opentelemetry\/|opentelemetry-|honeycomb-opentelemetry$|@honeycombio\/)/.test(name));

/** Packages live in folders of these names, or below a folder that is mounted whole. */
const hides = ({ mounts }: Container): boolean => mounts.some(({ type }) => type === 'bind' || type === 'volume');

/** 'importlib-metadata; python_version < "3.8"': not for every Python. */
function conditional({ name }: Lacking, { service }: Subject, { files }: Workspace): boolean {
  const manifest = service.app?.manifest?.path;
  const line = manifest === undefined ? undefined : files.text(manifest)?.split('\n').find((text) => text.toLowerCase().replaceAll('_', '-').includes(name));
  return line !== undefined && /;\s*\w+|platform_|sys_platform|python_version|markers?\s*=|optional\s*=\s*true/.test(line.replace(/#.*/, ''));
}

function declaredAt({ name, is }: Lacking, { service, instrumented }: Subject, { files }: Workspace): Evidence {
  if (is === 'program') return instrumented.at ?? { where: 'image', says: name };
  const manifest = service.app?.manifest;
  if (manifest === undefined) return { where: 'image', says: name };
  const at = files.text(manifest.path)?.split('\n').findIndex((text) => text.toLowerCase().replaceAll('_', '-').includes(name)) ?? -1;
  return lineAt(files, at < 0 ? { path: manifest.path } : { path: manifest.path, line: at + 1 }, name);
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
