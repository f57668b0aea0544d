/** What has gone through the relay so far, by service, and what that means. */
import { answerText } from '../backend-answer.ts';
import type { Passed } from '../relay.ts';
import type { SpanRow } from '../span.ts';

/** Spans of a service that are kept to be looked at; more are counted. */
const MOST_KEPT = 2_000;

/** Of one service. */
export interface Tally {
  /** Every one that came to the relay. */
  readonly spans: number;
  /** Those of requests that the backend accepted whole. */
  readonly accepted: number;
  /** The last server or consumer span, else the last span. */
  readonly last: string;
  /** The backend's last answer to traces, in its own words; '' = there was none. */
  readonly answer: string;
  /** The last answer that was no acceptance. */
  readonly refusal?: string;
  /** Why a copy could not be read. */
  readonly unread?: string;
  /** Milliseconds from the start to the first span. */
  readonly after?: number;
  readonly kept: readonly SpanRow[];
}
const NOTHING: Tally = { spans: 0, accepted: 0, last: '', answer: '', kept: [] };

export class Tallies {
  #of = new Map<string, Tally>();
  /** Spans that were not accepted: an exporter may send them again. */
  #again = new Set<string>();

  /** @param ms since the start. */
  add({ service, signal, spans, items, unread, got }: Passed, ms: number): void {
    if (signal !== 'traces') return;
    const before = this.of(service);
    const answer = got.is === 'answered' ? answerText(got.answer) : `not reached: ${got.says}`;
    const good = got.is === 'answered' && got.answer.accepted;
    const fresh = spans.filter((span) => !this.#again.delete(idOf(service, span)));
    if (!good) for (const span of spans.slice(0, MOST_KEPT)) this.#again.add(idOf(service, span));
    const named = spans.findLast(({ kind }) => kind === 'server' || kind === 'consumer') ?? (before.last === '' ? spans.at(-1) : undefined);
    this.#of.set(service, {
      spans: before.spans + items - (spans.length - fresh.length),
      accepted: before.accepted + (good ? items : 0),
      last: named?.name ?? before.last,
      answer,
      kept: before.kept.length >= MOST_KEPT ? before.kept : [...before.kept, ...fresh].slice(0, MOST_KEPT),
      ...(good ? (before.refusal === undefined ? {} : { refusal: before.refusal }) : { refusal: answer }),
      ...(unread === undefined ? (before.unread === undefined ? {} : { unread: before.unread }) : { unread }),
      ...(before.after === undefined ? (items > 0 ? { after: ms } : {}) : { after: before.after }),
    });
  }
  of(service: string): Tally {
    return this.#of.get(service) ?? NOTHING;
  }
}

const idOf = (service: string, { traceId, spanId }: SpanRow): string => `${service} ${traceId} ${spanId}`;

/** The direct way, tried from inside of the service. */
export type Way =
  | { readonly is: 'open'; readonly says: string }
  | { readonly is: 'closed'; readonly says: string }
  | { readonly is: 'unknown'; readonly says: string };

export type State = 'waiting' | 'works' | 'refused' | 'silent' | 'way closed' | 'not watchable' | 'not set up' | 'outdated' | 'not started';

/**
 * Seen is what the relay saw, the backend accepted, and has an open way of its own. @param over nothing more will come.
 * @param way undefined = not known yet.
 */
export function stateOf({ spans, accepted, refusal }: Tally, way: Way | undefined, over: boolean): State {
  if (accepted > 0) return way?.is === 'closed' ? 'way closed' : way === undefined && !over ? 'waiting' : 'works';
  if (spans > 0 || refusal !== undefined) return over ? 'refused' : 'waiting';
  return over ? 'silent' : 'waiting';
}

/** Nothing that comes later would change the state: accepted and tried, or refused for good (a key, a path). */
export function isSettled({ accepted, refusal }: Tally, way: Way | undefined): boolean {
  if (accepted > 0) return way !== undefined;
  return refusal !== undefined && /^(?:400|401|403|404|405|413|415)\b/.test(refusal);
}
