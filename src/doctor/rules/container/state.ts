/** Does it run at all? What does not run sends nothing, whatever telemetry is set up: its own error comes first. */
import type { Evidence, Service } from '../../../types.ts';
import { oneLine } from '../../../ui/redact.ts';
import { rule } from '../../rule.ts';
import { watched } from '../../watched.ts';
import type { Container, Finding, Rule, Subject } from '../../types.ts';
import { exitMeaning } from './exit-code.ts';
import { ownError, wordsOf } from './last-words.ts';
import { notStarted, startAgain, todo } from './start-again.ts';

const none = rule({
  id: 'container.none',
  hop: 'container',
  title: 'The service has no container',
  from: ['subjects', 'containers'],
  page: {
    symptoms: ['docker compose ps -a does not list the service', 'curl: (7) Failed to connect to localhost port …'],
    why: 'Nothing of the service runs, so there is nothing that could send. It was never started, `docker compose down` took it away, or it was started in another folder or under another project name.',
    check: ['docker compose ps -a', 'docker ps -a --filter label=com.docker.compose.service=SERVICE'],
    fix: ['docker compose up -d --build SERVICE'],
    links: ['https://docs.docker.com/compose/how-tos/project-name/'],
  },
  find: ({ subjects, containers }) => watched(subjects).filter(({ subject: { service } }) => service.origin === 'compose' && !containers.some((one) => one.service === service.name)).map(({ subject: { service: { name, build, definedIn } }, for: sender }): Finding => ({
    service: name,
    status: 'broken',
    says: sender === undefined ? `${name} has no container: nothing of it runs that could send.` : `${sender} sends to ${name}, which has no container.`,
    because: [{ where: definedIn.at(-1) ?? 'container', says: `${name} is defined here; docker compose ps -a does not list it` }],
    do: `docker compose up -d ${build === undefined ? '' : '--build '}${name}`,
    then: 'send it a request, then look again: npx otel-setup doctor',
    about: 'container',
  })),
});

const exited = rule({
  id: 'container.exited',
  hop: 'container',
  title: 'The container does not run',
  from: ['workspace', 'subjects', 'containers'],
  also: ['logs'],
  page: {
    symptoms: ['docker compose ps -a: Exited (1) 3 minutes ago', 'ModuleNotFoundError: No module named …', 'SyntaxError: invalid syntax', 'Error: Cannot find module …', 'exec: "…": executable file not found in $PATH', 'Bind for 0.0.0.0:4567 failed: port is already allocated'],
    why: 'The process ended, or never started, so nothing is sent. Mostly it is an error of the app itself that has nothing to do with telemetry; its last words stand in the log. Exit codes: 0 it was done, 1 an error of its own, 126 and 127 the command cannot be run or is not in the image, 137 it was killed (by `docker compose stop`, or for want of memory), 139 it crashed, 143 it was asked to stop.',
    check: ['docker compose ps -a', 'docker compose logs --tail 50 SERVICE'],
    fix: ['Mend the error that the log ends with.', 'docker compose up -d --build SERVICE'],
    links: ['https://docs.docker.com/reference/cli/docker/container/run/#exit-status'],
  },
  find: ({ workspace, subjects, containers, logs = [] }) => stopped(subjects, containers, ['exited', 'dead', 'created', 'paused', 'removing']).map(({ service, container, sender }): Finding => {
    const { name } = service;
    const because: Evidence[] = [{ where: 'container', says: stateOf(container) }, ...wordsOf(logs, service, workspace), ...(container.state === 'created' && container.error === '' ? unwell(containers) : [])];
    if (container.state === 'paused') return { service: name, status: 'broken', says: `${name} is paused: it answers nobody and sends nothing.`, because, do: `docker compose unpause ${name}`, then: 'npx otel-setup doctor', about: 'container' };
    if (container.state === 'created') return { service: name, status: 'broken', says: notStarted(container), because, about: 'container', ...startAgain(container, service) };
    // A job (a migration, a seed) has nothing published and ends when it is done.
    const done = container.exitCode === 0 && service.ports.length === 0 && sender === undefined;
    return {
      service: name,
      status: done ? 'warn' : 'broken',
      says: done ? `${name} has ended, as a job does: what it had to send is sent or lost.` : `${name}${forWhom(sender)} does not run: ${exitMeaning(container)}${ownError(logs, name)}.`,
      because,
      about: 'container',
      ...todo(logs, service, workspace, container),
    };
  }),
});

const restarting = rule({
  id: 'container.restarting',
  hop: 'container',
  title: 'The container starts again and again',
  from: ['workspace', 'subjects', 'containers'],
  also: ['logs'],
  page: {
    symptoms: ['docker compose ps: Restarting (1) 4 seconds ago'],
    why: 'The process ends right after its start, and `restart: always` (or `unless-stopped`, `on-failure`) starts it anew. It never lives long enough to send. Its last words in the log say why.',
    check: ['docker compose ps -a', 'docker compose logs --tail 50 SERVICE'],
    fix: ['Mend the error that the log ends with.', 'docker compose up -d --build SERVICE'],
    links: ['https://docs.docker.com/reference/compose-file/services/#restart'],
  },
  find: ({ workspace, subjects, containers, logs = [] }) => stopped(subjects, containers, ['restarting']).map(({ service, container, sender }): Finding => ({
    service: service.name,
    status: 'broken',
    says: `${service.name}${forWhom(sender)} starts again and again (${container.restarts} times): ${exitMeaning(container)}${ownError(logs, service.name)}.`,
    because: [{ where: 'container', says: stateOf(container) }, ...wordsOf(logs, service, workspace)],
    about: 'container',
    ...todo(logs, service, workspace, container),
  })),
});

export const state: readonly Rule[] = [none, restarting, exited];

interface Stopped {
  readonly service: Service;
  readonly container: Container;
  readonly sender: string | undefined;
}

function stopped(subjects: readonly Subject[], containers: readonly Container[], states: readonly Container['state'][]): readonly Stopped[] {
  return watched(subjects).flatMap(({ subject: { service }, for: sender }) => {
    const container = containers.find((one) => one.service === service.name && states.includes(one.state));
    return container === undefined ? [] : [{ service, container, sender }];
  });
}

const forWhom = (sender: string | undefined): string => (sender === undefined ? '' : `, to which ${sender} sends,`);

/** Others of the project that are not well: one of them may be what it waits for (depends_on). */
const unwell = (containers: readonly Container[]): readonly Evidence[] =>
  containers.filter(({ state: is, health, exitCode }) => health === 'unhealthy' || ((is === 'exited' || is === 'restarting') && exitCode !== 0)).slice(0, 3).map((one) => ({ where: 'container', says: `${one.service} is ${one.health === 'unhealthy' ? 'unhealthy' : stateOf(one)}` }));

function stateOf({ state: is, exitCode, error, oomKilled, started }: Container): string {
  const when = started > 0 ? `, started ${new Date(started).toISOString().slice(0, 19)}Z` : '';
  return `${is}${is === 'exited' || is === 'restarting' ? ` (${exitCode})` : ''}${oomKilled ? ', out of memory' : ''}${when}${error === '' ? '' : `: ${oneLine(error).slice(0, 200)}`}`;
}
