/** Variables whose name no SDK reads, next to one that it does. */
import { nameForRegExp } from '../../../patterns.ts';
import { variablesIn } from '../../../stores/dotenv.ts';
import type { Workspace } from '../../../types.ts';
import { join } from '../../../workspace/path.ts';
import { settingAt } from '../../evidence.ts';
import { mentioned } from '../../../workspace/mentions.ts';
import { rule } from '../../rule.ts';
import type { Rule, Subject } from '../../types.ts';
import { each, type Draft } from './each.ts';
import { distance, meantBy } from './known-names.ts';
import { renamed, replaced } from './replaced.ts';

/** What a missing variable of this name means. */
const WITHOUT: Readonly<Record<string, string>> = {
  OTEL_EXPORTER_OTLP_ENDPOINT: 'spans go to the default, localhost inside the container, where nothing listens',
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'spans go to the default, localhost inside the container, where nothing listens',
  OTEL_EXPORTER_OTLP_HEADERS: 'spans go out without the key',
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'spans go out without the key',
  OTEL_SERVICE_NAME: 'spans are shown under "unknown_service"',
};

/** Without it nothing arrives: nothing else says the same, as far as files and code show. */
function stopsData({ sending, unsure }: Subject, meant: string): boolean {
  if (unsure.length > 0) return false;
  if (meant.endsWith('ENDPOINT')) return sending.endpoint.from === 'default';
  if (meant.endsWith('HEADERS')) return (sending.to.backend === 'honeycomb' || sending.to.backend === 'none') && sending.headers.from === undefined;
  return false;
}

function misspelledIn(workspace: Workspace, subject: Subject): readonly Draft[] {
  return [...subject.settings.values()].flatMap((setting): readonly Draft[] => {
    const meant = setting.where === 'image' ? undefined : meantBy(setting.name);
    if (meant === undefined || subject.settings.has(meant) || setting.value.trim() === '') return [];
    // A name that the service's own code reads is its own.
    if (mentioned(subject.service, workspace.files, new RegExp(`\\b${nameForRegExp(setting.name)}\\b`)) !== undefined) return [];
    return [{
      ...(stopsData(subject, meant) ? { of: { name: meant, value: '' } } : { status: 'warn' as const }),
      says: `${setting.name} is a name that nothing reads; ${meant} is meant${WITHOUT[meant] === undefined ? '' : `, and without it ${WITHOUT[meant]}`}.`,
      because: [settingAt(workspace.files, setting)],
      do: `rename ${setting.name} to ${meant}`,
      ops: renamed(workspace, subject.service, setting, meant),
      about: meant,
    }];
  });
}

/** `${HONEYCOMB_APIKEY}` comes out empty while `.env` has HONEYCOMB_API_KEY. */
function misspelledReference(workspace: Workspace, subject: Subject): readonly Draft[] {
  const file = join(workspace.projectDir, '.env');
  if (!workspace.files.exists(file)) return [];
  const there = variablesIn(workspace.files, file);
  return subject.service.env.flatMap(({ name, blank, raw }): readonly Draft[] => {
    const setting = subject.settings.get(name);
    if (setting === undefined || raw === null || !/^(?:OTEL|HONEYCOMB)_/.test(name)) return [];
    return blank.flatMap((variable): readonly Draft[] => {
      const near = [...there].find(([one, { value }]) => value !== '' && one !== variable && (distance(one, variable) <= 2 || one.replaceAll('_', '') === variable.replaceAll('_', '')));
      if (near === undefined || variable.length < 8) return [];
      const [meant] = near;
      return [{
        of: { name, value: setting.value },
        says: `\${${variable}} is filled in for ${name}, but no variable has that name: ${meant} is meant.`,
        because: [settingAt(workspace.files, setting), { where: { path: file, ...(near[1].line === undefined ? {} : { line: near[1].line }) }, says: `${meant}=…` }],
        do: `write \${${meant}} instead of \${${variable}}`,
        ops: replaced(workspace, subject.service, setting, raw.replaceAll(new RegExp(`\\$(?:\\{${nameForRegExp(variable)}(?=[:}?-])|${nameForRegExp(variable)}\\b)`, 'g'), (found) => found.replace(variable, meant))),
        about: `secret:${variable}`,
      }];
    });
  });
}

const misspelledRule = rule({
  id: 'files.misspelled',
  hop: 'files',
  title: 'A variable has a name that nothing reads',
  from: ['workspace', 'subjects'],
  also: ['containers', 'reach'],
  page: {
    symptoms: ["HTTPConnectionPool(host='localhost', port=4318): Max retries exceeded … Connection refused", 'Failed to export span batch code: 401, reason: Unauthorized', 'spans of a service called "unknown_service"'],
    why: 'SDKs read exact names. OTEP_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_HEADER is a variable like any other: it is set, and nobody looks at it.',
    check: ['docker compose exec SERVICE env | grep -iE "OTE|OTLP|HONEYCOMB"', 'compare each name, letter by letter, with the list that is linked below'],
    fix: ['rename the variable where it is written, then `docker compose up -d SERVICE`'],
    links: ['https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/', 'https://opentelemetry.io/docs/specs/otel/protocol/exporter/'],
  },
  find: (facts) => each(facts, (subject) => [...misspelledIn(facts.workspace, subject), ...misspelledReference(facts.workspace, subject)]),
});

export const misspelled: readonly Rule[] = [misspelledRule];
