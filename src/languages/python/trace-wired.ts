import { delayOf } from './delay.ts';
import { packageNeeds, pastePackages } from './packages.ts';
import { missingImports, type Wired } from './wired.ts';
import type { Clues } from './clues.ts';
import type { PinSet } from './pins.ts';
import type { Evidence, Stuck, Tracing } from '../../types.ts';

/** Wiring in code is kept: no wrapper on top of it, no packages but those that its own imports lack. */
export function traceWired(clues: Clues, set: PinSet, wired: Wired): Tracing | Stuck {
  if (wired.exporter === 'none') {
    return {
      stuck: `OpenTelemetry is started in ${placeOf(wired.at)}, but without an exporter that leaves the container. Add the line, and run otel-setup again.`,
      paste: { into: placeOf(wired.at), text: 'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\nfrom opentelemetry.sdk.trace.export import BatchSpanProcessor\nprovider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))' },
    };
  }
  const { missing, unknown } = missingImports(clues, set);
  const wanted = missing.map(({ name, at }) => ({ name, why: `${placeOf(at)} imports it` }));
  if (wanted.length > 0 && clues.manifest?.slot === undefined) {
    return { stuck: `OpenTelemetry is started in ${placeOf(wired.at)}, but packages that it imports are declared nowhere. Add the lines below.`, paste: pastePackages(clues, set, wanted) };
  }
  const packages = packageNeeds(clues, set, wanted);
  if ('stuck' in packages) return packages;
  const delay = delayOf(clues.process, clues.service);
  return {
    needs: [...packages, ...delay.needs],
    notes: [
      `OpenTelemetry is started in code (${placeOf(wired.at)}): that is kept, nothing is wrapped.`,
      ...(wired.exporter === 'grpc' ? ['The code exports by gRPC: OTEL_EXPORTER_OTLP_PROTOCOL does not change that.'] : []),
      ...unknown.map((at) => `${placeOf(at)}: ${at.says}: no package of this release has it.`),
      ...delay.notes,
    ],
  };
}

function placeOf(evidence: Evidence): string {
  if (typeof evidence.where === 'string') return evidence.where;
  return evidence.where.line === undefined ? evidence.where.path : `${evidence.where.path}:${evidence.where.line}`;
}
