/** --check: a guard for CI. One line per service that is not set up; GitHub shows them beside the files. */
import type { ParsedArgs } from '../../args.ts';
import { EXIT } from '../../stop.ts';
import type { Report, ServiceReport } from '../../types.ts';
import type { Annotation } from '../../ui/annotation.ts';
import { placeOf } from '../../ui/show.ts';
import { oneLine } from '../../ui/redact.ts';
import type { Context } from '../context.ts';
import type { Prepared } from './prepare.ts';

/** Exit 0 where every chosen service is set up, else 1. */
export function checkReport(report: (exit: number, next?: readonly string[]) => Report, prepared: Prepared, context: Context, args: Pick<ParsedArgs, 'json'>): Report {
  const missing = prepared.services.filter(({ name, action }) => action === 'manual' || prepared.changed.includes(name));
  for (const service of missing) {
    const why = service.action === 'manual' ? oneLine(service.reason) : 'not set up';
    const line = `${oneLine(service.name)}: ${why}`;
    if (args.json) continue;
    if (context.env['GITHUB_ACTIONS'] === 'true') context.display.annotate([annotated(service, line)]);
    else context.result(`${line}\n`);
  }
  if (missing.length === 0 && !args.json) context.print('  Every chosen service is set up.');
  return report(missing.length === 0 ? EXIT.done : EXIT.notDone, missing.length === 0 ? [] : ['npx otel-setup init']);
}

function annotated({ because }: ServiceReport, text: string): Annotation {
  const place = because.map((one) => one.where).find((where) => typeof where !== 'string');
  return { level: 'error', text: `otel-setup: ${text}${place === undefined ? '' : ` (${placeOf(place)})`}`, ...(place === undefined ? {} : { place }) };
}
