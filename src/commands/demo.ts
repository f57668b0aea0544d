/** `otel-setup demo`: from nothing to one trace of two services that was seen to arrive, in a temporary folder. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from '../args.ts';
import { LOCAL_PORT } from '../backends/local.ts';
import { execUntil } from '../io/child.ts';
import { removeFolder } from '../io/scratch.ts';
import { findPython } from '../local/venv.ts';
import { listenAddresses } from '../see/address.ts';
import { Arrivals } from '../see/page/arrivals.ts';
import { openPage } from '../see/page/open.ts';
import { previewUrl } from '../see/page/preview.ts';
import { limitsFor } from '../see/page/store.ts';
import { startReceiver, type Receiver } from '../see/receive.ts';
import { serviceTable } from '../see/table.ts';
import { newTraceId, sendUntilAnswered } from '../see/traffic.ts';
import { traceText } from '../see/watch.ts';
import { EXIT, Stop } from '../stop.ts';
import type { Report, Tools } from '../types.ts';
import { seconds } from '../ui/progress.ts';
import { hostOf } from '../workspace/host.ts';
import { readWorkspace } from '../workspace/read.ts';
import type { Context, Run } from './context.ts';
import { demoFolder, SERVICES, type DemoFolder, type Variant } from './demo/folder.ts';
import { untilQuit } from './view/until-quit.ts';
import { asProcesses, COMPOSE, whyNoDocker, withCompose, type Services } from './demo/services.ts';

/** For all of it: slow networks and cold caches included. */
const MOST_MS = 15 * 60_000;
/** For a service to answer once it is started, and for its spans: exporters send every 5 seconds. */
const ANSWER_MS = 60_000;
const SPANS_MS = 30_000;
/** For the page: a demo has tens of them. */
const MOST_SPANS = 10_000;

export const run: Run = async (args, outer) => {
  const stop = new AbortController();
  const release = outer.onInterrupt(() => stop.abort(new Stop(EXIT.interrupted, 'Interrupted.')));
  const timer = setTimeout(() => stop.abort(new Stop(EXIT.notDone, `The demo was not done after ${MOST_MS / 60_000} minutes.`, 'Run it again: what was installed so far is kept.')), MOST_MS);
  const context = within(outer, stop.signal);
  const closing: (() => Promise<void>)[] = [];
  const steps = stopwatch(context.tools);
  try {
    const arrivals = new Arrivals(limitsFor(MOST_SPANS));
    const docker = args.local ? 'you asked for processes' : await whyNoDocker(context.tools);
    const receiver = await receive(arrivals, context);
    closing.push(() => receiver.close());
    const variant = docker === undefined || (await hasPython(context.tools)) ? 'python' : 'node';
    const folder = await steps.time('files', () => copy(variant, context));
    if (!args.keep) closing.push(() => removeFolder(folder.all));
    await steps.time('init', () => setUp(folder, receiver, args.keep, context));
    const services = await steps.time('start', () => start(folder, docker, context, within(outer).tools, stop.signal));
    if (!args.keep || services.how !== COMPOSE) closing.push(() => services.stop());
    stop.signal.throwIfAborted();
    const trace = await steps.time('request', () => ask(folder, services, context, stop.signal));
    await steps.time('spans', () => arrival(arrivals, trace, services, context, stop.signal));
    clearTimeout(timer);
    show(arrivals, trace, args.json, outer);
    outer.print(`  ${steps.text()}`);
    outer.print(args.keep ? `  files: ${folder.path}` : `  files: ${folder.path} (removed at the end; otel-setup demo --keep leaves them)`);
    const page = pageOf(receiver, trace, outer);
    if (outer.terminal.interactive && !args.json) {
      outer.print(`\n  In the browser: ${page}\n  More of them: curl ${folder.url}\n  q: quit`);
      await untilQuit(outer, () => {});
    } else {
      outer.print(`  In a terminal the demo stays open, and shows this trace at ${page}`);
    }
    const report: Report = { schema: 1, command: 'demo', exit: EXIT.done, ok: true, next: ['otel-setup init in your own workspace', ...(args.keep ? [`otel-setup run ${SERVICES[0]} --cwd ${folder.path}`] : [])] };
    return report;
  } catch (error) {
    // What failed because everything was being stopped is not the reason.
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    clearTimeout(timer);
    const work = stop.signal.aborted ? outer.tools.working('stopping and cleaning up') : undefined;
    for (const close of closing.toReversed()) await close();
    work?.done();
    release();
  }
};

/** The same context for a workspace that is nobody's: the shell's own set-up stays outside, and programs end with `signal` where one is given. */
function within(outer: Context, signal?: AbortSignal): Context {
  const foreign = Object.keys(outer.env).filter((name) => /^(COMPOSE_|OTEL_|HONEYCOMB_)/.test(name));
  const env = Object.fromEntries(Object.entries(outer.env).filter(([name]) => !foreign.includes(name)));
  const without = Object.fromEntries(foreign.map((name) => [name, undefined]));
  const exec: Tools['exec'] = signal === undefined ? (argv, options = {}) => outer.tools.exec(argv, { ...options, env: { ...without, ...options.env } }) : execUntil(signal, env);
  return { ...outer, env, tools: { ...outer.tools, env, exec } };
}

