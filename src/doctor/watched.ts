/** The services whose containers matter: those that are meant to send, and those of this project that they send to. Pure. */
import type { Subject } from './types.ts';

export interface Watched {
  readonly subject: Subject;
  /** It is only looked at because this service sends to it: a Collector. */
  readonly for?: string;
}

export function watched(subjects: readonly Subject[]): readonly Watched[] {
  const senders = new Map<string, string>();
  for (const { expected, sending, service } of subjects) {
    if (expected && sending.to.backend === 'compose' && sending.to.service !== undefined && !senders.has(sending.to.service)) senders.set(sending.to.service, service.name);
  }
  return subjects.flatMap((subject): readonly Watched[] => {
    const sender = senders.get(subject.service.name);
    return subject.expected ? [{ subject }] : sender === undefined ? [] : [{ subject, for: sender }];
  });
}
