/** What init would still do for a service, of what starts tracing in it: its packages, its start command, its preload. */
import { verdictsOn } from '../../indexed.ts';
import type { Facts } from '../../types.ts';
import type { Need, Op } from '../../../types.ts';

/** Where the spans go is said by variables, which have rules of their own. */
const ofBackend = ({ by }: Need): boolean => /^(?:honeycomb|local|otlp)$/.test(by);
/** Tidies up, and stops nothing. */
const tidies = (need: Need): boolean => need.kind === 'env' && /^(?:OTEL_LOG_LEVEL|OTEL_BSP_SCHEDULE_DELAY)$/.test(need.name);

/**
 * Operations that complete the set-up of a service; [] where one part of it cannot be landed: half of a set-up is worse
 * than none.
 * @param only of these, where given.
 */
export function openOps(judged: Facts['judged'], service: string, only: (need: Need) => boolean = () => true): readonly Op[] {
  const open = verdictsOn(judged, service).filter((one) => !ofBackend(one.need) && !tidies(one.need) && only(one.need));
  if (open.some(({ verdict }) => verdict.is === 'stuck')) return [];
  return open.flatMap(({ verdict }) => (verdict.is === 'absent' ? verdict.ops : []));
}

/** The one thing to do: let --fix do it where it can, else what init says. */
export function fixOrInit(ops: readonly Op[], service: string): string {
  return ops.length > 0 ? 'npx otel-setup doctor --fix' : `npx otel-setup init --services ${service}`;
}
