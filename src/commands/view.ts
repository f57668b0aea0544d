/** `otel-setup view`: the local backend. Receives OTLP/HTTP and shows services and traces until it is ended. */
import { LOCAL_PORT } from '../backends/local.ts';
import { listenAddresses } from '../see/address.ts';
import { keep } from '../see/keep.ts';
import { startReceiver, type Receiver } from '../see/receive.ts';
import { serviceTable } from '../see/table.ts';
import { batchJson, batchLines, countLines, traceText } from '../see/watch.ts';
import { EXIT, Stop } from '../stop.ts';
import type { Report } from '../types.ts';
import { keys, screen, type Screen } from '../ui/screen.ts';
import type { Context, Run } from './context.ts';

/** Services in the live table; more are counted in its last line. */
const MOST_LINES = 20;
/** Sentences about senders that cannot be read; the same one is said once. */
const MOST_TROUBLES = 100;

export const run: Run = async (args, context) => {
  const port = portOf(args.port);
  const host = args.host === undefined ? await listenAddresses(context.tools) : [args.host];
  const kept = keep();
  const troubles = new Set<string>();
  const live = context.terminal.interactive && context.terminal.live && !args.json ? screen((text) => void process.stderr.write(text)) : undefined;
  const say = (lines: readonly string[]): void => {
    if (live === undefined && lines.length > 0) context.result(`${lines.join('\n')}\n`);
  };
  let redraw: NodeJS.Timeout | undefined;
  const changed = (): void => {
    if (live !== undefined) redraw ??= setTimeout(() => {
      redraw = undefined;
      draw(live, kept.services(), context.terminal.columns);
    }, 100);
  };
  const receiver = await startReceiver({
    host,
    port,
    onSpans(spans) {
      kept.add(spans);
      say(args.json ? [batchJson({ signal: 'traces', spans })] : batchLines(spans, kept.services()));
      changed();
    },
    onOther(signal, counts) {
      kept.count(signal, counts);
      say(args.json ? [batchJson({ signal, counts })] : countLines(signal, counts));
      changed();
    },
    onTrouble(sentence) {
      if (troubles.has(sentence) || troubles.size >= MOST_TROUBLES) return;
      troubles.add(sentence);
      if (live === undefined) context.warn(`  ! ${sentence}`);
      else live.above([`  ! ${sentence}`]);
    },
  });
  context.print(welcome(receiver, live !== undefined));
  if (live !== undefined) draw(live, [], context.terminal.columns);
  const shown = new Set<string>();
  await ended(context, live === undefined ? undefined : () => {
    const next = kept.traceIds().find((id) => !shown.has(id)) ?? kept.traceIds().at(-1);
    if (next === undefined) return live.above(['  No trace has arrived yet.']);
    shown.add(next);
    live.above([...traceText(next, kept.trace(next), context.terminal.columns), '']);
  });
  clearTimeout(redraw);
  live?.end();
  await receiver.close();
  const report: Report = { schema: 1, command: 'view', exit: EXIT.done, ok: true, next: [] };
  return report;
};

/** Throws Stop (2) on what is no port. */
function portOf(text: string | undefined): number {
  if (text === undefined) return LOCAL_PORT;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Stop(EXIT.usage, `--port ${text}: a port is a number from 1 to 65535.`, 'otel-setup view --port 4318');
  return port;
}

function welcome({ url, port, addresses }: Receiver, live: boolean): string {
  const containers = addresses.length > 1 ? `\n  containers: http://host.docker.internal:${port} (${addresses.slice(1).join(', ')})` : '';
  return `  Receiving OTLP/HTTP at ${url}${containers}\n  ${live ? 'Enter: the next trace · q: quit' : 'Ctrl-C ends it.'}\n`;
}

function draw(live: Screen, services: Parameters<typeof serviceTable>[0], columns: number): void {
  if (services.length === 0) return live.draw(['  Nothing has arrived yet.']);
  const more = services.length - MOST_LINES;
  live.draw([...serviceTable(services.slice(0, MOST_LINES), columns - 2).map((line) => `  ${line}`), ...(more > 0 ? [`  … and ${more} more`] : [])]);
}

/** Until q, Ctrl-C or a signal; `onEnter` for each Enter in between. */
async function ended(context: Context, onEnter: (() => void) | undefined): Promise<void> {
  let release: (() => void) | undefined;
  let quiet: (() => void) | undefined;
  await new Promise<void>((done) => {
    release = context.onInterrupt(done);
    if (onEnter !== undefined) quiet = keys((key) => (key === 'enter' ? onEnter() : done()));
  });
  release?.();
  quiet?.();
}
