/** What the server gives to the page: plain data, written down once for both sides. Times are microseconds since 1970. */

/** One trace in the list. */
export interface TraceSummary {
  readonly id: string;
  readonly at: number;
  /** Nanoseconds from the first start to the last end. */
  readonly ns: number;
  readonly spans: number;
  readonly errors: number;
  /** Every service with a span in it, the root's first. */
  readonly services: readonly string[];
  /** Of the root span. */
  readonly name: string;
  /** `http.route`, else the path without its query; '' = the root is no HTTP request. */
  readonly route: string;
  /** HTTP status of the root; 0 = none. */
  readonly status: number;
  /** The span without a parent has arrived. */
  readonly rooted: boolean;
}

export interface ServiceRow {
  readonly service: string;
  readonly spans: number;
  readonly errors: number;
  readonly dataPoints: number;
  readonly logRecords: number;
}

/** The event `state`. */
export interface State {
  readonly services: readonly ServiceRow[];
  readonly spans: number;
  readonly traces: number;
  readonly mostSpans: number;
  readonly mostBytes: number;
  /** Traces that had to go since the start. */
  readonly evicted: number;
  readonly logs: number;
  readonly series: number;
  /** Where to send: for the empty page. */
  readonly endpoint: string;
  /** Why nothing arrives, if somebody knows: the doctor's first cause. */
  readonly cause?: Cause;
}
export interface Cause {
  readonly says: string;
  /** 'docker-compose.yml:8' */
  readonly place?: string;
  /** The one thing to do, and what makes it count. */
  readonly do?: string;
  readonly then?: string;
}

/** Answer of `api/search`: the traces among those changed after `since` that match. */
export interface SearchResult {
  readonly ids: readonly string[];
  /** Ask with this next time. */
  readonly seq: number;
}

/** What happened at one service, or between two. */
export interface Calls {
  readonly calls: number;
  readonly errors: number;
  /** Sum, nanoseconds. */
  readonly ns: number;
}
/** 'outside': called by client spans, but sends nothing itself: a database, a queue, somebody else's API. */
export interface MapNode extends Calls {
  /** A service and something outside may have the same name. */
  readonly key: string;
  readonly name: string;
  readonly kind: 'service' | 'outside';
}
export interface MapEdge extends Calls {
  readonly from: string;
  readonly to: string;
}
export interface ServiceMap {
  /** The period that is kept, in microseconds; rates are over it. */
  readonly period: number;
  readonly nodes: readonly MapNode[];
  /** By the keys of the nodes. */
  readonly edges: readonly MapEdge[];
}

export interface LogRow {
  readonly at: number;
  readonly service: string;
  /** 1 to 24, 0 = not said. */
  readonly severity: number;
  readonly level: string;
  readonly body: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: readonly (readonly [string, string])[];
}

export interface SeriesRow {
  readonly service: string;
  readonly name: string;
  readonly unit: string;
  readonly kind: string;
  readonly attributes: readonly (readonly [string, string])[];
  /** Time and value; of a histogram or summary its mean. */
  readonly points: readonly (readonly [number, number])[];
}
