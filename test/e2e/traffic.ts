import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Expect, ExpectedRequest } from './expect.ts';

/** What a client can see of an answer, for "answers as before". */
export interface Answer {
  readonly request: string;
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}
/** One request that was sent under a trace id of ours. */
export interface Sent {
  readonly traceId: string;
  readonly asked: ExpectedRequest;
  readonly answer: Answer;
}

/** Sends one request under a new trace id. */
export async function send(expected: Expect, asked: ExpectedRequest): Promise<Sent> {
  const traceId = randomBytes(16).toString('hex');
  const response = await fetch(`${expected.at[asked.to]}${asked.path}`, {
    method: asked.method,
    headers: {
      traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
      ...(asked.json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(asked.json === undefined ? {} : { body: JSON.stringify(asked.json) }),
    signal: AbortSignal.timeout(20_000),
  });
  const answer = { request: `${asked.method} ${asked.to} ${asked.path}`, status: response.status, type: response.headers.get('content-type'), body: await response.text() };
  return { traceId, asked, answer };
}

export async function sendAll(expected: Expect): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (const asked of expected.requests) sent.push(await send(expected, asked));
  return sent;
}

/** Waits until every `ready` route answers 200; throws with the last reason after `seconds`. */
export async function untilReady(expected: Expect, seconds = 120): Promise<void> {
  for (const [service, path] of Object.entries(expected.ready)) {
    await poll(`${service} ${path}`, seconds, async () => {
      const response = await fetch(`${expected.at[service]}${path}`, { signal: AbortSignal.timeout(5_000) });
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`answered ${response.status}`);
    });
  }
}

/** The value of a header that tells one run of a service's process from the next. */
export async function runOf(expected: Expect, service: string, header: string): Promise<string> {
  const response = await fetch(`${expected.at[service]}${expected.ready[service]}`, { signal: AbortSignal.timeout(5_000) });
  await response.arrayBuffer();
  return response.headers.get(header) ?? '';
}

/** Waits until the service answers from another run of its process. */
export async function untilRestarted(expected: Expect, service: string, header: string, before: string, seconds = 60): Promise<void> {
  await poll(`${service} restarts`, seconds, async () => {
    if ((await runOf(expected, service, header)) === before) throw new Error('still the process from before');
  });
}

async function poll(what: string, seconds: number, attempt: () => Promise<void>): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw new Error(`${what}: not in ${seconds} s`, { cause: error });
    }
    await pause(150);
  }
}
