import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { HONEYCOMB } from './peers.ts';

/** An event as Honeycomb stores it: test/peers/honeycomb. */
export interface HoneycombEvent {
  readonly dataset: string;
  /** RFC 3339, to the nanosecond. */
  readonly time: string;
  readonly sampleRate: number;
  readonly data: Readonly<Record<string, unknown>>;
}
export interface HoneycombPeer {
  readonly http: string;
  /** The same with husky's other reader of traces. */
  readonly direct: string;
  readonly grpc: string;
  /** What one more request over HTTP brought; waits until it is answered. */
  events(): Promise<readonly HoneycombEvent[]>;
  /** The next event, however it came. */
  event(): Promise<HoneycombEvent>;
  close(): Promise<void>;
}
/** What it is told of a key: what GET /1/auth answers, and why it may not send. */
export interface PeerKey {
  readonly auth?: unknown;
  readonly refuse?: string;
}

const isEvent = (line: object): line is HoneycombEvent => 'data' in line;

/** Starts test/peers/honeycomb as a process of its own. */
export async function honeycombPeer(keys: Readonly<Record<string, PeerKey>>): Promise<HoneycombPeer> {
  const child = spawn(HONEYCOMB.file, [], { stdio: ['pipe', 'pipe', 'inherit'], env: { PEER_KEYS: JSON.stringify(keys) } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('Honeycomb\'s peer has ended');
    return JSON.parse(value) as Record<string, unknown>;
  };
  const first = await line();
  return {
    http: String(first['http']),
    direct: String(first['direct']),
    grpc: String(first['grpc']),
    async events() {
      const events: HoneycombEvent[] = [];
      for (let one = await line(); ; one = await line()) {
        if (!isEvent(one)) return events;
        events.push(one);
      }
    },
    async event() {
      for (let one = await line(); ; one = await line()) if (isEvent(one)) return one;
    },
    async close() {
      const ended = once(child, 'close');
      child.stdin.end();
      await ended;
    },
  };
}
