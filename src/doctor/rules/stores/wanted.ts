/** Which variable of the shell or `.env` a service's key is filled in from, and whether it came out blank. Pure. */
import type { EnvVar, Evidence, Workspace } from '../../../types.ts';
import { lineAt } from '../../evidence.ts';
import { holdsKey, keyOf, sendingIn, sourcesOf } from '../../keys.ts';
import type { Container, Facts, Kept, Subject } from '../../types.ts';

export interface Wanted {
  readonly subject: Subject;
  readonly service: string;
  /** HONEYCOMB_API_KEY */
  readonly name: string;
  /** OTEL_EXPORTER_OTLP_HEADERS: what a finding is about. */
  readonly variable: string;
  readonly because: Evidence;
  /** What Compose would fill in is blank. */
  readonly blank: boolean;
  readonly kept: readonly Kept[];
  /** `warn` where a blank key does not stop data for certain, or a running container still has one. */
  readonly status: 'broken' | 'warn';
  /** What a `warn` for a running container says. */
  readonly also: string;
}

/** Of the services that are meant to send with a key out of a variable. */
export function wantedKeys(workspace: Workspace, subjects: readonly Subject[], { stores = [], containers = [] }: Partial<Facts>): readonly Wanted[] {
  return subjects.filter(({ expected }) => expected).flatMap((subject) => {
    const decides = decidingVariable(subject);
    return decides === undefined ? [] : sourcesOf(decides.name, decides.raw).map((name): Wanted => {
      const container = containers.find((one) => one.service === subject.service.name && one.state === 'running');
      const has = container !== undefined && runningKey(subject, container, workspace) !== '';
      // A bare key is what code most likely reads; it may have another way to it.
      const certain = subject.sending.to.backend === 'honeycomb' && subject.unsure.length === 0 && decides.name.endsWith('HEADERS');
      return {
        subject, service: subject.service.name, name, variable: decides.name,
        because: lineAt(workspace.files, decides.where, `${decides.name}: ${decides.raw ?? `(the shell's ${name})`}`),
        blank: decides.raw === null ? (decides.value ?? '').trim() === '' : decides.blank.includes(name) || (decides.value ?? '').trim() === '',
        kept: stores.filter((one) => one.name === name),
        status: certain && !has ? 'broken' : 'warn',
        also: has ? ' The running container still has a key; the next `docker compose up` takes it away.' : '',
      };
    });
  });
}

const runningKey = (subject: Subject, container: Container, workspace: Workspace): string => keyOf(sendingIn(subject, container, workspace))?.trim() ?? '';

/** The signal's header before the general one; the bare key only where no header is written. Not where a Collector or this machine takes the spans. */
function decidingVariable({ service, sending }: Subject): EnvVar | undefined {
  if (!['honeycomb', 'other', 'code'].includes(sending.to.backend)) return undefined;
  const last = (name: string): EnvVar | undefined => service.env.findLast((one) => one.name === name);
  const header = [last('OTEL_EXPORTER_OTLP_TRACES_HEADERS'), last('OTEL_EXPORTER_OTLP_HEADERS')].find((one) => one !== undefined);
  if (header !== undefined) return header;
  const { from } = sending.headers;
  if ((keyOf(sending)?.trim() ?? '') !== '') return undefined;
  // Headers that the code writes are its own affair; the bare variable is what it most likely reads.
  return from === undefined ? undefined : service.env.findLast(({ name }) => holdsKey(name));
}
