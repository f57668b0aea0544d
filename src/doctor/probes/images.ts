/** What the services' tags name now. A container goes on with the image that it was made from. */
import { composeOf, projectFolder } from '../../workspace/compose/command.ts';
import type { Service, Tools, Workspace } from '../../types.ts';
import type { Container, Facts, Image, Probe } from '../types.ts';
import { sideBySide } from './side-by-side.ts';

const LIMIT_MS = 10_000;

export const images: Probe<'images'> = {
  fact: 'images',
  title: 'looking at the images',
  from: ['engine', 'workspace', 'subjects', 'containers'],
  touches: 'docker',
  ms: 20_000,
  async run({ workspace, subjects, containers }, tools): Promise<Facts['images']> {
    const services = subjects.filter(({ service, expected }) => expected && service.origin === 'compose').map(({ service }) => service);
    const [used, project] = await Promise.all([tagsUsed(containers, tools), services.some(({ name }) => !containers.some(({ service }) => service === name)) ? projectName(workspace, tools) : undefined]);
    const answers = await sideBySide(services, async (service): Promise<readonly Image[]> => {
      const tag = used.get(service.name) ?? tagOf(service, project);
      if (tag === undefined) return [];
      const { code, out, err } = await tools.exec(['docker', 'image', 'inspect', '--format', '{{.Id}} {{.Created}}', tag], { ms: LIMIT_MS });
      const [id = '', created = ''] = out.trim().split(' ');
      if (code === 0) return [{ service: service.name, id, created: Date.parse(created) || 0 }];
      return /no such image|not found/i.test(err) ? [{ service: service.name, id: '', created: 0 }] : [];
    });
    return answers.flat();
  },
};

/** The tags that the containers were made from, by service. One that is an id names no tag. */
async function tagsUsed(containers: readonly Container[], tools: Tools): Promise<ReadonlyMap<string, string>> {
  if (containers.length === 0) return new Map();
  const { out } = await tools.exec(['docker', 'inspect', '--type', 'container', '--format', '{{.Id}} {{.Config.Image}}', ...containers.map(({ id }) => id)], { ms: LIMIT_MS });
  const tags = new Map(out.split('\n').map((line) => line.trim().split(' ')).map(([id = '', tag = '']) => [id, tag]));
  return new Map(containers.flatMap(({ service, id }) => {
    const tag = tags.get(id) ?? '';
    return tag === '' || tag.startsWith('sha256:') || /^[0-9a-f]{12,64}$/.test(tag) ? [] : [[service, tag] as const];
  }));
}

/** What Compose calls the image of a service that was never started. */
function tagOf({ name, image }: Service, project: string | undefined): string | undefined {
  if (image !== undefined) return image === '' || image.includes('$') ? undefined : image;
  return project === undefined ? undefined : `${project}-${name}`;
}

/** The project's name as Compose decides it. `--no-interpolate`: no value of a variable is in the answer. */
async function projectName(workspace: Workspace, tools: Tools): Promise<string | undefined> {
  const { code, out } = await tools.exec([...composeOf(workspace), 'config', '--no-interpolate', '--format', 'json'], { cwd: projectFolder(workspace), ms: LIMIT_MS });
  if (code !== 0) return undefined;
  return /^\{\s*"name":\s*"([a-z0-9][a-z0-9_-]*)"/.exec(out)?.[1];
}
