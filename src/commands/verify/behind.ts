/**
 * Who takes a service's spans is not always who keeps them: a Collector of the project answers before its own backend does,
 * as its queue is on unless it is switched off. What the backend said to it stands in its log.
 */
import { isCollector } from '../../doctor/collector.ts';
import { serviceNamed } from '../../doctor/indexed.ts';
import type { Subject } from '../../doctor/types.ts';
import type { Service, Tools } from '../../types.ts';
import { oneLine } from '../../ui/redact.ts';
import type { Complaint } from './complaint.ts';
import type { Ground } from './ground.ts';

export interface Behind {
  readonly collector: string;
  /** What it complained of since the start; undefined = nothing so far. */
  readonly complaint?: Complaint;
}

/** A Collector's batch (timeout 200 ms by default) and the way to its backend. */
const WITHIN_MS = 2_000;

/** The Collector of the project that a service sends to. Pure. */
export function collectorOf({ sending: { to } }: Subject, services: readonly Service[]): string | undefined {
  const service = to.backend === 'compose' ? serviceNamed(services, to.service) : undefined;
  return service !== undefined && isCollector(service) ? service.name : undefined;
}

/** Of services whose spans were taken, the Collector that took them and its complaint. @param since when the services were started, ms since 1970. */
export async function behind(taken: readonly Subject[], services: readonly Service[], since: number, ground: Ground, { now }: Pick<Tools, 'now'>): Promise<ReadonlyMap<string, Behind>> {
  const found = taken.flatMap((subject) => {
    const collector = collectorOf(subject, services);
    return collector === undefined ? [] : [{ service: subject.service.name, collector }];
  });
  if (found.length === 0) return new Map();
  const complaints = new Map<string, Complaint | undefined>();
  const { complaintIn } = await import('./complaint.ts');
  const names = [...new Set(found.map(({ collector }) => collector))];
  for (const end = now() + WITHIN_MS; ; ) {
    for (const name of names) complaints.set(name, complaints.get(name) ?? complaintIn(await ground.logSince(name, since), explainLine(name)));
    if (names.every((name) => complaints.get(name) !== undefined) || now() >= end) break;
    await new Promise((later) => setTimeout(later, 500));
  }
  return new Map(found.map(({ service, collector }) => {
    const complaint = complaints.get(collector);
    return [service, { collector, ...(complaint === undefined ? {} : { complaint }) }];
  }));
}

const explainLine = (collector: string): string => `docker compose logs --no-color ${oneLine(collector)} | npx otel-setup explain`;