async function receive(arrivals: Arrivals, context: Context): Promise<Receiver> {
  let at = LOCAL_PORT;
  const options = {
    host: await listenAddresses(context.tools),
    onTaken: arrivals.take,
    onTrouble: (sentence: string) => context.warn(`  ! ${sentence}`),
    page: openPage({ arrivals, services: arrivals.services, names: () => [new URL(preview(at, context) ?? 'http://localhost').hostname], endpoint: () => `http://localhost:${at}` }),
  };
  try {
    return await startReceiver({ ...options, port: LOCAL_PORT });
  } catch (error) {
    // `otel-setup view` may be running: the demo has a receiver of its own.
    if (!(error instanceof Stop && error.exit === EXIT.notDone)) throw error;
    const receiver = await startReceiver({ ...options, port: 0 });
    at = receiver.port;
    return receiver;
  }
}

const preview = (port: number, { env }: Context): string | undefined => previewUrl(hostOf(env), env, port);
const pageOf = ({ url, port }: Receiver, traceId: string, context: Context): string => `${preview(port, context) ?? `${url}/`}?trace=${traceId}`;

const hasPython = (tools: Tools): Promise<boolean> => findPython(undefined, tools).then(() => true, () => false);

async function copy(variant: Variant, context: Context): Promise<DemoFolder> {
  const folder = await demoFolder(variant);
  context.print(`  ${variant === 'python' ? 'A Flask API that calls a second Flask service' : 'An Express API that calls a second Express service'}: ${folder.path}`);
  return folder;
}

async function setUp({ path, all }: DemoFolder, { port }: Receiver, keeps: boolean, context: Context): Promise<void> {
  const endpoint = port === LOCAL_PORT ? [] : ['--endpoint', `http://host.docker.internal:${port}`];
  const words = ['init', '--backend', 'local', '--yes', ...endpoint];
  context.print(`  otel-setup ${words.join(' ')}\n`);
  // The journal for `undo` goes away with the folder.
  const env = keeps ? context.env : { ...context.env, XDG_STATE_HOME: join(all, 'state') };
  const init = await import('./init.ts');
  const report = await init.run(await parseArgs(words), { ...context, cwd: path, env, tools: { ...context.tools, env }, result: (text) => context.print(text.trimEnd()) });
  if (report.exit !== EXIT.done) throw new Stop(EXIT.notDone, `otel-setup init ended with ${report.exit} in ${path}.`, 'Run the demo again with --keep and --verbose, and report what it says (npm bugs otel-setup).');
}

async function start(folder: DemoFolder, docker: string | undefined, context: Context, cleaning: Tools, signal: AbortSignal): Promise<Services> {
  const composed = docker === undefined ? await withCompose(folder.path, `otel-setup-demo-${randomBytes(3).toString('hex')}`, context.tools, cleaning) : { refused: docker };
  if (!('refused' in composed)) return composed;
  signal.throwIfAborted();
  context.print(`  Without Docker (${composed.refused}): both services as processes on this machine.`);
  const workspace = readWorkspace({ cwd: folder.path, env: context.env });
  if ('ask' in workspace) throw new Stop(EXIT.notDone, `${folder.path} has no compose file.`);
  return asProcesses(workspace, SERVICES, context.tools, context.print);
}

/** Waits until both services answer, then sends one GET with a trace id of ours; gives that id. */
async function ask({ ready, url }: DemoFolder, services: Services, context: Context, signal: AbortSignal): Promise<string> {
  const traceId = newTraceId();
  for (const [address, id] of [...ready.map((one) => [one, newTraceId()] as const), [url, traceId] as const]) {
    const sent = await Promise.race([sendUntilAnswered(context.tools, address, id, ANSWER_MS, signal), services.broken, ended(signal)]);
    if (typeof sent === 'string') throw await failure(sent, services, context);
    if (sent.is === 'failed' || sent.status !== 200) throw await failure(`GET ${address} got ${sent.is === 'failed' ? `no answer: ${sent.says}` : `status ${sent.status}`}.`, services, context);
  }
  context.print(`  GET ${url} → 200, with the trace id ${traceId}`);
  return traceId;
}

async function arrival(arrivals: Arrivals, traceId: string, services: Services, context: Context, signal: AbortSignal): Promise<void> {
  const { missing } = await arrivals.seen(traceId, SERVICES, SPANS_MS, signal);
  if (missing.length > 0) throw await failure(`No span of ${missing.join(' and ')} arrived within ${SPANS_MS / 1000} seconds.`, services, context);
}

/** The services' last words first: they say more than we can. */
async function failure(sentence: string, services: Services, context: Context): Promise<Stop> {
  for (const line of await services.logs()) context.warn(`    ${line}`);
  return new Stop(EXIT.notDone, sentence, 'Read the lines above; run it again with --keep to look at the files.');
}

const ended = (signal: AbortSignal): Promise<string> =>
  new Promise((tell) => {
    if (signal.aborted) tell('Interrupted.');
    else signal.addEventListener('abort', () => tell('Interrupted.'), { once: true });
  });

function show(arrivals: Arrivals, traceId: string, json: boolean, { terminal, result }: Context): void {
  if (json) return;
  const table = serviceTable(arrivals.services(), terminal.columns - 2).map((line) => `  ${line}`);
  const tree = traceText(traceId, arrivals.trace(traceId), terminal.columns - 2).map((line) => `  ${line}`);
  result(`\n${table.join('\n')}\n\n${tree.join('\n')}\n\n`);
}

interface Stopwatch {
  time<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  /** 'files 0.1 s · init 0.4 s'. */
  text(): string;
}
function stopwatch({ now }: Pick<Tools, 'now'>): Stopwatch {
  const spent: string[] = [];
  return {
    async time(name, work) {
      const began = now();
      const result = await work();
      spent.push(`${name} ${seconds(now() - began)}`);
      return result;
    },
    text: () => spent.join(' · '),
  };
}
