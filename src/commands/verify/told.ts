/** What verify says at its end. */
import { oneLine } from '../../ui/redact.ts';
import { wrap } from '../../ui/show.ts';
import { SIGN } from '../../see/verify/table.ts';
import type { VerifiedReport } from '../../see/verify/report.ts';
import type { Context } from '../context.ts';
import type { Verified } from './judge.ts';

/** Below the table: of each service what stands in the way, or its trace; then what would be a nuisance. */
export function told({ services, quality, problems }: Verified, context: Pick<Context, 'print' | 'warn' | 'terminal'>): void {
  const columns = Math.min(100, context.terminal.columns);
  const line = (text: string, indent = 4): void => {
    for (const one of wrap(text, indent, columns)) context.print(one);
  };
  if (services.length > 0) context.print('');
  for (const service of services) for (const text of saidOf(service)) line(`  ${text}`);
  for (const { service, says, then } of quality) {
    line(`  Note, ${oneLine(service)}: ${oneLine(says)}.`);
    line(`    Do: ${oneLine(then)}`, 6);
  }
  for (const problem of problems) context.warn(`  ! ${problem}`);
}

function saidOf({ name, state, says, then, link, traceId }: VerifiedReport): readonly string[] {
  const head = oneLine(name);
  const act = then === undefined ? [] : [`  Do: ${oneLine(then)}`];
  if (state === 'works') return [`✔ ${head}: seen, and accepted${says === undefined ? '' : ` (${oneLine(says)})`}`, ...(link === undefined ? (traceId === undefined ? [] : [`  trace ${traceId}`]) : [`  ${link}`])];
  return [`${SIGN[state]} ${head}: ${state}${says === undefined ? '' : `: ${oneLine(says)}`}`, ...act];
}
