/** `otel-setup verify`: seen, not assumed. Each service's spans are watched on their way to its own backend. */
import { EXIT, Stop } from '../stop.ts';
import { askedRequest } from '../see/verify/requests.ts';
import type { VerifyReport } from '../see/verify/report.ts';
import type { Run } from './context.ts';
import { composeAnswers } from './init/compose.ts';
import { asProcesses } from './verify/as-processes.ts';
import { chosenSubjects } from './verify/choose.ts';
import { inContainers } from './verify/in-containers.ts';
import { interrupted } from './verify/interrupted.ts';
import { tell } from './verify/tell.ts';
import { told } from './verify/told.ts';
import { verified } from './verify/watch.ts';
import { workspaceOf } from './workspace-of.ts';

/** SDKs send a batch every five seconds unless told otherwise; people click more slowly. */
const DEFAULT_SECONDS = { traffic: 20, people: 60 } as const;

export const run: Run = async (args, context) => {
  const asked = args.request.map(askedRequest);
  const limitMs = secondsOf(args.timeout, args.traffic ? DEFAULT_SECONDS.traffic : DEFAULT_SECONDS.people) * 1000;
  const workspace = await workspaceOf(args, context);
  const subjects = chosenSubjects(workspace, args, context.env);
  const stop = new AbortController();
  const release = context.onInterrupt(() => stop.abort());
  try {
    const docker = workspace.compose.length > 0 && !args.local && (await composeAnswers(context.tools));
    if (!docker && workspace.compose.length > 0 && !args.local) context.print('  No Docker Compose answers here, so the services run as processes on this machine.');
    const names = subjects.map(({ service }) => service.name);
    const show = tell(args, context);
    // What is worked at is shown below the table.
    const inside = { ...context, print: show.say, tools: { ...context.tools, working: show.working } };
    const ground = docker ? await inContainers({ workspace, names, files: args.file, build: args.build, signal: stop.signal }, inside) : asProcesses(workspace, inside);
    const done = await verified({ workspace, subjects, ground, show, asked, traffic: args.traffic, limitMs, signal: stop.signal, args }, context);
    if (stop.signal.aborted) throw interrupted(done.problems, 'the services are as they were');
    if (!args.json) told(done, context);
    const ok = done.services.every(({ state }) => state === 'works') && done.problems.length === 0;
    const report: VerifyReport = { schema: 1, command: 'verify', exit: ok ? EXIT.done : EXIT.notDone, ok, verified: done.services, quality: done.quality, next: [...new Set([...done.services.flatMap(({ then }) => then ?? []), ...done.quality.map(({ then }) => then)])] };
    return report;
  } finally {
    release();
  }
};

/** @throws Stop (2) for what is no number of seconds. */
function secondsOf(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const seconds = Number(/^(\d+(?:\.\d+)?)s?$/.exec(text.trim())?.[1]);
  if (!(seconds > 0 && seconds <= 3600)) throw new Stop(EXIT.usage, `--timeout ${text} is no number of seconds from 1 to 3600.`, 'otel-setup verify --timeout 60');
  return seconds;
}
