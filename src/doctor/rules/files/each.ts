/** How a rule of this hop is written down for each service, and what the running container may prove against the files. */
import type { Container, Finding, Reach, Setting, Subject } from '../../types.ts';

/** A finding on one service; `broken` unless it says something milder. */
export interface Draft extends Omit<Finding, 'service' | 'status'> {
  readonly status?: 'warn';
  /** The value in the files that it is about: a running container that has another one, which works, makes it a warning. */
  readonly of?: Pick<Setting, 'name' | 'value'>;
}
interface Seen {
  readonly subjects: readonly Subject[];
  readonly containers?: readonly Container[];
  readonly reach?: readonly Reach[];
}

/** What `find` says of each service that is meant to send. */
export function each({ subjects, containers, reach }: Seen, find: (subject: Subject) => readonly Draft[]): readonly Finding[] {
  return subjects.filter(({ expected }) => expected).flatMap((subject) => find(subject).map(({ of, status, ...draft }): Finding => {
    const service = subject.service.name;
    const better = status === undefined && of !== undefined ? provenBetter(service, of, containers, reach) : false;
    return better
      ? { ...draft, service, status: 'warn', says: `${draft.says} The running container has another value, with which a request gets through: the next \`docker compose up\` would lose it.` }
      : { ...draft, service, status: status ?? 'broken' };
  }));
}

/** The container that runs has another value of the variable than the files would give it, and its request was accepted. */
function provenBetter(service: string, { name, value }: Pick<Setting, 'name' | 'value'>, containers: readonly Container[] = [], reach: readonly Reach[] = []): boolean {
  const container = containers.find((one) => one.service === service && one.state === 'running');
  if (container === undefined || (container.env[name] ?? '') === value) return false;
  return reach.some(({ service: of, got }) => of === service && got.is === 'answered' && got.status >= 200 && got.status < 300);
}
