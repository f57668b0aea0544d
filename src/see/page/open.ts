import { builtFor, template } from '../../templates.ts';
import type { ServiceCount } from '../counts.ts';
import type { Cause, State } from './api.ts';
import type { Arrivals } from './arrivals.ts';
import { page, type Page } from './routes.ts';
import type { WhileEmpty } from './while-empty.ts';

export interface Opening {
  readonly arrivals: Arrivals;
  services(): readonly ServiceCount[];
  /** Public names of this machine, see hosts.ts. */
  names(): readonly string[];
  /** Where services on this machine send. */
  endpoint(): string;
  /** Why nothing arrives, where somebody finds out: for the empty page. */
  readonly causes?: WhileEmpty<Cause>;
}

/** The page with its files and its figures. Throws where the package is not installed completely, but only when it is asked for. */
export function openPage({ arrivals, services, names, endpoint, causes }: Opening): Page {
  const state = (): State => {
    const { traces, signals } = arrivals;
    const cause = causes?.now();
    return {
      services: services().map(({ service, spans, errors, dataPoints, logRecords }) => ({ service, spans, errors, dataPoints, logRecords })),
      spans: traces.spans,
      traces: traces.size,
      mostSpans: traces.limits.spans,
      mostBytes: traces.limits.bytes,
      evicted: traces.evicted,
      logs: signals.logCount,
      series: signals.seriesCount,
      endpoint: endpoint(),
      ...(cause === undefined ? {} : { cause }),
    };
  };
  const assets = {
    get html() { return template('page/page.html'); },
    get css() { return template('page/page.css'); },
    get icon() { return template('page/icon.svg'); },
    get script() { return builtFor('view-page.js'); },
  };
  return page({ arrivals, state, names, assets, ...(causes === undefined ? {} : { watchState: causes.watch }) });
}
