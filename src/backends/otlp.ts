/** Any OTLP endpoint that takes no key: a Collector, Jaeger, Tempo, a proxy of the company's. */
import { EXIT, Stop } from '../stop.ts';
import type { Backend } from '../types.ts';
import { otlpEnv } from './otlp-env.ts';

export const otlp: Backend = {
  id: 'otlp',
  title: 'an OTLP endpoint',
  docs: 'https://opentelemetry.io/docs/specs/otel/protocol/exporter/',
  /** @throws Stop (exit 3) without an endpoint: there is no default that could be right. */
  needs(service, choices) {
    if (choices.endpoint === undefined) throw new Stop(EXIT.answerMissing, 'The backend "otlp" needs an address.', 'say it with --endpoint http://collector:4318');
    return otlpEnv('otlp', choices.endpoint, service, choices);
  },
};
