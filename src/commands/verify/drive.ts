/** A little traffic: GETs with trace ids of ours, few, one after another, to each service that publishes a port. */
import { sendOne, sendUntilAnswered, newTraceId, type Sent } from '../../see/traffic.ts';
import type { Tools } from '../../types.ts';

export interface Drive {
  readonly service: string;
  /** 'http://localhost:4567' */
  readonly base: string;
  /** Paths, the first one until it is answered. */
  readonly requests: readonly string[];
}
export interface Request {
  readonly service: string;
  readonly url: string;
  readonly traceId: string;
  /** Parent span ids that it carried: one a try, and one a redirect. */
  readonly parents: readonly string[];
  readonly sent: Sent;
}

const STARTS_WITHIN_MS = 60_000;
const EACH_MS = 5_000;

/** Sends until done or `signal`; tells each answer as it comes. A service that does not answer gets nothing more. */
export async function drive({ service, base, requests }: Drive, tools: Pick<Tools, 'fetch'>, signal: AbortSignal, told: (request: Request) => void): Promise<void> {
  const [first, ...others] = requests;
  if (first === undefined) return;
  const one = async (path: string, send: (url: string, traceId: string, carried: (parentId: string) => void) => Promise<Sent>): Promise<Sent> => {
    const request = { service, url: `${base}${path}`, traceId: newTraceId() };
    const parents: string[] = [];
    const sent = await send(request.url, request.traceId, (parentId) => parents.push(parentId));
    if (!signal.aborted || sent.is === 'answered') told({ ...request, parents, sent });
    return sent;
  };
  const ready = await one(first, (url, traceId, carried) => sendUntilAnswered(tools, url, traceId, STARTS_WITHIN_MS, signal, carried));
  if (ready.is === 'failed') return;
  for (const path of others) {
    if (signal.aborted) return;
    await one(path, (url, traceId, carried) => sendOne(tools, url, traceId, EACH_MS, carried));
  }
}
