/** A container keeps the environment, the command and the image that it was made with; `restart` changes none of them. */
import type { Evidence, Workspace } from '../../../types.ts';
import { lineAt, shownSetting } from '../../evidence.ts';
import { keyOf, sendingIn } from '../../keys.ts';
import { rule } from '../../rule.ts';
import type { Container, Finding, Inside, Rule, Subject } from '../../types.ts';
import { few, lacking } from '../image/lacking.ts';
import { accepted, type Difference, differences, onTheWay } from './differences.ts';

const LINKS = ['https://docs.docker.com/reference/cli/docker/compose/restart/', 'https://docs.docker.com/reference/cli/docker/compose/up/'];
const AFTER = 'send it a request, then look again: npx otel-setup doctor';

const keyBlank = rule({
  id: 'container.key-blank',
  hop: 'container',
  title: 'The container was made while the key was blank',
  from: ['workspace', 'subjects', 'containers'],
  also: ['reach'],
  page: {
    symptoms: ['The "HONEYCOMB_API_KEY" variable is not set. Defaulting to a blank string.', 'Failed to export span batch code: 401, reason: Unauthorized', 'docker compose exec SERVICE env: OTEL_EXPORTER_OTLP_HEADERS=x-honeycomb-team='],
    why: 'Compose fills ${HONEYCOMB_API_KEY} in when it makes the container. At that moment it was blank; that it is there now changes nothing in a container that exists, and neither does `docker compose restart`.',
    check: ['docker compose exec SERVICE sh -c \'echo "${#OTEL_EXPORTER_OTLP_HEADERS} characters"\'   (17 = there is no key behind x-honeycomb-team=)', 'docker compose config --environment | grep -c HONEYCOMB'],
    fix: ['docker compose up -d SERVICE'],
    links: LINKS,
  },
  find: ({ workspace, subjects, containers, reach }) => running(subjects, containers).flatMap(({ subject, container }): readonly Finding[] => {
    const { name } = subject.service;
    const wants = keyOf(subject.sending)?.trim() ?? '';
    if (wants === '' || keyOf(sendingIn(subject, container, workspace))?.trim() !== '' || accepted(name, reach)) return [];
    const { from } = subject.sending.headers;
    const variable = from !== undefined && 'value' in from ? from.name : 'OTEL_EXPORTER_OTLP_HEADERS';
    return [{
      service: name,
      status: 'broken',
      says: `The key in the container of ${name} is blank; it would be filled in now, but the container was made before.`,
      because: [{ where: 'container', says: `${variable}=${shownSetting(variable, container.env[variable] ?? '')}` }, ...(from === undefined ? [] : [lineAt(workspace.files, from.where, variable)])],
      do: `docker compose up -d ${name}`,
      then: AFTER,
      about: 'recreate',
    }];
  }),
});

const notRecreated = rule({
  id: 'container.not-recreated',
  hop: 'container',
  title: 'The container is older than the settings',
  from: ['workspace', 'subjects', 'containers'],
  also: ['reach'],
  page: {
    symptoms: ['I changed the compose file and restarted, and nothing changed', 'docker compose exec SERVICE env shows old values', 'Container SERVICE  Recreate   (what docker compose up says then)'],
    why: 'A container keeps the environment and the command that it was made with. `docker compose restart` and `docker compose start` start the same container again; only `docker compose up -d` compares it with the files and makes a new one.',
    check: ['docker compose up -d --dry-run --no-build SERVICE   (Recreate = it is older than the files)', 'docker compose exec SERVICE env | grep OTEL_'],
    fix: ['docker compose up -d SERVICE'],
    links: LINKS,
  },
  find: ({ workspace, subjects, containers, reach }) => running(subjects, containers).flatMap(({ subject, container }): readonly Finding[] => {
    const { name } = subject.service;
    if (container.wantedHash === '') return [];
    if (container.wantedHash === container.configHash) return [{ service: name, status: 'ok', says: 'runs with what the files say now', because: [] }];
    const found = differences(subject, container, workspace).filter(({ built }) => !built);
    return finding(found, subject, workspace, accepted(name, reach), (what) => `${name} still runs with what the files said before: ${what}. A restart does not change that.`);
  }),
});

