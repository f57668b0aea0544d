import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface HoneycombStandIn {
  readonly us: string;
  readonly eu: string;
  /** With a certificate: takes api.honeycomb.io and api.eu1.honeycomb.io to it. */
  readonly proxy?: string;
  readonly keys: Readonly<Record<string, string>>;
  /** One object a span, in the order of arrival. */
  readonly spans: readonly Readonly<Record<string, unknown>>[];
  /** Waits until every span of the requests that were answered is in `spans`. */
  settled(): Promise<void>;
  behave(how: Readonly<Record<string, unknown>>): Promise<void>;
  close(): Promise<void>;
}

/** Starts test/stand-ins/honeycomb.mjs as a process of its own. @param host an address that containers reach. */
export async function honeycombStandIn(tls?: { cert: string; key: string }, host?: string): Promise<HoneycombStandIn> {
  const script = fileURLToPath(new URL('../stand-ins/honeycomb.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, ...(tls === undefined ? [] : ['--tls', tls.cert, tls.key]), ...(host === undefined ? [] : ['--host', host])], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, 'line');
  const first = JSON.parse(String(line));
  const spans: Readonly<Record<string, unknown>>[] = [];
  const marks = new EventEmitter();
  lines.on('line', (text) => {
    const said = JSON.parse(text);
    if ('mark' in said) marks.emit('mark');
    else spans.push(said);
  });
  return {
    ...first,
    spans,
    async settled() {
      await Promise.all([once(marks, 'mark'), fetch(`${first.us}/stand-in/mark`, { method: 'POST' })]);
    },
    async behave(how) {
      await fetch(`${first.us}/stand-in/behave`, { method: 'POST', body: JSON.stringify(how) });
    },
    async close() {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
