/** What verify says while it works: a live table in a terminal, plain lines in a pipe, an event a line with --json. */
import { screen, type Screen } from '../../ui/screen.ts';
import { oneLine } from '../../ui/redact.ts';
import { verifyTable, type Row } from '../../see/verify/table.ts';
import type { ParsedArgs } from '../../args.ts';
import type { VerifyEvent } from '../../see/verify/report.ts';
import type { Context } from '../context.ts';

export interface Tell {
  event(event: VerifyEvent): void;
  /** The rows as they are now: drawn again in place, or, in a pipe, a line for each whose state changed. */
  rows(rows: readonly Row[]): void;
  /** Takes the live table away, so that lines can follow. */
  end(rows: readonly Row[]): void;
}

const DRAW_MS = 200;

export function tell({ json }: Pick<ParsedArgs, 'json'>, { terminal, print, result }: Context): Tell {
  const live: Screen | undefined = terminal.live && !json ? screen((text) => void process.stderr.write(text)) : undefined;
  const states = new Map<string, string>();
  let drawnAt = 0;
  const plain = (rows: readonly Row[]): void => {
    for (const { service, state, spans, last, answer } of rows) {
      const text = `${state} ${spans > 0}`;
      if (states.get(service) === text || (state === 'waiting' && spans === 0)) continue;
      states.set(service, text);
      if (!json) print(`  ${oneLine(service)}: ${state === 'waiting' ? 'arriving' : state}${spans === 0 ? '' : `, ${spans} ${spans === 1 ? 'span' : 'spans'}, ${oneLine(last)}`}${answer === '' ? '' : `  (${oneLine(answer)})`}`);
    }
  };
  return {
    event: (event) => {
      if (json) result(`${JSON.stringify(event)}\n`);
      else if (event.event === 'request') {
        const line = `  GET ${oneLine(event.url)} → ${event.status === undefined ? `no answer (${oneLine(event.failed ?? '')})` : event.status}`;
        if (live === undefined) print(line);
        else live.above([line]);
      }
    },
    rows(rows) {
      if (live === undefined) return plain(rows);
      if (Date.now() - drawnAt < DRAW_MS) return;
      drawnAt = Date.now();
      live.draw(verifyTable(rows, terminal.columns - 2).map((line) => `  ${line}`));
    },
    end(rows) {
      if (live === undefined) {
        plain(rows);
        if (!json) for (const line of verifyTable(rows, Math.min(100, terminal.columns) - 2)) print(`  ${line}`);
        return;
      }
      live.draw(verifyTable(rows, terminal.columns - 2).map((line) => `  ${line}`));
      live.end();
    },
  };
}
