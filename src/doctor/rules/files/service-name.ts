/** The name under which spans are shown. A wrong one stops no data: it hides where the data is, so these are warnings. */
import type { Evidence } from '../../../types.ts';
import { settingAt } from '../../evidence.ts';
import { mentioned } from '../../../workspace/mentions.ts';
import { rule } from '../../rule.ts';
import { headerPairs } from '../../sending.ts';
import type { Finding, Rule, Setting, Subject } from '../../types.ts';
import { each, type Draft } from './each.ts';
import { distance } from './known-names.ts';
import { landing } from './landing.ts';
import { standsElsewhere } from './plumbing.ts';
import { replaced } from './replaced.ts';

const NAME = 'OTEL_SERVICE_NAME';
const DOCS = 'https://opentelemetry.io/docs/languages/sdk-configuration/general/#otel_service_name';

const serviceName = rule({
  id: 'files.service-name',
  hop: 'files',
  title: 'The spans have no name of their own, or another one than is meant',
  from: ['workspace', 'subjects', 'judged'],
  page: {
    symptoms: ['a dataset called "unknown_service"', 'a service "unknown_service:node" in the list'],
    why: 'Spans carry the service\'s name; Honeycomb makes it the dataset. Without OTEL_SERVICE_NAME (or service.name in OTEL_RESOURCE_ATTRIBUTES, or in code) they are all called unknown_service, also where the variable is there but blank. OTEL_SERVICE_NAME wins over OTEL_RESOURCE_ATTRIBUTES.',
    check: ['docker compose exec SERVICE env | grep -E "OTEL_SERVICE_NAME|OTEL_RESOURCE_ATTRIBUTES"'],
    fix: ['OTEL_SERVICE_NAME: "backend-flask"'],
    links: [DOCS],
  },
  find: (facts) => each(facts, (subject): readonly Draft[] => {
    const { service, sending, settings, unsure, instrumented } = subject;
    const own = settings.get(NAME);
    const common = { status: 'warn' as const, about: NAME };
    if (own !== undefined && own.value.trim() !== '') {
      const shown = (): Evidence => settingAt(facts.workspace.files, own);
      const name = own.value.trim();
      if (name.startsWith('unknown_service')) return [{ ...common, says: `${NAME} is "${name}", the name of spans without one.`, because: [shown()], do: `${NAME}: "${service.name}"`, ops: replaced(facts.workspace, service, own, service.name) }];
      const other = amongAttributes(settings);
      if (other !== undefined && other.name !== name) return [{ ...common, says: `${NAME} wins over service.name of OTEL_RESOURCE_ATTRIBUTES: spans are shown under "${name}", not under "${other.name}".`, because: [shown(), settingAt(facts.workspace.files, other.setting)], do: `take one of the two away` }];
      if (isSlip(name, service.name)) return [{ ...common, says: `${NAME} is "${name}", one letter away from the service's own name "${service.name}": spans are shown under the former.`, because: [shown()], do: `${NAME}: "${service.name}"`, ops: replaced(facts.workspace, service, own, service.name) }];
      return [];
    }
    if (sending.serviceName !== undefined || unsure.length > 0 || sending.disabled !== undefined || standsElsewhere(facts.workspace, service, NAME)) return [];
    // Only Python and Node.js were read; agents of other languages find names by themselves.
    if (!['python', 'node'].includes(service.app?.language ?? '') || instrumented.by === 'no' || instrumented.by === 'unknown') return [];
    if (mentioned(service, facts.workspace.files, /service\.name|SERVICE_NAME|service_?name/i) !== undefined) return [];
    const variable = own === undefined ? undefined : service.env.findLast(({ name }) => name === NAME)?.blank[0];
    return [{
      ...common,
      says: `${own === undefined ? `${service.name} has no ${NAME}` : variable === undefined ? `${NAME} is blank` : `\${${variable}} comes out empty, so ${NAME} is blank`}: its spans are shown under "unknown_service".`,
      because: [...(own === undefined ? [] : [settingAt(facts.workspace.files, own)]), ...(instrumented.at === undefined ? [] : [instrumented.at])].slice(0, 1),
      do: `${own === undefined ? `add to the environment of ${service.name}: ` : ''}${NAME}: "${service.name}"`,
      ops: own === undefined ? landing(facts.judged, service.name, NAME) : replaced(facts.workspace, service, own, service.name),
    }];
  }),
});

function amongAttributes(settings: Subject['settings']): { readonly name: string; readonly setting: Setting } | undefined {
  const setting = settings.get('OTEL_RESOURCE_ATTRIBUTES');
  const name = setting === undefined ? undefined : headerPairs(setting.value).find((pair) => pair.name === 'service.name')?.value;
  return setting === undefined || name === undefined || name === '' ? undefined : { name, setting };
}

const lettersOf = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, '');

/** 'bakend-flask' for 'backend-flask': one letter, not a digit, a plural or another separator. */
function isSlip(name: string, meant: string): boolean {
  const [a, b] = [lettersOf(name), lettersOf(meant)];
  return a !== b && Math.min(a.length, b.length) >= 7 && distance(a, b) === 1 && a !== `${b}s` && b !== `${a}s` && name.replaceAll(/[a-z]/gi, '') === meant.replaceAll(/[a-z]/gi, '');
}

const shared = rule({
  id: 'files.service-name-shared',
  hop: 'files',
  title: 'Two different services have the same name',
  from: ['workspace', 'subjects'],
  page: {
    symptoms: ['the spans of two services in one dataset, as if they were one'],
    why: 'The name is often copied with the block of OTEL_* lines. Spans of both are then shown as one service.',
    check: ['docker compose config | grep OTEL_SERVICE_NAME'],
    fix: ['give each service a name of its own: OTEL_SERVICE_NAME: "worker"'],
    links: [DOCS],
  },
  find: ({ workspace, subjects }) => {
    const first = new Map<string, { readonly subject: Subject; readonly setting: Setting }>();
    return subjects.filter(({ expected }) => expected).flatMap((subject): readonly Finding[] => {
      const setting = subject.settings.get(NAME);
      const name = setting?.value.trim() ?? '';
      if (setting === undefined || name === '') return [];
      const other = first.get(name);
      if (other === undefined) {
        first.set(name, { subject, setting });
        return [];
      }
      // Processes of one code base may share a name on purpose: web and worker, replicas.
      if (other.subject.service.dir === subject.service.dir) return [];
      return [{
        service: subject.service.name, status: 'warn',
        says: `${subject.service.name} and ${other.subject.service.name} are both called "${name}": their spans are shown as one service.`,
        because: [settingAt(workspace.files, other.setting), settingAt(workspace.files, setting)],
        do: `${NAME}: "${subject.service.name}"`,
        ops: setting.raw?.trim() === name && name === other.subject.service.name ? replaced(workspace, subject.service, setting, subject.service.name) : [],
        about: NAME,
      }];
    });
  },
});

export const serviceNames: readonly Rule[] = [serviceName, shared];
