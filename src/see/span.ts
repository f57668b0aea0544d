/** Nouns of what arrives: plain data, the same for protobuf and JSON. */

export type SpanKind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';
export type AttributeValue = string | number | boolean;

/** One span as it is kept, counted and drawn. */
export interface SpanRow {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
  /** '' = no parent. */
  readonly parentId: string;
  /** Resource attribute `service.name`, trimmed; 'unknown_service' where there is none. */
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** Nanoseconds since 1970. */
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** Status code ERROR. */
  readonly error: boolean;
  /** Text of the status; '' = none. */
  readonly message: string;
  /** Instrumentation scope: who made it. */
  readonly scope: string;
  /** Bounded in number and length; lists and maps as JSON text. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A span without what only the page shows. */
export type KeptSpan = Omit<SpanRow, 'attributes'>;

export type Signal = 'traces' | 'metrics' | 'logs';

/** Data points or log records of one service: counted, not kept. */
export interface Count {
  readonly service: string;
  readonly count: number;
}
