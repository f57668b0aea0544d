/** Where the services run while they are watched: in containers, or as processes of this machine. */
import type { Subject } from '../../doctor/types.ts';
import type { Route } from '../../see/relay.ts';
import type { Watched } from '../../see/verify/watching.ts';
import type { Way } from '../../see/verify/tally.ts';

/** A service that is led through the relay. */
export interface Led {
  readonly subject: Subject;
  readonly watched: Watched;
}

export interface Ground {
  /** 'in containers', 'as processes on this machine'. */
  readonly how: string;
  /** They were not as they will be afterwards: init starts them for the first time. */
  readonly fresh?: boolean;
  /** Addresses that the relay must listen on to be reached. */
  readonly listen: readonly string[];
  /** Services that are left as they are, and why: they cannot be borrowed without changing them for good. */
  readonly left: ReadonlyMap<string, { readonly why: string; readonly then: string }>;
  /** Services that run now. */
  readonly runs: ReadonlySet<string>;
  /** Where the relay finds a service's endpoint; undefined = nowhere, `why` says it. */
  onward(led: Led): Promise<Pick<Route, 'at'> | { readonly why: string; readonly then?: string }>;
  /** Starts the services with their endpoint at the relay. @throws Stop where that cannot be done; then everything is put back. */
  start(led: readonly Led[], relayPort: number, nonce: string): Promise<void>;
  /** 'http://localhost:4567'; undefined = it publishes no port. */
  base(led: Led): string | undefined;
  /** The direct way, tried from inside. */
  way(led: Led): Promise<Way>;
  /** Whether the service can reach the relay at all: one that cannot is not silent. */
  reachesRelay(led: Led): Promise<boolean | undefined>;
  /** What a service has written since then (ms since 1970); [] = nothing, or it cannot be read. */
  logSince(name: string, since: number): Promise<readonly string[]>;
  /** The service that has this address in the containers' network. */
  ownerOf(address: string): Promise<string | undefined>;
  /**
   * Everything as it was. @param quiet services that have done all that they were asked, and in how many milliseconds all
   * that they made is sent for sure. @returns what went wrong, a sentence each.
   */
  stop(quiet?: { readonly services: readonly string[]; readonly sentAfterMs: number }): Promise<readonly string[]>;
  /** Containers that are not what they were, compared with `docker inspect`; call after `stop`. */
  different(): Promise<readonly string[]>;
}