const envDiffers = rule({
  id: 'container.env-differs',
  hop: 'container',
  title: 'The container has another environment than the files say',
  from: ['workspace', 'subjects', 'containers'],
  also: ['reach'],
  page: {
    symptoms: ['docker compose exec SERVICE env shows other values than the compose file', 'env file … not found: stat …: no such file or directory'],
    why: 'The running container has other settings than these files would give it, and Compose itself cannot say whether it would make a new one: a file that it needs (env_file) is missing here, it is an old version, or the container was started with other files or from another shell.',
    check: ['docker compose config --quiet', 'docker compose exec SERVICE env | grep OTEL_', 'docker inspect --format \'{{index .Config.Labels "com.docker.compose.project.config_files"}}\' CONTAINER'],
    fix: ['Bring back what Compose misses, then:', 'docker compose up -d SERVICE'],
    links: LINKS,
  },
  find: ({ workspace, subjects, containers, reach }) => running(subjects, containers).flatMap(({ subject, container }): readonly Finding[] => {
    if (container.wantedHash !== '') return [];
    const { name } = subject.service;
    const found = differences(subject, container, workspace).filter(({ built }) => !built);
    // Without Compose's own word, what an env_file that is not here says cannot be known.
    return finding(found, subject, workspace, accepted(name, reach) || subject.unsure.length > 0, (what) => `${name} runs with other settings than the files say: ${what}.`);
  }),
});

const oldImage = rule({
  id: 'container.old-image',
  hop: 'container',
  title: 'The container runs an older image',
  from: ['subjects', 'containers', 'images'],
  also: ['inside'],
  page: {
    symptoms: ['I ran docker compose build and nothing changed', 'docker compose ps shows an image ID instead of a name'],
    why: 'A container keeps the image that it was made from. `docker compose build` makes a new image and leaves the container alone; only `docker compose up -d` puts the new one to work.',
    check: ['docker inspect --format "{{.Image}}" $(docker compose ps -q SERVICE)', 'docker image inspect --format "{{.Id}}" IMAGE   (another id = the container is older)'],
    fix: ['docker compose up -d SERVICE'],
    links: LINKS,
  },
  find: ({ subjects, containers, images, inside = [] }) => running(subjects, containers).flatMap(({ subject, container }): readonly Finding[] => {
    const { name } = subject.service;
    const image = images.find(({ service }) => service === name);
    if (image === undefined || image.id === '' || image.id === container.image) return [];
    const news = onlyInImage(subject, inside);
    return [{
      service: name,
      status: news.length > 0 ? 'broken' : 'warn',
      says: news.length > 0 ? `${name} runs an older image than the one that was built since: ${few(news)} ${news.length === 1 ? 'is' : 'are'} only in the new one.` : `${name} runs an older image than the one that was built since.`,
      because: [{ where: 'container', says: `made from ${short(container.image)}` }, { where: 'image', says: `${short(image.id)}${image.created > 0 ? `, built ${new Date(image.created).toISOString().slice(0, 19)}Z` : ''}` }],
      do: `docker compose up -d ${name}`,
      then: AFTER,
      about: 'recreate',
    }];
  }),
});

export const recreate: readonly Rule[] = [keyBlank, notRecreated, oldImage, envDiffers];

function running(subjects: readonly Subject[], containers: readonly Container[]): readonly { readonly subject: Subject; readonly container: Container }[] {
  return subjects.flatMap((subject) => {
    const container = subject.expected ? containers.find((one) => one.service === subject.service.name && one.state === 'running') : undefined;
    return container === undefined ? [] : [{ subject, container }];
  });
}

/** Telemetry that the image has and the container lacks. */
function onlyInImage(subject: Subject, inside: readonly Inside[]): readonly string[] {
  const [there, image] = (['container', 'image'] as const).map((from) => inside.find((one) => one.service === subject.service.name && one.from === from));
  if (there === undefined || image === undefined) return [];
  const still = new Set(lacking(subject, image).map(({ name }) => name));
  return lacking(subject, there).map(({ name }) => name).filter((name) => !still.has(name));
}

function finding(found: readonly Difference[], subject: Subject, workspace: Workspace, proven: boolean, says: (what: string) => string): readonly Finding[] {
  if (found.length === 0) return [];
  const stops = found.filter((one) => one.stops && !(proven && onTheWay(one)));
  const told = (stops.length > 0 ? stops : found).slice(0, 4);
  return [{
    service: subject.service.name,
    status: stops.length > 0 ? 'broken' : 'warn',
    says: says(told.map(wording).join(', ')),
    because: told.flatMap((one) => evidence(one, workspace)),
    do: `docker compose up -d ${subject.service.name}`,
    then: AFTER,
    about: 'recreate',
  }];
}

function wording({ name, have, want }: Difference): string {
  if (want === undefined) return `${name} is still set`;
  if (have === undefined) return `${name} is not set`;
  return have === '' ? `${name} is blank` : name === 'command' ? 'its command has no opentelemetry-instrument' : `${name} has another value`;
}

function evidence({ name, have, want, where }: Difference, { files }: Workspace): readonly Evidence[] {
  const there: Evidence = { where: 'container', says: have === undefined ? `${name} is not set` : name === 'command' ? have.slice(0, 120) : `${name}=${shownSetting(name, have)}` };
  return [there, ...(want === undefined ? [] : [lineAt(files, where, `${name}${name === 'command' ? `: ${want.slice(0, 120)}` : `=${shownSetting(name, want)}`}`)])];
}

const short = (id: string): string => id.replace('sha256:', '').slice(0, 12);
