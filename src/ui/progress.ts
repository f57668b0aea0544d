/** Long work: what goes on and for how long. One live line in a terminal, plain lines in a pipe. */
import type { Working } from '../types.ts';
import { oneLine } from './redact.ts';
import type { Terminal } from './terminal.ts';

export interface ProgressOutput {
  readonly terminal: Pick<Terminal, 'live' | 'columns'>;
  write(text: string): void;
  now(): number;
}

/** In a pipe, news of the same work is at least this far apart. */
const PLAIN_EVERY_MS = 5_000;

export const seconds = (ms: number): string => (ms < 9_950 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`);

/** Starts the clock and shows `title`. `done` and `failed` end it; what is called after that does nothing. */
export function working(title: string, { terminal, write, now }: ProgressOutput): Working {
  const start = now();
  const spent = () => seconds(now() - start);
  let over = false;
  let detail = '';
  let toldAt = start;

  const draw = () => {
    const end = `  ${spent()}`;
    const room = terminal.columns - end.length - 3;
    const text = `${title}${detail === '' ? '' : `: ${detail}`}`;
    write(`\r\u001b[K  ${text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text}${end}`);
  };
  const tick = terminal.live ? setInterval(draw, 1_000) : undefined;
  tick?.unref();
  if (terminal.live) draw();
  else write(`  ${title} …\n`);

  const finish = (line: string) => {
    if (over) return;
    over = true;
    if (tick !== undefined) clearInterval(tick);
    write(`${terminal.live ? '\r\u001b[K' : ''}  ${line}  ${spent()}\n`);
  };
  return {
    says(text) {
      if (over) return;
      detail = oneLine(text).trim();
      if (terminal.live) draw();
      else if (now() - toldAt >= PLAIN_EVERY_MS) {
        toldAt = now();
        write(`  ${title}: ${detail}  ${spent()}\n`);
      }
    },
    done: (text) => finish(`✔ ${text ?? title}`),
    failed: (text) => finish(`✘ failed: ${text ?? title}`),
  };
}
