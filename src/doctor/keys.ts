/** The keys that services really send, and the variables that they are filled in from. Pure. */
import { KEY } from '../backends/honeycomb/index.ts';
import type { Workspace } from '../types.ts';
import { interpolate } from '../workspace/compose/interpolate.ts';
import { inCode } from './in-code.ts';
import { sendingOf } from './sending.ts';
import type { Container, Sending, Setting, Subject } from './types.ts';

/** The header that carries Honeycomb's key. */
export const TEAM = 'x-honeycomb-team';
/** Honeycomb, or something in front of it (Refinery, a proxy): there the header is the key all the same. */
const TAKES_KEY: ReadonlySet<Sending['to']['backend']> = new Set(['honeycomb', 'other', 'code']);

/** '' where the header is there and blank; undefined where there is none, or where it goes to a Collector, which has a key of its own. */
export function keyOf(sending: Sending): string | undefined {
  return TAKES_KEY.has(sending.to.backend) ? sending.headers.pairs.find(({ name }) => name === TEAM)?.value : undefined;
}

/** A container's or process's environment, read like that of a compose file. */
export function settingsIn(env: Readonly<Record<string, string>>): ReadonlyMap<string, Setting> {
  return new Map(Object.entries(env).map(([name, value]) => [name, { name, value, raw: null, where: 'container' as const }]));
}

/** How the service sends with the environment that its running container has. */
export function sendingIn({ service }: Subject, { env }: Pick<Container, 'env'>, workspace: Workspace): Sending {
  return sendingOf(service, settingsIn(env), inCode(service, workspace.files), workspace);
}

/** Each different key once, of the files and of the containers, the blank ones left out. */
export function keysOf(workspace: Workspace, subjects: readonly Subject[], containers: readonly Container[]): readonly string[] {
  const sendings = subjects.filter(({ expected }) => expected).flatMap((subject) => [
    subject.sending,
    ...containers.filter((one) => one.service === subject.service.name).map((one) => sendingIn(subject, one, workspace)),
  ]);
  return [...new Set(sendings.map(keyOf).filter((key) => key !== undefined).map((key) => key.trim()).filter((key) => key !== ''))];
}

const HEADERS = /^OTEL_EXPORTER_OTLP(?:_TRACES)?_HEADERS$/;
/** Variables that hold the bare key: of Honeycomb's own distributions, and of code that reads it itself. */
const BARE = /^HONEYCOMB_(?:API_KEY|WRITEKEY|TRACES_APIKEY)$/;
export const holdsKey = (name: string): boolean => HEADERS.test(name) || BARE.test(name);

/** HONEYCOMB_API_KEY, and what the services' own headers and keys are filled in from: `${HNY_KEY}`. */
export function namesOfKeys(subjects: readonly Pick<Subject, 'service'>[]): readonly string[] {
  return [...new Set([KEY, ...subjects.flatMap(({ service }) => service.env.flatMap(({ name, raw }) => sourcesOf(name, raw)))])];
}

/** The variables that the key in one variable of a service is filled in from; null passes the variable of that name on. */
export function sourcesOf(name: string, raw: string | null): readonly string[] {
  if (!holdsKey(name)) return [];
  if (raw === null) return BARE.test(name) ? [name] : [];
  return raw.includes('$') ? variablesIn(HEADERS.test(name) ? teamPart(raw) : raw) : [];
}

/** Of 'a=${B},x-honeycomb-team=${KEY}' what belongs to the key; a dataset's name is no secret. */
const teamPart = (raw: string): string => /x-honeycomb-team\s{0,8}["']?\s{0,8}[=:]\s{0,8}((?:\$\{[^}]{0,200}\}|[^,])*)/i.exec(raw)?.[1] ?? '';

function variablesIn(raw: string): readonly string[] {
  const names = new Set<string>();
  interpolate(raw, (name) => {
    names.add(name);
    return undefined;
  });
  return [...names];
}
