/** The key that each service sends, and where it is written. Pure. */
import type { AccountAnswer, Evidence, Workspace } from '../../../types.ts';
import { fingerprint } from '../../../ui/redact.ts';
import { secretsIn } from '../../../write/placeholders.ts';
import { lineAt, settingAt } from '../../evidence.ts';
import { keyOf, sendingIn, sourcesOf } from '../../keys.ts';
import type { Facts, Kept, Setting, Subject } from '../../types.ts';

export interface Used {
  readonly subject: Subject;
  readonly service: string;
  readonly key: string;
  /** The variable that holds it; undefined = the code gives the header. */
  readonly setting?: Setting;
  /** What a finding is about: the variable's name. */
  readonly about: string;
  /** Where it is written, and where the value comes from. */
  readonly because: readonly Evidence[];
  /** The place that Compose takes the value from, and the others of that name. */
  readonly from?: Kept;
  readonly others: readonly Kept[];
  /** The running container has another key than the files would give it now. */
  readonly running?: string;
}

/** Of the services that send to Honeycomb itself; blank keys are the hop "stores". */
export function usedKeys(workspace: Workspace, subjects: readonly Subject[], { stores = [], containers = [] }: Partial<Facts>): readonly Used[] {
  return subjects.flatMap((subject): readonly Used[] => {
    const { sending, service, expected } = subject;
    const said = sending.headers.from;
    const key = keyOf(sending)?.trim() ?? '';
    if (!expected || sending.to.backend !== 'honeycomb' || said === undefined || key === '') return [];
    // A plan that is looked at before it is written names its secrets and does not hold them.
    if (secretsIn(key).length > 0) return [];
    const setting = 'value' in said ? said : undefined;
    const names = setting === undefined ? [] : sourcesOf(setting.name, setting.raw);
    // Code reads the container's variable of the same value.
    const kept = stores.filter(({ name, value }) => names.includes(name) || (setting === undefined && value.trim() === key));
    const from = kept.find(({ wins }) => wins);
    const container = containers.find((one) => one.service === service.name && one.state === 'running');
    const running = container === undefined ? undefined : keyOf(sendingIn(subject, container, workspace))?.trim();
    return [{
      subject, service: service.name, key, about: setting?.name ?? 'OTEL_EXPORTER_OTLP_HEADERS',
      ...(setting === undefined ? {} : { setting }),
      because: ['value' in said ? settingAt(workspace.files, said) : lineAt(workspace.files, said.where, 'the header in the code'), ...(from === undefined ? [] : [keptAt(from)])],
      ...(from === undefined ? {} : { from }),
      others: kept.filter((one) => one !== from && one.value.trim() !== ''),
      ...(running === undefined || running === key ? {} : { running }),
    }];
  });
}

/** A place of a key, its value as a fingerprint. */
export const keptAt = ({ name, where, store, value }: Kept): Evidence => ({ where, says: `${store === 'gp-env' ? 'gp env: ' : ''}${name}=${fingerprint(value)}` });

/** What Honeycomb says of a key; undefined = it was not asked. */
export const answerFor = (accounts: Facts['accounts'], key: string): AccountAnswer | undefined => accounts.find((one) => one.key === fingerprint(key))?.answer;

/** A request with this service's own key was taken. */
export const wasTaken = (service: string, { reach = [], sent = [] }: Partial<Facts>): boolean => [...reach, ...sent].some((one) => one.service === service && one.got.is === 'answered' && one.got.status === 200);

/** A running container with a key that Honeycomb takes is not broken now: it would be with the next `up`. */
export function statusOf({ running, service }: Used, facts: Partial<Facts>): 'broken' | 'warn' {
  const fine = running !== undefined && running !== '' && (answerFor(facts.accounts ?? [], running)?.is === 'ok' || wasTaken(service, facts));
  return fine ? 'warn' : 'broken';
}
export const onceUp = (status: 'broken' | 'warn'): string => (status === 'warn' ? ' The running container has another key, which is fine; the next `docker compose up` gives it this one.' : '');
