import type { Need, Service } from '../../types.ts';
import type { Process } from './process.ts';

const need = (value: string, why: string): Need => ({ kind: 'env', name: 'OTEL_BSP_SCHEDULE_DELAY', value, accept: 'any', by: 'python', why });

/**
 * How long finished spans may wait in a process that is killed without a chance to send them. Measured in containers,
 * with a stop right after the request: a reloader's child and uvicorn's workers get no signal at all (0 of 6 spans at
 * the default 5 s and at 1 s, 6 of 6 at 100 ms); Celery's and gunicorn's uvicorn workers end without flushing; below
 * `uv run` the server is no longer process 1, and the signal that `uv` passes on ends it before it has sent. The
 * price is at most ten small exports a second and process, and none while nothing happens.
 */
export function delayOf(process: Process, service: Pick<Service, 'start'>): { readonly needs: readonly Need[]; readonly notes: readonly string[] } {
  if (process.reloader !== undefined) {
    return {
      needs: [need('100', `the reloader (${process.reloader}) kills its child without a signal: spans must leave within 0.1 s`)],
      notes: [`The reloader (${process.reloader}) kills the server without a signal at stop and at each reload: spans of the last 0.1 s may be lost.`],
    };
  }
  if (process.forked !== undefined) {
    return {
      needs: [need('100', `the workers (${process.forked}) end without sending what they still hold: spans must leave within 0.1 s`)],
      notes: [`The workers (${process.forked}) end without sending what they still hold: spans of the last 0.1 s may be lost at stop.`],
    };
  }
  // gunicorn ends by itself, in good order.
  if (process.server !== 'gunicorn' && service.start?.through.includes('uv') === true) {
    return {
      needs: [need('100', '`uv run` passes the signal on, which ends the server before it has sent its last spans: they must leave within 0.1 s')],
      notes: ['`uv run` starts the server as its child, which the signal ends at once: spans of the last 0.1 s may be lost at stop.'],
    };
  }
  return { needs: [], notes: [] };
}
