/** The keys that services really send: from the files, and from a running container where it has another one. Pure. */
import { sendingOf } from '../sending.ts';
import type { Container, Sending, Subject } from '../types.ts';
import type { Workspace } from '../../types.ts';
import { inCode } from '../in-code.ts';
import { settingsIn } from './reach.ts';

const TEAM = 'x-honeycomb-team';
/** Honeycomb, or something in front of it (Refinery, a proxy): there the header is the key all the same. */
const TAKES_KEY: ReadonlySet<Sending['to']['backend']> = new Set(['honeycomb', 'other', 'code']);

/** '' where the header is there and blank; undefined where there is none, or where it goes to a Collector, which has a key of its own. */
export function keyOf(sending: Sending): string | undefined {
  return TAKES_KEY.has(sending.to.backend) ? sending.headers.pairs.find(({ name }) => name === TEAM)?.value : undefined;
}

/** Each different key once, the blank ones left out. */
export function keysOf(workspace: Workspace, subjects: readonly Subject[], containers: readonly Container[]): readonly string[] {
  const sendings = subjects.filter(({ expected }) => expected).flatMap(({ service, sending }) => [
    sending,
    ...containers.filter((one) => one.service === service.name).map(({ env }) => sendingOf(service, settingsIn(env), inCode(service, workspace.files), workspace)),
  ]);
  return [...new Set(sendings.map(keyOf).filter((key) => key !== undefined).map((key) => key.trim()).filter((key) => key !== ''))];
}
