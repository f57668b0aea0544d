/** Any other line that an exporter or an SDK wrote: it leads to the page of its cause. LAST of its hop. */
import type { Rule } from '../../types.ts';
import { heard } from './heard.ts';

/** Rules of this hop that hear their lines themselves. */
const OWN = /^export\.(?!logged$)/;

const logged = heard({
  id: 'export.logged',
  title: 'The exporter complains in the log',
  page: {
    symptoms: ['Exception while exporting Span.', 'OpenTelemetry error: Unable to export 30 spans', 'OTLPExporterError: Export failed with retryable status', 'Failed to export spans batch due to timeout, max retries or shutdown.', 'Exporting failed. Dropping data.'],
    why: 'The exporter says that a batch did not get through, but not why, or the reason stands in another line: in Python right before it, in Java and Ruby right after it.',
    check: ['docker compose logs --no-color --since 10m SERVICE | npx otel-setup explain', 'npx otel-setup doctor --services SERVICE'],
    fix: [
      'Let the SDK say more, make the container anew, and look again:',
      'OTEL_LOG_LEVEL: debug   # Node.js, Ruby, PHP, .NET',
      'OTEL_PYTHON_LOG_LEVEL: debug   # Python',
      'OTEL_JAVAAGENT_DEBUG: "true"   # Java',
      'docker compose up -d SERVICE',
    ],
    links: ['https://docs.honeycomb.io/troubleshoot/common-issues/sending-data/'],
  },
  hears: (led) => !OWN.test(led),
  says: (_, { rule }) => (rule === undefined || rule === 'export.logged' ? 'The exporter complains: a batch of spans did not get through.' : `Its log has a line that leads to ${rule}.`),
  do: (service, { rule }) => (rule === undefined || rule === 'export.logged' ? `docker compose logs --no-color ${service} | npx otel-setup explain` : `npx otel-setup explain ${rule}`),
});

export const lastOfAll: readonly Rule[] = [logged];
