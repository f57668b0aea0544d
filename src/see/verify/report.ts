/** What verify reports: an event a line while it works, and the report at its end. Plain data; ui/json.ts has the schema. */
import type { Report } from '../../types.ts';
import type { Remark } from './quality.ts';
import type { State } from './tally.ts';

export type VerifyEvent =
  | { readonly event: 'start'; readonly how: string; readonly services: readonly { readonly name: string; readonly to?: string }[] }
  | { readonly event: 'request'; readonly service: string; readonly url: string; readonly traceId: string; readonly status?: number; readonly failed?: string }
  | { readonly event: 'spans'; readonly service: string; readonly signal: 'traces' | 'metrics' | 'logs'; readonly count: number; readonly accepted: boolean; readonly answer: string; readonly last: string }
  | { readonly event: 'way'; readonly service: string; readonly is: 'open' | 'closed' | 'unknown'; readonly says: string }
  | { readonly event: 'restored'; readonly problems: readonly string[] };

export interface VerifiedReport {
  readonly name: string;
  readonly state: State;
  readonly spans: number;
  readonly last: string;
  /** The backend's last answer in its own words; '' = there was none. */
  readonly answer: string;
  /** To the first span. */
  readonly seconds?: number;
  readonly traceId?: string;
  readonly link?: string;
  /** Why it is not seen; or what could not be tried although it is. */
  readonly says?: string;
  readonly then?: string;
}
export interface VerifyReport extends Report {
  readonly verified: readonly VerifiedReport[];
  readonly quality: readonly Remark[];
}
