/** OTEL_EXPORTER_OTLP_HEADERS as it is written: 'name=value,name=value', names and values percent-encoded, nothing around it (specification of the OTLP exporter). */
import type { Op, Workspace } from '../../../types.ts';
import { settingAt } from '../../evidence.ts';
import { rule } from '../../rule.ts';
import type { Rule, Setting, Subject } from '../../types.ts';
import { replaced } from './replaced.ts';

const NAMES = ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS'];

/** The header variables of the services that are meant to send, where the environment decides. */
function headersOf(subjects: readonly Subject[]): readonly { readonly subject: Subject; readonly setting: Setting }[] {
  return subjects.filter(({ expected, sending }) => expected && (sending.headers.from === undefined || 'value' in sending.headers.from)).flatMap((subject) => NAMES.flatMap((name) => {
    const setting = subject.settings.get(name);
    return setting === undefined ? [] : [{ subject, setting }];
  }));
}

/** Instead of what is written, the same with `=`: only where the text in the file is known exactly. */
function withEquals(workspace: Workspace, subject: Subject, setting: Setting): readonly Op[] {
  return setting.raw === null ? [] : replaced(workspace, subject.service, setting, setting.raw.replace(/^(\s*[\w-]+)\s*:\s*/, '$1='));
}

const colon = rule({
  id: 'files.header-colon',
  hop: 'files',
  title: 'A header is written with ":" where OTLP wants "="',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['Header format invalid! Header values in environment variables must be URL encoded per the OpenTelemetry Protocol Exporter specification', 'Failed to export span batch code: 401, reason: Unauthorized', 'java: Invalid map property: otel.exporter.otlp.headers', '.NET: Headers provided in an invalid format.', 'Node.js: nothing at all; the request goes out without the header'],
    why: 'OTEL_EXPORTER_OTLP_HEADERS is a list of name=value. "x-honeycomb-team: KEY" is how HTTP and curl write a header; SDKs drop it, so the request arrives without a key.',
    check: ['docker compose exec SERVICE env | grep OTEL_EXPORTER_OTLP_HEADERS'],
    fix: ['OTEL_EXPORTER_OTLP_HEADERS: "x-honeycomb-team=${HONEYCOMB_API_KEY}"'],
    links: ['https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables'],
  },
  find: ({ workspace, subjects }) => headersOf(subjects).flatMap(({ subject, setting }) => {
    if (!/^\s*["']?[\w-]+\s*:/.test(setting.value)) return [];
    return [{
      service: subject.service.name,
      status: 'broken' as const,
      says: `${setting.name} is written with ":", which no SDK reads: the request goes out without the key.`,
      because: [settingAt(workspace.files, setting)],
      do: `${setting.name}: "x-honeycomb-team=\${HONEYCOMB_API_KEY}"`,
      ops: withEquals(workspace, subject, setting),
      about: setting.name,
    }];
  }),
});

export const headerForm: readonly Rule[] = [colon];
