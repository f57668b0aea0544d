/** The OTLP environment that every backend has in common. */
import type { Choices, Need, Service } from '../types.ts';

/** Name, address and protocol of the exporter, and silence for the signals that were not asked for (an SDK that sends metrics by default would only make errors). */
export function otlpEnv(by: string, endpoint: string, service: Service, choices: Choices): readonly Need[] {
  const off = (signal: 'metrics' | 'logs', name: string): readonly Need[] =>
    choices.signals.includes(signal) ? [] : [{ by, why: `${signal} are not asked for (--signals)`, kind: 'env', name, value: 'none', accept: 'any' }];
  return [
    { by, why: 'the name under which its spans are shown', kind: 'env', name: 'OTEL_SERVICE_NAME', value: service.name, accept: 'any' },
    { by, why: 'where spans go', kind: 'env', name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: endpoint },
    { by, why: 'the protocol that goes through proxies and needs no gRPC library', kind: 'env', name: 'OTEL_EXPORTER_OTLP_PROTOCOL', value: 'http/protobuf' },
    ...off('metrics', 'OTEL_METRICS_EXPORTER'),
    ...off('logs', 'OTEL_LOGS_EXPORTER'),
  ];
}
