/** The live table of verify: a row a service. Pure. */
import { oneLine } from '../../ui/redact.ts';
import { columnsOf, fit, pad } from '../width.ts';
import type { State } from './tally.ts';

export interface Row {
  readonly service: string;
  readonly state: State;
  readonly spans: number;
  readonly last: string;
  /** The backend's answer in its own words. */
  readonly answer: string;
  /** To the first span, or so far. */
  readonly seconds: number;
}

export const SIGN: Readonly<Record<State, string>> = { waiting: '…', works: '✔', refused: '✘', silent: '✘', 'way closed': '✘', 'not watchable': '·', 'not set up': '✘', outdated: '✘', 'not started': '✘' };

/** Lines of at most `width` columns, the heading first. */
export function verifyTable(rows: readonly Row[], width = 80): readonly string[] {
  const cells = rows.map(({ service, state, spans, last, answer, seconds }) => [oneLine(service), `${SIGN[state]} ${state}`, String(spans), seconds < 0 ? '' : `${seconds.toFixed(1)} s`, oneLine(last), oneLine(answer)]);
  const all = [['service', 'state', 'spans', 'time', 'last operation', "the backend's answer"], ...cells];
  const wide = (column: number): number => Math.max(...all.map((row) => columnsOf(row[column] ?? '')));
  const fixed = [Math.min(wide(0), Math.floor(width * 0.25)), wide(1), wide(2), wide(3)];
  const left = Math.max(20, width - fixed.reduce((sum, one) => sum + one + 2, 0));
  const operation = Math.min(wide(4), Math.floor(left * 0.45));
  return all.map(([service = '', state = '', spans = '', time = '', last = '', answer = '']) =>
    fit([pad(service, fixed[0] ?? 0), pad(state, fixed[1] ?? 0), spans.padStart(fixed[2] ?? 0), time.padStart(fixed[3] ?? 0), pad(last, operation), fit(answer, Math.max(8, left - operation - 2))].join('  ').trimEnd(), width));
}
