/** How a log line's pattern is written, and the words by which an exporter's own complaint is told from an app's. */
import { either, inOrder, type Pattern as Words } from '../../patterns.ts';
import type { LogLine } from '../types.ts';

export { either, inOrder, type Words };

/**
 * What a line says about the process that wrote it. `way`: what it sent did not get through (an answer that is good now
 * refutes it). `start`: its SDK sends nothing at all. `note`: data flows, though perhaps not all of it.
 */
export type Weight = 'way' | 'start' | 'note';
export interface Pattern extends LogLine {
  readonly weight: Weight;
}

const of = (weight: Weight) => (rule: string, match: Words): Pattern => ({ rule, match, weight });
export const way = of('way');
export const start = of('start');
export const note = of('note');

/** Words that only an exporter writes: without one of them, a refused connection or a 401 is the app's own affair. */
const EXPORTER = either(
  /\/v1\/(?:traces|metrics|logs)\b|:431[78]\b|port=431[78]\b|while exporting|Failed to export (?:\d+ )?(?:span|trace|metric|log|batch)/,
  /OTLPExporterError|OkHttp https?:\/\/|terminating OpenTelemetry|(?:traces|metrics|logs) export(?: failed)?:|(?:metrics|logs) export failed/,
  inOrder([/\{"stack":"/g, /"errno":"-/g]),
  /Exporting failed\.|OTLP exporter|OTLP::Exporter|Exporter failed send data to collector|Export failure|the last spans were not sent|export (?:request|response) (?:failure|retryable)/,
);

/** One line that has an exporter's words and, anywhere, each of `what`. */
export const exporter = (...what: readonly Words[]): Words => all(EXPORTER, ...what);
/** One line that has all of these, in any order. */
export const all = (...parts: readonly Words[]): Words => ({ source: parts.map(({ source }) => source).join(' & '), test: (line) => parts.every((part) => part.test(line)) });
