/** Are the packages that the manifest names really in the image? */
import type { Evidence, Workspace } from '../../../types.ts';
import { lineAt } from '../../evidence.ts';
import { rule } from '../../rule.ts';
import type { Finding, Inside, Rule, Subject } from '../../types.ts';
import { few, lacking, type Lacking } from './lacking.ts';

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

export const packages: readonly Rule[] = [missing];

export const both = (name: string, inside: readonly Inside[]): readonly (Inside | undefined)[] => (['container', 'image'] as const).map((from) => inside.find((one) => one.service === name && one.from === from));
export const telemetryOf = ({ service }: Subject): readonly string[] => Object.keys(service.app?.libraries ?? {}).filter((name) => /^(?:@opentelemetry\/|opentelemetry-|honeycomb-opentelemetry$|@honeycombio\/)/.test(name));

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
