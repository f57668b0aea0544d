/** How variables get lost between files: an entry that hides another one, a file that is not loaded, the wrong service. */
import { isMapModel } from '../../../formats/model.ts';
import { infrastructure } from '../../../languages/leave.ts';
import { modelOf } from '../../../needs/models.ts';
import type { EnvVar, Path, Service, Workspace } from '../../../types.ts';
import { standardFiles } from '../../../workspace/compose/choose.ts';
import { folderOf, nameOf } from '../../../workspace/path.ts';
import { settingAt } from '../../evidence.ts';
import { rule } from '../../rule.ts';
import type { Finding, Rule, Subject } from '../../types.ts';
import { each } from './each.ts';
import { removed } from './replaced.ts';

const PRECEDENCE = 'https://docs.docker.com/compose/how-tos/environment-variables/envvars-precedence/';
const OURS = /^(?:OTEL_|HONEYCOMB_)/;

const blank = rule({
  id: 'files.blank',
  hop: 'files',
  title: 'A blank entry hides the value that stands elsewhere',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ['the env_file or the Dockerfile has the value, the container does not'],
    why: 'An entry under `environment` wins over env_file and over the image\'s ENV, also where it is blank, and where it is a bare NAME that the shell does not have.',
    check: ['docker compose exec SERVICE env | grep OTEL_', 'docker compose config'],
    fix: ['take the blank entry away, or give it the value'],
    links: [PRECEDENCE],
  },
  find: (facts) => each(facts, (subject) => {
    const { service } = subject;
    return [...new Set(service.env.map(({ name }) => name))].filter((name) => OURS.test(name)).flatMap((name) => {
      const all = service.env.filter((one) => one.name === name);
      const last = all.at(-1);
      const hidden = all.slice(0, -1).findLast(({ value }) => value !== undefined && value.trim() !== '');
      if (last === undefined || hidden === undefined || (last.value ?? '').trim() !== '') return [];
      const decisive = /^OTEL_EXPORTER_OTLP_(?:TRACES_)?(?:ENDPOINT|HEADERS)$/.test(name);
      const setting = { name, value: '', raw: last.raw, where: last.where };
      const why = last.value === undefined ? 'passes on a variable that the shell does not have' : last.blank[0] === undefined ? 'is blank' : `comes out empty (\${${last.blank[0]}})`;
      return [{
        ...(decisive ? { of: setting } : { status: 'warn' as const }),
        says: `The entry ${name} of ${service.name} ${why}, and wins over the value that stands elsewhere.`,
        because: [settingAt(facts.workspace.files, setting), { where: hidden.where, says: shownSource(hidden) }],
        do: `take the entry ${name} out of the environment of ${service.name}`,
        ops: last.raw === '' ? removed(facts.workspace, service, setting) : [],
        about: name,
      }];
    });
  }),
});

const shownSource = ({ name, where }: EnvVar): string => `${name}=… ${typeof where === 'string' ? 'in the image' : 'here'}`;

/** Services of a compose file and the names in their environment; undefined = it cannot be read. */
function environments(workspace: Workspace, path: Path): ReadonlyMap<string, readonly string[]> {
  const model = modelOf(workspace.files, path, 'compose');
  const services = isMapModel(model) ? model['services'] : undefined;
  if (!isMapModel(services)) return new Map();
  return new Map(Object.entries(services).map(([name, service]) => [name, isMapModel(service) && isMapModel(service['environment']) ? Object.keys(service['environment']) : []]));
}

/** Files for another occasion: their variables are not missed in a bare `up`. */
const OTHER_OCCASION = /(?:^|[-_.])(?:tests?|e2e|ci|prod|production|staging|deploy|example|sample|template|dist|old|bak|backup|swarm|k8s|gcp|aws|azure)(?:[-_.]|$)/i;

const notLoaded = rule({
  id: 'files.not-loaded',
  hop: 'files',
  title: 'The OTEL_* lines stand in a compose file that is not loaded',
  from: ['workspace', 'subjects'],
  also: ['containers'],
  page: {
    symptoms: ['Found multiple config files with supported names: compose.yaml, docker-compose.yml', 'the compose file has the lines, the container has not'],
    why: '`docker compose up` loads one file of a standard name (compose.yaml before compose.yml, docker-compose.yml, docker-compose.yaml) and its override. Lines in another file count only where it is named with -f or COMPOSE_FILE.',
    check: ['docker compose config | grep OTEL_', 'docker compose exec SERVICE env | grep OTEL_'],
    fix: ['move the lines into the file that is loaded', 'or name both: docker compose -f compose.yaml -f docker-compose.otel.yml up -d'],
    links: ['https://docs.docker.com/compose/how-tos/multiple-compose-files/merge/'],
  },
  find: ({ workspace, subjects, containers }) => workspace.alsoThere.flatMap((path) => {
    // A file of another name was chosen with -f or COMPOSE_FILE: those beside it are other choices.
    if (OTHER_OCCASION.test(nameOf(path)) || workspace.compose.every((one) => !standardFiles(workspace.files, folderOf(one)).includes(one))) return [];
    const there = environments(workspace, path);
    const shadowed = standardFiles(workspace.files, folderOf(path)).includes(path) && workspace.compose.some((one) => folderOf(one) === folderOf(path) && !/override/.test(one));
    return subjects.flatMap(({ service, settings, expected }): readonly Finding[] => {
      const lost = (there.get(service.name) ?? []).filter((name) => /^OTEL_(?:EXPORTER_OTLP_|TRACES_EXPORTER|SERVICE_NAME)/.test(name) && !settings.has(name));
      const [first] = lost.filter((name) => name.includes('EXPORTER'));
      if (first === undefined || service.app?.language === 'browser') return [];
      // A container that has them was started with that file.
      if (containers?.some((one) => one.service === service.name && one.state === 'running' && one.env[first] !== undefined)) return [];
      return [{
        service: service.name,
        status: shadowed && expected ? 'broken' : 'warn',
        says: shadowed ? `Compose reads ${workspace.compose[0] ?? ''} and not ${path} beside it, which alone has the OTEL_* lines of ${service.name}.` : `Only ${path} has ${lost.slice(0, 2).join(', ')} for ${service.name}, and a bare \`docker compose up\` does not load it.`,
        because: [{ where: { path }, says: first }],
        do: shadowed ? `move the OTEL_* lines of ${service.name} from ${path} to ${workspace.compose[0] ?? ''}` : `docker compose -f ${workspace.compose.join(' -f ')} -f ${path} up -d ${service.name}`,
        about: first,
      }];
    });
  }),
});

