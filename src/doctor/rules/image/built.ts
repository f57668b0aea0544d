/** Is there an image, and does it hold what the files say now? Times of files lie after a clone; contents do not. */
import type { Evidence, Workspace } from '../../../types.ts';
import { lineAt, shownSetting } from '../../evidence.ts';
import { preloadsOf } from '../../preloads.ts';
import { rule } from '../../rule.ts';
import type { Container, Finding, Inside, Rule, Subject } from '../../types.ts';
import { accepted, differences, onTheWay } from '../container/differences.ts';

const AFTER = 'send it a request, then look again: npx otel-setup doctor';

const none = rule({
  id: 'image.none',
  hop: 'image',
  title: 'The image was never built',
  from: ['subjects', 'containers', 'images'],
  page: {
    symptoms: ['docker compose images does not list the service', 'No such image: PROJECT-SERVICE:latest'],
    why: 'The service is built from a Dockerfile, and that was not done here yet (or the image was removed), so there is nothing that could run.',
    check: ['docker compose images', 'docker compose ps -a'],
    fix: ['docker compose up -d --build SERVICE'],
    links: ['https://docs.docker.com/reference/cli/docker/compose/build/'],
  },
  find: ({ subjects, containers, images }) => subjects.filter(({ expected, service }) => expected && service.build !== undefined && !containers.some((one) => one.service === service.name)).flatMap(({ service: { name, build } }): readonly Finding[] => images.some(({ service, id }) => service === name && id === '') ? [{
    service: name,
    status: 'broken',
    says: `The image of ${name} was never built, so nothing of it runs.`,
    because: build === undefined ? [] : [{ where: { path: build.dockerfile }, says: 'there is no image of it on this machine' }],
    do: `docker compose up -d --build ${name}`,
    then: AFTER,
    about: 'container',
  }] : []),
});

const older = rule({
  id: 'image.older-than-edit',
  hop: 'image',
  title: 'The image is older than the files',
  from: ['workspace', 'subjects', 'inside'],
  also: ['containers', 'images', 'reach'],
  page: {
    symptoms: ['I changed the Dockerfile (or the code) and nothing changed', 'docker compose exec SERVICE cat app.py shows an old text'],
    why: 'Files that the Dockerfile copies, its CMD and its ENV are part of the image since it was built. `docker compose up` goes on with an image that exists; only `--build` makes a new one.',
    check: ['docker compose exec SERVICE cat app.py   (is that what you wrote?)', 'docker compose images SERVICE   (when it was built)', 'docker inspect --format "{{.Path}} {{.Args}}" $(docker compose ps -q SERVICE)'],
    fix: ['docker compose up -d --build SERVICE'],
    links: ['https://docs.docker.com/reference/cli/docker/compose/up/'],
  },
  find: ({ workspace, subjects, inside, containers = [], images = [], reach }) => subjects.filter(({ expected, service }) => expected && service.build !== undefined).flatMap((subject): readonly Finding[] => {
    const { name } = subject.service;
    const container = containers.find(({ service }) => service === name);
    const tag = images.find(({ service }) => service === name)?.id ?? '';
    const current = container === undefined || tag === '' || container.image === tag;
    const looked = looks(name, inside, current);
    const said = [...(container !== undefined && current ? built(subject, container, workspace, accepted(name, reach)) : []), ...(looked === undefined ? [] : staleIn(looked, subject, workspace))];
    if (said.length === 0) return [];
    const stops = said.filter((one) => one.stops);
    const told = (stops.length > 0 ? stops : said).slice(0, 3);
    return [{
      service: name,
      status: stops.length > 0 ? 'broken' : 'warn',
      says: `The image of ${name} was built before the last edit: ${told.map(({ says }) => says).join(', ')}.`,
      because: told.flatMap(({ because }) => because),
      do: `docker compose up -d --build ${name}`,
      then: AFTER,
      about: 'packages',
    }];
  }),
});

export const image: readonly Rule[] = [none];
export const edited: readonly Rule[] = [older];

interface Said {
  readonly says: string;
  readonly stops: boolean;
  readonly because: readonly Evidence[];
}

/** The look into the image that the tag names: of the container only where it was made from that. */
const looks = (name: string, inside: readonly Inside[], current: boolean): Inside | undefined => inside.find((one) => one.service === name && one.from === 'image') ?? inside.find((one) => one.service === name && one.from === 'container' && current);

/** CMD and ENV of the Dockerfile against those of the container. */
function built(subject: Subject, container: Container, workspace: Workspace, proven: boolean): readonly Said[] {
  return differences(subject, container, workspace).filter((one) => one.built).map((one) => ({
    says: one.name === 'command' ? 'its command has no opentelemetry-instrument yet' : `its ${one.name} is ${one.have === undefined ? 'not set' : 'another'}`,
    stops: one.stops && !(proven && onTheWay(one)),
    because: [
      { where: 'container', says: one.name === 'command' ? (one.have ?? '').slice(0, 120) : one.have === undefined ? `${one.name} is not set` : `${one.name}=${shownSetting(one.name, one.have)}` },
      lineAt(workspace.files, one.where, one.name),
    ],
  }));
}

/** Copies that differ. Certain to stop spans is only one that knows nothing of OpenTelemetry where the file here does. */
function staleIn({ stale = [], missing }: Inside, subject: Subject, { files }: Workspace): readonly Said[] {
  const { service, instrumented } = subject;
  const differ = stale.map(({ path, telemetry }): Said => {
    const wired = [service.app?.wired?.where, instrumented.at?.where].find((place) => typeof place === 'object' && place.path === path);
    const unaware = !telemetry && instrumented.by === 'code' && wired !== undefined && /opentelemetry/i.test(typeof wired === 'object' ? (files.text(wired.path) ?? '') : '');
    return {
      says: `${path} is another there`,
      stops: unaware,
      because: [...(wired === undefined ? [] : [lineAt(files, wired, path)]), { where: 'image', says: unaware ? `its ${path} has no word of OpenTelemetry` : `has another ${path}` }],
    };
  });
  const words = preloadsOf(subject);
  const preloads = missing.filter((name) => name.startsWith('/') && words.some((word) => name.endsWith(word.replace(/^\.?\/?/, '/'))));
  return [...differ, ...preloads.map((path): Said => ({ says: `${path} is not in it`, stops: true, because: [{ where: 'image', says: `has no ${path}` }, ...(instrumented.at === undefined ? [] : [instrumented.at])] }))];
}
