/** The demo's services, started in one of two ways. */
import { EventEmitter, once } from 'node:events';
import { startChild, stopChild, type Child } from '../../io/child.ts';
import { prepare, type Prepared } from '../../local/prepare.ts';
import { oneLine } from '../../ui/redact.ts';
import type { Refusal, Tools, Workspace } from '../../types.ts';

export interface Services {
  /** 'with Docker Compose', 'as processes on this machine'. */
  readonly how: string;
  /** The last lines that they wrote. */
  logs(): Promise<readonly string[]>;
  /** A sentence, as soon as one of them has ended by itself; never settles otherwise. */
  readonly broken: Promise<string>;
  stop(): Promise<void>;
}
export const COMPOSE = 'with Docker Compose';
const LAST_LINES = 20;
const MINUTES = 60_000;

/** Whether an engine and Compose answer: undefined = yes, else why not. */
export async function whyNoDocker(tools: Pick<Tools, 'exec'>): Promise<string | undefined> {
  const compose = await tools.exec(['docker', 'compose', 'version', '--short'], { ms: 10_000 });
  if (compose.code !== 0) return compose.code === 127 ? 'there is no docker command' : 'docker has no compose command';
  const engine = await tools.exec(['docker', 'info', '--format', '{{.ServerVersion}}'], { ms: 10_000 });
  return engine.code === 0 && engine.out.trim() !== '' ? undefined : 'no Docker engine answers';
}

/**
 * Builds and starts everything with Compose, in a project of its own. Refused where an image cannot be had or built; then
 * nothing is left. @param cleaning tools that still work when those of the demo have been told to end.
 */
export async function withCompose(folder: string, project: string, tools: Tools, cleaning: Tools): Promise<Services | Refusal> {
  const compose = (words: readonly string[], ms: number, by = tools) => by.exec(['docker', 'compose', '--project-name', project, ...words], { cwd: folder, ms });
  const down = async (): Promise<void> => {
    await compose(['kill'], 30_000, cleaning);
    await compose(['down', '--volumes', '--rmi', 'local', '--remove-orphans', '--timeout', '1'], 60_000, cleaning);
  };
  for (const [title, words] of [['docker compose build', ['build']], ['docker compose up', ['up', '--detach', '--no-build']]] as const) {
    const work = tools.working(title);
    const done = await compose(words, 10 * MINUTES);
    if (done.code === 0) {
      work.done();
      continue;
    }
    work.failed();
    await down();
    const lines = (done.out + done.err).split('\n').filter((line) => line.trim() !== '');
    return { refused: `${title} failed: ${oneLine((lines.findLast((line) => /error|failed|denied/i.test(line)) ?? lines.at(-1) ?? 'it said nothing').trim()).slice(0, 300)}` };
  }
  return {
    how: COMPOSE,
    logs: async () => (await compose(['logs', '--no-color', '--tail', String(LAST_LINES)], 30_000)).out.split('\n').filter((line) => line !== '').slice(-2 * LAST_LINES),
    broken: new Promise(() => {}),
    stop: down,
  };
}

/** Starts each service of the workspace as a process, as `otel-setup run` does. */
export async function asProcesses(workspace: Workspace, names: readonly string[], tools: Tools, print: (text: string) => void): Promise<Services> {
  const lines: string[] = [];
  const children: Child[] = [];
  const over = new EventEmitter<{ sentence: [string] }>();
  const broken = once(over, 'sentence').then(([sentence]) => String(sentence));
  const stop = async (): Promise<void> => {
    await Promise.all(children.map((child) => stopChild(child, 5_000)));
  };
  let stopping = false;
  try {
    const prepared = new Map<string, Prepared>();
    for (const service of workspace.services.filter(({ name }) => names.includes(name))) prepared.set(service.name, await prepare(workspace, service, tools));
    for (const [name, { argv, cwd, env, said }] of prepared) {
      for (const sentence of said) print(`  ${name}: ${sentence}`);
      const child = await startChild(argv, {
        cwd,
        env,
        ofWorkspace: true,
        output(line) {
          lines.push(`${name} | ${line}`);
          if (lines.length > names.length * LAST_LINES) lines.shift();
        },
      });
      children.push(child);
      void child.ended.then((code) => {
        if (!stopping) over.emit('sentence', `${name} ended by itself (exit code ${code}).`);
      });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    how: 'as processes on this machine',
    logs: async () => [...lines],
    broken,
    async stop() {
      stopping = true;
      await stop();
    },
  };
}
