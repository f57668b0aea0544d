/** init's own verdicts, for the doctor: each subject's needs with the choices that its own settings imply. Pure. */
import { gather } from '../needs/gather.ts';
import { judge } from '../needs/judge.ts';
import type { Choices, Judged, Service, Stuck, Workspace } from '../types.ts';
import type { Subject } from './types.ts';

/**
 * What init would choose for a subject that is set up as this one is: the backend that its endpoint names, Honeycomb
 * where nothing is said. undefined = its traces go where init would never send them (an address in code).
 */
export function choicesOf({ sending }: Subject, all: readonly Subject[]): Choices | undefined {
  const common = { services: [], stores: [], signals: ['traces'] } as const;
  const { to, endpoint } = sending;
  switch (to.backend) {
    case 'honeycomb':
      return { ...common, backend: 'honeycomb', region: to.region ?? 'us' };
    case 'local':
      return { ...common, backend: 'local', region: 'us' };
    case 'compose':
    case 'other':
      return typeof endpoint.from === 'object' && 'value' in endpoint.from && endpoint.from.value.trim() !== '' && URL.canParse(endpoint.from.value.trim())
        ? { ...common, backend: 'otlp', region: 'us', endpoint: endpoint.from.value.trim().replace(/(?<!\/)\/+$/, '') }
        : undefined;
    case 'none': {
      // As the others of the workspace; a second service that was forgotten is meant to go the same way.
      const other = all.find((one) => one.expected && one.sending.to.backend === 'honeycomb');
      return { ...common, backend: 'honeycomb', region: other?.sending.to.region ?? 'us' };
    }
    case 'code':
      return undefined;
  }
}

/** @throws nothing: what cannot be known of a service is left out (see stuckOf). */
export function judgedOf(workspace: Workspace, subjects: readonly Subject[]): readonly Judged[] {
  const expected = subjects.filter((subject) => subject.expected);
  const chosen = new Set(expected.map(({ service }) => service.name));
  return expected.flatMap((subject) => {
    const choices = choicesOf(subject, expected);
    if (choices === undefined) return [];
    const tracing = gather(workspace, subject.service, choices);
    return 'stuck' in tracing ? [] : tracing.needs.filter(({ kind }) => kind !== 'secret').map((need) => ({ service: subject.service.name, need, verdict: judge(workspace, subject.service, need, chosen) }));
  });
}

/** Why init could not set a service up; undefined = it could. */
export function stuckOf(workspace: Workspace, service: Service, choices: Choices): Stuck | undefined {
  const tracing = gather(workspace, service, choices);
  return 'stuck' in tracing ? tracing : undefined;
}
