/** What verify says while it works: a live table in a terminal, plain lines in a pipe, an event a line with --json. */
import { jsonText } from '../../ui/ci-commands.ts';
import { screen, type Screen } from '../../ui/screen.ts';
import { oneLine } from '../../ui/redact.ts';
import { verifyTable, type Row } from '../../see/verify/table.ts';
import { fit } from '../../see/width.ts';
import type { ParsedArgs } from '../../args.ts';
import type { VerifyEvent } from '../../see/verify/report.ts';
import { seconds } from '../../ui/progress.ts';
import { wrap } from '../../ui/show.ts';
import type { Tools } from '../../types.ts';
import type { Context } from '../context.ts';

export interface Tell {
  event(event: VerifyEvent): void;
  /** The rows as they are now: drawn again in place, or, in a pipe, a line for each whose state changed. */
  rows(rows: readonly Row[]): void;
  /** A line that stays. */
  say(text: string): void;
  /** Long work: below the live table where there is one, so that the two do not draw over each other. */
  working: Tools['working'];
  /** The table as it is at the end; lines can follow it. */
  end(rows: readonly Row[]): void;
}

const DRAW_MS = 200;

export function tell({ json }: Pick<ParsedArgs, 'json'>, { terminal, print, result, display, tools }: Context): Tell {
  const live: Screen | undefined = terminal.live && !json ? screen(display.draw) : undefined;
  const states = new Map<string, string>();
  let drawnAt = 0;
  let shown: readonly Row[] = [];
  /** What is worked at, in the last drawn line. */
  let note: (() => string) | undefined;
  const draw = (): void => {
    drawnAt = Date.now();
    live?.draw([...(shown.length === 0 ? [] : verifyTable(shown, terminal.columns - 2)), ...(note === undefined ? [] : [fit(note(), terminal.columns - 3)])].map((line) => `  ${line}`));
  };
  const plain = (rows: readonly Row[]): void => {
    for (const { service, state, spans, last, answer } of rows) {
      const text = `${state} ${spans > 0}`;
      if (states.get(service) === text || (state === 'waiting' && spans === 0)) continue;
      states.set(service, text);
      if (!json) print(`  ${oneLine(service)}: ${state === 'waiting' ? 'arriving' : state}${spans === 0 ? '' : `, ${spans} ${spans === 1 ? 'span' : 'spans'}, ${oneLine(last)}`}${answer === '' ? '' : `  (${oneLine(answer)})`}`);
    }
  };
  const say = (text: string): void => {
    const lines = terminal.live ? wrap(text, 4, terminal.columns - 1) : [text];
    if (live === undefined) for (const line of lines) print(line);
    else live.above(lines);
  };
  return {
    event: (event) => {
      if (json) result(jsonText(event));
      else if (event.event === 'request') say(`  GET ${oneLine(event.url)} → ${event.status === undefined ? `no answer (${oneLine(event.failed ?? '')})` : event.status}`);
    },
    rows(rows) {
      if (live === undefined) return plain(rows);
      shown = rows;
      if (Date.now() - drawnAt >= DRAW_MS) draw();
    },
    say,
    working(title) {
      if (live === undefined) return tools.working(title);
      const start = Date.now();
      let detail = '';
      const own = (): string => `${title}${detail === '' ? '' : `: ${detail}`}  ${seconds(Date.now() - start)}`;
      note = own;
      draw();
      const tick = setInterval(draw, 1_000);
      tick.unref();
      const finish = (line: string): void => {
        clearInterval(tick);
        if (note === own) note = undefined;
        live.above([fit(`  ${line}  ${seconds(Date.now() - start)}`, terminal.columns - 1)]);
        draw();
      };
      return { says: (text) => void (detail = oneLine(text)), done: (text) => finish(`✔ ${text ?? title}`), failed: (text) => finish(`✘ failed: ${text ?? title}`) };
    },
    end(rows) {
      if (live === undefined) {
        plain(rows);
        if (!json) for (const line of verifyTable(rows, Math.min(100, terminal.columns) - 2)) print(`  ${line}`);
        return;
      }
      shown = rows;
      draw();
      live.end();
    },
  };
}
