import type { State, TraceSummary } from '../api.ts';
import { changed, known } from './state.ts';

/** Listens to the server. A connection that breaks comes back by itself, and everything is told again. */
export function listen(): void {
  const source = new EventSource('./api/live');
  // What was there before stays on the screen until the first new traces come.
  let stale = false;
  const on = <Data>(event: string, take: (data: Data) => void): void =>
    source.addEventListener(event, (message: MessageEvent<string>) => {
      const data: Data = JSON.parse(message.data);
      take(data);
      changed();
    });
  const fresh = (): void => {
    if (stale) known.traces.clear();
    stale = false;
  };
  on('reset', () => {
    stale = true;
    known.connected = true;
  });
  on<readonly TraceSummary[]>('traces', (traces) => {
    fresh();
    for (const trace of traces) known.traces.put(trace);
  });
  on<readonly string[]>('gone', (ids) => {
    for (const id of ids) known.traces.drop(id);
  });
  on<State>('state', (state) => {
    // All that is there is told before what it comes to, but for the first time.
    if (state.traces === 0) fresh();
    known.state = state;
  });
  source.addEventListener('error', () => {
    known.connected = false;
    changed();
  });
}

/** How often it is asked again where the server is busy, after as many seconds as it says. */
const TIMES = 5;

/** Asks the server. Throws its sentence where it says no. */
export async function ask<Answer>(path: string, signal?: AbortSignal, times = TIMES): Promise<Answer> {
  const response = await fetch(`./api/${path}`, signal === undefined ? {} : { signal });
  if (response.status === 429 && times > 0) {
    await new Promise((done) => setTimeout(done, 1_000 * Number(response.headers.get('retry-after') ?? 1)));
    signal?.throwIfAborted();
    return ask(path, signal, times - 1);
  }
  if (!response.ok) throw new Error((await response.text()).trim());
  return response.json() as Promise<Answer>;
}
