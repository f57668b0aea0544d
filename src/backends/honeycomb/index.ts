/** Honeycomb: where spans go, with which key, and what a trace's link looks like. */
import type { Backend, Choices, Need, Service } from '../../types.ts';
import { otlpEnv } from '../otlp-env.ts';
import { apiOf, uiOf } from './regions.ts';

/** The variable of Honeycomb's own programs and documentation. */
export const KEY = 'HONEYCOMB_API_KEY';

/** Honeycomb Classic wants to be told a dataset; newer teams take the service's name (husky otlp/common.go). */
const headers = (service: Service, choices: Choices) =>
  `x-honeycomb-team=\${${KEY}}${choices.classic === true ? `,x-honeycomb-dataset=${encodeURIComponent(service.name)}` : ''}`;

export const honeycomb: Backend = {
  id: 'honeycomb',
  title: 'Honeycomb',
  docs: 'https://docs.honeycomb.io/send-data/opentelemetry/',
  secret: KEY,
  needs: (service, choices): readonly Need[] => [
    // First: in a `.env`, a line can only name what stands above it.
    { by: 'honeycomb', why: 'the API key', kind: 'secret', name: KEY },
    ...otlpEnv('honeycomb', choices.endpoint ?? apiOf(choices.region), service, choices),
    { by: 'honeycomb', why: 'the header that carries the key; only the name of the variable is written', kind: 'env', name: 'OTEL_EXPORTER_OTLP_HEADERS', value: headers(service, choices) },
  ],
  account: async (key, tools, region) => (await import('./api.ts')).account(key, tools, region),
  /** docs.honeycomb.io/investigate/collaborate/share-trace; the id keeps its leading zeros. */
  traceUrl: (account, service, traceId) => {
    const part = encodeURIComponent;
    const within = account.environment === '' ? `datasets/${part(slug(service))}` : `environments/${part(account.environment)}`;
    return `${uiOf(account.region)}/${part(account.team)}/${within}/trace?trace_id=${traceId.padStart(32, '0')}`;
  },
};

/** A dataset's slug as Honeycomb makes it from its name. */
export const slug = (name: string): string => name.trim().toLowerCase().replace(/[^a-z0-9_~.-]/g, '-').slice(0, 175);
