/** The third question: build and start what changed, one GET with a trace id of ours, and whether it was seen. */
import { local } from '../../backends/local.ts';
import { modulesHome } from '../../languages/node/modules-home.ts';
import { listenAddresses } from '../../see/address.ts';
import { spansOf } from '../../see/decode.ts';
import { startReceiver } from '../../see/receive.ts';
import type { Receiver } from '../../see/receive.ts';
import { newTraceId, sendUntilAnswered } from '../../see/traffic.ts';
import { Stop } from '../../stop.ts';
import type { Account, Backend, Choices, Service } from '../../types.ts';
import { seconds } from '../../ui/progress.ts';
import { oneLine } from '../../ui/redact.ts';
import type { Context } from '../context.ts';
import { bringUp, type BringUp, type Rebuilt } from './bring-up.ts';

const STARTS_WITHIN_MS = 60_000;
/** SDKs send a batch every five seconds unless told otherwise. */
const SEEN_WITHIN_MS = 15_000;

export interface Rebuild extends BringUp {
  readonly backend: Backend;
  readonly choices: Choices;
  readonly account?: Account;
}

/** Never throws for what Docker or the application do: that is told, and makes `ok` false. */
export async function rebuild({ workspace, services, backend, choices, account, files, prove }: Rebuild, context: Context): Promise<Rebuilt> {
  const watch = backend.id === local.id && choices.endpoint === undefined ? await watching(context) : undefined;
  try {
    const brought = await bringUp({ workspace, services, files, ...(prove === undefined || backend.id === local.id ? {} : { prove }) }, context);
    if (brought.is === 'failed') return { ok: false, next: [brought.repeat.join(' ')] };
    let ok = true;
    const next: string[] = [];
    for (const service of services) {
      const one = brought.proven.get(service.name) ?? await sendTo(service, { backend, workspace, ...(account === undefined ? {} : { account }) }, watch, context);
      ok &&= one.ok;
      next.push(...one.next);
    }
    return { ok, next };
  } finally {
    await watch?.receiver.close();
  }
}

interface Watch {
  readonly receiver: Receiver;
  /** Spans of a trace that a service sent, as soon as there is one; 0 when the time is up. */
  seen(traceId: string, ms: number): Promise<number>;
}

/** A receiver of our own where `view` would listen; undefined where that is taken (then `view` shows it). */
async function watching({ tools, warn }: Context): Promise<Watch | undefined> {
  const counts = new Map<string, number>();
  const waiting = new Map<string, () => void>();
  try {
    const receiver = await startReceiver({
      host: await listenAddresses(tools),
      port: 4318,
      onTaken: (arrived) => {
        for (const { traceId } of arrived.signal === 'traces' ? spansOf(arrived) : []) {
          counts.set(traceId, (counts.get(traceId) ?? 0) + 1);
          waiting.get(traceId)?.();
        }
      },
    });
    return {
      receiver,
      async seen(traceId, ms) {
        if (!counts.has(traceId)) {
          await new Promise<void>((done) => {
            const timer = setTimeout(done, ms);
            waiting.set(traceId, () => {
              clearTimeout(timer);
              done();
            });
          });
        }
        return counts.get(traceId) ?? 0;
      },
    };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    warn(`  Port 4318 is taken (otel-setup view?), so the arrival shows there and not here: ${error.message}`);
    return undefined;
  }
}

/** 'GET http://localhost:4567/ → 404 (fine: a 404 is a trace too)'. */
export const answeredText = (url: string, status: number): string => `GET ${url} → ${status}${status >= 400 && status < 500 ? ` (fine: a ${status} is a trace too)` : ''}`;

async function sendTo(service: Service, { backend, account, workspace: { files } }: Pick<Rebuild, 'backend' | 'account' | 'workspace'>, watch: Watch | undefined, { tools, print, warn }: Context): Promise<Rebuilt> {
  const name = oneLine(service.name);
  const port = service.ports.find(({ host }) => host !== undefined)?.host;
  if (port === undefined) {
    print(`  ${name} publishes no port, so nothing was sent to it.`);
    return { ok: true, next: [] };
  }
  const traceId = newTraceId();
  const url = `http://localhost:${port}/`;
  const wait = tools.working(`GET ${url}`);
  const sent = await sendUntilAnswered(tools, url, traceId, STARTS_WITHIN_MS);
  if (sent.is === 'failed') {
    wait.failed(`${name} did not answer at ${url}: ${oneLine(sent.says)}`);
    return { ok: false, next: [`docker compose logs ${service.name}`] };
  }
  wait.done(answeredText(url, sent.status));
  if (watch !== undefined) {
    const arrival = tools.working(`waiting for the trace of ${name}`);
    const installedHere = !['host', 'named'].includes(modulesHome(service, files).is);
    const spans = await watch.seen(traceId, SEEN_WITHIN_MS);
    if (spans > 0) arrival.done(`${name}: ${spans} ${spans === 1 ? 'span' : 'spans'} arrived here`);
    else arrival.failed(`no span of ${name} arrived within ${seconds(SEEN_WITHIN_MS)}${installedHere ? '' : ': its packages are not installed where its container looks for them (see the note)'}`);
    return spans > 0 ? { ok: true, next: [] } : { ok: false, next: [`docker compose logs ${service.name}`] };
  }
  const link = account === undefined ? undefined : backend.traceUrl?.(account, service.name, traceId);
  if (link === undefined) {
    warn(`  ${name}: the request was sent, as trace ${traceId}.`);
    return { ok: true, next: [] };
  }
  print(`  ${name}: the request was sent; in a few seconds its trace is here:\n    ${link}`);
  return { ok: true, next: [link] };
}
