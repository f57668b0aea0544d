/** `otel-setup view`: the local backend. Receives OTLP/HTTP and shows services and traces until it is ended. */
import { resolve } from 'node:path';
import { LOCAL_GRPC_PORT, LOCAL_PORT } from '../backends/local.ts';
import { endingAtOnce } from '../io/at-once.ts';
import { listenAddresses } from '../see/address.ts';
import { spansOf } from '../see/decode.ts';
import { Malformed } from '../see/otlp-limits.ts';
import { Arrivals } from '../see/page/arrivals.ts';
import type { Cause } from '../see/page/api.ts';
import { openPage } from '../see/page/open.ts';
import { previewUrl } from '../see/page/preview.ts';
import { limitsFor } from '../see/page/store.ts';
import { whileEmpty } from '../see/page/while-empty.ts';
import { startReceiver, type Receiver } from '../see/receive.ts';
import { serviceTable } from '../see/table.ts';
import { batchJson, nothingYet, traceText } from '../see/watch.ts';
import { EXIT, Stop } from '../stop.ts';
import type { Report } from '../types.ts';
import { escapedJson } from '../ui/ci-commands.ts';
import { screen, type Screen } from '../ui/screen.ts';
import { hostOf } from '../workspace/host.ts';
import type { Run } from './context.ts';
import { folderOf } from './workspace-of.ts';
import { causeIn, type Listening } from './view/cause.ts';
import { load, save } from './view/files.ts';
import { linesOf } from './view/lines.ts';
import { untilQuit } from './view/until-quit.ts';

/** Services in the live table; more are counted in its last line. */
const MOST_LINES = 20;
/** Sentences about senders that cannot be read; the same one is said once. */
const MOST_TROUBLES = 100;

const MOST_SPANS = 100_000;

export const run: Run = async (args, context) => {
  const port = numberOf('--port', args.port, LOCAL_PORT, 0, 65_535);
  const spans = numberOf('--max-spans', args.maxSpans, MOST_SPANS, 1, 100_000_000);
  // --save and --load start from there.
  folderOf(context);
  const host = args.host === undefined ? await listenAddresses(context.tools) : [args.host];
  const arrivals = new Arrivals(limitsFor(spans));
  const troubles = new Set<string>();
  const live = context.terminal.interactive && context.terminal.live && !args.json ? screen(context.display.draw) : undefined;
  const trouble = (sentence: string): void => {
    if (troubles.has(sentence) || troubles.size >= MOST_TROUBLES) return;
    troubles.add(sentence);
    if (live === undefined) context.warn(`  ! ${sentence}`);
    else live.above([`  ! ${sentence}`]);
  };
  const say = (lines: readonly string[]): void => {
    if (live === undefined && lines.length > 0) context.result(`${lines.join('\n')}\n`);
  };
  const plain = linesOf(say, arrivals);
  let redraw: NodeJS.Timeout | undefined;
  const changed = (): void => {
    if (live !== undefined) redraw ??= setTimeout(() => {
      redraw = undefined;
      draw(live, arrivals.services(), causes.now(), context.terminal.columns);
    }, 100);
  };
  const causes = whileEmpty<Cause>({ isEmpty: () => arrivals.traces.size === 0, ask: () => causeIn(context, listening(receiver)) });
  const { load: file } = args;
  if (file !== undefined) context.print(await endingAtOnce(() => load(resolve(context.cwd, file), arrivals, context.tools)));
  const saving = args.save === undefined ? undefined : save(resolve(context.cwd, args.save), context.cwd, trouble);
  const preview = (at: number): string | undefined => previewUrl(hostOf(context.env), context.env, at);
  const names = (): readonly string[] => [...args.allowHost, ...(args.host === undefined ? [] : [args.host]), ...[preview(receiver.port)].flatMap((url) => (url === undefined ? [] : [new URL(url).hostname]))];
  const receiver: Receiver = await startReceiver({
    host,
    port,
    names,
    // Whoever chooses a port has a reason, and perhaps another view that has this one.
    ...(port === LOCAL_PORT ? { grpcPort: LOCAL_GRPC_PORT } : {}),
    page: openPage({
      arrivals,
      services: arrivals.services,
      names,
      endpoint: () => `http://localhost:${receiver.port}`,
      causes,
    }),
    onTaken(arrived) {
      try {
        arrivals.take(arrived);
        saving?.add(arrived);
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
        trouble(`A request was counted but cannot be shown: ${error.message}`);
      }
      if (args.json) say([escapedJson(batchJson(arrived.signal === 'traces' ? { signal: arrived.signal, spans: spansOf(arrived) } : { signal: arrived.signal, counts: arrived.counts }))]);
      else if (live === undefined) plain.add(arrived);
      changed();
    },
    onTrouble: trouble,
  });
  context.print(welcome(receiver, preview(receiver.port), live !== undefined));
  if (live !== undefined) draw(live, arrivals.services(), undefined, context.terminal.columns);
  const unwatch = live === undefined ? undefined : causes.watch(changed);
  const shown = new Set<string>();
  await untilQuit(context, live === undefined ? undefined : () => {
    const ids = [...arrivals.traces.traces()].map(({ id }) => id);
    const next = ids.find((id) => !shown.has(id)) ?? ids.at(-1);
    if (next === undefined) return live.above(['  No trace has arrived yet.']);
    shown.add(next);
    live.above([...traceText(next, arrivals.trace(next), context.terminal.columns), '']);
  });
  unwatch?.();
  clearTimeout(redraw);
  live?.end();
  await receiver.close();
  plain.end();
  const ok = (await saving?.close()) ?? true;
  const report: Report = { schema: 1, command: 'view', exit: ok ? EXIT.done : EXIT.notDone, ok, next: [] };
  return report;
};

/** Throws Stop (2) on what is no such number. */
function numberOf(flag: string, text: string | undefined, otherwise: number, least: number, most: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (/^\d{1,9}$/.test(text) && number >= least && number <= most) return number;
  const what = flag === '--port' ? 'a port is a number from 1 to 65535' : 'give a number of spans';
  throw new Stop(EXIT.usage, `${flag} ${text}: ${what}.`, `otel-setup view ${flag} ${otherwise}`);
}

function welcome({ url, port, addresses, grpcPort }: Receiver, preview: string | undefined, live: boolean): string {
  const containers = addresses.length > 1 ? `\n  containers: http://host.docker.internal:${port} (${addresses.slice(1).join(', ')})` : '';
  return `  Receiving OTLP/HTTP at ${url}${grpcPort === undefined ? '' : ` and gRPC at localhost:${grpcPort}`}${containers}\n  In the browser: ${preview ?? `${url}/`}\n  ${live ? 'Enter: the next trace · q: quit' : 'Ctrl-C ends it.'}\n`;
}

const listening = ({ port, grpcPort, addresses }: Receiver): Listening => ({ addresses, ports: [port, ...(grpcPort === undefined ? [] : [grpcPort])] });

function draw(live: Screen, services: Parameters<typeof serviceTable>[0], cause: Cause | undefined, columns: number): void {
  if (services.length === 0) return live.draw(nothingYet(cause, columns));
  const more = services.length - MOST_LINES;
  live.draw([...serviceTable(services.slice(0, MOST_LINES), columns - 2).map((line) => `  ${line}`), ...(more > 0 ? [`  … and ${more} more`] : [])]);
}
