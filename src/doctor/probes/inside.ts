/**
 * What is really in there: the running container is asked with its own shell and interpreter; one that does not run is
 * asked through a throw-away container of its image, read-only and without network. Nothing of the user's is changed.
 */
import { randomBytes } from 'node:crypto';

import { normalName } from '../../languages/python/requirement.ts';
import type { ExecResult, Tools } from '../../types.ts';
import type { Facts, Inside, Missing, Probe, Subject } from '../types.ts';
import { readAnswer, type Answer } from './inside/answer.ts';
import { copiesOf, declaredOf, questionsOf, type Copy } from './inside/questions.ts';
import { interpreterCommand, MARK, processesOf, shellScript } from './inside/script.ts';
import { sideBySide } from './side-by-side.ts';

const LIMIT_MS = 12_000;
/** Other users' processes that are asked for as those users. */
const MOST_USERS = 3;

/** Where the question goes: a running container, or an image. */
type At = { readonly from: 'container' | 'image'; readonly id: string };

export const inside: Probe<'inside'> = {
  fact: 'inside',
  title: 'looking into the containers',
  from: ['engine', 'workspace', 'subjects', 'containers', 'images'],
  touches: 'containers',
  // On a machine that is busy building, each look takes seconds.
  ms: 60_000,
  async run({ workspace, subjects, containers, images }, tools): Promise<Facts['inside'] | Missing> {
    const asked = subjects.filter(({ expected, service }) => expected && service.origin === 'compose');
    const answers = await sideBySide(asked, async (subject): Promise<readonly Inside[]> => {
      const { name } = subject.service;
      const container = containers.find(({ service }) => service === name);
      const tag = images.find(({ service }) => service === name)?.id ?? '';
      const image = tag === '' ? (container?.image ?? '') : tag;
      const copies = copiesOf(subject, workspace);
      const running = container?.state === 'running' ? await ask({ from: 'container', id: container.id }, subject, copies, tools) : undefined;
      // What the running one lacks: is it hidden there, or not in the image at all?
      const again = running === undefined || (running.missing.length > 0 && (container?.image !== image || container.mounts.length > 0));
      const other = image !== '' && again ? await ask({ from: 'image', id: image }, subject, copies, tools) : undefined;
      return [running, other].filter((one) => one !== undefined);
    });
    const found = answers.flat();
    // Of other languages nothing is asked that a rule would need.
    const wanted = asked.map(({ service }) => service).filter(({ name, app }) => (app?.language === 'python' || app?.language === 'node') && containers.some((one) => one.service === name && one.state === 'running'));
    const closed = wanted.filter(({ name }) => !found.some((one) => one.service === name)).map(({ name }) => name);
    return found.length === 0 && closed.length > 0 ? { missing: `Docker did not let us look into ${closed.join(', ')}`, then: `docker compose exec ${closed[0] ?? ''} sh -c env   (what does it say?)` } : found;
  },
};

async function ask(at: At, subject: Subject, copies: readonly Copy[], tools: Tools): Promise<Inside | undefined> {
  const questions = questionsOf(subject, copies);
  const before = tools.now();
  const first = await run(at, ['sh', '-s'], shellScript(questions), tools);
  const answer = readAnswer(first.out);
  if (answer.whole) {
    const processes = at.from === 'container' ? await allProcesses(at, answer, tools) : [];
    return insideOf(at, subject, copies, answer, processes, (before + tools.now()) / 2);
  }
  const bare = noShell(first) ? interpreterCommand(questions) : undefined;
  const second = bare === undefined ? undefined : readAnswer((await run(at, bare.argv, bare.input, tools)).out);
  return second?.whole === true ? insideOf(at, subject, copies, second, [], 0) : undefined;
}

async function run({ from, id }: At, argv: readonly string[], input: string, tools: Tools, user?: string): Promise<ExecResult> {
  const [program = '', ...words] = argv;
  const name = `otel-setup-look-${randomBytes(6).toString('hex')}`;
  const mark = ['--env', `${MARK}=1`];
  const command = from === 'container'
    ? ['docker', 'exec', '--interactive', ...mark, ...(user === undefined ? [] : ['--user', user]), id, program, ...words]
    : ['docker', 'run', '--rm', '--name', name, '--interactive', '--pull', 'never', '--network', 'none', '--read-only', ...mark, '--entrypoint', program, id, ...words];
  const ran = await tools.exec(command, { input, ms: LIMIT_MS });
  // Our time limit ends the client alone; the throw-away container would go on.
  if (ran.code === 124 && from !== 'container') await tools.exec(['docker', 'rm', '--force', name], { ms: LIMIT_MS });
  return ran;
}

const noShell = ({ code, err }: ExecResult): boolean => code === 126 || code === 127 || /executable file not found|no such file or directory/i.test(err);

/** Environments that only their own user may read are asked for as that user; [] where one stays unknown: half a picture accuses the wrong one. */
async function allProcesses(at: At, { processes }: Answer, tools: Tools): Promise<Answer['processes']> {
  const users = [...new Set(processes.filter(({ unread }) => unread).map(({ uid }) => uid))];
  if (users.length === 0) return processes;
  if (users.length > MOST_USERS || users.includes('')) return [];
  const more = await Promise.all(users.map(async (uid) => readAnswer((await run(at, ['sh', '-s'], processesOf(uid), tools, uid)).out).processes));
  const known = new Map(more.flat().filter(({ unread }) => !unread).map((one) => [one.pid, one]));
  const all = processes.map((one) => (one.unread ? known.get(one.pid) : one));
  return all.every((one) => one !== undefined) ? all : [];
}

/** Told of all that is installed: what the manifest names, and what has to do with telemetry. */
const TELEMETRY = /^(?:@?opentelemetry|@?honeycomb|wrapt$|protobuf$|grpcio$|setuptools$)/;

function insideOf({ from }: At, { service }: Subject, copies: readonly Copy[], answer: Answer, processes: Answer['processes'], now: number): Inside {
  const byName = service.app?.language === 'python' ? normalName : (name: string): string => name;
  const declared = new Set(declaredOf(service));
  const installed = new Map([...(answer.packages ?? [])].map(([name, version]) => [byName(name), version]));
  const copied = new Map(copies.map(({ to, ...copy }) => [to, copy]));
  const stale = answer.sums.flatMap(({ path, sum, telemetry }) => {
    const copy = copied.get(path);
    return copy === undefined || copy.sum === sum ? [] : [{ path: copy.path, to: path, telemetry }];
  });
  return {
    service: service.name,
    from,
    packages: Object.fromEntries([...installed].filter(([name]) => declared.has(name) || TELEMETRY.test(name))),
    missing: [...(answer.packages === undefined ? [] : [...declared].filter((name) => !installed.has(byName(name)))), ...answer.absent],
    stale,
    processes: processes.map(({ pid, argv, env }) => ({ pid, argv, env })),
    ...(answer.runtime === undefined ? {} : { runtime: answer.runtime }),
    ...(answer.time === undefined || now === 0 ? {} : { clock: Math.round(answer.time * 1000 + 500 - now) }),
  };
}
