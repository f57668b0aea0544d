/** Long work: what goes on and for how long. One live line in a terminal, plain lines in a pipe. */
import type { Working } from '../types.ts';
import { fit } from '../see/width.ts';
import type { Draw } from './output.ts';
import { oneLine } from './redact.ts';
import type { Terminal } from './terminal.ts';

export interface ProgressOutput {
  readonly terminal: Pick<Terminal, 'live' | 'columns'>;
  draw: Draw;
  /** A line that stays. */
  say(line: string): void;
  now(): number;
}

/** In a pipe, news of the same work is at least this far apart. */
const PLAIN_EVERY_MS = 5_000;

export const seconds = (ms: number): string => (ms < 9_950 ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`);

/** Starts the clock and shows `title`. `done` and `failed` end it; what is called after that does nothing. */
export function working(title: string, { terminal, draw: to, say, now }: ProgressOutput): Working {
  const start = now();
  const spent = () => seconds(now() - start);
  let over = false;
  let detail = '';
  let toldAt = start;

  const draw = () => {
    const end = `  ${spent()}`;
    const room = terminal.columns - end.length - 3;
    const text = `${title}${detail === '' ? '' : `: ${detail}`}`;
    to({ away: 'row', rows: [`  ${fit(oneLine(text), room)}${end}`], open: true });
  };
  const tick = terminal.live ? setInterval(draw, 1_000) : undefined;
  tick?.unref();
  if (terminal.live) draw();
  else say(`  ${title} …`);

  const finish = (line: string) => {
    if (over) return;
    over = true;
    if (tick !== undefined) clearInterval(tick);
    const row = `  ${line}  ${spent()}`;
    if (terminal.live) to({ away: 'row', rows: [row] });
    else say(row);
  };
  return {
    says(text) {
      if (over) return;
      detail = oneLine(text).trim();
      if (terminal.live) draw();
      else if (now() - toldAt >= PLAIN_EVERY_MS) {
        toldAt = now();
        say(`  ${title}: ${detail}  ${spent()}`);
      }
    },
    done: (text) => finish(`✔ ${text ?? title}`),
    failed: (text) => finish(`✘ failed: ${text ?? title}`),
  };
}