/** A variable of the service that stands in a compose file which is not loaded: files.not-loaded says so, and that explains its absence. */
export function standsElsewhere(workspace: Workspace, service: Service, name: string): boolean {
  return workspace.alsoThere.some((path) => !OTHER_OCCASION.test(nameOf(path)) && environments(workspace, path).get(service.name)?.includes(name) === true);
}

/** Settings that are meant for an exporter, each written for this service (not in a base image). */
const exporterSettings = ({ settings }: Subject) => [...settings.values()].filter(({ name, where }) => /^OTEL_(?:EXPORTER_OTLP_|SERVICE_NAME|TRACES_EXPORTER)/.test(name) && where !== 'image');
const imageOf = ({ image, build }: Service): string | undefined => (build === undefined ? image : build.stage?.base);

const onBrowser = rule({
  id: 'files.on-browser',
  hop: 'files',
  title: 'OTEL_* stands at a service that does nothing with it',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['the frontend\'s container has the variables, no span arrives'],
    why: 'The container of a browser app is a development server or a file server: the code runs in the browser, where there are no environment variables. A database does not send traces by OTEL_* either. The lines belong to the backend.',
    check: ['docker compose config | grep -B 20 OTEL_EXPORTER'],
    fix: ['move the OTEL_* lines to the service that handles the requests'],
    links: ['https://opentelemetry.io/docs/languages/js/getting-started/browser/'],
  },
  find: ({ workspace, subjects }) => subjects.flatMap((subject): readonly Finding[] => {
    const { service } = subject;
    const image = imageOf(service);
    const kind = service.app?.language === 'browser' ? 'a browser app, whose code runs where there are no environment variables' : service.app === undefined && image !== undefined && /^a (?:database|cache)$/.test(infrastructure(image) ?? '') ? infrastructure(image) : undefined;
    const [first] = exporterSettings(subject);
    if (kind === undefined || first === undefined) return [];
    const missed = subjects.find((other) => other.expected && exporterSettings(other).length === 0);
    return [{
      service: service.name,
      status: 'warn',
      says: `${service.name} is ${kind}: OTEL_* does nothing there.`,
      because: [settingAt(workspace.files, first)],
      do: missed === undefined ? `take the OTEL_* lines out of ${service.name}` : `move the OTEL_* lines from ${service.name} to ${missed.service.name}`,
      about: 'OTEL_*',
    }];
  }),
});

/** Programs that start another one and do nothing by themselves. */
const STARTERS = /^(?:opentelemetry-instrument|ddtrace-run|newrelic-admin|tini|dumb-init|env|exec|uv|poetry|pipenv)$/;

const entrypoint = rule({
  id: 'files.compose-entrypoint',
  hop: 'files',
  title: "An entrypoint in the compose file takes the image's CMD away",
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['the container ends at once', 'opentelemetry-instrument: error: the following arguments are required: command'],
    why: '`entrypoint:` in a compose file also drops the CMD of the image. A wrapper alone then has nothing to start.',
    check: ['docker compose ps -a', 'docker compose logs SERVICE'],
    fix: ['write the command too: command: ["flask", "run"]', 'or the wrapper in front of the command instead of an entrypoint'],
    links: ['https://docs.docker.com/reference/compose-file/services/#entrypoint'],
  },
  find: (facts) => each({ subjects: facts.subjects }, ({ service }) => {
    const { start } = service;
    const cmd = service.build?.stage?.cmd;
    const words = (start?.argv ?? []).filter((word) => !/^-|^(?:run|--)$/.test(word)).map(nameOf);
    if (start === undefined || cmd === undefined || !facts.workspace.compose.includes(start.where.path) || words.length === 0 || !words.every((word) => STARTERS.test(word))) return [];
    const put = `command: ${JSON.stringify(cmd.argv)}`;
    return [{
      says: `The entrypoint of ${service.name} drops the image's CMD, so ${words[0] ?? ''} has nothing to start.`,
      because: [{ where: start.where, says: `entrypoint: ${start.argv.join(' ')}` }, { where: cmd.where, says: `CMD ${cmd.argv.join(' ')}` }],
      do: `add to ${service.name}: ${put}`,
      about: 'start',
    }];
  }),
});

export const hiddenBlank: readonly Rule[] = [blank];
export const plumbing: readonly Rule[] = [entrypoint, notLoaded, onBrowser];
